//! The operators: they upload, file, correct what comes back, and take some back themselves.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures::StreamExt;
use reqwest::StatusCode;
use routing::plan;
use schemas::{AuthorityId, FilingId};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::chance::percent;
use super::filings::{Planned, corrected};
use super::hub::{Answer, Ask};
use super::journal::{Correction, Receipt};
use super::scene::{Scene, count};

/// Why operators take filings back.
pub(super) const REASON: &str = "提出先の誤りのため";

/// Operators who file at once.
const AT_ONCE: usize = 32;

/// Files everything. A demo that goes on files it again, with the same keys.
pub(super) async fn submit_all(scene: Arc<Scene>) {
    let all = futures::stream::iter(0..scene.filings.len()).map(|index| {
        let scene = Arc::clone(&scene);
        async move {
            if let Err(error) = submit(&scene, index).await {
                scene.trouble(format!("filing {index} was not taken: {error:#}"));
            }
            count(&scene.tally.submitted);
        }
    });
    let done = all.buffer_unordered(AT_ONCE).take_until(scene.stop.cancelled());
    done.for_each(async |()| {}).await;
    scene.tally.submitted_at.store(scene.clock.now_ms(), Ordering::Relaxed);
}

async fn submit(scene: &Arc<Scene>, index: usize) -> anyhow::Result<()> {
    let planned = scene.filings.get(index).context("no such filing")?;
    let key = scene.keys.operators.get(planned.operator).context("no such operator")?;
    for paper in &planned.papers {
        scene.hub.upload(key, &paper.attachment.media_type, paper.bytes()).await?;
        count(&scene.tally.uploads);
    }
    let idempotency_key = scene.key_of(index, "");
    let ask = Ask {
        idempotency_key: Some(&idempotency_key),
        ..Ask::post(key, "/v1/filings", planned.document.clone())
    };
    let receipt = note(scene, &scene.hub.ask(&ask).await?, &idempotency_key)?;
    scene.places.lock().unwrap_or_else(PoisonError::into_inner).insert(receipt.id, index);
    if let Ok(plan) = plan(&scene.master, &planned.submission, scene.marker.day) {
        let targets = plan.targets.iter().map(|target| target.authority);
        let inboxes = targets.filter(|code| scene.has_inbox(*code));
        scene.awaited.lock().unwrap_or_else(PoisonError::into_inner).extend(inboxes);
    }
    if planned.is_withdrawn {
        withdraw(scene, planned, receipt.id).await?;
    }
    if let Some(correction) = scene.journal.correction(index) {
        send_correction(scene, planned, &correction).await?;
    }
    Ok(())
}

/// Writes down the receipt that the hub gave.
fn note(scene: &Scene, answer: &Answer, key: &str) -> anyhow::Result<Receipt> {
    if !matches!(answer.status, StatusCode::CREATED | StatusCode::OK) {
        bail!("{} {} {}", answer.status, answer.code(), answer.json()["findings"]);
    }
    let mut given = answer.json();
    given["key"] = json!(key);
    let receipt: Receipt = serde_json::from_value(given).context("the receipt does not read")?;
    scene.journal.note(receipt.clone())?;
    Ok(receipt)
}

/// Some change their minds at once, some a little later; whoever has accepted by then keeps it.
async fn withdraw(scene: &Scene, planned: &Planned, id: FilingId) -> anyhow::Result<()> {
    let wait = percent(scene.marker.seed, &format!("second thoughts of {}", planned.index)) * 8;
    tokio::time::sleep(Duration::from_millis(u64::from(wait))).await;
    let key = scene.keys.operators.get(planned.operator).context("no such operator")?;
    let idempotency_key = scene.key_of(planned.index, "-withdrawal");
    let body = json!({"reason": REASON}).to_string();
    let ask = Ask {
        idempotency_key: Some(&idempotency_key),
        ..Ask::post(key, format!("/v1/filings/{id}/withdrawal"), body)
    };
    let answer = scene.hub.ask(&ask).await?;
    note(scene, &answer, &idempotency_key).context("the withdrawal was not taken")?;
    count(&scene.tally.withdrawals);
    Ok(())
}

/// Corrects what authorities return.
pub(super) async fn correct_all(scene: Arc<Scene>, mut returned: mpsc::UnboundedReceiver<usize>) {
    loop {
        let index = tokio::select! {
            () = scene.stop.cancelled() => return,
            index = returned.recv() => index,
        };
        let Some(index) = index else { return };
        let wanted = scene.filings.get(index).is_some_and(|planned| planned.is_corrected);
        if wanted && scene.journal.correction(index).is_none() {
            let scene = Arc::clone(&scene);
            scene.underway.clone().spawn(async move {
                if let Err(error) = correct(&scene, index).await {
                    scene.trouble(format!("filing {index} was not corrected: {error:#}"));
                }
            });
        }
    }
}

async fn correct(scene: &Scene, index: usize) -> anyhow::Result<()> {
    let planned = scene.filings.get(index).context("no such filing")?;
    let receipt = scene.journal.receipt(&scene.key_of(index, "")).context("no receipt")?;
    let key = scene.keys.operators.get(planned.operator).context("no such operator")?;
    let path = format!("/v1/filings/{}", receipt.id);
    // What the operator sees decides; it must show what the authority has done.
    let authorities = returned_by(&scene.hub.json(key, &path).await?);
    if authorities.is_empty() {
        bail!("an authority returned it, but its operator is not shown that");
    }
    let correction = scene.journal.begin(Correction { index, authorities })?;
    send_correction(scene, planned, &correction).await
}

fn returned_by(filing: &Value) -> Vec<AuthorityId> {
    let deliveries = filing["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let returned = deliveries
        .iter()
        .filter(|delivery| delivery["revision"] == 1 && delivery["review"] == "returned");
    returned.filter_map(|delivery| delivery["authority"].as_str()?.parse().ok()).collect()
}

async fn send_correction(
    scene: &Scene,
    planned: &Planned,
    correction: &Correction,
) -> anyhow::Result<()> {
    let index = correction.index;
    let receipt = scene.journal.receipt(&scene.key_of(index, "")).context("no receipt")?;
    let key = scene.keys.operators.get(planned.operator).context("no such operator")?;
    let idempotency_key = scene.key_of(index, "-correction");
    let body = serde_json::to_string(&corrected(planned))?;
    let ask = Ask {
        idempotency_key: Some(&idempotency_key),
        ..Ask::post(key, format!("/v1/filings/{}/revisions", receipt.id), body)
    };
    note(scene, &scene.hub.ask(&ask).await?, &idempotency_key)?;
    count(&scene.tally.corrections);
    Ok(())
}
