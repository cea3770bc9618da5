//! Files that come piece by piece for a draft.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::{PieceRow, UploadRow};
use schemas::codes::corporate_number_of;
use uuid::Uuid;

use super::{AWKWARD, Bench};

impl Bench {
    fn upload(&self, draft_id: Uuid, size: i64) -> UploadRow {
        UploadRow {
            id: self.clock.id(),
            draft_id,
            corporate_number: corporate_number_of(1),
            file_name: AWKWARD.into(),
            media_type: "application/pdf".into(),
            size,
            modified_at: -1,
            received: 0,
            added_as: None,
            touched_at: self.clock.now_ms(),
        }
    }

    async fn begun(&self, row: &UploadRow, max: usize) -> Result<Option<UploadRow>> {
        let mut tx = self.store.begin().await?;
        let begun = tx.begin_upload(row, max).await?;
        tx.commit().await?;
        Ok(begun)
    }

    async fn piece(&self, upload_id: Uuid, begins_at: i64, byte: &str) -> Result<bool> {
        let sha256 = byte.repeat(32);
        let mut tx = self.store.begin().await?;
        ensure!(tx.touch_object(&sha256).await?, "{byte} is being deleted");
        let taken = tx.take_piece(&PieceRow { upload_id, begins_at, size: 2, sha256 }).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn orphans(&self) -> Result<usize> {
        let mut tx = self.store.begin().await?;
        let taken = tx.take_orphans(self.clock.now_ms(), 9).await?;
        tx.commit().await?;
        Ok(taken.len())
    }
}

/// The same file goes on where it was; of two pieces that begin alike one counts; it is added once.
pub async fn a_file_comes_piece_by_piece(bench: &Bench) -> Result<()> {
    let draft = bench.clock.id();
    let first = bench.upload(draft, 4);
    ensure!(bench.begun(&first, 1).await?.as_ref() == Some(&first));
    ensure!(bench.piece(first.id, 0, "aa").await?);
    ensure!(!bench.piece(first.id, 0, "aa").await?, "it came before");
    ensure!(!bench.piece(first.id, 1, "bb").await?, "it begins in the middle");
    ensure!(!bench.piece(bench.clock.id(), 0, "bb").await?, "nobody waits for it");
    bench.clock.advance(Duration::from_secs(1));
    let again = bench.begun(&bench.upload(draft, 4), 1).await?.context("it")?;
    ensure!((again.id, again.received) == (first.id, 2), "{again:?}");
    ensure!(again.touched_at == bench.clock.now_ms());
    // Another file of the draft, above the limit and at it; another draft has a limit of its own.
    ensure!(bench.begun(&bench.upload(draft, 5), 1).await?.is_none());
    let other = bench.begun(&bench.upload(draft, 5), 2).await?.context("it")?;
    ensure!(bench.begun(&bench.upload(bench.clock.id(), 4), 1).await?.is_some());
    let mut tx = bench.store.begin().await?;
    ensure!(!tx.add_upload(first.id, "a.pdf").await?, "it is not whole");
    drop(tx);
    ensure!(bench.piece(first.id, 2, "bb").await?);
    ensure!(!bench.piece(first.id, 4, "cc").await?, "it is whole");
    let ids: Vec<_> = bench.store.uploads_of_draft(draft).await?.iter().map(|it| it.id).collect();
    ensure!(ids == [first.id, other.id], "{ids:?}");
    let pieces = bench.store.pieces_of_upload(first.id).await?;
    let told: Vec<_> = pieces.iter().map(|it| (it.begins_at, &it.sha256[..2])).collect();
    ensure!(told == [(0, "aa"), (2, "bb")], "{told:?}");

    let mut tx = bench.store.begin().await?;
    ensure!(tx.add_upload(first.id, AWKWARD).await?);
    ensure!(!tx.add_upload(first.id, "b.pdf").await?, "it is there already");
    tx.delete_upload(first.id).await?;
    tx.delete_upload(other.id).await?;
    tx.commit().await?;
    let row = bench.store.upload(first.id).await?.context("it")?;
    ensure!(row.added_as.as_deref() == Some(AWKWARD), "{row:?}");
    ensure!(bench.store.pieces_of_upload(first.id).await?.is_empty());
    ensure!(bench.store.uploads_of_draft(draft).await?.is_empty());
    ensure!(!bench.piece(first.id, 4, "cc").await?, "it was added");
    let anew = bench.begun(&bench.upload(draft, 4), 1).await?.context("it")?;
    ensure!((anew.id != first.id) && anew.received == 0, "{anew:?}");
    Ok(())
}

/// To the millisecond, the oldest first, at most so many; pieces are no orphans until then.
pub async fn files_that_never_came_whole_go_with_their_pieces(bench: &Bench) -> Result<()> {
    let draft = bench.clock.id();
    let first = bench.begun(&bench.upload(draft, 4), 9).await?.context("it")?;
    ensure!(bench.piece(first.id, 0, "aa").await?);
    let at = bench.clock.now_ms();
    bench.clock.advance(Duration::from_millis(1));
    for size in [5, 6] {
        bench.begun(&bench.upload(draft, size), 9).await?;
    }
    ensure!(bench.orphans().await? == 0, "a file waits for it");
    let later = bench.clock.now_ms();
    let mut tx = bench.store.begin().await?;
    ensure!(tx.delete_old_uploads(at - 1, 9).await? == 0);
    ensure!(tx.delete_old_uploads(later, 1).await? == 1, "at most so many");
    tx.commit().await?;
    ensure!(bench.store.upload(first.id).await?.is_none(), "the oldest first");
    ensure!(bench.store.pieces_of_upload(first.id).await?.is_empty());
    ensure!(bench.orphans().await? == 1);
    let mut tx = bench.store.begin().await?;
    ensure!(tx.delete_old_uploads(later, 9).await? == 2);
    Ok(tx.commit().await?)
}
