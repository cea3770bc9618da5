//! What a mail endpoint needs.

use serde::{Deserialize, Serialize};

/// An authority's mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The one recipient.
    pub to: String,
    /// Packages up to this size are attached; larger ones go as a link that expires.
    #[serde(default = "attach_bytes_max")]
    pub attach_bytes_max: u64,
}

impl Config {
    /// A mailbox with the usual attachment size (7 MiB: 10 MB once it is base64).
    pub fn new(to: impl Into<String>) -> Self {
        Self { to: to.into(), attach_bytes_max: attach_bytes_max() }
    }
}

fn attach_bytes_max() -> u64 {
    7 * 1024 * 1024
}
