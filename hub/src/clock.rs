//! Time and ids as arguments: the one place that reads the machine's clock and randomness.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// Where time and randomness come from; tests give their own.
#[derive(Debug)]
pub struct Clock {
    manual_ms: Option<AtomicI64>,
    rng: Mutex<StdRng>,
}

impl Clock {
    /// The machine's clock and randomness.
    pub fn system() -> Self {
        Self { manual_ms: None, rng: Mutex::new(StdRng::from_os_rng()) }
    }

    /// A clock that moves only by [`Clock::advance`], and randomness from a seed.
    pub fn manual(start: Timestamp, seed: u64) -> Self {
        let manual_ms = Some(AtomicI64::new(start.as_millisecond()));
        Self { manual_ms, rng: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    /// Now, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Milliseconds since 1970-01-01 UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the system clock")]
    pub fn now_ms(&self) -> i64 {
        match &self.manual_ms {
            Some(ms) => ms.load(Ordering::SeqCst),
            None => Timestamp::now().as_millisecond(),
        }
    }

    /// Moves a manual clock; the system clock stays.
    pub fn advance(&self, by: std::time::Duration) {
        if let Some(ms) = &self.manual_ms {
            ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// A fresh UUID version 7.
    pub fn id(&self) -> Uuid {
        let random: [u8; 10] = self.rng.lock().unwrap_or_else(PoisonError::into_inner).random();
        let ms = u64::try_from(self.now_ms()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid()
    }

    /// A number from 0 to below 1.
    pub fn random(&self) -> f64 {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).random()
    }

    /// Random bytes, for keys.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).random()
    }
}
