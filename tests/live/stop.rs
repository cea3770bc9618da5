//! A stop by signals: soft at the first, broken off at the second, and nothing is sent twice over.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::delivery::{Delivery, State};
use hub::store::{EndpointRow, OperatorRow, Store};
use hub::web::access::{Scope, new_key};
use schemas::FilingId;
use serde_json::Value;
use tempfile::TempDir;
use tests::contracts::hub::late::Late;
use tests::house::{OPERATOR_NAME, change, code, operator};
use tests::servers::{Postgres, RabbitMq};
use tokio::time::timeout;

use super::process::{Process, Seat, Settings, settings};

const SAPPORO: &str = "011002";

/// Processes on shared engines, and an authority that answers when it is told to.
struct Scene {
    store: Store,
    late: Late,
    key: String,
    settings: Settings,
    _objects: TempDir,
}

impl Scene {
    async fn set() -> Result<Self> {
        let (late, objects) = (Late::open(201).await?, tempfile::tempdir()?);
        let (url, clock) = (Postgres::shared().fresh_database().await?, Arc::new(Clock::system()));
        let store = Store::open(&url, 2, Arc::clone(&clock)).await?;
        store.migrate().await?;
        let (key, row) = new_key(&clock, Scope::Operator(operator()), "stop");
        let own = OperatorRow {
            corporate_number: operator(),
            name: OPERATOR_NAME.to_owned(),
            mail: None,
            created_at: 0,
        };
        let ladder = [late.endpoint.clone()];
        let mut tx = store.begin().await?;
        tx.insert_endpoints(&EndpointRow::of_ladder(&ladder, code(SAPPORO), 0)?).await?;
        tx.save_operators(&[own]).await?;
        tx.insert_api_keys(&[row]).await?;
        tx.commit().await?;
        let place = url::Url::from_file_path(objects.path()).ok().context("an absolute path")?;
        let settings = settings([
            ("TODOKE_STORE__URL", &url),
            ("TODOKE_BROKER__URL", &RabbitMq::shared().fresh_vhost()?),
            ("TODOKE_OBJECTS__URL", place.as_str()),
            ("TODOKE_ENDPOINTS__ALLOW_PRIVATE_ADDRESSES", "true"),
        ]);
        Ok(Self { store, late, key, settings, _objects: objects })
    }

    /// A process that has begun to send a filing, and has no answer.
    async fn sending(&self, seat: &Seat) -> Result<(Process, FilingId)> {
        let process = seat.serve(&self.settings).await?;
        let request = seat.post("/v1/filings").bearer_auth(&self.key);
        let request = request.header("idempotency-key", "once").json(&change(SAPPORO, &[]));
        let receipt: Value = request.send().await?.error_for_status()?.json().await?;
        self.late.is_asked(1).await?;
        Ok((process, serde_json::from_value(receipt["id"].clone())?))
    }

    async fn delivery(&self, filing: FilingId) -> Result<Delivery> {
        let mut all = self.store.deliveries_of(filing).await?;
        ensure!(all.len() == 1, "{all:?}");
        Ok(all.remove(0))
    }

    async fn events(&self, filing: FilingId) -> Result<Vec<String>> {
        Ok(self.store.events(filing).await?.into_iter().map(|event| event.kind).collect())
    }
}

/// Asks for a stop, which takes its time.
async fn begin_to_stop(seat: &Seat, process: &mut Process) -> Result<()> {
    process.terminate().await?;
    process.says("stopping: what is in hand ends first").await?;
    let is_told = |ready: &Value| ready["parts"]["process"] == "it is stopping";
    let ready = seat.readyz_until(is_told).await?;
    ensure!(ready["ready"] == false, "{ready}");
    let refused = seat.post("/v1/filings").body("{}").send().await?.status().as_u16();
    ensure!(refused == 503, "a filing is answered {refused}: who sends it would not try again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_lets_the_try_under_way_end() -> Result<()> {
    let (scene, seat) = (Scene::set().await?, Seat::new().await?);
    let (mut process, filing) = scene.sending(&seat).await?;
    begin_to_stop(&seat, &mut process).await?;
    scene.late.answer();
    let (code, said) = process.ended().await?;
    ensure!(code == 0 && said.contains("stopped"), "it ended with {code}: {said}");
    let delivery = scene.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    ensure!(delivery.attempts == 1 && scene.late.asked().len() == 1, "{delivery:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_signal_gives_back_what_another_process_delivers_at_once() -> Result<()> {
    let (scene, seat) = (Scene::set().await?, Seat::new().await?);
    let (mut process, filing) = scene.sending(&seat).await?;
    begin_to_stop(&seat, &mut process).await?;
    process.terminate().await?;
    let (code, said) = process.ended().await?;
    let why = "after a second signal, what was in hand was broken off and given back";
    ensure!(code == 1 && said.contains(why), "it ended with {code}: {said}");
    let given_back = scene.delivery(filing).await?;
    ensure!(!matches!(given_back.state, State::Sending { .. }), "{given_back:?}");
    let events = scene.events(filing).await?;
    ensure!(events.iter().any(|kind| kind == "delivery.given_back"), "{events:?}");

    // Long before the lease would have been over.
    scene.late.answer();
    let other = Seat::new().await?;
    std::fs::create_dir(other.data())?;
    std::fs::copy(seat.data().join("signing.key"), other.data().join("signing.key"))?;
    let process = other.serve(&scene.settings).await?;
    timeout(Duration::from_secs(20), scene.late.is_asked(2))
        .await
        .context("nobody goes on with it")??;
    process.stop().await?;
    let delivery = scene.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    // The same key both times: one package for the authority.
    let id = delivery.id.to_string();
    ensure!(scene.late.asked() == [id.clone(), id], "{:?}", scene.late.asked());
    Ok(())
}
