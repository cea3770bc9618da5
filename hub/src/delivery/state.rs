//! The two state machines of a delivery (architecture §5). Pure; the tables repeat them as CHECKs.

use std::fmt;

use schemas::{Owner, Verdict, Why};
use serde::{Deserialize, Serialize};

/// Transport side, with what each state needs to know.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// A work message for it is on its way.
    Due,
    /// A courier has it, until the lease ends.
    Sending {
        /// Milliseconds.
        lease_until: i64,
        /// The courier.
        lease_owner: String,
    },
    /// It is tried again at a time.
    Waiting {
        /// Milliseconds.
        next_attempt_at: i64,
        /// Why it waits.
        why: Why,
    },
    /// The authority has it, to the level proved.
    Delivered {
        /// Milliseconds.
        at: i64,
    },
    /// It stays until a person or a condition releases it.
    Held {
        /// Why.
        why: Why,
    },
    /// All ways were tried; a person has to act.
    Failed {
        /// Why, with its owner.
        why: Why,
    },
    /// It is not to be sent: the operator withdrew the filing before it went out, or staff took it
    /// from an authority that was none of its addressees.
    Cancelled,
}

/// What happens to the transport side.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A courier takes it.
    Claim {
        /// Milliseconds.
        lease_until: i64,
        /// The courier.
        lease_owner: String,
    },
    /// Not now, and no fault of anyone's: no try is used up.
    Postpone {
        /// Milliseconds.
        until: i64,
        /// Why.
        why: Why,
    },
    /// A fault of ours kept it from being tried: no try is used up.
    Fault {
        /// Milliseconds.
        until: i64,
        /// Why.
        why: Why,
    },
    /// It cannot go until someone acts.
    Hold {
        /// Why.
        why: Why,
    },
    /// An attempt delivered it.
    Succeed {
        /// Milliseconds.
        at: i64,
    },
    /// An attempt did not; another follows.
    Retry {
        /// Milliseconds.
        at: i64,
        /// Why.
        why: Why,
    },
    /// It lies in the authority's inbox; a reminder is due at a time. No try is used up.
    Offer {
        /// Milliseconds.
        until: i64,
        /// Why.
        why: Why,
    },
    /// An attempt did not, and there is no way left.
    Fail {
        /// Why, with its owner.
        why: Why,
    },
    /// It may not go at all, and nothing was attempted.
    Bar {
        /// Why, with its owner.
        why: Why,
    },
    /// The courier vanished with its lease.
    LeaseExpired {
        /// Milliseconds of the next try.
        retry_at: i64,
    },
    /// The time has come.
    FallDue,
    /// The authority fetched it from the inbox, or staff showed that it arrived another way.
    PickUp {
        /// Milliseconds.
        at: i64,
    },
    /// A hold ends; it goes out at a time, so that many released at once are paced.
    Release {
        /// Milliseconds.
        at: i64,
    },
    /// Staff starts it anew.
    Redrive,
    /// Staff sends it over another channel of the ladder.
    Switch,
    /// Staff gives it back to an authority from which they had taken it.
    Restore,
    /// The operator withdrew the filing, or staff took it away.
    Cancel,
}

/// What an event adds to the counters: 0 or 1.
pub(super) struct Counts {
    pub(super) attempts: i32,
    pub(super) tries: i32,
    pub(super) postponed: i32,
    pub(super) faults: i32,
}

impl Event {
    pub(super) fn counts(&self) -> Counts {
        let tried = matches!(self, Self::Retry { .. } | Self::Fail { .. } | Self::Succeed { .. });
        let attempted = tried || matches!(self, Self::Offer { .. });
        Counts {
            attempts: attempted.into(),
            tries: tried.into(),
            postponed: matches!(self, Self::Postpone { .. }).into(),
            faults: matches!(self, Self::Fault { .. }).into(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Claim { .. } => "claim",
            Self::Postpone { .. } => "postpone",
            Self::Fault { .. } => "fault",
            Self::Hold { .. } => "hold",
            Self::Succeed { .. } => "succeed",
            Self::Retry { .. } => "retry",
            Self::Offer { .. } => "offer",
            Self::Fail { .. } => "fail",
            Self::Bar { .. } => "bar",
            Self::LeaseExpired { .. } => "lease expired",
            Self::FallDue => "fall due",
            Self::PickUp { .. } => "pick up",
            Self::Release { .. } => "release",
            Self::Redrive => "redrive",
            Self::Switch => "go over another channel",
            Self::Restore => "be given back",
            Self::Cancel => "cancel",
        }
    }
}

/// An event that does not fit the state; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a delivery that is {state} cannot {event}")]
pub struct Refusal {
    /// The state's word.
    pub state: &'static str,
    /// What was asked for.
    pub event: &'static str,
}

impl State {
    /// The word used in SQL, JSON and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sending { .. } => "sending",
            Self::Waiting { .. } => "waiting",
            Self::Delivered { .. } => "delivered",
            Self::Held { .. } => "held",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Why it is not delivered, where there is a reason.
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Waiting { why, .. } | Self::Held { why } | Self::Failed { why } => Some(why),
            Self::Due | Self::Sending { .. } | Self::Delivered { .. } | Self::Cancelled => None,
        }
    }

    /// Who has to act, when someone has to.
    pub fn owner(&self) -> Option<Owner> {
        self.why().map(|why| why.owner)
    }

    fn expired(retry_at: i64) -> Self {
        let sentence = "the courier stopped in the middle of a try; it is tried again";
        let why = Why::new("lease_expired", Owner::Hub, sentence);
        Self::Waiting { next_attempt_at: retry_at, why }
    }

    /// The state after the event, or the refusal.
    pub(super) fn apply(&self, event: Event) -> Result<Self, Refusal> {
        let refusal = Refusal { state: self.as_str(), event: event.name() };
        match (self, event) {
            (Self::Due, Event::Claim { lease_until, lease_owner }) => {
                Ok(Self::Sending { lease_until, lease_owner })
            }
            (Self::Due, Event::Postpone { until, why })
            | (
                Self::Sending { .. },
                Event::Postpone { until, why }
                | Event::Fault { until, why }
                | Event::Offer { until, why }
                | Event::Retry { at: until, why },
            ) => Ok(Self::Waiting { next_attempt_at: until, why }),
            (Self::Due | Self::Sending { .. } | Self::Waiting { .. }, Event::Hold { why }) => {
                Ok(Self::Held { why })
            }
            (Self::Sending { .. }, Event::Succeed { at })
            | (
                Self::Due
                | Self::Sending { .. }
                | Self::Waiting { .. }
                | Self::Held { .. }
                | Self::Failed { .. },
                Event::PickUp { at },
            ) => Ok(Self::Delivered { at }),
            (Self::Due | Self::Sending { .. }, Event::Fail { why })
            | (Self::Due, Event::Bar { why }) => Ok(Self::Failed { why }),
            (Self::Sending { .. }, Event::LeaseExpired { retry_at }) => Ok(Self::expired(retry_at)),
            (Self::Waiting { .. }, Event::FallDue)
            | (Self::Waiting { .. } | Self::Held { .. } | Self::Failed { .. }, Event::Redrive)
            | (
                Self::Due | Self::Waiting { .. } | Self::Held { .. } | Self::Failed { .. },
                Event::Switch,
            )
            | (Self::Cancelled, Event::Restore) => Ok(Self::Due),
            (Self::Held { why }, Event::Release { at }) => {
                Ok(Self::Waiting { next_attempt_at: at, why: why.clone() })
            }
            (
                Self::Due | Self::Waiting { .. } | Self::Held { .. } | Self::Failed { .. },
                Event::Cancel,
            ) => Ok(Self::Cancelled),
            (
                Self::Due
                | Self::Sending { .. }
                | Self::Waiting { .. }
                | Self::Delivered { .. }
                | Self::Held { .. }
                | Self::Failed { .. }
                | Self::Cancelled,
                Event::Claim { .. }
                | Event::Postpone { .. }
                | Event::Fault { .. }
                | Event::Hold { .. }
                | Event::Succeed { .. }
                | Event::Retry { .. }
                | Event::Offer { .. }
                | Event::Fail { .. }
                | Event::Bar { .. }
                | Event::LeaseExpired { .. }
                | Event::FallDue
                | Event::PickUp { .. }
                | Event::Release { .. }
                | Event::Redrive
                | Event::Switch
                | Event::Restore
                | Event::Cancel,
            ) => Err(refusal),
        }
    }
}

/// Review side: what the authority has done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Nobody has looked.
    Unopened,
    /// A person or their system has it open.
    Opened,
    /// 受付完了.
    Accepted,
    /// 差戻し.
    Returned,
    /// 取下げ; or staff took it away before it got there.
    Withdrawn,
}

impl Review {
    /// The word used in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unopened => "unopened",
            Self::Opened => "opened",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The authority decides; only once, and not on what was withdrawn.
    pub fn decide(self, verdict: Verdict) -> Result<Self, Refusal> {
        match (self, verdict) {
            (Self::Unopened | Self::Opened, Verdict::Accepted) => Ok(Self::Accepted),
            (Self::Unopened | Self::Opened, Verdict::Returned) => Ok(Self::Returned),
            (Self::Accepted | Self::Returned | Self::Withdrawn, _) => {
                Err(Refusal { state: self.as_str(), event: "be decided on" })
            }
        }
    }

    /// Someone opens it; later states stay.
    #[must_use]
    pub fn open(self) -> Self {
        match self {
            Self::Unopened | Self::Opened => Self::Opened,
            Self::Accepted => Self::Accepted,
            Self::Returned => Self::Returned,
            Self::Withdrawn => Self::Withdrawn,
        }
    }

    /// The operator withdraws; an accepted filing needs a change notice instead.
    pub fn withdraw(self) -> Result<Self, Refusal> {
        match self {
            Self::Unopened | Self::Opened | Self::Returned => Ok(Self::Withdrawn),
            Self::Accepted | Self::Withdrawn => {
                Err(Refusal { state: self.as_str(), event: "be withdrawn" })
            }
        }
    }
}

impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
