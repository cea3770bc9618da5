//! What authorities were brought on a day, and their answers: on pages of both sides and by the
//! interface.

use std::time::Duration;

use hub::statements::verify;
use hub::store::{HandoutRow, HandoutState, HandoutWay, StatementRow};
use jiff::civil::{Date, date};
use reqwest::StatusCode;
use schemas::{Owner, Why};
use serde_json::{Value, json};

use crate::answers::staff_of;
use crate::browser::Browser;
use crate::world::{AUTHORITY, World};

/// The world's day, which is over when the clock has gone on.
const DAY: Date = date(2026, 7, 15);

/// A day before the world's that is written down for its authority.
pub(crate) async fn write_down(world: &World) {
    let row = StatementRow {
        authority: AUTHORITY.parse().expect("a code"),
        day: date(2026, 7, 14),
        packages: 0,
        digest: String::new(),
        made_at: world.ctx.clock.now_ms(),
    };
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_statements(&[row]).await.expect("a statement");
    tx.commit().await.expect("a commit");
}

async fn ask(world: &World, path: &str, key: &str) -> (StatusCode, Value) {
    let answer = world.get(path).bearer_auth(key).send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

async fn tell(world: &World, path: &str, key: &str, body: &str) -> (StatusCode, Value) {
    let request = world.post(path).bearer_auth(key).header("content-type", "application/json");
    let answer = request.body(body.to_owned()).send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

/// The world's day is over; gives its statement, and the ids of what is in it.
async fn stated(world: &World) -> (String, Vec<String>) {
    let path = format!("/v1/authorities/{AUTHORITY}/statements/{DAY}");
    let (status, text) = ask(world, &path, &world.authority_key).await;
    assert!(status == StatusCode::CONFLICT && text["code"] == "day_not_over", "{status} {text}");
    world.ctx.clock.advance(Duration::from_hours(24));
    let (status, signed) = ask(world, &path, &world.authority_key).await;
    assert_eq!(status, StatusCode::OK, "{signed}");
    let verified = verify(&signed.to_string(), None).expect("it stands");
    assert!(verified.packages > 1, "{verified:?}");
    let packages = signed["statement"]["packages"].as_array().expect("a list");
    let id = |it: &Value| it["delivery"].as_str().expect("an id").to_owned();
    (path, packages.iter().map(id).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_compared_and_operations_see_what_differs() {
    let world = World::new(false).await;
    let (path, ids) = stated(&world).await;
    // Another's is as if it were not there.
    let key = staff_of(&world, "010006", "北海道の職員").await;
    assert_eq!(ask(&world, &path, &key).await.0, StatusCode::NOT_FOUND);

    // All but the first.
    let answer_path = format!("{path}/answer");
    let rest: Vec<Value> = ids.iter().skip(1).map(|id| json!({"delivery": id})).collect();
    let body = json!({"packages": rest}).to_string();
    let (status, told) = tell(&world, &answer_path, &world.authority_key, &body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert!(told["agrees"] == false && told["missing"] == 1, "{told}");
    assert_eq!(told["differences"][0]["delivery"], json!(ids[0]));
    let one = json!({"delivery": ids[0]});
    let short = json!({"delivery": ids[0], "package_sha256": "aa"});
    for (body, status, code) in [
        (json!({"packages": [{"delivery": "x"}]}), 400, "json_invalid"),
        (json!({}), 400, "field_missing"),
        (json!({"packages": [one, one]}), 422, "answer_invalid"),
        (json!({"packages": [short]}), 422, "answer_invalid"),
    ] {
        let body = body.to_string();
        let (seen, told) = tell(&world, &answer_path, &world.authority_key, &body).await;
        assert!(seen.as_u16() == status && told["code"] == code, "{body}: {seen} {told}");
    }

    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get(&format!("/reconciliation?day={DAY}")).await.text;
    assert!(page.contains("相違あり") && page.contains("札幌市"), "{page}");
    let page = staff.get(&format!("/reconciliation?day={DAY}&state=agrees")).await.text;
    assert!(!page.contains("札幌市"), "{page}");
    let page = staff.get(&format!("/reconciliation/{AUTHORITY}/{DAY}")).await.text;
    assert!(page.contains("指定権者にない"), "{page}");
    assert!(page.contains(&format!("href=\"/deliveries/{}\"", ids[0])), "{page}");
    let page = staff.get("/reconciliation?day=x").await.text;
    assert!(page.contains("2026-07-14 のように"), "{page}");
    let path = format!("/v1/operations/reconciliation?day={DAY}");
    let (_, listed) = ask(&world, &path, &world.operations_key).await;
    assert_eq!(listed[0]["missing"], 1, "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_send_what_they_have_as_csv() {
    let world = World::new(false).await;
    let (_, ids) = stated(&world).await;
    let here = format!("/authority/statements/{DAY}");
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let page = clerk.get(&here).await.text;
    assert!(page.contains(&ids[0]) && page.contains("お手元の記録を送る"), "{page}");
    let csv = clerk.get(&format!("{here}/csv")).await.text;
    assert!(csv.contains("delivery,package_sha256") && csv.contains(&ids[0]), "{csv}");
    clerk.get(&here).await;
    let none = clerk.send(&here, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("CSVファイルを選んでください"), "{}", none.text);
    // The world's digests are none: the ids alone.
    let own = format!("delivery\n{}\n", ids.join("\n"));
    // Up to the limit, and behind it.
    let padded = |bytes: usize| format!("{own}{}", "\n".repeat(bytes - own.len()));
    let (whole, longer) = (padded(4_000), padded(4_001));
    for (bytes, status, told) in [
        ("a,b\n1,2\n", StatusCode::UNPROCESSABLE_ENTITY, "列「delivery」がありません"),
        (longer.as_str(), StatusCode::UNPROCESSABLE_ENTITY, "4000バイトまでです"),
        (whole.as_str(), StatusCode::SEE_OTHER, ""),
    ] {
        let token = clerk.token();
        let file = [("own.csv", "text/csv", bytes.as_bytes())];
        let seen = clerk.send_files(&here, &[("token", &token)], &file).await;
        assert!(seen.status == status && seen.text.contains(told), "{}", seen.text);
    }
    let page = clerk.get(&here).await.text;
    assert!(page.contains("相違はありません"), "{page}");
    let page = clerk.get("/authority/statements").await.text;
    assert!(page.contains("一致") && page.contains(&here), "{page}");
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get(&format!("/reconciliation/{AUTHORITY}/{DAY}")).await.text;
    assert!(page.contains("一致") && page.contains("相違はありません"), "{page}");
    let english = clerk.get(&format!("{here}?lang=en")).await.text;
    assert!(english.contains("Signed statement") && !english.contains("照合"), "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_see_how_a_statement_was_handed_out() {
    let world = World::new(false).await;
    write_down(&world).await;
    let why = Why::new("handout_no_address", Owner::Authority, "enter an address");
    let mut row = HandoutRow {
        authority: AUTHORITY.parse().expect("a code"),
        day: date(2026, 7, 14),
        way: HandoutWay::Email,
        state: HandoutState::Failed,
        tries: 1,
        next_try_at: None,
        why: serde_json::to_string(&why).ok(),
        made_at: 0,
        sent_at: None,
    };
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_handouts(std::slice::from_ref(&row)).await.expect("a handout");
    tx.commit().await.expect("a commit");
    let (list, one) = ("/reconciliation?day=2026-07-14", "/reconciliation/011002/2026-07-14");
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    for path in [list, one] {
        let page = staff.get(path).await.text;
        for words in ["送付できません", "メールアドレスが登録されていません"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
    let hint = "指定権者のページから取得できます";
    assert!(staff.get(one).await.text.contains(hint));

    (row.state, row.way) = (HandoutState::Sent, HandoutWay::Sftp);
    (row.why, row.sent_at) = (None, Some(world.ctx.clock.now_ms()));
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_handouts(&[row]).await.expect("a handout");
    tx.commit().await.expect("a commit");
    let page = staff.get(one).await.text;
    assert!(page.contains("送付済み") && !page.contains(hint), "{page}");
    let path = "/v1/operations/reconciliation?day=2026-07-14";
    let (_, listed) = ask(&world, path, &world.operations_key).await;
    assert_eq!(listed[0]["handed"], "sent", "{listed}");
    let page = staff.get(&format!("{list}&lang=en")).await.text;
    assert!(page.contains("Statement sent") && !page.contains("送付済み"), "{page}");
}
