//! When to try again. The one module that knows the backoff library.

use std::time::Duration;

use backoff::ExponentialBackoffBuilder;
use backoff::backoff::Backoff;

/// The wait before the try after `tries` tries, in milliseconds: the ladder's step, moved at random
/// by up to the share `jitter`.
pub fn wait_ms(ladder_seconds: &[u64], tries: i32, jitter: f64) -> i64 {
    let step = usize::try_from(tries - 1).unwrap_or(0).min(ladder_seconds.len().saturating_sub(1));
    let seconds = ladder_seconds.get(step).copied().unwrap_or(60);
    jittered_ms(Duration::from_secs(seconds), jitter)
}

/// A time moved at random by up to the share `jitter`, in milliseconds.
pub fn jittered_ms(time: Duration, jitter: f64) -> i64 {
    let mut schedule = ExponentialBackoffBuilder::new()
        .with_initial_interval(time)
        .with_max_interval(time)
        .with_randomization_factor(jitter)
        .build();
    let wait = schedule.next_backoff().unwrap_or(time);
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}

/// A time moved by up to the share `share`, in milliseconds: back by all of it when `random` is 0,
/// on by all of it when that is 1.
pub fn spread_ms(time: Duration, share: f64, random: f64) -> i64 {
    let moved = time.mul_f64((1.0 + share * (2.0 * random - 1.0)).max(0.0));
    i64::try_from(moved.as_millis()).unwrap_or(i64::MAX)
}

/// Waits for reconnecting: from 100 ms, doubling to 10 s, without end.
#[derive(Debug)]
pub struct Reconnect(backoff::ExponentialBackoff);

impl Default for Reconnect {
    fn default() -> Self {
        let schedule = ExponentialBackoffBuilder::new()
            .with_initial_interval(Duration::from_millis(100))
            .with_multiplier(2.0)
            .with_max_interval(Duration::from_secs(10))
            .with_max_elapsed_time(None)
            .build();
        Self(schedule)
    }
}

impl Reconnect {
    /// The next wait.
    pub fn next_wait(&mut self) -> Duration {
        self.0.next_backoff().unwrap_or(Duration::from_secs(10))
    }

    /// Whether it has gone on for more than a quarter of a minute.
    pub fn is_long(&self) -> bool {
        self.0.get_elapsed_time() > Duration::from_secs(15)
    }

    /// It worked: the next wait is the first again.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_spread_by_a_number_that_is_given() {
        let spread = |random| spread_ms(Duration::from_secs(1), 0.5, random);
        assert_eq!([spread(0.0), spread(0.5), spread(1.0)], [500, 1_000, 1_500]);
    }

    #[test]
    fn the_ladder_is_climbed_and_its_last_step_repeated() {
        let ladder = [10, 60, 300];
        let waits: Vec<_> = (1..=5).map(|tries| wait_ms(&ladder, tries, 0.0)).collect();
        assert_eq!(waits, [10_000, 60_000, 300_000, 300_000, 300_000]);
        for _ in 0..100 {
            let wait = wait_ms(&ladder, 1, 0.2);
            assert!((8_000..=12_000).contains(&wait), "{wait}");
        }
    }
}
