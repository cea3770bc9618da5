//! A backup that is made while the hub works, and a hub that goes on from it elsewhere.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::stream;
use hub::config::Config;
use hub::delivery::State;
use hub::receipt;
use hub::store::EventRow;
use hub::uploads;
use schemas::{Channel, FilingId, Submission};

use super::{OTARU, SAPPORO, plan, until};
use crate::house::{Builder, House, attachment, change, operator};

const FILINGS: usize = 30;

/// What an operator holds.
struct Given {
    id: FilingId,
    receipt_number: String,
    events: Vec<EventRow>,
    receipt: String,
}

/// A third is delivered, a third is being sent, and a third is not planned while `carry` makes a
/// copy beside a hub that writes; it tells what is changed for a house that goes on from the copy.
/// The first hub finishes its work before that, so all of it comes to the authorities again.
pub async fn a_backup_in_the_midst_goes_on_elsewhere<A: FnOnce(&mut Builder)>(
    builder: Builder,
    carry: impl AsyncFnOnce(&Config) -> Result<A>,
) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Sftp]);
    let mut house = builder.with(|config| config.lane.cap = 1_000).start().await?;
    let third = FILINGS / 3;
    let mut given = file(&mut house, 0..third).await?;
    house.settle().await?;
    given.extend(file(&mut house, third..2 * third).await?);
    plan(&mut house, 4 * third).await?;
    until(async || Ok(house.stages.courier.begin().await > 0)).await?;
    given.extend(file(&mut house, 2 * third..FILINGS).await?);

    let config = house.ctx.config.clone();
    let is_done = Cell::new(false);
    let carrying = async {
        let elsewhere = carry(&config).await;
        is_done.set(true);
        elsewhere
    };
    let writing = async {
        while !is_done.get() {
            write(&house).await?;
        }
        anyhow::Ok(())
    };
    let (elsewhere, written) = tokio::join!(carrying, writing);
    written?;
    let elsewhere = elsewhere?;
    house.settle().await?;
    house.outlast(10).await?;
    ensure!(house.held()?.len() == 2 * FILINGS, "the hub did not go on after the backup");

    house.restart_with(elsewhere).await?;
    let totals = house.ctx.store.totals().await?;
    let counts = house.ctx.store.count_deliveries().await?;
    let sending = counts.iter().filter(|count| count.state == "sending").count();
    ensure!(totals.unrouted > 0 && sending > 0, "not in the midst: {totals:?} {counts:?}");
    ensure!(totals.filings == i64::try_from(FILINGS)?, "{totals:?}");
    // Claims and leases end, and what has no message any more is found.
    let config = &house.ctx.config;
    let wait = config.relay.claim_ms + config.courier.lease_ms + config.upkeep.stale_ms;
    house.clock.advance(Duration::from_millis(wait.unsigned_abs()));
    house.tend().await?;
    house.outlast(100).await?;
    given.extend(file(&mut house, FILINGS..FILINGS + 1).await?);
    house.settle().await?;
    // A broker that went on knows what this store had not planned yet.
    let letters = house.take_dead_letters().await?;
    let are_late = letters.iter().all(|letter| letter.reason.starts_with("unknown_"));
    ensure!(are_late, "{letters:?}");
    agree(&house, &given).await?;
    house.finish().await
}

/// A commit of the working hub, which changes nothing that is compared.
async fn write(house: &House) -> Result<()> {
    let mut tx = house.ctx.store.begin().await?;
    tx.touch_object(&"00".repeat(32)).await?;
    Ok(tx.commit().await?)
}

async fn file(house: &mut House, numbers: std::ops::Range<usize>) -> Result<Vec<Given>> {
    let mut given = Vec::new();
    for number in numbers {
        let submission = with_upload(house, number).await?;
        let receipted = house.file(&submission).await?;
        let filing = house.ctx.store.filing(receipted.id).await?.context("it is not there")?;
        let signed = receipt::make(&house.ctx, &filing).await?;
        given.push(Given {
            id: filing.id,
            receipt_number: filing.receipt_number,
            events: house.ctx.store.events(filing.id).await?,
            receipt: serde_json::to_string(&signed)?,
        });
    }
    Ok(given)
}

async fn with_upload(house: &House, number: usize) -> Result<Submission> {
    let bytes = format!("%PDF-1.7 第{number}号").into_bytes();
    let file = attachment("平面図.pdf", &bytes);
    let body = stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
    let upload = house.ctx.objects.receive(body, &format!("upload-{number}"), 1 << 20).await?;
    uploads::keep(&house.ctx, upload, operator().to_string(), file.media_type.clone()).await?;
    Ok(Submission { attachments: vec![file], ..change(SAPPORO, &[OTARU]) })
}

/// Each receipt stands under the hub's key, its events are in the chain, and each authority holds
/// its package once, with the attachment in it.
async fn agree(house: &House, given: &[Given]) -> Result<()> {
    let held = house.held()?;
    ensure!(held.len() == 2 * given.len(), "{} packages for {}", held.len(), given.len());
    let mut arrivals = BTreeMap::new();
    for package in held {
        ensure!(arrivals.insert(package.delivery.clone(), package.arrivals).is_none(), "twice");
    }
    let fingerprint = house.ctx.signer.fingerprint();
    for one in given {
        let number = &one.receipt_number;
        let filing = house.ctx.store.filing(one.id).await?.context("a receipted filing is lost")?;
        ensure!(filing.receipt_number == *number, "{} became {}", number, filing.receipt_number);
        receipt::verify(&one.receipt, Some(&fingerprint)).context("an old receipt")?;
        let events = house.ctx.store.events(one.id).await?;
        ensure!(events.starts_with(&one.events), "{number}: other events than were receipted");
        let deliveries = house.deliveries(one.id).await?;
        let is_delivered = |state: &State| matches!(state, State::Delivered { .. });
        ensure!(deliveries.len() == 2 && deliveries.iter().all(|d| is_delivered(&d.state)));
        for delivery in deliveries {
            let times = arrivals.get(&delivery.id.to_string()).context("nobody holds it")?;
            ensure!((1..=2).contains(times), "it came {times} times: {delivery:?}");
        }
    }
    Ok(())
}
