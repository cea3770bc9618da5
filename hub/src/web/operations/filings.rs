//! `/filings`: the list, and the lines that other pages show too.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::{FilingId, FilingKind};

use super::fault::Fault;
use super::labels;
use super::parts::{Badge, Stamp};
use super::visit::{Shell, Staff, Visit};
use crate::delivery::Delivery;
use crate::filing::Status;
use crate::store::{FilingRow, Filter};
use crate::web::Desk;

/// Rows of one page.
pub(super) const ROWS: usize = 50;

/// One filing in a list.
pub(super) struct FilingLine {
    pub(super) receipt_number: String,
    pub(super) received: Stamp,
    pub(super) kind: &'static str,
    pub(super) operator: String,
    pub(super) office: String,
    pub(super) authorities: usize,
    pub(super) status: Badge,
}

impl FilingLine {
    /// The lines of filings, with the deliveries that their status is rolled up from.
    pub(super) async fn read(
        desk: &Desk,
        visit: &Visit,
        filings: &[FilingRow],
    ) -> Result<Vec<Self>, Fault> {
        let ids: Vec<FilingId> = filings.iter().map(|filing| filing.id).collect();
        let mut deliveries: HashMap<FilingId, Vec<Delivery>> = HashMap::new();
        for delivery in desk.ctx.store.deliveries_of_all(&ids).await? {
            deliveries.entry(delivery.filing_id).or_default().push(delivery);
        }
        let of = |id| deliveries.get(&id).map(Vec::as_slice).unwrap_or_default();
        Ok(filings.iter().map(|filing| Self::new(filing, of(filing.id), visit)).collect())
    }

    fn new(filing: &FilingRow, deliveries: &[Delivery], visit: &Visit) -> Self {
        let status = Status::of(deliveries, filing.withdrawn_at.is_some());
        let mut authorities: Vec<_> = deliveries.iter().map(|d| d.authority).collect();
        authorities.sort_unstable();
        authorities.dedup();
        Self {
            receipt_number: filing.receipt_number.clone(),
            received: Stamp::new(filing.received_at, visit.now, visit.lang),
            kind: visit.lang.kind(filing.kind),
            operator: filing.operator_name.clone(),
            office: filing.office_name.clone(),
            authorities: authorities.len(),
            status: labels::status(status, visit.lang),
        }
    }
}

#[derive(Template)]
#[template(path = "operations/filings.html")]
struct FilingsPage {
    shell: Shell,
    kinds: Vec<Choice>,
    unplanned: bool,
    filings: Vec<FilingLine>,
    newest: Option<String>,
    older: Option<String>,
}

/// One choice of a select.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// `GET /filings?kind=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<FilingsPage, Fault> {
    let kind: Option<FilingKind> = visit.get("kind").and_then(|word| word.parse().ok());
    let unplanned = visit.get("unplanned").is_some();
    let filter = Filter { kind, unplanned, ..paged(visit) };
    let mut rows = desk.ctx.store.list_filings(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.received_at, row.id.0));
    let choice = |it: &FilingKind| Choice {
        word: it.as_str(),
        name: visit.lang.kind(*it).to_owned(),
        chosen: kind == Some(*it),
    };
    Ok(FilingsPage {
        shell: visit.living_shell("/filings"),
        kinds: FilingKind::ALL.iter().map(choice).collect(),
        unplanned,
        filings: FilingLine::read(desk, visit, &rows).await?,
        newest: newest(visit),
        older,
    })
}

/// A filter for the page of a list that the query asks for, and one row more.
pub(super) fn paged(visit: &Visit) -> Filter {
    Filter {
        before: visit.get("before").and_then(|text| text.parse().ok()),
        before_id: visit.get("before_id").and_then(|text| text.parse().ok()),
        limit: ROWS + 1,
        ..Filter::default()
    }
}

/// The way to the rows after these, when there is one; takes the one row more away.
pub(super) fn older<T>(
    rows: &mut Vec<T>,
    visit: &Visit,
    place: impl Fn(&T) -> (i64, uuid::Uuid),
) -> Option<String> {
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let (at, id) = rows.last().map(place).filter(|_| more)?;
    let (at, id) = (at.to_string(), id.to_string());
    Some(visit.link(&[("before", &at), ("before_id", &id)]))
}

/// The way back to the first page, when this is not it.
pub(super) fn newest(visit: &Visit) -> Option<String> {
    visit.get("before").map(|_| visit.link(&[("before", ""), ("before_id", "")]))
}
