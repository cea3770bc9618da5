//! Lost, doubled, mismatched: what the far sides hold against the receipts. The hub is asked only
//! for its receipts, which must stand by themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use adapters::package::Opened;
use adapters::sandbox::{Facts, Held, far_side, open_package};
use anyhow::{Context, Result, ensure};
use futures::StreamExt;
use schemas::{AuthorityId, FilingId};
use serde_json::Value;

use crate::operators::{Operators, Receipt};

/// Receipts asked for at once.
const AT_ONCE: usize = 8;

/// A filing at an authority.
type Place = (FilingId, AuthorityId);

/// What came of it; each finding is a sentence.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) lost: Vec<String>,
    pub(crate) doubled: Vec<String>,
    pub(crate) mismatched: Vec<String>,
    /// Deliveries that had to arrive.
    pub(crate) expected: usize,
    /// Packages that the far sides hold.
    pub(crate) held: usize,
    /// For each delivery that arrived: when its filing was receipted, and when it arrived first.
    pub(crate) times: Vec<(i64, i64)>,
    /// What the hub counts at the end.
    pub(crate) dead_letters: u64,
}

/// Compares everything.
pub(crate) async fn compare(operators: &Arc<Operators>, root: &Path) -> Result<Findings> {
    let mut findings = look(operators, root)?;
    ask_hub(operators, &operators.receipts(), &mut findings).await?;
    Ok(findings)
}

/// Looks through the far sides only.
pub(crate) fn look(operators: &Operators, root: &Path) -> Result<Findings> {
    let mut findings = Findings::default();
    let receipts = operators.receipts();
    let numbers: HashMap<FilingId, usize> =
        receipts.iter().map(|(number, receipt)| (receipt.id, *number)).collect();
    let mut places: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    for held in far_side(root)? {
        let held = held?;
        findings.held += 1;
        let at = format!("{} {} {}", held.authority, held.channel, held.delivery);
        match check(operators, &receipts, &numbers, &held) {
            // A test that the staff sent.
            Ok(None) => findings.held -= 1,
            Ok(Some(filing)) => {
                let place = places.entry((filing, held.authority)).or_default();
                if !place.insert(held.delivery.clone()) {
                    findings.doubled.push(format!("{at} lies there twice"));
                }
            }
            Err(error) => findings.mismatched.push(format!("{at}: {error:#}")),
        }
    }
    for ((filing, authority), deliveries) in &places {
        if deliveries.len() > 1 {
            findings.doubled.push(format!("{authority} holds {filing} as {deliveries:?}"));
        }
    }
    let held: HashSet<Place> = places.keys().copied().collect();
    for (number, receipt) in &receipts {
        for authority in operators.planned(*number)?.targets {
            findings.expected += 1;
            if !held.contains(&(receipt.id, authority)) {
                let (id, name) = (receipt.id, &receipt.number);
                findings.lost.push(format!("filing {number}, {name} ({id}): not at {authority}"));
            }
        }
    }
    findings.times = times(operators, &receipts, &places);
    Ok(findings)
}

/// Whether a package is what was handed in; gives its filing, and none for a marked test.
fn check(
    operators: &Operators,
    receipts: &BTreeMap<usize, Receipt>,
    numbers: &HashMap<FilingId, usize>,
    held: &Held,
) -> Result<Option<FilingId>> {
    let (facts, opened): (Facts, Opened) = open_package(held.package()?)?;
    ensure!(facts.delivery.to_string() == held.delivery, "it is delivery {}", facts.delivery);
    ensure!(facts.authority == held.authority, "it is for {}", facts.authority);
    let Some(number) = numbers.get(&facts.filing) else {
        let manifest = opened.manifest_json.as_deref().unwrap_or(b"null");
        let manifest: Value = serde_json::from_slice(manifest)?;
        ensure!(manifest["test"] == true, "nobody was given a receipt for it");
        return Ok(None);
    };
    let receipt = receipts.get(number).context("no receipt")?;
    let planned = operators.planned(*number)?;
    ensure!(planned.targets.contains(&held.authority), "it should not be here");
    ensure!(facts.receipt_number == receipt.number, "another 受付番号");
    ensure!(facts.revision == 1 && facts.action == "submit", "another revision or action");
    facts.check(&opened, &planned.submission, &planned.document).map_err(anyhow::Error::msg)?;
    Ok(Some(facts.filing))
}

fn times(
    operators: &Operators,
    receipts: &BTreeMap<usize, Receipt>,
    places: &BTreeMap<Place, BTreeSet<String>>,
) -> Vec<(i64, i64)> {
    let mut arrived: HashMap<(AuthorityId, String), i64> = HashMap::new();
    for arrival in operators.cast.sandbox.arrivals() {
        let place = (arrival.authority, arrival.delivery);
        arrived.entry(place).or_insert(arrival.at.as_millisecond());
    }
    let receipted: HashMap<FilingId, i64> =
        receipts.values().map(|receipt| (receipt.id, receipt.at)).collect();
    let time = |((filing, authority), deliveries): (&Place, &BTreeSet<String>)| {
        let first = deliveries.iter().filter_map(|it| arrived.get(&(*authority, it.clone()))).min();
        Some((*receipted.get(filing)?, *first?))
    };
    places.iter().filter_map(time).collect()
}

/// One filing for each key, and every receipt stands by its own signature and chain.
async fn ask_hub(
    operators: &Arc<Operators>,
    receipts: &BTreeMap<usize, Receipt>,
    findings: &mut Findings,
) -> Result<()> {
    let totals = operators.see("/v1/operations/summary").await?["totals"].clone();
    findings.dead_letters = totals["dead_letters"].as_u64().unwrap_or(0);
    let (filings, keys) = (totals["filings"].as_u64().unwrap_or(0), receipts.len() as u64);
    if filings > keys {
        findings.doubled.push(format!("the hub has {filings} filings for {keys} keys"));
    }
    let asked = receipts.values().map(|receipt| {
        let operators = Arc::clone(operators);
        let (id, name) = (receipt.id, receipt.number.clone());
        async move {
            let given = operators.see(&format!("/v1/filings/{id}/receipt")).await?;
            let stands = hub::receipt::verify(&given.to_string(), None);
            anyhow::Ok(stands.err().map(|problem| format!("the receipt of {name}: {problem}")))
        }
    });
    let mut answers = futures::stream::iter(asked).buffer_unordered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(problem) => findings.mismatched.extend(problem),
            Err(error) => findings.lost.push(format!("{error:#}")),
        }
    }
    Ok(())
}
