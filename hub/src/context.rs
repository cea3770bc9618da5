//! What all stages share: engines, tables, clock, key. Made once by `app`.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapters::Clamd;
use adapters::api::Webhook;
use adapters::email::Mailer;
use adapters::registry::Adapters;
use adapters::sftp::Sftp;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use routing::{Amendment, Cells, Master};
use schemas::deadline::Calendar;
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
use crate::trace::Spans;

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
    /// Notices to operators' own systems.
    pub webhook: Webhook,
    /// The routing tables as they are built in.
    base: Arc<Master>,
    /// The same with what was changed since.
    master: ArcSwap<Master>,
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
    /// Where it is told what was done under which trace.
    pub spans: Spans,
    /// Hints for the scanner: a file is to be looked through.
    pub scan_asked: Notify,
    /// Hints for upkeep: something may have fallen due before the next round.
    pub hurry: Notify,
    /// Ends all stages, when what they have in hand is done.
    pub stop: CancellationToken,
    /// Ends what they have in hand too: it is given back.
    pub break_off: CancellationToken,
    operators: Remembered<Option<OperatorRow>>,
    recipients: Remembered<Vec<String>>,
}

/// What is known of operators seen lately; changes by other processes are seen after
/// [`REMEMBERED_MS`].
struct Remembered<T>(Mutex<HashMap<CorporateNumber, (i64, T)>>);

/// How long something of an operator may be remembered.
const REMEMBERED_MS: i64 = 10_000;

/// Operators that are remembered at most.
const REMEMBERED_MAX: usize = 100_000;

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
    pub webhook: Webhook,
    /// See [`Context`].
    pub master: Arc<Master>,
    /// See [`Context`].
    pub forms: Arc<Catalogue>,
    /// See [`Context`].
    pub ledgers: Arc<Ledgers>,
    /// See [`Context`].
    pub signer: Signer,
    /// See [`Context`].
    pub metrics: Metrics,
    /// See [`Context`].
    pub spans: Spans,
    /// See [`Context`].
    pub stop: CancellationToken,
}

impl Context {
    /// Puts the parts together, keeps the profiles that may be planned with, reads the directory.
    pub async fn new(parts: Parts) -> Result<Arc<Self>, StoreError> {
        crate::recipe::keep_profiles(&parts.store, &parts.ledgers).await?;
        let directory = Directory::new(&parts.store.endpoints().await?);
        let master = amended(&parts.master, &parts.store).await?;
        Ok(Arc::new(Self {
            clock: parts.clock,
            store: parts.store,
            broker: parts.broker,
            objects: parts.objects,
            clamd: parts.clamd,
            adapters: parts.adapters,
            sftp: parts.sftp,
            mailer: parts.mailer,
            webhook: parts.webhook,
            base: parts.master,
            master: ArcSwap::from_pointee(master),
            forms: parts.forms,
            ledgers: parts.ledgers,
            prints: Prints::new(parts.config.package.prints_bytes_max),
            directory: ArcSwap::from_pointee(directory),
            signer: parts.signer,
            metrics: parts.metrics,
            spans: parts.spans,
            scan_asked: Notify::new(),
            hurry: Notify::new(),
            stop: parts.stop,
            break_off: CancellationToken::new(),
            config: parts.config,
            operators: Remembered::default(),
            recipients: Remembered::default(),
        }))
    }

    /// An operator's row, from memory when it is fresh enough.
    pub async fn operator(
        &self,
        number: CorporateNumber,
    ) -> Result<Option<OperatorRow>, StoreError> {
        let now = self.clock.now_ms();
        if let Some(row) = self.operators.get(number, now) {
            return Ok(row);
        }
        let row = self.store.operator(number).await?;
        self.operators.keep(number, now, row.clone());
        Ok(row)
    }

    /// Everywhere that an operator's notices go, from memory when it is fresh enough: a mail
    /// address, and [`WEBHOOK`](crate::notices::WEBHOOK).
    pub async fn recipients(&self, number: CorporateNumber) -> Result<Vec<String>, StoreError> {
        let now = self.clock.now_ms();
        if let Some(recipients) = self.recipients.get(number, now) {
            return Ok(recipients);
        }
        let recipients = self.store.recipients(number).await?;
        self.recipients.keep(number, now, recipients.clone());
        Ok(recipients)
    }

    /// An operator's row or webhook has changed: what was remembered counts no more.
    pub fn forget_operator(&self, number: CorporateNumber) {
        self.operators.forget(number);
        self.recipients.forget(number);
    }

    /// Reads the directory anew.
    pub async fn reload_directory(&self) -> Result<(), StoreError> {
        self.directory.store(Arc::new(Directory::new(&self.store.endpoints().await?)));
        Ok(())
    }

    /// The routing tables as they are at this moment. Who asks twice may get two: whatever belongs
    /// together is asked of one.
    pub fn master(&self) -> Arc<Master> {
        self.master.load_full()
    }

    /// Takes amendments over that were made since, here or in another process.
    pub async fn reload_master(&self) -> Result<(), StoreError> {
        if self.store.last_amendment().await? != self.master.load().last_amendment() {
            let master = amended(&self.base, &self.store).await?;
            tracing::info!(master.version = master.version(), "the master was amended");
            self.master.store(Arc::new(master));
        }
        Ok(())
    }

    /// Until the stop: takes over what other processes have changed, every so often.
    pub async fn keep_up(self: Arc<Self>) {
        let every = Duration::from_millis(self.config.master.look_ms);
        while self.stop.run_until_cancelled(tokio::time::sleep(every)).await.is_some() {
            if let Err(error) = self.reload_master().await {
                tracing::warn!(%error, "it cannot be read whether the master was amended");
            }
            if let Err(error) = self.reload_directory().await {
                tracing::warn!(%error, "it cannot be read how authorities are reached");
            }
        }
    }

    /// Where packages that are too large for memory are built.
    pub fn spool_folder(&self) -> PathBuf {
        self.config.data.folder.join("spool")
    }

    /// Whether packages can be built there.
    pub fn check_spool(&self) -> std::io::Result<()> {
        try_folder(&self.spool_folder())
    }

    /// An address of this hub's pages or API.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.config.http.public_url.trim_end_matches('/'))
    }
}

/// The built-in tables with all that the store has laid over them.
async fn amended(base: &Master, store: &Store) -> Result<Master, StoreError> {
    Ok(laid_over(base, &store.amendments().await?))
}

/// A table with amendments, given as they were made at once. What a new build's tables refuse is
/// left out, and known all the same: the hub goes on without it. Of unions, what was made at once
/// stays together: who left one and joined another does neither, or both.
fn laid_over(base: &Master, made: &[Vec<Amendment>]) -> Master {
    let error = match base.amended(&made.concat()) {
        Ok(master) => return master,
        Err(error) => error,
    };
    if let [at_once] = made {
        if at_once.len() > 1 && !at_once.iter().any(|it| it.authority.is_union()) {
            let each: Vec<_> = at_once.iter().map(|it| vec![it.clone()]).collect();
            return laid_over(base, &each);
        }
        for Amendment { number, authority, .. } in at_once {
            tracing::error!(number, %authority, %error, "an amendment does not fit the tables");
        }
        let nothing = |it: &Amendment| Amendment { cells: Cells::new(), ..it.clone() };
        let nothing: Vec<_> = at_once.iter().map(nothing).collect();
        return base.amended(&nothing).unwrap_or_else(|_| base.clone());
    }
    let (earlier, later) = made.split_at(made.len() / 2);
    laid_over(&laid_over(base, earlier), later)
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Remembered<T> {
    fn get(&self, number: CorporateNumber, now: i64) -> Option<T> {
        let known = self.lock();
        let (at, value) = known.get(&number)?;
        (now - at < REMEMBERED_MS).then(|| value.clone())
    }

    fn keep(&self, number: CorporateNumber, now: i64, value: T) {
        let mut known = self.lock();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(number, (now, value));
    }

    fn forget(&self, number: CorporateNumber) {
        self.lock().remove(&number);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CorporateNumber, (i64, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a file can be written in a folder; one without bytes has room on a full disk, too.
pub(crate) fn try_folder(folder: &Path) -> std::io::Result<()> {
    tempfile::tempfile_in(folder)?.write_all(&[0; 4_096])
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

/// The day so many business days before one; none: the day itself.
pub fn open_day_before(calendar: &Calendar, day: Date, count: usize) -> Date {
    let days = std::iter::successors(Some(day), |day| day.yesterday().ok()).skip(1);
    let mut open = days.filter(|day| calendar.is_open(*day));
    count.checked_sub(1).and_then(|last| open.nth(last)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use schemas::Catalogue;

    use super::*;

    #[test]
    fn an_amendment_that_does_not_fit_is_left_out_and_the_others_hold() {
        let base = Master::embedded().expect("a master");
        let day = date(2026, 8, 1);
        let authority = "011002".parse().expect("a code");
        let one = |number, column: &str, cell: &str| {
            let cells = Cells::from([(column.to_owned(), cell.to_owned())]);
            Amendment { number, authority, valid_from: day, cells }
        };
        let all =
            [one(1, "status", "closed"), one(2, "launch_period", "8"), one(3, "status", "shut")];
        for made in [all.clone().map(|it| vec![it]).to_vec(), vec![all.to_vec()]] {
            let master = laid_over(&base, &made);
            assert_eq!(master.last_amendment(), 3, "or it would be read anew again and again");
            let cells = master.cells(authority, day).expect("a row");
            assert_eq!((&*cells["status"], &*cells["launch_period"]), ("closed", "5"));
        }
    }

    #[test]
    fn who_leaves_a_union_for_one_that_does_not_fit_stays() {
        let base = Master::embedded().expect("a master");
        let day = date(2026, 8, 1);
        let (left, joined) = ("U01001".parse().expect("an id"), "U01002".parse().expect("an id"));
        let of = |code| base.cells(code, day).expect("a row")["members"].clone();
        let (was, to) = (of(left), of(joined));
        let (gone, rest) = was.split_once(';').expect("two members");
        let member = gone.parse().expect("a code");
        let members = |number, authority, cell: String| {
            let cells = Cells::from([("members".to_owned(), cell)]);
            Amendment { number, authority, valid_from: day, cells }
        };
        let loss = members(1, left, rest.to_owned());
        // As if the build's tables knew the member no more.
        let gain = members(2, joined, format!("{to};{gone};990009"));
        let note = |number| {
            let cells = Cells::from([("alternative_note".to_owned(), "counter".to_owned())]);
            Amendment { number, authority: member, valid_from: day, cells }
        };
        let master = laid_over(&base, &[vec![loss.clone(), gain], vec![note(3)]]);
        assert_eq!(master.last_amendment(), 3);
        assert_eq!(master.cells(left, day).expect("a row")["members"], was);
        assert_eq!(master.cells(joined, day).expect("a row")["members"], to);
        assert_eq!(master.cells(member, day).expect("a row")["alternative_note"], "counter");
        let gain = members(2, joined, format!("{to};{gone}"));
        let odd = note(3);
        let odd = Amendment { cells: Cells::from([("status".into(), "shut".into())]), ..odd };
        let master = laid_over(&base, &[vec![loss, gain], vec![odd]]);
        assert_eq!(master.last_amendment(), 3);
        assert_eq!(master.cells(left, day).expect("a row")["members"], rest);
        assert_eq!(master.cells(joined, day).expect("a row")["members"], format!("{to};{gone}"));
    }

    #[test]
    fn business_days_pass_over_weekends_and_holidays() {
        let catalogue = Catalogue::embedded().expect("a catalogue");
        let calendar = catalogue.deadlines().calendar();
        // 2026-07-20 is a Monday and 海の日.
        for (day, count, before) in [
            (date(2026, 7, 21), 0, date(2026, 7, 21)),
            (date(2026, 7, 21), 1, date(2026, 7, 17)),
            (date(2026, 7, 21), 3, date(2026, 7, 15)),
            (date(2026, 7, 18), 1, date(2026, 7, 17)),
        ] {
            assert_eq!(open_day_before(calendar, day, count), before, "{day} {count}");
        }
    }
}
