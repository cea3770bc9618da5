//! Volumes: prints that are made at the same time, kept together.
//!
//! A file and a commit for each print would cost more than drawing it. So whoever has a print while
//! others are being written waits, and the next to write takes all that wait: one object, in which
//! the prints lie one after another, and one commit for their rows. Without others a print is a
//! volume by itself, at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use adapters::print::Print;
use anyhow::ensure;
use bytes::{Bytes, BytesMut};
use schemas::Attachment;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::Key;
use crate::context::Context;
use crate::store::{AttachmentRow, PrintRow, Tx};
use crate::uploads;

/// As many bytes as make a volume full; it ends with the print that reaches them.
const FULL_BYTES: usize = 4 << 20;
/// Whose the objects are: no operator's and no authority's, so that nobody else names them.
const OWNER: &str = "prints";

/// Prints that wait for being written.
#[derive(Debug, Default)]
pub(super) struct Volumes {
    waiting: Mutex<Vec<Waiting>>,
    /// Whose turn it is to write.
    writer: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Waiting {
    key: Key,
    print: Print,
    answer: oneshot::Sender<Answer>,
}

/// Whether it is the print of its revision, or why it is not kept.
type Answer = Result<bool, String>;

impl Volumes {
    /// Keeps a print for good; false when there is another of that revision.
    pub(super) async fn keep(
        &self,
        ctx: &Context,
        key: Key,
        print: &Print,
    ) -> anyhow::Result<bool> {
        let mut answer = self.hand_in(key, print);
        loop {
            tokio::select! {
                biased;
                answered = &mut answer => match answered {
                    Ok(answered) => return answered.map_err(anyhow::Error::msg),
                    // Whoever wrote it was stopped in the midst.
                    Err(_) => answer = self.hand_in(key, print),
                },
                _turn = self.writer.lock() => write(ctx, self.take()).await,
            }
        }
    }

    fn hand_in(&self, key: Key, print: &Print) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        self.waiting().push(Waiting { key, print: print.clone(), answer });
        receiver
    }

    /// The next volume.
    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting();
        waiting.retain(|it| !it.answer.is_closed());
        let mut bytes = 0;
        let fits = |it: &&Waiting| {
            let has_room = bytes < FULL_BYTES;
            bytes += it.print.bytes.len();
            has_room
        };
        let count = waiting.iter().take_while(fits).count();
        waiting.drain(..count).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a volume and tells all who wait for it.
async fn write(ctx: &Context, volume: Vec<Waiting>) {
    if volume.is_empty() {
        return;
    }
    let kept = keep_all(ctx, &volume).await.map_err(|error| format!("{error:#}"));
    for Waiting { key, answer, .. } in volume {
        let told = kept.as_ref().map(|kept| kept.contains(&key)).map_err(Clone::clone);
        // Who does not wait any more asks again.
        drop(answer.send(told));
    }
}

/// Answers the revisions whose prints these are.
async fn keep_all(ctx: &Context, volume: &[Waiting]) -> anyhow::Result<Vec<Key>> {
    let (bytes, sha256, rows) = bind(volume, ctx.clock.now_ms())?;
    let row = put(ctx, (&sha256, bytes)).await?;
    let mut tx = ctx.store.begin().await?;
    let kept = tx.insert_prints(&rows).await?;
    if kept.is_empty() {
        // Upkeep clears the object away.
        return Ok(kept);
    }
    name(&mut tx, row).await?;
    tx.commit().await?;
    Ok(kept)
}

/// Puts a volume where objects are; the row of its upload, to be named in the commit that has its
/// prints.
async fn put(ctx: &Context, (sha256, bytes): (&str, Bytes)) -> anyhow::Result<AttachmentRow> {
    let size = bytes.len();
    // Before the bytes take their name: from here on no sweep takes them.
    let mut tx = ctx.store.begin().await?;
    let is_ours = tx.touch_object(sha256).await?;
    tx.commit().await?;
    ensure!(is_ours, "the same prints are being cleared away");
    ctx.objects.put_bytes(sha256, bytes).await?;
    Ok(AttachmentRow {
        sha256: sha256.to_owned(),
        owner: OWNER.to_owned(),
        size: i64::try_from(size)?,
        media_type: "application/octet-stream".to_owned(),
        created_at: ctx.clock.now_ms(),
    })
}

async fn name(tx: &mut Tx, row: AttachmentRow) -> anyhow::Result<()> {
    tx.save_attachment(&row).await?;
    let file = Attachment {
        name: "prints".to_owned(),
        sha256: row.sha256,
        size: row.size.unsigned_abs(),
        media_type: row.media_type,
    };
    let lost = uploads::name(tx, OWNER, std::slice::from_ref(&file)).await?;
    ensure!(lost.is_none(), "the prints are being cleared away");
    Ok(())
}

/// Prints that shared a volume with what was erased get one of their own. The former stays there
/// for minutes after, for who has read its name before.
pub(super) async fn move_out(ctx: &Context, rows: &[PrintRow]) -> anyhow::Result<()> {
    let mut volume = Vec::with_capacity(rows.len());
    for row in rows {
        let (answer, _) = oneshot::channel();
        let print = fetch(ctx, row).await?;
        volume.push(Waiting { key: (row.filing_id, row.revision), print, answer });
    }
    let (bytes, sha256, moved) = bind(&volume, ctx.clock.now_ms())?;
    let row = put(ctx, (&sha256, bytes)).await?;
    let mut tx = ctx.store.begin().await?;
    tx.move_prints(&moved).await?;
    name(&mut tx, row).await?;
    Ok(tx.commit().await?)
}

/// The bytes of a volume, their digest, and the rows of the prints in it.
fn bind(volume: &[Waiting], now: i64) -> anyhow::Result<(Bytes, String, Vec<PrintRow>)> {
    let mut bytes = BytesMut::new();
    let mut places = Vec::with_capacity(volume.len());
    for Waiting { key, print, .. } in volume {
        places.push((*key, bytes.len(), print));
        bytes.extend_from_slice(&print.bytes);
    }
    // In one order, or processes that write the same revisions could wait for each other.
    places.sort_by_key(|(key, ..)| *key);
    let sha256 = digest(&bytes);
    let row = |((filing_id, revision), first_byte, print): (Key, usize, &Print)| {
        Ok(PrintRow {
            filing_id,
            revision,
            sha256: digest(&print.bytes),
            volume: Some(sha256.clone()),
            first_byte: i64::try_from(first_byte)?,
            bytes: i64::try_from(print.bytes.len())?,
            pages: i32::try_from(print.pages)?,
            replaced: serde_json::to_string(&print.replaced)?,
            printed_at: now,
        })
    };
    let rows = places.into_iter().map(row).collect::<anyhow::Result<_>>()?;
    Ok((bytes.freeze(), sha256, rows))
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A print out of its volume, or out of the object of its own that builds from before made.
pub(super) async fn fetch(ctx: &Context, row: &PrintRow) -> anyhow::Result<Print> {
    let (object, from, count) = match &row.volume {
        Some(volume) => (volume, u64::try_from(row.first_byte)?, u64::try_from(row.bytes)?),
        None => (&row.sha256, 0, ctx.objects.size(&row.sha256).await?),
    };
    let bytes = ctx.objects.piece(object, from..from + count).await?;
    ensure!(digest(&bytes) == row.sha256, "the stored bytes of the print have changed");
    Ok(Print {
        bytes,
        pages: usize::try_from(row.pages)?,
        replaced: serde_json::from_str(&row.replaced)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand_in(volumes: &Volumes, number: u8, bytes: usize) -> oneshot::Receiver<Answer> {
        let id = format!("01932c07-209c-7a36-8d4f-7c1f4d1c2b{number:02x}");
        let bytes = Bytes::from(vec![number; bytes]);
        let print = Print { bytes, pages: 1, replaced: Vec::new() };
        volumes.hand_in((id.parse().expect("an id"), 1), &print)
    }

    fn numbers(volume: &[Waiting]) -> Vec<u8> {
        volume.iter().map(|it| it.print.bytes[0]).collect()
    }

    #[test]
    fn a_volume_is_all_that_waits_until_it_is_full() {
        let volumes = Volumes::default();
        assert!(volumes.take().is_empty());
        let _waiting: Vec<_> = [(3, FULL_BYTES - 1), (1, 1), (2, 1), (4, FULL_BYTES), (5, 9)]
            .map(|(number, bytes)| hand_in(&volumes, number, bytes))
            .into();
        assert_eq!(numbers(&volumes.take()), [3, 1], "full to the byte");
        assert_eq!(numbers(&volumes.take()), [2, 4]);
        drop(hand_in(&volumes, 6, 1));
        assert_eq!(numbers(&volumes.take()), [5], "nobody waits for the other any more");
    }

    #[test]
    fn the_bytes_of_a_print_stand_where_its_row_says() {
        let volumes = Volumes::default();
        let _waiting: Vec<_> =
            [(7, 5), (1, 3), (4, 9)].map(|(number, bytes)| hand_in(&volumes, number, bytes)).into();
        let taken = volumes.take();
        let (bytes, sha256, rows) = bind(&taken, 0).expect("rows");
        assert_eq!(bytes.len(), 17);
        assert!(rows.is_sorted_by_key(|row| (row.filing_id, row.revision)));
        for row in rows {
            assert_eq!(row.volume.as_deref(), Some(sha256.as_str()));
            let from = usize::try_from(row.first_byte).expect("a place");
            let end = from + usize::try_from(row.bytes).expect("a length");
            let print = &taken.iter().find(|it| it.key.0 == row.filing_id).expect("one").print;
            assert_eq!(bytes[from..end], print.bytes);
        }
    }
}
