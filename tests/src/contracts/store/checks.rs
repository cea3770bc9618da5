//! Checks of a way, one at a time; stages of onboarding, told once.

use anyhow::{Context, Result, ensure};
use hub::delivery::{Delivery, State, TEST_RULE};
use hub::store::{
    CheckRow, CheckState, NewEvent, Purge, RevisionRow, StageRow, StageToldRow, StoreError,
};
use jiff::civil::date;
use schemas::{AuthorityId, Channel, CorporateNumber, Owner, ProofLevel};

use super::{AWKWARD, Bench, authorities};

impl Bench {
    /// A check whose test is of this operator; written down with it.
    async fn test(&self, to: AuthorityId, whose: CorporateNumber) -> Result<CheckRow> {
        let (mut filing, revision, event): (_, RevisionRow, NewEvent) = self.filing(1);
        filing.corporate_number = whose;
        let key = format!("check:{}", filing.id);
        let revision = RevisionRow { corporate_number: whose, idempotency_key: key, ..revision };
        let state = State::Delivered { at: self.clock.now_ms() };
        let delivery = self.delivery(&filing, to, state);
        let delivery = Delivery { rule: TEST_RULE.into(), ..delivery };
        let row = CheckRow {
            filing_id: filing.id,
            delivery_id: delivery.id,
            authority: to,
            channel: Channel::Api,
            receipt_number: filing.receipt_number.clone(),
            person: "key:one".into(),
            name: AWKWARD.into(),
            sent_at: self.clock.now_ms(),
            state: CheckState::Open,
            proof: None,
            code: None,
            owner: None,
            sentence: None,
            ended_at: None,
            purged_at: None,
        };
        let mut tx = self.store.begin().await?;
        tx.insert_filings(std::slice::from_mut(&mut filing), &[revision], &[event]).await?;
        tx.insert_deliveries(&[delivery], |_| None).await?;
        ensure!(tx.insert_check(&row).await?, "another is open");
        tx.commit().await?;
        Ok(row)
    }

    async fn over(&self, row: &CheckRow, state: CheckState) -> Result<CheckRow> {
        let is_proved = state == CheckState::Proved;
        let row = CheckRow {
            state,
            proof: is_proved.then_some(ProofLevel::Stored),
            code: (!is_proved).then(|| "http_410".to_owned()),
            owner: (!is_proved).then_some(Owner::Authority),
            ended_at: Some(self.clock.now_ms()),
            ..row.clone()
        };
        let mut tx = self.store.begin().await?;
        tx.save_checks(std::slice::from_ref(&row)).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn purged(&self, which: Purge) -> Result<usize, StoreError> {
        let mut tx = self.store.begin().await?;
        let gone = tx.purge_tests(which).await?;
        tx.commit().await?;
        Ok(gone.len())
    }
}

/// One at a time of each way; the newest tells how it is; what came of old ones goes, but of it.
pub async fn one_check_of_a_way_is_open_at_a_time(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let first = bench.test(sapporo, CorporateNumber::TEST).await?;
    let mut tx = bench.store.begin().await?;
    let again = CheckRow { filing_id: schemas::FilingId(bench.clock.id()), ..first.clone() };
    ensure!(!tx.insert_check(&again).await?, "one is open");
    drop(tx);
    let other = bench.test(chiyoda, CorporateNumber::TEST).await?;
    let mut tx = bench.store.begin().await?;
    ensure!(tx.open_checks(Some(sapporo), (0, 9)).await?.len() == 1);
    ensure!(
        tx.open_checks(None, (0, 9)).await?.len() == 2
            && tx.open_checks(None, (0, 1)).await?.len() == 1
    );
    drop(tx);
    let first = bench.over(&first, CheckState::Failed).await?;
    ensure!(bench.store.check_of(first.filing_id).await?.as_ref() == Some(&first));
    let mut tx = bench.store.begin().await?;
    let twice = tx.save_checks(std::slice::from_ref(&first)).await;
    ensure!(matches!(twice, Err(StoreError::Count { .. })), "what is over stays so: {twice:?}");
    drop(tx);
    bench.clock.advance(std::time::Duration::from_secs(1));
    let second = bench.test(sapporo, CorporateNumber::TEST).await?;
    let newest = bench.store.newest_checks().await?;
    ensure!(newest.len() == 2 && newest.contains(&second) && newest.contains(&other));
    let of = bench.store.checks_of(sapporo, 9).await?;
    ensure!(of == [second.clone(), first.clone()], "{of:?}");
    bench.over(&second, CheckState::Proved).await?;
    let all = Purge { authority: Some(sapporo), delivery: None, before: i64::MAX, limit: 9 };
    ensure!(bench.purged(Purge { limit: 1, ..all }).await? == 1, "so many at most");
    ensure!(bench.purged(all).await? == 1 && bench.purged(all).await? == 0);
    let mut tx = bench.store.begin().await?;
    tx.delete_old_checks(i64::MAX, 9).await?;
    tx.commit().await?;
    let of = bench.store.checks_of(sapporo, 9).await?;
    ensure!(of.len() == 1 && of[0].filing_id == second.filing_id, "the newest stays: {of:?}");
    ensure!(bench.store.filing(other.filing_id).await?.is_some(), "another's");
    Ok(())
}

/// What says of itself that it is a test and is filed by somebody, or the other way round, stays.
pub async fn no_filing_is_purged_as_a_test(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, osaka] = authorities()?;
    let (real, _, _) = bench.filing(7);
    let forged = bench.test(sapporo, real.corporate_number).await?;
    let planned = bench.test(chiyoda, CorporateNumber::TEST).await?;
    let under_way = bench.test(osaka, CorporateNumber::TEST).await?;
    for row in [&forged, &planned, &under_way] {
        bench.over(row, CheckState::Proved).await?;
    }
    let rule =
        format!("UPDATE deliveries SET rule = 'prefecture' WHERE id = '{}'", planned.delivery_id);
    bench.raw(rule).await?;
    let id = under_way.delivery_id;
    let due = format!("UPDATE deliveries SET state = 'due', delivered_at = NULL WHERE id = '{id}'");
    bench.raw(due).await?;
    let all = Purge { authority: None, delivery: None, before: i64::MAX, limit: 9 };
    ensure!(bench.purged(all).await? == 0);
    for row in [&forged, &planned, &under_way] {
        let filing = bench.store.filing(row.filing_id).await?.context("the filing")?;
        ensure!(!bench.store.events(filing.id).await?.is_empty());
        ensure!(bench.store.deliveries_of(filing.id).await?.len() == 1);
    }
    Ok(())
}

/// A stage has one row, the last word; a mail tells of it once of each step for one day.
pub async fn a_stage_is_told_once_for_one_day(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let row = StageRow {
        authority: sapporo,
        stage: "trial".into(),
        due_on: Some(date(2026, 4, 9)),
        done_at: None,
        person: "key:one".into(),
        name: AWKWARD.into(),
        why: AWKWARD.into(),
        updated_at: 5,
    };
    let done = StageRow { done_at: Some(7), due_on: None, updated_at: 7, ..row.clone() };
    let other = StageRow { authority: chiyoda, ..row.clone() };
    let mut tx = bench.store.begin().await?;
    ensure!(tx.lock_stages(sapporo).await?.is_empty());
    tx.save_stages(&[row.clone(), other]).await?;
    ensure!(tx.lock_stages(sapporo).await? == [row]);
    tx.save_stages(std::slice::from_ref(&done)).await?;
    tx.commit().await?;
    ensure!(bench.store.stages(Some(sapporo)).await? == [done]);
    ensure!(bench.store.stages(None).await?.len() == 2);
    let told = |step: &str, day| StageToldRow {
        authority: sapporo,
        stage: "trial".into(),
        due_on: date(2026, 4, day),
        step: step.into(),
        day: date(2026, 4, 1),
        reminder_id: format!("{step}-{day}"),
    };
    let mut tx = bench.store.begin().await?;
    ensure!(tx.insert_stages_told(&[told("soon", 9), told("overdue", 9)]).await? == 2);
    ensure!(tx.insert_stages_told(&[told("soon", 9), told("soon", 10)]).await? == 1);
    tx.commit().await?;
    ensure!(bench.store.stages_told().await?.len() == 3);
    ensure!(bench.store.stages_told_by("soon-10").await? == [told("soon", 10)]);
    ensure!(bench.store.stages_told_by("nobody").await?.is_empty());
    Ok(())
}
