//! What operations staff do by hand on pages: with a reason, one at a time, and on record.

use hub::store::Filter;
use reqwest::StatusCode;
use schemas::{AuthorityId, Channel};

use crate::browser::{Browser, Seen};
use crate::world::{AUTHORITY, DEAD_LETTER, World};

const PAUSE: &str = "/authorities/011002/lanes/sftp/pause";
const RESUME: &str = "/authorities/011002/lanes/sftp/resume";

async fn staff(world: &World) -> Browser<'_> {
    Browser::with_key(world, &world.operations_key).await
}

/// Gives Sapporo a lane that nothing went over yet.
async fn with_sftp(world: &World) {
    let authority: AuthorityId = AUTHORITY.parse().expect("a code");
    let endpoint = serde_json::from_value(serde_json::json!({
        "channel": "sftp", "host": "sftp.example", "user": "todoke", "folder": "in",
        "host_keys": ["SHA256:AAAA"], "login": {"password": "secret"},
    }));
    let endpoint: adapters::Endpoint = endpoint.expect("an endpoint");
    let rows = hub::store::EndpointRow::of_ladder(&[endpoint], authority, 0).expect("rows");
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_endpoints(authority, &rows).await.expect("endpoints");
    tx.commit().await.expect("a commit");
    world.ctx.reload_directory().await.expect("a directory");
}

/// Since when the lane is paused for who looks at the page.
fn seen_by(page: &Seen) -> String {
    let seen = page.text.split("name=\"seen\" value=\"").nth(1).expect("a form");
    seen.split('"').next().expect("a number").to_owned()
}

async fn is_paused(world: &World) -> bool {
    let lanes = world.ctx.store.lanes().await.expect("lanes");
    let own = lanes
        .iter()
        .find(|lane| (lane.authority.as_str(), lane.channel) == (AUTHORITY, Channel::Sftp));
    own.is_some_and(|lane| lane.paused_at.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_pause_and_resume_one_lane_the_later_is_told() {
    let world = World::new(false).await;
    with_sftp(&world).await;
    let (mut one, mut other) = (staff(&world).await, staff(&world).await);
    one.get("/authorities/011002").await;
    other.get("/authorities/011002").await;
    for why in ["", "  ", &"長".repeat(501)] {
        let seen = one.send(PAUSE, &[("why", why)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
        assert!(seen.text.contains("理由を書いてください(長さの上限: 500)"), "{}", seen.text);
        assert!(!is_paused(&world).await);
    }
    let long = "長".repeat(500);
    let done = one.send(PAUSE, &[("why", &long)]).await;
    assert_eq!(done.to(), "/authorities/011002?done=1#hands", "{}", done.text);
    assert!(is_paused(&world).await);
    // The second finds the first's reason and name on the page that tells it.
    let late = other.send(PAUSE, &[("why", "夜間保守")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("ほかの職員が操作しました") && late.text.contains(&long));
    assert!(late.text.contains("停止した人: tests") && !late.text.contains("夜間保守"));

    let first = seen_by(&one.get("/authorities/011002").await);
    let done = other.send(RESUME, &[("seen", &first), ("why", "")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    world.ctx.clock.advance(std::time::Duration::from_secs(1));
    other.send(PAUSE, &[("why", "もう一度")]).await;
    let late = one.send(RESUME, &[("seen", &first), ("why", "")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "it ends a pause that it did not see");
    assert!(is_paused(&world).await && late.text.contains("もう一度"));
    let acts = world.ctx.store.staff_acts(Some("lane:011002/sftp"), i64::MAX, 10).await;
    let acts: Vec<_> = acts.expect("acts").into_iter().map(|act| act.what).collect();
    assert_eq!(acts, ["lane.pause", "lane.resume", "lane.pause"], "only what was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_sent_again_with_a_reason_and_on_record() {
    let world = World::new(false).await;
    let mut staff = staff(&world).await;
    let page = format!("/deliveries/{}", world.failed);
    let retry = format!("{page}/retry");
    assert!(staff.get(&page).await.text.contains("もう一度送付する"));
    let seen = staff.send(&retry, &[("why", "")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("送達不能"), "{}", seen.text);
    let seen = staff.send(&retry, &[("why", "受付の URL が直った <b>")]).await;
    assert_eq!(seen.to(), format!("{page}?done=1#hands"));
    let after = staff.get(&format!("{page}?done=1")).await.text;
    assert!(after.contains("記録しました。") && !after.contains("もう一度送付する"), "{after}");
    let again = staff.send(&retry, &[("why", "急ぎ")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "it is under way");
    assert!(again.text.contains("いまの状態ではできません"), "{}", again.text);
    let audit = staff.get(&format!("/audit?subject=delivery:{}", world.failed)).await.text;
    let shown = ["再送付", "受付の URL が直った &#60;b&#62;", "tests", "key:", "failed", "due"];
    for words in shown {
        assert!(audit.contains(words), "{words}: {audit}");
    }
    assert!(!audit.contains("急ぎ"), "it was not done: {audit}");
    let english = staff.get("/audit?lang=en").await.text;
    assert!(english.contains("Acts of staff") && english.contains("Sent again"), "{english}");
    let none = staff.get("/deliveries/01932c07-209c-7a36-8d4f-7c1f4d1c2b3a").await.status;
    assert_eq!(none, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_held_let_go_and_given_by_hand() {
    let world = World::new(false).await;
    let filter = Filter { state: Some("waiting".into()), limit: 1, ..Filter::default() };
    let waiting = world.ctx.store.list_deliveries(&filter).await.expect("a store").remove(0).id;
    let page = format!("/deliveries/{waiting}");
    let (hold, release, given) =
        (format!("{page}/hold"), format!("{page}/release"), format!("{page}/given"));
    let mut staff = staff(&world).await;
    assert!(staff.get(&page).await.text.contains(&hold));
    let empty = staff.send(&hold, &[("why", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text);
    let done = staff.send(&hold, &[("why", "窓口で確認中")]).await;
    assert_eq!(done.to(), format!("{page}?done=1#hands"), "{}", done.text);
    let seen = staff.get(&page).await.text;
    assert!(seen.contains("職員が送付を止めています") && seen.contains(&release), "{seen}");
    let done = staff.send(&release, &[("why", "確認した")]).await;
    assert_eq!(done.to(), format!("{page}?done=1#hands"), "{}", done.text);
    staff.get(&page).await;
    let fields = |on, to| [("on", on), ("to", to), ("why", "システムが止まったため")];
    for (on, to) in [("", "佐藤"), ("昨日", "佐藤"), ("2026-07-16", "佐藤"), ("2026-07-15", "")]
    {
        let wrong = staff.send(&given, &fields(on, to)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{on} {to}: {}", wrong.text);
        assert!(wrong.text.contains("渡した日(振分け日から今日まで)"), "{}", wrong.text);
    }
    let done = staff.send(&given, &fields("2026-07-15", "佐藤 <窓口>")).await;
    assert_eq!(done.to(), format!("{page}?done=1#hands"), "{}", done.text);
    let after = staff.get(&page).await.text;
    assert!(after.contains("2026-07-15、書面などで直接渡しました"), "{after}");
    assert!(after.contains("送達済") && !after.contains("佐藤"), "{after}");
    assert!(!after.contains(&given) && !after.contains(&hold), "{after}");
    let audit = staff.get(&format!("/audit?subject=delivery:{waiting}")).await.text;
    for words in ["送達の停止", "送達の再開", "書面などで渡した記録", "佐藤 &#60;窓口&#62;"]
    {
        assert!(audit.contains(words), "{words}: {audit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_settled_once_and_counted_no_more() {
    let world = World::new(false).await;
    let (mut one, mut other) = (staff(&world).await, staff(&world).await);
    let open = async || world.ctx.store.backlog().await.expect("a backlog").dead_letters;
    assert_eq!(open().await, 1);
    let settle = format!("/dead-letters/{DEAD_LETTER}/settle");
    assert!(one.get("/dead-letters").await.text.contains(&settle));
    other.get("/dead-letters").await;
    let done = one.send(&settle, &[("why", "古い版の通知。対応不要")]).await;
    assert_eq!(done.to(), "/dead-letters?done=1", "{}", done.text);
    assert_eq!(open().await, 0);
    assert_eq!(world.ctx.store.totals().await.expect("totals").dead_letters, 0);
    let page = one.get("/dead-letters?done=1").await.text;
    assert!(page.contains("記録しました。") && !page.contains("deadbeef"), "{page}");
    let late = other.send(&settle, &[("why", "わたしも")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    let audit = one.get("/audit").await.text;
    assert!(audit.contains("処理不能の対応済み") && audit.contains("対応不要"), "{audit}");
    assert!(audit.contains("no schema has this fingerprint"), "what it was: {audit}");
    let none = one.send(&settle.replace("2b3d", "2b3e"), &[("why", "x")]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "{}", none.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_around_in_a_demo_does_nothing_by_hand() {
    let world = World::new(true).await;
    let mut visitor = Browser::new(&world);
    for path in ["/authorities/011002", "/dead-letters", &format!("/deliveries/{}", world.failed)] {
        let seen = visitor.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        assert!(!seen.text.contains("name=\"why\""), "{path} offers it: {}", seen.text);
    }
    let seen = visitor.send("/authorities/011002/lanes/api/pause", &[("why", "x")]).await;
    assert!(seen.status.is_client_error() || seen.to().starts_with("/login"), "{}", seen.status);
    assert!(world.ctx.store.staff_acts(None, i64::MAX, 1).await.expect("acts").is_empty());
}
