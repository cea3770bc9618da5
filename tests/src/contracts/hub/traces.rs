//! One filing is one trace: from the caller, through every stage and the broker, to the authority.

use std::sync::Arc;

use anyhow::{Result, ensure};
use hub::web::access::Scope;
use reqwest::Method;
use schemas::FilingId;
use tokio_util::sync::CancellationToken;

use super::SAPPORO;
use crate::collector::{Collector, place};
use crate::house::{Answer, Builder, Front, House, change, operator};

/// What a caller says of its own trace.
const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

fn told_to(builder: Builder, collector: &Collector) -> Builder {
    let url = collector.url();
    builder.endpoints(SAPPORO, vec![collector.authority()]).with(move |config| {
        config.trace.endpoint.clone_from(&url);
        config.trace.service_name = "todoke of a test".into();
    })
}

/// Hands in a filing over HTTP, under this header.
async fn submit(front: &Front, key: &str, (id, header): (&str, Option<&str>)) -> Result<FilingId> {
    let mut request = front.request(Method::POST, "/v1/filings", key).header("idempotency-key", id);
    if let Some(header) = header {
        request = request.header("traceparent", header);
    }
    let answer = front.ask(request.json(&change(SAPPORO, &[]))).await?;
    ensure!(answer.status.is_success(), "{answer:?}");
    Ok(serde_json::from_value(answer.json["id"].clone())?)
}

/// All that was told so far is with the collector.
async fn tell(house: &House) -> Result<()> {
    let stop = CancellationToken::new();
    stop.cancel();
    let ctx = Arc::clone(&house.ctx);
    Ok(tokio::spawn(async move { ctx.spans.run(stop).await }).await?)
}

/// Every span is the child of the one before, and the far side gets the try's own.
pub async fn a_filing_is_one_trace_from_its_caller_to_its_authority(
    builder: Builder,
) -> Result<()> {
    let collector = Collector::open().await?;
    let mut house = told_to(builder, &collector).start().await?;
    let front = house.front().await?;
    let key = house.key(Scope::Operator(operator())).await?;
    let filing = submit(&front, &key, ("one", Some(CALLER))).await?;
    house.settle().await?;
    tell(&house).await?;

    let id = &CALLER[3..35];
    let [intake, router, courier, notifier] = ["intake", "router", "courier", "notifier"];
    let mut spans: Vec<String> = Vec::new();
    for (stage, parent) in
        [(intake, None), (router, Some(0)), (courier, Some(1)), (notifier, Some(0))]
    {
        let (trace, span, above) = place(&collector.span(stage)?);
        let parent: &str = parent.map_or(&CALLER[36..52], |place: usize| spans[place].as_str());
        ensure!((trace.as_str(), above.as_str()) == (id, parent), "{stage}: {trace} {above}");
        spans.push(span);
    }
    let all = collector.spans();
    ensure!(all.len() == 4, "{all:?}");
    ensure!(all.iter().all(|it| it.start_time_unix_nano <= it.end_time_unix_nano), "{all:?}");
    ensure!(collector.services().iter().all(|name| name == "todoke of a test"), "{collector:?}");
    ensure!(house.ctx.metrics.render().contains("todoke_spans_total{result=\"exported\"} 4"));

    let told = format!("00-{id}-{}-01", spans[2]);
    ensure!(collector.told() == [told.clone()], "{:?}", collector.told());
    let delivery = house.delivery(filing).await?;
    let tries = house.attempts(delivery.id).await?;
    ensure!(tries.len() == 1 && tries[0].trace == told.parse().ok(), "{tries:?}");
    shown(&house, (&front, filing), &told).await?;
    house.finish().await
}

/// To operations: the trace on the pages, what the far side was told with the try.
async fn shown(house: &House, (front, filing): (&Front, FilingId), told: &str) -> Result<()> {
    let key = house.key(Scope::Operations).await?;
    let delivery = house.delivery(filing).await?.id;
    let read = async |path: &str| -> Result<Answer> { front.get(path, &key).await };
    let api = read(&format!("/v1/operations/deliveries/{delivery}")).await?.json;
    ensure!(api["attempts"][0]["traceparent"] == told, "{api}");
    ensure!(api["delivery"]["trace_id"] == told[3..35], "{api}");
    let cookies = front.log_in(&key).await?;
    for (path, text) in [
        (format!("/deliveries/{delivery}"), told),
        (format!("/deliveries/{delivery}"), &format!("<span class=\"code\">{}<", &told[3..35])),
        (format!("/filings/{filing}"), &format!("<span class=\"code\">{}<", &told[3..35])),
    ] {
        let page = front.page(&path, &cookies).await?.text();
        ensure!(page.contains(text), "{path} does not show {text}: {page}");
    }
    Ok(())
}

/// No header, or one that does not read: the filing is taken, under a trace of its own.
pub async fn a_request_without_a_trace_begins_one(builder: Builder) -> Result<()> {
    let collector = Collector::open().await?;
    let mut house = told_to(builder, &collector).start().await?;
    let front = house.front().await?;
    let key = house.key(Scope::Operator(operator())).await?;
    let long = format!("{CALLER}-{}", "0".repeat(5_000));
    let zeros = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
    let headers = [None, Some("nonsense"), Some(long.as_str()), Some(zeros.as_str())];
    let mut ids = std::collections::BTreeSet::new();
    for (i, header) in headers.iter().enumerate() {
        let filing = submit(&front, &key, (&format!("key {i}"), *header)).await?;
        let revision = house.ctx.store.revisions(filing).await?.remove(0);
        ids.extend(revision.trace.map(|trace| trace.id()));
    }
    ensure!(ids.len() == headers.len() && !ids.contains(&CALLER[3..35]), "{ids:?}");
    house.settle().await?;
    let told: std::collections::BTreeSet<_> =
        collector.told().iter().map(|text| text[3..35].to_owned()).collect();
    ensure!(told == ids, "{told:?} of {ids:?}");
    house.finish().await
}

/// A try of hours later, by another process, whose broker has lost the message: the same trace.
pub async fn what_is_tried_again_stays_in_its_trace(builder: Builder) -> Result<()> {
    let collector = Collector::open().await?;
    let mut house = told_to(builder, &collector).start().await?;
    let front = house.front().await?;
    let key = house.key(Scope::Operator(operator())).await?;
    submit(&front, &key, ("one", Some(CALLER))).await?;
    super::until(async || Ok(house.ctx.store.totals().await?.outbox > 0)).await?;
    house.forget_messages().await?;
    house.restart().await?;
    let stale = house.ctx.config.upkeep.stale_ms;
    house.advance(std::time::Duration::from_millis(stale.unsigned_abs() + 1)).await?;
    house.tend().await?;
    let told = collector.told();
    ensure!(told.len() == 1 && told[0].starts_with(&CALLER[..35]), "{told:?}");
    house.finish().await
}
