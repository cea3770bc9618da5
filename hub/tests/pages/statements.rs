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

/// A handout of that day that failed.
fn failed() -> HandoutRow {
    let why = Why::new("handout_no_address", Owner::Authority, "enter an address");
    HandoutRow {
        authority: AUTHORITY.parse().expect("a code"),
        day: date(2026, 7, 14),
        way: HandoutWay::Email,
        state: HandoutState::Failed,
        tries: 1,
        next_try_at: None,
        why: serde_json::to_string(&why).ok(),
        made_at: 0,
        sent_at: None,
        failed_at: Some(1),
    }
}

/// The day is written down, and could not be handed out.
pub(crate) async fn fail(world: &World) {
    write_down(world).await;
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_handouts(&[failed()]).await.expect("a handout");
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_see_how_a_statement_was_handed_out() {
    let world = World::new(false).await;
    fail(&world).await;
    let mut row = failed();
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

/// What staff did with a subject, the newest first.
async fn acts(world: &World, subject: &str) -> Vec<(String, String)> {
    let acts = world.ctx.store.staff_acts(Some(subject), i64::MAX, 9).await.expect("acts");
    acts.into_iter().map(|act| (act.what, act.why)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_sent_again_with_a_reason() {
    let world = World::new(false).await;
    fail(&world).await;
    let page = format!("/reconciliation/{AUTHORITY}/2026-07-14");
    let send = format!("{page}/send");
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let whose = format!("/authorities/{AUTHORITY}");
    let link = format!("<a href=\"{page}\">2026-07-14</a>");
    let seen = staff.get(&whose).await.text;
    assert!(seen.contains("送付できなかった日") && seen.contains(&link), "{seen}");
    let seen = staff.get(&page).await.text;
    assert!(seen.contains("この日の一覧を送り直す"), "{seen}");
    let wordless = staff.send(&send, &[("why", " ")]).await;
    assert_eq!(wordless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wordless.text.contains("理由を書いてください"), "{}", wordless.text);
    let done = staff.send(&send, &[("why", "連絡先を登録した")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let seen = staff.get(&page).await.text;
    assert!(seen.contains("送付待ち") && !seen.contains("この日の一覧を送り直す"), "{seen}");
    let late = staff.send(&send, &[("why", "もう一度")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    let subject = format!("statement:{AUTHORITY}/2026-07-14");
    let on_record = acts(&world, &subject).await;
    assert_eq!(on_record, [("statement.send".to_owned(), "連絡先を登録した".to_owned())]);
    let audit = staff.get("/audit").await.text;
    assert!(audit.contains("到達の一覧の再送付"), "{audit}");

    let path = format!("/v1/operations{page}/send");
    let tell = async |path: &str, body: &str| {
        let request = world.post(path).bearer_auth(&world.operations_key);
        request.body(body.to_owned()).send().await.expect("an answer").status()
    };
    let why = r#"{"why": "again"}"#;
    assert_eq!(tell(&path, why).await, StatusCode::CONFLICT, "it waits");
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_handouts(&[failed()]).await.expect("a handout");
    tx.commit().await.expect("a commit");
    assert_eq!(tell(&path, "{}").await, StatusCode::UNPROCESSABLE_ENTITY);
    let other = path.replace("2026-07-14", "2026-07-13");
    assert_eq!(tell(&other, why).await, StatusCode::NOT_FOUND);
    assert_eq!(tell(&path, why).await, StatusCode::NO_CONTENT);
    assert_eq!(acts(&world, &subject).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_choose_whether_statements_are_handed_out() {
    let world = World::new(false).await;
    let own = "/authority/statements";
    let at_operations = format!("/authorities/{AUTHORITY}/statements");
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = clerk.get(own).await.text;
    for words in ["まだ選ばれていません", "送付しない", "連絡先のメールアドレスの登録が必要"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("value=\"email\""), "no address is known: {page}");
    for (way, words) in [
        ("", "送付方法を選んでください"),
        ("email", "連絡先のメールアドレスの登録が必要"),
        ("sftp", "SFTPの接続先が登録されていません"),
    ] {
        let seen = clerk.send(own, &[("way", way), ("seen", "0")]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{way}");
        assert!(seen.text.contains(words), "{words}: {}", seen.text);
    }
    let address = [("mail", "kaigo@city.example"), ("seen", "0")];
    assert_eq!(clerk.send("/authority/contacts", &address).await.status, StatusCode::SEE_OTHER);
    let page = clerk.get(own).await.text;
    assert!(page.contains("<option value=\"email\""), "{page}");
    let done = clerk.send(own, &[("way", "email"), ("seen", "0")]).await;
    assert_eq!(done.to(), format!("{own}?done=handout#handouts"));
    let page = staff.get(&format!("/authorities/{AUTHORITY}")).await.text;
    for words in ["最初の日 2026-07-15", "選んだ人: 指定権者", "<option value=\"email\" selected"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Operations looked before the authority chose.
    let late = staff.send(&at_operations, &[("way", "none"), ("seen", "0")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("ほかの人が選び直しました"), "{}", late.text);
    let done = staff.send(&at_operations, &[("way", "none"), ("seen", "1")]).await;
    assert_eq!(done.to(), format!("/authorities/{AUTHORITY}?done=handout#handouts"));
    let english = clerk.get(&format!("{own}?lang=en")).await.text;
    assert!(english.contains("Chosen by: operations") && !english.contains("送付"), "{english}");
    let on_record = acts(&world, &format!("authority:{AUTHORITY}")).await;
    let choices = on_record.iter().filter(|act| act.0 == "statements.choose").count();
    assert_eq!(choices, 2, "{on_record:?}");
    let audit = staff.get("/audit").await.text;
    assert!(audit.contains("到達の一覧の送付の選択"), "{audit}");
}
