//! The figures of a month: exact however often a process stops, and counted again for late answers;
//! and what had failed and arrived since, told once.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result, ensure};
use hub::actor::Actor;
use hub::delivery::State;
use hub::operate::retry;
use hub::reminder::Reminder;
use hub::reports::{self, Choice, DAYS, Figures, Quantile, Reader};
use hub::review::Source;
use hub::store::ReminderState;
use hub::upkeep::count_month;
use schemas::{Channel, Decision, Verdict};

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, by_hand, change, code};

const DAY: Duration = Duration::from_hours(24);
const OPERATIONS: &str = "operations@todoke.example";

/// What is shown of April.
async fn april(house: &House) -> Result<Option<Figures>> {
    let month = "2026-04".parse().map_err(anyhow::Error::msg)?;
    let choice = (Reader::Operations, &Choice::default());
    let report = reports::read(&house.ctx.store, month, choice).await?;
    Ok(report.filter(|it| it.counted_at.is_some()).map(|it| it.total()))
}

async fn count(house: &House) -> Result<()> {
    while count_month(&house.ctx).await? {}
    Ok(())
}

fn small(builder: Builder) -> Builder {
    builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]).with(|config| {
        (config.reports.months, config.reports.batch_max) = (2, 1);
    })
}

/// In batches of one, by two at once and past a restart, each delivery counts once; what is not
/// counted through is not shown.
pub async fn a_month_is_counted_once_whoever_counts(builder: Builder) -> Result<()> {
    let mut house = small(builder).start().await?;
    for place in [SAPPORO, OTARU, SAPPORO, OTARU, SAPPORO] {
        house.deliver(&change(place, &[])).await?;
    }
    // What the stages' rounds have counted meanwhile is a day old, and counted again.
    count(&house).await?;
    house.clock.advance(DAY);
    count_month(&house.ctx).await?;
    count_month(&house.ctx).await?;
    house.restart().await?;
    for _ in 0..40 {
        let both = tokio::join!(count_month(&house.ctx), count_month(&house.ctx));
        let _ = (both.0?, both.1?);
    }
    ensure!(!count_month(&house.ctx).await?, "there is more to count");
    let figures = april(&house).await?.context("not counted")?;
    ensure!((figures.filings, figures.delivered, figures.unfinished) == (5, 5, 5), "{figures:?}");
    ensure!((figures.tries, figures.failed_tries) == (5, 0), "{figures:?}");
    ensure!(figures.to_deliver.count == 5 && figures.to_open.count == 0, "{figures:?}");
    let month = "2026-04".parse().map_err(anyhow::Error::msg)?;
    let own = (Reader::Authority(code(OTARU)), &Choice::default());
    let report = reports::read(&house.ctx.store, month, own).await?.context("a report")?;
    ensure!(report.total().filings == 2, "{report:?}");
    house.finish().await
}

/// Answers come late: they are counted with the month in which the filing was received, in business
/// days, and returns by what they mark.
pub async fn late_answers_are_counted_with_their_month(builder: Builder) -> Result<()> {
    let mut house = small(builder).start().await?;
    let first = house.deliver(&change(SAPPORO, &[])).await?;
    let second = house.deliver(&change(SAPPORO, &[])).await?;
    count(&house).await?;
    // From a Wednesday to the next Monday: three business days.
    house.advance(5 * DAY).await?;
    let clerk = Actor { person: "key:clerk".into(), name: "佐藤".into() };
    let (first, second) = (house.delivery(first).await?.id, house.delivery(second).await?.id);
    house.reviewer().open(first, code(SAPPORO), &clerk).await?;
    house.advance(DAY).await?;
    let returned = Decision {
        verdict: Verdict::Returned,
        comment: "名称を確認してください".into(),
        files: Vec::new(),
        marks: vec!["/offices/0/name".into()],
    };
    house.reviewer().decide(first, code(SAPPORO), &returned, Source::Api).await?;
    let wordless = Decision { marks: Vec::new(), ..returned.clone() };
    house.reviewer().decide(second, code(SAPPORO), &wordless, Source::Api).await?;
    house.advance(DAY).await?;
    count(&house).await?;
    let figures = april(&house).await?.context("not counted")?;
    ensure!((figures.returned, figures.unfinished) == (2, 0), "{figures:?}");
    ensure!(figures.to_open.count == 2 && figures.to_open.sum == 3 + 4, "{figures:?}");
    ensure!(figures.to_decide.quantile(50, DAYS) == Some(Quantile::Within(5)), "{figures:?}");
    ensure!(figures.to_decide.sum == 4 + 4, "{figures:?}");
    let reasons: Vec<_> = figures.reasons.iter().map(|(it, n)| (it.as_str(), *n)).collect();
    ensure!(reasons == [("", 1), ("offices/name", 1)], "{reasons:?}");
    house.finish().await
}

async fn remind(house: &mut House) -> Result<usize> {
    while house.stages.reminder.step().await? > 0 {}
    Ok(house.letters_to(OPERATIONS)?.len())
}

/// Two that were refused and sent again: one mail, however many processes; none of what arrived at
/// once, and none on a day without any.
pub async fn what_failed_and_arrived_is_told_once(builder: Builder) -> Result<()> {
    let builder = builder.behaviour(SAPPORO, Behaviour::Refusing(410));
    let mut house = small(builder)
        .with(|config| OPERATIONS.clone_into(&mut config.reminders.operations_mail))
        .start()
        .await?;
    let mut refused = Vec::new();
    for _ in 0..2 {
        refused.push(house.deliver(&change(SAPPORO, &[])).await?);
    }
    house.deliver(&change(OTARU, &[])).await?;
    ensure!(remind(&mut house).await? == 0, "nothing has arrived after a failure");
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    house.advance(Duration::from_hours(2)).await?;
    for filing in &refused {
        retry(&house.ctx, house.delivery(*filing).await?.id, by_hand()).await?;
    }
    house.settle().await?;
    let delivery = house.delivery(refused[0]).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    ensure!(remind(&mut house).await? == 0, "it is of the day before");
    house.advance(DAY).await?;
    let mut other = Reminder::new(house.ctx.clone());
    let both = tokio::join!(house.stages.reminder.step(), other.step());
    let _ = (both.0?, both.1?);
    while other.step().await? > 0 {}
    ensure!(remind(&mut house).await? == 1, "one mail");
    let letter = house.letters_to(OPERATIONS)?.remove(0);
    ensure!(letter.subject == "【届出】失敗の後に送達できたもの(2件)", "{letter:?}");
    ensure!(letter.text.contains("札幌市 / http_410: 2件"), "{letter:?}");
    ensure!(letter.text.contains(&refused[1].receipt_number()), "{letter:?}");
    ensure!(!letter.text.contains("小樽市"), "{letter:?}");
    house.restart().await?;
    ensure!(remind(&mut house).await? == 1, "a restart tells nobody twice");
    house.advance(DAY).await?;
    ensure!(remind(&mut house).await? == 1, "nothing new");
    let rows = house.ctx.store.newest_reminders(9).await?;
    let fixed: Vec<_> = rows.iter().filter(|it| it.addressee == "fixed").collect();
    ensure!(fixed.len() == 1 && fixed[0].state == ReminderState::Sent, "{fixed:?}");
    ensure!(fixed[0].deliveries == 2, "{fixed:?}");
    house.finish().await
}
