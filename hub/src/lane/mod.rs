//! A lane (authority × channel): admission, circuit breaker, pace, pause, suspension. Pure; the row
//! is shared by all processes, so what one courier learns the others know.

mod pace;
mod suspension;

use schemas::{AuthorityId, Channel, Owner, Why};
use serde::{Deserialize, Serialize};

pub use suspension::{Alarm, LANE_SUSPENDED};

/// The circuit breaker's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaker {
    /// All goes through.
    Closed,
    /// Nothing does, until a time.
    Open,
    /// One delivery probes.
    HalfOpen,
}

/// One row of `lanes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Whose.
    pub authority: AuthorityId,
    /// Over which channel.
    pub channel: Channel,
    /// The circuit breaker.
    pub breaker: Breaker,
    /// Failures in a row.
    pub failures: i32,
    /// How often in a row the breaker opened without a success between.
    pub openings: i32,
    /// Milliseconds; set while open.
    pub open_until: Option<i64>,
    /// Milliseconds since when staff pauses it.
    pub paused_at: Option<i64>,
    /// Why they do.
    pub paused_why: Option<String>,
    /// Deliveries at once, where this lane has its own limit.
    pub cap: Option<i32>,
    /// Deliveries a minute, where this lane has its own limit; 0: no limit.
    pub per_minute: Option<i32>,
    /// Deliveries that may go together, where this lane has its own limit.
    pub burst: Option<i32>,
    /// Milliseconds at which the bucket that keeps the pace is full again.
    pub next_free_at: Option<i64>,
    /// Milliseconds at which the last of those goes who wait for their turn in the pace.
    pub line_ends_at: Option<i64>,
    /// Milliseconds since when it has only failed.
    pub failing_since: Option<i64>,
    /// Milliseconds at which people were alerted to that.
    pub alerted_at: Option<i64>,
    /// Milliseconds since when nothing is sent over it for that.
    pub suspended_at: Option<i64>,
    /// The code of the last failure.
    pub last_error: Option<String>,
    /// Whose turn it was when it failed last.
    pub last_owner: Option<Owner>,
    /// Milliseconds.
    pub updated_at: i64,
}

/// What can be wrong with a lane, the first that counts first.
pub const TROUBLES: [&str; 5] = ["paused", "suspended", "failing", "open", "half_open"];

/// What admission says to one delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// It may go.
    Go,
    /// Not now: back to the store until a time; no try is used up.
    Postpone {
        /// Milliseconds from now.
        after_ms: i64,
        /// Why.
        why: Why,
    },
    /// Staff paused the lane: hold it.
    Hold {
        /// Why.
        why: Why,
    },
    /// The lane is suspended: the next channel of the ladder takes over; without one, hold it.
    Suspended {
        /// Why.
        why: Why,
    },
}

/// The numbers that lanes go by; from the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanePolicy {
    /// Deliveries at once on one lane.
    pub cap: i32,
    /// Failures in a row that open the breaker.
    pub failures_to_open: i32,
    /// Shortest time that a breaker stays open, in milliseconds; doubles with each opening.
    pub open_ms: i64,
    /// Longest time that a breaker stays open, in milliseconds.
    pub open_ms_max: i64,
    /// Time after which a delivery asks a full lane again, in milliseconds; doubles to 32 times.
    pub full_ms: i64,
    /// Deliveries a minute on one lane; 0: no limit.
    pub per_minute: i32,
    /// Deliveries that may go together before the pace counts.
    pub burst: i32,
    /// Days of only failures after which people are alerted.
    pub alert_days: i64,
    /// Days of only failures after which a lane is suspended; 0: never.
    pub suspend_days: i64,
}

impl Lane {
    /// A lane that nothing is known about.
    pub fn fresh(authority: AuthorityId, channel: Channel) -> Self {
        Self {
            authority,
            channel,
            breaker: Breaker::Closed,
            failures: 0,
            openings: 0,
            open_until: None,
            paused_at: None,
            paused_why: None,
            cap: None,
            per_minute: None,
            burst: None,
            next_free_at: None,
            line_ends_at: None,
            failing_since: None,
            alerted_at: None,
            suspended_at: None,
            last_error: None,
            last_owner: None,
            updated_at: 0,
        }
    }

    /// Whether people should look at it.
    pub fn is_in_trouble(&self) -> bool {
        self.state() != "closed"
    }

    /// How it is, in one word: the first that holds of [`TROUBLES`], or `closed`.
    pub fn state(&self) -> &'static str {
        let holds = [
            self.paused_at.is_some(),
            self.suspended_at.is_some(),
            self.alerted_at.is_some(),
            self.breaker == Breaker::Open,
            self.breaker == Breaker::HalfOpen,
        ];
        let first = TROUBLES.into_iter().zip(holds).find(|(_, holds)| *holds);
        first.map_or("closed", |(word, _)| word)
    }

    /// Whether a delivery may go now, when `sending` are under way; `postponed` tells how often it
    /// was turned away before. Turns an open breaker whose time is over to half-open.
    pub fn admit(
        &mut self,
        sending: i64,
        postponed: i32,
        policy: &LanePolicy,
        now: i64,
    ) -> Admission {
        if let Some(why) = &self.paused_why {
            let why = Why::new("lane_paused", Owner::Hub, format!("the lane is paused: {why}"));
            return Admission::Hold { why };
        }
        if let Some(why) = self.suspension(sending) {
            return Admission::Suspended { why };
        }
        let cap = i64::from(self.cap.unwrap_or(policy.cap));
        match (self.breaker, self.open_until) {
            (Breaker::Open, Some(until)) if until > now => {
                return Admission::Postpone { after_ms: until - now, why: self.rests() };
            }
            (Breaker::Open, _) => self.try_again(now),
            (Breaker::Closed | Breaker::HalfOpen, _) => {}
        }
        let cap = if self.breaker == Breaker::HalfOpen { 1 } else { cap };
        if sending < cap {
            return Admission::Go;
        }
        // Nobody has to act about a lane in use; about one that failed, whose turn it was then.
        let why = match self.breaker {
            Breaker::HalfOpen => self.rests(),
            Breaker::Closed | Breaker::Open => {
                let sentence = format!("{cap} deliveries are already under way to this authority");
                Why::new("lane_full", Owner::Hub, sentence)
            }
        };
        Admission::Postpone { after_ms: policy.full_ms << postponed.clamp(0, 5), why }
    }

    /// Why nothing goes over it but the delivery that finds out whether it works.
    fn rests(&self) -> Why {
        let code = self.last_error.as_deref().unwrap_or("failed");
        let sentence =
            format!("the authority's endpoint keeps failing ({code}); it rests until the next try");
        Why::new("breaker_open", self.last_owner.unwrap_or(Owner::Authority), sentence)
    }

    /// The next delivery finds out whether it works.
    pub fn try_again(&mut self, now: i64) {
        self.breaker = Breaker::HalfOpen;
        self.open_until = None;
        self.updated_at = now;
    }

    /// Learns from a success. Tells whether the row changed.
    pub fn succeeded(&mut self, now: i64) -> bool {
        if self.breaker == Breaker::Closed && self.failures == 0 {
            return false;
        }
        self.breaker = Breaker::Closed;
        self.open_until = None;
        self.failures = 0;
        self.openings = 0;
        (self.failing_since, self.alerted_at, self.suspended_at) = (None, None, None);
        self.updated_at = now;
        true
    }

    /// Learns from a failure that is the endpoint's; enough of them in a row open the breaker.
    /// Gives what people have to be told.
    pub fn failed(
        &mut self,
        (code, owner): (&str, Owner),
        policy: &LanePolicy,
        now: i64,
    ) -> Option<Alarm> {
        self.failures += 1;
        (self.last_error, self.last_owner) = (Some(code.to_owned()), Some(owner));
        self.updated_at = now;
        let opens = self.breaker == Breaker::HalfOpen
            || (self.breaker == Breaker::Closed && self.failures >= policy.failures_to_open);
        if opens {
            let rest = policy.open_ms.saturating_mul(1 << self.openings.clamp(0, 20));
            self.breaker = Breaker::Open;
            self.open_until = Some(now + rest.min(policy.open_ms_max));
            self.openings += 1;
        }
        self.alarm(policy, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> LanePolicy {
        LanePolicy {
            cap: 4,
            failures_to_open: 3,
            open_ms: 1000,
            open_ms_max: 5000,
            full_ms: 100,
            per_minute: 0,
            burst: 1,
            alert_days: 1,
            suspend_days: 3,
        }
    }

    fn lane() -> Lane {
        Lane::fresh("011002".parse().expect("a code"), Channel::Api)
    }

    #[test]
    fn the_breaker_opens_rests_probes_and_closes() {
        let (mut lane, policy) = (lane(), policy());
        for _ in 0..3 {
            assert_eq!(lane.admit(0, 0, &policy, 0), Admission::Go);
            lane.failed(("http_503", Owner::Authority), &policy, 0);
        }
        assert_eq!(lane.breaker, Breaker::Open);
        assert!(matches!(
            lane.admit(0, 0, &policy, 400),
            Admission::Postpone { after_ms: 600, .. }
        ));
        assert_eq!(lane.admit(0, 0, &policy, 1000), Admission::Go);
        assert_eq!(lane.breaker, Breaker::HalfOpen);
        assert!(matches!(lane.admit(1, 0, &policy, 1000), Admission::Postpone { .. }));
        lane.failed(("http_503", Owner::Authority), &policy, 1000);
        assert_eq!(lane.open_until, Some(3000), "the second rest is twice as long");
        assert_eq!(lane.admit(0, 0, &policy, 3000), Admission::Go);
        assert!(lane.succeeded(3000));
        assert_eq!(lane.breaker, Breaker::Closed);
        assert!(!lane.succeeded(3001), "nothing to write for a healthy lane");
    }

    #[test]
    fn a_full_lane_postpones_longer_each_time_and_a_paused_one_holds() {
        let (mut lane, policy) = (lane(), policy());
        assert_eq!(lane.admit(3, 0, &policy, 0), Admission::Go);
        let after = |admission| match admission {
            Admission::Postpone { after_ms, .. } => after_ms,
            other @ (Admission::Go | Admission::Hold { .. } | Admission::Suspended { .. }) => {
                panic!("{other:?}")
            }
        };
        assert_eq!(after(lane.admit(4, 0, &policy, 0)), 100);
        assert_eq!(after(lane.admit(4, 3, &policy, 0)), 800);
        assert_eq!(after(lane.admit(4, 99, &policy, 0)), 3200);
        lane.paused_why = Some("maintenance".into());
        assert!(matches!(lane.admit(0, 0, &policy, 0), Admission::Hold { .. }));
    }
}
