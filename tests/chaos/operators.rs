//! The operators: they file at a steady rate over the public interface, and repeat a request whose
//! answer did not come, with the same Idempotency-Key.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use hub::clock::Clock;
use reqwest::{Client, RequestBuilder, StatusCode};
use schemas::FilingId;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::Args;
use crate::cast::Cast;
use crate::engines::Hub;
use crate::filings::{Planned, filing};

/// Filings under way at once at most; then the operators wait.
const AT_ONCE: usize = 200;
/// Requests of one filing at most.
const ASKS_MAX: u32 = 1_000;
/// Every so many filings are handed in once more, as if the receipt had been lost.
const TWICE_EVERY: usize = 10;

/// A receipt in an operator's hand.
#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    pub(crate) id: FilingId,
    /// 受付番号.
    pub(crate) number: String,
    /// When it came, in milliseconds.
    pub(crate) at: i64,
}

/// Who files, with everything that they were given.
pub(crate) struct Operators {
    pub(crate) seed: u64,
    pub(crate) cast: Arc<Cast>,
    pub(crate) clock: Arc<Clock>,
    client: Client,
    intakes: Vec<String>,
    operator_key: String,
    operations_key: String,
    next: AtomicUsize,
    /// By number of the filing.
    receipts: Mutex<BTreeMap<usize, Receipt>>,
    /// What must not happen; each a sentence.
    troubles: Mutex<Vec<String>>,
    /// Requests that had no answer, or one that asks to come again.
    pub(crate) repeats: AtomicUsize,
    /// Receipts given once more for the same key.
    pub(crate) replayed: AtomicUsize,
}

impl Operators {
    pub(crate) fn new(
        args: &Args,
        cast: &Arc<Cast>,
        hub: &Hub,
        clock: &Arc<Clock>,
    ) -> Result<Arc<Self>> {
        let client = Client::builder().timeout(Duration::from_secs(15)).no_proxy().build()?;
        Ok(Arc::new(Self {
            seed: args.seed,
            cast: Arc::clone(cast),
            clock: Arc::clone(clock),
            client,
            intakes: hub.intakes.clone(),
            operator_key: hub.operator_key.clone(),
            operations_key: hub.operations_key.clone(),
            next: AtomicUsize::default(),
            receipts: Mutex::default(),
            troubles: Mutex::default(),
            repeats: AtomicUsize::default(),
            replayed: AtomicUsize::default(),
        }))
    }

    /// Files until the time is over, then waits for the receipts that are still missing.
    pub(crate) async fn file_all(self: &Arc<Self>, args: &Args) {
        let mut pace = interval(Duration::from_secs(1) / args.rate);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut under_way = JoinSet::new();
        let until =
            self.clock.now_ms() + i64::try_from(args.span().as_millis()).unwrap_or(i64::MAX);
        for number in 0.. {
            pace.tick().await;
            if self.clock.now_ms() >= until {
                break;
            }
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
            let operators = Arc::clone(self);
            under_way.spawn(async move {
                if let Err(error) = operators.file(number).await {
                    operators.trouble(format!("filing {number} was not taken: {error:#}"));
                }
                drop(slot);
            });
        }
        under_way.join_all().await;
    }

    async fn file(&self, number: usize) -> Result<()> {
        let planned = self.planned(number)?;
        for bytes in &planned.files {
            let ask = |url: &str| {
                let request = self.client.post(format!("{url}/v1/attachments"));
                request.header("content-type", "application/pdf").body(bytes.clone())
            };
            self.ask(&self.operator_key, ask).await.context("an attachment")?;
        }
        let first = self.hand_in(number, &planned).await?;
        if number.is_multiple_of(TWICE_EVERY) {
            let second = self.hand_in(number, &planned).await?;
            self.replayed.fetch_add(1, Ordering::Relaxed);
            if second.id != first.id {
                let (one, other) = (first.id, second.id);
                self.trouble(format!("filing {number} was receipted as {one} and as {other}"));
            }
        }
        Ok(())
    }

    async fn hand_in(&self, number: usize, planned: &Planned) -> Result<Receipt> {
        let key = format!("chaos-{}-{number}", self.seed);
        let ask = |url: &str| {
            let request = self.client.post(format!("{url}/v1/filings"));
            request.header("idempotency-key", &key).body(planned.document.clone())
        };
        let given = self.ask(&self.operator_key, ask).await?;
        let receipt = Receipt {
            id: serde_json::from_value(given["id"].clone())?,
            number: given["receipt_number"].as_str().unwrap_or_default().to_owned(),
            at: self.clock.now_ms(),
        };
        let mut receipts = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
        receipts.entry(number).or_insert_with(|| receipt.clone());
        Ok(receipt)
    }

    /// Asks one intake after the other, until one says yes, or no for good.
    async fn ask(&self, key: &str, request: impl Fn(&str) -> RequestBuilder) -> Result<Value> {
        let mut last = None;
        for _ in 0..ASKS_MAX {
            let at = self.next.fetch_add(1, Ordering::Relaxed) % self.intakes.len();
            let answer = request(&self.intakes[at]).bearer_auth(key).send().await;
            let answer = match answer {
                Ok(answer) => {
                    let status = answer.status();
                    answer.json::<Value>().await.map(|body| (status, body))
                }
                Err(error) => Err(error),
            };
            match answer {
                Ok((status, body)) if status.is_success() => return Ok(body),
                Ok((status, body)) if !is_for_now(status) => {
                    anyhow::bail!("{status} {} {}", body["code"], body["detail"]);
                }
                Ok((status, body)) => last = Some(anyhow::anyhow!("{status} {body}")),
                Err(error) => last = Some(error.into()),
            }
            self.repeats.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(300)).await;
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("nobody was asked")))
    }

    /// What the hub shows to operations.
    pub(crate) async fn see(&self, path: &str) -> Result<Value> {
        let ask = |url: &str| self.client.get(format!("{url}{path}"));
        self.ask(&self.operations_key, ask).await.with_context(|| path.to_owned())
    }

    /// The filing of that number.
    pub(crate) fn planned(&self, number: usize) -> Result<Planned> {
        filing(self.seed, number, &self.cast)
    }

    pub(crate) fn receipts(&self) -> BTreeMap<usize, Receipt> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn troubles(&self) -> Vec<String> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn trouble(&self, sentence: String) {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).push(sentence);
    }
}

fn is_for_now(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
}
