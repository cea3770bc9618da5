//! What a hub does with files while a malware scanner is configured, the same on every store and
//! with every scanner.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context as _, Result};
use hub::delivery::{Delivery, FILE_INFECTED, SCAN_PENDING, State};
use hub::intake::IntakeProblem;
use hub::store::{ScanRow, ScanState};
use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::{Attachment, Channel, Owner, Submission};

use super::hub::SAPPORO;
use crate::house::{Builder, Front, House, attachment, by_hand, change, operator};
use crate::scanner::FarScanner;
use crate::servers::clamd::{SIGNATURE, STREAM_BYTES_MAX, eicar};

/// Makes a test of every scenario; `$open` gives a builder on fresh engines and a scanner.
#[macro_export]
macro_rules! scan_contract {
    ($open:path) => {
        $crate::scan_contract! { $open:
            a_file_with_malware_goes_nowhere_and_a_clean_one_takes_its_place
            one_upload_of_two_filings_is_looked_through_once
            a_scanner_that_is_away_holds_everything_and_loses_nothing
            what_is_too_large_to_be_looked_through_waits
            a_clean_file_is_looked_through_again_when_its_time_is_over
            a_document_is_looked_through_before_anyone_gets_it
        }
    };
    ($open:path: $($name:ident)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() -> anyhow::Result<()> {
            let (builder, scanner) = $open().await?;
            $crate::contracts::scan::$name(builder, scanner).await
        }
    )* };
}

async fn open(builder: Builder, scanner: &impl FarScanner) -> Result<House> {
    let socket = scanner.socket();
    let builder = builder.with(move |config| config.scan.socket.clone_from(&socket));
    builder.ladder(SAPPORO, &[Channel::Api]).behaviour(SAPPORO, Behaviour::Healthy).start().await
}

fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}\n%%EOF\n").into_bytes()
}

async fn upload(house: &House, front: &Front, bytes: &[u8]) -> Result<Attachment> {
    let key = house.key(Scope::Operator(operator())).await?;
    let answer = front.upload(&key, bytes.to_vec()).await?;
    assert!(answer.status == StatusCode::CREATED, "{answer:?}");
    Ok(attachment("運営規程.pdf", bytes))
}

fn with(file: &Attachment) -> Submission {
    Submission { attachments: vec![file.clone()], ..change(SAPPORO, &[]) }
}

async fn scan(house: &House, file: &Attachment) -> Result<ScanRow> {
    let rows = house.ctx.store.scans_of(std::slice::from_ref(&file.sha256)).await?;
    rows.into_iter().next().context("nobody asked for it")
}

fn is_held(delivery: &Delivery) -> bool {
    matches!(&delivery.state, State::Held { why } if why.code == SCAN_PENDING)
}

/// It is receipted, its deliveries fail with the operator as owner, who is told by mail and page;
/// nobody gets the bytes, and the correction without it goes.
pub async fn a_file_with_malware_goes_nowhere_and_a_clean_one_takes_its_place(
    builder: Builder,
    scanner: impl FarScanner,
) -> Result<()> {
    let mut house = open(builder, &scanner).await?;
    let front = house.front().await?;
    let bad = upload(&house, &front, &pdf(&eicar())).await?;
    // Filed before anyone has looked.
    let filing = house.file(&with(&bad)).await?.id;
    house.settle().await?;
    let row = scan(&house, &bad).await?;
    assert!(row.state == ScanState::Infected, "{row:?}");
    assert!(row.signature.as_deref() == Some(SIGNATURE), "{row:?}");
    assert!(row.scanned_by.as_ref().is_some_and(|by| by.starts_with("ClamAV")), "{row:?}");
    let delivery = house.delivery(filing).await?;
    assert!(delivery.is_infected() && delivery.attempts == 0, "{delivery:?}");
    assert!(delivery.state.owner() == Some(Owner::Operator), "{delivery:?}");
    assert!(house.held()?.is_empty(), "it left");
    let notices = house.notices(filing).await?;
    let told: Vec<_> = notices.iter().map(|it| (it.kind.as_str(), it.state.as_str())).collect();
    assert!(told.contains(&("infected", "sent")), "{told:?}");
    let events = house.events(filing).await?;
    assert!(events.iter().any(|kind| kind == "delivery.barred"), "{events:?}");
    let own = front.log_in(&house.key(Scope::Operator(operator())).await?).await?;
    let address = format!("/operator/filings/{}", filing.receipt_number());
    let page = front.page(&address, &own).await?.text();
    for told in ["ウイルス検出(Todoke.Test.EICAR.UNOFFICIAL)", "/correct\"", "差し替えて訂正"]
    {
        assert!(page.contains(told), "{told} is not on the page: {page}");
    }
    let file = front.page(&format!("{address}/files/{}", bad.sha256), &own).await?;
    assert!(file.status == StatusCode::FORBIDDEN, "{file:?}");
    let set = front.page(&format!("{address}/set"), &own).await?;
    assert!(set.status == StatusCode::FORBIDDEN, "{set:?}");

    // Neither by the authority's own hand, nor by staff who start it anew.
    let key = house.key(Scope::Authority(delivery.authority)).await?;
    let package = front.get(&format!("/v1/inbox/{}/package", delivery.id), &key).await?;
    assert!(package.status == StatusCode::CONFLICT, "{package:?}");
    assert!(package.json["code"] == FILE_INFECTED, "{package:?}");
    hub::operate::retry(&house.ctx, delivery.id, by_hand()).await?;
    house.settle().await?;
    assert!(house.delivery(filing).await?.is_infected() && house.held()?.is_empty());

    // What is known is told before it is filed again.
    let checked = house.stages.intake.check(&with(&bad), None).await;
    let Err(IntakeProblem::Invalid(findings)) = checked else { panic!("it was taken") };
    let told: Vec<_> = findings.iter().map(|it| (&*it.path, &*it.code)).collect();
    assert_eq!(told, [("/attachments/0", "attachment_infected")]);
    let clean = upload(&house, &front, &pdf("clean")).await?;
    let request = house.request(&with(&clean))?;
    house.reviewer().correct(filing, &request).await?;
    house.settle().await?;
    let corrected = house.delivery_to(filing, delivery.authority).await?;
    assert!(corrected.revision == 2, "{corrected:?}");
    assert!(matches!(corrected.state, State::Delivered { .. }), "{corrected:?}");
    house.finish().await
}

/// The second filing of the same bytes waits for nobody.
pub async fn one_upload_of_two_filings_is_looked_through_once(
    builder: Builder,
    scanner: impl FarScanner,
) -> Result<()> {
    let mut house = open(builder, &scanner).await?;
    let front = house.front().await?;
    let file = upload(&house, &front, &pdf("once")).await?;
    let first = house.deliver(&with(&file)).await?;
    assert!(matches!(house.delivery(first).await?.state, State::Delivered { .. }));
    let row = scan(&house, &file).await?;
    house.clock.advance(Duration::from_hours(24));
    // Uploaded anew or not, it is the same file.
    upload(&house, &front, &pdf("once")).await?;
    let second = house.deliver(&with(&file)).await?;
    assert!(matches!(house.delivery(second).await?.state, State::Delivered { .. }));
    assert!(scan(&house, &file).await? == row, "it was looked through again");
    assert!(!house.events(second).await?.iter().any(|kind| kind == "delivery.held"));
    house.finish().await
}

/// Filings are taken, deliveries are held with the reason, and go when it is back.
pub async fn a_scanner_that_is_away_holds_everything_and_loses_nothing(
    builder: Builder,
    mut scanner: impl FarScanner,
) -> Result<()> {
    let mut house = open(builder, &scanner).await?;
    scanner.stop().await?;
    let front = house.front().await?;
    let file = upload(&house, &front, &pdf("patience")).await?;
    let filing = house.deliver(&with(&file)).await?;
    let held = house.delivery(filing).await?;
    assert!(is_held(&held) && held.state.owner() == Some(Owner::Hub), "{held:?}");
    let row = scan(&house, &file).await?;
    assert!(row.state == ScanState::Pending && row.tries == 1, "{row:?}");
    assert!(row.why().is_some_and(|why| why.code == "scanner_away"), "{row:?}");
    assert!(row.next_try_at == Some(house.clock.now_ms() + 5_000), "the first step: {row:?}");
    let counts = house.ctx.store.count_scans().await?;
    assert!((counts.pending, counts.infected) == (1, 0), "{counts:?}");
    let own = front.log_in(&house.key(Scope::Operator(operator())).await?).await?;
    let address = format!("/operator/filings/{}", filing.receipt_number());
    let page = front.page(&address, &own).await?.text();
    assert!(page.contains("ウイルス検査待ち(検査に支障)"), "{page}");
    let set = format!("{address}/set");
    let waits = front.page(&set, &own).await?;
    assert!(waits.status == StatusCode::SERVICE_UNAVAILABLE, "{waits:?}");
    let staff = front.log_in(&house.key(Scope::Operations).await?).await?;
    let overview = front.page("/", &staff).await?.text();
    assert!(overview.contains("ウイルス検査待ち</dt><dd>1 "), "{overview}");
    // What has no file waits for nobody.
    let bare = house.deliver(&change(SAPPORO, &[])).await?;
    assert!(matches!(house.delivery(bare).await?.state, State::Delivered { .. }));
    for (seconds, tries) in [(4, 1), (1, 2), (15, 3), (30, 4), (60, 5), (60, 6)] {
        house.advance(Duration::from_secs(seconds)).await?;
        let row = scan(&house, &file).await?;
        assert!(row.tries == tries, "{tries}: {row:?}");
    }
    assert!(is_held(&house.delivery(filing).await?));
    let key = house.key(Scope::Authority(held.authority)).await?;
    let package = front.get(&format!("/v1/inbox/{}/package", held.id), &key).await?;
    assert!(package.status == StatusCode::SERVICE_UNAVAILABLE, "{package:?}");
    assert!(package.json["code"] == SCAN_PENDING, "{package:?}");
    scanner.start_again().await?;
    house.advance(Duration::from_mins(1)).await?;
    assert!(matches!(house.delivery(filing).await?.state, State::Delivered { .. }));
    assert!(front.page(&set, &own).await?.status == StatusCode::OK);
    house.finish().await
}

/// At the limit it passes; above it waits, whichever of the two limits is the lower one.
pub async fn what_is_too_large_to_be_looked_through_waits(
    builder: Builder,
    scanner: impl FarScanner,
) -> Result<()> {
    let builder = builder.with(|config| config.scan.stream_bytes_max = STREAM_BYTES_MAX + 1);
    let mut house = open(builder, &scanner).await?;
    let front = house.front().await?;
    let of_size = |size: u64| {
        let mut bytes = b"%PDF-1.7\n".to_vec();
        bytes.resize(usize::try_from(size).unwrap_or_default(), b' ');
        bytes
    };
    for (size, goes) in [
        (STREAM_BYTES_MAX, true),
        // The hub would send it, and clamd hangs up.
        (STREAM_BYTES_MAX + 1, false),
        // The hub does not try.
        (STREAM_BYTES_MAX + 2, false),
    ] {
        let file = upload(&house, &front, &of_size(size)).await?;
        let filing = house.deliver(&with(&file)).await?;
        let delivery = house.delivery(filing).await?;
        let row = scan(&house, &file).await?;
        assert!(matches!(delivery.state, State::Delivered { .. }) == goes, "{size}: {delivery:?}");
        assert!(goes || is_held(&delivery), "{size}: {delivery:?}");
        let code = row.why().map(|why| why.code);
        assert!(goes || code.as_deref() == Some("scan_too_large"), "{size}: {row:?}");
    }
    house.finish().await
}

/// A delivery that went late is not sent on an old pass; and what was never asked for is asked for.
pub async fn a_clean_file_is_looked_through_again_when_its_time_is_over(
    builder: Builder,
    scanner: impl FarScanner,
) -> Result<()> {
    let mut house = open(builder.with(|config| config.scan.keep_days = 2), &scanner).await?;
    let front = house.front().await?;
    let file = upload(&house, &front, &pdf("again")).await?;
    house.settle().await?;
    let first = scan(&house, &file).await?;
    assert!(first.state == ScanState::Clean, "{first:?}");
    house.clock.advance(Duration::from_hours(48));
    house.deliver(&with(&file)).await?;
    assert!(scan(&house, &file).await? == first, "it counts for two days");
    house.clock.advance(Duration::from_millis(1));
    let filing = house.deliver(&with(&file)).await?;
    let again = scan(&house, &file).await?;
    assert!(again.scanned_at > first.scanned_at, "{again:?}");
    assert!(matches!(house.delivery(filing).await?.state, State::Delivered { .. }));

    let mut tx = house.ctx.store.begin().await?;
    tx.delete_scans(std::slice::from_ref(&file.sha256)).await?;
    tx.commit().await?;
    let filing = house.deliver(&with(&file)).await?;
    assert!(scan(&house, &file).await?.state == ScanState::Clean);
    assert!(matches!(house.delivery(filing).await?.state, State::Delivered { .. }));
    house.finish().await
}

/// Nobody gets a document of the archive before, nor, when its verdict is too old, before it was
/// looked through again: who asks for it has that done.
pub async fn a_document_is_looked_through_before_anyone_gets_it(
    builder: Builder,
    scanner: impl FarScanner,
) -> Result<()> {
    let builder = builder.with(|config| config.http.open_pages = true);
    let mut house = open(builder, &scanner).await?;
    let front = house.front().await?;
    let (bytes, bad) = (pdf("manual"), pdf(&eicar()));
    let file = house.upload("手引き.pdf", &bytes).await?;
    let path = format!("/archive/{}/files/1", house.give_out(&file).await?);
    let keep_days = u64::try_from(house.ctx.config.scan.keep_days)?;
    for _ in 0..2 {
        let answer = front.get(&path, "").await?;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text());
        house.settle().await?;
        let answer = front.get(&path, "").await?;
        assert_eq!((answer.status, answer.bytes), (StatusCode::OK, bytes.clone()));
        house.advance(Duration::from_hours(24 * keep_days + 1)).await?;
    }
    let file = house.upload("ウイルス.pdf", &bad).await?;
    let path = format!("/archive/{}/files/1", house.give_out(&file).await?);
    house.settle().await?;
    assert_eq!(front.get(&path, "").await?.status, StatusCode::FORBIDDEN);
    house.finish().await
}
