//! `todoke backup` and `todoke restore`: what they refuse, and that a refusal leaves all as it was.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::stream;
use hub::backup::{BackupError, MANIFEST, Make, Manifest, Restore, Restored};
use hub::clock::Clock;
use hub::config::Config;
use hub::store::{Filter, Store};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::contracts::hub::a_backup_in_the_midst_goes_on_elsewhere;
use tests::demo::program;
use tests::house::{Builder, House, attachment, change, operator};
use tokio::process::Command;

const SAPPORO: &str = "011002";

#[tokio::test]
async fn a_backup_in_the_midst_goes_on_elsewhere_embedded() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let carry = async |config: &Config| {
        let backup = folder.path().join("backup");
        let mut elsewhere = config.clone();
        elsewhere.data.folder = folder.path().join("elsewhere");
        elsewhere.store.url = String::new();
        elsewhere.fill_in();
        make(config, &backup, false).await?;
        let restored = restore(&elsewhere, &backup, false).await?;
        // The attachments, and the prints of those that are on their way.
        ensure!(restored.manifest.filings == 30 && restored.manifest.objects >= 30, "{restored:?}");
        Ok(move |builder: &mut Builder| builder.set_folder(elsewhere.data.folder))
    };
    a_backup_in_the_midst_goes_on_elsewhere(House::build(), carry).await
}

async fn make(config: &Config, to: &Path, incomplete: bool) -> Result<Manifest, BackupError> {
    let (clock, bar) = (Arc::new(Clock::system()), ProgressBar::hidden());
    Make { config, clock: &clock, to, incomplete, bar }.run().await
}

async fn restore(config: &Config, from: &Path, replace: bool) -> Result<Restored, BackupError> {
    let (clock, bar) = (Arc::new(Clock::system()), ProgressBar::hidden());
    Restore { config, clock: &clock, from, replace, check_only: false, bar }.run().await
}

/// An installation with two filings, each with an attachment and a print, an upload that nobody
/// names, and a document in the archive.
struct Place {
    folder: TempDir,
    here: Config,
    there: Config,
    digests: Vec<String>,
}

impl Place {
    async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let here = installation(&folder.path().join("here"))?;
        let data = here.data.folder.clone();
        let builder = House::build().with(move |config| config.data.folder.clone_from(&data));
        let mut house = builder.start().await?;
        let mut digests = Vec::new();
        for name in ["一", "二", "余"] {
            let bytes = format!("%PDF-1.7 {name}").into_bytes();
            let file = attachment("平面図.pdf", &bytes);
            let body = stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
            let upload = house.ctx.objects.receive(body, name, 1 << 20).await?;
            let owner = operator().to_string();
            hub::uploads::keep(&house.ctx, upload, owner, file.media_type.clone()).await?;
            digests.push(file.sha256.clone());
            if name != "余" {
                let mut submission = change(SAPPORO, &[]);
                submission.attachments = vec![file];
                house.deliver(&submission).await?;
            }
        }
        let document = house.upload("資料.pdf", b"%PDF-1.7 manual").await?;
        house.give_out(&document).await?;
        digests.push(document.sha256);
        house.finish().await?;
        let there = installation(&folder.path().join("there"))?;
        Ok(Self { folder, here, there, digests })
    }

    fn backup(&self) -> PathBuf {
        self.folder.path().join("backup")
    }

    /// The file of an attachment below an installation or a backup.
    fn object(&self, root: &Path, number: usize) -> PathBuf {
        let digest = &self.digests[number];
        root.join("objects/sha256").join(&digest[..2]).join(digest)
    }

    /// Nothing that could be taken for a store or a key is there.
    fn assert_nothing_there(&self) {
        for name in ["todoke.db", "todoke.db.part", "signing.key"] {
            assert!(!self.there.data.folder.join(name).exists(), "{name} is there");
        }
    }
}

fn installation(folder: &Path) -> Result<Config> {
    let mut config = Config::defaults()?;
    folder.clone_into(&mut config.data.folder);
    config.fill_in();
    Ok(config)
}

/// The error of what must not succeed, in words.
fn refused<T: std::fmt::Debug>(done: Result<T, BackupError>, words: &[&str]) -> Result<()> {
    let said = done.err().context("it was done")?.to_string();
    for word in words {
        ensure!(said.contains(word), "{word:?} is not in {said:?}");
    }
    Ok(())
}

#[tokio::test]
async fn it_is_written_over_nothing_and_comes_back_whole() -> Result<()> {
    let place = Place::new().await?;
    let (backup, part) = (place.backup(), place.folder.path().join("backup.part"));
    // A killed one lies there, and one that is under way.
    fs::create_dir(&part)?;
    fs::write(part.join("todoke.db"), "half")?;
    let lock = File::create(part.join("lock"))?;
    lock.lock()?;
    refused(make(&place.here, &backup, false).await, &["another process", "backup.part"])?;
    drop(lock);
    let manifest = make(&place.here, &backup, false).await?;
    ensure!((manifest.filings, manifest.objects) == (2, 4 + 2), "{manifest:?}");
    ensure!(!part.exists() && !backup.join("lock").exists(), "leftovers");
    refused(make(&place.here, &backup, false).await, &["is there already"])?;

    // A restore that was killed has left halves.
    fs::create_dir_all(place.object(&place.there.data.folder, 0).parent().context("a folder")?)?;
    fs::write(place.object(&place.there.data.folder, 0), "half")?;
    fs::write(place.there.data.folder.join("todoke.db.part"), vec![7; 1 << 20])?;
    let restored = restore(&place.there, &backup, false).await?;
    ensure!(restored.manifest == manifest && restored.put_aside.is_empty(), "{restored:?}");
    for number in 0..4 {
        let [here, there] = [&place.here, &place.there]
            .map(|config| fs::read(place.object(&config.data.folder, number)));
        ensure!(here? == there?, "attachment {number} has other bytes");
    }

    // Not over it, and not under a running hub.
    refused(restore(&place.there, &backup, false).await, &["holds 2 filings", "--replace"])?;
    let open = Store::open(&place.there.store.url, 1, Arc::new(Clock::system())).await?;
    ensure!(open.list_filings(&Filter { limit: 10, ..Filter::default() }).await?.len() == 2);
    refused(restore(&place.there, &backup, true).await, &["in use", "stop the hub"])?;
    open.close().await;
    let restored = restore(&place.there, &backup, true).await?;
    ensure!(restored.put_aside.len() == 1 && restored.put_aside[0].is_file(), "{restored:?}");

    // A hub that was started once has a key of its own, and nothing that was signed with it.
    fs::remove_dir_all(&place.there.data.folder)?;
    let empty = Store::open(&place.there.store.url, 1, Arc::new(Clock::system())).await?;
    empty.migrate().await?;
    empty.close().await;
    fs::write(place.there.data.folder.join("signing.key"), "another")?;
    let restored = restore(&place.there, &backup, false).await?;
    ensure!(restored.put_aside.len() == 2, "{restored:?}");
    fs::remove_file(&place.there.store.url["sqlite:".len()..])?;
    fs::write(place.there.data.folder.join("signing.key"), "another")?;
    refused(restore(&place.there, &backup, false).await, &["another key", "--replace"])?;
    Ok(())
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_nothing_written() -> Result<()> {
    let place = Place::new().await?;
    let (backup, whole) = (place.backup(), place.folder.path().join("whole"));
    make(&place.here, &backup, false).await?;
    let spoil = |name: PathBuf| -> Result<()> {
        let mut bytes = fs::read(&name)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        Ok(fs::write(name, bytes)?)
    };
    let (first, second) = (place.object(&backup, 0), place.object(&backup, 1));
    for (file, words) in [
        (backup.join("todoke.db"), ["todoke.db has other bytes", "nothing was restored"]),
        (backup.join("signing.key"), ["signing.key has other bytes", "nothing was restored"]),
        (backup.join("files.sha256"), ["files.sha256 has other bytes", "nothing was restored"]),
        (first.clone(), [&place.digests[0], "has other bytes"]),
    ] {
        fs::copy(&file, &whole)?;
        spoil(file.clone())?;
        refused(restore(&place.there, &backup, false).await, &words)?;
        place.assert_nothing_there();
        fs::copy(&whole, file)?;
    }
    // All of them are named at once.
    spoil(first)?;
    fs::remove_file(second)?;
    let words = [place.digests[0].as_str(), &place.digests[1], "is missing"];
    refused(restore(&place.there, &backup, false).await, &words)?;
    place.assert_nothing_there();
    fs::write(backup.join(MANIFEST), "{}")?;
    refused(restore(&place.there, &backup, false).await, &["is no backup of todoke"])?;
    refused(restore(&place.there, place.folder.path(), false).await, &["has no manifest.json"])
}

#[tokio::test]
async fn a_newer_build_or_another_engine_is_named() -> Result<()> {
    let place = Place::new().await?;
    let backup = place.backup();
    make(&place.here, &backup, false).await?;
    let path = backup.join(MANIFEST);
    let manifest: Value = serde_json::from_slice(&fs::read(&path)?)?;
    for (field, add) in [("migration", 1), ("format", 1)] {
        let mut newer = manifest.clone();
        newer[field] = json!(manifest[field].as_i64().context("a number")? + add);
        newer["version"] = json!("99.0.0");
        fs::write(&path, newer.to_string())?;
        refused(restore(&place.there, &backup, false).await, &["99.0.0", "newer"])?;
        place.assert_nothing_there();
    }
    let mut server = place.here.clone();
    server.store.url = "postgres://nobody@127.0.0.1:1/nothing".into();
    let words = ["store.url is PostgreSQL", "pg_dump", "deploy/README.md"];
    refused(make(&server, &place.folder.path().join("other"), false).await, &words)?;
    refused(restore(&server, &backup, false).await, &words)?;
    let mut server = place.here.clone();
    server.objects.url = "s3://bucket".into();
    refused(make(&server, &place.folder.path().join("other"), false).await, &["is S3"])?;
    let nothing = installation(&place.folder.path().join("nothing"))?;
    refused(make(&nothing, &place.folder.path().join("other"), false).await, &["no store"])
}

#[tokio::test]
async fn what_is_damaged_already_is_told_or_left_out() -> Result<()> {
    let place = Place::new().await?;
    let backup = place.backup();
    // One that a filing names and one that a document is have rotted, and the sweep has taken the
    // one that none names.
    fs::write(place.object(&place.here.data.folder, 0), "rotten")?;
    fs::write(place.object(&place.here.data.folder, 3), "rotten")?;
    fs::remove_file(place.object(&place.here.data.folder, 2))?;
    let words = [&*place.digests[0], &*place.digests[3], "has other bytes", "--incomplete"];
    refused(make(&place.here, &backup, false).await, &words)?;
    ensure!(!backup.exists() && !place.folder.path().join("backup.part").exists(), "leftovers");
    let manifest = make(&place.here, &backup, true).await?;
    let mut rotten = [place.digests[0].clone(), place.digests[3].clone()];
    rotten.sort();
    ensure!(manifest.objects == 1 + 2 && manifest.left_out == rotten, "{manifest:?}");
    restore(&place.there, &backup, false).await?;
    // Who sends the swept one again is heard: nobody says that it is there.
    let store = Store::open(&place.there.store.url, 1, Arc::new(Clock::system())).await?;
    let owner = operator().to_string();
    let digests = place.digests.iter().map(String::as_str);
    let known = store.find_attachments(&owner, digests).await?;
    store.close().await;
    ensure!(known.len() == 2 && known.iter().all(|row| row.sha256 != place.digests[2]));
    Ok(())
}

/// The commands, as people and scripts call them.
#[tokio::test]
async fn the_commands_say_what_they_did() -> Result<()> {
    let place = Place::new().await?;
    let (backup, program) = (place.backup(), program().await?);
    let call = async |config: &Config, arguments: &[&str]| -> Result<(bool, String, String)> {
        let mut command = Command::new(&program);
        command.args(arguments).env("TODOKE_DATA__FOLDER", &config.data.folder);
        let done = command.current_dir(place.folder.path()).output().await?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((done.status.success(), text(&done.stdout), text(&done.stderr)))
    };
    let (is_done, said, error) = call(&place.here, &["backup", "backup", "--json"]).await?;
    ensure!(is_done, "{error}");
    let manifest: Manifest = serde_json::from_str(&said)?;
    ensure!(serde_json::from_slice::<Manifest>(&fs::read(backup.join(MANIFEST))?)? == manifest);
    let (is_done, _, error) = call(&place.here, &["backup", "backup"]).await?;
    ensure!(!is_done && error.contains("is there already"), "{error}");
    let (is_done, said, error) = call(&place.here, &["restore", "backup", "--check"]).await?;
    ensure!(is_done && said.starts_with("backup is whole: "), "{said}{error}");
    let (is_done, said, error) = call(&place.there, &["restore", "backup"]).await?;
    ensure!(is_done && said.contains("What to do next"), "{said}{error}");
    ensure!(said.contains(&manifest.made_at), "{said}");
    let list = fs::read_to_string(backup.join("files.sha256"))?;
    ensure!(list.lines().count() == 6 + 2, "{list}");
    let mut compare = Command::new("sha256sum");
    let compared = compare.args(["--check", "--strict", "files.sha256"]).current_dir(&backup);
    let compared = compared.output().await?;
    ensure!(compared.status.success(), "{}", String::from_utf8_lossy(&compared.stderr));
    Ok(())
}
