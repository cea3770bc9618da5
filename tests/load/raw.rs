//! The raw limits of the same machine in the same run: bare HTTP, commits, confirms.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Connection, ConnectionProperties};
use serde_json::{Value, json};

use crate::far_side::Cast;
use crate::measure::Watch;
use crate::{Args, rate};

/// How long each limit is measured.
const SPAN: Duration = Duration::from_secs(3);

/// All limits, per second.
pub(crate) async fn limits(args: &Args, cast: &Cast) -> anyhow::Result<Value> {
    let commits = match &args.store {
        Some(url) => json!(postgres_commits(url).await?),
        None => json!(null),
    };
    let confirms = match &args.broker {
        Some(url) => json!(confirms(url).await?),
        None => json!(null),
    };
    Ok(json!({"http_posts_of_2_kib_to_the_far_side": bare_http(args, cast).await?,
              "postgresql_single_row_commits_by_32_clients": commits,
              "rabbitmq_confirmed_publishes_of_2_kib": confirms}))
}

/// Bare posts to the far side's server; it answers 401 to what is not signed, which costs the same.
async fn bare_http(args: &Args, cast: &Cast) -> anyhow::Result<f64> {
    let url = cast.sandbox.api_endpoint(cast.authorities[cast.authorities.len() - 1]).url;
    let client = reqwest::Client::builder().tcp_nodelay(true).build()?;
    let body = bytes::Bytes::from(vec![b'x'; args.bytes]);
    let watch = Watch::start(std::process::id());
    let count = futures::stream::repeat(())
        .map(|()| {
            let request = client.post(&url).body(body.clone());
            async move { request.send().await?.bytes().await }
        })
        .buffer_unordered(64)
        .take_while(|_| std::future::ready(watch.elapsed() < SPAN))
        .filter(|done| std::future::ready(done.is_ok()))
        .count()
        .await;
    Ok(rate(count, watch.elapsed()))
}

async fn postgres_commits(url: &str) -> anyhow::Result<f64> {
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(32).connect(url).await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS load_raw (body text)").execute(&pool).await?;
    let body = "x".repeat(2_048);
    let watch = Watch::start(std::process::id());
    let count = futures::stream::repeat(())
        .map(|()| sqlx::query("INSERT INTO load_raw VALUES ($1)").bind(&body).execute(&pool))
        .buffer_unordered(32)
        .take_while(|_| std::future::ready(watch.elapsed() < SPAN))
        .filter(|done| std::future::ready(done.is_ok()))
        .count()
        .await;
    let rate = rate(count, watch.elapsed());
    sqlx::raw_sql("DROP TABLE load_raw").execute(&pool).await?;
    Ok(rate)
}

async fn confirms(url: &str) -> anyhow::Result<f64> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), lapin::types::AMQPValue::LongString("quorum".into()));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare("todoke.load.raw".into(), options, arguments).await?;
    let body = Arc::new(vec![b'x'; 2_048]);
    let watch = Watch::start(std::process::id());
    let count = futures::stream::repeat(())
        .map(|()| {
            let (channel, body) = (channel.clone(), Arc::clone(&body));
            async move {
                let properties = BasicProperties::default().with_delivery_mode(2);
                let options = BasicPublishOptions::default();
                let key = "todoke.load.raw".into();
                channel.basic_publish("".into(), key, options, &body, properties).await?.await
            }
        })
        .buffer_unordered(256)
        .take_while(|_| std::future::ready(watch.elapsed() < SPAN))
        .filter(|done| std::future::ready(done.is_ok()))
        .count()
        .await;
    let rate = rate(count, watch.elapsed());
    channel
        .queue_delete("todoke.load.raw".into(), lapin::options::QueueDeleteOptions::default())
        .await?;
    Ok(rate)
}
