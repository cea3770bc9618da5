//! Words by which operations find filings (`filing_words`), and how far they are written.

use schemas::FilingId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{FilingRow, Store, Tx};

/// A word of a filing, in the form in which it is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WordRow {
    /// The word.
    pub word: String,
    /// The filing.
    pub filing_id: FilingId,
}

/// How far upkeep is with the words of filings of builds before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordPass {
    /// Passes that ended.
    pub ended: i32,
    /// When the next one may begin, in milliseconds.
    pub next_at: i64,
    /// It goes on below this filing.
    pub below: Uuid,
}

/// What was handed in of a filing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FiledText {
    /// The filing.
    pub filing_id: FilingId,
    /// The body of one of its revisions.
    pub document: String,
}

impl Store {
    /// Words that begin so, in order, each once.
    pub async fn filed_words(&self, start: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        // Behind whatever begins so: no text has this character.
        let until = format!("{start}\u{10ffff}");
        let args = json!({"from": start, "until": until, "limit": limit});
        self.read(sql!("filed_words"), &args).await
    }

    /// Filings that have this word, the newest first, from below one.
    pub async fn filings_of_word(
        &self,
        word: &str,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<FilingRow>, StoreError> {
        let before = before.unwrap_or(Uuid::max());
        let args = json!({"word": word, "before": before, "limit": limit});
        self.read(sql!("filings_of_word"), &args).await
    }
}

impl Tx {
    /// Words of filings; those that are there stay.
    pub async fn insert_filing_words(&mut self, rows: &[WordRow]) -> Result<(), StoreError> {
        self.insert(sql!("insert_filing_words"), rows).await.map(drop)
    }

    /// Where upkeep goes on, locked until the commit; none while another process is at it, when it
    /// is not time yet, and after so many passes.
    pub async fn lock_word_pass(&mut self, passes: i32) -> Result<Option<WordPass>, StoreError> {
        let args = json!({"passes": passes, "now": self.clock.now_ms()});
        Ok(self.read(sql!("lock_word_pass"), &args).await?.pop())
    }

    /// Saves where it goes on.
    pub async fn save_word_pass(&mut self, pass: &WordPass) -> Result<(), StoreError> {
        self.run(sql!("save_word_pass"), pass).await.map(drop)
    }

    /// All that was handed in of so many filings below one, the newest first.
    pub async fn revisions_below(
        &mut self,
        below: Uuid,
        limit: usize,
    ) -> Result<Vec<FiledText>, StoreError> {
        self.read(sql!("revisions_below"), &json!({"below": below, "limit": limit})).await
    }
}
