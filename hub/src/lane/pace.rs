//! The pace of a lane: so many deliveries a minute, after a burst. A token bucket in the form of
//! the generic cell rate algorithm (ITU-T I.371), which needs one time and no clockwork that fills
//! it. Pure.

use schemas::{Owner, Why};

use super::{Lane, LanePolicy};

impl Lane {
    /// Takes a delivery's turn, or tells when it comes (in milliseconds) and why it has to wait.
    /// Asked last, when the delivery would go otherwise; `postponed` tells how often it was turned
    /// away before.
    ///
    /// Who waits has a turn of its own, so that not all come back at one moment for one turn; and
    /// who is new goes behind them.
    pub fn take_turn(
        &mut self,
        postponed: i32,
        policy: &LanePolicy,
        now: i64,
    ) -> Result<(), (i64, Why)> {
        let per_minute = i64::from(self.per_minute.unwrap_or(policy.per_minute));
        if per_minute <= 0 {
            return Ok(());
        }
        // Rounded up: the limit is never passed.
        let apart = 59_999 / per_minute + 1;
        let burst = i64::from(self.burst.unwrap_or(policy.burst)).max(1);
        let full_at = self.next_free_at.unwrap_or(now).max(now);
        let opens_at = full_at - (burst - 1) * apart;
        let line = self.line_ends_at.filter(|end| *end > now);
        if opens_at <= now && (line.is_none() || postponed > 0) {
            self.next_free_at = Some(full_at + apart);
            return Ok(());
        }
        let at = line.map_or(opens_at, |end| opens_at.max(end + apart));
        self.line_ends_at = Some(at);
        let sentence = format!("this authority takes {per_minute} deliveries a minute");
        Err((at, Why::new("lane_paced", Owner::Authority, sentence)))
    }
}

#[cfg(test)]
mod tests {
    use schemas::Channel;

    use super::*;

    fn policy(per_minute: i32, burst: i32) -> LanePolicy {
        let (cap, failures_to_open, full_ms) = (4, 3, 100);
        let (open_ms, open_ms_max, alert_days, suspend_days) = (1_000, 5_000, 1, 3);
        LanePolicy {
            cap,
            failures_to_open,
            open_ms,
            open_ms_max,
            full_ms,
            per_minute,
            burst,
            alert_days,
            suspend_days,
        }
    }

    fn lane() -> Lane {
        Lane::fresh("011002".parse().expect("a code"), Channel::Api)
    }

    fn turn(lane: &mut Lane, postponed: i32, policy: &LanePolicy, now: i64) -> i64 {
        lane.take_turn(postponed, policy, now).map_or_else(|(at, _)| at, |()| now)
    }

    #[test]
    fn after_the_burst_turns_lie_apart_and_an_idle_lane_saves_one_burst() {
        let (mut lane, policy) = (lane(), policy(60, 3));
        let turns: Vec<_> = (0..6).map(|_| turn(&mut lane, 0, &policy, 0)).collect();
        assert_eq!(turns, [0, 0, 0, 1_000, 2_000, 3_000]);
        // Those who wait come back; a new one goes behind them, though the bucket has room.
        assert_eq!(turn(&mut lane, 1, &policy, 999), 4_000, "a moment too early");
        assert_eq!(turn(&mut lane, 0, &policy, 1_000), 5_000);
        for now in [1_000, 2_000, 3_000, 4_000, 5_000] {
            assert_eq!(turn(&mut lane, 1, &policy, now), now);
        }
        let later = 1_000_000;
        let turns: Vec<_> = (0..4).map(|_| turn(&mut lane, 0, &policy, later)).collect();
        assert_eq!(turns, [later, later, later, later + 1_000]);
    }

    #[test]
    fn no_limit_is_none_and_a_lane_s_own_counts_before_the_default() {
        let (mut lane, mut policy) = (lane(), policy(0, 1));
        assert!((0..1_000).all(|_| turn(&mut lane, 0, &policy, 7) == 7));
        assert_eq!(lane.next_free_at, None, "nothing to write");
        policy.per_minute = 60;
        lane.per_minute = Some(7);
        lane.burst = Some(2);
        let turns: Vec<_> = (0..4).map(|_| turn(&mut lane, 0, &policy, 0)).collect();
        assert_eq!(turns, [0, 0, 8_572, 17_144], "rounded up: never more than seven a minute");
    }
}
