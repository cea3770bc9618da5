//! Users of the broker who may no more than they need.

use anyhow::{Context, Result, ensure};
use futures::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Connection, ConnectionProperties};
use tests::servers::RabbitMq;

use super::read;

const QUEUE: &str = "subscriber.ledger";

/// A virtual host with the rights of `deploy/`, and the URLs of its two users.
pub(super) struct Rights {
    /// Of the hub.
    pub(super) hub: String,
    subscriber: String,
    vhost: String,
}

/// Makes it on the shared server.
pub(super) fn rights() -> Result<Rights> {
    let server = RabbitMq::shared();
    let url = server.fresh_vhost()?;
    let vhost = url.rsplit_once('/').context("a virtual host")?.1.to_owned();
    for user in ["todoke", "subscriber"] {
        let add = "ok = rabbit_auth_backend_internal:add_user";
        server.call(&format!("{add}(<<\"{user}\">>, <<\"kotoba\">>, <<\"tests\">>)"))?;
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("rights.json");
    let ours = read("rabbitmq/rights.json")?;
    std::fs::write(
        &file,
        ours.replace("\"vhost\": \"todoke\"", &format!("\"vhost\": \"{vhost}\"")),
    )?;
    let body = format!("file:read_file(\"{}\")", file.display());
    server.call(&format!("{{ok, Body}} = {body}, ok = rabbit_definitions:import_raw(Body)"))?;
    let [configure, write, read] = subscriber_rights()?;
    let set = "ok = rabbit_auth_backend_internal:set_permissions";
    server.call(&format!(
        "{set}(<<\"subscriber\">>, <<\"{vhost}\">>, <<\"{configure}\">>, <<\"{write}\">>, \
         <<\"{read}\">>, <<\"tests\">>)"
    ))?;
    let of = |user: &str| url.replace("guest:guest", &format!("{user}:kotoba"));
    Ok(Rights { hub: of("todoke"), subscriber: of("subscriber"), vhost })
}

/// The three patterns that the run book gives a subscriber, for Erlang's text.
fn subscriber_rights() -> Result<[String; 3]> {
    let book = read("README.md")?;
    let line = book.lines().find(|line| line.contains("set_permissions --vhost todoke subscriber"));
    let mut quoted = line.context("no rights for subscribers")?.split('\'').skip(1).step_by(2);
    let mut next = || anyhow::Ok(quoted.next().context("a pattern")?.replace('\\', "\\\\"));
    Ok([next()?, next()?, next()?])
}

async fn connect(url: &str) -> Result<Connection> {
    Ok(Connection::connect(url, ConnectionProperties::default()).await?)
}

impl Rights {
    /// Subscribes to all events, as a program outside would; gives what tells of them, and by what.
    pub(super) async fn subscribe(&self) -> Result<(lapin::Consumer, Connection)> {
        let connection = connect(&self.subscriber).await?;
        let channel = connection.create_channel().await?;
        let (options, none) = (QueueDeclareOptions::default(), FieldTable::default());
        channel.queue_declare(QUEUE.into(), options, none.clone()).await?;
        let (bind, events) = (QueueBindOptions::default(), "todoke.events".into());
        channel.queue_bind(QUEUE.into(), events, "#".into(), bind, none.clone()).await?;
        let consume = BasicConsumeOptions { no_ack: true, ..Default::default() };
        let events = channel.basic_consume(QUEUE.into(), "".into(), consume, none).await?;
        Ok((events, connection))
    }

    /// One event came; and neither user may do what is not theirs.
    pub(super) async fn hold(&self, events: &mut lapin::Consumer) -> Result<()> {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), events.next());
        let event = next.await.context("no event came")?.context("the queue ended")??;
        ensure!(event.exchange.as_str() == "todoke.events", "{event:?}");
        let queue = format!("rabbit_misc:r(<<\"{}\">>, queue, <<\"{QUEUE}\">>)", self.vhost);
        let name = "rabbit_policy:name(Q) =:= <<\"subscribers\">>";
        let limited = format!("{{ok, Q}} = rabbit_amqqueue:lookup({queue}), {name}");
        let limited = RabbitMq::shared().call(&limited)?;
        ensure!(limited.contains("true"), "its queue has no limit: {limited}");

        let (of_hub, of_other) = (connect(&self.hub).await?, connect(&self.subscriber).await?);
        let (queue, none) = (QueueDeclareOptions::default(), FieldTable::default());
        let channel = of_hub.create_channel().await?;
        let made = channel.queue_declare("other".into(), queue, none.clone()).await;
        is_refused(made.map(drop))?;
        let channel = of_other.create_channel().await?;
        let consume = BasicConsumeOptions::default();
        let consumed = channel.basic_consume("todoke.router".into(), "".into(), consume, none);
        is_refused(consumed.await.map(drop))?;
        let channel = of_other.create_channel().await?;
        channel.confirm_select(lapin::options::ConfirmSelectOptions::default()).await?;
        let (publish, key) = (BasicPublishOptions::default(), "filing.submitted".into());
        let properties = BasicProperties::default();
        let work = "todoke.work".into();
        let published = channel.basic_publish(work, key, publish, b"{}", properties).await;
        let confirmed = match published {
            Ok(confirm) => confirm.await.map(drop),
            Err(error) => Err(error),
        };
        is_refused(confirmed)?;
        let elsewhere = self.hub.replace(&self.vhost, "%2f");
        ensure!(connect(&elsewhere).await.is_err(), "it may enter another virtual host");
        Ok(())
    }
}

fn is_refused(done: lapin::Result<()>) -> Result<()> {
    let error = done.err().context("it was let do so")?.to_string();
    ensure!(error.contains("ACCESS_REFUSED"), "{error}");
    Ok(())
}
