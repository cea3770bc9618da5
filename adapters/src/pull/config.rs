//! What an authority that fetches for itself needs.

use serde::{Deserialize, Serialize};

/// An authority that fetches from the hub's inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How long a package waits in the inbox before it is looked at again, in seconds.
    #[serde(default = "remind_after_s")]
    pub remind_after_s: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { remind_after_s: remind_after_s() }
    }
}

fn remind_after_s() -> u32 {
    // FIT-Connect reminds after three days unread; a day leaves the hub room to decide.
    24 * 60 * 60
}
