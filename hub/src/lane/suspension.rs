//! The suspension of a lane: after a day of only failures people are alerted, after days nothing is
//! sent any more until a look from outside finds the endpoint there, and one delivery arrives.
//! Pure.

use schemas::{Owner, Why};

use super::{Breaker, Lane, LanePolicy};

/// The code of a delivery that is held because its lane is suspended.
pub const LANE_SUSPENDED: &str = "lane_suspended";

const DAY_MS: i64 = 86_400_000;

/// What people have to be told of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// It has only failed for long; if that goes on, it is suspended.
    Failing,
    /// It was suspended.
    Suspended,
}

impl Lane {
    /// Looks, after a failure, whether it has gone on for too long. The alert comes first: days of
    /// silence between two failures suspend nothing that nobody was told of.
    pub(super) fn alarm(&mut self, policy: &LanePolicy, now: i64) -> Option<Alarm> {
        let since = *self.failing_since.get_or_insert(now);
        if self.breaker != Breaker::Open || self.suspended_at.is_some() {
            return None;
        }
        let alert_ms = policy.alert_days * DAY_MS;
        let Some(alerted) = self.alerted_at else {
            let is_long = now - since >= alert_ms;
            self.alerted_at = is_long.then_some(now);
            return is_long.then_some(Alarm::Failing);
        };
        let is_over = now - since >= policy.suspend_days * DAY_MS && now - alerted >= alert_ms;
        if policy.suspend_days == 0 || !is_over {
            return None;
        }
        self.suspended_at = Some(now);
        Some(Alarm::Suspended)
    }

    /// Why nothing goes over this lane, if so: it is suspended, and no delivery's turn to find out
    /// whether it works again; `sending` are under way.
    pub(super) fn suspension(&self, sending: i64) -> Option<Why> {
        let is_trial = self.breaker == Breaker::HalfOpen && sending == 0;
        (self.suspended_at.is_some() && !is_trial).then(|| {
            let sentence = "the endpoint has failed for days; what is for it waits until it \
                            answers again";
            Why::new(LANE_SUSPENDED, Owner::Authority, sentence)
        })
    }

    /// Whether a look at the endpoint of a suspended lane is due: its rest is over, or no delivery
    /// took the turn that the last look gave.
    pub fn needs_look(&self, policy: &LanePolicy, now: i64) -> bool {
        let rest_ends = self.open_until.unwrap_or(self.updated_at + policy.open_ms_max);
        self.suspended_at.is_some() && rest_ends <= now
    }

    /// Staff lets it go again: a pause ends, and a suspension, as if it had not failed so far. The
    /// first delivery finds out whether it works.
    pub fn resume(&mut self, now: i64) {
        (self.paused_at, self.paused_why) = (None, None);
        if self.suspended_at.take().is_some() {
            (self.failing_since, self.alerted_at) = (None, None);
            (self.breaker, self.open_until) = (Breaker::HalfOpen, None);
        }
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests {
    use schemas::Channel;

    use super::*;
    use crate::lane::Admission;

    fn policy() -> LanePolicy {
        LanePolicy {
            cap: 4,
            failures_to_open: 2,
            open_ms: 1,
            open_ms_max: 1,
            full_ms: 100,
            per_minute: 0,
            burst: 1,
            alert_days: 1,
            suspend_days: 3,
        }
    }

    fn failing(times: &[i64]) -> (Lane, Vec<Option<Alarm>>) {
        let mut lane = Lane::fresh("011002".parse().expect("a code"), Channel::Api);
        let alarms = times
            .iter()
            .map(|now| lane.failed(("http_503", Owner::Authority), &policy(), *now))
            .collect();
        (lane, alarms)
    }

    #[test]
    fn the_alert_comes_after_a_day_and_the_suspension_after_three() {
        let (failing_, suspended) = (Some(Alarm::Failing), Some(Alarm::Suspended));
        let times = [0, 0, DAY_MS - 1, DAY_MS, DAY_MS + 1, 3 * DAY_MS - 1, 3 * DAY_MS];
        let (lane, alarms) = failing(&times);
        assert_eq!(alarms, [None, None, None, failing_, None, None, suspended]);
        assert_eq!((lane.failing_since, lane.suspended_at), (Some(0), Some(3 * DAY_MS)));
        // Nobody was told before the fourth day, so it goes on for another.
        let (_, alarms) = failing(&[0, 0, 4 * DAY_MS, 5 * DAY_MS - 1, 5 * DAY_MS]);
        assert_eq!(alarms, [None, None, failing_, None, suspended]);
        // Two failures are not only failures: the breaker is closed.
        let (lane, alarms) = failing(&[0]);
        assert_eq!((alarms, lane.breaker), (vec![None], Breaker::Closed));
        let mut policy = policy();
        policy.suspend_days = 0;
        let (mut lane, _) = failing(&[0, 0, DAY_MS]);
        assert_eq!(
            lane.failed(("http_503", Owner::Authority), &policy, 90 * DAY_MS),
            None,
            "never, if so set"
        );
    }

    #[test]
    fn one_delivery_after_a_look_finds_out() {
        let (mut lane, _) = failing(&[0, 0, DAY_MS, 3 * DAY_MS]);
        let (policy, now) = (policy(), 3 * DAY_MS + 1);
        let held = |lane: &mut Lane, sending| {
            matches!(lane.admit(sending, 0, &policy, now), Admission::Suspended { .. })
        };
        assert!(held(&mut lane, 0), "though the breaker's rest is over");
        lane.open_until = Some(now);
        assert!(lane.needs_look(&policy, now) && !lane.needs_look(&policy, now - 1));
        lane.try_again(now);
        assert!(held(&mut lane, 1) && !held(&mut lane, 0));
        assert!(lane.needs_look(&policy, now + 1), "nobody took the turn");
        assert_eq!(lane.failed(("http_503", Owner::Authority), &policy, now), None, "people know");
        assert!(held(&mut lane, 0));
        lane.try_again(now);
        assert!(lane.succeeded(now));
        assert_eq!(lane.admit(3, 0, &policy, now), Admission::Go);
        assert_eq!((lane.suspended_at, lane.alerted_at, lane.failing_since), (None, None, None));
    }

    #[test]
    fn who_resumes_gives_it_days_again() {
        let (mut lane, _) = failing(&[0, 0, DAY_MS, 3 * DAY_MS]);
        let now = 3 * DAY_MS + 1;
        lane.resume(now);
        assert_eq!(lane.admit(0, 0, &policy(), now), Admission::Go);
        assert_eq!(lane.failed(("http_503", Owner::Authority), &policy(), now), None);
        assert_eq!((lane.failing_since, lane.suspended_at), (Some(now), None));
    }
}
