//! One delivery by hand: held, let go, given on paper.

use anyhow::{Result, ensure};
use hub::context::day_in_japan;
use hub::delivery::State;
use hub::operate::By;
use hub::operate::delivery::{Given, give, hold, let_go};
use hub::operate::redrive::{RedriveProblem, preview};
use hub::review::ReviewProblem;
use hub::store::Choice;
use schemas::{Channel, DeliveryId, ProofLevel};

use super::{OTARU, SAPPORO, plan};
use crate::house::{Builder, House, by_hand, change, code};

/// What was done with a delivery, the first first.
async fn acts(house: &House, id: DeliveryId) -> Result<Vec<(String, String)>> {
    let subject = format!("delivery:{id}");
    let mut acts = house.ctx.store.staff_acts(Some(&subject), i64::MAX, 10).await?;
    acts.reverse();
    Ok(acts.into_iter().map(|act| (act.what, act.became)).collect())
}

/// It stays until somebody lets it go, whatever its message says, and goes then.
pub async fn who_is_held_by_hand_goes_when_let_go(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let mut house = builder.start().await?;
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    plan(&mut house, 1).await?;
    let id = house.delivery(filing).await?.id;
    let silent = hold(&house.ctx, id, By { why: "", ..by_hand() }).await;
    ensure!(matches!(silent, Err(ReviewProblem::Reason(_))), "{silent:?}");
    hold(&house.ctx, id, by_hand()).await?;
    house.tend().await?;
    let delivery = house.delivery(filing).await?;
    let State::Held { why } = &delivery.state else { anyhow::bail!("{delivery:?}") };
    ensure!((why.code.as_str(), delivery.attempts) == ("held_by_hand", 0), "{delivery:?}");
    // What is held goes together with others only where its cause is asked for.
    let all = preview(&house.ctx, &Choice::default(), by_hand().actor).await;
    ensure!(matches!(all, Err(RedriveProblem::Nothing)), "{all:?}");
    let asked = Choice { cause: Some("held_by_hand".into()), ..Choice::default() };
    ensure!(preview(&house.ctx, &asked, by_hand().actor).await?.items == 1);
    let twice = hold(&house.ctx, id, by_hand()).await;
    ensure!(matches!(twice, Err(ReviewProblem::State(_))), "{twice:?}");
    let_go(&house.ctx, id, by_hand()).await?;
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let late = let_go(&house.ctx, id, by_hand()).await;
    ensure!(matches!(late, Err(ReviewProblem::State(_))), "{late:?}");
    let acts = acts(&house, id).await?;
    ensure!(acts.iter().map(|act| act.0.as_str()).eq(["delivery.hold", "delivery.release"]));
    house.finish().await
}

/// A proof like any other, by which it is delivered; who took it is in no event.
pub async fn what_was_given_by_hand_is_delivered(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(OTARU, &[Channel::Pull]).start().await?;
    let filing = house.deliver(&change(OTARU, &[])).await?;
    let id = house.delivery(filing).await?.id;
    let today = day_in_japan(house.clock.now_ms());
    let most = "名".repeat(house.ctx.config.limits.name_chars_max);
    for (on, to) in [
        (today.tomorrow()?, "佐藤"),
        (today.yesterday()?, "佐藤"),
        (today, "  "),
        (today, format!("{most}名").as_str()),
    ] {
        let wrong = give(&house.ctx, id, Given { on, to }, by_hand()).await;
        ensure!(matches!(wrong, Err(ReviewProblem::Given(_))), "{on} {to}: {wrong:?}");
    }
    let given = Given { on: today, to: &most };
    give(&house.ctx, id, given, by_hand()).await?;
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    ensure!(delivery.authority == code(OTARU));
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    ensure!(delivery.proof == Some(ProofLevel::PickedUp), "{delivery:?}");
    let events = house.ctx.store.events(filing).await?;
    let proof = events.iter().find(|event| event.kind == "proof.picked_up");
    ensure!(proof.is_some_and(|it| it.body.contains(&today.to_string())), "{events:?}");
    ensure!(events.iter().all(|event| !event.body.contains(&most)), "who took it: {events:?}");
    let acts = acts(&house, id).await?;
    ensure!(acts.len() == 1 && acts[0].0 == "delivery.give" && acts[0].1.contains(&most));
    let twice = give(&house.ctx, id, given, by_hand()).await;
    ensure!(matches!(twice, Err(ReviewProblem::State(_))), "{twice:?}");
    house.finish().await
}
