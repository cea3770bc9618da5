//! A collector of traces that is slow or away costs no filing; settings that cannot be are told.

use std::sync::Arc;

use anyhow::{Context, Result};
use hub::config::Config;
use hub::delivery::State;
use hub::metrics::Metrics;
use hub::trace::Spans;
use schemas::Channel;
use tests::house::{House, change};
use tokio_util::sync::CancellationToken;

/// Its port takes connections, and nobody ever answers. One span waits in the queue; the rest has
/// no room, and the stop takes no longer than one answer may.
#[tokio::test]
async fn a_collector_that_never_answers_costs_no_filing() -> Result<()> {
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/v1/traces", silent.local_addr()?);
    let mut house = House::build()
        .ladder("011002", &[Channel::Api])
        .with(move |config| {
            config.trace.endpoint.clone_from(&url);
            config.trace.queue_max = 1;
            config.trace.answer_ms = 50;
        })
        .start()
        .await?;
    let filing = house.deliver(&change("011002", &[])).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let stop = CancellationToken::new();
    stop.cancel();
    let ctx = Arc::clone(&house.ctx);
    tokio::spawn(async move { ctx.spans.run(stop).await }).await?;
    let metrics = house.ctx.metrics.render();
    // Of intake, router, courier and notifier.
    for (result, count) in [("exported", 0), ("failed", 1), ("dropped", 3)] {
        let line = format!("todoke_spans_total{{result=\"{result}\"}} {count}\n");
        assert!(metrics.contains(&line), "{line} is not in {metrics}");
    }
    house.finish().await
}

#[tokio::test]
async fn without_a_collector_the_trace_goes_along_all_the_same() -> Result<()> {
    let mut house = House::build().ladder("011002", &[Channel::Api]).start().await?;
    let filing = house.deliver(&change("011002", &[])).await?;
    let delivery = house.delivery(filing).await?;
    let revision = house.ctx.store.revisions(filing).await?.remove(0);
    let id = revision.trace.context("a trace")?.id();
    let attempt = house.attempts(delivery.id).await?.remove(0);
    for trace in [delivery.trace, attempt.trace, house.notices(filing).await?[0].trace] {
        let trace = trace.context("a trace")?;
        assert_eq!(trace.id(), id);
        assert!(trace.to_string().ends_with("-00"), "nobody is told of it: {trace}");
    }
    house.finish().await
}

type Alter = fn(&mut hub::trace::Settings);

#[test]
fn settings_that_cannot_be_are_told_by_name() -> Result<()> {
    hub::app::install_crypto();
    let cases: [(Alter, &str); 6] = [
        (
            |it| it.sample_ratio = 1.1,
            "trace.sample_ratio: it is a share of all traces, from 0 to 1",
        ),
        (|it| it.sample_ratio = f64::NAN, "trace.sample_ratio: "),
        (|it| it.queue_max = 0, "trace.queue_max: with 0 nothing could be sent"),
        (|it| it.batch_max = 0, "trace.batch_max: with 0 nothing could be sent"),
        (|it| it.endpoint = "collector:4318".into(), "trace.endpoint: \"collector:4318\": "),
        (|it| it.endpoint = "nonsense".into(), "write it as http://localhost:4318/v1/traces"),
    ];
    let settings = Config::defaults()?.trace;
    assert!(Spans::open(&settings, &Metrics::default()).is_ok(), "the defaults are fine");
    for (alter, says) in cases {
        let mut settings = settings.clone();
        alter(&mut settings);
        let refused = Spans::open(&settings, &Metrics::default());
        let error = refused.err().with_context(|| format!("{settings:?} is taken"))?.to_string();
        assert!(error.contains(says), "{error}");
    }
    Ok(())
}
