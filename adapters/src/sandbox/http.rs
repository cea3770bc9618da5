//! The far side over HTTP: `POST /a/<code>/filings`, signature and digest checked.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use schemas::{AuthorityId, Channel};
use tokio::net::{TcpListener, TcpStream};

use super::behaviour::{Act, is_transient};
use super::shelf::{Arrival, Draft, Shelf};
use super::{api_secret, file_of};
use crate::api::sign::Signer;

type Answer = Response<Full<Bytes>>;

/// Serves connections until the task is dropped.
pub(super) async fn serve(listener: TcpListener, shelf: Arc<Shelf>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&shelf)));
        }
    }
}

async fn connection(stream: TcpStream, shelf: Arc<Shelf>) {
    // Without it an answer could wait for an acknowledgement; one that cannot be set does no harm.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| handle(request, Arc::clone(&shelf)));
    // An error here is a far side that hung up, or an answer that was meant to be lost.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// An error drops the connection without an answer.
async fn handle(request: Request<Incoming>, shelf: Arc<Shelf>) -> io::Result<Answer> {
    let Some(code) = authority(request.uri().path()) else { return Ok(plain(404, "no such path")) };
    if request.method() == Method::HEAD {
        return Ok(plain(405, ""));
    }
    if request.method() != Method::POST {
        return Ok(plain(405, "POST a package"));
    }
    let headers = request.headers().clone();
    let id = header(&headers, "idempotency-key").to_owned();
    match shelf.decide(code, &id)? {
        Act::Drop => Err(io::ErrorKind::ConnectionAborted.into()),
        Act::Refuse(status) => {
            drain(request.into_body()).await?;
            Ok(refusal(status))
        }
        Act::Take => take(code, &headers, request.into_body(), &shelf).await,
        Act::TakeAfter(delay) => {
            let answer = take(code, &headers, request.into_body(), &shelf).await;
            tokio::time::sleep(delay).await;
            answer
        }
        Act::TakeSilently => {
            let answer = take(code, &headers, request.into_body(), &shelf).await?;
            if answer.status() == StatusCode::CONFLICT {
                return Ok(answer);
            }
            Err(io::ErrorKind::ConnectionAborted.into())
        }
    }
}

/// The code in `/a/<code>/filings`.
fn authority(path: &str) -> Option<AuthorityId> {
    path.strip_prefix("/a/")?.strip_suffix("/filings")?.parse().ok()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn drain(mut body: Incoming) -> io::Result<()> {
    while let Some(frame) = body.frame().await {
        frame.map_err(io::Error::other)?;
    }
    Ok(())
}

async fn take(
    code: AuthorityId,
    headers: &HeaderMap,
    mut body: Incoming,
    shelf: &Shelf,
) -> io::Result<Answer> {
    let id = header(headers, "webhook-id");
    let timestamp = header(headers, "webhook-timestamp").parse().unwrap_or(0);
    let mut signer = Signer::new(&api_secret(code), id, timestamp);
    let mut draft = shelf.draft();
    while let Some(frame) = body.frame().await {
        if let Some(bytes) = frame.map_err(io::Error::other)?.data_ref() {
            signer.update(bytes);
            draft.write(bytes)?;
        }
    }
    if !signer.is_signed_by(header(headers, "webhook-signature")) {
        return Ok(plain(401, "the signature is wrong"));
    }
    keep(code, headers, draft, shelf)
}

fn keep(
    code: AuthorityId,
    headers: &HeaderMap,
    draft: Draft<'_>,
    shelf: &Shelf,
) -> io::Result<Answer> {
    let (sha256, size) = draft.digest();
    let digest = STANDARD.encode(hex::decode(&sha256).unwrap_or_default());
    if header(headers, "content-digest") != format!("sha-256=:{digest}:") {
        return Ok(plain(400, "Content-Digest is wrong"));
    }
    let id = header(headers, "idempotency-key");
    let Ok(delivery) = id.parse() else { return Ok(plain(400, "Idempotency-Key is no id")) };
    if header(headers, "webhook-id") != id {
        return Ok(plain(400, "webhook-id and Idempotency-Key differ"));
    }
    let held = shelf.held(code, Channel::Api, id);
    if held.as_ref().is_some_and(|held| *held != sha256) {
        return Ok(plain(422, "this Idempotency-Key came with other bytes before"));
    }
    if held.is_none() {
        draft.keep(|| Ok(file_of(&shelf.folder(code, Channel::Api)?, delivery)))?;
    }
    let second_copy = header(headers, "todoke-second-copy") == "true";
    let repeat = shelf.note(Arrival {
        authority: code,
        delivery: id.to_owned(),
        channel: Channel::Api,
        second_copy,
        repeat: false,
        sha256,
        size,
        at: shelf.now(),
    })?;
    Ok(if repeat { plain(409, "held already") } else { plain(201, "stored") })
}

fn refusal(status: u16) -> Answer {
    let mut answer = plain(status, "この受付窓口は現在利用できません");
    if is_transient(status) {
        answer.headers_mut().insert(RETRY_AFTER, hyper::header::HeaderValue::from_static("1"));
    }
    answer
}

fn plain(status: u16, text: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    answer
}
