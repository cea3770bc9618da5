//! Chance from the demo's seed: the same seed gives the same cast, filings and answers.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A generator for one thing: a function of the seed and the thing's name alone.
pub(super) fn chance(seed: u64, thing: &str) -> StdRng {
    let digest = Sha256::digest(format!("{seed} {thing}"));
    StdRng::from_seed(digest.into())
}

/// A number from 0 to below 100 for one thing.
pub(super) fn percent(seed: u64, thing: &str) -> u32 {
    chance(seed, thing).random_range(0..100)
}

/// One of several.
pub(super) fn pick<T: Clone>(rng: &mut impl Rng, all: &[T]) -> Option<T> {
    if all.is_empty() {
        return None;
    }
    all.get(rng.random_range(0..all.len())).cloned()
}

/// One of several words.
pub(super) fn word(rng: &mut impl Rng, all: &[&'static str]) -> &'static str {
    pick(rng, all).unwrap_or_default()
}
