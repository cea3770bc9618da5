//! Reminder: tells by mail what arrived and nobody has opened: the authority, then its prefecture,
//! then operations. And tells operations what had failed and arrived since (`fixed.rs`), and whose
//! turn it is what stages of onboarding are due (`stages.rs`).
//!
//! Reads `deliveries` and `contacts`; writes `reminders` and `reminded`. On each business day one
//! mail to each of all that is due together, so that a storm is a mail to each and no more; a
//! delivery is in one mail of each step. What was opened is left out when a mail goes out. Sent as
//! notices are: by lease, with their ladder, under one id. A stage of its own, because a relay
//! that is away takes its time.

mod due;
pub(crate) mod fixed;
mod letter;
pub(crate) mod stages;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::civil::Date;
use schemas::{Outcome, Owner, Why};

use crate::context::Context;
use crate::notices::{Tried, tried};
use crate::retry::Reconnect;
use crate::store::{ReminderRow, ReminderState, StoreError};
use due::{Pass, is_time};

/// Mails made in one step, and claimed for sending, at most.
const BATCH_MAX: usize = 64;

/// Longest rest while what was sent cannot be recorded.
const REST_MAX: Duration = Duration::from_secs(2);

/// Tells of what lies unread.
pub struct Reminder {
    ctx: Arc<Context>,
    pass: Option<Pass>,
    /// The day whose mails are made.
    done: Option<Date>,
    /// The day whose mail about what had failed is made, or not needed.
    fixed: Option<Date>,
    /// The day whose mails about stages are made.
    stages: Option<Date>,
}

impl Reminder {
    /// A reminder.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx, pass: None, done: None, fixed: None, stages: None }
    }

    /// Until the stop: a step, then a rest when there is no more to do.
    pub async fn run(mut self) {
        let stop = self.ctx.stop.clone();
        let rest = Duration::from_millis(self.ctx.config.reminders.look_ms);
        while !stop.is_cancelled() {
            match self.step().await {
                Ok(moved) if moved > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "reminders met an error; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Makes some mails and sends some. Tells how much moved.
    pub async fn step(&mut self) -> Result<usize, StoreError> {
        let made = self.make().await;
        if made.is_err() {
            // What was made stays so; the pass begins anew.
            self.pass = None;
        }
        let made = made?;
        self.make_fixed().await?;
        let made = made + self.make_stages().await?;
        Ok(made + self.send().await?)
    }

    async fn make_fixed(&mut self) -> Result<(), StoreError> {
        let today = fixed::is_time(&self.ctx, self.ctx.clock.now_ms());
        if let Some(day) = today.filter(|day| self.fixed != Some(*day)) {
            fixed::make(&self.ctx, day).await?;
            self.fixed = Some(day);
        }
        Ok(())
    }

    async fn make_stages(&mut self) -> Result<usize, StoreError> {
        let today = stages::is_time(&self.ctx, self.ctx.clock.now_ms());
        let Some(day) = today.filter(|day| self.stages != Some(*day)) else { return Ok(0) };
        let made = stages::make(&self.ctx, day).await?;
        self.stages = Some(day);
        Ok(made)
    }

    async fn make(&mut self) -> Result<usize, StoreError> {
        let Some(today) = is_time(&self.ctx, self.ctx.clock.now_ms()) else { return Ok(0) };
        if self.done == Some(today) {
            return Ok(0);
        }
        let mut pass = match self.pass.take().filter(|pass| pass.day == today) {
            Some(pass) => pass,
            None => Pass::new(&self.ctx, today).await?,
        };
        for looked in 0..BATCH_MAX {
            if !pass.step(&self.ctx).await? {
                self.done = Some(today);
                return Ok(looked);
            }
        }
        self.pass = Some(pass);
        Ok(BATCH_MAX)
    }

    async fn send(&self) -> Result<usize, StoreError> {
        let now = self.ctx.clock.now_ms();
        let lease = (now, now + self.ctx.config.notices.lease_ms);
        let mut tx = self.ctx.store.begin().await?;
        let claimed = tx.claim_reminders(lease, BATCH_MAX).await?;
        if claimed.is_empty() {
            return Ok(0);
        }
        tx.commit().await?;
        let parallel = self.ctx.config.mail.connections_max.max(1);
        let sends = claimed.into_iter().map(|row| self.settled(row));
        let sent: Vec<_> = futures::stream::iter(sends).buffer_unordered(parallel).collect().await;
        self.record_until_done(&sent).await;
        Ok(sent.len())
    }

    /// A store that is away for a while must not cost a second mail: the leases are long.
    async fn record_until_done(&self, sent: &[ReminderRow]) {
        let mut reconnect = Reconnect::default();
        while let Err(error) = self.record(sent).await {
            tracing::error!(%error, "what became of reminders is not recorded yet; trying again");
            if self.ctx.stop.is_cancelled() {
                return;
            }
            tokio::time::sleep(reconnect.next_wait().min(REST_MAX)).await;
        }
    }

    async fn record(&self, sent: &[ReminderRow]) -> Result<(), StoreError> {
        let mut tx = self.ctx.store.begin().await?;
        tx.save_reminders(sent).await?;
        tx.commit().await
    }

    /// Tries one and says what became of it.
    async fn settled(&self, mut row: ReminderRow) -> ReminderRow {
        let now = self.ctx.clock.now_ms();
        row.lease_until = None;
        let outcome = match self.post(&row).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => {
                row.state = ReminderState::Over;
                return row;
            }
            Err(error) => {
                tracing::warn!(reminder.id = row.id, %error, "a reminder waits for the store");
                row.state = ReminderState::Waiting;
                row.next_attempt_at = Some(now);
                return row;
            }
        };
        row.tries += 1;
        let why = match tried(&self.ctx, row.tries, outcome) {
            Tried::Sent => {
                (row.state, row.sent_at, row.why) = (ReminderState::Sent, Some(now), None);
                return row;
            }
            Tried::Again(at, why) => {
                (row.state, row.next_attempt_at) = (ReminderState::Waiting, Some(at));
                why
            }
            Tried::Failed(why) => {
                row.state = ReminderState::Failed;
                why
            }
        };
        let again = row.state == ReminderState::Waiting;
        tracing::warn!(reminder.id = row.id, code = why.code, again, "a reminder was not sent");
        row.why = serde_json::to_string(&why).ok();
        row
    }

    /// One try; none when there is nothing left to tell.
    async fn post(&self, row: &ReminderRow) -> Result<Option<Outcome>, StoreError> {
        let Some(to) = row.mail.as_deref() else { return Ok(None) };
        let mail = if row.addressee == fixed::FIXED {
            let about = fixed::fixed(&self.ctx, row.made_at).await?;
            (!about.is_empty()).then(|| fixed::letter(&self.ctx, (row, to), &about))
        } else if stages::is_about(&row.id) {
            let about = stages::still(&self.ctx, &row.id).await?;
            (!about.is_empty()).then(|| stages::letter(&self.ctx, (row, to), &about))
        } else {
            let still = self.ctx.store.reminded_still(&row.id).await?;
            (!still.is_empty()).then(|| letter::letter(&self.ctx, (row, to), &still))
        };
        let Some(mail) = mail else { return Ok(None) };
        Ok(Some(match mail {
            Ok(mail) => self.ctx.mailer.send(&mail).await,
            Err(error) => {
                let why = Why::new("mail_not_rendered", Owner::Hub, error.to_string());
                Outcome::Refused { why }
            }
        }))
    }
}
