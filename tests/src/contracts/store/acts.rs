//! What an authority's staff do with deliveries.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::store::{ActRow, ApiKeyRow, InboxFilter, Like, SessionRow};
use schemas::codes::corporate_number_of;
use schemas::{AuthorityId, FilingKind};

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
    let mut acts = Vec::new();
    for (kind, to) in [
        ("opened", None),
        ("assigned", Some("key:two")),
        ("assigned", None),
        ("remark", None),
        ("decided", None),
    ] {
        acts.push(act(kind, to));
        bench.acted(&acts[acts.len() - 1]).await?;
        bench.clock.advance(Duration::from_millis(1));
    }
    ensure!(bench.store.acts(one.id).await? == acts);
    ensure!(bench.store.acts(other.id).await?.is_empty());
    let handed = bench.store.assignments(&[other.id, one.id]).await?;
    ensure!(handed == acts[1..3], "{handed:?}");
    ensure!(in_hands(bench, "key:two").await? == 0, "it was put back");
    bench.acted(&act("assigned", Some("key:two"))).await?;
    ensure!(in_hands(bench, "key:two").await? == 1 && in_hands(bench, "key:one").await? == 0);
    for wrong in [act("eaten", None), act("remark", Some("key:two")), acts[0].clone()] {
        ensure!(bench.acted(&wrong).await.is_err(), "{wrong:?}");
    }
    Ok(())
}

/// How much is in somebody's hands, by both lists of an inbox.
async fn in_hands(bench: &Bench, person: &str) -> Result<usize> {
    let filter = InboxFilter {
        authority: authorities()?[0],
        review: Some("unopened".into()),
        kind: None,
        service: None,
        text: None,
        assignee: Some(person.to_owned()),
        at: None,
        id: None,
        limit: 9,
    };
    let count = bench.store.inbox_undecided(&filter).await?.len();
    ensure!(bench.store.inbox_newest(&filter).await?.len() == count);
    Ok(count)
}

/// Whoever has a key of the authority in force, or is logged in without one; each once.
pub async fn colleagues_are_those_of_the_authority(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let key = |id: &str, subject: AuthorityId, revoked_at| ApiKeyRow {
        id: id.into(),
        secret_sha256: "00".repeat(32),
        scope: "authority".into(),
        subject: Some(subject.to_string()),
        label: AWKWARD.into(),
        created_at: bench.clock.now_ms(),
        revoked_at,
    };
    let session = |id: &str, person: &str, key_id: Option<&str>| SessionRow {
        id: id.into(),
        scope: "authority".into(),
        subject: Some(sapporo.to_string()),
        person: person.into(),
        name: "鈴木".into(),
        key_id: key_id.map(str::to_owned),
        created_at: bench.clock.now_ms(),
        seen_at: bench.clock.now_ms(),
        authenticated_at: 0,
    };
    let mut tx = bench.store.begin().await?;
    let keys = [key("one", sapporo, None), key("old", sapporo, Some(1)), key("far", chiyoda, None)];
    tx.insert_api_keys(&keys).await?;
    let by_key = session("1", "key:one", Some("one"));
    for row in [by_key, session("2", "oidc:x", None), session("3", "oidc:x", None)] {
        tx.insert_session(&row).await?;
    }
    tx.commit().await?;
    let found = bench.store.colleagues(sapporo).await?;
    let mut told: Vec<_> = found.iter().map(|it| (&*it.person, &*it.name)).collect();
    told.sort_unstable();
    ensure!(told == [("key:one", AWKWARD), ("oidc:x", "鈴木")], "{told:?}");
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
