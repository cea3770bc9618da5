//! Where authorities are written to, and what they were told lies unread.

use anyhow::{Context, Result, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::store::{ContactRow, ReminderRow, ReminderState, ReminderStep, Unread};
use jiff::civil::{Date, date};
use schemas::{AuthorityId, Channel, DeliveryId};

use super::{AWKWARD, Bench, authorities, why};

const TODAY: Date = date(2026, 4, 7);

/// The last entry of the last day that has come counts; nothing is written over.
pub async fn an_address_counts_from_its_day_on(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, osaka] = authorities()?;
    let entry = |authority, version, mail: Option<&str>, from_day| ContactRow {
        authority,
        version,
        mail: mail.map(str::to_owned),
        from_day,
        by_whom: "authority".into(),
        person: "key:one".into(),
        name: AWKWARD.into(),
        at: bench.clock.now_ms(),
    };
    let rows = [
        entry(sapporo, 1, Some("first@a.example"), date(2026, 4, 1)),
        entry(sapporo, 2, Some("later@a.example"), date(2026, 5, 1)),
        entry(sapporo, 3, Some("second@a.example"), date(2026, 4, 1)),
        entry(chiyoda, 1, None, date(2026, 4, 1)),
    ];
    ensure!(bench.entered(&rows).await?);
    let on = async |day, whose| -> Result<Vec<_>> {
        let rows = bench.store.contacts_on(day, whose).await?;
        Ok(rows.into_iter().map(|row| (row.authority, row.version)).collect())
    };
    ensure!(on(date(2026, 3, 31), None).await?.is_empty());
    ensure!(on(date(2026, 4, 30), None).await? == [(sapporo, 3), (chiyoda, 1)]);
    ensure!(on(date(2026, 5, 1), Some(sapporo)).await? == [(sapporo, 2)]);
    ensure!(on(date(2026, 5, 1), Some(osaka)).await?.is_empty());
    let all = bench.store.contacts_of(sapporo, 9).await?;
    ensure!(all.iter().map(|row| row.version).collect::<Vec<_>>() == [3, 2, 1]);
    ensure!(all[0] == rows[2], "{:?}", all[0]);
    ensure!(bench.store.contacts_of(sapporo, 1).await?.len() == 1);
    let mut versions = bench.store.contact_versions(&[chiyoda, sapporo, osaka]).await?;
    versions.sort_unstable();
    ensure!(versions == [(sapporo, 3), (chiyoda, 1)], "{versions:?}");
    // Who saw what counts no more is too late, with all that they write.
    let late = [entry(osaka, 1, None, TODAY), entry(sapporo, 3, Some("x@a.example"), TODAY)];
    ensure!(!bench.entered(&late).await?);
    ensure!(bench.store.contacts_of(osaka, 9).await?.is_empty());
    ensure!(bench.store.contacts_of(sapporo, 9).await? == all);
    Ok(())
}

/// What is unread goes into one mail of each step, in order; a mail is sent by one at a time.
pub async fn what_is_unread_is_told_once_of_each_step(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, osaka] = authorities()?;
    let ids = bench.unread(&[sapporo, sapporo, chiyoda]).await?;
    let before = bench.clock.now_ms() + 1_000;
    let first = |authorities: &[AuthorityId], before| Unread {
        authorities: authorities.to_vec(),
        before,
        after: None,
        told_until: None,
    };
    let mail = bench.reminder(ReminderStep::Authority, TODAY, Some("a@b.example"));
    let of_none = bench.made(mail.clone(), &first(&[osaka], before)).await?;
    ensure!(of_none.is_none(), "nothing is unread there");
    ensure!(bench.made(mail.clone(), &first(&[sapporo], 0)).await?.is_none(), "nor for so long");
    let made = bench.made(mail.clone(), &first(&[sapporo], before)).await?.context("two")?;
    ensure!(made.deliveries == 2);
    ensure!(bench.made(mail.clone(), &first(&[sapporo], before)).await?.is_none(), "once");
    // Another one of that day, step and addressee is left for another day.
    ensure!(bench.made(mail, &first(&[chiyoda], before)).await?.is_none());
    let nobody = bench.reminder(ReminderStep::Authority, date(2026, 4, 8), None);
    ensure!(bench.made(nobody, &first(&[chiyoda], before)).await?.is_some());

    let next = |told_until| Unread {
        after: Some(ReminderStep::Authority),
        told_until: Some(told_until),
        ..first(&[sapporo, chiyoda], before)
    };
    let mail = bench.reminder(ReminderStep::Prefecture, date(2026, 4, 8), Some("p@b.example"));
    let second =
        bench.made(mail, &next(date(2026, 4, 6))).await?.context("what was told nobody")?;
    ensure!(second.deliveries == 1, "told too late to go on, but for who has no address");
    let mail = bench.reminder(ReminderStep::Prefecture, date(2026, 4, 9), Some("p@b.example"));
    let third = bench.made(mail, &next(TODAY)).await?.context("told long enough ago")?;
    ensure!(third.deliveries == 2);

    let still = bench.store.reminded_still(&made.id).await?;
    ensure!(still.len() == 1 && (still[0].authority, still[0].count) == (sapporo, 2), "{still:?}");
    bench.look_at(ids[0]).await?;
    ensure!(bench.store.reminded_still(&made.id).await?[0].count == 1);
    let told = bench.store.reminded_of(&[ids[2]]).await?;
    let steps: Vec<_> = told.iter().map(|row| (row.step, row.day.day(), row.state)).collect();
    ensure!(
        steps
            == [
                (ReminderStep::Authority, 8, ReminderState::Unaddressed),
                (ReminderStep::Prefecture, 8, ReminderState::Waiting),
            ],
        "{steps:?}"
    );
    let about = bench.store.reminders_about(sapporo, 9).await?;
    ensure!(
        about.iter().map(|it| (&it.id, it.deliveries)).collect::<Vec<_>>()
            == [(&third.id, 2), (&made.id, 2)],
        "{about:?}"
    );
    ensure!(bench.store.newest_reminders(2).await?.first() == Some(&third));
    bench.sent_by_one(&made).await
}

impl Bench {
    async fn entered(&self, rows: &[ContactRow]) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let is_written = tx.insert_contacts(rows).await?;
        if is_written {
            tx.commit().await?;
        }
        Ok(is_written)
    }

    /// Deliveries that lie at these authorities since now: one arrived, all others can be fetched.
    async fn unread(&self, at: &[AuthorityId]) -> Result<Vec<DeliveryId>> {
        let now = self.clock.now_ms();
        let mut all: Vec<Delivery> = Vec::new();
        for (place, authority) in at.iter().enumerate() {
            let filing = self.filed(1).await?.remove(0);
            let waits = State::Waiting { next_attempt_at: now, why: why("awaiting_pickup") };
            let state = if place == 0 { State::Delivered { at: now } } else { waits };
            let channel = Some(if place == 0 { Channel::Api } else { Channel::Pull });
            all.push(Delivery { channel, ..self.delivery(&filing, *authority, state) });
        }
        // Neither of these lies there.
        let why = why("http_503");
        let tried = State::Waiting { next_attempt_at: now, why };
        for (state, review) in [
            (tried, Review::Unopened),
            (State::Due, Review::Unopened),
            (State::Delivered { at: now }, Review::Opened),
        ] {
            let filing = self.filed(1).await?.remove(0);
            all.push(Delivery { review, ..self.delivery(&filing, at[0], state) });
        }
        self.planned(&all).await?;
        Ok(all.iter().map(|delivery| delivery.id).collect())
    }

    async fn look_at(&self, id: DeliveryId) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let mut deliveries = tx.lock_deliveries(&[id]).await?;
        deliveries[0].review = Review::Opened;
        tx.save_deliveries(&deliveries).await?;
        Ok(tx.commit().await?)
    }

    fn reminder(&self, step: ReminderStep, day: Date, mail: Option<&str>) -> ReminderRow {
        let now = self.clock.now_ms();
        let state =
            if mail.is_some() { ReminderState::Waiting } else { ReminderState::Unaddressed };
        ReminderRow {
            id: format!("{day}-{step:?}"),
            day,
            step,
            addressee: "011002".into(),
            mail: mail.map(str::to_owned),
            deliveries: 0,
            state,
            tries: 0,
            next_attempt_at: mail.map(|_| now),
            lease_until: None,
            why: None,
            made_at: now,
            sent_at: None,
        }
    }

    async fn made(&self, row: ReminderRow, what: &Unread) -> Result<Option<ReminderRow>> {
        let mut tx = self.store.begin().await?;
        let deliveries = tx.insert_reminded((&row.id, row.step), what).await?;
        let row = ReminderRow { deliveries, ..row };
        if deliveries == 0 || !tx.insert_reminder(&row).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(row))
    }

    async fn sent_by_one(&self, made: &ReminderRow) -> Result<()> {
        let now = self.clock.now_ms();
        let claim = async |at: i64| -> Result<Vec<ReminderRow>> {
            let mut tx = self.store.begin().await?;
            let claimed = tx.claim_reminders((at, at + 100), 9).await?;
            tx.commit().await?;
            Ok(claimed)
        };
        let claimed = claim(now).await?;
        ensure!(claimed.len() == 3 && claimed.iter().all(|it| it.lease_until == Some(now + 100)));
        ensure!(claim(now + 99).await?.is_empty(), "someone has them");
        let mut claimed = claim(now + 100).await?;
        ensure!(claimed.len() == 3, "who had them vanished");
        for row in &mut claimed {
            row.lease_until = None;
            row.tries += 1;
            if row.id == made.id {
                (row.state, row.sent_at) = (ReminderState::Sent, Some(now));
            } else {
                row.state = ReminderState::Failed;
                row.why = Some(serde_json::to_string(&why("smtp_550"))?);
            }
        }
        let mut tx = self.store.begin().await?;
        tx.save_reminders(&claimed).await?;
        tx.commit().await?;
        ensure!(claim(now + 9_999).await?.is_empty());
        let kept = self.store.newest_reminders(9).await?;
        ensure!(claimed.iter().all(|row| kept.contains(row)), "{kept:?}");
        Ok(())
    }
}
