//! Why an issuer's people are not let in, on a page: what it is, and what to do.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::issuer::Misfortune;
use super::words::Words;
use crate::web::frame::Shell;
use crate::web::roles::Who;
use crate::web::visit::Visit;

/// Why someone is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// The issuer cannot be asked.
    Away,
    /// They broke off there.
    BrokenOff,
    /// They left from another browser, or too long ago.
    Stranger,
    /// The way back was gone twice, or too late.
    Spent,
    /// What came from the issuer is not proved.
    Untrue,
    /// They did not prove anew who they are.
    NotAgain,
    /// A GビズID エントリー.
    Entry,
    /// Someone without a corporate number.
    NoNumber,
    /// Nobody's staff here.
    NoStaff,
    /// The issuer does not say what has to be known.
    Incomplete,
}

impl From<&Misfortune> for Denied {
    fn from(misfortune: &Misfortune) -> Self {
        match misfortune {
            Misfortune::Away(_) => Self::Away,
            Misfortune::Spent(_) => Self::Spent,
            Misfortune::Untrue(_) => Self::Untrue,
        }
    }
}

impl Denied {
    fn status(self) -> StatusCode {
        match self {
            Self::Away => StatusCode::SERVICE_UNAVAILABLE,
            Self::BrokenOff | Self::Stranger | Self::Spent => StatusCode::BAD_REQUEST,
            Self::Untrue
            | Self::NotAgain
            | Self::Entry
            | Self::NoNumber
            | Self::NoStaff
            | Self::Incomplete => StatusCode::FORBIDDEN,
        }
    }

    /// Whether it may be another account that is wanted: the issuer would take the same one again.
    fn is_of_account(self) -> bool {
        match self {
            Self::NotAgain | Self::Entry | Self::NoNumber | Self::NoStaff | Self::Incomplete => {
                true
            }
            Self::Away | Self::BrokenOff | Self::Stranger | Self::Spent | Self::Untrue => false,
        }
    }

    fn words(self, w: &Words) -> (&'static str, &'static str) {
        match self {
            Self::Away => (w.away, w.away_why),
            Self::BrokenOff => (w.broken_off, w.broken_off_why),
            Self::Stranger => (w.stranger, w.stranger_why),
            Self::Spent => (w.spent, w.spent_why),
            Self::Untrue => (w.untrue, w.untrue_why),
            Self::NotAgain => (w.not_again, w.not_again_why),
            Self::Entry => (w.entry, w.entry_why),
            Self::NoNumber => (w.no_number, w.no_number_why),
            Self::NoStaff => (w.no_staff, w.no_staff_why),
            Self::Incomplete => (w.incomplete, w.incomplete_why),
        }
    }
}

#[derive(Template)]
#[template(path = "denied.html")]
struct DeniedPage {
    shell: Shell,
    w: &'static Words,
    title: &'static str,
    why: &'static str,
    /// Where to try again: its address and name.
    retry: (String, &'static str),
    /// By which the log tells more.
    trace: String,
}

/// The page; why stands in the log under the same trace, without any token.
pub(super) fn page(visit: &Visit, who: Who, denied: Denied, because: &str) -> Response {
    let trace = visit.trace();
    tracing::warn!(trace, login = who.word(), reason = ?denied, because, "not let in");
    let w = Words::of(visit.lang);
    let (title, why) = denied.words(w);
    let retry = if denied.is_of_account() {
        (format!("/login/{}?again=1", who.word()), w.other_account)
    } else {
        ("/login".to_owned(), w.retry)
    };
    let page = DeniedPage { shell: visit.bare_shell(), w, title, why, retry, trace };
    visit.page(denied.status(), &page)
}
