//! One thing that is wrong, or looks wrong, with what was handed in: for programs and for persons.

use serde::{Deserialize, Serialize};

use crate::outcome::words;

words! {
    /// How much a finding weighs.
    Level {
        /// The filing is not taken until it is mended.
        Error = "error",
        /// Worth a look; never in the way.
        Warning = "warning",
    }
}

/// One thing that is wrong with a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// JSON Pointer (RFC 6901) to the field.
    pub path: String,
    /// `error` or `warning`.
    #[serde(default = "Finding::error_level")]
    pub level: Level,
    /// A stable word for the kind of mistake.
    pub code: String,
    /// A sentence that says what to do.
    pub message: String,
    /// The same in Japanese, as the form labels the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_ja: Option<String>,
    /// Where the rule comes from: an article, a form and its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Finding {
    /// An error at `path`.
    pub fn new(path: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            level: Level::Error,
            code: code.to_owned(),
            message: message.into(),
            message_ja: None,
            source: None,
        }
    }

    /// The same with its Japanese sentence.
    #[must_use]
    pub fn ja(self, sentence: impl Into<String>) -> Self {
        Self { message_ja: Some(sentence.into()), ..self }
    }

    /// The same with the rule's source.
    #[must_use]
    pub fn source(self, source: impl Into<String>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(self) -> Self {
        Self { level: Level::Warning, ..self }
    }

    /// The same at another level.
    #[must_use]
    pub fn level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// The same, its path below `prefix`.
    #[must_use]
    pub fn below(self, prefix: &str) -> Self {
        Self { path: format!("{prefix}{}", self.path), ..self }
    }

    /// Whether it is in the way of the filing.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    fn error_level() -> Level {
        Level::Error
    }
}
