//! The broker in process keeps the contract; the topology in `deploy` is the one in the code.

use anyhow::{Context, Result, ensure};
use hub::broker::{Embedded, topology};

#[expect(clippy::unused_async, reason = "the shape that the contract asks for")]
async fn embedded() -> Result<Embedded> {
    Ok(Embedded::default())
}

tests::broker_contract!(embedded);

#[test]
fn the_deployed_definitions_are_the_topology() -> Result<()> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/rabbitmq/definitions.json");
    let deployed = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
    let ours = serde_json::to_string_pretty(&topology::definitions("/"))? + "\n";
    ensure!(deployed == ours, "write the output of `todoke topology print` to {file}");
    Ok(())
}
