//! Who wants statements: what people chose on pages, entries that are only added to, and whom the
//! settings ask for.

use jiff::civil::Date;
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};

use super::engine::{StoreError, sql};
use super::{HandoutWay, Store, Tx};
use crate::config::Whom;

/// One choice; never changed afterwards. Of an authority's the one with the highest version counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishRow {
    /// For whom.
    pub authority: AuthorityId,
    /// Which of its entries, from 1.
    pub version: i32,
    /// By which way; none: it wants none.
    pub way: Option<HandoutWay>,
    /// The first day in Japan that is handed out.
    pub from_day: Option<Date>,
    /// Who chose: `authority` or `operations`.
    pub by_whom: String,
    /// Who it was, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// Whom the settings ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRow {
    /// As the setting names it.
    pub whom: Whom,
    /// The first day in Japan that is handed out for it.
    pub from_day: Date,
}

impl Store {
    /// What was chosen last for some authorities; those for which nobody has chosen are left out.
    pub async fn wishes_of(&self, authorities: &[AuthorityId]) -> Result<Vec<WishRow>, StoreError> {
        if authorities.is_empty() {
            return Ok(Vec::new());
        }
        self.read(sql!("wishes_of"), authorities).await
    }

    /// Whom the settings ask for.
    pub async fn all_asked(&self) -> Result<Vec<AskedRow>, StoreError> {
        self.read(sql!("all_asked"), "").await
    }
}

impl Tx {
    /// A new choice. False, and nothing is to be committed, when someone else has written that
    /// version meanwhile.
    pub async fn insert_wish(&mut self, row: &WishRow) -> Result<bool, StoreError> {
        Ok(self.run(sql!("insert_wishes"), std::slice::from_ref(row)).await? == 1)
    }

    /// Whom the settings ask for from now on; who is there already stays.
    pub async fn insert_asked(&mut self, rows: &[AskedRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.run(sql!("insert_asked"), rows).await.map(drop)
    }

    /// Whom the settings name no more. What has not gone out to them is dropped, unless somebody
    /// has chosen.
    pub async fn delete_asked(&mut self, rows: &[AskedRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.run(sql!("delete_asked"), rows).await?;
        self.run(sql!("drop_unasked_handouts"), "").await.map(drop)
    }
}
