//! Stages of onboarding and checks on pages: listed, recorded with a reason, sent; and tests,
//! marked, that the authority's staff delete.

use hub::checks;
use hub::delivery::Event;
use hub::store::CheckState;
use reqwest::StatusCode;
use routing::Class;
use schemas::{AuthorityId, Channel, ProofLevel};

use crate::browser::Browser;
use crate::html::assert_well_formed;
use crate::world::{AUTHORITY, World};

const OWN: &str = "/authority/onboarding";

/// A municipality that has not begun, by code.
fn beginner(world: &World) -> AuthorityId {
    let master = world.ctx.master();
    let rows = master.authorities_on(master.as_of());
    let mut begins = rows.filter(|row| !row.reception.prepared && row.class != Class::Prefecture);
    begins.next().expect("one begins").code
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_see_who_has_not_begun_and_record_what_they_hear() {
    let world = World::new(false).await;
    let code = beginner(&world);
    let name = world.ctx.master().name(code);
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get("/onboarding").await.text;
    assert_well_formed("/onboarding", &page);
    assert!(page.contains("疎通確認</a></th>") && page.contains("日超過"), "{page}");
    let one = format!("/onboarding?prefecture={}&overdue=1", code.prefecture());
    let page = staff.get(&one).await.text;
    assert!(page.contains(&format!("href=\"/authorities/{code}\">{name}")), "{page}");
    assert!(page.contains("/onboarding.csv?prefecture="), "{page}");
    let ready = staff.get("/onboarding?stage=ready").await.text;
    assert!(ready.contains("該当する指定権者はありません"), "nobody is so far: {ready}");
    let csv = staff.get(&one.replace("/onboarding", "/onboarding.csv")).await.text;
    let line = format!("{code},");
    assert_eq!(csv.lines().filter(|row| row.starts_with(&line)).count(), 7, "{csv}");
    assert!(csv.contains("connectivity_check,疎通確認,authority,"), "{csv}");
    // Its page: what goes, and what does not.
    let path = format!("/authorities/{code}");
    let to = format!("{path}/stages");
    let page = staff.get(&path).await.text;
    assert_well_formed(&path, &page);
    assert!(page.contains("マスタのとおり") && page.contains("期日超過"), "{page}");
    let fields =
        |action, day, why| [("stage", "trial"), ("action", action), ("day", day), ("why", why)];
    for (action, day, why, told) in [
        ("move", "2026-08-31", " ", "理由を書いてください"),
        ("move", "soon", "延期", "2026-04-01 のように"),
        ("reopen", "", "まだ", "すでにそのとおり"),
        ("", "", "まだ", "記録することを選んで"),
    ] {
        let seen = staff.send(&to, &fields(action, day, why)).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{action} {day}");
        assert!(seen.text.contains(told), "{action} {day}: {}", seen.text);
        staff.get(&path).await;
    }
    let seen = staff.send(&to, &fields("move", "2026-08-31", "担当者の交代")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(seen.to(), format!("{path}?done=stage#stages"));
    let page = staff.get(&format!("{path}?done=stage")).await.text;
    assert!(page.contains("記録しました") && page.contains("2026-08-31"), "{page}");
    assert!(page.contains("担当者の交代"), "{page}");
    let known = [("stage", "launch_period"), ("action", "done")];
    let seen = staff.send(&to, &known).await;
    assert!(seen.text.contains("マスタによって済み"), "{}", seen.text);
    let audit = staff.get("/audit").await.text;
    assert!(audit.contains("利用準備の期日の変更"), "{audit}");
    let english = staff.get("/onboarding?lang=en").await.text;
    assert!(english.contains("By stage") && !english.contains("段階"), "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_sent_marked_and_deleted_by_the_authority() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let path = format!("/authorities/{AUTHORITY}");
    let page = staff.get(&path).await.text;
    assert!(page.contains("まだ確認していません"), "{page}");
    let seen = staff.send(&format!("{path}/check"), &[("channel", "sftp")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    assert!(seen.text.contains("この経路の受付先がありません"), "{}", seen.text);
    let pull = [("channel", "pull")];
    let seen = staff.send(&format!("{path}/check"), &pull).await;
    assert_eq!(seen.to(), format!("{path}?done=check#checks"), "{}", seen.text);
    let page = staff.get(&format!("{path}?done=check")).await.text;
    assert_well_formed(&path, &page);
    assert!(page.contains("確認中") && page.contains("テストを送りました"), "{page}");
    let seen = clerk.get(OWN).await;
    assert_well_formed(OWN, &seen.text);
    let seen = clerk.send("/authority/check", &pull).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    assert!(seen.text.contains("まだ終わっていません"), "{}", seen.text);
    let authority: AuthorityId = AUTHORITY.parse().expect("a code");
    let store = &world.ctx.store;
    let row = store.checks_of(authority, 1).await.expect("a store").remove(0);
    // No stage runs here: it arrives, and what came of it is written down.
    let mut tx = store.begin().await.expect("a store");
    let mut all = tx.lock_deliveries(&[row.delivery_id]).await.expect("a delivery");
    all[0].apply(Event::PickUp { at: row.sent_at }, row.sent_at).expect("it arrives");
    all[0].prove(ProofLevel::PickedUp);
    tx.save_deliveries(&all).await.expect("it is saved");
    tx.commit().await.expect("a commit");
    assert_eq!(checks::settle(&world.ctx, (None, 9)).await.expect("a store"), 1);
    let page = staff.get(&path).await.text;
    assert!(page.contains("到達を確認") && page.contains("相手が取得"), "{page}");
    let inbox = clerk.get("/authority?view=all").await.text;
    assert!(inbox.contains("<span class=\"badge hold\">テスト</span>"), "{inbox}");
    let shown = format!("/authority/deliveries/{}", row.delivery_id);
    let page = clerk.get(&shown).await.text;
    assert_well_formed(&shown, &page);
    assert!(page.contains("これは疎通確認のためのテストです"), "{page}");
    for path in
        [format!("/deliveries/{}", row.delivery_id), format!("/filings/{}", row.receipt_number)]
    {
        assert!(staff.get(&path).await.text.contains("届出ではありません"), "{path}");
    }
    clerk.get(&shown).await;
    let own = world.own_delivery.to_string();
    let seen = clerk.send("/authority/tests/purge", &[("delivery", &own)]).await;
    assert_eq!(seen.to(), format!("{OWN}?purged=0#checks"), "a filing stays");
    let id = row.delivery_id.to_string();
    let seen = clerk.send("/authority/tests/purge", &[("delivery", &id)]).await;
    assert_eq!(seen.to(), format!("{OWN}?purged=1#checks"));
    let page = clerk.get(&format!("{OWN}?purged=1")).await.text;
    assert!(page.contains("1 件のテストを削除しました") && page.contains("削除済み"), "{page}");
    assert_eq!(clerk.get(&shown).await.status, StatusCode::FORBIDDEN, "like another's");
    let own = store.delivery(world.own_delivery).await.expect("a store");
    assert!(own.is_some(), "the filing's delivery stays");
    let row = store.check_of(row.filing_id).await.expect("a store").expect("the check stays");
    assert_eq!((row.state, row.channel), (CheckState::Proved, Channel::Pull));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_send_list_and_purge() {
    let world = World::new(false).await;
    let check = format!("/v1/operations/authorities/{AUTHORITY}/check");
    let post = async |path: &str, key: &str, body: &str| {
        let request = world.post(path).bearer_auth(key).body(body.to_owned());
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        (status.as_u16(), answer.json::<serde_json::Value>().await.expect("JSON"))
    };
    let (status, body) = post(&check, &world.operations_key, "").await;
    assert_eq!((status, &body["state"]), (202, &"open".into()), "{body}");
    let (status, body) = post(&check, &world.operations_key, r#"{"channel":"pull"}"#).await;
    assert_eq!((status, &body["code"]), (409, &"check_under_way".into()), "{body}");
    let (status, body) = post(&check, &world.operations_key, r#"{"channel":"api"}"#).await;
    assert_eq!((status, &body["code"]), (409, &"channel_missing".into()), "{body}");
    let (status, body) = post(&check, &world.authority_key, "").await;
    assert_eq!((status, &body["code"]), (403, &"key_scope".into()), "{body}");
    let nowhere = check.replace(AUTHORITY, "019992");
    assert_eq!(post(&nowhere, &world.operations_key, "").await.0, 404);
    let listed = world.get(&format!("{check}s")).bearer_auth(&world.operations_key);
    let listed: serde_json::Value =
        listed.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let inbox = world.get("/v1/inbox?limit=500").bearer_auth(&world.authority_key);
    let inbox: Vec<serde_json::Value> =
        inbox.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(inbox.iter().filter(|row| row["test"] == true).count(), 1);
    assert!(inbox.iter().any(|row| row["test"] == false));
    let purge = "/v1/inbox/tests/purge";
    let (status, body) = post(purge, &world.authority_key, "").await;
    assert_eq!((status, &body["purged"]), (200, &0.into()), "it is on its way: {body}");
    let (status, body) = post(purge, &world.authority_key, r#"{"delivery":"x"}"#).await;
    assert_eq!((status, &body["owner"]), (400, &"authority".into()), "{body}");
    assert_eq!(post(purge, &world.operations_key, "").await.0, 403);
}
