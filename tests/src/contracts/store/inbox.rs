//! What an authority's staff look through.

use anyhow::{Context, Result, ensure};
use hub::delivery::{Review, State};
use hub::store::InboxFilter;
use schemas::FilingKind;

use super::{AWKWARD, Bench, authorities};

/// Undecided, the oldest first, from one page to the next; answered, the newest first.
pub async fn an_inbox_pages_and_narrows(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let filings = bench.filed(5).await?;
    let mut deliveries = Vec::new();
    for filing in &filings {
        deliveries.push(bench.delivery(filing, sapporo, State::Due));
    }
    bench.planned(&deliveries).await?;
    deliveries[4].review = Review::Opened;
    deliveries[3].review = Review::Accepted;
    let mut tx = bench.store.begin().await?;
    tx.save_deliveries(&deliveries).await?;
    tx.commit().await?;
    let counts = bench.store.inbox_counts(sapporo).await?;
    ensure!((counts.unopened, counts.opened) == (3, 1), "{counts:?}");
    let filter = InboxFilter {
        authority: sapporo,
        review: Some("unopened".into()),
        kind: None,
        service: None,
        text: None,
        assignee: None,
        at: None,
        id: None,
        limit: 2,
    };
    let first = bench.store.inbox_undecided(&filter).await?;
    let last = first.last().context("two")?;
    let (at, id) = (Some(last.created_at), Some(last.delivery.0));
    let second = bench.store.inbox_undecided(&InboxFilter { at, id, ..filter.clone() }).await?;
    let mut seen: Vec<_> = first.iter().chain(&second).map(|row| row.delivery).collect();
    ensure!((first.len(), second.len()) == (2, 1), "{first:?} {second:?}");
    seen.sort_unstable();
    seen.dedup();
    ensure!(seen.len() == 3, "each once: {seen:?}");
    let all = InboxFilter { review: None, limit: 9, ..filter.clone() };
    let answered = InboxFilter { review: Some("accepted returned".into()), ..all.clone() };
    for (filter, count) in [
        (InboxFilter { review: Some("opened".into()), ..all.clone() }, 1),
        (answered, 1),
        (InboxFilter { text: Some("第一事業所".into()), ..all.clone() }, 5),
        (InboxFilter { text: Some(AWKWARD.into()), ..all.clone() }, 5),
        (InboxFilter { text: Some("%".into()), ..all.clone() }, 5),
        (InboxFilter { text: Some("_第".into()), ..all.clone() }, 0),
        (InboxFilter { kind: Some(FilingKind::ALL[0]), ..all.clone() }, 5),
        (InboxFilter { kind: Some(FilingKind::ALL[1]), ..all.clone() }, 0),
        (InboxFilter { service: Some("78".parse()?), ..all.clone() }, 0),
        (InboxFilter { assignee: Some("key:one".into()), ..all.clone() }, 0),
        (InboxFilter { authority: chiyoda, ..all.clone() }, 0),
        (all, 5),
    ] {
        let found = bench.store.inbox_newest(&filter).await?.len();
        ensure!(found == count, "{found} by {filter:?}");
    }
    Ok(())
}
