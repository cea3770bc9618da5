//! What is known of each object, so that no object goes that someone names.
//!
//! An upload touches the row of its digest before the bytes take that name; a filing, a decision or
//! a document names it in the commit that records it; the archive alone takes a name away again.
//! Upkeep takes only what nobody has named for long: first the uploads' rows go and the object's
//! row says so, in one commit, and only later, when no unit of work from before can be alive any
//! more, the object itself. All of it goes by the row's lock.

use schemas::Attachment;
use serde_json::json;

use super::Tx;
use super::engine::{StoreError, sql};

impl Tx {
    /// Upload: the object is there, or about to be. False while it is being deleted.
    pub async fn touch_object(&mut self, sha256: &str) -> Result<bool, StoreError> {
        let args = json!({"sha256": sha256, "at": self.clock.now_ms()});
        Ok(self.run(sql!("touch_object"), &args).await? == 1)
    }

    /// Intake, review, archive: keeps objects from the sweep. Answers the digests of those that
    /// there are; one that was swept, or never was the owner's, is not among them.
    pub async fn name_objects(
        &mut self,
        named: &[(&str, &Attachment)],
    ) -> Result<Vec<String>, StoreError> {
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let at = self.clock.now_ms();
        let mut rows = Vec::with_capacity(named.len());
        for (owner, file) in named {
            rows.push(json!({"sha256": file.sha256, "owner": owner, "at": at}));
        }
        self.read(sql!("name_objects"), &rows).await
    }

    /// Upkeep: takes uploads that nobody has named since before a time; their objects go later.
    pub async fn take_orphans(
        &mut self,
        before: i64,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let args = json!({"before": before, "limit": limit});
        let digests: Vec<String> = self.read(sql!("orphans"), &args).await?;
        if !digests.is_empty() {
            self.run(sql!("delete_attachments"), &digests).await?;
            let args = json!({"at": self.clock.now_ms(), "digests": digests});
            self.run(sql!("mark_objects"), &args).await?;
        }
        Ok(digests)
    }

    /// Upkeep: objects that were taken before a time, for this process to delete until as much time
    /// again has passed.
    pub async fn claim_deleting(
        &mut self,
        now: i64,
        before: i64,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let args = json!({"before": before, "limit": limit, "at": now});
        self.read(sql!("claim_deleting"), &args).await
    }

    /// Upkeep: objects that are gone, as claimed at a time.
    pub async fn forget_objects(
        &mut self,
        claimed_at: i64,
        digests: &[String],
    ) -> Result<u64, StoreError> {
        let args = json!({"at": claimed_at, "digests": digests});
        self.run(sql!("delete_objects"), &args).await
    }
}
