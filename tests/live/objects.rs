//! The folder of attachments on a disk that fills, shared by many processes.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures::future::try_join_all;
use hub::objects::{ObjectError, Objects};
use tests::servers::SmallDisk;

fn upload(size: usize) -> impl futures::Stream<Item = std::io::Result<Bytes>> + Unpin {
    futures::stream::iter([Ok(Bytes::from(vec![7; size]))])
}

/// The operator is not told that the upload was at fault.
#[tokio::test]
async fn a_full_disk_takes_no_upload_and_is_waited_for() -> Result<()> {
    let disk = SmallDisk::start(4 << 20)?;
    let objects = Objects::open("", &disk.path().join("objects"))?;
    objects.probe().await?;
    disk.fill()?;
    let error = objects.put(upload(100_000), "one", 1 << 20).await.err().context("taken")?;
    ensure!(matches!(error, ObjectError::Store(_) | ObjectError::Write(_)), "{error:?}");
    let error = objects.probe().await.err().context("it says that all is well")?;
    ensure!(error.is_away(), "a start does not wait for room: {error:?}");
    disk.free()?;
    objects.probe().await?;
    let stored = objects.put(upload(100_000), "two", 1 << 20).await?;
    ensure!(stored.size == 100_000, "{stored:?}");
    Ok(())
}

#[tokio::test]
async fn many_processes_look_at_one_folder_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let open = |_| Objects::open("", folder.path());
    let processes = (0..8).map(open).collect::<Result<Vec<_>, _>>()?;
    for _ in 0..50 {
        try_join_all(processes.iter().map(Objects::probe)).await?;
    }
    Ok(())
}
