//! The whole hub, step by step on a manual clock, beside sandbox authorities.

mod deadline;
mod decisions;
mod exports;
mod faults;
mod forgetful;
mod lanes;
mod live;
mod master;
mod memory;
mod notice;
mod odd;
mod one_stop;
mod openapi;
mod package;
mod path;
mod proof;
mod ready;
mod reroute;
mod retry;
mod review;
mod scan;
mod sweep;
mod traces;
mod watches;
mod webhook;

use anyhow::Result;
use tests::house::{Builder, House};

async fn embedded() -> Result<Builder> {
    Ok(House::build())
}

tests::hub_contract!(embedded);
