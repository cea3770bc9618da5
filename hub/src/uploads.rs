//! Uploads of operators and authorities, from their last byte to the row that finds them; and files
//! that come piece by piece, which are uploads like others once their pieces are joined.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::{StreamExt, TryStreamExt};
use schemas::Attachment;

use crate::content;
use crate::context::Context;
use crate::objects::{ObjectError, Stored, Upload};
use crate::scans::passed_before;
use crate::store::{AttachmentRow, PieceRow, StoreError, Tx};

/// Why an upload is not kept; it may be sent again.
#[derive(Debug, thiserror::Error)]
pub enum UploadProblem {
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The same bytes, uploaded long ago and named by no filing, are being deleted.
    #[error("the same file from an earlier upload is being cleared away; send it again in a while")]
    Clearing,
    /// Its bytes are of no type that is taken, whatever was said of them.
    #[error("the file's bytes are {found}, which is not taken; use one of: {taken}")]
    Type {
        /// What they are.
        found: String,
        /// The types that are.
        taken: String,
    },
}

/// Keeps an upload under its digest and records whose it is and of which type: by its bytes, and
/// by the type that it is `told` to be of where those leave it open. Refused when that is none of
/// `limits.media_types`.
pub async fn keep(
    ctx: &Context,
    upload: Upload,
    owner: String,
    told: String,
) -> Result<AttachmentRow, UploadProblem> {
    let taken = &ctx.config.limits.media_types;
    match content::media_type(&upload.head, &told) {
        Ok(media_type) if taken.contains(&media_type) => {
            keep_as(ctx, upload, owner, media_type).await
        }
        found => {
            ctx.objects.discard(upload).await?;
            let found = found.unwrap_or_else(str::to_owned);
            Err(UploadProblem::Type { found, taken: taken.join(", ") })
        }
    }
}

/// The same of whichever type: what an authority answers with is not refused for it.
pub async fn keep_as(
    ctx: &Context,
    upload: Upload,
    owner: String,
    media_type: String,
) -> Result<AttachmentRow, UploadProblem> {
    let stored = keep_object(ctx, upload).await?;
    let row = AttachmentRow {
        sha256: stored.sha256,
        owner,
        size: i64::try_from(stored.size).unwrap_or(i64::MAX),
        media_type,
        created_at: ctx.clock.now_ms(),
    };
    let mut tx = ctx.store.begin().await?;
    tx.save_attachment(&row).await?;
    if ctx.clamd.is_some() {
        tx.queue_scans(std::slice::from_ref(&row.sha256), passed_before(ctx)).await?;
    }
    tx.commit().await?;
    ctx.scan_asked.notify_one();
    Ok(row)
}

/// Keeps bytes under their digest, as a piece of a file or as all of one.
pub async fn keep_object(ctx: &Context, upload: Upload) -> Result<Stored, UploadProblem> {
    // Before the bytes take their name: from here on no sweep takes them.
    let mut tx = ctx.store.begin().await?;
    let is_ours = tx.touch_object(&upload.stored.sha256).await?;
    tx.commit().await?;
    if !is_ours {
        ctx.objects.discard(upload).await?;
        return Err(UploadProblem::Clearing);
    }
    Ok(ctx.objects.keep(upload).await?)
}

/// Joins the pieces of a file, each compared with its digest on the way. None when one of them is
/// not there any more, or not what it was: all have to come anew.
pub async fn join(
    ctx: &Context,
    pieces: &[PieceRow],
    bytes_max: u64,
) -> Result<Option<Upload>, ObjectError> {
    let objects = ctx.objects.clone();
    let digests: Vec<String> = pieces.iter().map(|piece| piece.sha256.clone()).collect();
    let is_lost = Arc::new(AtomicBool::new(false));
    let lost = Arc::clone(&is_lost);
    let bytes = futures::stream::iter(digests)
        .then(move |sha256| {
            let objects = objects.clone();
            async move {
                let found = objects.get_sound(&sha256).await;
                found.map_err(|error| {
                    let is_gone = error.is_missing();
                    let kind = if is_gone { ErrorKind::NotFound } else { ErrorKind::Other };
                    io::Error::new(kind, error)
                })
            }
        })
        .try_flatten()
        .inspect_err(move |error| {
            let gone = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData);
            lost.fetch_or(gone, Ordering::Relaxed);
        });
    let joined = ctx.objects.receive(bytes.boxed(), &ctx.clock.id().to_string(), bytes_max).await;
    match joined {
        Ok(upload) => Ok(Some(upload)),
        Err(error) if is_lost.load(Ordering::Relaxed) => {
            tracing::warn!(%error, "the pieces of an upload are not there as they came");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Names files in the unit of work that records what they belong to, so that they are kept for
/// good. Answers the first one that is not there any more.
pub async fn name<'a>(
    tx: &mut Tx,
    owner: &str,
    files: &'a [Attachment],
) -> Result<Option<&'a Attachment>, StoreError> {
    let named: Vec<_> = files.iter().map(|file| (owner, file)).collect();
    let there = tx.name_objects(&named).await?;
    Ok(files.iter().find(|file| !there.contains(&file.sha256)))
}
