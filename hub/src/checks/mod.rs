//! Checks of the way to an authority: a marked test goes there as filings go, through courier, lane
//! and adapter, and its proof is waited for. A look (`adapters`' `probe`) leaves nothing at the far
//! side, and so cannot tell whether anything is taken there.
//!
//! A test is a filing of the operator [`CorporateNumber::TEST`], and its delivery has the rule
//! [`TEST_RULE`]: by these two it is told everywhere, and left out of all that is counted. It is
//! planned with the commit that makes it, since it has no place in the routing tables. It has no
//! print: that would be kept for good.

mod settle;

use routing::Body;
use schemas::{
    AuthorityId, Channel, CorporateNumber, DeliveryId, FilingId, FilingKind, Office, OfficeService,
    Submission,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::context::{Context, day_in_japan};
use crate::delivery::{Delivery, Review, State, TEST_RULE};
use crate::recipe::Recipe;
use crate::revision::{Request, new_revision, received_body};
use crate::store::{CheckRow, CheckState, FilingRow, NewEvent, Purge, StaffAct, StoreError, Tx};
use crate::trace::Trace;
use crate::work::enqueue_due;

pub use settle::settle;

/// The name of operator and office in a test: nobody may take it for a filing.
pub const TEST_NAME: &str = "疎通確認(テスト)";

/// Why the authority gets it, in place of an article.
const TEST_ARTICLE: &str = "疎通確認のためのテストです。届出ではありません。";

/// What a test is about, as far as a package needs it: 地域密着型通所介護.
const TEST_SERVICE: &str = "78";

/// Why no check was sent, or nothing was purged.
#[derive(Debug, thiserror::Error)]
pub enum CheckProblem {
    /// The master has no such authority today.
    #[error("there is no such authority")]
    NoAuthority,
    /// It is not reached over this channel.
    #[error("{0} has no endpoint for {1}; see `todoke authority list`")]
    NoChannel(AuthorityId, Channel),
    /// One is open.
    #[error("a check of {0} over {1} is still under way; wait until it is proved or given up")]
    UnderWay(AuthorityId, Channel),
    /// The store is away.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be written: a fault of ours.
    #[error("{0}")]
    Fault(String),
}

impl From<anyhow::Error> for CheckProblem {
    fn from(error: anyhow::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

/// Sends a test to an authority: over this channel, or over the first of its ladder. It is on its
/// way when this returns; what comes of it is in [`CheckRow`].
pub async fn send(
    ctx: &Context,
    authority: AuthorityId,
    channel: Option<Channel>,
    by: &Actor,
) -> Result<CheckRow, CheckProblem> {
    let made = make(ctx, authority, channel, by)?;
    let mut tx = ctx.store.begin().await?;
    if !made.write(ctx, &mut tx).await? {
        return Err(CheckProblem::UnderWay(made.row.authority, made.row.channel));
    }
    let became = json!({"filing": made.row.filing_id, "channel": made.row.channel});
    let act = ("check.send", subject(authority));
    tx.record(StaffAct::plain(act, (&by.person, &by.name), (Value::Null, became))).await?;
    tx.commit().await?;
    Ok(made.row)
}

/// The same without anybody who asks for it. False where one is under way.
pub async fn send_by_schedule(
    ctx: &Context,
    (authority, channel): (AuthorityId, Channel),
    by: &Actor,
) -> Result<bool, CheckProblem> {
    let made = make(ctx, authority, Some(channel), by)?;
    let mut tx = ctx.store.begin().await?;
    let is_new = made.write(ctx, &mut tx).await?;
    if is_new {
        tx.commit().await?;
    }
    Ok(is_new)
}

/// An authority's staff delete tests that arrived, or did not: one of them, or all. Gives how many.
pub async fn purge(
    ctx: &Context,
    authority: AuthorityId,
    delivery: Option<DeliveryId>,
    by: &Actor,
) -> Result<usize, CheckProblem> {
    let limit = ctx.config.upkeep.batch_max;
    // What arrived in this moment is over, too.
    settle(ctx, (Some(authority), limit)).await?;
    let mut tx = ctx.store.begin().await?;
    let which = Purge { authority: Some(authority), delivery, before: i64::MAX, limit };
    let gone = tx.purge_tests(which).await?;
    if !gone.is_empty() {
        let numbers: Vec<&str> = gone.iter().map(|row| row.receipt_number.as_str()).collect();
        let was = json!({"tests": numbers});
        let became = json!({"purged": gone.len()});
        let act = ("tests.purge", subject(authority));
        tx.record(StaffAct::plain(act, (&by.person, &by.name), (was, became))).await?;
    }
    tx.commit().await?;
    Ok(gone.len())
}

/// What the record of acts calls an authority.
pub fn subject(authority: AuthorityId) -> String {
    format!("authority:{authority}")
}

/// A test before it is written down.
struct Made {
    row: CheckRow,
    request: Request,
    delivery: Delivery,
    trace: Trace,
}

fn make(
    ctx: &Context,
    authority: AuthorityId,
    channel: Option<Channel>,
    by: &Actor,
) -> Result<Made, CheckProblem> {
    let now = ctx.clock.now_ms();
    let master = ctx.master();
    let body = master.body(authority, day_in_japan(now)).ok_or(CheckProblem::NoAuthority)?;
    let directory = ctx.directory.load();
    let ladder = directory.ladder(authority);
    let place = match channel {
        None => 0,
        Some(asked) => {
            let found = ladder.iter().position(|endpoint| endpoint.channel() == asked);
            found.ok_or(CheckProblem::NoChannel(authority, asked))?
        }
    };
    let step = i32::try_from(place).unwrap_or_default();
    let channel = ladder.get(place).map_or(Channel::Pull, adapters::Endpoint::channel);
    let filing_id = FilingId(ctx.clock.id());
    let submission = submission(&body)?;
    let request = Request {
        document: serde_json::to_string(&submission).map_err(anyhow::Error::from)?,
        submission,
        idempotency_key: format!("check:{filing_id}"),
    };
    let trace = ctx.spans.after(None, &ctx.clock).trace;
    let delivery_id = DeliveryId::of(filing_id, 1, now, authority);
    Ok(Made {
        row: CheckRow {
            filing_id,
            delivery_id,
            authority,
            channel,
            receipt_number: filing_id.receipt_number(),
            person: by.person.clone(),
            name: by.name.clone(),
            sent_at: now,
            state: CheckState::Open,
            proof: None,
            code: None,
            owner: None,
            sentence: None,
            ended_at: None,
            purged_at: None,
        },
        delivery: delivery(filing_id, (authority, now), (channel, step), trace),
        request,
        trace,
    })
}

impl Made {
    /// Writes the test, planned, with its work message. False where a check is under way, and
    /// nothing is to be committed.
    async fn write(&self, ctx: &Context, tx: &mut Tx) -> Result<bool, CheckProblem> {
        let CheckRow { filing_id: id, sent_at: now, .. } = self.row;
        if !tx.insert_check(&self.row).await? {
            return Ok(false);
        }
        let sha256 = hex::encode(Sha256::digest(self.request.document.as_bytes()));
        let mut revision =
            new_revision((&self.request, &sha256), id, (1, "submit"), (now, self.trace));
        revision.routed_at = Some(now);
        let received = received_body(CorporateNumber::TEST, 1, &sha256);
        let received = NewEvent::new(id, "filing.received", received);
        let mut filings = [filing(&self.row)];
        tx.insert_filings(&mut filings, &[revision], &[received]).await?;
        let recipe =
            |it: &Delivery| Some(Recipe { print: false, ..Recipe::now(ctx, it.authority) }.text());
        tx.insert_deliveries(std::slice::from_ref(&self.delivery), recipe).await?;
        enqueue_due(tx, &self.delivery)?;
        tx.append(&[planned(&self.delivery)]).await?;
        Ok(true)
    }
}

/// What is filed: it says in every name that it is none.
fn submission(body: &Body<'_>) -> Result<Submission, CheckProblem> {
    let service = TEST_SERVICE.parse().map_err(|_| fault("the service of tests is none"))?;
    Ok(Submission {
        kind: FilingKind::Change,
        corporate_number: CorporateNumber::TEST,
        operator_name: TEST_NAME.to_owned(),
        one_stop: false,
        offices: vec![Office {
            name: TEST_NAME.to_owned(),
            office_number: None,
            municipality: body.id,
            services: vec![OfficeService { service, insurers: Vec::new(), deemed: false }],
        }],
        form: json!({"件名": TEST_NAME, "内容": TEST_ARTICLE}),
        attachments: Vec::new(),
    })
}

fn fault(what: &str) -> CheckProblem {
    CheckProblem::Fault(what.to_owned())
}

fn filing(row: &CheckRow) -> FilingRow {
    FilingRow {
        id: row.filing_id,
        receipt_number: row.receipt_number.clone(),
        corporate_number: CorporateNumber::TEST,
        operator_name: TEST_NAME.to_owned(),
        kind: FilingKind::Change,
        office_name: TEST_NAME.to_owned(),
        received_at: row.sent_at,
        revision: 1,
        withdrawn_at: None,
        event_seq: 0,
        event_head: String::new(),
    }
}

fn delivery(
    filing_id: FilingId,
    (authority, now): (AuthorityId, i64),
    (channel, step): (Channel, i32),
    trace: Trace,
) -> Delivery {
    Delivery {
        id: DeliveryId::of(filing_id, 1, now, authority),
        filing_id,
        revision: 1,
        authority,
        channel: Some(channel),
        ladder_step: step,
        state: State::Due,
        review: Review::Unopened,
        turn: 1,
        tries: 0,
        attempts: 0,
        postponed: 0,
        faults: 0,
        proof: None,
        second_copy: false,
        package_sha256: None,
        rule: TEST_RULE.to_owned(),
        article: TEST_ARTICLE.to_owned(),
        created_at: now,
        channel_since: now,
        decided_at: None,
        updated_at: now,
        trace: Some(trace),
    }
}

/// The event that a plan leaves, as the router writes it.
fn planned(delivery: &Delivery) -> NewEvent {
    let target = json!({"delivery": delivery.id, "authority": delivery.authority,
                        "rule": delivery.rule, "state": delivery.state.as_str(),
                        "channel": delivery.channel});
    let body = json!({"revision": delivery.revision, "deliveries": [target]});
    NewEvent::new(delivery.filing_id, "filing.planned", body)
}
