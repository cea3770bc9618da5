//! What an authority says of itself while hubs run holds in every process, from its day on.

use std::time::Duration;

use adapters::Endpoint;
use anyhow::{Context as _, Result, bail, ensure};
use hub::actor::Actor;
use hub::clock::Clock;
use hub::context::day_in_japan;
use hub::delivery::State;
use hub::operate::By;
use hub::operate::master::{MasterProblem, Whom, amend, prepare};
use hub::operate::proposal::{ProposalProblem, Ruling, propose, rule};
use hub::operate::replay::replay;
use hub::store::{EndpointRow, ProposalState};
use jiff::Timestamp;
use routing::Cells;
use schemas::Channel;

use super::SAPPORO;
use super::watches::beside;
use crate::house::{Builder, House, change, code};

/// 余市町, which the ministry lists among those that are not prepared.
const YOICHI: &str = "014087";

const DAY: Duration = Duration::from_hours(24);

fn clerk(name: &str) -> Actor {
    Actor { person: format!("test:{name}"), name: name.to_owned() }
}

fn ready() -> Cells {
    Cells::from([
        ("prepared".to_owned(), "true".to_owned()),
        ("unprepared_basis".to_owned(), String::new()),
    ])
}

/// Another process, on the same engines and at the same time.
pub(super) async fn another(house: &House) -> Result<std::sync::Arc<hub::context::Context>> {
    let at = Timestamp::from_millisecond(house.clock.now_ms())?;
    beside(house, Clock::manual(at, 13)).await
}

/// An authority that becomes ready gets what was held for it on the day that it named, and every
/// process plans by that.
pub async fn an_authority_becomes_ready_on_the_day_that_it_names(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(YOICHI, &[Channel::Api]).start().await?;
    let other = another(&house).await?;
    let filing = house.deliver(&change(YOICHI, &[])).await?;
    let held = house.delivery(filing).await?;
    ensure!(matches!(held.state, State::Held { .. }), "{held:?}");
    let today = day_in_japan(house.clock.now_ms());
    let (tomorrow, own) = (today.tomorrow()?, Whom::Authority(code(YOICHI)));
    let actor = clerk("町田");
    let by = By { actor: &actor, why: "準備が済んだ" };
    let wanted = vec![(code(YOICHI), ready())];
    let past = amend(&house.ctx, wanted.clone(), today.yesterday()?, (by, own)).await;
    ensure!(matches!(past, Err(MasterProblem::Past(_))), "{past:?}");
    let foreign = vec![(code(SAPPORO), ready())];
    let foreign = amend(&house.ctx, foreign, tomorrow, (by, own)).await;
    ensure!(foreign.is_err(), "another's affairs: {foreign:?}");
    let done = amend(&house.ctx, wanted.clone(), tomorrow, (by, own)).await?;
    let version = format!("{}+1", done.before.version());
    ensure!(done.after.version() == version && house.ctx.master().version() == version);
    let again = amend(&house.ctx, wanted, tomorrow, (by, own)).await;
    ensure!(matches!(again, Err(MasterProblem::Nothing)), "{again:?}");
    // The other process takes it over when it looks.
    ensure!(other.master().last_amendment() == 0);
    other.reload_master().await?;
    ensure!(other.master().version() == version);

    house.tend().await?;
    ensure!(matches!(house.delivery(filing).await?.state, State::Held { .. }), "not yet");
    house.advance(DAY).await?;
    house.tend().await?;
    let delivery = house.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let next = house.deliver(&change(YOICHI, &[])).await?;
    let delivery = house.delivery(next).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let plan = house.ctx.store.revisions(next).await?.remove(0).plan.context("a plan")?;
    ensure!(plan.contains(&version), "{plan}");
    let acts = house.ctx.store.staff_acts(Some("authority:014087"), i64::MAX, 5).await?;
    let acts: Vec<_> = acts.iter().map(|act| (act.what.as_str(), act.name.as_str())).collect();
    ensure!(acts == [("master.amend", "町田")], "{acts:?}");
    house.finish().await
}

/// Of two who change at once one is told; and numbers have no gaps.
pub async fn of_two_who_change_the_master_one_is_told(builder: Builder) -> Result<()> {
    let house = builder.start().await?;
    let other = another(&house).await?;
    let today = day_in_japan(house.clock.now_ms());
    let cells = |status: &str| Cells::from([("status".to_owned(), status.to_owned())]);
    let (one, two) = (clerk("一"), clerk("二"));
    let closed = vec![(code(SAPPORO), cells("closed"))];
    let exempt = vec![(code(SAPPORO), cells("exempt"))];
    let (first, second) = (By { actor: &one, why: "工事" }, By { actor: &two, why: "従前の例" });
    let (first, second) = tokio::join!(
        amend(&house.ctx, closed.clone(), today, (first, Whom::Operations)),
        amend(&other, exempt.clone(), today, (second, Whom::Operations)),
    );
    let made = usize::from(first.is_ok()) + usize::from(second.is_ok());
    let last = house.ctx.store.last_amendment().await?;
    ensure!(made >= 1 && last == i64::try_from(made)?, "{first:?} {second:?} {last}");
    if let Some(problem) = first.err().or(second.err()) {
        ensure!(problem.to_string().contains("was changed meanwhile"), "{problem}");
    }
    let rows = house.ctx.store.amendments_of(None, i64::MAX, 9).await?;
    let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
    ensure!(numbers == (1..=last).rev().collect::<Vec<_>>(), "{numbers:?}");
    drop(other);
    house.finish().await
}

/// What is not taken stays held when the authority opens, and one kind that is opened goes though
/// another is not.
pub async fn a_kind_is_held_until_it_is_taken_and_no_longer(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(YOICHI, &[Channel::Api]).start().await?;
    let unprepared = house.deliver(&change(YOICHI, &[])).await?;
    let today = day_in_japan(house.clock.now_ms());
    let actor = clerk("町田");
    let (by, own) = (By { actor: &actor, why: "準備が済んだ" }, Whom::Authority(code(YOICHI)));
    let not_taken = |kinds: &str| ("not_taken".to_owned(), kinds.to_owned());
    let mut cells = ready();
    cells.extend([not_taken("change;closure")]);
    amend(&house.ctx, vec![(code(YOICHI), cells)], today, (by, own)).await?;
    let not_of_kind = house.deliver(&change(YOICHI, &[])).await?;
    house.tend().await?;
    for (filing, why_held) in
        [(unprepared, "authority_not_prepared"), (not_of_kind, "authority_kind_not_taken")]
    {
        let state = house.delivery(filing).await?.state;
        ensure!(matches!(&state, State::Held { why } if why.code == why_held), "{state:?}");
    }
    let cells = Cells::from([not_taken("closure")]);
    amend(&house.ctx, vec![(code(YOICHI), cells)], today, (by, own)).await?;
    house.tend().await?;
    for filing in [unprepared, not_of_kind] {
        let state = house.delivery(filing).await?.state;
        ensure!(matches!(state, State::Delivered { .. }), "{state:?}");
    }
    house.finish().await
}

/// The newest filings are asked, as many as may be, and no more; of a change of one authority its
/// own.
pub async fn a_dry_run_tells_which_filings_would_go_otherwise(builder: Builder) -> Result<()> {
    let builder = builder.with(|config| config.master.dry_run_shown = 2);
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).start().await?;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let filing = house.deliver(&change(SAPPORO, &[])).await?;
        numbers.insert(0, filing.receipt_number());
        house.advance(Duration::from_secs(1)).await?;
    }
    house.deliver(&change(super::OTARU, &[])).await?;
    let today = day_in_japan(house.clock.now_ms());
    let cells = Cells::from([("not_taken".to_owned(), "change".to_owned())]);
    let prepared = prepare(&house.ctx, vec![(code(SAPPORO), cells)], today).await?;
    for (most, asked, moved) in [(9, 3, 3), (3, 3, 3), (2, 2, 2), (0, 0, 0)] {
        let done = replay(&house.ctx, &prepared, most).await?;
        ensure!((done.asked, done.moved, done.unread) == (asked, moved, 0), "{most}: {done:?}");
        let shown: Vec<_> = done.shown.iter().map(|it| it.receipt_number.clone()).collect();
        ensure!(shown == numbers[..moved.min(2)], "{most}: {shown:?}");
    }
    let cells = |kind: &str| Cells::from([("not_taken".to_owned(), kind.to_owned())]);
    let two = vec![(code(SAPPORO), cells("change")), (code(YOICHI), cells("change"))];
    let prepared = prepare(&house.ctx, two, today).await?;
    for (most, asked, moved) in [(9, 4, 3), (4, 4, 3), (3, 3, 2), (1, 1, 0)] {
        let done = replay(&house.ctx, &prepared, most).await?;
        ensure!((done.asked, done.moved, done.unread) == (asked, moved, 0), "{most}: {done:?}");
    }
    ensure!(house.ctx.store.last_amendment().await? == 0, "nothing was changed");
    house.finish().await
}

/// How an authority is reached changes when a second person says so, and no secret is left behind.
pub async fn channels_change_when_a_second_person_approves(builder: Builder) -> Result<()> {
    let house = builder.ladder(SAPPORO, &[Channel::Api]).start().await?;
    let (one, two) = (clerk("一"), clerk("二"));
    let (sapporo, own) = (code(SAPPORO), Whom::Authority(code(SAPPORO)));
    let by = |actor| By { actor, why: "鍵の更新" };
    let text = r#"[{"channel": "api", "url": "https://new.example/in", "signing_secret": "s3cret"},
                   {"channel": "pull"}]"#;
    let before = house.ctx.store.endpoints().await?;
    let row = propose(&house.ctx, (sapporo, text), (by(&one), own)).await?;
    ensure!(!row.shown.contains("s3cret") && row.ladder.contains("s3cret"));
    ensure!(house.ctx.store.endpoints().await? == before, "nothing has changed yet");
    let same = rule(&house.ctx, (row.id, Ruling::Approve), (by(&one), own)).await;
    ensure!(matches!(&same, Err(ProposalProblem::SamePerson(name)) if name == "一"), "{same:?}");
    let foreign = Whom::Authority(code(super::OTARU));
    let foreign = rule(&house.ctx, (row.id, Ruling::Approve), (by(&two), foreign)).await;
    ensure!(foreign.is_err(), "another's proposal: {foreign:?}");
    let taken = rule(&house.ctx, (row.id, Ruling::Withdraw), (by(&two), own)).await;
    ensure!(matches!(taken, Err(ProposalProblem::NotTheirs(_))), "{taken:?}");
    let done = rule(&house.ctx, (row.id, Ruling::Approve), (by(&two), own)).await?;
    ensure!(done.state == ProposalState::Approved && done.ladder.is_empty(), "{done:?}");
    let ladder: Vec<Endpoint> = house.ctx.directory.load().ladder(sapporo).to_vec();
    let channels: Vec<_> = ladder.iter().map(Endpoint::channel).collect();
    ensure!(channels == [Channel::Api, Channel::Pull], "{channels:?}");
    let late = rule(&house.ctx, (row.id, Ruling::Reject), (by(&two), own)).await;
    let late = late.err().context("twice")?.to_string();
    ensure!(late.contains("it is decided already, by 二"), "{late}");
    // What somebody takes back, or is refused, changes nothing.
    for (ruling, actor) in [(Ruling::Withdraw, &one), (Ruling::Reject, &two)] {
        let text = r#"[{"channel": "pull"}]"#;
        let row = propose(&house.ctx, (sapporo, text), (by(&one), own)).await?;
        let done = rule(&house.ctx, (row.id, ruling), (by(actor), own)).await?;
        ensure!(done.ladder.is_empty(), "{done:?}");
    }
    ensure!(house.ctx.directory.load().ladder(sapporo) == ladder);
    approved_late(&house, (&one, &two)).await?;
    let acts = house.ctx.store.staff_acts(None, i64::MAX, 99).await?;
    for act in &acts {
        let told = format!("{} {}", act.was, act.became);
        if told.contains("s3cret") {
            bail!("a secret on record: {told}");
        }
    }
    let acts: Vec<_> = acts.iter().rev().map(|act| act.what.as_str()).collect();
    ensure!(
        acts == [
            "channels.propose",
            "channels.approve",
            "channels.propose",
            "channels.withdraw",
            "channels.propose",
            "channels.reject",
            "channels.propose",
            "channels.propose",
            "channels.propose",
            "channels.approve",
            "channels.approve",
            "channels.propose",
            "channels.propose",
            "channels.approve"
        ],
        "{acts:?}"
    );
    house.finish().await
}

/// A secret that stays is the one in use at the approval, and what starts from what was in use
/// before is not put to use any more.
async fn approved_late(house: &House, (one, two): (&Actor, &Actor)) -> Result<()> {
    let (ctx, sapporo, own) = (&house.ctx, code(SAPPORO), Whom::Authority(code(SAPPORO)));
    let by = |actor| By { actor, why: "鍵の更新" };
    let ladder = |rest: &str| {
        let api = r#""channel": "api", "url": "https://new.example/in""#;
        format!(r#"[{{{api}, "signing_secret": "********"{rest}}}, {{"channel": "pull"}}]"#)
    };
    let older = ladder(r#", "answer_timeout_ms": 31000"#);
    let older = propose(ctx, (sapporo, &older), (by(one), own)).await?;
    ensure!(!older.ladder.contains("s3cret"), "what stays is not copied");
    let newer = ladder(r#", "answer_timeout_ms": 32000"#);
    let newer = propose(ctx, (sapporo, &newer), (by(one), own)).await?;
    let other = ladder(r#", "answer_timeout_ms": 33000"#);
    let other = propose(ctx, (sapporo, &other), (by(one), own)).await?;
    // At the command line the secret is set anew, which nobody sees.
    let set = async |secret: &str| {
        let text = ladder("").replace("********", secret);
        let rows: Vec<Endpoint> = serde_json::from_str(&text)?;
        let rows = EndpointRow::of_ladder(&rows, sapporo, house.clock.now_ms())?;
        let mut tx = ctx.store.begin().await?;
        tx.save_endpoints(sapporo, &rows).await?;
        tx.commit().await?;
        anyhow::Ok(())
    };
    set("s3cret-of-today").await?;
    rule(ctx, (newer.id, Ruling::Approve), (by(two), own)).await?;
    let in_use = ctx.store.endpoints().await?;
    let api = in_use.iter().find(|row| row.config.contains("new.example")).context("a row")?;
    ensure!(api.config.contains("s3cret-of-today") && api.config.contains("32000"), "{api:?}");
    let late = rule(ctx, (older.id, Ruling::Approve), (by(two), own)).await;
    let late = late.err().context("what is in use is another")?.to_string();
    ensure!(late.contains("was changed since it was proposed"), "{late}");
    ensure!(ctx.store.endpoints().await? == in_use, "nothing was undone");
    set("s3cret-of-today").await?;
    rule(ctx, (other.id, Ruling::Approve), (by(two), own)).await?;
    // Of two that start from the same and are approved at once, the second changed nothing.
    let mut ids = Vec::new();
    for ms in [34_000, 35_000] {
        let text = ladder(&format!(r#", "answer_timeout_ms": {ms}"#));
        ids.push(propose(ctx, (sapporo, &text), (by(one), own)).await?.id);
    }
    let approve = |id| rule(ctx, (id, Ruling::Approve), (by(two), own));
    let (first, second) = tokio::join!(approve(ids[0]), approve(ids[1]));
    let is_one = first.is_ok() != second.is_ok();
    ensure!(is_one, "both or none of two at once: {first:?} {second:?}");
    let late = [first, second].into_iter().find_map(Result::err).context("one")?.to_string();
    ensure!(late.contains("was changed since it was proposed"), "{late}");
    Ok(())
}
