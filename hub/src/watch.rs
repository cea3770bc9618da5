//! A watch: something that people have to know of for as long as it lasts. Pure: what was kept is
//! compared with what a look found, and what began and what ended comes out of it.

use std::collections::BTreeMap;

use schemas::{AuthorityId, Channel, FilingId, Owner};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A filing's deadline is near or has passed, and an authority does not have it.
    DeadlineNear,
    /// An endpoint has only failed for some time.
    LaneFailing,
    /// Nothing is sent any more to an endpoint that failed for days.
    LaneSuspended,
    /// Staff paused a lane long ago, and have not let it go on.
    LanePaused,
    /// An endpoint does not answer a look.
    EndpointSilent,
    /// An endpoint answers a look, and takes no delivery.
    EndpointRefuses,
    /// Work of one sort waits too long within the hub.
    BacklogAge,
    /// Messages that could not be worked on are not settled.
    DeadLetters,
    /// A certificate, key or password ends soon, or has ended.
    CredentialExpiring,
    /// An authority that answers by file or by its program has answered nothing for days.
    DecisionsMissing,
    /// A statement could not be handed out to an authority that asked for it.
    StatementFailed,
    /// The clocks of two processes differ.
    ClockSkew,
    /// No process that lives has a role.
    RoleMissing,
}

impl Kind {
    /// All of them, what is most urgent first.
    pub const ALL: [Self; 13] = [
        Self::DeadlineNear,
        Self::LaneSuspended,
        Self::LaneFailing,
        Self::LanePaused,
        Self::EndpointRefuses,
        Self::EndpointSilent,
        Self::CredentialExpiring,
        Self::DecisionsMissing,
        Self::StatementFailed,
        Self::RoleMissing,
        Self::BacklogAge,
        Self::DeadLetters,
        Self::ClockSkew,
    ];

    /// The word used in SQL, JSON and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeadlineNear => "deadline_near",
            Self::LaneFailing => "lane_failing",
            Self::LaneSuspended => "lane_suspended",
            Self::LanePaused => "lane_paused",
            Self::EndpointSilent => "endpoint_silent",
            Self::EndpointRefuses => "endpoint_refuses",
            Self::BacklogAge => "backlog_age",
            Self::DeadLetters => "dead_letters",
            Self::CredentialExpiring => "credential_expiring",
            Self::DecisionsMissing => "decisions_missing",
            Self::StatementFailed => "statement_failed",
            Self::ClockSkew => "clock_skew",
            Self::RoleMissing => "role_missing",
        }
    }

    /// Whether its detail is the code of a cause.
    pub fn has_cause(self) -> bool {
        match self {
            Self::DeadlineNear
            | Self::LaneFailing
            | Self::LaneSuspended
            | Self::EndpointSilent
            | Self::EndpointRefuses
            | Self::StatementFailed => true,
            Self::BacklogAge
            | Self::LanePaused
            | Self::ClockSkew
            | Self::CredentialExpiring
            | Self::DecisionsMissing
            | Self::DeadLetters
            | Self::RoleMissing => false,
        }
    }

    /// What it is called, in Japanese and in English.
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::DeadlineNear => ("期限が近い未送達", "Deadline near, not delivered"),
            Self::LaneFailing => ("送付の失敗が続く経路", "Lane failing"),
            Self::LaneSuspended => ("送付を休止した経路", "Lane suspended"),
            Self::LanePaused => ("止めたままの経路", "Lane left paused"),
            Self::EndpointSilent => ("応答しない受付先", "Endpoint does not answer"),
            Self::EndpointRefuses => {
                ("応答するが受け取らない受付先", "Endpoint answers, and takes nothing")
            }
            Self::BacklogAge => ("ハブ内の滞留", "Backlog in the hub"),
            Self::DeadLetters => ("処理できないメッセージ", "Dead letters"),
            Self::CredentialExpiring => ("証明書・鍵等の期限", "Certificate or key ends"),
            Self::DecisionsMissing => ("決定が届かない指定権者", "No decisions come"),
            Self::StatementFailed => {
                ("到達の一覧を送付できない指定権者", "Statement not handed out")
            }
            Self::ClockSkew => ("時計のずれ", "Clocks differ"),
            Self::RoleMissing => ("担当するプロセスがない役割", "Role that no process has"),
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("{text:?} is none of: {}", known.join(", "))
        })
    }
}

/// What a look found to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// With what: tells two of one kind apart.
    pub subject: String,
    /// At which authority.
    pub authority: Option<AuthorityId>,
    /// Over which channel.
    pub channel: Option<Channel>,
    /// Of which filing.
    pub filing_id: Option<FilingId>,
    /// Who has to act.
    pub owner: Owner,
    /// Since when it is so, in milliseconds.
    pub since: i64,
    /// The moment that it is about, in milliseconds: a deadline, an expiry.
    pub due_at: Option<i64>,
    /// The code of why, or a number.
    pub detail: String,
    /// Whether it has been so for long enough to begin; what has begun goes on without.
    pub is_ripe: bool,
}

impl Found {
    /// Something with the hub itself, since a moment.
    pub fn of_hub(kind: Kind, (subject, since): (&str, i64), detail: String) -> Self {
        Self {
            kind,
            subject: subject.to_owned(),
            authority: None,
            channel: None,
            filing_id: None,
            owner: Owner::Hub,
            since,
            due_at: None,
            detail,
            is_ripe: true,
        }
    }

    /// Something with an authority's endpoint, since a moment.
    pub fn of_lane(
        kind: Kind,
        (authority, channel): (AuthorityId, Channel),
        since: i64,
        detail: String,
    ) -> Self {
        Self {
            subject: format!("{authority}/{channel}"),
            authority: Some(authority),
            channel: Some(channel),
            owner: Owner::Authority,
            ..Self::of_hub(kind, ("", since), detail)
        }
    }

    /// The same once it has lasted so many milliseconds.
    #[must_use]
    pub fn after(self, now: i64, ms: i64) -> Self {
        Self { is_ripe: now - self.since >= ms, ..self }
    }
}

/// One row of `watches`: from when it began to when it ended. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Sorts by time.
    pub id: Uuid,
    /// See [`Found`], here and below.
    pub kind: Kind,
    /// At most one of a kind and subject goes on.
    pub subject: String,
    /// See [`Found`].
    pub authority: Option<AuthorityId>,
    /// See [`Found`].
    pub channel: Option<Channel>,
    /// See [`Found`].
    pub filing_id: Option<FilingId>,
    /// See [`Found`].
    pub owner: Owner,
    /// See [`Found`].
    pub since: i64,
    /// See [`Found`].
    pub due_at: Option<i64>,
    /// See [`Found`].
    pub detail: String,
    /// When a look first found it.
    pub begun_at: i64,
    /// When a look first found it no more; a later one may find it again.
    pub gone_at: Option<i64>,
    /// When it counted as over.
    pub ended_at: Option<i64>,
    /// The alert that told of its beginning.
    pub begin_alert: Option<Uuid>,
    /// The alert that told of its end.
    pub end_alert: Option<Uuid>,
}

impl Watch {
    fn begin(found: Found, id: Uuid, now: i64) -> Self {
        Self {
            id,
            kind: found.kind,
            subject: found.subject,
            authority: found.authority,
            channel: found.channel,
            filing_id: found.filing_id,
            owner: found.owner,
            since: found.since,
            due_at: found.due_at,
            detail: found.detail,
            begun_at: now,
            gone_at: None,
            ended_at: None,
            begin_alert: None,
            end_alert: None,
        }
    }

    /// When the last thing happened to it of which nobody has been told; none, when all is told.
    pub fn untold_since(&self) -> Option<i64> {
        match (self.begin_alert, self.ended_at, self.end_alert) {
            (None, ..) => Some(self.begun_at),
            (Some(_), Some(ended), None) => Some(ended),
            (Some(_), ..) => None,
        }
    }
}

/// What a look changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New rows.
    pub begun: Vec<Watch>,
    /// Rows that are there.
    pub changed: Vec<Watch>,
}

/// Compares what goes on with what was found. What is found no more ends when it has been gone for
/// `settle_ms`, so that what comes and goes is one watch and not many.
pub fn compare(
    kept: Vec<Watch>,
    found: Vec<Found>,
    (now, settle_ms): (i64, i64),
    mut id: impl FnMut() -> Uuid,
) -> Changes {
    let mut changes = Changes::default();
    let mut found: BTreeMap<(Kind, String), Found> =
        found.into_iter().map(|it| ((it.kind, it.subject.clone()), it)).collect();
    for before in kept {
        let mut watch = before.clone();
        if let Some(it) = found.remove(&(watch.kind, watch.subject.clone())) {
            (watch.owner, watch.due_at, watch.detail) = (it.owner, it.due_at, it.detail);
            watch.gone_at = None;
        } else {
            let gone_at = *watch.gone_at.get_or_insert(now);
            watch.ended_at = (now - gone_at >= settle_ms).then_some(now);
        }
        if watch != before {
            changes.changed.push(watch);
        }
    }
    let ripe = found.into_values().filter(|it| it.is_ripe);
    changes.begun = ripe.map(|it| Watch::begin(it, id(), now)).collect();
    changes
}

/// The moment of a look by a process whose clock says `own`, after a look at `last`: time does not
/// run back, so that a process that is behind neither ends nor begins what a later look has seen.
/// A difference of more than `skew_ms` is no small one: then each goes by its own clock, and the
/// difference comes back, in milliseconds, for people to mend.
pub fn moment(own: i64, last: i64, skew_ms: i64) -> (i64, Option<i64>) {
    let ahead = last - own;
    if ahead > skew_ms { (own, Some(ahead)) } else { (own.max(last), None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn found(subject: &str, is_ripe: bool) -> Found {
        let it = Found::of_hub(Kind::BacklogAge, (subject, 5), "x".into());
        Found { is_ripe, ..it }
    }

    fn look(kept: &[Watch], all: Vec<Found>, now: i64) -> Changes {
        compare(kept.to_vec(), all, (now, 5 * MINUTE), Uuid::nil)
    }

    #[test]
    fn it_begins_once_goes_on_unripe_and_ends_when_it_was_gone_for_long_enough() {
        assert_eq!(look(&[], vec![found("a", false)], 9), Changes::default());
        let mut kept = look(&[], vec![found("a", true), found("a", true)], 9).begun;
        assert_eq!((kept.len(), kept[0].begun_at, kept[0].since), (1, 9, 5));
        assert_eq!(kept[0].untold_since(), Some(9));
        assert_eq!(look(&kept, vec![found("a", false)], 10), Changes::default(), "it goes on");
        kept = look(&kept, Vec::new(), 100).changed;
        assert_eq!((kept[0].gone_at, kept[0].ended_at), (Some(100), None));
        let early = look(&kept, Vec::new(), 100 + 5 * MINUTE - 1);
        assert_eq!(early, Changes::default(), "a moment too early");
        let back = look(&kept, vec![found("a", false)], 200).changed;
        assert_eq!((back[0].gone_at, back[0].ended_at), (None, None), "it came and went");
        let over = look(&kept, Vec::new(), 100 + 5 * MINUTE).changed;
        assert_eq!(over[0].ended_at, Some(100 + 5 * MINUTE));
    }

    #[test]
    fn what_is_told_is_told_once() {
        let mut watch = look(&[], vec![found("a", true)], 9).begun.remove(0);
        watch.begin_alert = Some(Uuid::nil());
        assert_eq!(watch.untold_since(), None);
        watch.ended_at = Some(70);
        assert_eq!(watch.untold_since(), Some(70));
        watch.end_alert = Some(Uuid::nil());
        assert_eq!(watch.untold_since(), None);
    }

    #[test]
    fn time_does_not_run_back_for_a_process_that_is_a_little_behind() {
        assert_eq!(moment(1_000, 400, 500), (1_000, None));
        assert_eq!(moment(1_000, 1_500, 500), (1_500, None));
        assert_eq!(moment(1_000, 1_501, 500), (1_000, Some(501)), "by its own clock, and told");
    }

    #[test]
    fn every_kind_reads_as_its_word() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.as_str().into()));
        }
        assert!("lane".parse::<Kind>().is_err_and(|said| said.contains("lane_failing")));
    }
}
