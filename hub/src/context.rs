//! What all stages share: engines, tables, clock, key. Made once by `app`.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use adapters::Clamd;
use adapters::email::Mailer;
use adapters::registry::Adapters;
use adapters::sftp::Sftp;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use routing::Master;
use schemas::{Catalogue, CorporateNumber, Ledgers};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::broker::Broker;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::Directory;
use crate::metrics::Metrics;
use crate::objects::Objects;
use crate::prints::Prints;
use crate::signer::Signer;
use crate::store::{OperatorRow, Store, StoreError};

/// Shared by all stages of one process.
pub struct Context {
    /// The settings.
    pub config: Config,
    /// Time, ids, randomness.
    pub clock: Arc<Clock>,
    /// Everything durable.
    pub store: Store,
    /// Work messages.
    pub broker: Arc<dyn Broker>,
    /// Attachments.
    pub objects: Objects,
    /// What looks files through for malware, where that is configured.
    pub clamd: Option<Clamd>,
    /// The channels.
    pub adapters: Adapters,
    /// The SFTP channel once more, for collecting decisions.
    pub sftp: Arc<Sftp>,
    /// Mail to operators.
    pub mailer: Mailer,
    /// The routing tables.
    pub master: Arc<Master>,
    /// The forms.
    pub forms: Arc<Catalogue>,
    /// What authorities' ledgers take in.
    pub ledgers: Arc<Ledgers>,
    /// Prints of filings, those of late in memory.
    pub prints: Prints,
    /// How each authority is reached.
    pub directory: ArcSwap<Directory>,
    /// The hub's key.
    pub signer: Signer,
    /// Counters and histograms.
    pub metrics: Metrics,
    /// Hints for the scanner: a file is to be looked through.
    pub scan_asked: Notify,
    /// Hints for upkeep: something may have fallen due before the next round.
    pub hurry: Notify,
    /// Ends all stages, when what they have in hand is done.
    pub stop: CancellationToken,
    /// Ends what they have in hand too: it is given back.
    pub break_off: CancellationToken,
    /// Operators seen lately; changes by `todoke operator` are seen after [`OPERATOR_TTL_MS`].
    operators: Mutex<HashMap<CorporateNumber, (i64, Option<OperatorRow>)>>,
}

/// How long an operator's row may be remembered.
const OPERATOR_TTL_MS: i64 = 10_000;

/// The parts of a context that `app` opens.
pub struct Parts {
    /// See [`Context`].
    pub config: Config,
    /// See [`Context`].
    pub clock: Arc<Clock>,
    /// See [`Context`].
    pub store: Store,
    /// See [`Context`].
    pub broker: Arc<dyn Broker>,
    /// See [`Context`].
    pub objects: Objects,
    /// See [`Context`].
    pub clamd: Option<Clamd>,
    /// See [`Context`].
    pub adapters: Adapters,
    /// See [`Context`].
    pub sftp: Arc<Sftp>,
    /// See [`Context`].
    pub mailer: Mailer,
    /// See [`Context`].
    pub master: Arc<Master>,
    /// See [`Context`].
    pub forms: Arc<Catalogue>,
    /// See [`Context`].
    pub ledgers: Arc<Ledgers>,
    /// See [`Context`].
    pub signer: Signer,
    /// See [`Context`].
    pub stop: CancellationToken,
}

impl Context {
    /// Puts the parts together, keeps the profiles that may be planned with, reads the directory.
    pub async fn new(parts: Parts) -> Result<Arc<Self>, StoreError> {
        crate::recipe::keep_profiles(&parts.store, &parts.ledgers).await?;
        let directory = Directory::new(&parts.store.endpoints().await?);
        Ok(Arc::new(Self {
            clock: parts.clock,
            store: parts.store,
            broker: parts.broker,
            objects: parts.objects,
            clamd: parts.clamd,
            adapters: parts.adapters,
            sftp: parts.sftp,
            mailer: parts.mailer,
            master: parts.master,
            forms: parts.forms,
            ledgers: parts.ledgers,
            prints: Prints::new(parts.config.package.prints_bytes_max),
            directory: ArcSwap::from_pointee(directory),
            signer: parts.signer,
            metrics: Metrics::default(),
            scan_asked: Notify::new(),
            hurry: Notify::new(),
            stop: parts.stop,
            break_off: CancellationToken::new(),
            config: parts.config,
            operators: Mutex::default(),
        }))
    }

    /// An operator's row, from memory when it is fresh enough.
    pub async fn operator(
        &self,
        number: CorporateNumber,
    ) -> Result<Option<OperatorRow>, StoreError> {
        let now = self.clock.now_ms();
        {
            let known = self.operators.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, row)) = known.get(&number)
                && now - at < OPERATOR_TTL_MS
            {
                return Ok(row.clone());
            }
        }
        let row = self.store.operator(number).await?;
        let mut known = self.operators.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > 100_000 {
            known.clear();
        }
        known.insert(number, (now, row.clone()));
        Ok(row)
    }

    /// An operator's row has changed: what was remembered counts no more.
    pub fn forget_operator(&self, number: CorporateNumber) {
        self.operators.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    /// Reads the directory anew.
    pub async fn reload_directory(&self) -> Result<(), StoreError> {
        self.directory.store(Arc::new(Directory::new(&self.store.endpoints().await?)));
        Ok(())
    }

    /// Where packages that are too large for memory are built.
    pub fn spool_folder(&self) -> PathBuf {
        self.config.data.folder.join("spool")
    }

    /// Whether packages can be built there.
    pub fn check_spool(&self) -> std::io::Result<()> {
        tempfile::tempfile_in(self.spool_folder())?.write_all(&[0; 4_096])
    }

    /// An address of this hub's pages or API.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.config.http.public_url.trim_end_matches('/'))
    }
}

/// The day in Japan: deadlines and the master go by it.
pub fn day_in_japan(ms: i64) -> Date {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::fixed(jiff::tz::offset(9))).date()
}

/// The end of a day in Japan, in milliseconds.
pub fn end_in_japan(day: Date) -> Option<i64> {
    let midnight = day.tomorrow().ok()?.at(0, 0, 0, 0);
    jiff::tz::offset(9).to_timestamp(midnight).ok().map(Timestamp::as_millisecond)
}
