//! What an authority takes out for its ledger.

use anyhow::{Result, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::store::{ExportRow, FetchRow};
use schemas::{AuthorityId, DeliveryId};

use super::{AWKWARD, Bench, authorities};

/// Accepted ones in the order of the decisions, each in one export, whoever is quicker; what was
/// taken out comes back as it was, and so does who fetched it.
pub async fn what_was_accepted_is_taken_out_once(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let now = bench.clock.now_ms();
    let mut all = Vec::new();
    for (review, to, after) in [
        (Review::Accepted, sapporo, Some(30)),
        (Review::Accepted, sapporo, Some(10)),
        (Review::Accepted, sapporo, Some(20)),
        (Review::Returned, sapporo, Some(5)),
        (Review::Opened, sapporo, None),
        (Review::Accepted, chiyoda, Some(15)),
    ] {
        let filing = bench.filed(1).await?.remove(0);
        let delivery = bench.delivery(&filing, to, State::Delivered { at: now });
        all.push(Delivery { review, decided_at: after.map(|it| now + it), ..delivery });
    }
    bench.planned(&all).await?;
    let due = async |from| bench.due(sapporo, (from, 9)).await;
    let id = |place: usize| all[place].id;
    ensure!(due(0).await? == [id(1), id(2), id(0)], "in the order of the decisions");
    ensure!(due(now + 20).await? == [id(2), id(0)], "from that moment on");
    ensure!(bench.due(sapporo, (0, 2)).await? == [id(1), id(2)], "at most two");
    let first = bench.export_row(sapporo, 2);
    ensure!(bench.take_out(&first, &[id(1), id(2)]).await?);
    ensure!(due(0).await? == [id(0)]);
    // A colleague who saw the same is too late, and takes nothing.
    let late = bench.export_row(sapporo, 2);
    ensure!(!bench.take_out(&late, &[id(0), id(2)]).await?);
    ensure!(due(0).await? == [id(0)] && bench.store.export(late.id).await?.is_none());
    let second = bench.export_row(sapporo, 1);
    ensure!(bench.take_out(&second, &[id(0)]).await?);
    ensure!(due(0).await?.is_empty());
    ensure!(bench.store.exports_of(sapporo, (None, 9)).await? == [second.clone(), first.clone()]);
    let before = bench.store.exports_of(sapporo, (Some(second.at), 9)).await?;
    ensure!(before.len() == 1 && before[0] == first, "{before:?}");
    ensure!(bench.store.exports_of(sapporo, (None, 1)).await? == [second]);
    ensure!(bench.store.exports_of(chiyoda, (None, 9)).await?.is_empty());
    ensure!(bench.store.export(first.id).await?.as_ref() == Some(&first));
    let held = bench.store.exported(first.id).await?;
    let ids: Vec<_> = held.iter().map(|row| row.delivery).collect();
    ensure!(ids == [id(1), id(2)] && held[0].document.contains("pages"), "{held:?}");
    let fetch = FetchRow {
        id: bench.clock.id(),
        export_id: first.id,
        format: "csv".into(),
        person: "key:one".into(),
        name: AWKWARD.into(),
        at: now,
    };
    bench.fetch(&fetch).await?;
    let fetched = bench.store.fetches_of(&[first.id, late.id]).await?;
    ensure!(fetched == std::slice::from_ref(&fetch), "{fetched:?}");
    let odd = FetchRow { id: bench.clock.id(), format: "doc".into(), ..fetch };
    ensure!(bench.fetch(&odd).await.is_err(), "there is no such format");
    Ok(())
}

impl Bench {
    async fn due(&self, of: AuthorityId, (from, limit): (i64, usize)) -> Result<Vec<DeliveryId>> {
        let due = self.store.exports_due(of, (from, limit)).await?;
        Ok(due.iter().map(|it| it.delivery).collect())
    }

    fn export_row(&self, authority: AuthorityId, deliveries: i32) -> ExportRow {
        self.clock.advance(std::time::Duration::from_millis(1));
        ExportRow {
            id: self.clock.id(),
            authority,
            profile: "00".repeat(32),
            deliveries,
            decided_until: self.clock.now_ms(),
            person: "key:one".into(),
            name: AWKWARD.into(),
            at: self.clock.now_ms(),
        }
    }

    async fn take_out(&self, row: &ExportRow, deliveries: &[DeliveryId]) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let is_taken = tx.insert_export(row, deliveries).await?;
        if is_taken {
            tx.commit().await?;
        }
        Ok(is_taken)
    }

    async fn fetch(&self, row: &FetchRow) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.insert_fetch(row).await?;
        Ok(tx.commit().await?)
    }
}
