//! How a sandbox authority behaves.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One authority's manners, the same over every channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Takes everything at once.
    #[default]
    Healthy,
    /// Takes everything, but answers only after this time.
    Slow(Duration),
    /// Takes nothing: this status over HTTP, a refusal over SFTP and SMTP; above 499 (and 408, 425,
    /// 429) it is one that asks to come again.
    Refusing(u16),
    /// Nobody listens: its endpoints lead to a closed port, and a server that is asked anyway drops
    /// the connection.
    Dead,
    /// Fails now and then, with 503 or its likeness.
    Flapping {
        /// Every n-th request fails; 0 never.
        fail_every: u32,
        /// So many first tries of each delivery fail.
        fail_first: u32,
    },
    /// Stores what it gets and drops the connection before it answers; a repeat is answered.
    LoseAnswer,
}

/// What to do about one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Take,
    TakeAfter(Duration),
    TakeSilently,
    Refuse(u16),
    Drop,
}

impl Behaviour {
    /// Decides about a try: `request` counts the authority's requests from 1, `try_of_delivery`
    /// the delivery's from 1.
    pub(super) fn decide(self, request: u32, try_of_delivery: u32) -> Act {
        match self {
            Self::Healthy => Act::Take,
            Self::Slow(by) => Act::TakeAfter(by),
            Self::Refusing(status) => Act::Refuse(status),
            Self::Dead => Act::Drop,
            Self::Flapping { fail_every, fail_first } => {
                let is_turn = fail_every > 0 && request.is_multiple_of(fail_every);
                if is_turn || try_of_delivery <= fail_first { Act::Refuse(503) } else { Act::Take }
            }
            Self::LoseAnswer => Act::TakeSilently,
        }
    }
}

/// Whether a status asks to come again.
pub(super) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}
