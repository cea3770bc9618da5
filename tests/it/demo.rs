//! The demo environment on the embedded engines.

use anyhow::Result;
use tests::demo::Demo;

#[tokio::test]
async fn a_kill_in_the_middle_loses_and_doubles_nothing() -> Result<()> {
    let demo = Demo::new(Vec::new()).await?;
    demo.survives_a_kill().await?;
    let packages = demo.packages()?;
    packages.are_of_every_kind()?;
    packages.have_tables_that_read()?;
    demo.sees_what_is_wrong().await
}
