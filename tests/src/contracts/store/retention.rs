//! What has had its time goes, at the limit and not before; nothing of an unfinished filing does.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::store::{AttemptRow, Chain, FilingRow, Kept, Mark, NewEvent, NoticeRow, Term};
use schemas::{Channel, DeliveryId, NoticeId, Outcome, Owner, Proof, ProofLevel, Response, Why};
use serde_json::json;

use super::{Bench, authorities, why};

/// So small that a look takes several batches.
const LIMIT: usize = 2;

/// What goes row by row.
const ROWS: [Kept; 3] = [Kept::Answers, Kept::Attempts, Kept::Events];

/// Milliseconds for which an undecided delivery counts as unfinished.
const UNDECIDED: i64 = 1_000_000;

/// A filing that is finished: planned, tried twice, delivered, accepted.
async fn finished(bench: &Bench) -> Result<(FilingRow, Delivery)> {
    let filing = bench.filed(1).await?.remove(0);
    let mut revision = bench.store.revisions(filing.id).await?.pop().context("its revision")?;
    revision.routed_at = Some(bench.clock.now_ms());
    let mut tx = bench.store.begin().await?;
    tx.save_routed(&[revision]).await?;
    tx.commit().await?;
    let now = bench.clock.now_ms();
    let mut delivery = bench.delivery(&filing, authorities()?[0], State::Delivered { at: now });
    delivery.review = Review::Accepted;
    delivery.proof = Some(ProofLevel::Stored);
    bench.planned(std::slice::from_ref(&delivery)).await?;
    let refused = Why {
        response: Some(Response { status: "HTTP 503".into(), body: "\"body\": \0 満員".into() }),
        ..Why::new("http_503", Owner::Authority, "full")
    };
    let evidence = json!({"status": "HTTP 201", "body": "受領", "digest": "ab"});
    let outcomes = [
        Outcome::Refused { why: refused },
        Outcome::Delivered { proof: Proof { level: ProofLevel::Stored, evidence } },
    ];
    let row = |(number, outcome): (i32, &Outcome)| AttemptRow {
        delivery_id: delivery.id,
        number,
        channel: Channel::Api,
        started_at: now - 1,
        finished_at: now,
        outcome: outcome.as_str().to_owned(),
        detail: serde_json::to_string(outcome).unwrap_or_default(),
        trace: None,
    };
    let rows: Vec<_> = (1..).zip(&outcomes).map(row).collect();
    let mut tx = bench.store.begin().await?;
    tx.insert_attempts(&rows).await?;
    tx.commit().await?;
    Ok((filing, delivery))
}

/// A whole look, batch by batch. Gives how many went and how many stayed.
async fn look(bench: &Bench, what: Kept, before: i64, really: bool) -> Result<(usize, usize)> {
    let undecided = before - UNDECIDED;
    let term = Term { what, before, undecided, limit: LIMIT };
    let (mut gone, mut kept, mut after) = (0, 0, Mark::default());
    loop {
        let mut tx = bench.store.begin().await?;
        let batch = tx.retire(&term, after, really).await?;
        tx.commit().await?;
        ensure!(batch.gone + batch.kept <= LIMIT, "{batch:?}");
        (gone, kept) = (gone + batch.gone, kept + batch.kept);
        match batch.next {
            Some(next) => after = next,
            None => return Ok((gone, kept)),
        }
    }
}

/// Events and tries that are there of a filing.
async fn left(bench: &Bench, filing: &FilingRow) -> Result<(usize, usize)> {
    let attempts = bench.store.attempts_of_filing(filing.id).await?.len();
    Ok((bench.store.events(filing.id).await?.len(), attempts))
}

/// A millisecond after its last event it is kept, at that very moment it goes; a dry look only
/// counts, and says the same.
pub async fn what_has_had_its_time_goes_at_the_limit(bench: &Bench) -> Result<()> {
    let (first, delivery) = finished(bench).await?;
    bench.clock.advance(Duration::from_mins(1));
    let mut tx = bench.store.begin().await?;
    tx.append(&[NewEvent::about(&delivery, "decision.made")]).await?;
    tx.commit().await?;
    let last = bench.clock.now_ms();
    bench.clock.advance(Duration::from_millis(1));
    let (second, _) = finished(bench).await?;

    for what in [Kept::Attempts, Kept::Events] {
        ensure!(look(bench, what, last - 1, true).await? == (0, 1), "{what:?} before its time");
        ensure!(left(bench, &first).await? == (2, 2));
    }
    for (what, events) in [(Kept::Attempts, 2), (Kept::Events, 0)] {
        ensure!(look(bench, what, last, false).await? == (1, 0), "{what:?} counted");
        ensure!(left(bench, &first).await?.0 == 2, "a dry look deleted");
        ensure!(look(bench, what, last, true).await? == (1, 0), "{what:?} at its time");
        ensure!(look(bench, what, last, true).await? == (0, 0), "{what:?} twice");
        ensure!(left(bench, &first).await? == (events, 0), "{what:?}");
    }
    ensure!(left(bench, &second).await? == (1, 2), "what is younger went");
    Ok(())
}

/// Whatever its age: unplanned, on its way, held, failed, undecided, or with an open notice.
pub async fn nothing_of_an_unfinished_filing_goes(bench: &Bench) -> Result<()> {
    let mut unfinished = Vec::new();
    let later = bench.clock.now_ms() + 9;
    for state in [
        State::Due,
        State::Sending { lease_until: later, lease_owner: "me".into() },
        State::Waiting { next_attempt_at: later, why: why("http_503") },
        State::Held { why: why("not_ready") },
        State::Failed { why: why("http_410") },
    ] {
        let (filing, mut delivery) = finished(bench).await?;
        (delivery.state, delivery.review) = (state, Review::Unopened);
        save(bench, &delivery).await?;
        unfinished.push(filing);
    }
    // Nobody has decided, or corrected what was returned; a millisecond more and it would be done.
    let mut undecided = Vec::new();
    for review in [Review::Unopened, Review::Opened, Review::Returned] {
        let (filing, mut delivery) = finished(bench).await?;
        delivery.review = review;
        undecided.push((filing, delivery));
    }
    let (unrouted, _) = finished(bench).await?;
    bench.raw(format!("UPDATE revisions SET routed_at = NULL WHERE {}", of(&unrouted))).await?;
    let (unplanned, _) = finished(bench).await?;
    let problem = "UPDATE revisions SET problem = '{}' WHERE";
    bench.raw(format!("{problem} {}", of(&unplanned))).await?;
    let (untold, delivery) = finished(bench).await?;
    tell(bench, &untold, delivery.id).await?;
    unfinished.extend([unrouted, unplanned, untold]);

    // These are finished after all: an authority got the next revision; it was withdrawn.
    let (mended, mut old) = finished(bench).await?;
    (old.state, old.review) = (State::Failed { why: why("http_410") }, Review::Unopened);
    save(bench, &old).await?;
    let again = DeliveryId(bench.clock.id());
    let new = State::Delivered { at: bench.clock.now_ms() };
    let new = Delivery { id: again, revision: 2, state: new, review: Review::Accepted, ..old };
    bench.planned(&[new]).await?;
    let (mut withdrawn, _) = finished(bench).await?;
    bench.raw(format!("{problem} {}", of(&withdrawn))).await?;
    withdrawn.withdrawn_at = Some(1);
    let mut tx = bench.store.begin().await?;
    tx.save_filing(&withdrawn).await?;
    tx.commit().await?;

    let before = bench.clock.now_ms() + 5 * UNDECIDED;
    for (_, delivery) in &mut undecided {
        delivery.updated_at = before - UNDECIDED + 1;
        save(bench, delivery).await?;
    }
    for what in ROWS {
        let (gone, kept) = look(bench, what, before, true).await?;
        let each = if what == Kept::Answers { 2 } else { 1 };
        ensure!((gone, kept) == (2 * each, 11 * each), "{what:?}: {gone} gone, {kept} kept");
    }
    unfinished.extend(undecided.iter().map(|(filing, _)| filing.clone()));
    for filing in &unfinished {
        ensure!(left(bench, filing).await? == (1, 2), "something of {filing:?} went");
    }
    for filing in [&mended, &withdrawn] {
        ensure!(left(bench, filing).await? == (0, 0), "something of {filing:?} stayed");
    }
    for what in ROWS {
        let (gone, kept) = look(bench, what, before + 1, true).await?;
        let each = if what == Kept::Answers { 2 } else { 1 };
        ensure!((gone, kept) == (3 * each, 8 * each), "{what:?}: {gone} gone, {kept} kept");
    }
    Ok(())
}

/// The status and what else is evidence stay.
pub async fn answers_go_before_their_tries(bench: &Bench) -> Result<()> {
    let (filing, delivery) = finished(bench).await?;
    let at = bench.store.attempts(delivery.id).await?[0].finished_at;
    ensure!(look(bench, Kept::Answers, at - 1, true).await? == (0, 0), "before their time");
    ensure!(look(bench, Kept::Answers, at, true).await? == (2, 0), "at their time");
    ensure!(look(bench, Kept::Answers, at, true).await? == (0, 0), "twice");
    let attempts = bench.store.attempts_of_filing(filing.id).await?;
    let outcomes: Vec<Outcome> =
        attempts.iter().map(|a| serde_json::from_str(&a.detail)).collect::<Result<_, _>>()?;
    let [Outcome::Refused { why }, Outcome::Delivered { proof }] = outcomes.as_slice() else {
        anyhow::bail!("{outcomes:?}");
    };
    let response = why.response.as_ref().context("a response")?;
    ensure!((response.status.as_str(), response.body.as_str()) == ("HTTP 503", ""), "{why:?}");
    ensure!(proof.evidence == json!({"status": "HTTP 201", "digest": "ab"}), "{proof:?}");
    Ok(())
}

/// It had its time, or it was tampered with; what comes later is chained on and proves itself.
pub async fn a_chain_without_its_beginning_says_so(bench: &Bench) -> Result<()> {
    let (old, delivery) = finished(bench).await?;
    let chain = async |filing: &FilingRow| {
        let row = bench.store.filing(filing.id).await?.context("the filing")?;
        let events = bench.store.events(filing.id).await?;
        anyhow::Ok(bench.store.chain(&row, &events).await?)
    };
    ensure!(chain(&old).await? == Chain::Whole { head: old.event_head.clone() });
    ensure!(look(bench, Kept::Events, bench.clock.now_ms(), true).await? == (1, 0));
    ensure!(chain(&old).await? == Chain::Retired);
    bench.clock.advance(Duration::from_secs(1));
    let event = |kind| NewEvent::about(&delivery, kind);
    let mut tx = bench.store.begin().await?;
    tx.append(&[event("proof.opened"), event("decision.made"), event("filing.closed")]).await?;
    tx.commit().await?;
    ensure!(chain(&old).await? == Chain::Retired, "what came later");
    bench.raw(format!("UPDATE events SET body = '{{}}' WHERE {} AND seq = 3", of(&old))).await?;
    let altered = chain(&old).await?;
    ensure!(matches!(&altered, Chain::Broken(why) if why.contains("event 3")), "{altered:?}");

    let (young, _) = finished(bench).await?;
    bench.raw(format!("DELETE FROM events WHERE {}", of(&young))).await?;
    let gone = chain(&young).await?;
    ensure!(matches!(gone, Chain::Broken(_)), "{gone:?}");
    Ok(())
}

fn of(filing: &FilingRow) -> String {
    format!("filing_id = '{}'", filing.id)
}

async fn save(bench: &Bench, delivery: &Delivery) -> Result<()> {
    let mut tx = bench.store.begin().await?;
    tx.save_deliveries(std::slice::from_ref(delivery)).await?;
    Ok(tx.commit().await?)
}

async fn tell(bench: &Bench, filing: &FilingRow, delivery_id: DeliveryId) -> Result<()> {
    let now = bench.clock.now_ms();
    let notice = NoticeRow {
        id: NoticeId(bench.clock.id()),
        filing_id: filing.id,
        delivery_id: Some(delivery_id),
        kind: "accepted".into(),
        recipient: "office@example.jp".into(),
        state: "due".into(),
        turn: 1,
        tries: 0,
        next_attempt_at: None,
        lease_until: None,
        why: None,
        created_at: now,
        sent_at: None,
        updated_at: now,
        trace: None,
    };
    let mut tx = bench.store.begin().await?;
    tx.insert_notices(&[notice]).await?;
    Ok(tx.commit().await?)
}
