//! The contract of an object store: bytes go in as a stream, and come out whole under their digest.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures::{Stream, TryStreamExt, stream};
use hub::objects::{ObjectError, Objects};
use sha2::{Digest, Sha256};

/// Makes a test of every contract; `$open` gives a [`Shelf`] with an empty store.
#[macro_export]
macro_rules! objects_contract {
    ($open:path) => {
        $crate::objects_contract! { $open:
            what_is_put_comes_out_whole
            the_same_bytes_twice_are_one_object
            a_large_object_goes_in_parts
            a_broken_upload_leaves_nothing
            an_upload_ends_at_the_limit
            an_upload_is_not_found_before_it_is_kept
            what_is_deleted_is_gone
            uploads_left_behind_are_cleared
            many_processes_share_it
        }
    };
    ($open:path: $($name:ident)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() -> anyhow::Result<()> {
            $crate::contracts::objects::$name(&$open()?).await
        }
    )* };
}

/// An object store, and where it keeps its files.
#[derive(Debug)]
pub struct Shelf {
    /// The store.
    pub objects: Objects,
    /// The folder of its files.
    pub folder: PathBuf,
    /// What has to live as long as the store.
    pub keep: Box<dyn std::fmt::Debug + Send + Sync>,
}

/// A piece of an upload; large ones come in many.
const PIECE: usize = 64 << 10;

/// Pieces of a stream that ends well.
fn pieces(bytes: &Bytes) -> impl Stream<Item = Result<Bytes, String>> + Unpin + use<> {
    let bytes = bytes.clone();
    stream::iter((0..bytes.len()).step_by(PIECE).map(move |from| {
        let until = bytes.len().min(from + PIECE);
        Ok(bytes.slice(from..until))
    }))
}

/// Bytes that differ from place to place.
fn bytes(count: usize) -> Bytes {
    (0..count).map(|at| (at.wrapping_mul(31) ^ (at >> 9)).to_le_bytes()[0]).collect()
}

async fn read(shelf: &Shelf, sha256: &str) -> Result<Bytes> {
    let pieces: Vec<Bytes> = shelf.objects.get(sha256).await?.try_collect().await?;
    Ok(pieces.concat().into())
}

impl Shelf {
    /// Files of objects and of uploads, the whole ones and the halves.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let mut folders = vec![self.folder.clone()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let is_folder = entry.file_type()?.is_dir();
                if is_folder { folders.push(entry.path()) } else { files.push(entry.path()) }
            }
        }
        Ok(files)
    }
}

/// Sizes at the edges: nothing, one byte, one byte on either side of a piece.
pub async fn what_is_put_comes_out_whole(shelf: &Shelf) -> Result<()> {
    shelf.objects.probe().await?;
    for size in [0, 1, PIECE - 1, PIECE, PIECE + 1] {
        let bytes = bytes(size);
        let name = format!("upload-{size}");
        let stored = shelf.objects.put(pieces(&bytes), &name, u64::MAX).await?;
        ensure!(stored.size == size as u64, "{stored:?}");
        ensure!(stored.sha256 == hex::encode(Sha256::digest(&bytes)), "{stored:?}");
        ensure!(read(shelf, &stored.sha256).await? == bytes, "{size} bytes came out otherwise");
    }
    Ok(())
}

/// And it can still be read.
pub async fn the_same_bytes_twice_are_one_object(shelf: &Shelf) -> Result<()> {
    let bytes = bytes(1_000);
    let first = shelf.objects.put(pieces(&bytes), "first", 1_000).await?;
    let second = shelf.objects.put(pieces(&bytes), "second", 1_000).await?;
    ensure!(first == second, "{first:?} {second:?}");
    ensure!(read(shelf, &first.sha256).await? == bytes, "it came out otherwise");
    ensure!(shelf.files()?.len() == 1, "{:?}", shelf.files()?);
    Ok(())
}

/// Of a bit more than three parts.
pub async fn a_large_object_goes_in_parts(shelf: &Shelf) -> Result<()> {
    let bytes = bytes((16 << 20) + 7);
    let stored = shelf.objects.put(pieces(&bytes), "large", u64::MAX).await?;
    ensure!(stored.sha256 == hex::encode(Sha256::digest(&bytes)), "{stored:?}");
    let found = read(shelf, &stored.sha256).await?;
    ensure!(found == bytes, "{} of {} bytes, or others", found.len(), bytes.len());
    Ok(())
}

/// Small, and with two parts already there.
pub async fn a_broken_upload_leaves_nothing(shelf: &Shelf) -> Result<()> {
    for size in [1_000, 11 << 20] {
        let broken = [Err("the caller hung up".to_owned())];
        let stream = futures::StreamExt::chain(pieces(&bytes(size)), stream::iter(broken));
        let error = shelf.objects.put(stream, "broken", u64::MAX).await.err().context("kept")?;
        ensure!(matches!(error, ObjectError::Broken(_)), "{error:?}");
        ensure!(shelf.files()?.is_empty(), "{:?}", shelf.files()?);
    }
    Ok(())
}

/// The limit itself is allowed, one byte more is not.
pub async fn an_upload_ends_at_the_limit(shelf: &Shelf) -> Result<()> {
    let bytes = bytes(1_001);
    let error = shelf.objects.put(pieces(&bytes), "over", 1_000).await.err().context("taken")?;
    ensure!(matches!(error, ObjectError::TooLarge { max: 1_000 }), "{error:?}");
    ensure!(shelf.files()?.is_empty(), "{:?}", shelf.files()?);
    let stored = shelf.objects.put(pieces(&bytes), "at", 1_001).await?;
    ensure!(stored.size == 1_001, "{stored:?}");
    Ok(())
}

/// And not after it was discarded.
pub async fn an_upload_is_not_found_before_it_is_kept(shelf: &Shelf) -> Result<()> {
    let bytes = bytes(1_000);
    let upload = shelf.objects.receive(pieces(&bytes), "one", 1_000).await?;
    let sha256 = upload.stored.sha256.clone();
    ensure!(shelf.objects.get(&sha256).await.is_err(), "found before it was kept");
    shelf.objects.discard(upload).await?;
    ensure!(shelf.files()?.is_empty(), "{:?}", shelf.files()?);
    let upload = shelf.objects.receive(pieces(&bytes), "two", 1_000).await?;
    shelf.objects.keep(upload).await?;
    ensure!(read(shelf, &sha256).await? == bytes, "it came out otherwise");
    Ok(())
}

/// Twice is once; others stay.
pub async fn what_is_deleted_is_gone(shelf: &Shelf) -> Result<()> {
    let one = shelf.objects.put(pieces(&bytes(10)), "one", 10).await?;
    let other = shelf.objects.put(pieces(&bytes(20)), "other", 20).await?;
    shelf.objects.delete(&one.sha256).await?;
    shelf.objects.delete(&one.sha256).await?;
    let error = shelf.objects.get(&one.sha256).await.err().context("still there")?;
    ensure!(error.to_string().contains(&one.sha256), "{error}");
    ensure!(read(shelf, &other.sha256).await? == bytes(20), "the other went too");
    Ok(())
}

/// Those begun before the time, a batch at once; kept objects stay.
pub async fn uploads_left_behind_are_cleared(shelf: &Shelf) -> Result<()> {
    ensure!(shelf.objects.clear_uploads(i64::MAX, 10).await? == 0, "an empty store has none");
    let kept = shelf.objects.put(pieces(&bytes(10)), "kept", 10).await?;
    for name in ["one", "two", "three"] {
        drop(shelf.objects.receive(pieces(&bytes(20)), name, 20).await?);
    }
    ensure!(shelf.objects.clear_uploads(0, 10).await? == 0, "younger ones went");
    let far = 32_503_680_000_000;
    ensure!(shelf.objects.clear_uploads(far, 2).await? == 2, "not a batch");
    ensure!(shelf.objects.clear_uploads(far, 2).await? == 1, "not the rest");
    ensure!(shelf.files()?.len() == 1, "{:?}", shelf.files()?);
    ensure!(read(shelf, &kept.sha256).await? == bytes(10), "what was kept went");
    Ok(())
}

/// Which look at it and put the same bytes at once.
pub async fn many_processes_share_it(shelf: &Shelf) -> Result<()> {
    let bytes = bytes(5_000);
    let put = |process: u32| {
        let (objects, bytes) = (shelf.objects.clone(), bytes.clone());
        async move {
            objects.probe().await?;
            objects.put(pieces(&bytes), &format!("process-{process}"), 5_000).await
        }
    };
    let stored = futures::future::try_join_all((0..8).map(put)).await?;
    ensure!(stored.iter().all(|one| *one == stored[0]), "{stored:?}");
    ensure!(read(shelf, &stored[0].sha256).await? == bytes, "it came out otherwise");
    Ok(())
}
