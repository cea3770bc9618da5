//! What is watched beside lanes: deadlines, held deliveries among them, credentials, decisions,
//! what waits within the hub.

use std::time::Duration;

use adapters::Endpoint;
use adapters::sandbox::Behaviour;
use anyhow::{Context, Result};
use hub::app::Role;
use hub::contacts::{Entry, Writer, write};
use hub::context::day_in_japan;
use hub::heart::Heart;
use hub::lane::{Breaker, Lane};
use hub::operate;
use hub::store::{DeadLetterRow, ProbeRow, WatchFilter};
use hub::watch::{Kind, Watch};
use hub::watcher::Watcher;
use jiff::ToSpan;
use schemas::{Channel, Decision, Owner, Verdict};
use tests::house::{House, by_hand, change, code};

use super::deadline::{changed, until_the_end};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What goes on, or went on, of a kind.
async fn watched(house: &House, kind: Kind, firing: bool) -> Result<Vec<Watch>> {
    let filter =
        WatchFilter { kind: Some(kind), firing: Some(firing), limit: 99, ..WatchFilter::default() };
    Ok(house.ctx.store.list_watches(&filter).await?)
}

/// Enough looks for what is over to be over.
async fn outlast(house: &House, watcher: &mut Watcher) -> Result<()> {
    for _ in 0..7 {
        house.clock.advance(MINUTE);
        watcher.step().await?;
    }
    Ok(())
}

/// A lane that staff paused holds a filing: its deadline comes near, and they are told of just that
/// one, from the hour set on, until it is delivered.
#[tokio::test]
async fn a_held_delivery_near_its_deadline_is_told() -> Result<()> {
    let mut house = House::build().ladder(OTARU, &[Channel::Api]).start().await?;
    operate::pause(&house.ctx, (code(OTARU), Channel::Api), by_hand()).await?;
    let (due, undated) = (changed(&house, 8)?, change(OTARU, &[]));
    let due = house.deliver(&due).await?;
    house.deliver(&undated).await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    let end = house.clock.now_ms() + until_the_end(&house, due).await?;
    let near = end - house.ctx.config.watches.deadline_hours * 3_600_000;
    let to_it = u64::try_from(near - house.clock.now_ms())?;
    house.clock.advance(Duration::from_millis(to_it - 1));
    watcher.step().await?;
    assert!(watched(&house, Kind::DeadlineNear, true).await?.is_empty(), "a moment too early");
    house.clock.advance(Duration::from_millis(1));
    watcher.step().await?;
    let told = watched(&house, Kind::DeadlineNear, true).await?;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].filing_id, told[0].authority), (Some(due), Some(code(OTARU))));
    assert_eq!((told[0].due_at, told[0].since), (Some(end), near));
    assert_eq!((told[0].detail.as_str(), told[0].owner), ("lane_paused", Owner::Hub));
    // Its last day passes, and it is told still.
    house.clock.advance(2 * DAY);
    outlast(&house, &mut watcher).await?;
    assert_eq!(watched(&house, Kind::DeadlineNear, true).await?.len(), 1);
    operate::resume(&house.ctx, (code(OTARU), Channel::Api), None, by_hand()).await?;
    house.settle().await?;
    house.outlast(20).await?;
    outlast(&house, &mut watcher).await?;
    assert!(watched(&house, Kind::DeadlineNear, true).await?.is_empty());
    assert_eq!(watched(&house, Kind::DeadlineNear, false).await?.len(), 1, "and kept");
    house.finish().await
}

/// What was filed on its last day has its chance first; what passed long ago is told no more, nor
/// what was taken back.
#[tokio::test]
async fn a_fresh_filing_has_its_chance_first() -> Result<()> {
    let refusing = House::build().ladder(OTARU, &[Channel::Api]);
    let refusing = refusing.behaviour(OTARU, Behaviour::Refusing(410));
    let mut house = refusing.start().await?;
    let (late, long_ago) = (changed(&house, 10)?, changed(&house, 60)?);
    house.deliver(&late).await?;
    house.deliver(&long_ago).await?;
    let taken_back = house.deliver(&late).await?;
    let request = house.request(&change(OTARU, &[]))?;
    house.reviewer().withdraw(taken_back, &request).await?;
    house.settle().await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    house.clock.advance((MINUTE * 30).saturating_sub(Duration::from_millis(1)));
    watcher.step().await?;
    assert!(watched(&house, Kind::DeadlineNear, true).await?.is_empty());
    house.clock.advance(Duration::from_millis(1));
    watcher.step().await?;
    let told = watched(&house, Kind::DeadlineNear, true).await?;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].detail.as_str(), told[0].owner), ("http_410", Owner::Authority));
    house.clock.advance(31 * DAY);
    outlast(&house, &mut watcher).await?;
    assert!(watched(&house, Kind::DeadlineNear, true).await?.is_empty());
    house.finish().await
}

/// What an endpoint's settings say of its key, and what a look saw of its certificate: from thirty
/// days before on, and no more when another one is there.
#[tokio::test]
async fn a_key_and_a_certificate_that_end_soon_are_told() -> Result<()> {
    let house = House::build().ladder(SAPPORO, &[Channel::Api]).start().await?;
    let today = day_in_japan(house.clock.now_ms());
    let mut config = house.sandbox.api_endpoint(code(SAPPORO));
    config.expires_on = Some(today + 30.days());
    house.set_endpoints(code(SAPPORO), &[Endpoint::Api(config.clone())]).await?;
    let probe = |expires_at| ProbeRow {
        authority: code(SAPPORO),
        channel: Channel::Api,
        next_at: i64::MAX,
        looked_at: Some(0),
        code: None,
        failing_since: None,
        expires_at: Some(expires_at),
    };
    let soon = house.clock.now_ms() + 30 * 86_400_000;
    let save = async |row: ProbeRow| -> Result<()> {
        let mut tx = house.ctx.store.begin().await?;
        tx.save_probes(&[row]).await?;
        Ok(tx.commit().await?)
    };
    save(probe(soon + 1)).await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    watcher.step().await?;
    assert!(watched(&house, Kind::CredentialExpiring, true).await?.is_empty(), "not yet");
    house.clock.advance(DAY);
    watcher.step().await?;
    let mut told = watched(&house, Kind::CredentialExpiring, true).await?;
    told.sort_by(|a, b| a.detail.cmp(&b.detail));
    let told: Vec<_> = told.iter().map(|it| (it.detail.as_str(), it.owner, it.due_at)).collect();
    let end = hub::context::end_in_japan(today + 30.days());
    let expected =
        [("certificate", Owner::Authority, Some(soon + 1)), ("credential", Owner::Hub, end)];
    assert_eq!(told, expected);
    save(probe(soon + 400 * 86_400_000)).await?;
    config.expires_on = None;
    house.set_endpoints(code(SAPPORO), &[Endpoint::Api(config)]).await?;
    outlast(&house, &mut watcher).await?;
    assert!(watched(&house, Kind::CredentialExpiring, true).await?.is_empty());
    house.finish().await
}

/// An authority that answers by its program accepts nothing for ten business days; one whose staff
/// answer on pages is left to the reminders.
#[tokio::test]
async fn decisions_that_do_not_come_are_told() -> Result<()> {
    let ladders = House::build().ladder(SAPPORO, &[Channel::Api]);
    let mut house = ladders.ladder(OTARU, &[Channel::Email]).start().await?;
    let first = house.deliver(&change(SAPPORO, &[])).await?;
    house.deliver(&change(SAPPORO, &[])).await?;
    house.deliver(&change(OTARU, &[])).await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    // It arrived on Wednesday, the first of April; ten business days after that end with the 15th.
    house.clock.advance(14 * DAY + HOUR * 14);
    watcher.step().await?;
    assert!(watched(&house, Kind::DecisionsMissing, true).await?.is_empty(), "the tenth day");
    house.clock.advance(HOUR * 24);
    watcher.step().await?;
    let told = watched(&house, Kind::DecisionsMissing, true).await?;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].authority, told[0].channel), (Some(code(SAPPORO)), Some(Channel::Api)));
    let id = house.delivery(first).await?.id;
    let decision = Decision {
        verdict: Verdict::Accepted,
        comment: String::new(),
        files: Vec::new(),
        marks: Vec::new(),
    };
    let by = hub::review::Source::Api;
    house.reviewer().decide(id, code(SAPPORO), &decision, by).await?;
    outlast(&house, &mut watcher).await?;
    assert!(watched(&house, Kind::DecisionsMissing, true).await?.is_empty(), "one came");
    house.settle().await?;
    house.finish().await
}

/// One that cannot be reached is its authority's matter; so many at once are the line's.
#[tokio::test]
async fn what_cannot_be_reached_is_the_networks_matter_once_many_are() -> Result<()> {
    let house = House::build().start().await?;
    let many = house.ctx.config.watches.network_lanes;
    let (now, today) = (house.clock.now_ms(), day_in_japan(house.clock.now_ms()));
    let master = house.ctx.master();
    let codes = master.authorities_on(today).map(|row| row.code);
    let lost = |code| Lane {
        breaker: Breaker::Open,
        open_until: Some(now + 900_000),
        failing_since: Some(now),
        last_error: Some("connect_failed".into()),
        last_owner: Some(Owner::Network),
        ..Lane::fresh(code, Channel::Api)
    };
    let mut lanes: Vec<Lane> = codes.take(many).map(lost).collect();
    // It answers, and takes nothing.
    let refuses = Lane {
        last_error: Some("http_503".into()),
        last_owner: Some(Owner::Authority),
        ..lanes.pop().context("many")?
    };
    let mut watcher = Watcher::new(house.ctx.clone());
    let mut owners = async |more: &[Lane]| -> Result<Vec<Owner>> {
        let mut tx = house.ctx.store.begin().await?;
        tx.save_lanes(more).await?;
        tx.commit().await?;
        house.clock.advance(HOUR);
        watcher.step().await?;
        let told = watched(&house, Kind::LaneFailing, true).await?;
        Ok(told.iter().map(|it| it.owner).collect())
    };
    let told = owners(&[&lanes[..], std::slice::from_ref(&refuses)].concat()).await?;
    assert_eq!(told, vec![Owner::Authority; many], "one too few");
    let tenth = Lane { channel: Channel::Sftp, ..lost(refuses.authority) };
    let mut told = owners(&[tenth]).await?;
    told.sort_unstable();
    assert_eq!(told[..1], [Owner::Authority], "whoever answers has to act itself");
    assert_eq!(told[1..], vec![Owner::Network; many]);
    house.finish().await
}

/// Somebody paused a lane and forgot it.
#[tokio::test]
async fn a_lane_that_was_left_paused_is_told() -> Result<()> {
    let house = House::build().start().await?;
    let paused = Lane {
        paused_at: Some(house.clock.now_ms()),
        paused_why: Some("works".into()),
        ..Lane::fresh(code(SAPPORO), Channel::Api)
    };
    let mut tx = house.ctx.store.begin().await?;
    tx.save_lanes(&[paused]).await?;
    tx.commit().await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    house.clock.advance(Duration::from_millis(86_399_999));
    watcher.step().await?;
    assert!(watched(&house, Kind::LanePaused, true).await?.is_empty(), "it may take a day");
    house.clock.advance(Duration::from_millis(1));
    watcher.step().await?;
    let told = watched(&house, Kind::LanePaused, true).await?;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].detail.as_str(), told[0].owner), ("works", Owner::Hub));
    house.finish().await
}

/// The process that sends notices ends, and nobody else does that.
#[tokio::test]
async fn a_role_that_no_process_has_is_told_until_one_has_it() -> Result<()> {
    let house = House::build().start().await?;
    let here = "127.0.0.1:8080".parse()?;
    let [others @ .., upkeep] = Role::ALL;
    let [rest @ .., notifier] = others;
    let rest = [&rest[..], &[upkeep]].concat();
    let mut rest = Heart::new(house.ctx.clone(), &rest, here);
    let mut sends = Heart::new(house.ctx.clone(), &[notifier], here);
    let mut watcher = Watcher::new(house.ctx.clone());
    let (silent_ms, keep) = (house.ctx.config.processes.silent_ms, MINUTE * 61);
    sends.beat().await?;
    house.clock.advance(Duration::from_millis(u64::try_from(silent_ms)?));
    rest.beat().await?;
    watcher.step().await?;
    assert!(watched(&house, Kind::RoleMissing, true).await?.is_empty(), "it is heard of");
    house.clock.advance(Duration::from_millis(1));
    watcher.step().await?;
    let told = watched(&house, Kind::RoleMissing, true).await?;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].detail.as_str(), told[0].owner), ("notifier", Owner::Hub));
    house.clock.advance(keep);
    rest.beat().await?;
    watcher.step().await?;
    assert_eq!(house.ctx.store.processes().await?.len(), 2, "it is missed, and so not forgotten");
    let mut again = Heart::new(house.ctx.clone(), &[notifier], here);
    for _ in 0..7 {
        house.clock.advance(MINUTE);
        rest.beat().await?;
        again.beat().await?;
        watcher.step().await?;
    }
    assert!(watched(&house, Kind::RoleMissing, true).await?.is_empty());
    let left = house.ctx.store.processes().await?;
    assert_eq!(left.len(), 2, "who is replaced is forgotten: {left:?}");
    house.finish().await
}

/// A message that could not be worked on, and a notice that nobody sends.
#[tokio::test]
async fn what_waits_within_the_hub_is_told() -> Result<()> {
    let mut house = House::build().ladder(SAPPORO, &[Channel::Api]).start().await?;
    house.file(&change(SAPPORO, &[])).await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    house.clock.advance(MINUTE * 14);
    watcher.step().await?;
    assert!(watched(&house, Kind::BacklogAge, true).await?.is_empty());
    house.clock.advance(MINUTE);
    watcher.step().await?;
    let told = watched(&house, Kind::BacklogAge, true).await?;
    assert!(told.iter().any(|it| it.subject == "unrouted"), "{told:?}");
    assert!(told.iter().all(|it| it.owner == Owner::Hub), "{told:?}");
    house.settle().await?;
    let row = DeadLetterRow {
        id: house.clock.id(),
        queue: "x".into(),
        reason: "poison".into(),
        body: String::new(),
        at: house.clock.now_ms(),
    };
    let mut tx = house.ctx.store.begin().await?;
    tx.insert_dead_letters(std::slice::from_ref(&row)).await?;
    tx.commit().await?;
    outlast(&house, &mut watcher).await?;
    assert!(watched(&house, Kind::BacklogAge, true).await?.is_empty(), "it went on its way");
    let told = watched(&house, Kind::DeadLetters, true).await?;
    assert_eq!(told.first().context("one")?.detail, "1");
    operate::settle(&house.ctx, row.id, by_hand()).await?;
    outlast(&house, &mut watcher).await?;
    assert!(watched(&house, Kind::DeadLetters, true).await?.is_empty());
    house.finish().await
}

/// Lanes that have only failed for two hours, or work again.
async fn lanes(house: &House, codes: &[&str], is_failing: bool) -> Result<()> {
    let now = house.clock.now_ms();
    let lane = |it: &&str| Lane {
        breaker: if is_failing { Breaker::HalfOpen } else { Breaker::Closed },
        failing_since: is_failing.then_some(now - 2 * 3_600_000),
        ..Lane::fresh(code(it), Channel::Sftp)
    };
    let rows: Vec<Lane> = codes.iter().map(lane).collect();
    let mut tx = house.ctx.store.begin().await?;
    tx.save_lanes(&rows).await?;
    Ok(tx.commit().await?)
}

/// Where that is set, an authority gets what is its own, at the address that it gave.
#[tokio::test]
async fn an_authority_is_told_of_its_own() -> Result<()> {
    let (operations, sapporo) = ("operations@todoke.example", "kaigo@sapporo.example");
    let house = House::build().with(move |config| {
        operations.clone_into(&mut config.reminders.operations_mail);
        config.watches.tell_authorities = true;
    });
    let house = house.start().await?;
    let now = house.clock.now_ms();
    let by = Writer { whom: "operations", person: "key:o".into(), name: "運営".into() };
    let mail = Some(sapporo.to_owned());
    let entry = Entry { authority: code(SAPPORO), mail, from_day: day_in_japan(now) };
    assert!(write(&house.ctx.store, (&entry, 0), &by, now).await?);
    lanes(&house, &[SAPPORO, OTARU], true).await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    watcher.step().await?;
    house.clock.advance(Duration::from_millis(119_999));
    watcher.step().await?;
    assert!(house.letters_to(operations)?.is_empty(), "it is gathered for two minutes");
    house.clock.advance(Duration::from_millis(1));
    watcher.step().await?;
    let (ours, theirs) = (house.letters_to(operations)?, house.letters_to(sapporo)?);
    assert_eq!((ours.len(), theirs.len()), (1, 1), "{ours:?} {theirs:?}");
    assert!(ours[0].text.contains("札幌市") && ours[0].text.contains("小樽市"), "{ours:?}");
    assert!(ours[0].text.contains("/watches") && ours[0].html.contains("小樽市"), "{ours:?}");
    let theirs = &theirs[0];
    assert!(theirs.text.contains("札幌市") && !theirs.text.contains("小樽市"), "{theirs:?}");
    assert!(theirs.text.contains("/authority") && !theirs.text.contains("/watches"), "{theirs:?}");
    outlast(&house, &mut watcher).await?;
    assert_eq!(house.letters_to(sapporo)?.len(), 1, "once");
    house.finish().await
}

/// To the millisecond; what goes on stays.
#[tokio::test]
async fn what_is_over_is_forgotten_after_its_days() -> Result<()> {
    let house = House::build().start().await?;
    lanes(&house, &[SAPPORO, OTARU], true).await?;
    let mut watcher = Watcher::new(house.ctx.clone());
    watcher.step().await?;
    lanes(&house, &[OTARU], false).await?;
    outlast(&house, &mut watcher).await?;
    let over = watched(&house, Kind::LaneFailing, false).await?;
    let ended = over.first().and_then(|it| it.ended_at).context("one is over")?;
    let last = ended + house.ctx.config.watches.keep_days * 86_400_000;
    house.clock.advance(Duration::from_millis(u64::try_from(last - house.clock.now_ms())?));
    watcher.step().await?;
    assert_eq!(watched(&house, Kind::LaneFailing, false).await?.len(), 1, "at the limit");
    house.clock.advance(Duration::from_millis(1));
    watcher.step().await?;
    assert!(watched(&house, Kind::LaneFailing, false).await?.is_empty());
    assert_eq!(watched(&house, Kind::LaneFailing, true).await?.len(), 1);
    house.finish().await
}
