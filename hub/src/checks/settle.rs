//! What comes of a check: proved when its test arrived, failed when nothing more is tried or it
//! took too long, and why.

use std::collections::HashMap;

use schemas::{AuthorityId, DeliveryId, Owner, ProofLevel, Why};

use crate::context::Context;
use crate::delivery::{Delivery, Event, State};
use crate::onboarding;
use crate::store::{CheckRow, CheckState, NewEvent, StoreError};

/// Looks at so many open checks at most, of one authority or of all, and writes down what became of
/// them. Gives how many are over or changed.
pub async fn settle(
    ctx: &Context,
    (authority, limit): (Option<AuthorityId>, usize),
) -> Result<usize, StoreError> {
    let mut tx = ctx.store.begin().await?;
    let (now, wait_ms) = (ctx.clock.now_ms(), ctx.config.checks.wait_hours * 3_600_000);
    let open = tx.open_checks(authority, (now - wait_ms, limit)).await?;
    if open.is_empty() {
        return Ok(0);
    }
    let ids: Vec<DeliveryId> = open.iter().map(|row| row.delivery_id).collect();
    let mut deliveries: HashMap<DeliveryId, Delivery> =
        tx.lock_deliveries(&ids).await?.into_iter().map(|it| (it.id, it)).collect();
    let (mut rows, mut given_up, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for row in open {
        let Some(delivery) = deliveries.get_mut(&row.delivery_id) else {
            rows.push(lost(row, now));
            continue;
        };
        let is_late = now - row.sent_at >= wait_ms;
        let became = became(&row, delivery, (now, is_late));
        let is_given_up = became.state == CheckState::Failed && is_open(&delivery.state);
        if is_given_up && delivery.apply(Event::Cancel, now).is_ok() {
            events.push(NewEvent::about(delivery, "delivery.cancelled"));
            given_up.push(delivery.clone());
        }
        if became != row {
            rows.push(became);
        }
    }
    tx.save_deliveries(&given_up).await?;
    tx.save_checks(&rows).await?;
    tx.append(&events).await?;
    for row in rows.iter().filter(|row| row.state == CheckState::Proved) {
        onboarding::proved(&mut tx, row).await?;
    }
    for row in rows.iter().filter(|row| row.state != CheckState::Open) {
        let CheckRow { authority, channel, code, .. } = row;
        tracing::info!(authority.code = %authority, %channel, state = row.state.as_str(), code,
            "a check is over");
    }
    if !rows.is_empty() {
        tx.commit().await?;
    }
    Ok(rows.len())
}

/// Whether a delivery may still go.
fn is_open(state: &State) -> bool {
    matches!(state, State::Due | State::Waiting { .. } | State::Held { .. })
}

/// The check of a test that is not there: the store was restored from in between.
fn lost(row: CheckRow, now: i64) -> CheckRow {
    CheckRow {
        state: CheckState::Failed,
        code: Some("check_lost".to_owned()),
        owner: Some(Owner::Hub),
        sentence: Some("the test is not in the store any more; send another".to_owned()),
        ended_at: Some(now),
        ..row
    }
}

/// The check as its delivery stands.
fn became(row: &CheckRow, delivery: &Delivery, (now, is_late): (i64, bool)) -> CheckRow {
    let told = |why: Option<&Why>| CheckRow {
        code: why.map(|why| why.code.clone()),
        owner: why.map(|why| why.owner),
        sentence: why.map(|why| why.sentence.clone()),
        ..row.clone()
    };
    let failed = |why: &Why, at: i64| CheckRow {
        state: CheckState::Failed,
        ended_at: Some(at),
        ..told(Some(why))
    };
    match &delivery.state {
        State::Delivered { at } => CheckRow {
            state: CheckState::Proved,
            proof: delivery.proof.or(Some(ProofLevel::AcceptedByTransport)),
            ended_at: Some(*at),
            ..told(None)
        },
        State::Failed { why } => failed(why, delivery.updated_at),
        State::Cancelled => {
            let sentence = "the test was withdrawn before it arrived";
            failed(&Why::new("check_withdrawn", Owner::Hub, sentence), delivery.updated_at)
        }
        State::Waiting { why, .. } | State::Held { why } if is_late => failed(why, now),
        State::Due if is_late => {
            let sentence = "nobody began to send it; see whether a courier runs";
            failed(&Why::new("check_not_begun", Owner::Hub, sentence), now)
        }
        State::Waiting { .. } | State::Held { .. } => told(delivery.state.why()),
        // While a try is under way, what kept it from arriving before still says most.
        State::Due | State::Sending { .. } => row.clone(),
    }
}

#[cfg(test)]
mod tests {
    use schemas::{Channel, FilingId};
    use uuid::Uuid;

    use super::*;
    use crate::delivery::{Review, TEST_RULE};

    fn delivery(state: State) -> Delivery {
        Delivery {
            id: DeliveryId(Uuid::nil()),
            filing_id: FilingId(Uuid::nil()),
            revision: 1,
            authority: "011002".parse().expect("a code"),
            channel: Some(Channel::Api),
            ladder_step: 0,
            state,
            review: Review::Unopened,
            turn: 1,
            tries: 1,
            attempts: 1,
            postponed: 0,
            faults: 0,
            proof: Some(ProofLevel::Stored),
            second_copy: false,
            package_sha256: None,
            rule: TEST_RULE.to_owned(),
            article: String::new(),
            created_at: 0,
            channel_since: 0,
            decided_at: None,
            updated_at: 7,
            trace: None,
        }
    }

    fn row() -> CheckRow {
        CheckRow {
            filing_id: FilingId(Uuid::nil()),
            delivery_id: DeliveryId(Uuid::nil()),
            authority: "011002".parse().expect("a code"),
            channel: Channel::Api,
            receipt_number: String::new(),
            person: String::new(),
            name: String::new(),
            sent_at: 0,
            state: CheckState::Open,
            proof: None,
            code: Some("http_503".to_owned()),
            owner: Some(Owner::Authority),
            sentence: None,
            ended_at: None,
            purged_at: None,
        }
    }

    #[test]
    fn a_check_is_over_when_its_test_is_or_it_took_too_long() {
        let why = || Why::new("http_410", Owner::Authority, "gone");
        let waits = || State::Waiting { next_attempt_at: 99, why: why() };
        let sends = || State::Sending { lease_until: 9, lease_owner: String::new() };
        for (state, is_late, ended) in [
            (State::Delivered { at: 5 }, false, Some((CheckState::Proved, 5, None))),
            (State::Delivered { at: 5 }, true, Some((CheckState::Proved, 5, None))),
            (State::Failed { why: why() }, false, Some((CheckState::Failed, 7, Some("http_410")))),
            (State::Cancelled, false, Some((CheckState::Failed, 7, Some("check_withdrawn")))),
            (waits(), false, None),
            (waits(), true, Some((CheckState::Failed, 20, Some("http_410")))),
            (State::Held { why: why() }, true, Some((CheckState::Failed, 20, Some("http_410")))),
            (State::Due, false, None),
            (State::Due, true, Some((CheckState::Failed, 20, Some("check_not_begun")))),
            (sends(), true, None),
        ] {
            let became = became(&row(), &delivery(state.clone()), (20, is_late));
            let found = became.ended_at.map(|at| (became.state, at, became.code.as_deref()));
            assert_eq!(found, ended, "{state:?} {is_late}");
        }
        let waiting = became(&row(), &delivery(waits()), (20, false));
        assert_eq!(waiting.code.as_deref(), Some("http_410"), "an open one says why");
        let sending = became(&row(), &delivery(sends()), (20, false));
        assert_eq!(sending, row(), "and keeps saying it while it is tried");
    }
}
