//! Whether an authority takes filings from the hub, and how to file when it does not.

use schemas::FilingKind;
use serde::{Deserialize, Serialize};

use crate::selector::KindSet;
use crate::table::{Noted, Row, words};

words! {
    /// An authority's switch.
    Status, "status" {
        /// It takes filings.
        Open = "open", "受付中";
        /// It has closed its window for now.
        Closed = "closed", "受付停止";
        /// 従前の例による: published by the ministry as not using the system.
        Exempt = "exempt", "従前の例による";
    }
}

words! {
    /// Why an authority does not take a filing from the hub.
    NotReadyReason, "reason" {
        /// It has not finished its set-up.
        NotPrepared = "not_prepared", "システムの利用準備が済んでいない";
        /// It has closed its window.
        Closed = "closed", "受付を停止している";
        /// 従前の例による (規制改革実施計画 令和4年 No.19 c, d).
        Exempt = "exempt", "「従前の例による」自治体である";
        /// It takes filings, but not of this kind.
        KindNotTaken = "kind_not_taken", "この種類の届出を電子では受け付けていない";
    }
}

words! {
    /// How to file in the meantime.
    Alternative, "alternative way to file" {
        /// 施行規則 165条の7: e-mail or another suitable way.
        EmailOrOther = "email_or_other", "電子メールその他の適切な方法(施行規則 第165条の7)";
        /// On paper, by post or at the counter.
        Paper = "paper", "書面(郵送または窓口)";
        /// The authority's own electronic system.
        OwnSystem = "own_system", "自治体独自の電子申請システム";
        /// As before: what the authority's own rules say.
        AsBefore = "as_before", "従前の方法";
    }
}

/// Whether a filing can be delivered to an authority now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Readiness {
    /// It can.
    Ready,
    /// It cannot; the delivery is held and the operator told.
    NotReady {
        /// Why.
        reason: NotReadyReason,
        /// How to file in the meantime.
        alternative: Alternative,
    },
}

impl Readiness {
    /// Whether a filing can be delivered.
    pub fn is_ready(self) -> bool {
        self == Self::Ready
    }
}

/// The columns that authorities and unions share: their switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// Whether its set-up is finished.
    pub prepared: bool,
    /// On what the answer `false` rests.
    pub unprepared_basis: String,
    /// The switch.
    pub status: Status,
    /// The kinds that it does not take from the hub.
    pub not_taken: KindSet,
    /// How to file when it does not take a filing.
    pub alternative: Alternative,
    /// Where exactly: an address or a page, as free text.
    pub alternative_note: String,
}

impl Reception {
    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        let (prepared, status) = (row.cell::<crate::service::Flag>("prepared"), row.cell("status"));
        let (not_taken, alternative) = (row.list("not_taken"), row.cell("alternative"));
        Ok(Self {
            prepared: prepared?.0,
            unprepared_basis: row.text("unprepared_basis").to_owned(),
            status: status?,
            not_taken: KindSet::of(&not_taken?),
            alternative: alternative?,
            alternative_note: row.text("alternative_note").to_owned(),
        })
    }

    /// Whether a filing of `kind` can be delivered. What the ministry or the authority declared
    /// (exempt, closed) is named before what is merely unfinished.
    pub fn readiness(&self, kind: FilingKind) -> Readiness {
        let reason = match self.status {
            Status::Exempt => NotReadyReason::Exempt,
            Status::Closed => NotReadyReason::Closed,
            Status::Open if !self.prepared => NotReadyReason::NotPrepared,
            Status::Open if self.not_taken.has(kind) => NotReadyReason::KindNotTaken,
            Status::Open => return Readiness::Ready,
        };
        Readiness::NotReady { reason, alternative: self.alternative }
    }
}
