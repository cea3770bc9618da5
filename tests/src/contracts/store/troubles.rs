//! What is not delivered and has a cause: in groups, and as a list.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::delivery::State;
use hub::store::{Filter, Trouble, TroubleFilter};
use schemas::{AuthorityId, DeliveryId, Owner, Why};

use super::{Bench, authorities};

/// A union and a city of one prefecture, and a city of another.
async fn troubled(bench: &Bench) -> Result<Vec<DeliveryId>> {
    let [sapporo, chiyoda, _] = authorities()?;
    let union: AuthorityId = "U01001".parse()?;
    let why = |code: &str, owner| Why::new(code, owner, "words");
    let now = bench.clock.now_ms();
    let gone = || State::Failed { why: why("http_410", Owner::Authority) };
    let waits = |code| State::Waiting { next_attempt_at: now, why: why(code, Owner::Authority) };
    let all = [
        (sapporo, gone()),
        (sapporo, gone()),
        (union, gone()),
        (chiyoda, gone()),
        (sapporo, State::Held { why: why("no_channel", Owner::Hub) }),
        (sapporo, State::Failed { why: why("http_410", Owner::Hub) }),
        (sapporo, waits("http_503")),
        (sapporo, waits("awaiting_pickup")),
        (sapporo, waits("lane_full")),
        (sapporo, State::Due),
        (sapporo, State::Delivered { at: now }),
    ];
    let filings = bench.filed(all.len() as u64).await?;
    let mut ids = Vec::new();
    for (filing, (to, state)) in filings.iter().zip(all) {
        bench.clock.advance(Duration::from_secs(1));
        let delivery = bench.delivery(filing, to, state);
        ids.push(delivery.id);
        bench.planned(&[delivery]).await?;
    }
    Ok(ids)
}

fn told(groups: &[Trouble]) -> Vec<(&str, &str, i64)> {
    groups.iter().map(|it| (it.cause.as_str(), it.authority.as_str(), it.count)).collect()
}

/// The largest first, with the oldest of each; narrowed, and by pages.
pub async fn what_is_in_trouble_is_grouped(bench: &Bench) -> Result<()> {
    let ids = troubled(bench).await?;
    let store = &bench.store;
    let all = TroubleFilter { looked: 1, limit: 50, ..TroubleFilter::default() };
    let groups = store.troubles(&all).await?;
    let expected = [
        ("http_410", "011002", 2),
        ("http_410", "011002", 1),
        ("http_410", "131016", 1),
        ("http_410", "U01001", 1),
        ("http_503", "011002", 1),
        ("no_channel", "011002", 1),
    ];
    ensure!(told(&groups) == expected, "{groups:?}");
    let first = store.delivery(ids[0]).await?.map(|it| it.created_at);
    let last = store.delivery(ids[1]).await?.map(|it| it.updated_at);
    ensure!((Some(groups[0].first_at), Some(groups[0].last_at)) == (first, last));
    ensure!(groups[0].oldest == ids[..1] && groups[0].owner == Some(Owner::Authority));
    let more = store.troubles(&TroubleFilter { looked: 5, ..all.clone() }).await?;
    ensure!(more[0].oldest == ids[..2], "in order: {more:?}");
    for (filter, expected) in [
        (TroubleFilter { cause: Some("http_503".into()), ..all.clone() }, &expected[4..5]),
        (TroubleFilter { prefecture: Some("13".into()), ..all.clone() }, &expected[2..3]),
        (TroubleFilter { limit: 2, offset: 1, ..all.clone() }, &expected[1..3]),
        (TroubleFilter { cause: Some("awaiting_pickup".into()), ..all.clone() }, &[]),
    ] {
        let groups = store.troubles(&filter).await?;
        ensure!(told(&groups) == expected, "{filter:?}: {groups:?}");
    }
    let hubs = store.troubles(&TroubleFilter { owner: Some(Owner::Hub), ..all.clone() }).await?;
    ensure!(told(&hubs) == [expected[1], expected[5]], "{hubs:?}");
    let here = store.troubles(&TroubleFilter { prefecture: Some("01".into()), ..all }).await?;
    ensure!(here.len() == 5 && here.iter().any(|it| it.authority.is_union()), "{here:?}");
    Ok(())
}

/// By cause and owner, also for a cause that is nobody's trouble.
pub async fn a_list_narrows_by_cause_and_owner(bench: &Bench) -> Result<()> {
    let ids = troubled(bench).await?;
    let [sapporo, ..] = authorities()?;
    let all = Filter { limit: 50, ..Filter::default() };
    let gone = Filter { cause: Some("http_410".into()), ..all.clone() };
    let page = Filter { limit: 2, ..gone.clone() };
    let first = bench.store.list_deliveries(&page).await?;
    ensure!(first.iter().map(|it| it.id).eq([ids[5], ids[3]]), "the newest first: {first:?}");
    let next = Filter { before: Some(first[1].created_at), before_id: Some(ids[3].0), ..page };
    for (filter, expected) in [
        (next, vec![ids[2], ids[1]]),
        (Filter { authority: Some(sapporo), ..gone.clone() }, vec![ids[5], ids[1], ids[0]]),
        (Filter { owner: Some(Owner::Hub), ..gone.clone() }, vec![ids[5]]),
        (Filter { owner: Some(Owner::Hub), ..all.clone() }, vec![ids[5], ids[4]]),
        (Filter { state: Some("held".into()), ..gone.clone() }, vec![]),
        (Filter { review: Some("opened".into()), ..gone }, vec![]),
        (Filter { cause: Some("awaiting_pickup".into()), ..all.clone() }, vec![ids[7]]),
        (
            Filter { cause: Some("lane_full".into()), owner: Some(Owner::Hub), ..all.clone() },
            vec![],
        ),
    ] {
        let found = bench.store.list_deliveries(&filter).await?;
        ensure!(found.iter().map(|it| it.id).eq(expected), "{filter:?}: {found:?}");
    }
    ensure!(bench.store.list_deliveries(&all).await?.len() == ids.len());
    Ok(())
}
