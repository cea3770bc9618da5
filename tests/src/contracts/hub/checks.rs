//! Checks that send something: proved over every channel, failed where a look says all is well; and
//! tests that are counted nowhere and go again, alone.

use std::time::Duration;

use adapters::sandbox::{Behaviour, open_package};
use anyhow::{Context, Result, bail, ensure};
use hub::actor::Actor;
use hub::checks::{CheckProblem, TEST_NAME, purge, send};
use hub::context::day_in_japan;
use hub::delivery::State;
use hub::intake::IntakeProblem;
use hub::onboarding::Stage;
use hub::operate::reroute::to_authority;
use hub::reports::{self, Choice, Figures, Reader};
use hub::review::Source;
use hub::store::{CheckRow, CheckState, InboxFilter, TroubleFilter, WatchFilter};
use hub::upkeep::count_month;
use hub::watch::Kind;
use schemas::{
    AuthorityId, Channel, CorporateNumber, Decision, Owner, ProofLevel, Submission, Verdict,
};
use serde_json::Value;

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, by_hand, change, code};

const CHITOSE: &str = "012246";
const EBETSU: &str = "012173";
const DAY: Duration = Duration::from_hours(24);

fn clerk() -> Actor {
    Actor { person: "key:clerk".into(), name: "佐藤".into() }
}

/// Sends a test, and lets everybody work.
async fn checked(house: &mut House, to: &str, over: Channel) -> Result<CheckRow> {
    let row = send(&house.ctx, code(to), Some(over), by_hand().actor).await?;
    house.settle().await?;
    newest(house, to).await.inspect(|found| assert_eq!(found.filing_id, row.filing_id))
}

async fn newest(house: &House, of: &str) -> Result<CheckRow> {
    let mut all = house.ctx.store.checks_of(code(of), 1).await?;
    all.pop().context("a check")
}

async fn is_stage_done(house: &House, of: &str) -> Result<bool> {
    let rows = house.ctx.store.stages(Some(code(of))).await?;
    let stage = Stage::ConnectivityCheck.as_str();
    Ok(rows.iter().any(|row| row.stage == stage && row.done_at.is_some()))
}

/// Over API, SFTP and mail, and fetched from the inbox: each with the proof that its channel gives,
/// marked wherever it is read.
pub async fn a_check_goes_the_real_way_over_every_channel(builder: Builder) -> Result<()> {
    let builder = builder
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Sftp])
        .ladder(CHITOSE, &[Channel::Email]);
    let mut house = builder.start().await?;
    for (to, over, proof) in [
        (SAPPORO, Channel::Api, ProofLevel::Stored),
        (OTARU, Channel::Sftp, ProofLevel::Stored),
        (CHITOSE, Channel::Email, ProofLevel::AcceptedByTransport),
    ] {
        let row = checked(&mut house, to, over).await?;
        ensure!((row.state, row.proof) == (CheckState::Proved, Some(proof)), "{row:?}");
        ensure!(row.code.is_none() && row.ended_at.is_some(), "{row:?}");
        ensure!(is_stage_done(&house, to).await?, "{to}");
    }
    // Nobody has fetched it yet, and that is said.
    let row = checked(&mut house, EBETSU, Channel::Pull).await?;
    ensure!(row.state == CheckState::Open && row.proof.is_none(), "{row:?}");
    ensure!(row.code.as_deref() == Some("awaiting_pickup"), "{row:?}");
    ensure!(!is_stage_done(&house, EBETSU).await?);
    let again = send(&house.ctx, code(EBETSU), None, by_hand().actor).await;
    ensure!(matches!(again, Err(CheckProblem::UnderWay(..))), "one at a time");
    house.reviewer().picked_up(row.delivery_id, code(EBETSU)).await?;
    house.settle().await?;
    let row = newest(&house, EBETSU).await?;
    let proof = Some(ProofLevel::PickedUp);
    ensure!((row.state, row.proof) == (CheckState::Proved, proof), "{row:?}");
    // What lies at the far sides says what it is, in every part.
    for held in house.held()? {
        let (facts, opened) = open_package(held.package()?)?;
        let filing: Value = serde_json::from_slice(&opened.filing_json)?;
        ensure!(filing["test"] == true && filing["document"]["operator_name"] == TEST_NAME);
        let about = opened.info.get("External-Description").context("bag-info.txt")?;
        ensure!(about.contains("届出ではありません"), "{about}");
        let manifest = opened.manifest_json.context("a manifest")?;
        ensure!(serde_json::from_slice::<Value>(&manifest)?["test"] == true);
        let xml = String::from_utf8(opened.filing_xml.context("XML")?.to_vec())?;
        ensure!(xml.contains("<test type=\"boolean\">true</test>") && xml.contains(TEST_NAME));
        ensure!(opened.filing_pdf.is_none(), "a print would be kept: {facts:?}");
    }
    ensure!(house.held()?.len() == 3);
    let nowhere = send(&house.ctx, code(SAPPORO), Some(Channel::Sftp), by_hand().actor).await;
    ensure!(matches!(nowhere, Err(CheckProblem::NoChannel(..))), "{nowhere:?}");
    let nobody = send(&house.ctx, code("019992"), None, by_hand().actor).await;
    ensure!(matches!(nobody, Err(CheckProblem::NoAuthority)), "{nobody:?}");
    house.finish().await
}

/// The endpoint answers a look and takes no package: the check says so, with cause and owner; no
/// other channel covers for it; and it is watched until a check is proved.
pub async fn a_check_fails_though_the_look_says_ok(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api, Channel::Email]);
    let mut house = builder.behaviour(SAPPORO, Behaviour::Refusing(410)).start().await?;
    let surveyor = hub::watcher::Surveyor::new(house.ctx.clone());
    ensure!(surveyor.step().await? == 1);
    ensure!(house.ctx.store.probes().await?[0].code.is_none(), "the look says ok");
    let row = checked(&mut house, SAPPORO, Channel::Api).await?;
    ensure!(row.state == CheckState::Failed && row.proof.is_none(), "{row:?}");
    let cause = (row.code.as_deref(), row.owner);
    ensure!(cause == (Some("http_410"), Some(Owner::Authority)), "{row:?}");
    ensure!(house.held()?.is_empty(), "nothing went by mail");
    ensure!(!is_stage_done(&house, SAPPORO).await?);
    let firing = async |house: &House| -> Result<Vec<String>> {
        let filter = WatchFilter {
            kind: Some(Kind::EndpointRefuses),
            firing: Some(true),
            limit: 9,
            ..WatchFilter::default()
        };
        let rows = house.ctx.store.list_watches(&filter).await?;
        Ok(rows.into_iter().map(|row| row.detail).collect())
    };
    house.stages.watcher.step().await?;
    ensure!(firing(&house).await? == ["http_410"]);
    let all = TroubleFilter { looked: 1, limit: 9, ..TroubleFilter::default() };
    let troubles = house.ctx.store.troubles(&all).await?;
    ensure!(troubles.is_empty(), "a test is no filing in trouble: {troubles:?}");
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    let row = checked(&mut house, SAPPORO, Channel::Api).await?;
    ensure!(row.state == CheckState::Proved, "{row:?}");
    for _ in 0..7 {
        house.clock.advance(Duration::from_mins(1));
        house.stages.watcher.step().await?;
    }
    ensure!(firing(&house).await?.is_empty(), "it is over");
    house.finish().await
}

/// What comes later, or is not fetched: the wait ends, and nothing more is tried.
pub async fn a_check_that_takes_too_long_is_given_up(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).with(|config| {
        config.checks.wait_hours = 2;
        config.retry.ladder_seconds = vec![600];
    });
    let mut house = builder.behaviour(SAPPORO, Behaviour::Refusing(503)).start().await?;
    let row = checked(&mut house, SAPPORO, Channel::Api).await?;
    ensure!(row.state == CheckState::Open, "it is tried again: {row:?}");
    ensure!(row.code.as_deref() == Some("http_503"), "and says why: {row:?}");
    checked(&mut house, EBETSU, Channel::Pull).await?;
    house.advance(Duration::from_hours(2).saturating_sub(Duration::from_millis(1))).await?;
    ensure!(newest(&house, SAPPORO).await?.state == CheckState::Open, "a moment too early");
    house.advance(Duration::from_millis(1)).await?;
    for (of, cause) in [(SAPPORO, "http_503"), (EBETSU, "awaiting_pickup")] {
        let row = newest(&house, of).await?;
        ensure!(row.state == CheckState::Failed, "{row:?}");
        ensure!(row.code.as_deref() == Some(cause), "{row:?}");
        let delivery = house.delivery(row.filing_id).await?;
        ensure!(delivery.state == State::Cancelled, "{delivery:?}");
        // What is over can be purged, and another sent.
        ensure!(purge(&house.ctx, code(of), None, &clerk()).await? == 1);
    }
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    house.advance(DAY).await?;
    let row = checked(&mut house, SAPPORO, Channel::Api).await?;
    ensure!(row.state == CheckState::Proved, "{row:?}");
    house.finish().await
}

/// Checks are looked at by what is new of them, so many at once.
pub async fn a_check_that_waits_hides_no_other(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let mut house = builder.with(|config| config.upkeep.batch_max = 1).start().await?;
    let waiting = checked(&mut house, EBETSU, Channel::Pull).await?;
    ensure!(waiting.state == CheckState::Open, "{waiting:?}");
    let row = checked(&mut house, SAPPORO, Channel::Api).await?;
    ensure!(row.state == CheckState::Proved, "{row:?}");
    house.finish().await
}

/// Nothing that counts, states, reminds or exports knows of a test.
pub async fn a_test_counts_nowhere(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).start().await?;
    let row = checked(&mut house, SAPPORO, Channel::Api).await?;
    let (store, today) = (house.ctx.store.clone(), day_in_japan(house.clock.now_ms()));
    ensure!(store.totals().await?.filings == 0 && store.count_filings().await?.is_empty());
    ensure!(store.count_deliveries().await?.is_empty());
    ensure!(store.count_reviews().await?.is_empty());
    ensure!(store.count_by_authority(&[code(SAPPORO)]).await?.is_empty());
    ensure!(store.count_undecided(&[code(SAPPORO)]).await?.is_empty());
    ensure!(store.hour_counts(0).await?.is_empty(), "the national view");
    ensure!(house.notices(row.filing_id).await?.is_empty());
    let (actor, why) = (clerk(), "x");
    let by = hub::operate::By { actor: &actor, why };
    let moved = to_authority(&house.ctx, row.delivery_id, code(EBETSU), by).await;
    ensure!(moved.is_err(), "a test is rerouted: {moved:?}");
    let by = Decision {
        verdict: Verdict::Accepted,
        comment: String::new(),
        files: Vec::new(),
        marks: Vec::new(),
    };
    house.reviewer().decide(row.delivery_id, code(SAPPORO), &by, Source::Api).await?;
    house.settle().await?;
    ensure!(store.exports_due(code(SAPPORO), (0, 9)).await?.is_empty(), "the ledger");
    let span = hub::statements::span(today).context("a day")?;
    ensure!(store.brought_to(&[code(SAPPORO)], span).await?.is_empty(), "statements");
    house.advance(9 * DAY).await?;
    while house.stages.reminder.step().await? > 0 {}
    ensure!(store.newest_reminders(9).await?.is_empty(), "reminders");
    while count_month(&house.ctx).await? {}
    let month = "2026-04".parse().map_err(anyhow::Error::msg)?;
    let report = reports::read(&store, month, (Reader::Operations, &Choice::default())).await?;
    let report = report.context("April was counted")?;
    let Figures { filings, delivered, accepted, tries, .. } = report.total();
    ensure!((filings, delivered, accepted, tries) == (0, 0, 0, 0), "reports");
    // Nobody else files by its number.
    let corporate_number = CorporateNumber::TEST;
    let forged = Submission { corporate_number, ..change(SAPPORO, &[]) };
    let refused = house.stages.intake.check(&forged, None).await;
    let Err(IntakeProblem::Invalid(findings)) = refused else { bail!("{refused:?}") };
    ensure!(findings[0].code == "corporate_number_reserved", "{findings:?}");
    // It is seen, and marked, where the authority looks.
    let filter = InboxFilter {
        authority: code(SAPPORO),
        review: None,
        kind: None,
        service: None,
        text: None,
        assignee: None,
        at: None,
        id: None,
        limit: 9,
    };
    let shown = store.inbox_newest(&filter).await?;
    ensure!(shown.len() == 1 && shown[0].is_test(), "{shown:?}");
    house.finish().await
}

/// Rows of a table that hold this id, whatever the column.
async fn rows_about(house: &House, row: &CheckRow) -> Result<usize> {
    let store = &house.ctx.store;
    let filing = usize::from(store.filing(row.filing_id).await?.is_some());
    let deliveries = store.deliveries_of(row.filing_id).await?.len();
    let revisions = store.revisions(row.filing_id).await?.len();
    let attempts = store.attempts(row.delivery_id).await?.len();
    let acts = store.acts(row.delivery_id).await?.len();
    let decided = usize::from(store.decision(row.delivery_id).await?.is_some());
    Ok(filing + deliveries + revisions + attempts + acts + decided)
}

/// The authority's staff purge their tests, whole, on record; no filing goes with them, nor
/// another's test, nor one that is on its way.
pub async fn tests_are_purged_and_filings_never(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]);
    let mut house = builder.start().await?;
    let real = house.deliver(&change(SAPPORO, &[])).await?;
    let events = house.events(real).await?.len();
    let (one, two) = (
        checked(&mut house, SAPPORO, Channel::Api).await?,
        checked(&mut house, SAPPORO, Channel::Api).await?,
    );
    let other = checked(&mut house, OTARU, Channel::Api).await?;
    let underway = checked(&mut house, EBETSU, Channel::Pull).await?;
    house.reviewer().open(one.delivery_id, code(SAPPORO), &clerk()).await?;
    ensure!(rows_about(&house, &one).await? == 5, "filing, revision, delivery, try, act");
    let own = house.delivery(real).await?.id;
    let gone = async |house: &House, of: &str, what| -> Result<usize> {
        Ok(purge(&house.ctx, code(of), what, &clerk()).await?)
    };
    ensure!(gone(&house, SAPPORO, Some(own)).await? == 0, "a filing is no test");
    ensure!(gone(&house, SAPPORO, Some(other.delivery_id)).await? == 0, "another's");
    ensure!(gone(&house, EBETSU, None).await? == 0, "one that waits to be fetched");
    ensure!(gone(&house, SAPPORO, Some(one.delivery_id)).await? == 1);
    ensure!(rows_about(&house, &one).await? == 0 && rows_about(&house, &two).await? > 0);
    ensure!(gone(&house, SAPPORO, None).await? == 1);
    ensure!(gone(&house, SAPPORO, None).await? == 0, "there are no more");
    ensure!(rows_about(&house, &two).await? == 0);
    ensure!(house.ctx.store.filing(real).await?.is_some());
    ensure!(house.events(real).await?.len() == events && events > 0);
    let kept = house.ctx.store.checks_of(code(SAPPORO), 9).await?;
    ensure!(kept.len() == 2 && kept.iter().all(|row| row.purged_at.is_some()), "{kept:?}");
    ensure!(kept.iter().all(|row| row.state == CheckState::Proved), "what came of them stays");
    let subject = format!("authority:{SAPPORO}");
    let acts = house.ctx.store.staff_acts(Some(&subject), i64::MAX, 9).await?;
    let purged: Vec<_> = acts.iter().filter(|act| act.what == "tests.purge").collect();
    ensure!(purged.len() == 2 && purged[0].became == r#"{"purged":1}"#, "{acts:?}");
    ensure!(purged[0].person == "key:clerk" && purged[0].was.contains(&two.receipt_number));
    // A delivery that is no test's keeps its filing, whatever a row of checks says.
    let forged = format!(
        "UPDATE checks SET filing_id = '{real}', delivery_id = '{own}' WHERE filing_id = '{}'",
        other.filing_id
    );
    house.raw(forged).await?;
    ensure!(gone(&house, SAPPORO, None).await? + gone(&house, OTARU, None).await? == 0);
    ensure!(house.ctx.store.filing(real).await?.is_some());
    house
        .raw(format!(
            "UPDATE checks SET filing_id = '{}', delivery_id = '{}' WHERE filing_id = '{real}'",
            other.filing_id, other.delivery_id
        ))
        .await?;
    // What nobody purges goes by itself, when its time is over.
    house.advance(29 * DAY).await?;
    house.tend().await?;
    ensure!(rows_about(&house, &other).await? > 0, "a day too early");
    house.advance(DAY + DAY).await?;
    house.tend().await?;
    for row in [&other, &underway] {
        ensure!(rows_about(&house, row).await? == 0, "{row:?}");
    }
    house.finish().await
}

/// By the schedule each endpoint over API and SFTP is checked once in its time, one after another.
pub async fn the_schedule_checks_one_way_after_another(builder: Builder) -> Result<()> {
    let builder = builder
        .ladder(SAPPORO, &[Channel::Api, Channel::Email])
        .ladder(OTARU, &[Channel::Sftp])
        .ladder(EBETSU, &[Channel::Pull])
        .with(|config| config.checks.every_days = 7);
    let mut house = builder.start().await?;
    let sent = async |house: &House| -> Result<Vec<(AuthorityId, Channel)>> {
        let rows = house.ctx.store.newest_checks().await?;
        let mut sent: Vec<_> = rows.iter().map(|row| (row.authority, row.channel)).collect();
        sent.sort_unstable();
        Ok(sent)
    };
    house.tend().await?;
    ensure!(sent(&house).await?.len() == 1, "one at a time");
    house.clock.advance(Duration::from_secs(10));
    house.tend().await?;
    let all = [(code(SAPPORO), Channel::Api), (code(OTARU), Channel::Sftp)];
    ensure!(sent(&house).await? == all, "no mail, and nothing to be fetched");
    let first = newest(&house, SAPPORO).await?;
    ensure!(first.state == CheckState::Proved && first.person == "hub:schedule", "{first:?}");
    house.advance(6 * DAY).await?;
    house.tend().await?;
    ensure!(newest(&house, SAPPORO).await?.filing_id == first.filing_id, "not yet");
    house.advance(DAY).await?;
    for _ in 0..2 {
        house.clock.advance(Duration::from_secs(10));
        house.tend().await?;
    }
    ensure!(newest(&house, SAPPORO).await?.filing_id != first.filing_id, "again");
    ensure!(house.ctx.store.checks_of(code(OTARU), 9).await?.len() == 2);
    house.finish().await
}
