//! Pages that refresh by themselves: the counts of all, sent to each, for as long as each may see
//! them.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use hub::web::access::Scope;
use reqwest::{Method, Response, StatusCode};
use tests::contracts::broker::until;
use tests::house::{Builder, Front, House, change};

fn lively() -> Builder {
    House::build().with(|config| config.operations.live_ms = 1)
}

async fn open(front: &Front, (path, cookies): (&str, &str)) -> Result<Response> {
    Ok(front.bare(Method::GET, path).header("cookie", cookies).send().await?)
}

/// Reads on until this has come.
async fn await_text(stream: &mut Response, text: &str) -> Result<()> {
    let mut seen = String::new();
    while let Some(piece) = stream.chunk().await? {
        seen.push_str(&String::from_utf8_lossy(&piece));
        if seen.contains(text) {
            return Ok(());
        }
    }
    bail!("{text} did not come: {seen}")
}

/// Reads to the end.
async fn await_end(mut stream: Response) -> Result<()> {
    while stream.chunk().await?.is_some() {}
    Ok(())
}

async fn staff(house: &House, front: &Front) -> Result<String> {
    front.log_in(&house.key(Scope::Operations).await?).await
}

#[tokio::test]
async fn numbers_come_while_a_page_is_open_in_its_language() -> Result<()> {
    let mut house = lively().start().await?;
    let front = house.front().await?;
    let cookies = staff(&house, &front).await?;
    let page = front.page("/?live=1", &cookies).await?.text();
    ensure!(page.contains("data-live=\"/live/numbers\"") && page.contains("/static/live.js?v="));
    ensure!(page.contains("<noscript><meta http-equiv=\"refresh\""), "without a script as before");
    let mut japanese = open(&front, ("/live/numbers?live=1", &cookies)).await?;
    let mut english = open(&front, ("/live/numbers?live=1&lang=en", &cookies)).await?;
    let kind = japanese.headers().get("content-type").and_then(|value| value.to_str().ok());
    ensure!(kind == Some("text/event-stream"), "{japanese:?}");
    await_text(&mut japanese, "届出</span> <strong>0<").await?;
    await_text(&mut english, "Filings</span> <strong>0<").await?;
    house.deliver(&change("011002", &[])).await?;
    house.clock.advance(Duration::from_secs(10));
    await_text(&mut japanese, "届出</span> <strong>1<").await?;
    await_text(&mut english, "Filings</span> <strong>1<").await?;
    let mut lanes = open(&front, ("/live/lanes", &cookies)).await?;
    await_text(&mut lanes, "event: numbers").await?;
    drop(front);
    house.finish().await
}

/// As many as may be, and each of very many gives its place back.
#[tokio::test]
async fn there_is_room_for_so_many_and_nothing_is_left_of_those_that_went() -> Result<()> {
    let house = lively().with(|config| config.operations.live_max = 3).start().await?;
    let front = house.front().await?;
    let cookies = staff(&house, &front).await?;
    for _ in 0..60 {
        let mut open_ones = Vec::new();
        for _ in 0..3 {
            let mut stream = open(&front, ("/live/numbers", &cookies)).await?;
            await_text(&mut stream, "event: numbers").await?;
            open_ones.push(stream);
        }
        let none = open(&front, ("/live/lanes", &cookies)).await?;
        ensure!(none.status() == StatusCode::SERVICE_UNAVAILABLE, "a fourth: {none:?}");
        ensure!(none.headers().contains_key("retry-after"), "{none:?}");
        ensure!(front.counts.streams() == 3, "{}", front.counts.streams());
        drop(open_ones);
        until("all are gone", || front.counts.streams() == 0).await?;
    }
    drop(front);
    house.finish().await
}

#[tokio::test]
async fn it_ends_with_its_session_after_its_time_and_with_the_process() -> Result<()> {
    let house = lively().with(|config| config.operations.live_minutes = 2).start().await?;
    let front = house.front().await?;
    let cookies = staff(&house, &front).await?;

    let stream = open(&front, ("/live/numbers", &cookies)).await?;
    house.clock.advance(Duration::from_mins(2));
    await_end(stream).await?;

    let stream = open(&front, ("/live/numbers", &cookies)).await?;
    house.raw("DELETE FROM sessions".into()).await?;
    await_end(stream).await?;
    let refused = open(&front, ("/live/numbers", &cookies)).await?;
    ensure!(refused.url().path() == "/login", "who is out is let in: {refused:?}");

    let cookies = staff(&house, &front).await?;
    let mut stream = open(&front, ("/live/numbers", &cookies)).await?;
    await_text(&mut stream, "event: numbers").await?;
    house.ctx.stop.cancel();
    await_end(stream).await?;
    until("all are gone", || front.counts.streams() == 0).await?;
    drop(front);
    house.finish().await
}
