//! The demo environment on PostgreSQL and RabbitMQ.

use anyhow::Result;
use tests::demo::Demo;
use tests::servers::{Postgres, RabbitMq};

#[tokio::test]
async fn a_kill_in_the_middle_loses_and_doubles_nothing() -> Result<()> {
    let store = Postgres::shared().fresh_database().await?;
    let broker = RabbitMq::shared().fresh_vhost()?;
    let demo =
        Demo::new(vec![("TODOKE_STORE__URL", store), ("TODOKE_BROKER__URL", broker)]).await?;
    demo.survives_a_kill().await
}
