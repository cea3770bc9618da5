//! Where an operator's notices go: who asked for another address, who confirmed it, and the mails
//! about that.

use schemas::CorporateNumber;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{OperatorRow, Store, Tx};

/// What was done about an operator's address; never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressActRow {
    /// Sorts by time.
    pub id: Uuid,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// `asked`, `confirmed` or, by operations, `set`.
    pub kind: String,
    /// What was confirmed.
    pub request_id: Option<Uuid>,
    /// Who it was, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// The address at that moment.
    pub former: Option<String>,
    /// The other one; none, where operations took it away.
    pub address: Option<String>,
    /// Milliseconds.
    pub at: i64,
}

/// A mail about an act, which has its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterRow {
    /// The act.
    pub id: Uuid,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// `asked`: the link, to the new address; `confirmed`: a word to the former.
    pub kind: String,
    /// The address.
    pub recipient: String,
    /// `due`, `sent` or `failed`.
    pub state: String,
    /// Tries made.
    pub tries: i32,
    /// When it is tried next, or at the latest when someone is trying now; milliseconds.
    pub next_try_at: Option<i64>,
    /// JSON of the last failure.
    pub why: Option<String>,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds.
    pub sent_at: Option<i64>,
}

impl Store {
    /// What was done about an operator's address, the newest first; so many acts.
    pub async fn address_acts(
        &self,
        operator: CorporateNumber,
        limit: usize,
    ) -> Result<Vec<AddressActRow>, StoreError> {
        let args = json!({"corporate_number": operator, "kind": null, "limit": limit});
        self.read(sql!("address_acts"), &args).await
    }

    /// The mail about an act.
    pub async fn letter(&self, id: Uuid) -> Result<Option<LetterRow>, StoreError> {
        Ok(self.read(sql!("letter"), &id).await?.pop())
    }
}

impl Tx {
    /// An operator, locked until the commit.
    pub async fn lock_operator(
        &mut self,
        number: CorporateNumber,
    ) -> Result<Option<OperatorRow>, StoreError> {
        Ok(self.read(sql!("lock_operator"), &number).await?.pop())
    }

    /// One act.
    pub async fn address_act(&mut self, id: Uuid) -> Result<Option<AddressActRow>, StoreError> {
        Ok(self.read(sql!("address_act"), &id).await?.pop())
    }

    /// Acts of one kind about an operator's address, the newest first; so many.
    pub async fn address_acts(
        &mut self,
        operator: CorporateNumber,
        kind: &str,
        limit: usize,
    ) -> Result<Vec<AddressActRow>, StoreError> {
        let args = json!({"corporate_number": operator, "kind": kind, "limit": limit});
        self.read(sql!("address_acts"), &args).await
    }

    /// Somebody did something about an address; never changed afterwards.
    pub async fn insert_address_act(&mut self, row: &AddressActRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_address_acts"), std::slice::from_ref(row)).await
    }

    /// A mail to be sent.
    pub async fn insert_letter(&mut self, row: &LetterRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_letters"), std::slice::from_ref(row)).await
    }

    /// Notifier: mails whose time has come, this process's own until a time.
    pub async fn claim_letters(
        &mut self,
        until: i64,
        limit: usize,
    ) -> Result<Vec<LetterRow>, StoreError> {
        let args = json!({"now": self.clock.now_ms(), "until": until, "limit": limit});
        self.read(sql!("claim_letters"), &args).await
    }

    /// Notifier: what came of mails.
    pub async fn save_letters(&mut self, rows: &[LetterRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_letters"), rows).await
    }

    /// An operator's notices that have not gone out yet go to the new address.
    pub async fn readdress_notices(
        &mut self,
        operator: CorporateNumber,
        (former, address): (&str, &str),
    ) -> Result<(), StoreError> {
        let args = json!({"corporate_number": operator, "former": former, "address": address});
        self.run(sql!("readdress_notices"), &args).await.map(drop)
    }
}
