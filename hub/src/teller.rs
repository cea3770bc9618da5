//! Teller: hands the statement of a day to an authority that asked for it, as a file over SFTP or
//! by mail.
//!
//! Reads and writes `statement_handouts`, which upkeep makes when it writes a day down. By lease,
//! with the ladder of mails, and under a name that is a function of authority and day: a repeat
//! finds what lies there. A stage of its own, because a server that is away takes its time.

use std::sync::Arc;
use std::time::Duration;

use adapters::{Endpoint, Sealed};
use bytes::Bytes;
use futures::StreamExt;
use schemas::{Channel, Outcome, Owner, Why};

use crate::context::{Context, day_in_japan};
use crate::notices::{Tried, tried};
use crate::retry::Reconnect;
use crate::statements::{Statement, StatementProblem, handout};
use crate::store::{HandoutRow, HandoutState, HandoutWay, StoreError};

/// Statements claimed in one step, and under way at once, at most.
const AT_ONCE: usize = 8;

/// Longest rest while what was handed out cannot be recorded.
const REST_MAX: Duration = Duration::from_secs(2);

/// Hands statements out.
pub struct Teller {
    ctx: Arc<Context>,
}

impl Teller {
    /// A teller.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx }
    }

    /// Until the stop: a step, then a rest when there is no more to do.
    pub async fn run(self) {
        let stop = self.ctx.stop.clone();
        let rest = Duration::from_millis(self.ctx.config.reconciliation.look_ms);
        while !stop.is_cancelled() {
            match self.step().await {
                Ok(count) if count > 0 => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "statements are not handed out; trying again");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Hands out what is due, up to one batch. Tells how many it tried.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let now = self.ctx.clock.now_ms();
        let lease = (now, now + self.ctx.config.notices.lease_ms);
        let mut tx = self.ctx.store.begin().await?;
        let claimed = tx.claim_handouts(lease, AT_ONCE).await?;
        if claimed.is_empty() {
            return Ok(0);
        }
        tx.commit().await?;
        let tries = claimed.into_iter().map(|row| self.settled(row));
        let settled: Vec<_> =
            futures::stream::iter(tries).buffer_unordered(AT_ONCE).collect().await;
        self.record_until_done(&settled).await;
        Ok(settled.len())
    }

    /// A store that is away for a while must not cost a second mail: the leases are long.
    async fn record_until_done(&self, settled: &[HandoutRow]) {
        let mut reconnect = Reconnect::default();
        while let Err(error) = self.record(settled).await {
            tracing::error!(%error, "what became of statements is not recorded; trying again");
            if self.ctx.stop.is_cancelled() {
                return;
            }
            tokio::time::sleep(reconnect.next_wait().min(REST_MAX)).await;
        }
    }

    async fn record(&self, settled: &[HandoutRow]) -> Result<(), StoreError> {
        let mut tx = self.ctx.store.begin().await?;
        tx.save_handouts(settled).await?;
        tx.commit().await
    }

    /// Tries one and says what became of it.
    async fn settled(&self, mut row: HandoutRow) -> HandoutRow {
        // Half of the lease: nobody else has it before this try is over.
        let lease_ms = u64::try_from(self.ctx.config.notices.lease_ms).unwrap_or_default();
        let limit = Duration::from_millis(lease_ms / 2);
        let outcome = match tokio::time::timeout(limit, Box::pin(self.hand_out(&row))).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(why)) => Outcome::Refused { why },
            Err(_) => Outcome::Unknown {
                why: Why::new(
                    "handout_late",
                    Owner::Network,
                    "it took too long, and is tried again",
                ),
            },
        };
        row.tries += 1;
        let why = match tried(&self.ctx, row.tries, outcome) {
            Tried::Sent => {
                (row.state, row.sent_at) = (HandoutState::Sent, Some(self.ctx.clock.now_ms()));
                (row.next_try_at, row.why) = (None, None);
                return row;
            }
            Tried::Again(at, why) => {
                row.next_try_at = Some(at);
                why
            }
            Tried::Failed(why) => {
                (row.state, row.next_try_at) = (HandoutState::Failed, None);
                row.failed_at.get_or_insert(self.ctx.clock.now_ms());
                why
            }
        };
        let again = row.next_try_at.is_some();
        tracing::warn!(
            authority.code = %row.authority, day = %row.day, code = why.code, again,
            "a statement was not handed out"
        );
        row.why = Some(serde_json::to_string(&why).unwrap_or_default());
        row
    }

    /// One try; an error is not tried again.
    async fn hand_out(&self, row: &HandoutRow) -> Result<Outcome, Why> {
        let ctx = &self.ctx;
        let own = |what: &dyn std::fmt::Display| {
            Why::new("statement_not_made", Owner::Hub, what.to_string())
        };
        let statement = match Statement::read(ctx, row.authority, row.day).await {
            Ok(statement) => statement,
            Err(problem @ StatementProblem::TooLarge(_)) => return Err(own(&problem)),
            Err(problem) => {
                return Ok(Outcome::Deferred { why: own(&problem), not_before: None });
            }
        };
        let file = Bytes::from(statement.file(ctx).map_err(|error| own(&error))?);
        match row.way {
            HandoutWay::Sftp => self.put(&statement, file).await,
            HandoutWay::Email => self.mail(&statement, file).await,
        }
    }

    async fn put(&self, statement: &Statement, file: Bytes) -> Result<Outcome, Why> {
        let directory = self.ctx.directory.load_full();
        match directory.endpoint(statement.authority, Channel::Sftp) {
            Some(Endpoint::Sftp(config)) => {
                let (name, file) = (statement.file_name("json"), Sealed::in_memory(file));
                Ok(self.ctx.sftp.put(config, &name, &file).await)
            }
            Some(Endpoint::Api(_) | Endpoint::Email(_) | Endpoint::Pull(_)) | None => {
                let what = "the authority has no SFTP endpoint any more; set one, or choose mail";
                Err(Why::new("handout_no_endpoint", Owner::Hub, what))
            }
        }
    }

    async fn mail(&self, statement: &Statement, file: Bytes) -> Result<Outcome, Why> {
        let own = |error: &dyn std::fmt::Display| {
            Why::new("mail_not_rendered", Owner::Hub, error.to_string())
        };
        let today = day_in_japan(self.ctx.clock.now_ms());
        let contacts = self.ctx.store.contacts_on(today, Some(statement.authority)).await;
        let contacts = match contacts {
            Ok(contacts) => contacts,
            Err(error) => return Ok(Outcome::Deferred { why: own(&error), not_before: None }),
        };
        let Some(to) = contacts.into_iter().find_map(|contact| contact.mail) else {
            let what = "no address is known of the authority; enter one on its page of contacts";
            return Err(Why::new("handout_no_address", Owner::Authority, what));
        };
        let mail = handout::letter(&self.ctx, (statement, file), &to).map_err(|e| own(&e))?;
        Ok(self.ctx.mailer.send(&mail).await)
    }
}
