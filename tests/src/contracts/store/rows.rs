//! The plain rows: who files, with which key and files; how authorities are reached; what was said.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::delivery::State;
use hub::store::{
    ApiKeyRow, AttachmentRow, AttemptRow, DecisionRow, EndpointRow, NoticeRow, OperatorRow,
};
use schemas::codes::corporate_number_of;
use schemas::{Channel, DeliveryId, NoticeId, Verdict};

use super::{AWKWARD, Bench, authorities};

/// Changed ones too; a revoked key says since when.
pub async fn operators_and_keys_come_back(bench: &Bench) -> Result<()> {
    let now = bench.clock.now_ms();
    let number = corporate_number_of(1);
    let mut operator = OperatorRow {
        corporate_number: number,
        name: "株式会社".into(),
        mail: None,
        created_at: now,
    };
    let key = |id: &str, scope: &str, subject: Option<&str>| ApiKeyRow {
        id: id.into(),
        secret_sha256: "00".repeat(32),
        scope: scope.into(),
        subject: subject.map(Into::into),
        label: AWKWARD.into(),
        created_at: now,
        revoked_at: None,
    };
    let keys = [key("one", "operator", Some(number.as_str())), key("two", "operations", None)];
    let mut tx = bench.store.begin().await?;
    tx.save_operators(std::slice::from_ref(&operator)).await?;
    operator.name = AWKWARD.into();
    operator.mail = Some("office@example.jp".into());
    tx.save_operators(std::slice::from_ref(&operator)).await?;
    tx.insert_api_keys(&keys).await?;
    let is_revoked = (tx.revoke_api_key("one").await?, tx.revoke_api_key("one").await?);
    ensure!(is_revoked == (true, false) && !tx.revoke_api_key("none").await?, "{is_revoked:?}");
    tx.commit().await?;
    ensure!(bench.store.operator(number).await?.as_ref() == Some(&operator));
    ensure!(bench.store.operator(corporate_number_of(2)).await?.is_none());
    let revoked = bench.store.api_key("one").await?.context("the key")?;
    ensure!(revoked.revoked_at == Some(now), "{revoked:?}");
    ensure!(bench.store.api_key("two").await?.as_ref() == Some(&keys[1]));
    ensure!(bench.store.api_keys().await?.len() == 2);
    for wrong in [key("3", "operator", None), key("3", "operations", Some("x")), key("3", "", None)]
    {
        let mut tx = bench.store.begin().await?;
        ensure!(tx.insert_api_keys(std::slice::from_ref(&wrong)).await.is_err(), "{wrong:?}");
    }
    Ok(())
}

/// Whoever guesses a digest learns nothing.
pub async fn attachments_are_found_by_their_owner_only(bench: &Bench) -> Result<()> {
    let digest = |byte: &str| byte.repeat(32);
    let row = |byte, owner: &str| AttachmentRow {
        sha256: digest(byte),
        owner: owner.into(),
        size: 5_000_000_000,
        media_type: "application/pdf".into(),
        created_at: bench.clock.now_ms(),
    };
    let mut tx = bench.store.begin().await?;
    for row in [row("aa", "one"), row("aa", "one"), row("aa", "other"), row("bb", "other")] {
        tx.save_attachment(&row).await?;
    }
    tx.commit().await?;
    let asked = [digest("aa"), digest("bb"), digest("cc")];
    let found = bench.store.find_attachments("one", asked.iter().map(String::as_str)).await?;
    ensure!(found == [row("aa", "one")], "{found:?}");
    let found = bench.store.find_attachments("one", std::iter::empty()).await?;
    ensure!(found.is_empty(), "{found:?}");
    Ok(())
}

/// Whole, and of that authority alone.
pub async fn a_ladder_takes_the_place_of_the_former(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let rung = |authority, channel, position| EndpointRow {
        authority,
        channel,
        position,
        config: format!("{{\"url\": {AWKWARD:?}}}"),
        updated_at: bench.clock.now_ms(),
    };
    let former = [rung(sapporo, Channel::Api, 0), rung(sapporo, Channel::Email, 1)];
    let latter = [rung(sapporo, Channel::Sftp, 0), rung(sapporo, Channel::Api, 1)];
    let others = [rung(chiyoda, Channel::Pull, 0)];
    let mut tx = bench.store.begin().await?;
    tx.insert_endpoints(&others).await?;
    tx.save_endpoints(sapporo, &former).await?;
    tx.save_endpoints(sapporo, &latter).await?;
    tx.commit().await?;
    let expected: Vec<_> = latter.into_iter().chain(others).collect();
    let read = bench.store.endpoints().await?;
    ensure!(read == expected, "{read:?}");
    Ok(())
}

/// Waiting until now, or with a lease that ended; never those that are done.
pub async fn notices_come_back_when_they_are_due(bench: &Bench) -> Result<()> {
    let filing = bench.filed(1).await?.remove(0);
    let now = bench.clock.now_ms() + 10;
    let notice = |state: &str, next_attempt_at, lease_until| NoticeRow {
        id: NoticeId(bench.clock.id()),
        filing_id: filing.id,
        delivery_id: Some(DeliveryId(bench.clock.id())),
        kind: "accepted".into(),
        recipient: "office@example.jp".into(),
        state: state.into(),
        turn: 1,
        tries: 0,
        next_attempt_at,
        lease_until,
        why: None,
        created_at: now - 10,
        sent_at: None,
        updated_at: now - 10,
        trace: super::TRACE.parse().ok(),
    };
    let mut notices = [
        notice("due", None, None),
        notice("waiting", Some(now), None),
        notice("sending", None, Some(now)),
        notice("sent", None, None),
        notice("failed", None, None),
    ];
    let mut tx = bench.store.begin().await?;
    tx.insert_notices(&notices).await?;
    ensure!(tx.open_notices(10).await?.is_empty(), "too early");
    tx.commit().await?;
    bench.clock.advance(Duration::from_millis(10));
    let mut tx = bench.store.begin().await?;
    let mut open = tx.open_notices(10).await?;
    open.sort_by_key(|notice| notice.id);
    ensure!(open == notices[1..3], "{open:?}");
    let ids = notices.each_ref().map(|notice| notice.id);
    ensure!(tx.lock_notices(&ids).await?.len() == 5);
    notices[0].state = "sent".into();
    notices[0].sent_at = Some(now);
    notices[0].why = Some(AWKWARD.into());
    tx.save_notices(&notices[..1]).await?;
    tx.commit().await?;
    ensure!(bench.store.notice(ids[0]).await?.as_ref() == Some(&notices[0]));
    ensure!(bench.store.notices_of(filing.id).await?.len() == 5);
    for wrong in ["lease_until = 1", "state = 'waiting'", "state = 'eaten'"] {
        let statement = format!("UPDATE notices SET {wrong} WHERE state = 'sent'");
        ensure!(bench.raw(statement).await.is_err(), "{wrong}");
    }
    Ok(())
}

/// Attempts in order and never twice; a decision once.
pub async fn attempts_and_decisions_come_back(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let filing = bench.filed(1).await?.remove(0);
    let one = bench.delivery(&filing, sapporo, State::Due);
    let other = bench.delivery(&filing, chiyoda, State::Due);
    bench.planned(&[one.clone(), other.clone()]).await?;
    let attempt = |delivery_id, number: i32| AttemptRow {
        delivery_id,
        number,
        channel: Channel::Sftp,
        started_at: i64::from(number),
        finished_at: i64::from(number) + 5,
        outcome: "deferred".into(),
        detail: format!("{{\"said\": {AWKWARD:?}}}"),
        trace: super::TRACE.parse().ok(),
    };
    let attempts = [attempt(one.id, 2), attempt(other.id, 1), attempt(one.id, 1)];
    let mut decision = DecisionRow {
        delivery_id: one.id,
        verdict: Verdict::Returned,
        comment: AWKWARD.into(),
        files: "[]".into(),
        marks: "[\"/form\"]".into(),
        source: "api".into(),
        decided_at: bench.clock.now_ms(),
    };
    let mut tx = bench.store.begin().await?;
    tx.insert_attempts(&attempts).await?;
    ensure!(tx.insert_decision(&decision).await?, "the first decision");
    tx.commit().await?;
    let [second, foreign, first] = attempts;
    ensure!(bench.store.attempts(one.id).await? == [first.clone(), second.clone()]);
    let all = bench.store.attempts_of_filing(filing.id).await?;
    ensure!(all.len() == 3 && all[2] == second && all.contains(&foreign), "{all:?}");
    let kept = decision.clone();
    decision.verdict = Verdict::Accepted;
    let mut tx = bench.store.begin().await?;
    ensure!(!tx.insert_decision(&decision).await?, "a second decision");
    tx.commit().await?;
    ensure!(bench.store.decision(one.id).await?.as_ref() == Some(&kept));
    ensure!(bench.store.decision(other.id).await?.is_none());
    Ok(())
}
