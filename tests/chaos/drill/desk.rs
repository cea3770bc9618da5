//! The desk: how the staff of a drill reach authorities and machines. It tells nothing by itself.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{Path, Query, State as Given};
use axum::http::StatusCode;
use axum::routing::post;
use schemas::AuthorityId;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::troubles::{ABOUT, State};

/// The listening desk; closed when it is dropped.
pub(super) struct Desk {
    pub(super) url: String,
    /// What can be started.
    pub(super) parts: Vec<String>,
    _serving: JoinSet<()>,
}

#[derive(Debug, Deserialize)]
struct Call {
    about: String,
}

type Answer = Result<String, (StatusCode, String)>;

impl Desk {
    pub(super) async fn open(state: Arc<State>) -> Result<Self> {
        let mut parts: Vec<_> = state.parts().list().into_iter().map(|(name, _)| name).collect();
        parts.push("mail-relay".to_owned());
        let router = Router::new()
            .route("/authorities/{code}/call", post(call))
            .route("/parts/{name}/start", post(start))
            .with_state(state);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap_or_default() });
        Ok(Self { url, parts, _serving: serving })
    }
}

async fn call(
    Given(state): Given<Arc<State>>,
    Path(code): Path<AuthorityId>,
    Query(Call { about }): Query<Call>,
) -> Answer {
    if !ABOUT.contains(&about.as_str()) {
        let words = ABOUT.join(", ");
        return Err((StatusCode::BAD_REQUEST, format!("about is one of {words}\n")));
    }
    said(state.call(code, &about).await)
}

async fn start(Given(state): Given<Arc<State>>, Path(name): Path<String>) -> Answer {
    said(state.start(&name))
}

fn said(done: Result<String>) -> Answer {
    match done {
        Ok(text) => Ok(text + "\n"),
        Err(error) => Err((StatusCode::CONFLICT, format!("{error:#}\n"))),
    }
}
