//! Files and the malware scanner, on the embedded engines beside a stand-in.

use anyhow::Result;
use tests::house::{Builder, House};
use tests::scanner::StandIn;

async fn stand_in() -> Result<(Builder, StandIn)> {
    Ok((House::build(), StandIn::start().await?))
}

tests::scan_contract!(stand_in);
