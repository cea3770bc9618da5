//! Bad input over HTTP: each mistake has its own code, an owner, and a sentence that tells what to
//! do.

mod filings;
mod forms;
mod limits;
mod others;

use anyhow::{Context, Result, ensure};
use hub::web::access::Scope;
use reqwest::Method;
use schemas::Channel;
use serde_json::{Value, json};
use tests::house::{Answer, Front, House, change, code, operator};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";

/// A house behind its front, with one key of each scope.
struct Counter {
    house: House,
    front: Front,
    operator: String,
    authority: String,
    operations: String,
}

impl Counter {
    async fn open() -> Result<Self> {
        let builder = House::build().ladder(SAPPORO, &[Channel::Api]);
        Self::of(builder.with(|config| config.http.open_pages = true).start().await?).await
    }

    async fn of(house: House) -> Result<Self> {
        Ok(Self {
            front: house.front().await?,
            operator: house.key(Scope::Operator(operator())).await?,
            authority: house.key(Scope::Authority(code(SAPPORO))).await?,
            operations: house.key(Scope::Operations).await?,
            house,
        })
    }

    async fn file(&self, id: &str, body: &Value) -> Result<Answer> {
        self.front.post("/v1/filings", &self.operator, (id, body)).await
    }

    /// Sends a body as it is.
    async fn send(&self, path: &str, key: &str, body: impl Into<reqwest::Body>) -> Result<Answer> {
        let request = self.front.request(Method::POST, path, key).header("idempotency-key", "k");
        self.front.ask(request.header("content-type", "application/json").body(body)).await
    }

    async fn close(self) -> Result<()> {
        drop(self.front);
        self.house.finish().await
    }
}

/// A good filing, to be spoilt.
fn good() -> Value {
    serde_json::to_value(change(SAPPORO, &[])).expect("it is JSON")
}

/// The good filing with the value at this JSON Pointer replaced.
fn spoilt(pointer: &str, value: Value) -> Value {
    let mut body = good();
    *body.pointer_mut(pointer).expect("a field of the good filing") = value;
    body
}

/// Status, code and owner are these, and there is a sentence with these words in it.
#[track_caller]
fn assert_problem(answer: &Answer, (status, code, owner): (u16, &str, &str), words: &str) {
    let check = || -> Result<()> {
        ensure!(answer.status.as_u16() == status, "the status is {}", answer.status);
        ensure!(answer.media_type == "application/problem+json", "{}", answer.media_type);
        ensure!(answer.json["code"] == code, "the code is {}", answer.json["code"]);
        ensure!(answer.json["owner"] == owner, "the owner is {}", answer.json["owner"]);
        ensure!(answer.json["type"] == format!("urn:todoke:problem:{code}"), "another type");
        ensure!(answer.json["status"] == status, "another status in the body");
        let detail = answer.json["detail"].as_str().context("a sentence")?;
        ensure!(detail.contains(words), "the sentence is {detail:?}");
        Ok(())
    };
    if let Err(error) = check() {
        panic!("{code} ({status}, {owner}): {error}: {}", String::from_utf8_lossy(&answer.bytes));
    }
}

#[tokio::test]
async fn the_good_filing_is_good() -> Result<()> {
    let mut counter = Counter::open().await?;
    let answer = counter.file("good", &good()).await?;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    let again = counter.file("good", &good()).await?;
    assert_eq!((again.status.as_u16(), &again.json["replayed"]), (200, &json!(true)));
    assert_eq!(again.json["id"], answer.json["id"]);
    counter.house.settle().await?;
    let path = format!("/v1/filings/{}", answer.json["receipt_number"].as_str().context("one")?);
    let shown = counter.front.get(&path, &counter.operator).await?;
    assert_eq!(shown.json["status"], "delivered", "{shown:?}");
    counter.close().await
}
