//! Pages about what went wrong: what it is, and what to do.

use askama::Template;
use axum::http::StatusCode;

use super::visit::{Shell, Visit};
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
    /// The store does not answer.
    Away(String),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a page could not be read from the store");
        Self::Away(error.to_string())
    }
}

impl Fault {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NoPage
            | Self::NoFiling
            | Self::NoDelivery
            | Self::NoAuthority
            | Self::NoPrefecture => StatusCode::NOT_FOUND,
            Self::Away(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The page about a fault. What the store said stays in the log.
#[derive(Template)]
#[template(path = "operations/fault.html")]
pub(super) struct FaultPage {
    shell: Shell,
    status: u16,
    title: &'static str,
    why: &'static str,
}

impl FaultPage {
    pub(super) fn new(fault: &Fault, visit: &Visit) -> Self {
        let shell = visit.shell("");
        let w = shell.w;
        let (title, why) = match fault {
            Fault::NoPage => (w.error_not_found, w.error_not_found_why),
            Fault::NoFiling => (w.error_filing, w.error_not_found_why),
            Fault::NoDelivery => (w.error_delivery, w.error_not_found_why),
            Fault::NoAuthority => (w.error_authority, w.error_not_found_why),
            Fault::NoPrefecture => (w.error_prefecture, w.error_not_found_why),
            Fault::Away(_) => (w.error_fault, w.error_fault_why),
        };
        Self { shell, status: fault.status().as_u16(), title, why }
    }
}
