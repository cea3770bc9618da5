//! A cluster of three RabbitMQ nodes carries the hub's messages while each of them is lost in turn.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use hub::broker::topology::ROUTER;
use hub::broker::{Broker, BrokerError, Health, RabbitMq};
use tests::contracts::broker::{acknowledge_until, filings, publish_surely, take, until};
use tests::servers::{self, Cluster};

#[tokio::test(flavor = "multi_thread")]
async fn fault_each_node_of_three_is_killed_and_comes_back() -> Result<()> {
    let mut cluster = Cluster::start(3)?;
    let broker = RabbitMq::open(&cluster.fresh_vhost()?).await?;
    let members = "lists:usort([{amqqueue:get_type(Queue), \
                   length(maps:get(nodes, amqqueue:get_type_state(Queue)))} || \
                   Queue <- rabbit_amqqueue:list()])";
    let said = cluster.nodes()[0].call(members)?;
    ensure!(said.contains("{ok, [{rabbit_quorum_queue, 3}]}"), "the members of the queues: {said}");
    cluster.settle()?;
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 100).await;
    let mut seen = BTreeSet::new();
    let mut end = 0;
    for at in 0..3 {
        let node = &mut cluster.nodes_mut()[at];
        tokio::task::block_in_place(|| node.kill())?;
        for _while_it_is in ["away", "coming back"] {
            let numbers = end..end + 1_000;
            end = numbers.end;
            let publishing = publish_surely(&broker, filings(numbers));
            let consuming = acknowledge_until(&mut *consumer, &mut seen, end);
            tokio::try_join!(publishing, consuming)?;
            if end % 2_000 != 0 {
                tokio::task::block_in_place(|| node.restart())?;
            }
        }
        until("all is well again", || broker.health() == Health::Up).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_node_that_does_not_answer_is_passed_over() -> Result<()> {
    let server = servers::RabbitMq::shared();
    let url = server.fresh_vhost()?;
    let dead = url.replace(&server.port().to_string(), "1");
    let broker = RabbitMq::open(&format!("{dead},{url}")).await?;
    publish_surely(&broker, filings(0..1)).await?;
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 10).await;
    take(&mut *consumer, 1).await?;
    let error =
        RabbitMq::open(&format!("{dead},{dead}")).await.err().context("somebody is at 1")?;
    ensure!(matches!(error, BrokerError::Unreachable { .. }), "{error}");
    ensure!(error.to_string().contains("127.0.0.1:1, 127.0.0.1:1"), "{error}");
    let wrong = url.replace("guest:guest", "guest:wrong");
    let error = RabbitMq::open(&format!("{dead},{wrong}")).await.err().context("it let us in")?;
    ensure!(matches!(error, BrokerError::Login { .. }), "{error}");
    Ok(())
}
