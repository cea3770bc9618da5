//! Files: what a claim does with deliveries whose files may not go. Where nothing is looked through
//! for malware, nothing is asked here.

use std::collections::{BTreeSet, HashMap};

use schemas::{Attachment, DeliveryId, FilingId};
use serde::Deserialize;
use serde_json::json;

use crate::broker::topology::EVENTS;
use crate::context::Context;
use crate::delivery::{Delivery, Event, FILE_INFECTED, State};
use crate::notices::{self, NoticeKind};
use crate::scans::{Scans, Standing};
use crate::store::{NewEvent, Tx};
use crate::work::domain_event;

/// What a submission says of its files.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    attachments: Vec<Attachment>,
}

/// Stops what may not go: held until its files are looked through, or failed where one of them
/// holds malware; the operator is told of that once for each revision. Answers the events, for the
/// chain.
pub(super) async fn stop_unclean(
    ctx: &Context,
    tx: &mut Tx,
    deliveries: &mut [Delivery],
    now: i64,
) -> anyhow::Result<Vec<NewEvent>> {
    let due: Vec<_> = deliveries.iter().filter(|d| d.state == State::Due).map(|d| d.id).collect();
    if ctx.clamd.is_none() || due.is_empty() {
        return Ok(Vec::new());
    }
    let files: HashMap<DeliveryId, Vec<Attachment>> = tx
        .parcels(&due)
        .await?
        .into_iter()
        // What does not read is found when it is built.
        .filter_map(|row| Some((row.id, serde_json::from_str::<Named>(&row.document).ok()?)))
        .map(|(id, named)| (id, named.attachments))
        .collect();
    let digests: BTreeSet<String> = files.values().flatten().map(|it| it.sha256.clone()).collect();
    let scans = Scans::lock(ctx, tx, &digests.into_iter().collect::<Vec<_>>()).await?;
    let (mut events, mut waits, mut barred) = (Vec::new(), Vec::new(), Vec::new());
    for delivery in deliveries.iter_mut().filter(|d| d.state == State::Due) {
        let Some(named) = files.get(&delivery.id) else { continue };
        let Some(why) = scans.stop(named) else { continue };
        if why.code == FILE_INFECTED {
            let body = json!({"delivery": delivery.id, "authority": delivery.authority,
                              "code": why.code, "owner": why.owner});
            events.push(NewEvent::new(delivery.filing_id, "delivery.barred", body));
            delivery.apply(Event::Bar { why }, now)?;
            ctx.metrics.delivery(delivery.state.as_str());
            barred.push(&*delivery);
            continue;
        }
        for file in named {
            if matches!(scans.of(&file.sha256), Standing::Pending(_)) {
                waits.push((file.sha256.clone(), delivery.id));
            }
        }
        events.push(NewEvent::about(delivery, "delivery.held"));
        delivery.apply(Event::Hold { why }, now)?;
    }
    tx.insert_scan_waits(&waits).await?;
    tell(ctx, tx, &barred).await?;
    if !waits.is_empty() {
        ctx.scan_asked.notify_one();
    }
    Ok(events)
}

/// Tells subscribers of each, and the operator of each revision.
async fn tell(ctx: &Context, tx: &mut Tx, barred: &[&Delivery]) -> anyhow::Result<()> {
    let mut told: BTreeSet<(FilingId, i32)> = BTreeSet::new();
    for delivery in barred {
        let event = domain_event(delivery, "delivery.failed", delivery.updated_at);
        tx.enqueue(EVENTS, event.event.clone(), &event)?;
        if !told.insert((delivery.filing_id, delivery.revision)) {
            continue;
        }
        let Some(filing) = tx.lock_filing(delivery.filing_id).await? else { continue };
        let before = tx.deliveries_of_filing(delivery.filing_id).await?;
        let is_known = |it: &Delivery| it.revision == delivery.revision && it.is_infected();
        if !before.iter().any(is_known) {
            let about = (filing.id, None, delivery.trace);
            let told = notices::of(ctx, filing.corporate_number, about, NoticeKind::Infected);
            notices::add(tx, &told.await?).await?;
        }
    }
    Ok(())
}
