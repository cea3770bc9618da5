//! Many deliveries that staff start anew together: at a pace, once each, by one or by two.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result, ensure};
use hub::actor::Actor;
use hub::delivery::{Delivery, State};
use hub::operate::redrive::{RedriveProblem, approve, cancel, preview, redrive_subject, start};
use hub::operate::{By, retry};
use hub::review::ReviewProblem;
use hub::store::{Choice, ItemState, RedriveRow, RedriveState, StaffActsHead};
use hub::upkeep::Upkeep;
use schemas::{Channel, FilingId, Owner};

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, by_hand, change, code};

const SECOND: Duration = Duration::from_secs(1);

/// A colleague of whom [`by_hand`] is by.
fn by_another() -> By<'static> {
    static OTHER: LazyLock<Actor> = LazyLock::new(|| Actor {
        person: "key:other".to_owned(),
        name: "運用 次郎".to_owned(),
    });
    By { actor: &OTHER, why: "確認しました" }
}

/// A house in which so many filings were refused; the authority would take them now.
async fn refused(builder: Builder, count: usize) -> Result<(House, Vec<FilingId>)> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]);
    let builder = builder.behaviour(SAPPORO, Behaviour::Refusing(410)).with(|config| {
        config.lane.failures_to_open = 1_000;
        config.operations.redrive_alone_max = 3;
        config.operations.redrive_items_max = 6;
    });
    let mut house = builder.start().await?;
    let mut filings = Vec::new();
    for _ in 0..count {
        filings.push(house.deliver(&change(SAPPORO, &[])).await?);
        house.advance(SECOND).await?;
    }
    for filing in &filings {
        let delivery = house.delivery(*filing).await?;
        ensure!(matches!(delivery.state, State::Failed { .. }), "{delivery:?}");
    }
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    Ok((house, filings))
}

fn gone() -> Choice {
    Choice { cause: Some("http_410".to_owned()), ..Choice::default() }
}

async fn arrived(house: &House, filings: &[FilingId]) -> Result<Vec<bool>> {
    let mut all = Vec::new();
    for filing in filings {
        all.push(matches!(house.delivery(*filing).await?.state, State::Delivered { .. }));
    }
    Ok(all)
}

async fn seen(house: &House, row: &RedriveRow) -> Result<RedriveRow> {
    house.ctx.store.redrive(row.id).await?.context("a redrive")
}

/// What was done with a redrive by whom, the first first.
async fn acts(house: &House, row: &RedriveRow) -> Result<Vec<(String, String)>> {
    let subject = redrive_subject(row.id);
    let mut acts = house.ctx.store.staff_acts(Some(&subject), i64::MAX, 10).await?;
    acts.reverse();
    StaffActsHead::default().follow(&house.ctx.store.staff_acts_after(0, 1_000).await?)?;
    Ok(acts.into_iter().map(|act| (act.what, act.name)).collect())
}

/// One a second, the oldest first; what is left when somebody ends it stays as it is.
pub async fn a_redrive_keeps_its_pace_and_ends_half_way(builder: Builder) -> Result<()> {
    let (mut house, filings) = refused(builder, 3).await?;
    let row = preview(&house.ctx, &gone(), by_hand().actor).await?;
    ensure!((row.items, row.doubtful, row.state) == (3, 0, RedriveState::Previewed), "{row:?}");
    house.advance(SECOND).await?;
    ensure!(arrived(&house, &filings).await? == [false; 3], "a preview sends nothing");
    let row = start(&house.ctx, row.id, by_hand()).await?;
    ensure!(row.state == RedriveState::Running, "one person may start it alone: {row:?}");
    house.settle().await?;
    ensure!(arrived(&house, &filings).await? == [true, false, false], "one at once");
    house.clock.advance(SECOND / 2);
    house.settle().await?;
    ensure!(arrived(&house, &filings).await? == [true, false, false], "not a moment too early");
    house.advance(SECOND / 2).await?;
    ensure!(arrived(&house, &filings).await? == [true, true, false]);
    let empty = By { why: " ", ..by_another() };
    let refused = cancel(&house.ctx, row.id, empty).await;
    let is_reason = matches!(&refused, Err(RedriveProblem::Act(ReviewProblem::Reason(_))));
    ensure!(is_reason, "{refused:?}");
    cancel(&house.ctx, row.id, by_another()).await?;
    house.advance(10 * SECOND).await?;
    ensure!(arrived(&house, &filings).await? == [true, true, false], "it goes on");
    let row = seen(&house, &row).await?;
    ensure!((row.done, row.skipped, row.left()) == (2, 0, 1), "{row:?}");
    ensure!(row.state == RedriveState::Cancelled && row.ended_at.is_some(), "{row:?}");
    let left = house.delivery(filings[2]).await?;
    let State::Failed { why } = &left.state else { anyhow::bail!("{left:?}") };
    ensure!((why.code.as_str(), left.attempts) == ("http_410", 1), "{left:?}");
    let late = cancel(&house.ctx, row.id, by_hand()).await.err().context("twice")?.to_string();
    ensure!(late.contains("it was cancelled, by 運用 次郎 at 2026-04-01T"), "{late}");
    let told = [("redrive.start", "運用 花子"), ("redrive.cancel", "運用 次郎")];
    let acts = acts(&house, &row).await?;
    ensure!(acts.iter().map(|(a, b)| (a.as_str(), b.as_str())).eq(told), "{acts:?}");
    house.finish().await
}

/// Above the limit another has to approve, and of two one wins.
pub async fn a_large_redrive_needs_two_people(builder: Builder) -> Result<()> {
    let (mut house, filings) = refused(builder, 4).await?;
    let last = house.delivery(filings[3]).await?;
    let narrow = Choice { until_at: Some(last.updated_at), ..gone() };
    let small = preview(&house.ctx, &narrow, by_hand().actor).await?;
    ensure!(small.items == 3, "at the limit, and before a moment is before it: {small:?}");
    let small = start(&house.ctx, small.id, by_hand()).await?;
    ensure!(small.state == RedriveState::Running, "{small:?}");
    cancel(&house.ctx, small.id, by_hand()).await?;

    let row = preview(&house.ctx, &gone(), by_hand().actor).await?;
    let early = approve(&house.ctx, row.id, by_another()).await.err().context("too early")?;
    ensure!(early.to_string().contains("nobody has started it yet"), "{early}");
    let row = start(&house.ctx, row.id, by_hand()).await?;
    ensure!(row.state == RedriveState::Proposed, "above the limit: {row:?}");
    house.advance(2 * SECOND).await?;
    ensure!(arrived(&house, &filings).await? == [false; 4], "nobody has approved it");
    let second = start(&house.ctx, row.id, by_another()).await.err().context("twice")?.to_string();
    ensure!(second.contains("by 運用 花子 at 2026-04-01T"), "{second}");
    let same = approve(&house.ctx, row.id, by_hand()).await.err().context("the same person")?;
    let RedriveProblem::SamePerson { name, alone_max: 3 } = &same else { anyhow::bail!("{same}") };
    ensure!(name == "運用 花子" && same.to_string().contains("somebody else"), "{same}");
    let (one, other) = tokio::join!(
        approve(&house.ctx, row.id, by_another()),
        approve(&house.ctx, row.id, by_another())
    );
    ensure!(one.is_ok() != other.is_ok(), "of two one wins: {one:?} {other:?}");
    let late = one.err().or(other.err()).context("one was late")?.to_string();
    ensure!(late.contains("it is under way already, by 運用 次郎 at 2026-04-01T"), "{late}");
    for _ in 0..4 {
        house.advance(SECOND).await?;
    }
    ensure!(arrived(&house, &filings).await? == [true; 4]);
    let row = seen(&house, &row).await?;
    ensure!((row.state, row.done) == (RedriveState::Finished, 4), "{row:?}");
    ensure!(row.approved_name.as_deref() == Some("運用 次郎"), "{row:?}");
    let told = [
        ("redrive.start", "運用 花子"),
        ("redrive.approve", "運用 次郎"),
        ("redrive.finish", "Todoke"),
    ];
    let acts = acts(&house, &row).await?;
    ensure!(acts.iter().map(|(a, b)| (a.as_str(), b.as_str())).eq(told), "{acts:?}");
    house.finish().await
}

/// Who is delivered, or in trouble for another cause, since the preview is passed over.
pub async fn what_is_not_as_it_was_is_passed_over(builder: Builder) -> Result<()> {
    let (mut house, filings) = refused(builder, 3).await?;
    let row = preview(&house.ctx, &gone(), by_hand().actor).await?;
    let delivery = house.delivery(filings[0]).await?;
    retry(&house.ctx, delivery.id, by_another()).await?;
    house.settle().await?;
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Refusing(503))?;
    let delivery = house.delivery(filings[1]).await?;
    retry(&house.ctx, delivery.id, by_another()).await?;
    house.settle().await?;
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    start(&house.ctx, row.id, by_hand()).await?;
    for _ in 0..3 {
        house.advance(SECOND).await?;
    }
    let row = seen(&house, &row).await?;
    ensure!((row.done, row.skipped, row.left()) == (1, 2, 0), "{row:?}");
    ensure!(row.state == RedriveState::Finished, "{row:?}");
    let items = house.ctx.store.redrive_items(row.id, 0, 10).await?;
    let found: Vec<_> = items.iter().map(|it| (it.state, it.found.as_deref())).collect();
    let told = [
        (ItemState::Skipped, Some("delivered")),
        (ItemState::Skipped, Some("http_503")),
        (ItemState::Done, None),
    ];
    ensure!(found == told, "{items:?}");
    ensure!(house.delivery(filings[0]).await?.attempts == 2, "it was sent again");
    ensure!(house.delivery(filings[1]).await?.attempts == 2, "it was tried out of its turn");
    let counted = house.ctx.metrics.render();
    for counts in ["{result=\"started\"} 1", "{result=\"skipped\"} 2"] {
        ensure!(counted.contains(&format!("todoke_redriven_total{counts}")), "{counts}");
    }
    house.outlast(3).await?;
    house.finish().await
}

/// A restart goes on where it was, and two processes start nothing twice.
pub async fn two_processes_and_a_restart_start_each_once(builder: Builder) -> Result<()> {
    let (mut house, filings) = refused(builder, 6).await?;
    let row = preview(&house.ctx, &gone(), by_hand().actor).await?;
    start(&house.ctx, row.id, by_hand()).await?;
    approve(&house.ctx, row.id, by_another()).await?;
    house.settle().await?;
    house.restart().await?;
    // Nobody looked for long; what was missed is not made up for.
    house.advance(Duration::from_mins(10)).await?;
    let mut done = seen(&house, &row).await?.done;
    ensure!((2..=4).contains(&done), "{done} at once");
    let mut other = Upkeep::new(Arc::clone(&house.ctx)).await;
    for _ in 0..8 {
        house.clock.advance(SECOND);
        let (one, another) = tokio::join!(house.stages.upkeep.step(), other.step());
        one?;
        another?;
        let now = seen(&house, &row).await?.done;
        ensure!(now - done <= 1, "{now} after {done} within a second");
        done = now;
    }
    house.settle().await?;
    let row = seen(&house, &row).await?;
    ensure!((row.done, row.skipped, row.state) == (6, 0, RedriveState::Finished), "{row:?}");
    for filing in &filings {
        let events = house.events(*filing).await?;
        let started = events.iter().filter(|kind| *kind == "delivery.redriven").count();
        ensure!(started == 1, "{events:?}");
        ensure!(house.delivery(*filing).await?.attempts == 2);
    }
    house.finish().await
}

/// Nothing, or too much, is no redrive; each filter narrows.
pub async fn a_preview_is_of_what_was_chosen(builder: Builder) -> Result<()> {
    let (mut house, filings) = refused(builder, 5).await?;
    house.sandbox.set_behaviour(code(OTARU), Behaviour::LoseAnswer)?;
    let lost = house.deliver(&change(OTARU, &[])).await?;
    let doubt = house.delivery(lost).await?;
    ensure!(doubt.second_copy && matches!(doubt.state, State::Waiting { .. }), "{doubt:?}");
    let ctx = Arc::clone(&house.ctx);
    let count = async |choice: Choice| -> Result<(i32, i32)> {
        match preview(&ctx, &choice, by_hand().actor).await {
            Ok(row) => Ok((row.items, row.doubtful)),
            Err(RedriveProblem::Nothing) => Ok((0, 0)),
            Err(other) => Err(other.into()),
        }
    };
    ensure!(count(Choice::default()).await? == (6, 1), "as many as may be in one");
    ensure!(count(gone()).await? == (5, 0));
    let first = house.delivery(filings[0]).await?.updated_at;
    for (choice, expected) in [
        (Choice { cause: Some("none such".into()), ..Choice::default() }, (0, 0)),
        (Choice { authority: Some(code(OTARU)), ..Choice::default() }, (1, 1)),
        (Choice { authority: Some(code(OTARU)), ..gone() }, (0, 0)),
        (Choice { channel: Some(Channel::Api), ..gone() }, (5, 0)),
        (Choice { channel: Some(Channel::Email), ..gone() }, (0, 0)),
        (Choice { owner: Some(Owner::Authority), ..gone() }, (5, 0)),
        (Choice { owner: Some(Owner::Operator), ..gone() }, (0, 0)),
        (Choice { from_at: Some(first), ..gone() }, (5, 0)),
        (Choice { from_at: Some(first + 1), ..gone() }, (4, 0)),
        (Choice { until_at: Some(first), ..gone() }, (0, 0)),
    ] {
        let told = format!("{choice:?}");
        let found = count(choice).await?;
        ensure!(found == expected, "{found:?} of {told}");
    }
    house.deliver(&change(OTARU, &[])).await?;
    let many = preview(&ctx, &Choice::default(), by_hand().actor).await;
    ensure!(matches!(&many, Err(RedriveProblem::TooMany(6))), "one above: {many:?}");
    house.outlast(5).await?;
    house.finish().await
}

/// Previews that nobody started are forgotten, and what ended long ago; what runs is not.
pub async fn old_redrives_are_forgotten_with_what_was_in_them(builder: Builder) -> Result<()> {
    let (mut house, filings) = refused(builder, 4).await?;
    let forgotten = preview(&house.ctx, &gone(), by_hand().actor).await?;
    let proposed = preview(&house.ctx, &gone(), by_hand().actor).await?;
    start(&house.ctx, proposed.id, by_hand()).await?;
    let hours = u64::try_from(house.ctx.config.operations.redrive_preview_hours)?;
    house.clock.advance(Duration::from_hours(hours));
    house.tend().await?;
    ensure!(house.ctx.store.redrive(forgotten.id).await?.is_some(), "at the limit");
    house.clock.advance(SECOND);
    house.tend().await?;
    ensure!(house.ctx.store.redrive(forgotten.id).await?.is_none(), "above it");
    ensure!(house.ctx.store.redrive_items(forgotten.id, 0, 9).await?.is_empty());
    ensure!(seen(&house, &proposed).await?.state == RedriveState::Proposed);
    let late = start(&house.ctx, forgotten.id, by_hand()).await;
    let is_gone = matches!(&late, Err(RedriveProblem::Act(ReviewProblem::NotFound(_))));
    ensure!(is_gone, "{late:?}");
    cancel(&house.ctx, proposed.id, by_hand()).await?;
    let days = u64::try_from(house.ctx.config.operations.redrive_keep_days)?;
    house.clock.advance(Duration::from_hours(24 * days) + SECOND);
    house.tend().await?;
    ensure!(house.ctx.store.redrive(proposed.id).await?.is_none());
    let first: Delivery = house.delivery(filings[0]).await?;
    ensure!(matches!(first.state, State::Failed { .. }), "{first:?}");
    house.finish().await
}
