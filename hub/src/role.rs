//! What a process does: one role, some, or all.

use std::str::FromStr;

/// What a process does. Every process serves its health and metrics and relays its own messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Takes filings in and serves the HTTP interface and the pages.
    Intake,
    /// Plans filings.
    Router,
    /// Tries deliveries.
    Courier,
    /// Collects decisions from SFTP result folders.
    Review,
    /// Sends notices.
    Notifier,
    /// Moves what time moves.
    Upkeep,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::Intake, Self::Router, Self::Courier, Self::Review, Self::Notifier, Self::Upkeep];

    /// The word at the command line, in the store and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Router => "router",
            Self::Courier => "courier",
            Self::Review => "review",
            Self::Notifier => "notifier",
            Self::Upkeep => "upkeep",
        }
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            format!(
                "{text:?} is no role; use one or more of intake, router, courier, review, \
                 notifier, upkeep"
            )
        })
    }
}
