//! Health: `/livez` tells that the process lives; `/readyz` whether it can work, and if not, why,
//! for each thing that it depends on; beside it, what people are told of maintenance. A process
//! that still starts, or stops, answers both.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use schemas::Owner;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::Desk;
use super::problem::Problem;
use crate::broker::Health;
use crate::config::Maintenance;
use crate::context::Context;

/// Time for one thing to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// Milliseconds for which an answer is given again: anybody may ask, and asking costs writes.
const FRESH_MS: i64 = 500;

/// What is wrong, by the name of the part.
pub(super) type Parts = BTreeMap<&'static str, Option<String>>;

/// What a process that starts is waiting for.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<Parts>);

impl Waiting {
    /// It waits for this part, and why.
    pub fn set(&self, part: &'static str, why: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(part, Some(why));
    }

    /// The part is there.
    pub fn clear(&self, part: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(part, None);
    }
}

/// Answers for a process that does not work yet, or no more, until its end or drop.
#[derive(Debug)]
pub struct Meanwhile {
    stop: CancellationToken,
    serving: AbortOnDropHandle<()>,
}

impl Meanwhile {
    /// Answers on this listener; `why` the process does not work.
    pub fn serve(
        listener: TcpListener,
        waiting: Arc<Waiting>,
        told: Maintenance,
        why: &'static str,
    ) -> Self {
        let readyz = async move || {
            let mut parts = waiting.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            parts.insert("process", Some(why.to_owned()));
            answer(&parts, None, &told)
        };
        let routes = Router::new().route("/readyz", get(readyz)).route("/livez", get(livez));
        // Not 404: who sends a filing would take that for an answer, and not come again.
        let routes = routes.fallback(async move || {
            let detail = format!("{why}: nothing was recorded; send the same request again");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", Owner::Hub, detail)
        });
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = tokio::spawn(async move {
            drop(axum::serve(listener, routes).with_graceful_shutdown(stopped).await);
        });
        Self { stop, serving: AbortOnDropHandle::new(serving) }
    }

    /// Makes room for what answers afterwards; whoever keeps a connection open does not delay it.
    pub async fn end(self) {
        self.stop.cancel();
        drop(timeout(Duration::from_secs(1), self.serving).await);
    }
}

/// The routes of a process that has started.
pub(super) fn routes() -> Router<Arc<Desk>> {
    let last: Arc<tokio::sync::Mutex<Option<(i64, Parts)>>> = Arc::default();
    let readyz = async move |State(desk): State<Arc<Desk>>| {
        let mut last = last.lock().await;
        let now = desk.ctx.clock.now_ms();
        let is_fresh = |at: i64| (0..FRESH_MS).contains(&(now - at));
        let (at, parts) = match last.take() {
            Some((at, parts)) if is_fresh(at) => (at, parts),
            Some(_) | None => (now, look(&desk.ctx).await),
        };
        let told = answer(&parts, Some(&desk.ctx.store.place()), &desk.ctx.config.maintenance);
        *last = Some((at, parts));
        told
    };
    Router::new().route("/readyz", get(readyz)).route("/livez", get(livez))
}

async fn livez() -> &'static str {
    "ok\n"
}

/// Looks at everything that this process depends on.
pub(super) async fn look(ctx: &Context) -> Parts {
    let store = async { ctx.store.check().await.map_err(|e| e.to_string()) };
    let objects = async { ctx.objects.probe().await.map_err(|e| e.to_string()) };
    let spool = async { ctx.check_spool().map_err(|e| e.to_string()) };
    let (store, objects, spool) = tokio::join!(in_time(store), in_time(objects), in_time(spool));
    let broker = match ctx.broker.health() {
        Health::Up => None,
        Health::Blocked(why) => Some(format!("it takes no messages at the moment: {why}")),
        Health::Down(why) => Some(why),
    };
    let stopping = ctx.stop.is_cancelled().then(|| "it is stopping".to_owned());
    Parts::from([
        ("store", store),
        ("broker", broker),
        ("objects", objects),
        ("data", spool),
        ("process", stopping),
    ])
}

async fn in_time(asking: impl Future<Output = Result<(), String>>) -> Option<String> {
    match timeout(ANSWER_LIMIT, asking).await {
        Ok(answer) => answer.err(),
        Err(_) => Some(format!("no answer within {} s", ANSWER_LIMIT.as_secs())),
    }
}

/// `store` tells which of several servers serves, once that is known.
fn answer(parts: &Parts, store: Option<&str>, told: &Maintenance) -> (StatusCode, Json<Value>) {
    let ready = parts.values().all(Option::is_none);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let parts: BTreeMap<_, _> =
        parts.iter().map(|(part, why)| (*part, why.as_deref().unwrap_or("ok"))).collect();
    let serving = json!({"store": store});
    let told = [("ja", told.notice_ja.trim()), ("en", told.notice_en.trim())];
    let told: BTreeMap<_, _> = told.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let maintenance = (!told.is_empty()).then_some(told);
    let body = json!({
        "ready": ready, "parts": parts, "serving": serving, "maintenance": maintenance,
    });
    (status, Json(body))
}
