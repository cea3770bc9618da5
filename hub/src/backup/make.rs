//! Making a backup beside a running hub: the store as it is at one moment, then the attachments.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use indicatif::ProgressBar;

use super::fault::at;
use super::files::{self, List};
use super::part::Part;
use super::{BackupError, Damage, FORMAT, KEY, MANIFEST, Manifest, OBJECTS, STORE, Set, url_of};
use crate::clock::Clock;
use crate::config::Config;
use crate::objects::{Objects, UPLOADS};
use crate::store::{Filter, KeptObject, Store, embedded};

/// Attachments that are copied at once.
const AT_ONCE: usize = 4;
/// Rows that one question asks for.
const PAGE: usize = 500;
/// Between looks at how far the store's copy is.
const LOOK: Duration = Duration::from_millis(200);

/// What is copied, and where to.
pub struct Make<'a> {
    /// The installation.
    pub config: &'a Config,
    /// The time.
    pub clock: &'a Arc<Clock>,
    /// The folder that the backup will be.
    pub to: &'a Path,
    /// Leave out what is damaged, in place of making no backup.
    pub incomplete: bool,
    /// How far it is, in bytes.
    pub bar: ProgressBar,
}

/// What became of the attachments.
#[derive(Default)]
struct Copied {
    count: u64,
    damages: Vec<Damage>,
    /// Uploads that no filing names, gone or damaged.
    lost_uploads: Vec<String>,
    left_out: Vec<String>,
}

enum Copy {
    Done(u64),
    Not(Damage),
}

impl Make<'_> {
    /// Makes it, or leaves nothing.
    pub async fn run(&self) -> Result<Manifest, BackupError> {
        let set = Set::of(self.config)?;
        if !set.store.is_file() {
            return Err(BackupError::NoStore(set.store));
        }
        self.bar.set_length(fs::metadata(&set.store).map_or(0, |meta| meta.len()));
        let part = Part::begin(self.to).map_err(|error| self.told(error))?;
        match self.fill(&set, part.path()).await {
            Ok(manifest) => part.finish(self.to).map(|()| manifest),
            Err(error) => {
                part.discard();
                Err(self.told(error))
            }
        }
    }

    /// The bar knows what all of it takes.
    fn told(&self, error: BackupError) -> BackupError {
        let needed = self.bar.length().unwrap_or_default();
        error.on_disk_of(self.to.parent().unwrap_or(self.to), needed)
    }

    async fn fill(&self, set: &Set, part: &Path) -> Result<Manifest, BackupError> {
        let made_at = self.clock.now().to_string();
        let file = part.join(STORE);
        self.copy_store(&set.store, &file).await?;
        let store = Store::open(&url_of(&file), 1, Arc::clone(self.clock)).await?;
        let mut list = List::create(part)?;
        let filled = self.fill_from(&store, (set, part), &mut list).await;
        store.close().await;
        let (copied, mut manifest) = filled?;
        let key = fs::read(set.key()).map_err(at(&set.key()))?;
        files::write(&part.join(KEY), &key)?;
        fs::File::open(&file).and_then(|file| file.sync_all()).map_err(at(&file))?;
        for name in [KEY, STORE] {
            let (sha256, size) = files::hash(&part.join(name), &ProgressBar::hidden())?;
            list.add(name, &sha256, size)?;
        }
        manifest.made_at = made_at;
        manifest.objects = copied.count;
        manifest.left_out = copied.left_out;
        manifest.bytes = list.bytes;
        manifest.files_sha256 = list.finish()?;
        let text = serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::from);
        let path = part.join(MANIFEST);
        files::write(&path, &text.map_err(at(&path))?)?;
        Ok(manifest)
    }

    /// The bar grows with the file.
    async fn copy_store(&self, from: &Path, to: &Path) -> Result<(), BackupError> {
        let size = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
        let mut copying = std::pin::pin!(embedded::copy(from, to));
        loop {
            tokio::select! {
                copied = &mut copying => {
                    copied?;
                    break;
                }
                () = tokio::time::sleep(LOOK) => self.bar.set_position(size(to)),
            }
        }
        self.bar.set_length(size(to));
        self.bar.set_position(size(to));
        Ok(())
    }

    /// The attachments that the copied store knows; what it says of itself.
    async fn fill_from(
        &self,
        store: &Store,
        (set, part): (&Set, &Path),
        list: &mut List,
    ) -> Result<(Copied, Manifest), BackupError> {
        store.check_tables().await?;
        let copied = self.copy_objects(store, (set, part), list).await?;
        let mut tx = store.begin().await?;
        tx.forget_uploads(&copied.lost_uploads).await?;
        // Who had logged out since would be logged in again.
        while tx.delete_old_sessions((i64::MAX, i64::MAX), PAGE).await? > 0 {}
        tx.commit().await?;
        let newest = store.list_filings(&Filter { limit: 1, ..Filter::default() }).await?;
        let deliveries = store.count_deliveries().await?;
        let manifest = Manifest {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: String::new(),
            migration: store.newest_applied().await?,
            filings: store.totals().await?.filings,
            deliveries: deliveries.iter().map(|count| count.count).sum(),
            newest_filing: newest.into_iter().next().map(|filing| filing.receipt_number),
            objects: 0,
            bytes: 0,
            left_out: Vec::new(),
            files_sha256: String::new(),
        };
        Ok((copied, manifest))
    }

    async fn copy_objects(
        &self,
        store: &Store,
        (set, part): (&Set, &Path),
        list: &mut List,
    ) -> Result<Copied, BackupError> {
        let from = set.objects()?;
        let to = Objects::open(&format!("file://{}", absolute(&part.join(OBJECTS))?), part)?;
        let mut pages = Pages { store, after: String::new() };
        while let Some(page) = pages.next().await? {
            self.bar.inc_length(page.iter().map(|object| object.size).sum());
        }
        let mut copied = Copied::default();
        let mut pages = Pages { store, after: String::new() };
        while let Some(page) = pages.next().await? {
            let each = page.into_iter().map(|object| self.copy_object(&from, &to, object));
            let mut each = futures::stream::iter(each).buffered(AT_ONCE);
            while let Some((object, copy)) = each.try_next().await? {
                copied.count_in(object, copy, list)?;
            }
        }
        // Where they were until all of their bytes had come.
        drop(fs::remove_dir(part.join(OBJECTS).join(UPLOADS)));
        if !copied.damages.is_empty() && !self.incomplete {
            return Err(BackupError::Damaged(copied.damages));
        }
        Ok(copied)
    }

    async fn copy_object(
        &self,
        from: &Objects,
        to: &Objects,
        object: KeptObject,
    ) -> Result<(KeptObject, Copy), BackupError> {
        let name = super::object_file(&object.sha256);
        let bytes = match from.get(&object.sha256).await {
            Err(error) if error.is_missing() => {
                return Ok((object, Copy::Not(Damage::Missing(name))));
            }
            bytes => bytes?,
        };
        let bytes = bytes.inspect_ok(|chunk| self.bar.inc(chunk.len() as u64));
        let upload = to.receive(bytes, &object.sha256, u64::MAX).await?;
        if upload.stored.sha256 != object.sha256 {
            to.discard(upload).await?;
            return Ok((object, Copy::Not(Damage::OtherBytes(name))));
        }
        let size = to.keep(upload).await?.size;
        Ok((object, Copy::Done(size)))
    }
}

impl Copied {
    fn count_in(
        &mut self,
        object: KeptObject,
        copy: Copy,
        list: &mut List,
    ) -> Result<(), BackupError> {
        match copy {
            Copy::Done(size) => {
                self.count += 1;
                list.add(&super::object_file(&object.sha256), &object.sha256, size)?;
            }
            // Swept while the backup was made, as nothing names it.
            Copy::Not(_) if object.named_at.is_none() => self.lost_uploads.push(object.sha256),
            Copy::Not(damage) => {
                self.damages.push(damage);
                self.left_out.push(object.sha256);
            }
        }
        Ok(())
    }
}

/// The rows of objects, a page at a time.
struct Pages<'a> {
    store: &'a Store,
    after: String,
}

impl Pages<'_> {
    async fn next(&mut self) -> Result<Option<Vec<KeptObject>>, BackupError> {
        let page = self.store.kept_objects(&self.after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after.clone_from(&last.sha256);
        Ok(Some(page))
    }
}

fn absolute(path: &Path) -> Result<String, BackupError> {
    Ok(std::path::absolute(path).map_err(at(path))?.display().to_string())
}
