//! What an adapter answers, and the words for whose turn it is and what is proved.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$doc])*
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            Serialize,
            Deserialize,
            utoipa::ToSchema,
        )]
        pub enum $name { $( $(#[$vdoc])* #[serde(rename = $text)] $variant, )* }
        impl $name {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$( Self::$variant, )*];
            /// The word used in JSON, SQL, logs and metrics.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|v| v.as_str()).collect();
                    let given = $crate::codes::start_of(text);
                    format!("{given:?} is none of: {}", known.join(", "))
                })
            }
        }
    };
}
pub(crate) use words;

words! {
    /// 連携方式: how an authority is reached.
    Channel {
        /// The hub pushes over HTTPS.
        Api = "api",
        /// The hub drops a file over SFTP.
        Sftp = "sftp",
        /// The hub sends a mail.
        Email = "email",
        /// The authority fetches from the hub's inbox.
        Pull = "pull",
    }
}

words! {
    /// Whose fault it is, and so who has to act.
    Owner {
        /// The one who files.
        Operator = "operator",
        /// The one who receives.
        Authority = "authority",
        /// This system and its staff.
        Hub = "hub",
        /// What lies between.
        Network = "network",
    }
}

words! {
    /// What is proved about a delivery; a later word proves more.
    ProofLevel {
        /// A transport took it over (SMTP 250).
        AcceptedByTransport = "accepted_by_transport",
        /// The authority's system stored it (HTTP 2xx, SFTP rename and size check).
        Stored = "stored",
        /// The authority fetched it.
        PickedUp = "picked_up",
        /// A person opened it.
        Opened = "opened",
        /// The authority said that it has it, or decided on it.
        Acknowledged = "acknowledged",
    }
}

/// 到達証跡: a level and what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What is proved.
    pub level: ProofLevel,
    /// The evidence as the far side gave it: status line, SMTP reply, remote path and size.
    pub evidence: serde_json::Value,
}

/// The head of a far side's answer, kept for people; at most [`Response::BODY_BYTES_MAX`] of body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status line or reply as the protocol words it.
    pub status: String,
    /// The first part of the body, as text; empty when it had its time and was deleted.
    #[serde(default)]
    pub body: String,
}

impl Response {
    /// Bytes of a response body that are kept at most (64 KiB).
    pub const BODY_BYTES_MAX: usize = 64 * 1024;
}

/// Why a try did not deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// A stable word, for example `http_503` or `host_key_unknown`; groups errors.
    pub code: String,
    /// Who has to act.
    pub owner: Owner,
    /// One sentence for a person: what happened and what to do.
    pub sentence: String,
    /// What the far side answered, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
}

impl Why {
    /// A reason without a far side's answer.
    pub fn new(code: impl Into<String>, owner: Owner, sentence: impl Into<String>) -> Self {
        Self { code: code.into(), owner, sentence: sentence.into(), response: None }
    }
}

/// What one try over one channel came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The far side has it, to the level proved.
    Delivered {
        /// What is proved.
        proof: Proof,
    },
    /// Not now: try again, not before the given time.
    Deferred {
        /// Why.
        why: Why,
        /// The far side's wish (`Retry-After`), if it had one.
        not_before: Option<Timestamp>,
    },
    /// Never over this channel: the next channel of the ladder, else failed.
    Refused {
        /// Why, with the owner who has to act.
        why: Why,
    },
    /// It was sent and the answer was lost: the far side may have it.
    Unknown {
        /// Why.
        why: Why,
    },
}

impl Outcome {
    /// The word used in SQL, logs and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Deferred { .. } => "deferred",
            Self::Refused { .. } => "refused",
            Self::Unknown { .. } => "unknown",
        }
    }
}
