//! The demo environment on PostgreSQL and RabbitMQ, its packages asked about of tools not ours.

use anyhow::Result;
use tests::demo::Demo;
use tests::servers::{Postgres, RabbitMq};

#[tokio::test]
async fn a_kill_in_the_middle_loses_and_doubles_nothing_and_all_packages_are_bags() -> Result<()> {
    let store = Postgres::shared().fresh_database().await?;
    let broker = RabbitMq::shared().fresh_vhost()?;
    let demo =
        Demo::new(vec![("TODOKE_STORE__URL", store), ("TODOKE_BROKER__URL", broker)]).await?;
    demo.survives_a_kill().await?;
    let packages = demo.packages()?;
    packages.are_of_every_kind()?;
    packages.have_tables_that_python_reads()?;
    packages.are_bags()
}
