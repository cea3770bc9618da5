//! What authorities were brought on a day, and their answers: on pages of both sides and by the
//! interface.

use std::time::Duration;

use hub::statements::verify;
use hub::store::StatementRow;
use jiff::civil::{Date, date};
use reqwest::StatusCode;
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

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_compares_and_operations_see_how() {
    let world = World::new(false).await;
    let path = format!("/v1/authorities/{AUTHORITY}/statements/{DAY}");
    let (status, text) = ask(&world, &path, &world.authority_key).await;
    assert!(status == StatusCode::CONFLICT && text["code"] == "day_not_over", "{status} {text}");
    world.ctx.clock.advance(Duration::from_hours(24));
    let (status, signed) = ask(&world, &path, &world.authority_key).await;
    assert_eq!(status, StatusCode::OK, "{signed}");
    let verified = verify(&signed.to_string(), None).expect("it stands");
    assert!(verified.packages > 1, "{verified:?}");
    let packages = signed["statement"]["packages"].as_array().expect("a list");
    let id = |place: usize| packages[place]["delivery"].as_str().expect("an id").to_owned();

    // Another's is as if it were not there.
    let key = staff_of(&world, "010006", "北海道の職員").await;
    assert_eq!(ask(&world, &path, &key).await.0, StatusCode::NOT_FOUND);

    // All but the first, by the interface.
    let answer_path = format!("{path}/answer");
    let rest: Vec<Value> =
        packages.iter().skip(1).map(|it| json!({"delivery": it["delivery"]})).collect();
    let body = json!({"packages": rest}).to_string();
    let (status, told) = tell(&world, &answer_path, &world.authority_key, &body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert!(told["agrees"] == false && told["missing"] == 1, "{told}");
    assert_eq!(told["differences"][0]["delivery"], json!(id(0)));
    for (body, status, code) in [
        (r#"{"packages": [{"delivery": "x"}]}"#.to_owned(), 400, "json_invalid"),
        ("{}".to_owned(), 400, "field_missing"),
        (
            json!({"packages": [{"delivery": id(0)}, {"delivery": id(0)}]}).to_string(),
            422,
            "answer_invalid",
        ),
        (
            json!({"packages": [{"delivery": id(0), "package_sha256": "aa"}]}).to_string(),
            422,
            "answer_invalid",
        ),
    ] {
        let (seen, told) = tell(&world, &answer_path, &world.authority_key, &body).await;
        assert!(seen.as_u16() == status && told["code"] == code, "{body}: {seen} {told}");
    }

    // Operations see the difference, and its delivery.
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get(&format!("/reconciliation?day={DAY}")).await.text;
    assert!(page.contains("相違あり") && page.contains("札幌市"), "{page}");
    let page = staff.get(&format!("/reconciliation?day={DAY}&state=agrees")).await.text;
    assert!(!page.contains("札幌市"), "{page}");
    let page = staff.get(&format!("/reconciliation/{AUTHORITY}/{DAY}")).await.text;
    assert!(page.contains("相手にない"), "{page}");
    assert!(page.contains(&format!("href=\"/deliveries/{}\"", id(0))), "{page}");
    let page = staff.get("/reconciliation?day=x").await.text;
    assert!(page.contains("2026-07-14 のように"), "{page}");
    let (_, listed) =
        ask(&world, &format!("/v1/operations/reconciliation?day={DAY}"), &world.operations_key)
            .await;
    assert_eq!(listed[0]["missing"], 1, "{listed}");

    // The authority's staff send all of it as CSV, and both agree.
    world.ctx.clock.advance(Duration::from_secs(1));
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let page = clerk.get("/authority/statements").await.text;
    assert!(page.contains(&format!("/authority/statements/{DAY}")), "{page}");
    let here = format!("/authority/statements/{DAY}");
    let page = clerk.get(&here).await.text;
    assert!(page.contains(&id(0)) && page.contains("お手元の記録を送る"), "{page}");
    let csv = clerk.get(&format!("{here}/csv")).await.text;
    assert!(csv.contains("delivery,package_sha256"), "{csv}");
    let none = clerk.send(&here, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("CSVファイルを選んでください"), "{}", none.text);
    let token = clerk.token();
    let wrong = [("a.csv", "text/csv", b"a,b\n1,2\n".as_slice())];
    let seen = clerk.send_files(&here, &[("token", &token)], &wrong).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    assert!(seen.text.contains("no column"), "{}", seen.text);
    let token = clerk.token();
    // The world's digests are none.
    let own: String = (0..packages.len()).map(|place| format!("{}\n", id(place))).collect();
    let own = format!("delivery\n{own}");
    let whole = [("own.csv", "text/csv", own.as_bytes())];
    let seen = clerk.send_files(&here, &[("token", &token)], &whole).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let page = clerk.get(&here).await.text;
    assert!(page.contains("相違はありません"), "{page}");
    let page = staff.get(&format!("/reconciliation/{AUTHORITY}/{DAY}")).await.text;
    assert!(page.contains("一致") && page.contains("相違はありません"), "{page}");
    let english = clerk.get(&format!("{here}?lang=en")).await.text;
    assert!(english.contains("Signed statement") && !english.contains("照合"), "{english}");
}
