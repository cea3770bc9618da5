//! What an authority's staff look through.

use anyhow::{Context, Result, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::store::{FilterRow, InboxFilter, Undecided};
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

/// How much, since when, and which filings have waited longest; of those asked for alone.
pub async fn what_waits_is_counted_by_authority(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, osaka] = authorities()?;
    let filings = bench.filed(5).await?;
    let mut deliveries = Vec::new();
    for (place, (to, review)) in [
        (sapporo, Review::Opened),
        (sapporo, Review::Unopened),
        (sapporo, Review::Unopened),
        (sapporo, Review::Accepted),
        (osaka, Review::Unopened),
    ]
    .into_iter()
    .enumerate()
    {
        bench.clock.advance(std::time::Duration::from_millis(1));
        let delivery = bench.delivery(&filings[place], to, State::Due);
        deliveries.push(Delivery { review, ..delivery });
    }
    let cancelled = bench.delivery(&filings[4], sapporo, State::Cancelled);
    bench.planned(&[deliveries.clone(), vec![cancelled]].concat()).await?;
    let counted = bench.store.count_undecided(&[sapporo, chiyoda]).await?;
    let oldest = Some(deliveries[1].created_at);
    ensure!(counted == [Undecided { authority: sapporo, unopened: 2, opened: 1, oldest }]);
    ensure!(bench.store.count_undecided(&[]).await?.is_empty());
    let waiting = async |of: &[_], limit| {
        let found = bench.store.undecided_filings(of, limit).await?;
        anyhow::Ok(found.iter().map(|it| it.filing).collect::<Vec<_>>())
    };
    let id = |place: usize| filings[place].id;
    ensure!(waiting(&[sapporo, chiyoda], 9).await? == [id(0), id(1), id(2)]);
    ensure!(waiting(&[osaka, sapporo], 2).await? == [id(0), id(1)], "the oldest");
    ensure!(waiting(&[chiyoda], 9).await?.is_empty());
    Ok(())
}

/// One's own and those for all, one of each name, up to a number of each.
pub async fn filters_are_saved_by_name(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let row = |owner: &str, name: &str, query: &str| FilterRow {
        authority: sapporo,
        owner: owner.into(),
        name: name.into(),
        query: query.into(),
        person: "key:one".into(),
        person_name: AWKWARD.into(),
        at: bench.clock.now_ms(),
    };
    let save = async |row: &FilterRow| -> Result<bool> {
        let mut tx = bench.store.begin().await?;
        let is_saved = tx.save_filter(row, 2).await?;
        tx.commit().await?;
        Ok(is_saved)
    };
    let (own, new, all) =
        (row("key:one", AWKWARD, "a"), row("key:one", AWKWARD, "b"), row("", "c", ""));
    for (row, fits) in [
        (&own, true),
        (&row("key:one", "second", ""), true),
        (&row("key:one", "third", ""), false),
        (&new, true),
        (&all, true),
        (&row("key:two", "third", ""), true),
    ] {
        ensure!(save(row).await? == fits, "{row:?}");
    }
    let seen = bench.store.saved_filters(sapporo, "key:one").await?;
    ensure!(seen.len() == 3 && seen[0] == all && seen.contains(&new), "{seen:?}");
    ensure!(bench.store.saved_filters(chiyoda, "key:one").await?.is_empty());
    let mut tx = bench.store.begin().await?;
    tx.delete_filter(sapporo, ("key:one", AWKWARD)).await?;
    tx.delete_filter(chiyoda, ("", "c")).await?;
    tx.commit().await?;
    let left = bench.store.saved_filters(sapporo, "key:one").await?;
    ensure!(left.len() == 2 && left[0] == all, "{left:?}");
    Ok(())
}
