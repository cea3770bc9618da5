//! Where an operator's notices go.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::{AddressActRow, FilingRow, LetterRow, NoticeRow};
use schemas::NoticeId;
use schemas::codes::corporate_number_of;
use uuid::Uuid;

use super::{AWKWARD, Bench};

/// The newest first, whole, of their operator alone; a link once; nothing that contradicts itself.
pub async fn acts_about_an_address_stay_as_they_were(bench: &Bench) -> Result<()> {
    let asked = bench.address_act("asked", None);
    bench.clock.advance(Duration::from_millis(1));
    let confirmed = bench.address_act("confirmed", Some(asked.id));
    let set = AddressActRow { address: None, ..bench.address_act("set", None) };
    let others = bench.address_act("asked", None);
    let others = AddressActRow { corporate_number: corporate_number_of(2), ..others };
    for act in [&asked, &others, &confirmed, &set] {
        bench.did(act).await?;
    }
    let number = asked.corporate_number;
    let found = bench.store.address_acts(number, 9).await?;
    ensure!(found == [set, confirmed.clone(), asked.clone()], "{found:?}");
    ensure!(bench.store.address_acts(number, 2).await? == found[..2]);
    let mut tx = bench.store.begin().await?;
    ensure!(tx.address_acts(number, "confirmed", 9).await? == [confirmed]);
    ensure!(tx.address_act(others.id).await?.as_ref() == Some(&others));
    ensure!(tx.address_act(Uuid::nil()).await?.is_none());
    tx.commit().await?;
    for wrong in [
        bench.address_act("confirmed", Some(asked.id)),
        bench.address_act("confirmed", None),
        bench.address_act("asked", Some(others.id)),
        AddressActRow { address: None, ..bench.address_act("asked", None) },
        bench.address_act("eaten", None),
        asked,
    ] {
        ensure!(bench.did(&wrong).await.is_err(), "{wrong:?}");
    }
    Ok(())
}

/// One process has a letter, until its time is over; one that was sent or given up is nobody's.
pub async fn a_letter_is_sent_by_one_at_a_time(bench: &Bench) -> Result<()> {
    let acts = [(); 3].map(|()| bench.address_act("asked", None));
    let letters = acts.each_ref().map(letter_about);
    let mut tx = bench.store.begin().await?;
    for letter in &letters {
        tx.insert_letter(letter).await?;
    }
    tx.commit().await?;
    let mut first = bench.letters(2).await?;
    ensure!(first.len() == 2 && bench.letters(9).await?.len() == 1, "{first:?}");
    ensure!(bench.letters(9).await?.is_empty(), "all are taken");
    let now = bench.clock.now_ms();
    first[0] = LetterRow {
        state: "sent".into(),
        tries: 1,
        next_try_at: None,
        sent_at: Some(now),
        ..first[0].clone()
    };
    let (why, later) = (Some(AWKWARD.to_owned()), Some(now + 5_000));
    first[1] = LetterRow { why, next_try_at: later, ..first[1].clone() };
    let mut tx = bench.store.begin().await?;
    tx.save_letters(&first).await?;
    tx.commit().await?;
    for letter in &first {
        ensure!(bench.store.letter(letter.id).await?.as_ref() == Some(letter));
    }
    bench.clock.advance(Duration::from_secs(1));
    let again = bench.letters(9).await?;
    ensure!(again.len() == 1 && !first.iter().any(|it| it.id == again[0].id), "{again:?}");
    bench.clock.advance(Duration::from_secs(4));
    ensure!(bench.letters(9).await?.len() == 2, "what waited, and whose time is over once more");
    Ok(())
}

/// Those of the operator that have not gone out yet, to this address; no others.
pub async fn open_notices_go_to_the_new_address(bench: &Bench) -> Result<()> {
    let filings = bench.filed(2).await?;
    let (now, next) = (bench.clock.now_ms(), Some(bench.clock.now_ms()));
    let notice = |filing: &FilingRow, state: &str, recipient: &str| NoticeRow {
        id: NoticeId(bench.clock.id()),
        filing_id: filing.id,
        delivery_id: None,
        kind: "accepted".into(),
        recipient: recipient.into(),
        state: state.into(),
        turn: 1,
        tries: 0,
        next_attempt_at: next.filter(|_| state == "waiting"),
        lease_until: next.filter(|_| state == "sending"),
        why: None,
        created_at: now,
        sent_at: None,
        updated_at: now,
        trace: None,
    };
    let (own, others) = (&filings[0], &filings[1]);
    let rows = [
        (notice(own, "due", "old@a.example"), true),
        (notice(own, "waiting", "old@a.example"), true),
        (notice(own, "sending", "old@a.example"), false),
        (notice(own, "sent", "old@a.example"), false),
        (notice(own, "due", "third@a.example"), false),
        (notice(others, "due", "old@a.example"), false),
    ];
    let notices = rows.each_ref().map(|(notice, _)| notice.clone());
    let mut tx = bench.store.begin().await?;
    tx.insert_notices(&notices).await?;
    tx.readdress_notices(own.corporate_number, ("old@a.example", AWKWARD)).await?;
    tx.commit().await?;
    for (notice, moves) in rows {
        let found = bench.store.notice(notice.id).await?.context("the notice")?;
        let recipient = if moves { AWKWARD.to_owned() } else { notice.recipient.clone() };
        ensure!(found == NoticeRow { recipient, ..notice }, "{found:?}");
    }
    Ok(())
}

impl Bench {
    fn address_act(&self, kind: &str, request_id: Option<Uuid>) -> AddressActRow {
        AddressActRow {
            id: self.clock.id(),
            corporate_number: corporate_number_of(1),
            kind: kind.into(),
            request_id,
            person: "key:one".into(),
            name: AWKWARD.into(),
            former: None,
            address: Some(AWKWARD.into()),
            at: self.clock.now_ms(),
        }
    }

    async fn did(&self, act: &AddressActRow) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.insert_address_act(act).await?;
        Ok(tx.commit().await?)
    }

    async fn letters(&self, limit: usize) -> Result<Vec<LetterRow>> {
        let mut tx = self.store.begin().await?;
        let letters = tx.claim_letters(self.clock.now_ms() + 1_000, limit).await?;
        tx.commit().await?;
        Ok(letters)
    }
}

fn letter_about(act: &AddressActRow) -> LetterRow {
    LetterRow {
        id: act.id,
        corporate_number: act.corporate_number,
        kind: act.kind.clone(),
        recipient: AWKWARD.into(),
        state: "due".into(),
        tries: 0,
        next_try_at: Some(act.at),
        why: None,
        created_at: act.at,
        sent_at: None,
    }
}
