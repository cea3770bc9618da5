//! What must not be left over when a test ends.

use std::collections::{HashMap, HashSet};

use adapters::sandbox::Held;
use anyhow::{Context as _, Result, ensure};
use hub::courier::held_package;
use hub::delivery::{Delivery, State};
use hub::receipt;
use hub::store::{Chain, Filter};
use schemas::{AuthorityId, Channel};

use super::House;

impl House {
    /// Nothing on its way, every chain whole, every state lawful, the far sides' bytes ours.
    pub(super) async fn check(&mut self) -> Result<()> {
        self.stages.relay.drain().await?;
        let store = &self.ctx.store;
        let totals = store.totals().await?;
        ensure!(totals.outbox == 0, "{} messages are left in the outbox", totals.outbox);
        ensure!(totals.unrouted == 0, "{} revisions were never planned", totals.unrouted);
        let dead = store.dead_letters(10).await?;
        ensure!(dead.len() <= self.dead_letters_taken, "dead letters that nobody took: {dead:?}");
        for count in store.count_notices().await? {
            let is_open = count["state"] == "due" || count["state"] == "sending";
            ensure!(!is_open, "notices are left over: {count}");
        }
        let spooled = std::fs::read_dir(self.ctx.spool_folder())?.count();
        ensure!(spooled == 0, "{spooled} packages are left in the spool folder");
        let mut held = self.held()?;
        let purged = self.purged(&held).await?;
        held.retain(|package| !purged.contains(&package.delivery));
        let mut known = HashMap::new();
        let all = Filter { limit: 100_000, ..Filter::default() };
        for filing in store.list_filings(&all).await? {
            let events = store.events(filing.id).await?;
            let chain = store.chain(&filing, &events).await?;
            ensure!(!matches!(chain, Chain::Broken(_)), "{}: {chain:?}", filing.id);
            if matches!(chain, Chain::Whole { .. }) {
                let signed = serde_json::to_string(&receipt::make(&self.ctx, &filing).await?)?;
                let stands = receipt::verify(&signed, None);
                stands.with_context(|| format!("receipt of {}", filing.id))?;
            }
            for mut delivery in store.deliveries_of(filing.id).await? {
                self.check_delivery(&delivery)?;
                if delivery.package_sha256.is_none() && delivery.second_copy {
                    delivery.package_sha256 = Some(self.sealed_again(&delivery).await?);
                }
                known.insert(delivery.id.to_string(), delivery);
            }
        }
        check_far_side(&held, &known)
    }

    /// Deliveries of tests that were purged: the far sides have them all the same.
    async fn purged(&self, held: &[Held]) -> Result<HashSet<String>> {
        let authorities: HashSet<AuthorityId> = held.iter().map(|it| it.authority).collect();
        let mut purged = HashSet::new();
        for authority in authorities {
            let rows = self.ctx.store.checks_of(authority, 1_000).await?;
            let gone = rows.iter().filter(|row| row.purged_at.is_some());
            purged.extend(gone.map(|row| row.delivery_id.to_string()));
        }
        Ok(purged)
    }

    /// Of a try that nobody could record: what it sent.
    async fn sealed_again(&self, delivery: &Delivery) -> Result<String> {
        let parcel = self.ctx.store.parcel(delivery.id).await?.context("a parcel")?;
        let sealed = held_package(&self.ctx, delivery, &parcel).await;
        Ok(sealed.map_err(|why| anyhow::anyhow!(why.sentence))?.sha256)
    }

    fn check_delivery(&self, delivery: &Delivery) -> Result<()> {
        let why = delivery.state.why();
        let is_told = why.is_some_and(|why| !why.code.is_empty() && !why.sentence.is_empty());
        let lawful = match &delivery.state {
            State::Waiting { next_attempt_at, .. } => {
                is_told && *next_attempt_at > self.clock.now_ms()
            }
            State::Held { .. } | State::Failed { .. } => is_told,
            State::Delivered { .. } => delivery.proof.is_some(),
            State::Cancelled => true,
            State::Due | State::Sending { .. } => false,
        };
        ensure!(lawful, "this delivery is left over: {delivery:?}");
        Ok(())
    }
}

/// What lies at the far sides was sealed here; what was pushed lies there, once.
fn check_far_side(held: &[Held], known: &HashMap<String, Delivery>) -> Result<()> {
    for package in held {
        let delivery = known.get(&package.delivery);
        let delivery = delivery.with_context(|| format!("nobody sent {package:?}"))?;
        let is_link = package.channel == Channel::Email && package.sha256.is_empty();
        let is_ours = delivery.package_sha256.as_deref() == Some(package.sha256.as_str());
        ensure!(is_link || is_ours, "other bytes than were sealed: {package:?}, {delivery:?}");
        ensure!(delivery.authority == package.authority, "at the wrong place: {package:?}");
    }
    let is_kept = !held.is_empty();
    for delivery in known.values().filter(|d| is_kept && matches!(d.state, State::Delivered { .. }))
    {
        let id = delivery.id.to_string();
        let copies = held.iter().filter(|package| package.delivery == id).count();
        let is_pushed = delivery.channel.is_some_and(|channel| channel != Channel::Pull);
        // Only a second copy may lie there over another channel too.
        let expected = 1 + usize::from(delivery.second_copy);
        ensure!(copies <= expected, "{copies} copies of {delivery:?}");
        ensure!(copies > 0 || !is_pushed || delivery.second_copy, "lost: {delivery:?}");
    }
    Ok(())
}
