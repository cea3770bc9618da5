//! After delivery: returned and corrected, withdrawn before and after, decisions out of place.

use anyhow::Result;
use hub::delivery::{Review, State};
use hub::filing::Status;
use hub::review::{ReviewProblem, Source};
use hub::revision::Request;
use schemas::{Channel, Decision, FilingId, Verdict};
use tests::house::{House, change, code};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";

pub(super) fn decision(verdict: Verdict, comment: &str) -> Decision {
    Decision { verdict, comment: comment.to_owned(), files: Vec::new(), marks: Vec::new() }
}

async fn two_authorities() -> Result<House> {
    House::build().ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Sftp]).start().await
}

/// A withdrawal as the HTTP interface makes it.
fn withdrawal(house: &mut House) -> Result<Request> {
    house.request(&change(SAPPORO, &[OTARU]))
}

async fn decide(house: &House, filing: FilingId, whose: &str, decision: &Decision) -> Result<()> {
    let delivery = house.delivery_to(filing, code(whose)).await?;
    Ok(house.reviewer().decide(delivery.id, code(whose), decision, Source::Api).await?)
}

#[tokio::test]
async fn a_correction_goes_only_to_who_returned_it() -> Result<()> {
    let mut house = two_authorities().await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    decide(&house, filing, SAPPORO, &decision(Verdict::Accepted, "")).await?;
    decide(&house, filing, OTARU, &decision(Verdict::Returned, "日付を直してください")).await?;
    house.settle().await?;
    assert_eq!(Status::of(&house.deliveries(filing).await?, false), Status::PartlyReturned);
    assert_eq!(house.letters_about("差戻しのお知らせ")?.len(), 1);

    let request = house.request(&change(SAPPORO, &[OTARU]))?;
    let receipted = house.reviewer().correct(filing, &request).await?;
    assert_eq!((receipted.revision, receipted.replayed), (2, false));
    house.settle().await?;
    let deliveries = house.deliveries(filing).await?;
    let second: Vec<_> = deliveries.iter().filter(|d| d.revision == 2).collect();
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].authority, code(OTARU));
    assert!(matches!(second[0].state, State::Delivered { .. }));
    assert_eq!(house.held()?.len(), 3, "two of the first revision, one of the second");

    // The same correction again is the same; nothing is left to correct.
    let again = house.reviewer().correct(filing, &request).await?;
    assert_eq!((again.revision, again.replayed), (2, true));
    let other = house.request(&change(SAPPORO, &[OTARU]))?;
    let problem = house.reviewer().correct(filing, &other).await;
    assert!(matches!(problem, Err(ReviewProblem::NothingReturned)), "{problem:?}");

    decide(&house, filing, OTARU, &decision(Verdict::Accepted, "")).await?;
    house.settle().await?;
    assert_eq!(Status::of(&house.deliveries(filing).await?, false), Status::Accepted);
    house.finish().await
}

#[tokio::test]
async fn a_withdrawal_follows_what_was_delivered() -> Result<()> {
    let mut house = two_authorities().await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    let request = withdrawal(&mut house)?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    let deliveries = house.deliveries(filing).await?;
    assert_eq!(deliveries.len(), 4, "each authority gets the withdrawal: {deliveries:?}");
    let first = deliveries.iter().filter(|d| d.revision == 1);
    assert!(first.clone().all(|d| d.review == Review::Withdrawn), "{first:?}");
    let second = deliveries.iter().filter(|d| d.revision == 2);
    assert!(second.clone().all(|d| matches!(d.state, State::Delivered { .. })), "{second:?}");
    assert_eq!(house.letters_about("取下げ")?.len(), 1);
    let again = withdrawal(&mut house)?;
    let problem = house.reviewer().withdraw(filing, &again).await;
    assert!(matches!(problem, Err(ReviewProblem::State(_))), "{problem:?}");
    house.finish().await
}

#[tokio::test]
async fn what_is_withdrawn_before_it_is_planned_goes_nowhere() -> Result<()> {
    let mut house = two_authorities().await?;
    let filing = house.file(&change(SAPPORO, &[OTARU])).await?.id;
    let request = withdrawal(&mut house)?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    assert!(house.held()?.is_empty(), "{:?}", house.held()?);
    for delivery in house.deliveries(filing).await? {
        assert_eq!(delivery.state, State::Cancelled);
    }
    house.finish().await
}

#[tokio::test]
async fn what_is_withdrawn_before_it_is_tried_goes_nowhere() -> Result<()> {
    let mut house = two_authorities().await?;
    let filing = house.file(&change(SAPPORO, &[OTARU])).await?.id;
    house.stages.route().await?;
    assert_eq!(house.deliveries(filing).await?.len(), 2);
    let request = withdrawal(&mut house)?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    assert!(house.held()?.is_empty(), "{:?}", house.held()?);
    for delivery in house.deliveries(filing).await? {
        // Nor to who had seen it in the inbox a moment before.
        let late = house.reviewer().picked_up(delivery.id, delivery.authority).await;
        assert!(matches!(late, Err(ReviewProblem::State(_))), "{late:?}");
        assert_eq!((delivery.state, delivery.review), (State::Cancelled, Review::Withdrawn));
    }
    house.finish().await
}

#[tokio::test]
async fn what_an_authority_accepted_is_not_withdrawn() -> Result<()> {
    let mut house = two_authorities().await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    decide(&house, filing, SAPPORO, &decision(Verdict::Accepted, "")).await?;
    let request = withdrawal(&mut house)?;
    let problem = house.reviewer().withdraw(filing, &request).await;
    assert!(matches!(problem, Err(ReviewProblem::State(_))), "{problem:?}");
    house.settle().await?;
    let other = house.delivery_to(filing, code(OTARU)).await?;
    assert_eq!((other.revision, other.review), (1, Review::Unopened), "nothing was changed");
    house.finish().await
}

#[tokio::test]
async fn what_is_withdrawn_is_not_corrected_even_where_the_withdrawal_is_returned() -> Result<()> {
    let mut house = two_authorities().await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    let request = withdrawal(&mut house)?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    decide(&house, filing, SAPPORO, &decision(Verdict::Returned, "処理済みです")).await?;
    let request = house.request(&change(SAPPORO, &[OTARU]))?;
    let problem = house.reviewer().correct(filing, &request).await;
    assert!(matches!(problem, Err(ReviewProblem::State(_))), "{problem:?}");
    house.settle().await?;
    assert_eq!(house.deliveries(filing).await?.len(), 4, "nothing follows the withdrawal");
    house.finish().await
}

#[tokio::test]
async fn decisions_out_of_place_change_nothing() -> Result<()> {
    let mut house = two_authorities().await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    let theirs = house.delivery_to(filing, code(OTARU)).await?;
    let accepted = decision(Verdict::Accepted, "");
    let reviewer = house.reviewer();
    let problem = reviewer.decide(theirs.id, code(SAPPORO), &accepted, Source::Api).await;
    assert!(matches!(problem, Err(ReviewProblem::NotFound("delivery"))), "{problem:?}");
    let wordless = decision(Verdict::Returned, " ");
    let problem = reviewer.decide(theirs.id, code(OTARU), &wordless, Source::Api).await;
    assert!(matches!(problem, Err(ReviewProblem::Invalid(_))), "{problem:?}");
    assert_eq!(house.delivery_to(filing, code(OTARU)).await?.review, Review::Unopened);

    // The same decision twice is one; another one comes too late.
    reviewer.decide(theirs.id, code(OTARU), &accepted, Source::Api).await?;
    reviewer.decide(theirs.id, code(OTARU), &accepted, Source::Sftp).await?;
    let returned = decision(Verdict::Returned, "やはり差し戻します");
    let problem = reviewer.decide(theirs.id, code(OTARU), &returned, Source::Api).await;
    assert!(matches!(problem, Err(ReviewProblem::State(_))), "{problem:?}");
    house.settle().await?;
    assert_eq!(house.letters_about("受付完了のお知らせ")?.len(), 1);
    house.finish().await
}
