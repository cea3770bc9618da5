//! Filings as lines of a list.

use std::collections::HashMap;

use schemas::FilingId;

use super::Desk;
use super::fault::Fault;
use super::labels;
use super::parts::{Badge, Stamp};
use super::visit::Visit;
use crate::delivery::Delivery;
use crate::filing::Status;
use crate::store::FilingRow;

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
