//! Staff of an authority at their pages: opening is proof, and of two answers one counts.

use anyhow::{Result, ensure};
use hub::actor::Actor;
use hub::delivery::{Review, State};
use hub::review::{ReviewProblem, Source};
use schemas::{Decision, ProofLevel, Verdict};

use super::SAPPORO;
use crate::house::{Builder, change, code};

fn actor(name: &str) -> Actor {
    Actor { person: format!("key:{name}"), name: name.to_owned() }
}

fn answer(verdict: Verdict, comment: &str) -> Decision {
    Decision { verdict, comment: comment.to_owned(), files: Vec::new(), marks: Vec::new() }
}

/// What lay in the inbox is delivered by that; whoever looks later changes nothing.
pub async fn opening_is_proof_once(builder: Builder) -> Result<()> {
    let mut house = builder.start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let id = house.delivery(filing).await?.id;
    ensure!(matches!(house.delivery(filing).await?.state, State::Waiting { .. }));
    ensure!(house.reviewer().open(id, code(SAPPORO), &actor("first")).await?);
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    ensure!((delivery.review, delivery.proof) == (Review::Opened, Some(ProofLevel::Opened)));
    ensure!(!house.reviewer().open(id, code(SAPPORO), &actor("second")).await?);
    let told = house.events(filing).await?;
    ensure!(told.iter().filter(|kind| *kind == "proof.opened").count() == 1, "{told:?}");
    let acts = house.ctx.store.acts(id).await?;
    ensure!(acts.len() == 1 && acts[0].person == "key:first", "{acts:?}");
    house.finish().await
}

/// One wins; the other is refused, and nothing of theirs is written.
pub async fn of_two_answers_at_once_one_counts(builder: Builder) -> Result<()> {
    let mut house = builder.start().await?;
    for _ in 0..8 {
        let filing = house.deliver(&change(SAPPORO, &[])).await?;
        let id = house.delivery(filing).await?.id;
        let reviewer = house.reviewer();
        let (yes, no) = (answer(Verdict::Accepted, ""), answer(Verdict::Returned, "no"));
        let (one, other) = tokio::join!(
            reviewer.decide(id, code(SAPPORO), &yes, Source::Page(actor("one"))),
            reviewer.decide(id, code(SAPPORO), &no, Source::Page(actor("other"))),
        );
        let refused = |it: &Result<_, _>| matches!(it, Err(ReviewProblem::State(_)));
        ensure!(one.is_ok() && refused(&other) || refused(&one) && other.is_ok());
        let (verdict, winner) =
            if one.is_ok() { (Verdict::Accepted, "one") } else { (Verdict::Returned, "other") };
        let made = house.ctx.store.decision(id).await?;
        ensure!(made.as_ref().is_some_and(|made| made.verdict == verdict), "{made:?}");
        let acts = house.ctx.store.acts(id).await?;
        let told: Vec<_> = acts.iter().map(|act| (act.kind.as_str(), &*act.name)).collect();
        ensure!(told == [("decided", winner)], "{told:?}");
    }
    house.settle().await?;
    house.finish().await
}
