//! What an authority's staff do with deliveries.

use anyhow::{Result, bail, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::store::{ActRow, Like};
use schemas::FilingKind;
use schemas::codes::corporate_number_of;

use super::{AWKWARD, Bench, authorities};

/// In order, whole, and of their delivery alone; and no act that contradicts itself.
pub async fn acts_come_back_in_order(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let filing = bench.filed(1).await?.remove(0);
    let one = bench.delivery(&filing, sapporo, State::Due);
    let other = bench.delivery(&filing, chiyoda, State::Due);
    bench.planned(&[one.clone(), other.clone()]).await?;
    let act = |kind: &str, assignee: Option<&str>| ActRow {
        id: bench.clock.id(),
        delivery_id: one.id,
        kind: kind.into(),
        person: "key:one".into(),
        name: AWKWARD.into(),
        text: AWKWARD.into(),
        assignee: assignee.map(str::to_owned),
        assignee_name: assignee.map(|_| AWKWARD.to_owned()),
        at: bench.clock.now_ms(),
    };
    let acts = [
        act("opened", None),
        act("assigned", Some("key:two")),
        act("assigned", None),
        act("remark", None),
        act("decided", None),
    ];
    for row in &acts {
        bench.acted(row).await?;
        bench.clock.advance(std::time::Duration::from_millis(1));
    }
    ensure!(bench.store.acts(one.id).await? == acts);
    ensure!(bench.store.acts(other.id).await?.is_empty());
    for wrong in [act("eaten", None), act("remark", Some("key:two")), acts[0].clone()] {
        ensure!(bench.acted(&wrong).await.is_err(), "{wrong:?}");
    }
    Ok(())
}

/// The newest before a time; of one office, kind and operator, and accepted by that authority.
pub async fn the_last_accepted_filing_is_found(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let mut filings = Vec::new();
    let mut deliveries = Vec::new();
    for review in [Review::Accepted, Review::Returned, Review::Accepted] {
        let filing = bench.filed(1).await?.remove(0);
        deliveries.push(Delivery { review, ..bench.delivery(&filing, sapporo, State::Due) });
        deliveries.push(bench.delivery(&filing, chiyoda, State::Due));
        filings.push(filing);
    }
    bench.planned(&deliveries).await?;
    let [first, _, last] = filings.as_slice() else { bail!("three") };
    let like = Like {
        authority: sapporo,
        corporate_number: last.corporate_number,
        office_name: last.office_name.clone(),
        kind: last.kind,
        before: i64::MAX,
    };
    for (like, found) in [
        (like.clone(), Some(last.id)),
        (Like { before: last.received_at, ..like.clone() }, Some(first.id)),
        (Like { before: first.received_at, ..like.clone() }, None),
        (Like { authority: chiyoda, ..like.clone() }, None),
        (Like { office_name: "%".into(), ..like.clone() }, None),
        (Like { kind: FilingKind::ALL[1], ..like.clone() }, None),
        (Like { corporate_number: corporate_number_of(9), ..like }, None),
    ] {
        let row = bench.store.accepted_before(&like).await?;
        ensure!(row.as_ref().map(|row| row.filing_id) == found, "{row:?} by {like:?}");
    }
    Ok(())
}

impl Bench {
    async fn acted(&self, row: &ActRow) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.insert_act(row).await?;
        Ok(tx.commit().await?)
    }
}
