//! What an HTTPS endpoint needs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Secret;

/// An authority's intake over HTTPS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where packages are posted.
    pub url: String,
    /// The Standard Webhooks secret: `whsec_` and base64, or any text, whose bytes are the key.
    pub signing_secret: Secret,
    /// The one before, while the authority goes over to the new: each try is signed with both, and
    /// whichever the far side knows fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_signing_secret: Option<Secret>,
    /// A bearer token, if the authority wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<Secret>,
    /// The last day on which secret and token work, where one is known: people are told before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// How long to wait for the answer once the package is sent.
    #[serde(default = "answer_timeout_ms")]
    pub answer_timeout_ms: u64,
    /// How long an upload may stand still before it is given up.
    #[serde(default = "idle_timeout_ms")]
    pub idle_timeout_ms: u64,
}

impl Config {
    /// An endpoint with the usual time-outs.
    pub fn new(url: impl Into<String>, signing_secret: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            signing_secret: Secret::new(signing_secret),
            former_signing_secret: None,
            bearer: None,
            expires_on: None,
            answer_timeout_ms: answer_timeout_ms(),
            idle_timeout_ms: idle_timeout_ms(),
        }
    }

    /// What a try is signed with, the newest first.
    pub(super) fn secrets(&self) -> Vec<&Secret> {
        std::iter::once(&self.signing_secret).chain(&self.former_signing_secret).collect()
    }
}

fn answer_timeout_ms() -> u64 {
    30_000
}

fn idle_timeout_ms() -> u64 {
    20_000
}
