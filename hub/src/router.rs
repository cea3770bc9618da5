//! Router: finds for each receipted revision the authorities that must get it.
//!
//! Reads `revisions`; writes `deliveries` (due, or held with the reason), the plan, events, and the
//! couriers' work messages, in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use routing::{PlanError, Readiness, Target};
use schemas::message::FilingSubmitted;
use schemas::{AuthorityId, DeliveryId, Owner, Submission, Why};
use serde_json::json;

use crate::broker::Incoming;
use crate::broker::topology::ROUTER;
use crate::context::{Context, day_in_japan};
use crate::delivery::{Delivery, Review, State};
use crate::notices::{self, NoticeKind};
use crate::recipe::Recipe;
use crate::store::{NewEvent, RevisionRow, StoreError, Tx};
use crate::trace::{Begun, Span};
use crate::work::{Asked, Batch, Tray, enqueue_due, tell_of_dead};

/// Plans filings.
pub struct Router {
    ctx: Arc<Context>,
    tray: Tray,
}

impl Router {
    /// A router that takes its work from the broker.
    pub async fn new(ctx: Arc<Context>) -> Self {
        let prefetch = ctx.config.broker.prefetch;
        let consumer = ctx.broker.consume(&[ROUTER.to_owned()], prefetch).await;
        Self { ctx, tray: Tray::new(consumer) }
    }

    /// Until the stop: one batch after the other.
    pub async fn run(mut self) {
        let stop = self.ctx.stop.clone();
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return self.tray.close().await,
                batch = self.tray.next(self.ctx.config.router.batch_max) => batch,
            };
            self.work(batch).await;
        }
    }

    /// What is there now, up to one batch. Tells how many messages.
    pub async fn step(&mut self) -> usize {
        let Some(batch) = self.tray.try_next(self.ctx.config.router.batch_max) else { return 0 };
        let count = batch.messages.len();
        self.work(batch).await;
        count
    }

    async fn work(&mut self, batch: Batch) {
        match plan_batch(&self.ctx, &batch.messages).await {
            Ok(()) => self.tray.done(batch).await,
            Err(error) => self.tray.failed(&self.ctx, batch, &error).await,
        }
    }
}

async fn plan_batch(ctx: &Context, batch: &[Incoming]) -> anyhow::Result<()> {
    let mut asked =
        Asked::read(ctx, batch, |m: &FilingSubmitted| ((m.filing_id, m.revision), m.revision));
    let wanted = asked.ids();
    let mut tx = ctx.store.begin().await?;
    let mut revisions = if wanted.is_empty() { Vec::new() } else { tx.unrouted(&wanted).await? };
    if revisions.len() < wanted.len() {
        // Planned before, or not there at all.
        asked.park_unknown(ctx, tx.known_revisions(&wanted).await?);
    }
    tx.insert_dead_letters(&asked.dead).await?;
    let (mut deliveries, mut events, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    let mut spans = Vec::new();
    for revision in &mut revisions {
        // What follows from here on follows from the plan.
        let begun = ctx.spans.after(revision.trace, &ctx.clock);
        revision.trace = Some(begun.trace);
        spans.push(span(revision, begun));
        match plan_revision(ctx, &mut tx, revision).await? {
            Ok(planned) => {
                events.push(planned_event(revision, &planned));
                if planned.iter().any(|d| matches!(d.state, State::Held { .. })) {
                    let about = (revision.filing_id, None, revision.trace);
                    let told =
                        notices::of(ctx, revision.corporate_number, about, NoticeKind::NotReady);
                    notices.extend(told.await?);
                }
                deliveries.extend(planned);
            }
            Err(why) => {
                events.push(unplanned_event(revision, &why));
                if why.owner == Owner::Operator {
                    let about = (revision.filing_id, None, revision.trace);
                    let told =
                        notices::of(ctx, revision.corporate_number, about, NoticeKind::Unplanned);
                    notices.extend(told.await?);
                }
                revision.problem = serde_json::to_string(&why).ok();
            }
        }
    }
    tx.save_routed(&revisions).await?;
    tx.insert_deliveries(&deliveries, |it| Some(Recipe::now(ctx, it.authority).text())).await?;
    for delivery in &deliveries {
        enqueue_due(&mut tx, delivery)?;
    }
    notices::add(&mut tx, &notices).await?;
    tx.append(&events).await?;
    tx.commit().await?;
    tell_of_dead(ctx, &asked.dead);
    ctx.metrics.routed(deliveries.len(), revisions.len());
    for span in spans {
        ctx.spans.tell(Span { ended_at: ctx.clock.now_ms(), ..span });
    }
    Ok(())
}

fn span(revision: &RevisionRow, begun: Begun) -> Span {
    let (filing, number) = (revision.filing_id.to_string(), revision.revision.to_string());
    let about = vec![("filing.id", filing), ("revision", number)];
    Span { stage: "router", begun, ended_at: begun.at, about, fault: None }
}

fn planned_event(revision: &RevisionRow, deliveries: &[Delivery]) -> NewEvent {
    let targets: Vec<_> = deliveries
        .iter()
        .map(|d| {
            json!({"delivery": d.id, "authority": d.authority, "rule": d.rule,
                   "state": d.state.as_str(), "channel": d.channel})
        })
        .collect();
    let body = json!({"revision": revision.revision, "deliveries": targets});
    NewEvent::new(revision.filing_id, "filing.planned", body)
}

/// It goes nowhere until someone acts; the pages show it to staff.
fn unplanned_event(revision: &RevisionRow, why: &Why) -> NewEvent {
    tracing::error!(
        trace_id = revision.trace.map(|trace| trace.id()),
        filing.id = %revision.filing_id, code = why.code, owner = %why.owner, why = why.sentence,
        "a filing has no plan"
    );
    let body = json!({"revision": revision.revision, "code": why.code, "owner": why.owner,
                      "sentence": why.sentence});
    NewEvent::new(revision.filing_id, "filing.unplanned", body)
}

/// The deliveries of one revision, or why there is no plan for it.
async fn plan_revision(
    ctx: &Context,
    tx: &mut Tx,
    revision: &mut RevisionRow,
) -> Result<Result<Vec<Delivery>, Why>, StoreError> {
    revision.routed_at = Some(ctx.clock.now_ms());
    let only = revision.only_authorities.as_deref().map(|text| {
        text.split(';').filter_map(|code| code.parse().ok()).collect::<HashSet<AuthorityId>>()
    });
    // What follows a filing goes where the filing went, by the rule that took it there.
    if let Some(only) = only {
        let earlier = tx.deliveries_of_filing(revision.filing_id).await?;
        return Ok(Ok(follow(ctx, revision, &earlier, &only)));
    }
    let submission: Submission = match serde_json::from_str(&revision.document) {
        Ok(submission) => submission,
        Err(error) => {
            let sentence = format!("the stored document does not read: {error}");
            return Ok(Err(Why::new("document_unreadable", Owner::Hub, sentence)));
        }
    };
    Ok(match routing::plan(&ctx.master(), &submission, day_in_japan(revision.received_at)) {
        Ok(plan) => {
            revision.plan = serde_json::to_string(&plan).ok();
            Ok(plan.targets.iter().map(|target| delivery(ctx, revision, target)).collect())
        }
        Err(error) => Err(no_plan(&error)),
    })
}

/// Intake found a plan, so the tables were corrected since. They say that what was filed does not
/// exist: only who filed it can say what was meant.
fn no_plan(error: &PlanError) -> Why {
    let code = error.faults.first().map_or("no_plan", |fault| fault.error.code());
    let ja: String = error.faults.iter().map(|fault| fault.error.ja()).collect();
    Why::new(code, Owner::Operator, format!("{ja} ({error})"))
}

fn follow(
    ctx: &Context,
    revision: &RevisionRow,
    earlier: &[Delivery],
    only: &HashSet<AuthorityId>,
) -> Vec<Delivery> {
    let mut newest: HashMap<AuthorityId, &Delivery> = HashMap::new();
    for delivery in earlier.iter().filter(|d| only.contains(&d.authority)) {
        newest.insert(delivery.authority, delivery);
    }
    let mut all: Vec<_> = newest.into_values().collect();
    all.sort_by_key(|d| d.id);
    all.into_iter()
        .map(|d| fresh(ctx, revision, d.authority, (d.rule.clone(), d.article.clone())))
        .collect()
}

fn delivery(ctx: &Context, revision: &RevisionRow, target: &Target) -> Delivery {
    let because = (target.rule.as_str().to_owned(), target.article.clone());
    begin(ctx, revision, (target.authority, target.readiness), because)
}

/// A new delivery of a revision to an authority, by a rule and its article: due, or held where the
/// authority is not ready.
pub fn begin(
    ctx: &Context,
    revision: &RevisionRow,
    (authority, readiness): (AuthorityId, Readiness),
    because: (String, String),
) -> Delivery {
    let mut delivery = fresh(ctx, revision, authority, because);
    if let Readiness::NotReady { reason, alternative } = readiness {
        let sentence = format!(
            "{}。{}で提出してください。(not ready: {}; file by: {})",
            reason.label_ja(),
            alternative.label_ja(),
            reason.as_str(),
            alternative.as_str()
        );
        let code = format!("authority_{}", reason.as_str());
        delivery.state = State::Held { why: Why::new(code, Owner::Authority, sentence) };
    }
    delivery
}

fn fresh(
    ctx: &Context,
    revision: &RevisionRow,
    authority: AuthorityId,
    (rule, article): (String, String),
) -> Delivery {
    let now = ctx.clock.now_ms();
    let ladder = ctx.directory.load();
    Delivery {
        id: DeliveryId::of(revision.filing_id, revision.revision, revision.received_at, authority),
        filing_id: revision.filing_id,
        revision: revision.revision,
        authority,
        channel: ladder.step(authority, 0).map(adapters::Endpoint::channel),
        ladder_step: 0,
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
        rule,
        article,
        created_at: now,
        channel_since: now,
        decided_at: None,
        updated_at: now,
        trace: revision.trace,
    }
}
