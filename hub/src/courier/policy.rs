//! What an outcome means for the delivery and its lane. Pure: the one place that decides on tries,
//! fallback and failure (architecture §5, §6).

use schemas::{Channel, Outcome, Owner, Proof, Why};

use crate::config::Retry;
use crate::delivery::{Delivery, Event};
use crate::retry::wait_ms;

/// What the lane learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaneEffect {
    /// The endpoint works.
    Success,
    /// The endpoint does not; the code of the failure.
    Failure(String, Owner),
    /// Nothing about the endpoint.
    None,
}

/// What follows from an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// For the delivery.
    pub event: Event,
    /// The channel that takes over, and its place in the ladder.
    pub next_channel: Option<(Channel, i32)>,
    /// For the lane.
    pub lane: LaneEffect,
    /// What was proved.
    pub proof: Option<Proof>,
    /// The far side may have it although nothing is proved.
    pub may_have_arrived: bool,
}

/// Against what it is decided.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Milliseconds.
    pub now: i64,
    /// The end of the filing's next last day (law, or the authority's own rule), in milliseconds.
    pub due_at: Option<i64>,
}

impl Times {
    /// Whether the deadline is near.
    pub(super) fn is_near(&self, retry: &Retry) -> bool {
        self.near_at(retry).is_some_and(|at| at <= self.now)
    }

    /// When the deadline gets near, in milliseconds.
    fn near_at(&self, retry: &Retry) -> Option<i64> {
        self.due_at.map(|due| due - retry.deadline_hours * 3_600_000)
    }
}

/// The code of a package that waits in the inbox.
pub(super) const AWAITING_PICKUP: &str = "awaiting_pickup";

/// Decides. `next` is the channel behind the present one in the authority's ladder.
pub fn settle(
    delivery: &Delivery,
    outcome: &Outcome,
    next: Option<Channel>,
    retry: &Retry,
    times: &Times,
) -> Settlement {
    let decide = Decision { delivery, next, retry, times: *times };
    let now = times.now;
    match outcome {
        Outcome::Delivered { proof } => Settlement {
            lane: LaneEffect::Success,
            proof: Some(proof.clone()),
            ..settlement(Event::Succeed { at: now })
        },
        Outcome::Deferred { why, .. } if why.code == AWAITING_PICKUP => {
            let unfetched = retry.unfetched_hours * 3_600_000;
            let long = now - delivery.channel_since >= unfetched;
            let offered = match (long, next) {
                (true, Some(channel)) => decide.hand_over(channel, why),
                (_, _) => settlement(Event::Offer { until: now + unfetched, why: why.clone() }),
            };
            Settlement { may_have_arrived: true, ..offered }
        }
        Outcome::Deferred { why, not_before } => {
            let not_before = not_before
                .map(|at| at.as_millisecond().min(now + retry.retry_after_seconds_max * 1_000));
            Settlement { lane: lane_failure(why), ..decide.again(why, not_before) }
        }
        Outcome::Unknown { why } => Settlement {
            lane: lane_failure(why),
            may_have_arrived: true,
            ..decide.again(why, None)
        },
        Outcome::Refused { why } => {
            let lane = lane_failure(why);
            match next {
                Some(channel) => Settlement { lane, ..decide.hand_over(channel, why) },
                None => Settlement { lane, ..settlement(Event::Fail { why: why.clone() }) },
            }
        }
    }
}

/// An endpoint that errs harms its lane; our own faults do not.
fn lane_failure(why: &Why) -> LaneEffect {
    match why.owner {
        Owner::Authority | Owner::Network => LaneEffect::Failure(why.code.clone(), why.owner),
        Owner::Hub | Owner::Operator => LaneEffect::None,
    }
}

struct Decision<'a> {
    delivery: &'a Delivery,
    next: Option<Channel>,
    retry: &'a Retry,
    times: Times,
}

impl Decision<'_> {
    /// The next try on this channel, or the next channel when this one had its chances. Near a
    /// deadline the waits are short, the next channel comes soon, and nothing is given up.
    fn again(&self, why: &Why, not_before: Option<i64>) -> Settlement {
        let (retry, now) = (self.retry, self.times.now);
        let is_near = self.times.is_near(retry);
        let tries = self.delivery.tries + 1;
        let wait_on = |ladder| wait_ms(ladder, tries, retry.jitter);
        let (mut wait, mut patience) =
            (wait_on(&retry.ladder_seconds), retry.fallback_hours * 3_600_000);
        if is_near {
            wait = wait.min(wait_on(&retry.deadline_ladder_seconds));
            patience = patience.min(retry.deadline_fallback_minutes * 60_000);
        }
        let long = now - self.delivery.channel_since >= patience;
        let spent = tries >= retry.tries_max;
        match (self.next, long || spent) {
            (Some(channel), true) => return self.hand_over(channel, why),
            (None, true) if spent && !is_near => {
                let sentence = format!(
                    "{} (given up after {tries} tries)",
                    why.sentence.trim_end_matches('.')
                );
                let why = Why { sentence, ..why.clone() };
                return settlement(Event::Fail { why });
            }
            (_, _) => {}
        }
        // A wait that was long enough before does not reach into the time that is near.
        let at = match self.times.near_at(retry).filter(|at| *at > now) {
            Some(near_at) => (now + wait).min(near_at),
            None => now + wait,
        };
        settlement(Event::Retry { at: at.max(not_before.unwrap_or(0)), why: why.clone() })
    }

    /// The next channel of the ladder, at once; the try on this one is over and recorded.
    fn hand_over(&self, channel: Channel, why: &Why) -> Settlement {
        let step = self.delivery.ladder_step + 1;
        Settlement {
            next_channel: Some((channel, step)),
            ..settlement(Event::Retry { at: self.times.now, why: why.clone() })
        }
    }
}

/// An event alone.
fn settlement(event: Event) -> Settlement {
    Settlement {
        event,
        next_channel: None,
        lane: LaneEffect::None,
        proof: None,
        may_have_arrived: false,
    }
}
