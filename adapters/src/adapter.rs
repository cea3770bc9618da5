//! The wall between the hub and the protocols: what an adapter is given and what it answers.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use schemas::{AuthorityId, Channel, DeliveryId, FilingId, FilingKind, Outcome, Owner, Why};
use serde::{Deserialize, Serialize};

use crate::package::Sealed;
use crate::{api, email, pull, sftp};

/// One channel's way to carry a parcel.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// The channel that it serves.
    fn channel(&self) -> Channel;

    /// One try; it never retries by itself. An endpoint of another channel is refused.
    async fn deliver(&self, endpoint: &Endpoint, parcel: &Parcel) -> Outcome;

    /// Whether the endpoint could take a parcel now, found out without leaving anything there.
    async fn probe(&self, endpoint: &Endpoint) -> Probe;
}

/// How one authority is reached over one channel: address, credentials and tuning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
pub enum Endpoint {
    /// HTTPS push.
    Api(api::Config),
    /// SFTP drop.
    Sftp(sftp::Config),
    /// Mail.
    Email(email::Config),
    /// The hub's inbox, from which the authority fetches.
    Pull(pull::Config),
}

impl Endpoint {
    /// The channel that this endpoint belongs to.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Api(_) => Channel::Api,
            Self::Sftp(_) => Channel::Sftp,
            Self::Email(_) => Channel::Email,
            Self::Pull(_) => Channel::Pull,
        }
    }

    /// The last day on which what proves the hub there works, where one is known.
    pub fn expires_on(&self) -> Option<Date> {
        match self {
            Self::Api(config) => config.expires_on,
            Self::Sftp(config) => config.expires_on,
            Self::Email(_) | Self::Pull(_) => None,
        }
    }

    /// Where it leads, for people: no credentials in it.
    pub fn address(&self) -> String {
        match self {
            Self::Api(config) => config.url.clone(),
            Self::Sftp(config) => format!("sftp://{}:{}", config.host, config.port),
            Self::Email(config) => config.to.clone(),
            Self::Pull(_) => "inbox".to_owned(),
        }
    }
}

/// What the parcel asks of the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A new filing.
    Submit,
    /// The corrected revision of a returned filing.
    Correct,
    /// The operator takes the filing back.
    Withdraw,
}

impl Action {
    /// The word used in headers and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Correct => "correct",
            Self::Withdraw => "withdraw",
        }
    }

    /// The action of a word; what is neither a correction nor a withdrawal is a new filing.
    pub fn of_word(word: &str) -> Self {
        match word {
            "correct" => Self::Correct,
            "withdraw" => Self::Withdraw,
            _ => Self::Submit,
        }
    }

    /// The word as authorities know it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Submit => "届出",
            Self::Correct => "補正",
            Self::Withdraw => "取下げ",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One delivery's package and what the channels say about it on the outside.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The id that is the same on every try and every channel.
    pub delivery: DeliveryId,
    /// The filing.
    pub filing: FilingId,
    /// 受付番号.
    pub receipt_number: String,
    /// The revision of the filing, from 1.
    pub revision: u32,
    /// The authority that gets it.
    pub authority: AuthorityId,
    /// Its name, for mails.
    pub authority_name: String,
    /// 手続の種類.
    pub kind: FilingKind,
    /// Which try of this delivery this is, from 1.
    pub attempt: u32,
    /// The sealed package.
    pub package: Sealed,
    /// Whether an earlier channel may already have brought it.
    pub second_copy: bool,
    /// Whether it is a test and no filing.
    pub is_test: bool,
    /// What is asked.
    pub action: Action,
    /// A link to the package that expires, made by the hub, for mails that cannot carry it.
    pub link: Option<String>,
    /// The W3C `traceparent` of the try.
    pub trace: Option<String>,
    /// The time of the try.
    pub now: Timestamp,
}

impl Parcel {
    /// The package's file name at the far side: a function of the delivery id alone.
    pub fn file_name(&self) -> String {
        file_name(self.delivery)
    }
}

/// The package's file name at the far side: a function of the delivery id alone.
pub fn file_name(delivery: DeliveryId) -> String {
    format!("todoke-{delivery}.zip")
}

/// What looking at an endpoint found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Whether a parcel could go there now.
    pub ok: bool,
    /// One sentence for a person.
    pub sentence: String,
    /// How long the look took.
    pub latency: Duration,
    /// Why not, when not `ok`.
    pub why: Option<Why>,
    /// When a certificate or password there ends, if that can be seen.
    pub expires: Option<Timestamp>,
    /// What the far side showed of itself: host key fingerprint, greeting, status line.
    pub observed: Option<String>,
}

impl Probe {
    /// A good answer.
    pub(crate) fn good(sentence: impl Into<String>, observed: Option<String>) -> Self {
        let (sentence, latency) = (sentence.into(), Duration::ZERO);
        Self { ok: true, sentence, latency, why: None, expires: None, observed }
    }

    /// A bad one; its sentence is the reason's.
    pub(crate) fn bad(why: Why, observed: Option<String>) -> Self {
        let (sentence, latency) = (why.sentence.clone(), Duration::ZERO);
        Self { ok: false, sentence, latency, why: Some(why), expires: None, observed }
    }

    /// The outcome of a try that was only to see whether the far side answers.
    pub(crate) fn from_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Delivered { .. } => Self::good("the far side answers", None),
            Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
                Self::bad(why, None)
            }
        }
    }
}

/// Runs a look and notes how long it took.
#[expect(clippy::disallowed_methods, reason = "a length of time, not a point in time, is measured")]
pub(crate) async fn timed(look: impl Future<Output = Probe>) -> Probe {
    let start = tokio::time::Instant::now();
    let probe = look.await;
    Probe { latency: start.elapsed(), ..probe }
}

/// The answer of an adapter that was given another channel's endpoint.
pub(crate) fn wrong_channel(adapter: Channel, endpoint: &Endpoint) -> Outcome {
    let sentence = format!(
        "the {adapter} adapter was given an endpoint of {}; correct the authority's channel",
        endpoint.channel()
    );
    Outcome::Refused { why: Why::new("endpoint_of_other_channel", Owner::Hub, sentence) }
}
