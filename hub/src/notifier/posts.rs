//! Posts: notices to operators' webhooks, each by itself, so that one that does not answer holds up
//! no mail, and few of anybody else's posts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use schemas::{CorporateNumber, Outcome, Owner, Why};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    About, MISSING, about, give_back, give_back_for, record_until_done, refused, settle, told,
};
use crate::config::Webhook;
use crate::context::Context;
use crate::retry::jittered_ms;
use crate::store::{NoticeRow, StoreError};
use crate::webhooks;

/// A post for which there is no room waits as long as it has waited already, at most so long.
const WAIT_MS_MAX: i64 = 10 * 60_000;

/// Those under way.
pub(super) struct Posts {
    room: Arc<Room>,
    under_way: JoinSet<()>,
}

/// Room for so many, and for so many of one operator.
struct Room {
    total: usize,
    each: usize,
    taken: Mutex<HashMap<CorporateNumber, usize>>,
}

/// A place in the room, until it is dropped.
struct Place {
    room: Arc<Room>,
    operator: CorporateNumber,
}

impl Posts {
    pub(super) fn new(settings: &Webhook) -> Self {
        let (total, each) = (settings.at_once.max(1), settings.operator_at_once.max(1));
        let room = Room { total, each, taken: Mutex::default() };
        Self { room: Arc::new(room), under_way: JoinSet::new() }
    }

    /// Begins to post notices that were claimed. Those that are not, or have to wait for room, come
    /// back as what is to be recorded of them.
    pub(super) async fn begin(
        &mut self,
        ctx: &Arc<Context>,
        claimed: Vec<NoticeRow>,
    ) -> Vec<NoticeRow> {
        while self.under_way.try_join_next().is_some() {}
        let mut back = Vec::new();
        for mut notice in claimed {
            match about(ctx, &notice).await {
                _ if ctx.stop.is_cancelled() => give_back(ctx, &mut notice),
                Ok(None) => settle(ctx, &mut notice, refused("filing_missing", MISSING)),
                Ok(Some(about)) => match self.room.enter(about.filing.corporate_number) {
                    Some(place) => {
                        self.under_way.spawn(one(Arc::clone(ctx), (notice, about), place));
                        continue;
                    }
                    None => wait(ctx, &mut notice),
                },
                Err(error) => give_back_for(ctx, &mut notice, &error),
            }
            back.push(notice);
        }
        back
    }

    /// Waits for those under way.
    pub(super) async fn end(&mut self) {
        while self.under_way.join_next().await.is_some() {}
    }
}

/// One post, from the claim to the record.
async fn one(ctx: Arc<Context>, (mut notice, about): (NoticeRow, About), place: Place) {
    let posting = told(&ctx, &notice, post(&ctx, &notice, &about));
    match ctx.break_off.run_until_cancelled(posting).await {
        Some(Ok(outcome)) => settle(&ctx, &mut notice, outcome),
        Some(Err(error)) => give_back_for(&ctx, &mut notice, &error),
        None => give_back(&ctx, &mut notice),
    }
    drop(place);
    record_until_done(&ctx, &[notice]).await;
}

impl Room {
    fn enter(self: &Arc<Self>, operator: CorporateNumber) -> Option<Place> {
        let mut taken = self.lock();
        let own = taken.get(&operator).copied().unwrap_or_default();
        if own >= self.each || taken.values().sum::<usize>() >= self.total {
            return None;
        }
        taken.insert(operator, own + 1);
        Some(Place { room: Arc::clone(self), operator })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CorporateNumber, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.lock();
        if let Some(own) = taken.get_mut(&self.operator) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.operator);
            }
        }
    }
}

/// There is no room: nobody's fault, so no try is used up.
fn wait(ctx: &Context, notice: &mut NoticeRow) {
    give_back(ctx, notice);
    let now = ctx.clock.now_ms();
    let least = i64::try_from(ctx.config.webhook.answer_ms).unwrap_or(WAIT_MS_MAX).min(WAIT_MS_MAX);
    let so_far = (now - notice.created_at).clamp(least, WAIT_MS_MAX);
    let so_far = std::time::Duration::from_millis(so_far.unsigned_abs());
    notice.next_attempt_at = Some(now + jittered_ms(so_far, ctx.config.retry.jitter));
}

async fn post(ctx: &Context, notice: &NoticeRow, about: &About) -> Result<Outcome, StoreError> {
    let Some(set) = webhooks::current(ctx, about.filing.corporate_number).await? else {
        let sentence = "the webhook was removed before the notice could be posted";
        let why = Why::new("webhook_removed", Owner::Operator, sentence);
        return Ok(Outcome::Refused { why });
    };
    let what = format!("filing.{}", notice.kind);
    let happened = (what.as_str(), notice.created_at, data(ctx, about));
    Ok(webhooks::post(ctx, &set, notice.id.to_string(), happened).await)
}

/// No personal data: the particulars are behind the link, and in the API.
fn data(ctx: &Context, about: &About) -> Value {
    let filing = &about.filing;
    let authorities: Vec<_> = about
        .deliveries
        .iter()
        .map(|delivery| {
            json!({"code": delivery.authority, "name": ctx.master().name(delivery.authority),
                   "delivery": delivery.id})
        })
        .collect();
    json!({
        "filing": filing.id,
        "receipt_number": filing.receipt_number,
        "kind": filing.kind,
        "authorities": authorities,
        "page": ctx.link(&format!("/operator/filings/{}", filing.receipt_number)),
    })
}

#[cfg(test)]
mod tests {
    use schemas::codes::corporate_number_of;

    use super::*;

    #[test]
    fn there_is_room_for_so_many_of_each_and_of_all() {
        let room = Arc::new(Room { total: 3, each: 2, taken: Mutex::default() });
        let [one, other] = [1, 2].map(corporate_number_of);
        let first = room.enter(one).expect("the first");
        let _second = room.enter(one).expect("the second");
        assert!(room.enter(one).is_none(), "a third of one");
        let _third = room.enter(other).expect("another's");
        assert!(room.enter(other).is_none(), "a fourth of all");
        drop(first);
        assert!(room.enter(other).is_some());
    }
}
