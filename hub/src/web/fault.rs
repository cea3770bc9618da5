//! Pages about what went wrong: what it is, and what to do.

use askama::Template;
use axum::http::StatusCode;

use super::frame::Shell;
use super::problem::Problem;
use super::roles::Who;
use super::visit::Visit;
use super::words::Words;
use crate::erasure::ERASED;
use crate::store::StoreError;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// No such address.
    NoPage,
    /// No such filing.
    NoFiling,
    /// No such delivery.
    NoDelivery,
    /// No such authority.
    NoAuthority,
    /// No such prefecture.
    NoPrefecture,
    /// The page is another role's.
    NotYours(Who),
    /// The page is of one authority or operator, by this name, and of no other.
    Anothers(Who, String),
    /// Its operator took it back before it went out, or it went to another authority.
    Cancelled,
    /// It was accepted or withdrawn already, so that it cannot be withdrawn; who accepted it and
    /// when, as a sentence.
    NotWithdrawn(Option<String>),
    /// No such draft, or it was thrown away.
    NoDraft,
    /// No such document in the archive, or it is not given out any more.
    NoDocument,
    /// There are as many drafts as may be.
    DraftsMax,
    /// Nothing of the filing was returned, or not any more.
    NothingReturned,
    /// Someone else saved the same meanwhile.
    Clash,
    /// A form that does not come from a page of ours, or from one that is too old.
    ForeignForm,
    /// A form that cannot be read: too long, or cut off.
    FormUnreadable,
    /// It is to be looked through for malware before anyone gets it.
    FileWaits,
    /// It holds malware.
    FileInfected,
    /// All of a filing cannot be put together at present.
    NotBuilt,
    /// What it needs was deleted when its time was over.
    Retired,
    /// The contents of the filing were erased.
    Erased,
    /// The store does not answer, and may in a moment.
    StoreAway,
    /// Something of ours is broken.
    Away(String),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Retired) {
            return Self::Retired;
        }
        tracing::error!(%error, "a page could not be read from the store");
        if error.is_away() {
            return Self::StoreAway;
        }
        Self::Away(error.to_string())
    }
}

impl Fault {
    /// The page about what the interface would tell a program: what fits no more is `otherwise`.
    pub(super) fn of_problem(problem: Problem, otherwise: Self) -> Self {
        match StatusCode::from_u16(problem.status) {
            Ok(StatusCode::NOT_FOUND) => Self::NoFiling,
            Ok(StatusCode::GONE) if &*problem.code == ERASED => Self::Erased,
            Ok(StatusCode::GONE) => Self::Retired,
            Ok(status) if status.is_client_error() => otherwise,
            Ok(_) | Err(_) => Self::Away(problem.detail),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NoPage
            | Self::NoFiling
            | Self::NoDraft
            | Self::NoDocument
            | Self::NoDelivery
            | Self::NoAuthority
            | Self::NoPrefecture => StatusCode::NOT_FOUND,
            Self::NotYours(_) | Self::Anothers(..) | Self::ForeignForm | Self::FileInfected => {
                StatusCode::FORBIDDEN
            }
            Self::FormUnreadable => StatusCode::BAD_REQUEST,
            Self::NotWithdrawn(_) | Self::DraftsMax | Self::NothingReturned | Self::Clash => {
                StatusCode::CONFLICT
            }
            Self::FileWaits | Self::NotBuilt | Self::StoreAway => StatusCode::SERVICE_UNAVAILABLE,
            Self::Cancelled | Self::Retired | Self::Erased => StatusCode::GONE,
            Self::Away(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self, w: &Words) -> (&'static str, &'static str) {
        match self {
            Self::NoPage => (w.error_not_found, w.error_not_found_why),
            Self::NoFiling => (w.error_filing, w.error_not_found_why),
            Self::NoDelivery => (w.error_delivery, w.error_not_found_why),
            Self::NoAuthority => (w.error_authority, w.error_not_found_why),
            Self::NoPrefecture => (w.error_prefecture, w.error_not_found_why),
            Self::NotYours(Who::Operations) | Self::Anothers(Who::Operations, _) => {
                (w.error_not_yours, w.error_operations_only)
            }
            Self::NotYours(Who::Authority) | Self::Anothers(Who::Authority, _) => {
                (w.error_not_yours, w.error_authority_only)
            }
            Self::NotYours(Who::Operator) | Self::Anothers(Who::Operator, _) => {
                (w.error_not_yours, w.error_operator_only)
            }
            Self::Cancelled => (w.error_cancelled, w.error_cancelled_why),
            Self::NoDraft => (w.error_draft, w.error_draft_why),
            Self::NoDocument => (w.error_document, w.error_document_why),
            Self::DraftsMax => (w.error_drafts_max, w.error_drafts_max_why),
            Self::NothingReturned => (w.error_nothing_returned, w.error_nothing_returned_why),
            Self::Clash => (w.error_clash, w.error_clash_why),
            Self::NotWithdrawn(_) => (w.error_not_withdrawn, w.error_not_withdrawn_why),
            Self::ForeignForm => (w.error_foreign_form, w.error_foreign_form_why),
            Self::FormUnreadable => (w.error_form, w.error_form_why),
            Self::FileWaits => (w.error_file_waits, w.error_file_waits_why),
            Self::FileInfected => (w.error_file_infected, w.error_file_infected_why),
            Self::NotBuilt => (w.error_not_built, w.error_not_built_why),
            Self::Retired => (w.error_retired, w.error_retired_why),
            Self::Erased => (w.error_erased, w.error_erased_why),
            Self::StoreAway => (w.error_fault, w.error_store_away),
            Self::Away(_) => (w.error_fault, w.error_fault_why),
        }
    }
}

/// The page about a fault. What the store said stays in the log.
#[derive(Template)]
#[template(path = "fault.html")]
pub(super) struct FaultPage {
    shell: Shell,
    status: u16,
    title: &'static str,
    why: &'static str,
    /// Whose page it is, where it is of one body; or who was first, and when.
    more: Option<String>,
    /// Whether logging in as someone else helps.
    as_another: bool,
}

impl FaultPage {
    pub(super) fn new(fault: &Fault, visit: &Visit) -> Self {
        let shell = visit.shell("");
        let (title, why) = fault.words(shell.w);
        let more = if let Fault::Anothers(_, whose) = fault {
            Some(format!("{} {whose}", shell.w.error_whose))
        } else if let Fault::NotWithdrawn(told) = fault {
            told.clone()
        } else {
            None
        };
        let as_another = matches!(fault, Fault::NotYours(_) | Fault::Anothers(..));
        Self { shell, status: fault.status().as_u16(), title, why, more, as_another }
    }
}
