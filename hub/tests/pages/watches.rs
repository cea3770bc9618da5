//! What is watched: the page, the figure of the first page, and the interface.

use hub::app::Role;
use hub::config::Config;
use hub::heart::Heart;
use hub::lane::{Breaker, Lane};
use hub::store::{AlertState, WatchFilter};
use hub::watch::Kind;
use hub::watcher::Watcher;
use reqwest::StatusCode;
use schemas::{AuthorityId, Channel};
use serde_json::Value;
use std::time::Duration;

use crate::browser::Browser;
use crate::links;
use crate::world::World;

/// So many lanes have failed for hours, and a look has found that.
async fn failing(world: &World, count: usize) -> Watcher {
    let now = world.ctx.clock.now_ms();
    let codes: Vec<AuthorityId> =
        world.ctx.master().authorities().iter().map(|row| row.code).take(count).collect();
    let lane = |code: &AuthorityId| Lane {
        breaker: Breaker::Open,
        open_until: Some(now + 60_000),
        failing_since: Some(now - 3 * 3_600_000),
        last_error: Some("<b>http_503".into()),
        ..Lane::fresh(*code, Channel::Api)
    };
    let lanes: Vec<Lane> = codes.iter().map(lane).collect();
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_lanes(&lanes).await.expect("lanes");
    tx.commit().await.expect("a commit");
    let mut watcher = Watcher::new(world.ctx.clone());
    watcher.step().await.expect("a look");
    watcher
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_logged_in_is_told_that_the_store_is_away() {
    let world = World::new(false).await;
    let mut visitor = Browser::new(&world);
    visitor.log_in(&world.operations_key).await;
    assert_eq!(visitor.get("/lanes").await.status, StatusCode::OK);
    world.ctx.store.close().await;
    let page = visitor.get("/lanes").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    assert!(page.text.contains("データベース)が応答しません"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_are_shown_with_roles_that_nobody_has() {
    let world = World::new(true).await;
    let mut visitor = Browser::new(&world);
    let page = visitor.get("/processes").await.text;
    assert!(page.contains("まだ応答したプロセスがありません"), "{page}");
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|it| *it != Role::Notifier).collect();
    let here = "192.0.2.7:8080".parse().expect("an address");
    Heart::new(world.ctx.clone(), &roles, here).beat().await.expect("a beat");
    for (path, words) in [
        ("/processes", ["192.0.2.7:8080", "受付・画面 (intake)", "ファイルの保管先", "稼働中"]),
        ("/", ["ハブのプロセス", "担当のない役割", "通知 (notifier)", "href=\"/processes\""]),
    ] {
        let page = visitor.get(path).await.text;
        for word in words {
            assert!(page.contains(word), "{path}: {word}\n{page}");
        }
        let row = page.split("通知 (notifier)").nth(1).expect("its row");
        assert!(row.split("</tr>").next().is_some_and(|row| row.contains("badge bad")), "{row}");
    }
    let asked = world.get("/v1/operations/processes").bearer_auth(&world.operations_key);
    let told: Value = asked.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(told["missing_roles"], serde_json::json!(["notifier"]), "{told}");
    assert_eq!(told["processes"][0]["lives"], true, "{told}");
    // Whose roles all have somebody else is missed by nobody.
    let silent_ms = u64::try_from(world.ctx.config.processes.silent_ms).expect("milliseconds");
    world.ctx.clock.advance(Duration::from_millis(silent_ms + 1));
    let page = visitor.get("/processes").await.text;
    assert!(page.contains("応答なし") && !page.contains("交代済み"), "{page}");
    let other = "192.0.2.8:8080".parse().expect("an address");
    Heart::new(world.ctx.clone(), &Role::ALL, other).beat().await.expect("a beat");
    let page = visitor.get("/processes").await.text;
    assert!(page.contains("交代済み") && !page.contains("応答なし"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_is_shown_by_kind_and_with_who_has_to_act() {
    let world = World::new(true).await;
    let mut visitor = Browser::new(&world);
    let page = visitor.get("/watches").await.text;
    assert!(
        page.contains("発生中のものはありません") && page.contains("operations_mail"),
        "{page}"
    );
    let mut watcher = failing(&world, 3).await;
    let page = visitor.get("/watches").await.text;
    for words in ["送付の失敗が続く経路", "&#60;b&#62;http_503", "指定権者", "/authorities/010006"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<b>"), "{page}");
    let first = visitor.get("/").await.text;
    assert!(first.contains("href=\"/watches\""), "{first}");
    let narrowed = visitor.get("/watches?kind=dead_letters").await.text;
    let lines = narrowed.split("<section").nth(1).unwrap_or_default();
    assert!(!lines.contains("http_503"), "{narrowed}");
    for query in ["authority=131016", "kind=none", "before=x&before_id=y", "authority=%3Cb%3E"] {
        let page = visitor.get(&format!("/watches?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert!(!page.text.contains("<b>"), "{query}");
    }
    let english = visitor.get("/watches?lang=en").await.text;
    assert!(english.contains("Lane failing") && english.contains("Going on"), "{english}");
    // Nobody has an address, and the page says so of the mail that would have gone.
    world.ctx.clock.advance(Duration::from_mins(3));
    watcher.step().await.expect("a look");
    let alerts = world.ctx.store.newest_alerts(9).await.expect("a store");
    let open = world.ctx.store.count_watches().await.expect("a store");
    let begun = open.iter().map(|(_, count)| count).sum::<i64>();
    assert_eq!((alerts.len(), alerts[0].state), (1, AlertState::Unaddressed));
    assert_eq!(i64::from(alerts[0].begun), begun);
    let page = visitor.get("/watches?lang=ja").await.text;
    assert!(page.contains("宛先なし"), "{page}");
}

/// More than a page has, now and in the history.
#[tokio::test(flavor = "multi_thread")]
async fn many_are_cut_and_go_on_on_the_next_page() {
    let world = World::new(true).await;
    let max = Config::defaults().expect("the defaults").watches.list_rows;
    failing(&world, max + 10).await;
    let mut visitor = Browser::new(&world);
    let page = visitor.get("/watches").await.text;
    assert!(page.contains("表示していないものがあります"), "{page}");
    assert!(page.len() <= 200 * 1_024, "{} bytes", page.len());
    let (mut seen, mut next) = (0, Some("/watches".to_owned()));
    while let Some(path) = next {
        let text = visitor.get(&path).await.text;
        let history = text.split("id=\"h-history\"").nth(1).expect("a history");
        seen += history.matches("<tr><th scope=\"row\">").count();
        let older = text.split("<a rel=\"next\"").nth(1).unwrap_or_default();
        let older = links(older, "/watches?before=").into_iter().next();
        seen -= usize::from(history.contains("id=\"h-alerts\"")) * alert_rows(history);
        next = older.map(|link| link.replace("&#38;", "&"));
    }
    let filter = WatchFilter { limit: 9_999, ..WatchFilter::default() };
    let all = world.ctx.store.list_watches(&filter).await.expect("a store");
    assert!(seen == all.len() && seen > max, "{seen} of {}", all.len());
}

fn alert_rows(history: &str) -> usize {
    let alerts = history.split("id=\"h-alerts\"").nth(1).unwrap_or_default();
    alerts.matches("<tr><th scope=\"row\">").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_lists_and_refuses() {
    let world = World::new(false).await;
    failing(&world, 3).await;
    let get = async |path: &str, key: Option<&str>| {
        let request = world.get(path);
        let request = match key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        request.send().await.expect("an answer")
    };
    let all = "/v1/operations/watches";
    assert_eq!(get(all, None).await.status(), StatusCode::UNAUTHORIZED);
    for key in [&world.operator_key, &world.authority_key] {
        assert_eq!(get(all, Some(key)).await.status(), StatusCode::FORBIDDEN);
    }
    let key = Some(world.operations_key.as_str());
    let list = async |query: &str| -> Vec<Value> {
        let answer = get(&format!("{all}?{query}"), key).await;
        assert_eq!(answer.status(), StatusCode::OK, "{query}");
        answer.json().await.expect("a list")
    };
    let failing = list("kind=lane_failing&firing=true").await;
    assert_eq!(failing.len(), 3, "{failing:?}");
    assert_eq!(failing[0]["kind"], Kind::LaneFailing.as_str());
    assert_eq!(
        (&failing[0]["owner"], &failing[0]["ended_at"]),
        (&"authority".into(), &Value::Null)
    );
    assert!(list("firing=false").await.is_empty());
    assert_eq!(list("kind=lane_failing&limit=1").await.len(), 1);
    let (at, id) = (&failing[0]["begun_at_ms"], failing[0]["id"].as_str().expect("an id"));
    let rest = list(&format!("kind=lane_failing&before={at}&before_id={id}")).await;
    assert_eq!(rest, failing[1..], "it goes on behind");
    for bad in ["kind=lane", "firing=perhaps", "authority=1", "before=x"] {
        let answer = get(&format!("{all}?{bad}"), key).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{bad}");
    }
}
