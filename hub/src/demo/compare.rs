//! Lost, doubled, mismatched: what the far sides hold against what was receipted. The hub's word
//! counts only for what it says it did not deliver, and then it must name a reason and an owner.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use adapters::package::Opened;
use adapters::sandbox::{Facts, open_package};
use anyhow::{Context as _, ensure};
use futures::StreamExt;
use routing::plan;
use schemas::{AuthorityId, Channel, FilingId, Submission};
use serde::Serialize;
use serde_json::{Value, json};

use super::far::{Copy, copies};
use super::filings::{Planned, corrected};
use super::hub::Ask;
use super::journal::Receipt;
use super::scene::Scene;
use crate::context::day_in_japan;

/// Filings about which the hub is asked at once.
const AT_ONCE: usize = 16;

/// What came of the comparison; each finding is a sentence.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) lost: Vec<String>,
    pub(super) doubled: Vec<String>,
    pub(super) mismatched: Vec<String>,
    /// Deliveries that had to arrive.
    pub(super) expected: usize,
    /// Of these, those that the far sides hold.
    pub(super) held: usize,
    /// Copies marked as perhaps brought before, on a second channel.
    pub(super) second_copies: usize,
    /// What did not arrive and is accounted for, by state, owner and code.
    pub(super) apart: BTreeMap<Apart, usize>,
}

/// Why something that did not arrive is not lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Apart {
    pub(super) state: String,
    pub(super) owner: String,
    pub(super) code: String,
}

/// One filing revision at one authority.
type Place = (FilingId, i32, AuthorityId);

/// A copy whose package opened.
struct Checked {
    authority: AuthorityId,
    channel: Channel,
    delivery: String,
    is_second: bool,
    facts: Facts,
}

/// Compares everything.
pub(super) async fn compare(scene: &Arc<Scene>) -> anyhow::Result<Findings> {
    let mut findings = Findings { lost: scene.journal.changed(), ..Findings::default() };
    let reader = Arc::clone(scene);
    let (checked, mismatched) =
        tokio::task::spawn_blocking(move || check_copies(&reader)).await??;
    findings.mismatched = mismatched;
    find_doubled(scene, &checked, &mut findings);
    let held: HashSet<Place> =
        checked.iter().map(|it| (it.facts.filing, it.facts.revision, it.authority)).collect();
    let asked = scene.filings.iter().map(|planned| {
        let scene = Arc::clone(scene);
        async move { (planned, ask(&scene, planned).await) }
    });
    let mut answers = futures::stream::iter(asked).buffered(AT_ONCE);
    while let Some((planned, answer)) = answers.next().await {
        match answer? {
            None => {}
            Some((receipt, None)) => {
                findings.lost.push(format!("{}: the hub knows no such filing", receipt.key));
            }
            Some((receipt, Some(filing))) => {
                Account { scene, planned, filing, held: &held }.settle(&receipt, &mut findings)?;
            }
        }
    }
    Ok(findings)
}

/// The receipt of a filing and what the hub shows of it; none for a filing without receipt.
async fn ask(scene: &Scene, planned: &Planned) -> anyhow::Result<Option<(Receipt, Option<Value>)>> {
    let Some(receipt) = scene.journal.receipt(&scene.key_of(planned.index, "")) else {
        return Ok(None);
    };
    let path = format!("/v1/filings/{}", receipt.id);
    let answer = scene.hub.ask(&Ask::get(&scene.keys.operations, path)).await?;
    let filing = answer.status.is_success().then(|| answer.json());
    Ok(Some((receipt, filing)))
}

/// Opens every copy; a sentence for each that is not what was handed in.
fn check_copies(scene: &Scene) -> anyhow::Result<(Vec<Checked>, Vec<String>)> {
    let (mut checked, mut mismatched) = (Vec::new(), Vec::new());
    for copy in copies(&scene.root)? {
        let at = format!("{} {} {}", copy.authority, copy.channel, copy.delivery);
        let (facts, opened) = match copy.bytes().map_err(Into::into).and_then(open_package) {
            Ok(both) => both,
            Err(error) => {
                mismatched.push(format!("{at}: {error:#}"));
                continue;
            }
        };
        if let Err(error) = check(scene, &copy, &facts, &opened) {
            mismatched.push(format!("{at}: {error:#}"));
        }
        let Copy { authority, channel, delivery, is_second, .. } = copy;
        checked.push(Checked { authority, channel, delivery, is_second, facts });
    }
    Ok((checked, mismatched))
}

/// Whether a package holds what its operator handed in.
fn check(scene: &Scene, copy: &Copy, facts: &Facts, opened: &Opened) -> anyhow::Result<()> {
    ensure!(facts.authority == copy.authority, "it is for {}", facts.authority);
    ensure!(facts.delivery.to_string() == copy.delivery, "it is delivery {}", facts.delivery);
    let planned = scene.planned(facts.filing).context("nobody was given a receipt for it")?;
    let suffix = match facts.action.as_str() {
        "submit" => "",
        "correct" => "-correction",
        "withdraw" => "-withdrawal",
        other => anyhow::bail!("the action is {other:?}"),
    };
    let receipt = scene.journal.receipt(&scene.key_of(planned.index, suffix));
    let receipt = receipt.context("nobody was given a receipt for this revision")?;
    ensure!(receipt.receipt_number == facts.receipt_number, "another 受付番号");
    ensure!(receipt.revision == facts.revision, "revision {}", facts.revision);
    let submission = expected(planned, &facts.action);
    // A withdrawal's text is the hub's own; the others' are as they were sent.
    let text = match facts.action.as_str() {
        "withdraw" => facts.document.to_string(),
        _ => serde_json::to_string(&submission)?,
    };
    facts.check(opened, &submission, &text).map_err(anyhow::Error::msg)
}

/// What was handed in with that action.
fn expected(planned: &Planned, action: &str) -> Submission {
    match action {
        "correct" => corrected(planned),
        "withdraw" => Submission {
            form: json!({"withdrawal_reason": super::submit::REASON}),
            attachments: Vec::new(),
            ..planned.submission.clone()
        },
        _ => planned.submission.clone(),
    }
}

/// One effective copy: one delivery for each filing, revision and authority, once on a channel; on
/// a later channel only with the mark.
fn find_doubled(scene: &Scene, checked: &[Checked], findings: &mut Findings) {
    let mut deliveries: HashMap<Place, BTreeSet<&str>> = HashMap::new();
    let mut channels: HashMap<&str, Vec<&Checked>> = HashMap::new();
    for it in checked {
        let place = (it.facts.filing, it.facts.revision, it.authority);
        deliveries.entry(place).or_default().insert(&it.delivery);
        channels.entry(&it.delivery).or_default().push(it);
    }
    for ((filing, revision, authority), ids) in deliveries.iter().filter(|(_, ids)| ids.len() > 1) {
        let count = ids.len();
        let sentence = format!("{authority} holds {count} deliveries of {filing} r{revision}");
        findings.doubled.push(sentence);
    }
    for (delivery, mut copies) in channels {
        let ladder = copies.first().and_then(|it| scene.ladders.get(&it.authority));
        let rung = |it: &&Checked| ladder.and_then(|l| l.iter().position(|c| *c == it.channel));
        copies.sort_by_key(rung);
        for pair in copies.windows(2) {
            let [former, later] = pair else { continue };
            let (a, b) = (former.channel, later.channel);
            if a == b {
                findings.doubled.push(format!("{delivery} lies twice with {}", later.authority));
            } else if later.is_second {
                findings.second_copies += 1;
            } else {
                findings.doubled.push(format!("{delivery}: {a} and {b}, without the mark"));
            }
        }
    }
}

/// One filing's reckoning.
struct Account<'a> {
    scene: &'a Scene,
    planned: &'a Planned,
    filing: Value,
    held: &'a HashSet<Place>,
}

impl Account<'_> {
    fn settle(&self, receipt: &Receipt, findings: &mut Findings) -> anyhow::Result<()> {
        let at: jiff::Timestamp = receipt.received_at.parse()?;
        let plan =
            plan(&self.scene.master, &self.planned.submission, day_in_japan(at.as_millisecond()))?;
        for target in &plan.targets {
            let place = (receipt.id, 1, target.authority);
            if target.readiness.is_ready() {
                self.must_hold(place, &receipt.key, findings);
            } else if self.held.contains(&place) {
                let (key, code) = (&receipt.key, target.authority);
                findings.mismatched.push(format!("{key}: {code} takes no such filing, but has it"));
            } else {
                self.account_for(place, &receipt.key, findings);
            }
        }
        let planned: HashSet<_> = plan.targets.iter().map(|target| target.authority).collect();
        for (_, revision, code) in self.held.iter().filter(|(id, ..)| *id == receipt.id) {
            if !planned.contains(code) {
                let key = &receipt.key;
                findings.mismatched.push(format!("{key} r{revision}: {code} has it for no reason"));
            }
        }
        self.settle_followers(receipt.id, &planned, findings);
        Ok(())
    }

    /// A correction must be where the filing was returned; a withdrawal wherever the filing is.
    fn settle_followers(
        &self,
        id: FilingId,
        targets: &HashSet<AuthorityId>,
        findings: &mut Findings,
    ) {
        let index = self.planned.index;
        let key = self.scene.key_of(index, "-correction");
        if let Some(receipt) = self.scene.journal.receipt(&key) {
            let correction = self.scene.journal.correction(index);
            for authority in correction.map(|it| it.authorities).unwrap_or_default() {
                self.must_hold((id, receipt.revision, authority), &key, findings);
            }
        }
        let key = self.scene.key_of(index, "-withdrawal");
        if let Some(receipt) = self.scene.journal.receipt(&key) {
            for authority in targets.iter().filter(|code| self.held.contains(&(id, 1, **code))) {
                self.must_hold((id, receipt.revision, *authority), &key, findings);
            }
        }
    }

    fn must_hold(&self, place: Place, key: &str, findings: &mut Findings) {
        findings.expected += 1;
        if self.held.contains(&place) {
            findings.held += 1;
        } else {
            self.account_for(place, key, findings);
        }
    }

    /// What did not arrive must be held, failed or cancelled, and say why and whose turn it is.
    fn account_for(&self, (_, revision, authority): Place, key: &str, findings: &mut Findings) {
        let deliveries = self.filing["deliveries"].as_array().map(Vec::as_slice);
        let delivery = deliveries
            .unwrap_or_default()
            .iter()
            .find(|it| it["revision"] == revision && it["authority"] == authority.as_str());
        let word = |name: &str| {
            delivery.and_then(|it| it["why"][name].as_str()).unwrap_or_default().to_owned()
        };
        let state = delivery.map(|it| it["state"].as_str().unwrap_or_default());
        let state = state.unwrap_or("not planned");
        let key_of_withdrawal = self.scene.key_of(self.planned.index, "-withdrawal");
        let is_withdrawn = self.scene.journal.receipt(&key_of_withdrawal).is_some();
        let apart = match state {
            // Withdrawn before it was planned or sent.
            "cancelled" | "not planned" if is_withdrawn => {
                Some(("operator".to_owned(), "withdrawn".to_owned()))
            }
            "held" | "failed" => Some((word("owner"), word("code"))),
            _ => None,
        };
        match apart {
            Some((owner, code)) if !owner.is_empty() && !code.is_empty() => {
                let state = state.to_owned();
                *findings.apart.entry(Apart { state, owner, code }).or_default() += 1;
            }
            _ => {
                let sentence = format!("{key} r{revision}: {authority} does not hold it ({state})");
                findings.lost.push(sentence);
            }
        }
    }
}
