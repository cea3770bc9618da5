//! `todoke backup` and `todoke restore` on a disk that fills.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::stream;
use hub::backup::{BackupError, Make, Restore};
use hub::clock::Clock;
use hub::config::Config;
use hub::uploads;
use indicatif::ProgressBar;
use tests::house::{House, operator};
use tests::servers::SmallDisk;

async fn make(config: &Config, to: &Path) -> Result<(), BackupError> {
    let (clock, bar) = (Arc::new(Clock::system()), ProgressBar::hidden());
    Make { config, clock: &clock, to, incomplete: false, bar }.run().await.map(drop)
}

async fn restore(config: &Config, from: &Path) -> Result<(), BackupError> {
    let (clock, bar) = (Arc::new(Clock::system()), ProgressBar::hidden());
    let restore = Restore { config, clock: &clock, from, replace: false, check_only: false, bar };
    restore.run().await.map(drop)
}

fn is_full(done: Result<(), BackupError>) -> Result<()> {
    let said = done.err().context("there was room")?.to_string();
    ensure!(said.contains("is full") && said.contains("run it again"), "{said}");
    Ok(())
}

/// Where the store fits and the attachment does not, and where nothing fits.
#[tokio::test]
async fn a_full_disk_gets_no_half_backup() -> Result<()> {
    let disk = SmallDisk::start(6 << 20)?;
    let house = House::build().start().await?;
    let bytes = stream::iter((0..8).map(|_| Ok::<_, std::io::Error>(vec![7; 1 << 20].into())));
    let upload = house.ctx.objects.receive(bytes, "upload", 1 << 30).await?;
    let (owner, kind) = (operator().to_string(), "application/pdf".to_owned());
    uploads::keep_as(&house.ctx, upload, owner, kind).await?;
    let (config, to) = (&house.ctx.config, disk.path().join("backup"));
    is_full(make(config, &to).await)?;
    ensure!(std::fs::read_dir(disk.path())?.next().is_none(), "something was left");
    disk.fill()?;
    is_full(make(config, &to).await)?;
    disk.free()?;

    let folder = tempfile::tempdir()?;
    let backup = folder.path().join("backup");
    make(config, &backup).await?;
    let mut there = Config::defaults()?;
    there.data.folder = disk.path().join("hub");
    there.fill_in();
    is_full(restore(&there, &backup).await)?;
    for name in ["todoke.db", "todoke.db.part", "signing.key"] {
        ensure!(!there.data.folder.join(name).exists(), "{name} is there");
    }
    house.finish().await
}
