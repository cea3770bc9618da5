//! Lists, inboxes, counts and totals.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::filing::Status;
use hub::store::Filter;
use schemas::{AuthorityId, Channel, FilingKind};
use serde_json::{Value, json};

use super::deliveries::one_in_every_state;
use super::{Bench, authorities, why};

/// A process is ready only when its store says so.
pub async fn a_store_that_is_well_says_so(bench: &Bench) -> Result<()> {
    Ok(bench.store.check().await?)
}

/// Page after page, even when all rows share one millisecond.
pub async fn lists_narrow_and_page(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let filings = bench.filed(7).await?;
    bench.raw("UPDATE filings SET received_at = 5".to_owned()).await?;
    let made = filings.iter().enumerate().map(|(at, filing)| {
        let to = if at == 0 { chiyoda } else { sapporo };
        bench.delivery(filing, to, State::Due)
    });
    let mut deliveries: Vec<_> = made.collect();
    deliveries[1].review = Review::Opened;
    deliveries[2].channel = None;
    deliveries[3].state = State::Held { why: why("not_ready") };
    bench.planned(&deliveries).await?;
    // Ids of one millisecond are in no order.
    deliveries.sort_by_key(|delivery| delivery.id);

    let mut filter = Filter { limit: 3, ..Filter::default() };
    let (mut seen, mut seen_deliveries) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let page = bench.store.list_filings(&filter).await?;
        seen.extend(page.iter().map(|filing| filing.id));
        filter.before = Some(5);
        filter.before_id = seen.last().map(|id| id.0);
    }
    (filter.before, filter.before_id) = (None, None);
    for _ in 0..3 {
        let page = bench.store.list_deliveries(&filter).await?;
        seen_deliveries.extend(page.iter().map(|delivery| delivery.id));
        filter.before = page.last().map(|delivery| delivery.created_at);
        filter.before_id = page.last().map(|delivery| delivery.id.0);
    }
    ensure!(seen.iter().eq(filings.iter().rev().map(|filing| &filing.id)), "{seen:?}");
    ensure!(seen_deliveries.iter().eq(deliveries.iter().rev().map(|d| &d.id)));

    let all = Filter { limit: 99, ..Filter::default() };
    let of_one = Filter { corporate_number: Some(filings[4].corporate_number), ..all.clone() };
    let found = bench.store.list_filings(&of_one).await?;
    ensure!(found.len() == 1 && found[0].id == filings[4].id, "{found:?}");
    let of_kind = Filter { kind: Some(FilingKind::ALL[1]), ..all.clone() };
    ensure!(bench.store.list_filings(&of_kind).await?.is_empty());
    let narrowed = [
        (Filter { authority: Some(chiyoda), ..all.clone() }, 1),
        (Filter { review: Some("opened".into()), ..all.clone() }, 1),
        (Filter { channel: Some(Channel::Api), ..all.clone() }, 6),
        (Filter { state: Some("held".into()), ..all.clone() }, 1),
        (all, 7),
    ];
    for (filter, count) in narrowed {
        let found = bench.store.list_deliveries(&filter).await?.len();
        ensure!(found == count, "{found} by {filter:?}");
    }
    Ok(())
}

/// The unopened before the others; nothing that will not come.
pub async fn an_inbox_shows_what_is_for_the_authority(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let mut deliveries = one_in_every_state(bench).await?;
    deliveries[0].review = Review::Opened;
    let mut tx = bench.store.begin().await?;
    tx.save_deliveries(&deliveries[..1]).await?;
    tx.commit().await?;
    let filter = Filter { authority: Some(sapporo), limit: 99, ..Filter::default() };
    let inbox = bench.store.inbox(&filter).await?;
    let states: Vec<_> = inbox.iter().map(|row| row.state.as_str()).collect();
    ensure!(states.len() == 5 && states[4] == "due", "{states:?}");
    ensure!(!states.contains(&"failed") && !states.contains(&"cancelled"), "{states:?}");
    let opened = Filter { review: Some("opened".into()), ..filter.clone() };
    let opened = bench.store.inbox(&opened).await?;
    ensure!(opened.len() == 1 && opened[0].delivery == deliveries[0].id, "{opened:?}");
    let (kind, service) = (Some(FilingKind::ALL[0]), Some("11".parse()?));
    for (narrow, count) in [
        (Filter { kind, ..filter.clone() }, 5),
        (Filter { kind: Some(FilingKind::ALL[1]), ..filter.clone() }, 0),
        (Filter { service, ..filter.clone() }, 0),
        (Filter { kind, review: Some("opened".into()), ..filter.clone() }, 1),
    ] {
        let found = bench.store.inbox(&narrow).await?.len();
        ensure!(found == count, "{found} by {narrow:?}");
    }
    let other = Filter { authority: Some(chiyoda), ..filter };
    ensure!(bench.store.inbox(&other).await?.is_empty());
    Ok(())
}

/// By state, channel, prefecture, review and kind.
pub async fn counts_and_totals_agree_with_the_rows(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let deliveries = one_in_every_state(bench).await?;
    let filing = bench.filed(1).await?.remove(0);
    let union: AuthorityId = "U13001".parse().unwrap_or(chiyoda);
    bench.planned(&[bench.delivery(&filing, union, State::Due)]).await?;
    let counts = bench.store.count_deliveries().await?;
    ensure!(counts.len() == 7 && counts.iter().map(|c| c.count).sum::<i64>() == 8, "{counts:?}");
    ensure!(counts.iter().any(|c| c.state == "due" && c.count == 2), "{counts:?}");
    let waiting = counts.iter().find(|c| c.state == "waiting");
    let oldest = bench.store.totals().await?.oldest_due;
    ensure!(oldest.is_some() && waiting.and_then(|c| c.oldest) == oldest, "{counts:?}");

    let prefectures = bench.store.count_prefectures().await?;
    ensure!(prefectures.len() == 8, "{prefectures:?}");
    let tokyo = json!({"prefecture": "13", "state": "due", "count": 1});
    ensure!(prefectures.contains(&tokyo), "{prefectures:?}");
    let by_authority = bench.store.count_by_authority(&[sapporo]).await?;
    ensure!(by_authority.len() == 7, "{by_authority:?}");
    let reviews = bench.store.count_reviews().await?;
    ensure!(reviews == [json!({"review": "unopened", "count": 8})], "{reviews:?}");
    ensure!(bench.store.count_notices().await?.is_empty());
    let undecided = bench.store.awaiting_decision(Channel::Api).await?;
    ensure!(undecided == [sapporo], "{undecided:?}");
    ensure!(bench.store.awaiting_decision(Channel::Sftp).await?.is_empty());
    let totals = bench.store.totals().await?;
    ensure!((totals.filings, totals.unrouted, totals.open_notices) == (8, 8, 0), "{totals:?}");
    ensure!(deliveries.len() == 7);
    Ok(())
}

/// The statement that counts and the code that shows must roll up alike.
pub async fn filings_are_counted_as_they_are_rolled_up(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let mut states = Vec::new();
    for review in
        [Review::Unopened, Review::Opened, Review::Accepted, Review::Returned, Review::Withdrawn]
    {
        let now = bench.clock.now_ms();
        for state in [
            State::Due,
            State::Delivered { at: now },
            State::Failed { why: why("x") },
            State::Cancelled,
        ] {
            states.push((state, review));
        }
    }
    let pairs = states.iter().flat_map(|one| states.iter().map(move |other| (one, other)));
    let pairs: Vec<_> = pairs.collect();
    let filings = bench.filed(pairs.len() as u64 + 1).await?;
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    let mut deliveries = Vec::new();
    for (at, (one, other)) in pairs.into_iter().enumerate() {
        let make = |to, revision, (state, review): &(State, Review)| {
            let delivery = bench.delivery(&filings[at], to, state.clone());
            Delivery { revision, review: *review, ..delivery }
        };
        // Every other filing was sent to Sapporo twice; only the newer of the two counts.
        let parts = if at % 2 == 0 {
            vec![make(sapporo, 1, one), make(chiyoda, 1, other)]
        } else {
            vec![make(sapporo, 1, one), make(sapporo, 2, other), make(chiyoda, 1, one)]
        };
        *expected.entry(word(Status::of(&parts, false))?).or_default() += 1;
        deliveries.extend(parts);
    }
    *expected.entry(word(Status::Receiving)?).or_default() += 1;
    bench.planned(&deliveries).await?;
    let counted = bench.store.count_filings().await?;
    let read = |row: &Value| Some((row["status"].as_str()?.to_owned(), row["count"].as_i64()?));
    let counted: BTreeMap<_, _> = counted.iter().filter_map(read).collect();
    ensure!(counted == expected, "{counted:?} should be {expected:?}");
    Ok(())
}

fn word(status: Status) -> Result<String> {
    Ok(serde_json::to_value(status)?.as_str().unwrap_or_default().to_owned())
}
