//! The store: every durable thing. Reads are on [`Store`], writes on a unit of work, [`Tx`].
//!
//! A message can only be enqueued on a [`Tx`], so publishing outside one does not compile. No unit
//! of work stays open across network I/O other than the store's own.
//!
//! * **To add a statement**: a file of the same name in `sqlite/sql` and `postgres/sql`, then a
//!   method here or in a sibling. It takes one JSON text, or on PostgreSQL one array per column;
//!   its rows are one JSON text each, or on PostgreSQL columns named as the fields. A test prepares
//!   every file on a freshly migrated database of its engine.
//! * **To change a table**: a new migration with the same number on both sides. Processes of the
//!   build before go on meanwhile: expand, move, contract (`deploy/README.md`, "Upgrading").

mod acts;
mod addresses;
mod amendments;
mod announcements;
mod backlog;
mod bulk;
mod chain;
mod checks;
mod contacts;
mod documents;
mod drafts;
pub mod embedded;
mod engine;
mod erasures;
mod exports;
mod figures;
mod filters;
mod followed;
mod handouts;
pub mod hours;
mod inbox;
mod limits;
mod months;
mod own;
mod parameters;
mod postgres;
mod processes;
mod proposals;
mod reads;
mod recent;
mod recipes;
mod redrives;
mod reminders;
mod retention;
mod rows;
mod scans;
mod sessions;
mod sqlite;
mod staff_acts;
mod stages;
mod stale;
mod statements;
mod sweep;
mod troubles;
mod uploads;
mod watches;
mod webhooks;
mod wishes;
mod words;
mod writes;

use std::sync::Arc;

use schemas::message::{Message, MessageError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::migrate::{MigrateError, Migrator};
use tokio::sync::mpsc;
use uuid::Uuid;

pub use acts::{Colleague, Like};
pub use addresses::{AddressActRow, LetterRow};
pub use amendments::AmendmentRow;
pub use announcements::{AnnouncementAct, AnnouncementActRow, AnnouncementFilter, AnnouncementRow};
pub use backlog::Backlog;
pub use bulk::{BulkCounts, BulkLine, BulkRow, LineFilter};
pub use chain::{Chain, ChainBreak, NewEvent, event_hash, verify_chain};
pub use checks::{CheckRow, CheckState, Purge};
pub use contacts::ContactRow;
pub use documents::{Audience, DocumentEnd, DocumentFilter, DocumentKind, DocumentRow};
pub use drafts::{DraftRow, FiledPapers, NamedOffices};
pub use embedded::KeptObject;
pub use engine::StoreError;
use engine::{Answer, Engine, EngineTx, Sql};
pub use erasures::{Erased, ErasedRow, ErasureRow, ErasureState, StubRow};
pub use exports::{DueExport, ExportRow, ExportedRow, FetchRow};
pub use figures::{CountedDelivery, CountedTries, FigureRow, FixedRow, MonthCountRow, ids_between};
pub use filters::FilterRow;
pub use followed::{Undecided, UndecidedFiling};
pub use handouts::{FailedHandout, HandoutRow, HandoutState, HandoutWay};
pub use inbox::{InboxCounts, InboxFilter};
pub use limits::{MigrateLimits, StoreLimits};
pub use months::{Months, Part};
pub use own::OwnFilter;
use parameters::Parameters;
pub use processes::ProcessRow;
pub use proposals::{ProposalRow, ProposalState};
pub use reads::{DeliveryCount, Filter, IdempotentRow, LaneLoad, Totals};
pub use recent::RecentTry;
pub use redrives::{ItemState, RedriveItemRow, RedriveRow, RedriveState};
pub use reminders::{RemindedRow, ReminderRow, ReminderState, ReminderStep, StillUnread, Unread};
pub use retention::{Batch, Due, Erasable, Kept, Mark, Term};
pub use rows::{
    ActRow, ApiKeyRow, AttachmentRow, AttemptRow, DeadLetterRow, DecisionRow, EndpointRow,
    EventRow, FilingRow, HeadRow, InboxRow, NoticeRow, OperatorRow, OutboxRow, ParcelRow, PrintRow,
    ProfileRow, RevisionRow, SessionRow,
};
pub use scans::{ScanCounts, ScanLine, ScanRow, ScanState};
pub use staff_acts::{StaffAct, StaffActFilter, StaffActRow, StaffActsBroken, StaffActsHead};
pub use stages::{StageRow, StageToldRow};
pub use stale::StaleAfter;
pub use statements::{AnswerRow, BroughtRow, StatementLine, StatementRow};
pub use troubles::{Choice, Chosen, Trouble, TroubleFilter};
pub use uploads::{PieceRow, UploadRow};
pub use watches::{
    AlertRow, AlertState, Look, ProbeRow, UnansweredLane, WatchFilter, WatchedDelivery,
};
pub use webhooks::{FailedPostRow, WebhookActRow};
pub use wishes::{AskedRow, WishRow};
pub use words::{FiledText, WordPass, WordRow};

use crate::clock::Clock;

/// Where commits hand their messages over to.
#[derive(Debug, Clone)]
struct HandOver {
    relay: mpsc::UnboundedSender<Vec<OutboxRow>>,
    /// How long the relay keeps a message to itself, in milliseconds.
    claim_ms: i64,
}

/// Everything durable, behind one of two engines.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    clock: Arc<Clock>,
    /// The relay of this process: gets messages with their commit, without asking the tables.
    relay: Option<HandOver>,
    embedded: bool,
    limits: MigrateLimits,
    /// Which rows of counts this process adds to.
    slot: i32,
}

impl Store {
    /// Opens what the URL names: `sqlite:PATH` or `postgres://…`. A number alone is of connections.
    pub async fn open(
        url: &str,
        limits: impl Into<StoreLimits>,
        clock: Arc<Clock>,
    ) -> Result<Self, StoreError> {
        let file = embedded::file(url);
        let embedded = file.is_some();
        let engine: Arc<dyn Engine> = if let Some(file) = file {
            Arc::new(sqlite::Sqlite::open(&file).await?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Arc::new(postgres::PostgresEngine::open(url, limits.into()).await?)
        } else {
            return Err(StoreError::Open(
                "store.url: write sqlite:PATH for the embedded store or \
                 postgres://USER:PASSWORD@HOST:PORT/DATABASE"
                    .into(),
            ));
        };
        let slot = hours::slot();
        Ok(Self { engine, clock, relay: None, embedded, limits: MigrateLimits::default(), slot })
    }

    /// The same store, handing each commit's messages to a relay in this process, which keeps them
    /// to itself for a while.
    #[must_use]
    pub fn with_relay(
        mut self,
        relay: mpsc::UnboundedSender<Vec<OutboxRow>>,
        claim_ms: i64,
    ) -> Self {
        self.relay = Some(HandOver { relay, claim_ms });
        self
    }

    /// The same store, bringing its tables up within other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: MigrateLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The same store as a process with another clock sees it, to which no relay belongs yet: a
    /// simulation lets several processes share one engine.
    #[must_use]
    pub fn beside(&self, clock: Arc<Clock>) -> Self {
        Self { clock, relay: None, ..self.clone() }
    }

    /// Whether this is the embedded engine, which one process has to itself.
    pub fn is_embedded(&self) -> bool {
        self.embedded
    }

    /// Brings the tables up to this build. Safe to call at every start; tables of a newer build are
    /// left as they are.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.bring_up(self.engine.migrations()).await
    }

    /// The same by the migrations of another build: what a newer one does beside this one.
    pub async fn bring_up(&self, by: &Migrator) -> Result<(), StoreError> {
        refuse_newer(&versions(by), &self.engine.applied().await?)?;
        self.engine.migrate(by, self.limits).await
    }

    /// Whether the tables are those of this build; changes nothing.
    pub async fn check_tables(&self) -> Result<(), StoreError> {
        let (known, applied) = (versions(self.engine.migrations()), self.engine.applied().await?);
        refuse_newer(&known, &applied)?;
        let missing = known.into_iter().filter(|version| !applied.contains(version));
        let missing: Vec<_> = missing.map(|version| version.to_string()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(StoreError::Open(format!(
            "store.url: the tables lack migration {} of this build: run `todoke migrate`, or set \
             store.migrate_at_start to true",
            missing.join(", ")
        )))
    }

    /// Whether it answers and takes writes.
    pub async fn check(&self) -> Result<(), StoreError> {
        let answers: Vec<Option<String>> = self.read(engine::sql!("ping"), &"").await?;
        match answers.into_iter().flatten().next() {
            Some(why) => Err(StoreError::Away(why)),
            None => Ok(()),
        }
    }

    /// The engine, and which server serves at this moment, for people.
    pub fn place(&self) -> String {
        self.engine.place()
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// Begins a unit of work.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let engine = self.engine.begin().await?;
        Ok(Tx {
            engine,
            clock: Arc::clone(&self.clock),
            relay: self.relay.clone(),
            messages: Vec::new(),
            slot: self.slot,
            hours: hours::Added::new(),
        })
    }

    async fn read<T: DeserializeOwned>(
        &self,
        sql: &Sql,
        args: &(impl Serialize + ?Sized),
    ) -> Result<Vec<T>, StoreError> {
        let args = parameters(sql, self.engine.text(sql), args)?;
        read(sql, self.engine.rows(sql, args).await?)
    }
}

/// A unit of work: what it writes becomes durable together, or not at all.
pub struct Tx {
    engine: Box<dyn EngineTx>,
    clock: Arc<Clock>,
    relay: Option<HandOver>,
    messages: Vec<OutboxRow>,
    slot: i32,
    hours: hours::Added,
}

impl Tx {
    /// Sends a message when, and only when, this unit of work is committed.
    pub fn enqueue<M: Message>(
        &mut self,
        exchange: &str,
        routing_key: impl Into<String>,
        message: &M,
    ) -> Result<(), MessageError> {
        let claim = self.relay.as_ref().map(|to| self.clock.now_ms() + to.claim_ms);
        self.messages.push(OutboxRow {
            id: self.clock.id(),
            exchange: exchange.to_owned(),
            routing_key: routing_key.into(),
            body: hex::encode(message.encode()?),
            claimed_until: claim.unwrap_or(0),
            trace: message.trace().map(str::to_owned),
        });
        Ok(())
    }

    /// Makes all of it durable, then hands the messages to the relay.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if !self.messages.is_empty() {
            let messages = std::mem::take(&mut self.messages);
            self.run(engine::sql!("insert_outbox"), &messages).await?;
            self.messages = messages;
        }
        self.add_hours().await?;
        self.engine.commit().await?;
        if let Some(HandOver { relay, .. }) = self.relay
            && !self.messages.is_empty()
        {
            // A relay that has stopped is no loss: the rows stay, and their claim ends.
            drop(relay.send(self.messages));
        }
        Ok(())
    }

    async fn read<T: DeserializeOwned>(
        &mut self,
        sql: &Sql,
        args: &(impl Serialize + ?Sized),
    ) -> Result<Vec<T>, StoreError> {
        let args = parameters(sql, self.engine.text(sql), args)?;
        read(sql, self.engine.rows(sql, args).await?)
    }

    async fn run(
        &mut self,
        sql: &Sql,
        args: &(impl Serialize + ?Sized),
    ) -> Result<u64, StoreError> {
        let args = parameters(sql, self.engine.text(sql), args)?;
        self.engine.run(sql, args).await
    }

    /// Writes all rows, or none when one of them is not there to be written.
    async fn run_all<T: Serialize>(&mut self, sql: &Sql, rows: &[T]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let touched = self.run(sql, rows).await?;
        let expected = rows.len() as u64;
        if touched != expected {
            return Err(StoreError::Count { statement: sql.name, touched, expected });
        }
        Ok(())
    }
}

fn parameters(
    sql: &Sql,
    text: &str,
    args: &(impl Serialize + ?Sized),
) -> Result<Parameters, StoreError> {
    Parameters::of(text, args).map_err(|source| StoreError::Row { statement: sql.name, source })
}

fn read<T: DeserializeOwned>(sql: &Sql, rows: Vec<Answer>) -> Result<Vec<T>, StoreError> {
    rows.into_iter()
        .map(Answer::read)
        .collect::<Result<_, _>>()
        .map_err(|source| StoreError::Row { statement: sql.name, source })
}

fn migration_problem(error: &MigrateError) -> StoreError {
    let text = format!("store.url: the tables cannot be brought up to this build: {error}");
    if let MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) = error
        && engine::is_away(source)
    {
        return StoreError::Away(text);
    }
    StoreError::Open(format!(
        "{text}; run `todoke migrate` with a build at least as new as the one that last used this \
         store"
    ))
}

fn versions(of: &Migrator) -> Vec<i64> {
    of.iter().map(|migration| migration.version).collect()
}

fn refuse_newer(known: &[i64], applied: &[i64]) -> Result<(), StoreError> {
    let newest = known.last().copied().unwrap_or_default();
    let Some(newer) = applied.last().filter(|version| **version > newest) else { return Ok(()) };
    Err(StoreError::Open(format!(
        "store.url: the tables are of a newer build (migration {newer}; this build knows up to \
         {newest}), and nothing was changed: start a build at least as new, or restore a backup \
         of before"
    )))
}

/// The id of a message or row, as the tables sort it.
pub type RowId = Uuid;
