//! Another way by hand: over another channel of the ladder, and to another authority.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::Result;
use hub::delivery::{Delivery, HELD_BY_HAND, Review, State};
use hub::filing::Status;
use hub::operate::By;
use hub::operate::reroute::{self, BY_HAND, RerouteProblem};
use hub::review::{ReviewProblem, Source};
use schemas::{Channel, Decision, FilingId, Verdict};
use tests::house::{House, by_hand, change, code};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";
const HAKODATE: &str = "012025";

fn decision(verdict: Verdict) -> Decision {
    let comment = "日付を直してください".to_owned();
    Decision { verdict, comment, files: Vec::new(), marks: Vec::new() }
}

async fn to_otaru(house: &House, delivery: &Delivery) -> Result<Delivery, RerouteProblem> {
    let id = reroute::to_authority(&house.ctx, delivery.id, code(OTARU), by_hand()).await?;
    Ok(house.ctx.store.delivery(id).await?.expect("the new one"))
}

async fn whole_status(house: &House, filing: FilingId) -> Result<Status> {
    Ok(Status::of(&house.deliveries(filing).await?, false))
}

#[tokio::test]
async fn another_channel_of_the_ladder_takes_over_from_its_first_try() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api, Channel::Sftp])
        .behaviour(SAPPORO, Behaviour::Refusing(503))
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let before = house.delivery(filing).await?;
    assert_eq!((before.channel, before.tries), (Some(Channel::Api), 1));
    let wrong = reroute::to_channel(&house.ctx, before.id, Channel::Email, by_hand()).await;
    let told = wrong.expect_err("it has none").to_string();
    assert_eq!(told, "its authority has no channel email; it has api, sftp");
    let wordless = By { why: " ", ..by_hand() };
    let wrong = reroute::to_channel(&house.ctx, before.id, Channel::Sftp, wordless).await;
    assert!(matches!(wrong, Err(RerouteProblem::Act(ReviewProblem::Reason(_)))), "{wrong:?}");

    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    // Twice does no harm: the message of the first is stale.
    for _ in 0..2 {
        reroute::to_channel(&house.ctx, before.id, Channel::Sftp, by_hand()).await?;
    }
    house.settle().await?;
    let after = house.delivery(filing).await?;
    assert!(matches!(after.state, State::Delivered { .. }), "{after:?}");
    assert_eq!((after.channel, after.ladder_step, after.tries), (Some(Channel::Sftp), 1, 1));
    assert_eq!((after.attempts, after.second_copy), (2, false), "a refusal is no copy");
    assert_eq!(house.held()?.len(), 1);
    let late = reroute::to_channel(&house.ctx, before.id, Channel::Api, by_hand()).await;
    assert!(matches!(late, Err(RerouteProblem::Act(ReviewProblem::State(_)))), "{late:?}");
    let events = house.events(filing).await?;
    assert_eq!(events.iter().filter(|it| *it == "delivery.switched").count(), 2);
    house.finish().await
}

#[tokio::test]
async fn a_lost_answer_makes_the_other_channel_a_second_copy() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api, Channel::Sftp])
        .behaviour(SAPPORO, Behaviour::LoseAnswer)
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let before = house.delivery(filing).await?;
    assert!(before.second_copy, "{before:?}");
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    reroute::to_channel(&house.ctx, before.id, Channel::Sftp, by_hand()).await?;
    house.settle().await?;
    let after = house.delivery(filing).await?;
    assert!(after.second_copy && matches!(after.state, State::Delivered { .. }), "{after:?}");
    assert_eq!(house.held()?.len(), 2, "the same under the same id, over both");
    house.finish().await
}

/// The plan was wrong: Sapporo is down, and Otaru is whose it is.
async fn misplanned() -> Result<(House, FilingId)> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Sftp])
        .behaviour(SAPPORO, Behaviour::Refusing(503))
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    Ok((house, filing))
}

#[tokio::test]
async fn another_authority_gets_it_in_place_of_one_that_has_nothing() -> Result<()> {
    let (mut house, filing) = misplanned().await?;
    let former = house.delivery(filing).await?;
    let seen = reroute::preview(&house.ctx, former.id, code(OTARU)).await?;
    assert!(!seen.stays && seen.fresh.state == State::Due, "{seen:?}");
    let fresh = to_otaru(&house, &former).await?;
    assert_eq!(fresh.id, seen.fresh.id, "the id follows from filing, revision and authority");
    assert_eq!((fresh.rule.as_str(), &fresh.article), (BY_HAND, &former.article));
    let again = to_otaru(&house, &former).await;
    assert!(matches!(again, Err(RerouteProblem::Act(ReviewProblem::State(_)))), "{again:?}");
    house.settle().await?;
    let all = house.deliveries(filing).await?;
    assert_eq!(all.len(), 2, "twice did no harm");
    let former = house.delivery_to(filing, code(SAPPORO)).await?;
    assert_eq!((&former.state, former.review), (&State::Cancelled, Review::Withdrawn));
    let returned = decision(Verdict::Returned);
    let late = house.reviewer().decide(former.id, code(SAPPORO), &returned, Source::Api).await;
    assert!(matches!(late, Err(ReviewProblem::State(_))), "it is theirs no more: {late:?}");
    assert!(house.held()?.iter().all(|it| it.authority == code(OTARU)));
    assert_eq!(whole_status(&house, filing).await?, Status::Delivered);
    let letters = house.letters_about("届出の宛先が変わりました")?;
    assert!(letters.len() == 1 && letters[0].text.contains("小樽市"), "{letters:?}");
    let acts = house.ctx.store.staff_acts(None, i64::MAX, 9).await?;
    let acts: Vec<_> = acts.iter().map(|it| (it.what.as_str(), it.why.as_str())).collect();
    assert_eq!(acts, [("delivery.reroute", "定期点検")]);
    for event in house.ctx.store.events(filing).await? {
        assert!(!event.body.contains("運用"), "a name is on the chain: {}", event.body);
    }

    // What comes after goes to the new addressee, and to no other.
    let otaru = (fresh.id, code(OTARU));
    house.reviewer().decide(otaru.0, otaru.1, &returned, Source::Api).await?;
    let request = house.request(&change(SAPPORO, &[]))?;
    house.reviewer().correct(filing, &request).await?;
    house.settle().await?;
    let second = house.delivery_to(filing, code(OTARU)).await?;
    assert!(second.revision == 2 && matches!(second.state, State::Delivered { .. }), "{second:?}");
    assert_eq!(second.rule, BY_HAND);
    assert_eq!(house.delivery_to(filing, code(SAPPORO)).await?.revision, 1);
    let older = reroute::preview(&house.ctx, fresh.id, code(HAKODATE)).await;
    assert!(matches!(older, Err(RerouteProblem::NotNewest)), "{older:?}");
    let request = house.request(&change(SAPPORO, &[]))?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    assert_eq!(house.delivery_to(filing, code(OTARU)).await?.revision, 3);
    assert_eq!(house.delivery_to(filing, code(SAPPORO)).await?.revision, 1, "it hears nothing");
    let gone = reroute::preview(&house.ctx, second.id, code(HAKODATE)).await;
    assert!(matches!(gone, Err(RerouteProblem::Act(ReviewProblem::State(_)))), "{gone:?}");
    house.finish().await
}

#[tokio::test]
async fn who_has_it_keeps_it_and_hears_of_the_withdrawal() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Sftp])
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let former = house.delivery(filing).await?;
    let seen = reroute::preview(&house.ctx, former.id, code(OTARU)).await?;
    assert!(seen.stays && !seen.holds, "{seen:?}");
    to_otaru(&house, &former).await?;
    house.settle().await?;
    let kept = house.delivery_to(filing, code(SAPPORO)).await?;
    assert_eq!((kept.state, kept.review), (former.state, Review::Unopened));
    let request = house.request(&change(SAPPORO, &[]))?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    for whose in [SAPPORO, OTARU] {
        let told = house.delivery_to(filing, code(whose)).await?;
        assert!(told.revision == 2 && matches!(told.state, State::Delivered { .. }), "{told:?}");
    }
    house.finish().await
}

#[tokio::test]
async fn what_may_have_arrived_is_tried_no_more_and_hears_of_the_withdrawal() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Sftp])
        .behaviour(SAPPORO, Behaviour::Refusing(503))
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let former = house.delivery(filing).await?;
    // As after a lease that ran out in the midst of a try.
    let mut tx = house.ctx.store.begin().await?;
    let mut locked = tx.lock_deliveries(&[former.id]).await?;
    locked[0].second_copy = true;
    tx.save_deliveries(&locked).await?;
    tx.commit().await?;
    let seen = reroute::preview(&house.ctx, former.id, code(OTARU)).await?;
    assert!(seen.stays && seen.holds, "{seen:?}");
    to_otaru(&house, &former).await?;
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    house.advance(Duration::from_hours(24)).await?;
    let kept = house.delivery_to(filing, code(SAPPORO)).await?;
    assert!(matches!(&kept.state, State::Held { why } if why.code == HELD_BY_HAND), "{kept:?}");
    assert_eq!(kept.attempts, former.attempts, "it was tried where it does not belong");
    let request = house.request(&change(SAPPORO, &[]))?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    for whose in [SAPPORO, OTARU] {
        let told = house.delivery_to(filing, code(whose)).await?;
        assert!(told.revision == 2 && matches!(told.state, State::Delivered { .. }), "{told:?}");
    }
    house.finish().await
}

#[tokio::test]
async fn what_lies_in_an_inbox_is_taken_out_and_given_back() -> Result<()> {
    let mut house = House::build().start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let former = house.delivery(filing).await?;
    assert!(former.second_copy, "it was offered: {former:?}");
    let fresh = to_otaru(&house, &former).await?;
    house.settle().await?;
    let late = house.reviewer().picked_up(former.id, code(SAPPORO)).await;
    assert!(matches!(late, Err(ReviewProblem::State(_))), "{late:?}");
    // A mistake is mended by the same act the other way round.
    let back = reroute::to_authority(&house.ctx, fresh.id, code(SAPPORO), by_hand()).await?;
    assert_eq!(back, former.id, "the id that the authority may have seen");
    house.settle().await?;
    house.reviewer().picked_up(former.id, code(SAPPORO)).await?;
    assert_eq!(whole_status(&house, filing).await?, Status::Delivered);
    let gone = house.delivery_to(filing, code(OTARU)).await?;
    assert_eq!(gone.state, State::Cancelled);
    house.finish().await
}

#[tokio::test]
async fn who_is_none_or_gets_it_anyway_is_refused() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .behaviour(SAPPORO, Behaviour::Refusing(503))
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    let former = house.delivery_to(filing, code(SAPPORO)).await?;
    for whose in [SAPPORO, OTARU] {
        let twice = reroute::to_authority(&house.ctx, former.id, code(whose), by_hand()).await;
        assert!(matches!(twice, Err(RerouteProblem::InPlan(_))), "{whose}: {twice:?}");
    }
    let none = code("U01999");
    let unknown = reroute::to_authority(&house.ctx, former.id, none, by_hand()).await;
    assert!(matches!(unknown, Err(RerouteProblem::NoAuthority { .. })), "{unknown:?}");
    house.settle().await?;
    assert_eq!(house.deliveries(filing).await?.len(), 2);
    assert!(house.ctx.store.staff_acts(None, i64::MAX, 1).await?.is_empty());
    house.finish().await
}
