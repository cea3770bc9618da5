//! What a sabotage does to the store behind the hub's back, once there is something to spoil.

use anyhow::{Context, Result};
use hub::delivery::State;

use super::{Sabotage, World};
use crate::contracts::store::raw;

impl World {
    /// Spoils the first that there is, and looks.
    pub(super) async fn spoil(&mut self) -> Result<()> {
        let filing = self.checker.receipts.keys().map(|(filing, _)| filing).next();
        let statement = match self.sabotage {
            Some(Sabotage::LostFiling) => {
                filing.map(|id| format!("DELETE FROM filings WHERE id = '{id}'"))
            }
            Some(Sabotage::OtherEvent) => filing.map(|id| {
                format!("UPDATE events SET body = '{{}}' WHERE filing_id = '{id}' AND seq = 1")
            }),
            Some(Sabotage::NoDueTime) => {
                let waits = |state: &State| matches!(state, State::Waiting { .. });
                let delivery = self.checker.deliveries.iter().find(|d| waits(&d.state));
                delivery.map(|d| {
                    let never = i64::MAX / 4;
                    let set = format!("UPDATE deliveries SET next_attempt_at = {never}");
                    format!("{set} WHERE id = '{}'", d.id)
                })
            }
            Some(
                Sabotage::OtherBytes
                | Sabotage::ShortLeases
                | Sabotage::NoRequeue
                | Sabotage::NoUpkeep,
            )
            | None => return Ok(()),
        };
        let Some(statement) = statement else { return Ok(()) };
        self.sabotage = None;
        let statement = format!("PRAGMA foreign_keys = OFF; {statement}");
        raw(&self.shared.config.store.url, statement).await.context("sabotage")?;
        self.look().await
    }
}
