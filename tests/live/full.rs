//! The disk of the data folder fills under a process that keeps all in it: it lives on, says what
//! is full, gives no receipt for what it cannot keep, and goes on when there is room.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::store::{OperatorRow, Store};
use hub::web::access::{Scope, new_key};
use reqwest::Response;
use reqwest::header::RETRY_AFTER;
use serde_json::Value;
use tests::house::{OPERATOR_NAME, change, operator};
use tests::servers::SmallDisk;

use super::process::{Seat, Settings, settings};

const SAPPORO: &str = "011002";
const ROOM: u64 = 48 << 20;
/// Filings until the room that the store's own files still have must be used up.
const FILINGS_MAX: u32 = 2_000;

/// A folder with tables and an operator; gives the operator's key.
async fn prepare(settings: &Settings, seat: &Seat, url: &str) -> Result<String> {
    let (code, said) = seat.end("migrate", settings).await?;
    ensure!(code == 0, "{said}");
    let clock = Arc::new(Clock::system());
    let store = Store::open(url, 1, Arc::clone(&clock)).await?;
    let (key, row) = new_key(&clock, Scope::Operator(operator()), "full");
    let own = OperatorRow {
        corporate_number: operator(),
        name: OPERATOR_NAME.to_owned(),
        mail: None,
        created_at: 0,
    };
    let mut tx = store.begin().await?;
    tx.save_operators(&[own]).await?;
    tx.insert_api_keys(&[row]).await?;
    tx.commit().await?;
    store.close().await;
    Ok(key)
}

struct Operator<'s> {
    seat: &'s Seat,
    key: String,
}

impl Operator<'_> {
    async fn file(&self, number: u32) -> Result<Response> {
        let request = self.seat.post("/v1/filings").bearer_auth(&self.key);
        let request = request.header("idempotency-key", format!("full-{number}"));
        Ok(request.json(&change(SAPPORO, &[])).send().await?)
    }

    async fn upload(&self) -> Result<Response> {
        let request = self.seat.post("/v1/attachments").bearer_auth(&self.key);
        let request = request.header("content-type", "application/pdf");
        Ok(request
            .body([b"%PDF-1.7".as_slice(), vec![b'%'; 200_000].as_slice()].concat())
            .send()
            .await?)
    }

    /// The number of a receipt that was given.
    async fn receipted(&self, answer: Response) -> Result<String> {
        ensure!(answer.status() == 201, "{}", answer.text().await?);
        let receipt: Value = answer.json().await?;
        Ok(receipt["receipt_number"].as_str().context("no number")?.to_owned())
    }
}

/// Nothing was kept, it is nobody's fault outside, and it is worth coming again.
async fn is_put_off(answer: Response) -> Result<()> {
    ensure!(answer.status() == 503, "{} {}", answer.status(), answer.text().await?);
    ensure!(answer.headers().contains_key(RETRY_AFTER), "{:?}", answer.headers());
    let problem: Value = answer.json().await?;
    ensure!(problem["owner"] == "hub" && problem["code"] == "unavailable", "{problem}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_a_full_data_folder_is_named_and_nothing_is_lost() -> Result<()> {
    let (disk, seat) = (SmallDisk::start(ROOM)?, Seat::new().await?);
    let folder = disk.path().join("data");
    let settings = settings([("TODOKE_DATA__FOLDER", &folder.display().to_string())]);
    let url = format!("sqlite:{}", folder.join("todoke.db").display());
    let operator = Operator { seat: &seat, key: prepare(&settings, &seat, &url).await? };

    let mut process = seat.serve(&settings).await?;
    let mut receipts = BTreeSet::new();
    receipts.insert(operator.receipted(operator.file(0).await?).await?);
    disk.fill()?;
    let mut number = 1;
    let refused = loop {
        ensure!(number < FILINGS_MAX, "it goes on to keep filings");
        let answer = operator.file(number).await?;
        if answer.status() != 201 {
            break answer;
        }
        receipts.insert(operator.receipted(answer).await?);
        number += 1;
    };
    is_put_off(refused).await?;
    is_put_off(operator.upload().await?).await?;
    process.says("data.folder").await?;
    let ready = seat.readyz_until(|ready| ready["ready"] == false).await?;
    for part in ["data", "objects"] {
        let why = ready["parts"][part].as_str().unwrap_or_default();
        ensure!(why.contains("No space left on device"), "{part}: {ready}");
    }

    disk.free()?;
    seat.readyz_until(|ready| ready["ready"] == true).await?;
    receipts.insert(operator.receipted(operator.file(number).await?).await?);
    ensure!(operator.upload().await?.status() == 201, "there is room");
    ensure!(receipts.len() == number as usize + 1, "{receipts:?}");
    process.stop().await?;

    let store = Store::open(&url, 1, Arc::new(Clock::system())).await?;
    ensure!(store.totals().await?.filings == i64::from(number) + 1, "others than were receipted");
    store.close().await;

    // And before a start.
    disk.fill()?;
    let (code, said) = seat.end("run", &settings).await?;
    ensure!(code == 1, "it ended with {code}: {said}");
    let (tried, advice) = ("cannot write in ", "name a folder of a disk with room");
    ensure!(said.contains("data.folder: ") && said.contains(tried), "{said}");
    ensure!(said.contains(advice) && said.contains("No space left"), "{said}");
    disk.free()?;
    seat.serve(&settings).await?.stop().await
}
