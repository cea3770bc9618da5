//! A try that is overtaken: it stays on record, and an arrival counts whenever it is heard of.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::delivery::State;
use schemas::ProofLevel;

use super::late::Late;
use super::succession::begin;
use super::{SAPPORO, until};
use crate::house::{Builder, House, code};

/// Lets the courier hear what its try came to.
async fn hear(house: &mut House, late: &Late) -> Result<()> {
    late.answer();
    house.stages.courier.step().await;
    house.settle().await
}

/// The authority's people are faster than the answer of its endpoint.
pub async fn an_acknowledgement_during_a_try_loses_no_try(builder: Builder) -> Result<()> {
    let late = Late::open(201).await?;
    let mut house = builder.endpoints(SAPPORO, vec![late.endpoint.clone()]).start().await?;
    let filing = begin(&mut house, late.is_asked(1)).await?;
    let id = house.delivery(filing).await?.id;
    house.reviewer().acknowledge(id, code(SAPPORO)).await?;
    let arrived = house.delivery(filing).await?;
    ensure!(matches!(arrived.state, State::Delivered { .. }) && arrived.attempts == 0);
    house.clock.advance(Duration::from_secs(1));
    hear(&mut house, &late).await?;

    let delivery = house.delivery(filing).await?;
    ensure!(delivery.state == arrived.state, "it had arrived: {delivery:?}");
    ensure!(delivery.proof == Some(ProofLevel::Acknowledged), "{delivery:?}");
    ensure!(delivery.package_sha256.is_some(), "it is known what was sent");
    let tries = house.attempts(id).await?;
    let told: Vec<_> = tries.iter().map(|a| (a.number, a.outcome.as_str())).collect();
    ensure!(told == [(1, "delivered")], "{told:?}");
    ensure!(late.asked().len() == 1);
    house.finish().await
}

/// The lease is over before the answer comes; what waits for its next try has arrived after all.
pub async fn an_arrival_after_the_lease_counts(builder: Builder) -> Result<()> {
    let late = Late::open(201).await?;
    let mut house = builder.endpoints(SAPPORO, vec![late.endpoint.clone()]).start().await?;
    let filing = begin(&mut house, late.is_asked(1)).await?;
    let lease = Duration::from_millis(house.ctx.config.courier.lease_ms.unsigned_abs());
    house.clock.advance(lease);
    until(async || {
        house.stages.upkeep.step().await?;
        let state = house.delivery(filing).await?.state;
        Ok(matches!(state, State::Waiting { .. } | State::Due))
    })
    .await?;
    hear(&mut house, &late).await?;

    let delivery = house.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    ensure!(delivery.attempts == 1 && delivery.proof == Some(ProofLevel::Stored), "{delivery:?}");
    ensure!(late.asked() == [delivery.id.to_string()], "it is not sent again");
    house.finish().await
}
