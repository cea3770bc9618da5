//! What happens when: a function of the seed.

use std::time::Duration;

use clap::ValueEnum;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// A process of the hub is killed with -9.
    Hub,
    /// A RabbitMQ node is killed with -9.
    Broker,
    /// PostgreSQL is killed with -9.
    Store,
    /// Connections to authorities are cut, and new ones after some bytes.
    Cut,
    /// Bytes to and from authorities are late.
    Delay,
    /// Authorities get everything, and their answers vanish.
    HalfOpen,
    /// The object store (S3) is stopped, and its connections cut.
    Objects,
    /// The disk of the object store is full.
    Disk,
}

/// Begin and length of one fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// From the start of the load.
    pub(crate) at: Duration,
    pub(crate) lasts: Duration,
    /// Decides who is hit.
    pub(crate) salt: u64,
}

/// The first fault.
const FIRST: Duration = Duration::from_secs(2);
/// Milliseconds from one fault's begin to the next's.
const GAP_MS: std::ops::Range<u64> = 500..3_500;

impl Kind {
    /// Milliseconds that it lasts, from and below.
    fn lasts_ms(self) -> std::ops::Range<u64> {
        match self {
            Self::Hub | Self::Store | Self::Objects => 0..3_000,
            Self::Broker => 1_000..8_000,
            Self::Cut | Self::Delay => 1_000..6_000,
            Self::HalfOpen | Self::Disk => 2_000..6_000,
        }
    }
}

/// The plan. Every kind has its turn before any has its next; faults of different kinds overlap.
pub(crate) fn plan(seed: u64, span: Duration, kinds: &[Kind]) -> Vec<Fault> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut faults = Vec::new();
    let mut at = FIRST;
    while !kinds.is_empty() {
        let mut turn = kinds.to_vec();
        turn.shuffle(&mut rng);
        for kind in turn {
            let lasts = Duration::from_millis(rng.random_range(kind.lasts_ms()));
            if at >= span {
                return faults;
            }
            faults.push(Fault { kind, at, lasts, salt: rng.random() });
            at += Duration::from_millis(rng.random_range(GAP_MS));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_a_function_of_the_seed_and_uses_every_kind() {
        let minute = Duration::from_mins(1);
        let kinds = Kind::value_variants();
        let one = plan(1, minute, kinds);
        assert_eq!(one, plan(1, minute, kinds));
        assert_ne!(one, plan(2, minute, kinds));
        let mut first: Vec<_> = one.iter().take(kinds.len()).map(|fault| fault.kind).collect();
        first.sort_unstable();
        assert_eq!(first, kinds);
        assert!(one.len() > 2 * kinds.len(), "{}", one.len());
        assert!(one.iter().all(|fault| fault.at < minute), "{one:?}");
    }
}
