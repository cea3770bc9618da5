//! What the sandbox authorities hold: files under `root/<code>/`, one log line per arrival.
//!
//! Every file is written under another name first and then renamed, so a process that is killed
//! leaves whole files, and one that starts on the same folder knows them.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use schemas::{AuthorityId, Channel};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::sync::watch;

use super::behaviour::{Act, Behaviour};
use super::{Keep, Settings};

/// One package (or mail) that reached an authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The authority.
    pub authority: AuthorityId,
    /// The delivery's id as the far side read it.
    pub delivery: String,
    /// The channel.
    pub channel: Channel,
    /// Whether it was marked as perhaps brought before over another channel.
    pub second_copy: bool,
    /// Whether this authority held it already over this channel.
    pub repeat: bool,
    /// Lower-case hex SHA-256 of the package; empty for a mail that brings only a link.
    pub sha256: String,
    /// Bytes of the package.
    pub size: u64,
    /// When.
    pub at: Timestamp,
}

#[derive(Default)]
struct Slot {
    behaviour: Behaviour,
    /// None: the one that follows from its code.
    password: Option<String>,
    requests: u32,
    tries: HashMap<String, u32>,
    held: HashMap<(Channel, String), String>,
}

/// Everything that the servers share.
pub(super) struct Shelf {
    settings: Settings,
    slots: Mutex<HashMap<AuthorityId, Arc<Mutex<Slot>>>>,
    arrivals: Mutex<Vec<Arrival>>,
    count: watch::Sender<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    pub(super) fn open(settings: Settings) -> io::Result<Self> {
        fs::create_dir_all(settings.root.join(".incoming"))?;
        let slots = Mutex::default();
        let shelf =
            Self { settings, slots, arrivals: Mutex::default(), count: watch::Sender::new(0) };
        for (code, behaviour) in &shelf.settings.behaviours {
            shelf.set_behaviour(*code, *behaviour)?;
        }
        Ok(shelf)
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    pub(super) fn behaviour(&self, code: AuthorityId) -> io::Result<Behaviour> {
        Ok(lock(&*self.slot(code)?).behaviour)
    }

    pub(super) fn set_behaviour(&self, code: AuthorityId, behaviour: Behaviour) -> io::Result<()> {
        lock(&*self.slot(code)?).behaviour = behaviour;
        Ok(())
    }

    pub(super) fn password(&self, code: AuthorityId) -> io::Result<Option<String>> {
        Ok(lock(&*self.slot(code)?).password.clone())
    }

    pub(super) fn set_password(&self, code: AuthorityId, password: String) -> io::Result<()> {
        lock(&*self.slot(code)?).password = Some(password);
        Ok(())
    }

    /// What the authority does about a try of this delivery.
    pub(super) fn decide(&self, code: AuthorityId, delivery: &str) -> io::Result<Act> {
        let slot = self.slot(code)?;
        let mut slot = lock(&slot);
        slot.requests += 1;
        let requests = slot.requests;
        let tries = slot.tries.entry(delivery.to_owned()).or_default();
        *tries += 1;
        let tries = *tries;
        Ok(slot.behaviour.decide(requests, tries))
    }

    /// The digest under which a delivery is held, if it is.
    pub(super) fn held(
        &self,
        code: AuthorityId,
        channel: Channel,
        delivery: &str,
    ) -> Option<String> {
        let slot = self.slot(code).ok()?;
        let slot = lock(&slot);
        slot.held.get(&(channel, delivery.to_owned())).cloned()
    }

    /// `root/<code>/<channel>`, made when it is not there.
    pub(super) fn folder(&self, code: AuthorityId, channel: Channel) -> io::Result<PathBuf> {
        let folder = self.settings.root.join(code.as_str()).join(channel.as_str());
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// `root/mail/<address>`, for recipients that are no authorities.
    pub(super) fn mailbox(&self, address: &str) -> io::Result<PathBuf> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | '_');
        let name: String = address.chars().map(|c| if is_plain(c) { c } else { '.' }).collect();
        let folder = self.settings.root.join("mail").join(name.trim_start_matches('.'));
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A file under construction.
    pub(super) fn draft(&self) -> Draft<'_> {
        Draft { shelf: self, context: Context::new(&SHA256), size: 0, file: None }
    }

    /// Notes an arrival; answers whether it was a repeat.
    pub(super) fn note(&self, mut arrival: Arrival) -> io::Result<bool> {
        let slot = self.slot(arrival.authority)?;
        let mut slot = lock(&slot);
        let key = (arrival.channel, arrival.delivery.clone());
        arrival.repeat = slot.held.contains_key(&key);
        if self.settings.keep == Keep::Bytes {
            self.log(&arrival)?;
        }
        slot.held.entry(key).or_insert_with(|| arrival.sha256.clone());
        drop(slot);
        let repeat = arrival.repeat;
        lock(&self.arrivals).push(arrival);
        self.count.send_modify(|count| *count += 1);
        Ok(repeat)
    }

    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.arrivals).clone()
    }

    pub(super) fn count(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    fn log(&self, arrival: &Arrival) -> io::Result<()> {
        let folder = self.settings.root.join(arrival.authority.as_str());
        fs::create_dir_all(&folder)?;
        let mut line = serde_json::to_vec(arrival)?;
        line.push(b'\n');
        // One write in append mode: a line is never mixed with another.
        let mut log =
            fs::File::options().create(true).append(true).open(folder.join("arrivals.jsonl"))?;
        log.write_all(&line)
    }

    fn slot(&self, code: AuthorityId) -> io::Result<Arc<Mutex<Slot>>> {
        if let Some(slot) = lock(&self.slots).get(&code) {
            return Ok(Arc::clone(slot));
        }
        let mut slot = Slot::default();
        for arrival in logged(&self.settings.root, code)? {
            slot.held.insert((arrival.channel, arrival.delivery), arrival.sha256);
        }
        Ok(Arc::clone(lock(&self.slots).entry(code).or_insert_with(|| Arc::new(Mutex::new(slot)))))
    }
}

/// The lines of an authority's arrival log; a last line cut off by a kill is left out.
pub(super) fn logged(root: &Path, code: AuthorityId) -> io::Result<Vec<Arrival>> {
    match fs::read(root.join(code.as_str()).join("arrivals.jsonl")) {
        Ok(text) => {
            let lines = text.split(|byte| *byte == b'\n');
            Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A file that is received piece by piece; nothing of it shows until it is kept.
pub(super) struct Draft<'a> {
    shelf: &'a Shelf,
    context: Context,
    size: u64,
    file: Option<NamedTempFile>,
}

impl Draft<'_> {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.context.update(bytes);
        self.size += bytes.len() as u64;
        if self.shelf.settings.keep == Keep::DigestOnly {
            return Ok(());
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => NamedTempFile::new_in(self.shelf.settings.root.join(".incoming"))?,
        };
        let written = file.write_all(bytes);
        self.file = Some(file);
        written
    }

    /// The digest so far, and the bytes.
    pub(super) fn digest(&self) -> (String, u64) {
        (hex::encode(self.context.clone().finish()), self.size)
    }

    /// Puts the file in its place, over what is there. The place is asked for, and its folder made,
    /// only when bytes are kept at all.
    pub(super) fn keep(self, place: impl FnOnce() -> io::Result<PathBuf>) -> io::Result<()> {
        let Some(file) = self.file else { return Ok(()) };
        if self.shelf.settings.fsync {
            file.as_file().sync_all()?;
        }
        file.persist(place()?)?;
        Ok(())
    }
}
