//! New notices to operators: the rows and work messages that stages add to their units of work.

use schemas::message::NoticeDue;
use schemas::{CorporateNumber, DeliveryId, FilingId, NoticeId, Outcome, Why};

use crate::broker::topology::{NOTICE_DUE, WORK};
use crate::context::Context;
use crate::retry::wait_ms;
use crate::store::{NoticeRow, StoreError, Tx};
use crate::trace::Trace;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// The hub has the filing: 到達.
    Received,
    /// 受付完了.
    Accepted,
    /// 差戻し.
    Returned,
    /// 取下げ.
    Withdrawn,
    /// Some authorities do not take the filing from the hub yet: how to file there instead.
    NotReady,
    /// The hub finds no authority for the filing; it has to be filed anew.
    Unplanned,
    /// A file of the filing holds malware: nothing was sent, and it is to be corrected.
    Infected,
    /// Staff sent it to another authority: the plan was wrong.
    Rerouted,
    /// An authority cannot be reached by any of its channels.
    Trouble,
}

impl NoticeKind {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Accepted,
        Self::Returned,
        Self::Withdrawn,
        Self::NotReady,
        Self::Unplanned,
        Self::Infected,
        Self::Rerouted,
        Self::Trouble,
    ];

    /// The word used in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
            Self::NotReady => "not_ready",
            Self::Unplanned => "unplanned",
            Self::Infected => "infected",
            Self::Rerouted => "rerouted",
            Self::Trouble => "trouble",
        }
    }
}

/// The recipient of a notice that is posted to its operator's webhook, whichever counts then.
pub const WEBHOOK: &str = "webhook";

/// What a notice is about, and under which trace it came to be.
pub type About = (FilingId, Option<DeliveryId>, Option<Trace>);

/// New notices of something to everyone whom its operator wants told.
pub async fn of(
    ctx: &Context,
    operator: CorporateNumber,
    about: About,
    kind: NoticeKind,
) -> Result<Vec<NoticeRow>, StoreError> {
    let recipients = ctx.recipients(operator).await?;
    Ok(recipients.iter().map(|to| new_notice(ctx, about, (kind, to))).collect())
}

/// The row of a new notice.
pub fn new_notice(
    ctx: &Context,
    (filing_id, delivery_id, trace): About,
    (kind, recipient): (NoticeKind, &str),
) -> NoticeRow {
    let now = ctx.clock.now_ms();
    NoticeRow {
        id: NoticeId(ctx.clock.id()),
        filing_id,
        delivery_id,
        kind: kind.as_str().to_owned(),
        recipient: recipient.to_owned(),
        state: "due".to_owned(),
        turn: 1,
        tries: 0,
        next_attempt_at: None,
        lease_until: None,
        why: None,
        created_at: now,
        sent_at: None,
        updated_at: now,
        trace,
    }
}

/// Writes notices and the notifier's work messages.
pub async fn add(tx: &mut Tx, notices: &[NoticeRow]) -> anyhow::Result<()> {
    tx.insert_notices(notices).await?;
    for notice in notices {
        enqueue(tx, notice)?;
    }
    Ok(())
}

/// The notifier's work message of a notice that is due.
pub fn enqueue(tx: &mut Tx, notice: &NoticeRow) -> anyhow::Result<()> {
    let trace = notice.trace.map(String::from);
    let message = NoticeDue { notice_id: notice.id, turn: notice.turn, trace };
    tx.enqueue(WORK, NOTICE_DUE, &message)?;
    Ok(())
}

/// What a try to send a mail means for it.
#[derive(Debug)]
pub enum Tried {
    /// The relay took it.
    Sent,
    /// It is tried again at this moment, in milliseconds.
    Again(i64, Why),
    /// It is not tried again.
    Failed(Why),
}

/// What came of one try; `tries` counts it.
pub fn tried(ctx: &Context, tries: i32, outcome: Outcome) -> Tried {
    let settings = &ctx.config.notices;
    match outcome {
        Outcome::Delivered { .. } => Tried::Sent,
        Outcome::Deferred { why, .. } | Outcome::Unknown { why } if tries < settings.tries_max => {
            let wait = wait_ms(&settings.ladder_seconds, tries, ctx.config.retry.jitter);
            Tried::Again(ctx.clock.now_ms() + wait, why)
        }
        Outcome::Refused { why } | Outcome::Deferred { why, .. } | Outcome::Unknown { why } => {
            Tried::Failed(why)
        }
    }
}
