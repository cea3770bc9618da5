//! Notices to an operator's own system: signed, repeated under one id, and in nobody's way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapters::api::sign::Signer;
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hub::addresses::By;
use hub::webhooks;
use schemas::Channel;
use serde_json::Value;
use tests::house::{House, OPERATOR_MAIL, change, operator};

/// Posts that came, and what each is answered.
#[derive(Default)]
struct Inbox {
    posts: Vec<(HeaderMap, Bytes)>,
    answers: Vec<StatusCode>,
}

type Shared = Arc<Mutex<Inbox>>;

async fn take(State(inbox): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut inbox = inbox.lock().expect("a lock");
    inbox.posts.push((headers, body));
    if inbox.answers.is_empty() { StatusCode::NO_CONTENT } else { inbox.answers.remove(0) }
}

/// A server of the operator's own; the first posts are answered so.
async fn serve(answers: &[StatusCode]) -> Result<(String, Shared)> {
    let inbox = Shared::default();
    inbox.lock().expect("a lock").answers = answers.to_vec();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hook", listener.local_addr()?);
    let app = Router::new().route("/hook", post(take)).with_state(Arc::clone(&inbox));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok((url, inbox))
}

fn by() -> By<'static> {
    By { operator: operator(), person: "tests", name: "tests" }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str> {
    Ok(headers.get(name).with_context(|| format!("{name} is missing"))?.to_str()?)
}

#[tokio::test]
async fn a_notice_is_posted_signed_beside_the_mail_and_repeated_until_it_is_taken() -> Result<()> {
    let (url, inbox) = serve(&[StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE]).await?;
    let mut house = House::build().ladder("011002", &[Channel::Api]).start().await?;
    webhooks::set(&house.ctx, by(), &url).await?;
    let set = webhooks::current(&house.ctx, operator()).await?.context("a webhook")?;
    let secret = webhooks::secret(&house.ctx, &set);
    let filing = house.deliver(&change("011002", &[])).await?;
    assert_eq!(house.letters_to(OPERATOR_MAIL)?.len(), 1, "the mail does not wait");
    assert_eq!(inbox.lock().expect("a lock").posts.len(), 1);
    // Longer than the ladder's first two steps.
    for _ in 0..2 {
        house.advance(Duration::from_mins(10)).await?;
    }
    let posts = std::mem::take(&mut inbox.lock().expect("a lock").posts);
    assert_eq!(posts.len(), 3, "two were not taken");
    let notices = house.notices(filing).await?;
    let notice = notices.iter().find(|it| it.recipient == "webhook").context("a notice")?;
    assert_eq!((notice.state.as_str(), notice.tries), ("sent", 3));
    for (headers, body) in &posts {
        assert_eq!(header(headers, "webhook-id")?, notice.id.to_string(), "a repeat is known");
        let at = header(headers, "webhook-timestamp")?.parse()?;
        let mut signer = Signer::new(&secret, &notice.id.to_string(), at);
        signer.update(body);
        assert!(signer.is_signed_by(header(headers, "webhook-signature")?));
    }
    let body: Value = serde_json::from_slice(&posts[0].1)?;
    let example: Value = serde_json::from_str(&webhooks::example(&house.ctx))?;
    assert_eq!(body["type"], "filing.received");
    assert_eq!(body["data"]["receipt_number"], filing.receipt_number());
    for at in ["", "/data"] {
        let keys = |of: &Value| -> Vec<String> {
            let object = of.pointer(at).and_then(Value::as_object);
            object.map(|object| object.keys().cloned().collect()).unwrap_or_default()
        };
        assert_eq!(keys(&body), keys(&example), "the page shows what is posted");
    }
    house.finish().await
}

#[tokio::test]
async fn what_is_gone_or_removed_is_given_up() -> Result<()> {
    let (url, inbox) = serve(&[StatusCode::GONE, StatusCode::BAD_GATEWAY]).await?;
    let mut house = House::build().ladder("011002", &[Channel::Api]).start().await?;
    webhooks::set(&house.ctx, by(), &url).await?;
    let gone = house.deliver(&change("011002", &[])).await?;
    let removed = house.deliver(&change("011002", &[])).await?;
    // Which act is the newer one is told by its time.
    house.clock.advance(Duration::from_millis(1));
    webhooks::remove(&house.ctx, by()).await?;
    let never = house.deliver(&change("011002", &[])).await?;
    house.advance(Duration::from_hours(1)).await?;
    let mut whys = Vec::new();
    for filing in [gone, removed] {
        let notices = house.notices(filing).await?;
        let notice = notices.iter().find(|it| it.recipient == "webhook").context("a notice")?;
        assert_eq!(notice.state, "failed");
        let why: Value = serde_json::from_str(notice.why.as_deref().context("why")?)?;
        whys.push((why["code"].clone(), why["owner"].clone()));
    }
    let expected = ["http_410", "webhook_removed"].map(|code| (code.into(), "operator".into()));
    assert_eq!(whys, expected);
    assert!(house.notices(never).await?.iter().all(|it| it.recipient != "webhook"));
    assert_eq!(inbox.lock().expect("a lock").posts.len(), 2, "after that nothing is posted");
    house.finish().await
}

#[tokio::test]
async fn more_than_there_is_room_for_wait_without_using_up_tries() -> Result<()> {
    let (url, inbox) = serve(&[]).await?;
    let house = House::build().ladder("011002", &[Channel::Api]);
    let mut house = house.with(|config| config.webhook.operator_at_once = 1).start().await?;
    webhooks::set(&house.ctx, by(), &url).await?;
    let mut filings = Vec::new();
    for _ in 0..3 {
        filings.push(house.file(&change("011002", &[])).await?.id);
    }
    house.settle().await?;
    for _ in 0..2 {
        house.advance(Duration::from_mins(10)).await?;
    }
    for filing in filings {
        let notices = house.notices(filing).await?;
        let notice = notices.iter().find(|it| it.recipient == "webhook").context("a notice")?;
        assert_eq!((notice.state.as_str(), notice.tries), ("sent", 1));
    }
    assert_eq!(inbox.lock().expect("a lock").posts.len(), 3);
    house.finish().await
}
