//! Accepting many at once: each by itself, with its own result.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemas::{Decision, Verdict};

use super::Clerk;
use super::case::Case;
use super::decide::{Outcome, late, make};
use super::files::own;
use super::words::Words;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{Badge, grouped};
use crate::web::roles::Fresh;
use crate::web::sent::Sent;

#[derive(Template)]
#[template(path = "authority/accepted.html")]
struct AcceptedPage {
    shell: Shell,
    w: &'static Words,
    lines: Vec<Line>,
    accepted: String,
    others: String,
    /// Chosen ones that were left as they are: more than may be accepted at once.
    left: usize,
}

/// What became of one of them.
struct Line {
    link: Option<String>,
    office: String,
    receipt_number: String,
    result: Badge,
    why: String,
    is_accepted: bool,
}

/// `POST /authority/accept`
pub(super) async fn accept(State(desk): State<Arc<Desk>>, sent: Sent<Fresh<Clerk>>) -> Response {
    let Fresh(clerk) = &sent.by;
    let w = Words::of(clerk.visit.lang);
    let chosen: Vec<&str> = sent.fields.all("delivery").collect();
    let bulk_max = desk.ctx.config.review.bulk_max;
    let mut lines = Vec::new();
    for id in chosen.iter().take(bulk_max) {
        match one(&desk, clerk, id).await {
            Ok(line) => lines.push(line),
            // What is in the store stays there; the rest may be sent again.
            Err(fault @ (Fault::Away(_) | Fault::Retired)) => return clerk.visit.fault(&fault),
            Err(_) => lines.push(Line::unknown(id, w)),
        }
    }
    let accepted = lines.iter().filter(|line| line.is_accepted).count();
    let count = |n: usize| grouped(i64::try_from(n).unwrap_or(i64::MAX));
    let page = AcceptedPage {
        shell: clerk.visit.shell("/authority"),
        w,
        accepted: count(accepted),
        others: count(lines.len() - accepted),
        lines,
        left: chosen.len().saturating_sub(bulk_max),
    };
    clerk.visit.page(StatusCode::OK, &page)
}

async fn one(desk: &Desk, clerk: &Clerk, id: &str) -> Result<Line, Fault> {
    let (visit, w) = (&clerk.visit, Words::of(clerk.visit.lang));
    let delivery = own(desk, clerk, id).await?;
    let decision = Decision {
        verdict: Verdict::Accepted,
        comment: String::new(),
        files: Vec::new(),
        marks: Vec::new(),
    };
    let outcome = make(desk, clerk, delivery.id, &decision).await?;
    let case = Case::read(desk, clerk, own(desk, clerk, id).await?).await?;
    let (is_accepted, why) = match outcome {
        Outcome::Made => (true, String::new()),
        Outcome::Late => (false, late(&case, clerk)),
        Outcome::Invalid(sentence) => (false, sentence),
    };
    let result = if is_accepted {
        labels::review(case.delivery.review, visit.lang)
    } else {
        Badge::new("bad", w.not_recorded)
    };
    Ok(Line {
        link: Some(format!("/authority/deliveries/{}", case.delivery.id)),
        office: case.filing.office_name.clone(),
        receipt_number: case.filing.receipt_number.clone(),
        result,
        why,
        is_accepted,
    })
}

impl Line {
    /// One that is not there, or not theirs.
    fn unknown(id: &str, w: &Words) -> Self {
        Self {
            link: None,
            office: id.chars().take(40).collect(),
            receipt_number: String::new(),
            result: Badge::new("bad", w.not_recorded),
            why: w.not_theirs.to_owned(),
            is_accepted: false,
        }
    }
}
