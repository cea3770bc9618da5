//! A statement that could not be handed out goes out again by hand.

use jiff::civil::Date;
use schemas::AuthorityId;
use serde_json::json;

use super::{By, overtaken};
use crate::context::Context;
use crate::review::ReviewProblem;
use crate::statements::wish::Wishes;
use crate::store::{HandoutState, HandoutWay};

/// What the record of acts calls a statement.
pub fn statement_subject(authority: AuthorityId, day: Date) -> String {
    format!("statement:{authority}/{day}")
}

/// Hands one that failed out again, with a fresh count of tries, by the way that its authority has
/// now. It has the name that it had: what lies there already is found, and not doubled. Gives the
/// way.
pub async fn send_again(
    ctx: &Context,
    (authority, day): (AuthorityId, Date),
    by: By<'_>,
) -> Result<HandoutWay, ReviewProblem> {
    by.reason(ctx)?;
    let wanted = Wishes::read(&ctx.store, &[authority]).await?.of(ctx, authority);
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let row = tx.lock_handout(authority, day).await?;
    let row = row.ok_or(ReviewProblem::NotFound("statement to be handed out"))?;
    let subject = statement_subject(authority, day);
    let stands = match row.state {
        HandoutState::Failed => None,
        HandoutState::Due => Some("it waits to go out"),
        HandoutState::Sent => Some("it has gone out"),
    };
    if let Some(what) = stands {
        drop(tx);
        return Err(overtaken(ctx, &subject, what).await?);
    }
    let way = wanted.map_or(row.way, |wanted| wanted.way);
    tx.send_handout_again((authority, day), way, now).await?;
    let why: Option<serde_json::Value> =
        row.why.as_deref().and_then(|why| serde_json::from_str(why).ok());
    let why = why.map(|why| why["code"].clone());
    let was = json!({"state": row.state, "way": row.way, "tries": row.tries, "why": why});
    let became = json!({"state": HandoutState::Due, "way": way, "tries": 0});
    by.record(&mut tx, ("statement.send", subject), (was, became)).await?;
    tx.commit().await?;
    Ok(way)
}
