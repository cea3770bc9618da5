//! Operators' webhooks: notices are posted, besides the mails, to an address of the operator's own.
//!
//! Each step is an act that stays (`webhook_acts`); the newest that is no trial counts. Nothing
//! secret is kept: what posts are signed with is the hub's own mark on the id of that act, so
//! that setting an address anew makes another. The notices are sent by the notifier.

use adapters::Secret;
use adapters::api::Message;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemas::{CorporateNumber, FilingId, Outcome, Why};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::addresses::By;
use crate::context::Context;
use crate::store::{StoreError, WebhookActRow};

/// What is said of a trial until it is known what came of it.
pub const UNDER_WAY: &str = "under_way";

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Why a webhook is not set, removed or tried.
#[derive(Debug, thiserror::Error)]
pub enum WebhookProblem {
    /// It is no address that may be posted to.
    #[error("{}", .0.sentence)]
    Address(Why),
    /// It is longer than may be, in bytes.
    #[error("an address may have {0} bytes")]
    TooLong(usize),
    /// It is the one that counts already.
    #[error("notices are posted to this address already")]
    Same,
    /// There is none.
    #[error("there is no webhook")]
    Nothing,
    /// It was tried as often as may be.
    #[error("it was tried {0} times within a day; wait")]
    TooMany(usize),
    /// The store is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What posts to an operator's webhook are signed with: `whsec_` and base64 of 32 bytes.
pub fn secret(ctx: &Context, set: &WebhookActRow) -> Secret {
    let mark = ctx.signer.token(&format!("webhook/{}", set.id));
    Secret::new(format!("whsec_{}", STANDARD.encode(hex::decode(mark).unwrap_or_default())))
}

/// The act by which notices are posted now.
pub async fn current(
    ctx: &Context,
    operator: CorporateNumber,
) -> Result<Option<WebhookActRow>, StoreError> {
    let newest = ctx.store.webhook(operator).await?;
    Ok(newest.filter(|act| act.kind == "set"))
}

/// Notices are posted to this address from now on, those too that have not gone out yet.
pub async fn set(ctx: &Context, by: By<'_>, url: &str) -> Result<(), WebhookProblem> {
    let max = ctx.config.webhook.url_bytes_max;
    if url.len() > max {
        return Err(WebhookProblem::TooLong(max));
    }
    ctx.webhook.check(url).map_err(WebhookProblem::Address)?;
    if current(ctx, by.operator).await?.is_some_and(|set| set.url.as_deref() == Some(url)) {
        return Err(WebhookProblem::Same);
    }
    Ok(record(ctx, by, "set", Some(url.to_owned())).await?)
}

/// The address stays, and posts are signed with another secret from now on.
pub async fn renew(ctx: &Context, by: By<'_>) -> Result<(), WebhookProblem> {
    let set = current(ctx, by.operator).await?.ok_or(WebhookProblem::Nothing)?;
    Ok(record(ctx, by, "set", set.url).await?)
}

/// Notices are posted no more.
pub async fn remove(ctx: &Context, by: By<'_>) -> Result<(), WebhookProblem> {
    current(ctx, by.operator).await?.ok_or(WebhookProblem::Nothing)?;
    Ok(record(ctx, by, "removed", None).await?)
}

/// Posts a message that is about nothing, once, and tells what came of it.
pub async fn try_out(ctx: &Context, by: By<'_>) -> Result<Outcome, WebhookProblem> {
    let set = current(ctx, by.operator).await?.ok_or(WebhookProblem::Nothing)?;
    let trial = begin_trial(ctx, by, &set).await?;
    let id = format!("trial-{}", ctx.clock.id());
    let outcome = post(ctx, &set, id, ("test", trial.at, json!({}))).await;
    let mut tx = ctx.store.begin().await?;
    tx.end_trial(trial.id, &said(&outcome)).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Puts a trial on record before it goes out, one after the other: so that of two at once none is
/// one too many.
async fn begin_trial(
    ctx: &Context,
    by: By<'_>,
    set: &WebhookActRow,
) -> Result<WebhookActRow, WebhookProblem> {
    let (max, now) = (ctx.config.webhook.tries_a_day, ctx.clock.now_ms());
    let mut tx = ctx.store.begin().await?;
    tx.lock_trials(by.operator).await?;
    let tried = tx.webhook_acts(by.operator, "tried", max).await?;
    let today = tried.iter().filter(|act| now - act.at < DAY_MS).count();
    if today >= max {
        return Err(WebhookProblem::TooMany(today));
    }
    let trial = act(ctx, by, "tried", (set.url.clone(), Some(UNDER_WAY.to_owned())));
    tx.insert_webhook_act(&trial).await?;
    tx.commit().await?;
    Ok(trial)
}

/// Posts what has happened at a moment, in milliseconds, and particulars of it.
pub async fn post(
    ctx: &Context,
    set: &WebhookActRow,
    id: String,
    (what, at, data): (&str, i64, Value),
) -> Outcome {
    let timestamp = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    let body = json!({"type": what, "timestamp": timestamp, "data": data}).to_string();
    let message = Message { id, at: ctx.clock.now(), body };
    let url = set.url.as_deref().unwrap_or_default();
    ctx.webhook.post(url, &secret(ctx, set), &message).await
}

/// What is posted of an acceptance, for people who write the other end.
pub fn example(ctx: &Context) -> String {
    let id = |last: u128| Uuid::from_u128((0x0198_1f3c_0000_7000_8000 << 48) + last);
    let filing = FilingId(id(1));
    let number = filing.receipt_number();
    let body = json!({
        "type": "filing.accepted",
        "timestamp": "2026-07-01T00:00:00Z",
        "data": {
            "filing": filing,
            "receipt_number": number,
            "kind": "change",
            "authorities": [{
                "code": "011002", "name": "札幌市",
                "delivery": id(2),
            }],
            "page": ctx.link(&format!("/operator/filings/{number}")),
        },
    });
    serde_json::to_string_pretty(&body).unwrap_or_default()
}

/// What the other end said of a post that it did not take, else the code of what went wrong.
pub fn reason(why: &Why) -> String {
    let status = why.response.as_ref().map(|response| response.status.clone());
    status.unwrap_or_else(|| why.code.clone())
}

/// What came of a trial: the status that was answered, else the code of what went wrong.
fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered { proof } => {
            proof.evidence["status"].as_str().unwrap_or_default().to_owned()
        }
        Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
            reason(why)
        }
    }
}

async fn record(
    ctx: &Context,
    by: By<'_>,
    kind: &str,
    url: Option<String>,
) -> Result<(), StoreError> {
    let act = act(ctx, by, kind, (url, None));
    let mut tx = ctx.store.begin().await?;
    tx.insert_webhook_act(&act).await?;
    tx.commit().await?;
    ctx.forget_operator(by.operator);
    Ok(())
}

fn act(
    ctx: &Context,
    by: By<'_>,
    kind: &str,
    (url, said): (Option<String>, Option<String>),
) -> WebhookActRow {
    WebhookActRow {
        id: ctx.clock.id(),
        corporate_number: by.operator,
        kind: kind.to_owned(),
        url,
        said,
        person: by.person.to_owned(),
        name: by.name.to_owned(),
        at: ctx.clock.now_ms(),
    }
}
