//! What must hold after every step, and what must hold when all faults have ended.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use futures::TryStreamExt;
use hub::context::Context;
use hub::delivery::{Delivery, Review, State};
use hub::store::{FilingRow, Filter, Store, verify_chain};
use schemas::{Attachment, AuthorityId, Channel, DeliveryId, FilingId};
use sha2::{Digest, Sha256};

use super::far_sides::FarSides;

/// What an operator has in hand: the hub said that it is durable.
#[derive(Debug, Clone)]
pub(super) struct Receipt {
    pub(super) document: String,
    pub(super) attachments: Vec<Attachment>,
    /// Where it must go; not asked of corrections and withdrawals.
    pub(super) targets: Option<BTreeSet<AuthorityId>>,
}

/// A delivery waits or is tried for so long at most: what lies unfetched for 72 hours and more.
const WAIT_MS_MAX: i64 = 5 * 86_400_000;

/// Looks at everything, and remembers what it saw.
#[derive(Default)]
pub(super) struct Checker {
    pub(super) receipts: BTreeMap<(FilingId, i32), Receipt>,
    /// As they were at the last look.
    pub(super) deliveries: Vec<Delivery>,
    pub(super) filings: Vec<FilingRow>,
    before: BTreeMap<DeliveryId, Delivery>,
    heads: BTreeMap<FilingId, (i32, String)>,
    pub(super) violations: Vec<String>,
}

impl Checker {
    /// Reads the store at a time. `cap` is that of a lane.
    pub(super) async fn look(
        &mut self,
        store: &Store,
        far: &FarSides,
        cap: i32,
        now: i64,
    ) -> Result<()> {
        self.violations.extend(far.take_violations());
        let all = Filter { limit: 100_000, ..Filter::default() };
        self.filings = store.list_filings(&all).await?;
        self.deliveries = store.list_deliveries(&all).await?;
        self.check_receipts();
        self.check_chains(store).await?;
        let mut places = BTreeSet::new();
        let mut lanes: BTreeMap<(AuthorityId, Channel), i32> = BTreeMap::new();
        let mut found = Vec::new();
        for delivery in &self.deliveries {
            let endless = due_at(delivery).is_some_and(|at| at > now + WAIT_MS_MAX);
            let complaint = lawful(delivery, far).or_else(|| {
                let before = self.before.get(&delivery.id);
                before.and_then(|before| turned_back(before, delivery))
            });
            let twice = !places.insert((delivery.filing_id, delivery.revision, delivery.authority));
            let complaint = complaint.or(twice.then_some("it is there twice"));
            let complaint = complaint.or(endless.then_some("its time never comes"));
            found.extend(complaint.map(|what| format!("{what}: {delivery:?}")));
            if let (State::Sending { .. }, Some(channel)) = (&delivery.state, delivery.channel) {
                *lanes.entry((delivery.authority, channel)).or_default() += 1;
            }
        }
        let full = lanes.iter().filter(|(_, count)| **count > cap);
        found.extend(full.map(|(lane, count)| format!("{count} tries at once on lane {lane:?}")));
        let now: BTreeMap<_, _> = self.deliveries.iter().map(|d| (d.id, d.clone())).collect();
        let gone = self.before.keys().filter(|id| !now.contains_key(id));
        found.extend(gone.map(|id| format!("delivery {id} is gone")));
        self.before = now;
        self.violations.extend(found);
        Ok(())
    }

    /// Upkeep has taken all that was due: nothing may wait for a time that is over.
    pub(super) fn check_overdue(&mut self, now: i64) {
        let over = self.deliveries.iter().filter(|d| due_at(d).is_some_and(|at| at < now));
        let over = over.map(|d| format!("its time is over, and nobody has moved it: {d:?}"));
        self.violations.extend(over);
    }

    fn check_receipts(&mut self) {
        let there: BTreeMap<_, _> = self.filings.iter().map(|f| (f.id, f.revision)).collect();
        let lost = self.receipts.keys().filter(|(id, revision)| there.get(id) < Some(revision));
        let lost = lost.map(|(id, revision)| format!("revision {revision} of {id} is lost"));
        self.violations.extend(lost);
    }

    /// Chains only grow, and hold.
    async fn check_chains(&mut self, store: &Store) -> Result<()> {
        for filing in &self.filings {
            let before = self.heads.get(&filing.id);
            if before.is_some_and(|(_, head)| *head == filing.event_head) {
                continue;
            }
            let events = store.events(filing.id).await?;
            let kept = before.is_none_or(|(seq, head)| {
                events.iter().any(|event| event.seq == *seq && event.hash == *head)
            });
            let holds = verify_chain(&events).is_ok_and(|head| head == filing.event_head);
            if !(kept && holds) {
                self.violations.push(format!("the chain of {} is broken", filing.id));
            }
            self.heads.insert(filing.id, (filing.event_seq, filing.event_head.clone()));
        }
        Ok(())
    }

    /// What is still on its way, in words; none when all has settled.
    pub(super) async fn unsettled(&self, store: &Store) -> Result<Vec<String>> {
        let totals = store.totals().await?;
        let counts = [
            ("messages in the outbox", totals.outbox),
            ("revisions without a plan", totals.unrouted),
            ("notices not sent", totals.open_notices),
        ];
        let left = counts.into_iter().filter(|(_, count)| *count > 0);
        let mut left: Vec<_> = left.map(|(what, count)| format!("{count} {what}")).collect();
        for delivery in &self.deliveries {
            let rests = match &delivery.state {
                State::Delivered { .. } | State::Cancelled => true,
                State::Held { why } => why.code.starts_with("authority_"),
                State::Due
                | State::Sending { .. }
                | State::Waiting { .. }
                | State::Failed { .. } => false,
            };
            if !rests {
                left.push(format!("{} is {:?}", delivery.id, delivery.state));
            }
        }
        Ok(left)
    }

    /// All faults have ended and nothing moves any more: everything is where it belongs.
    pub(super) async fn end(&mut self, ctx: &Context, far: &FarSides) -> Result<()> {
        let mut found = Vec::new();
        for ((filing, number), receipt) in &self.receipts {
            let revisions = ctx.store.revisions(*filing).await?;
            let row = revisions.iter().find(|row| row.revision == *number);
            if row.is_none_or(|row| row.document != receipt.document) {
                found.push(format!("revision {number} of {filing} is not what was handed in"));
            }
            for attachment in &receipt.attachments {
                let bytes = ctx.objects.get(&attachment.sha256).await?;
                let bytes: Vec<_> = bytes.try_collect().await?;
                if hex::encode(Sha256::digest(bytes.concat())) != attachment.sha256 {
                    found.push(format!("an attachment of {filing} has other bytes"));
                }
            }
            let got =
                self.deliveries.iter().filter(|d| (&d.filing_id, &d.revision) == (filing, number));
            let got: BTreeSet<_> = got.map(|d| d.authority).collect();
            let is_unplanned = row.is_some_and(|row| row.problem.is_some());
            if receipt.targets.as_ref().is_some_and(|wanted| *wanted != got) && !is_unplanned {
                found.push(format!("{filing} went to {got:?} and not to {:?}", receipt.targets));
            }
        }
        found.extend(self.untold(far));
        let dead = ctx.store.dead_letters(10).await?;
        found.extend(dead.iter().map(|letter| format!("a dead letter: {letter:?}")));
        self.violations.extend(found);
        Ok(())
    }

    /// Who holds something of a withdrawn filing is told, and who holds nothing is not.
    fn untold(&self, far: &FarSides) -> Vec<String> {
        let mut untold = Vec::new();
        for filing in self.filings.iter().filter(|filing| filing.withdrawn_at.is_some()) {
            let told: BTreeSet<_> = self
                .deliveries
                .iter()
                .filter(|d| d.filing_id == filing.id && d.revision == filing.revision)
                .filter(|d| matches!(d.state, State::Delivered { .. }))
                .map(|d| d.authority)
                .collect();
            let holding = far.all().into_iter().filter(|(_, held)| held.filing == filing.id);
            let last = u32::try_from(filing.revision).unwrap_or_default();
            let holding: BTreeSet<_> = holding
                .filter(|(_, held)| held.revision < last)
                .map(|(_, held)| held.authority)
                .collect();
            let missing = holding.difference(&told);
            untold.extend(missing.map(|authority| {
                format!("{authority} holds {} and was not told that it is withdrawn", filing.id)
            }));
        }
        untold
    }
}

/// When something must happen to a delivery by time alone, in milliseconds.
fn due_at(delivery: &Delivery) -> Option<i64> {
    match &delivery.state {
        State::Waiting { next_attempt_at, .. } => Some(*next_attempt_at),
        State::Sending { lease_until, .. } => Some(*lease_until),
        State::Due
        | State::Delivered { .. }
        | State::Held { .. }
        | State::Failed { .. }
        | State::Cancelled => None,
    }
}

/// What is wrong with a delivery as it stands.
fn lawful(delivery: &Delivery, far: &FarSides) -> Option<&'static str> {
    let held = far.held(delivery.id);
    let other = held.as_ref().is_some_and(|held| {
        held.authority != delivery.authority
            || delivery.package_sha256.as_ref().is_some_and(|sealed| *sealed != held.sha256)
    });
    if other {
        return Some("other bytes at the far side than were sealed, or at the wrong one");
    }
    let told = delivery.state.why().is_none_or(|w| !w.code.is_empty() && !w.sentence.is_empty());
    if !told {
        return Some("nobody is told why");
    }
    let lost = matches!(delivery.state, State::Delivered { .. }) && held.is_none();
    let proved = !matches!(delivery.state, State::Delivered { .. }) || delivery.proof.is_some();
    lost.then_some("delivered, and not at the far side")
        .or_else(|| (!proved).then_some("delivered without a proof"))
}

/// What has come undone since the last look.
fn turned_back(before: &Delivery, now: &Delivery) -> Option<&'static str> {
    let is_final = matches!(before.state, State::Delivered { .. } | State::Cancelled);
    if is_final && before.state.as_str() != now.state.as_str() {
        return Some("it was delivered or cancelled before");
    }
    if now.turn < before.turn || now.attempts < before.attempts || now.proof < before.proof {
        return Some("it was further before");
    }
    if before.package_sha256.is_some() && before.package_sha256 != now.package_sha256 {
        return Some("its package was another before");
    }
    let undone = before.review == Review::Accepted && now.review != Review::Accepted;
    undone.then_some("it was accepted before")
}
