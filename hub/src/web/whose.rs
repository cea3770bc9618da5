//! Whose a page is, for people who followed a link of another's: from a mail that was handed on, or
//! logged in as someone else.
//!
//! It is told by name. Ids and receipt numbers are as good as a secret: nobody comes upon one by
//! guessing, and the mail that holds it names the body anyway.

use schemas::{AuthorityId, DeliveryId, FilingId};

use super::Desk;
use super::fault::Fault;
use super::roles::Who;
use crate::store::{FilingRow, StoreError};
use crate::written::as_receipt_number;

/// What someone of another role is told of a page.
pub(super) async fn not_yours(desk: &Desk, path: &str) -> Fault {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let told = match parts[..] {
        ["operator", "filings", key, ..] => match filing(desk, key).await {
            Ok(Some(filing)) => Some(of_operator(&filing)),
            Ok(None) | Err(_) => None,
        },
        ["authority", "deliveries", id, ..] => match id.parse::<DeliveryId>() {
            Ok(id) => {
                let delivery = desk.ctx.store.delivery(id).await.ok().flatten();
                delivery.map(|it| of_authority(desk, it.authority))
            }
            Err(_) => None,
        },
        _ => None,
    };
    told.unwrap_or_else(|| Fault::NotYours(Who::of_path(path)))
}

/// A filing by id or receipt number; none where there is none of it.
pub(super) async fn filing(desk: &Desk, key: &str) -> Result<Option<FilingRow>, Fault> {
    let store = &desk.ctx.store;
    let found: Result<_, StoreError> = match (key.parse::<FilingId>(), as_receipt_number(key)) {
        (Ok(id), _) => store.filing(id).await,
        (Err(_), Some(number)) => store.filing_by_receipt_number(&number).await,
        (Err(_), None) => return Err(Fault::NoFiling),
    };
    Ok(found?)
}

/// The page is of the operator that filed this.
pub(super) fn of_operator(filing: &FilingRow) -> Fault {
    Fault::Anothers(Who::Operator, filing.operator_name.clone())
}

/// The page is this authority's.
pub(super) fn of_authority(desk: &Desk, authority: AuthorityId) -> Fault {
    Fault::Anothers(Who::Authority, desk.ctx.master().name(authority))
}
