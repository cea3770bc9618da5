//! Long lists, a page at a time: each page begins behind the last row of the page before.

use super::visit::Visit;
use crate::store::Filter;

/// Rows of one page.
pub(super) const ROWS: usize = 50;

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
