//! Spoils bytes by a seed: a small search without libFuzzer, the same on every machine.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Bytes of a mutated input at most.
const BYTES_MAX: usize = 64 * 1024;

/// What parsers like to stumble over.
const PIECES: [&[u8]; 14] = [
    b"\0",
    b"\xff\xff\xff\xff",
    b"\x80",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\"",
    b"\\",
    b"{",
    b"[]",
    b"9223372036854775808",
    b"-1",
    b"../",
    "\u{202e}が".as_bytes(),
    b"1e999",
];

/// A source of mutations.
#[derive(Debug)]
pub struct Mutation(StdRng);

impl Mutation {
    /// The mutations of this seed.
    pub fn of(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Spoils an input in one to four places, sometimes with a part of another.
    pub fn spoil(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..self.0.random_range(1..=4) {
            let from = self.0.random_range(0..=bytes.len());
            let to = (from + self.0.random_range(0..=16)).min(bytes.len());
            match self.0.random_range(0..7) {
                0 if from < bytes.len() => bytes[from] ^= 1 << self.0.random_range(0..8),
                1 if from < bytes.len() => bytes[from] = self.0.random(),
                2 => drop(bytes.splice(from..to, [])),
                3 => bytes.truncate(from),
                4 => {
                    let piece = PIECES[self.0.random_range(0..PIECES.len())];
                    drop(bytes.splice(from..from, piece.iter().copied()));
                }
                5 => {
                    let again = bytes[from..to].to_vec();
                    drop(bytes.splice(from..from, again));
                }
                _ => {
                    let start = self.0.random_range(0..=other.len());
                    let end = (start + self.0.random_range(0..=64)).min(other.len());
                    drop(bytes.splice(from..to, other[start..end].iter().copied()));
                }
            }
        }
        bytes.truncate(BYTES_MAX);
        bytes
    }
}
