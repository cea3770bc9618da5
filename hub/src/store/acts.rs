//! What an authority's staff do with deliveries, for themselves alone: nothing an operator sees is
//! read from here.

use schemas::{AuthorityId, CorporateNumber, DeliveryId, FilingKind};
use serde::{Deserialize, Serialize};

use super::engine::{StoreError, sql};
use super::{ActRow, RevisionRow, Store, Tx};

/// What was filed before about the same office.
#[derive(Debug, Clone, Serialize)]
pub struct Like {
    /// To whom.
    pub authority: AuthorityId,
    /// By whom.
    pub corporate_number: CorporateNumber,
    /// About which office, by its name.
    pub office_name: String,
    /// Of which kind.
    pub kind: FilingKind,
    /// Received before this time, in milliseconds.
    pub before: i64,
}

/// One of an authority's staff.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Colleague {
    /// Who it is, for the record.
    pub person: String,
    /// Who it is, for people.
    pub name: String,
}

impl Store {
    /// An authority's staff, as far as they are known, by name.
    pub async fn colleagues(&self, authority: AuthorityId) -> Result<Vec<Colleague>, StoreError> {
        self.read(sql!("colleagues"), &authority).await
    }

    /// The acts by which some deliveries were given to someone, by delivery and in order.
    pub async fn assignments(&self, ids: &[DeliveryId]) -> Result<Vec<ActRow>, StoreError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.read(sql!("assignments"), ids).await }
    }

    /// What was done with a delivery by the authority's staff, in order.
    pub async fn acts(&self, id: DeliveryId) -> Result<Vec<ActRow>, StoreError> {
        self.read(sql!("acts_of_delivery"), &id).await
    }

    /// The revision that the authority accepted last, of the same kind and office.
    pub async fn accepted_before(&self, like: &Like) -> Result<Option<RevisionRow>, StoreError> {
        Ok(self.read(sql!("accepted_before"), like).await?.pop())
    }
}

impl Tx {
    /// One of the staff did something; never changed afterwards.
    pub async fn insert_act(&mut self, row: &ActRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_acts"), std::slice::from_ref(row)).await
    }
}
