//! Where an operator's notices are posted.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::store::{OperatorRow, WebhookActRow};
use schemas::codes::corporate_number_of;

use super::{AWKWARD, Bench};

/// The newest act that is no trial counts, for its operator alone; nothing that contradicts itself.
pub async fn a_webhook_counts_until_it_is_removed(bench: &Bench) -> Result<()> {
    let number = corporate_number_of(1);
    let url = "https://hooks.example/todoke";
    let mut all = Vec::new();
    for (kind, expected) in [("set", true), ("tried", true), ("removed", false), ("set", true)] {
        let act = bench.webhook_act(kind, url);
        keep(bench, &act).await?;
        all.insert(0, act);
        let newest = bench.store.webhook(number).await?;
        ensure!(newest.as_ref() == all.iter().find(|act| act.kind != "tried"), "{newest:?}");
        let recipients = bench.store.recipients(number).await?;
        ensure!(recipients == vec!["webhook"; usize::from(expected)], "{kind}: {recipients:?}");
        bench.clock.advance(Duration::from_millis(1));
    }
    let others = WebhookActRow {
        corporate_number: corporate_number_of(2),
        ..bench.webhook_act("removed", "")
    };
    keep(bench, &others).await?;
    let operator = OperatorRow {
        corporate_number: number,
        name: AWKWARD.into(),
        mail: Some("a@b.example".into()),
        created_at: 0,
    };
    let mut tx = bench.store.begin().await?;
    tx.save_operators(&[operator]).await?;
    tx.commit().await?;
    ensure!(bench.store.recipients(number).await? == ["a@b.example", "webhook"]);
    ensure!(bench.store.recipients(corporate_number_of(2)).await?.is_empty());
    ensure!(bench.store.webhook_acts(number, None, 9).await? == all);
    ensure!(bench.store.webhook_acts(number, Some("tried"), 9).await? == [all[2].clone()]);
    ensure!(bench.store.webhook_acts(number, None, 1).await? == all[..1]);
    // What came of a trial is told afterwards; of no other act.
    let mut tx = bench.store.begin().await?;
    tx.lock_trials(number).await?;
    ensure!(tx.webhook_acts(number, "tried", 9).await? == [all[2].clone()]);
    for act in &all {
        tx.end_trial(act.id, AWKWARD).await?;
    }
    tx.commit().await?;
    all[2].said = Some(AWKWARD.into());
    ensure!(bench.store.webhook_acts(number, None, 9).await? == all);
    for wrong in [
        WebhookActRow { url: None, ..bench.webhook_act("set", url) },
        WebhookActRow { url: Some(url.into()), ..bench.webhook_act("removed", url) },
        WebhookActRow { said: None, ..bench.webhook_act("tried", url) },
        bench.webhook_act("eaten", url),
        all.remove(0),
    ] {
        ensure!(keep(bench, &wrong).await.is_err(), "{wrong:?}");
    }
    Ok(())
}

async fn keep(bench: &Bench, act: &WebhookActRow) -> Result<()> {
    let mut tx = bench.store.begin().await?;
    tx.insert_webhook_act(act).await?;
    Ok(tx.commit().await?)
}

impl Bench {
    fn webhook_act(&self, kind: &str, url: &str) -> WebhookActRow {
        WebhookActRow {
            id: self.clock.id(),
            corporate_number: corporate_number_of(1),
            kind: kind.to_owned(),
            url: (kind != "removed").then(|| url.to_owned()),
            said: (kind == "tried").then(|| "HTTP 204".to_owned()),
            person: AWKWARD.to_owned(),
            name: AWKWARD.to_owned(),
            at: self.clock.now_ms(),
        }
    }
}
