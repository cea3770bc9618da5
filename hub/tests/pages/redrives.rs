//! What is not delivered, in groups, and sending many again together: on pages and by the
//! interface.

use std::time::Duration;

use hub::actor::Actor;
use hub::delivery::State;
use hub::operate::redrive;
use hub::store::{Choice, Filter, RedriveState, TroubleFilter};
use hub::web::access::{Scope, new_key};
use reqwest::StatusCode;
use schemas::Owner;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::links;
use crate::rows::why;
use crate::world::World;

/// A colleague's key.
async fn colleague(world: &World) -> String {
    let (key, row) = new_key(&world.ctx.clock, Scope::Operations, "運用 次郎");
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_api_keys(&[row]).await.expect("a key");
    tx.commit().await.expect("a commit");
    key
}

/// How many deliveries of the world were refused for good.
async fn gone(world: &World) -> i64 {
    let choice = Choice { cause: Some("http_410".into()), ..Choice::default() };
    let chosen = world.ctx.store.choose_troubled(&choice, 1_000).await.expect("a store");
    i64::try_from(chosen.len()).expect("few")
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_lead_to_their_deliveries_and_to_a_redrive() {
    let world = World::new(true).await;
    let mut visitor = Browser::new(&world);
    let first = visitor.get("/").await.text;
    assert!(first.contains("href=\"/troubles\""), "{first}");
    let page = visitor.get("/troubles").await.text;
    let shown = ["支障の内訳", "http_410", "受付の URL がありません", "指定権者", "breaker_open"];
    for words in shown {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("awaiting_pickup"), "{page}");
    let groups = links(&page, "/deliveries?cause=http_410");
    let group = groups.first().expect("a group").replace("&#38;", "&");
    let listed = visitor.get(&group).await.text;
    assert!(listed.contains("http_410") && !listed.contains("http_503"), "{listed}");
    assert!(listed.contains("value=\"http_410\"") && listed.contains("送達不能"), "{listed}");
    let (_, query) = group.split_once('?').expect("a query");
    // Who only looks around is offered no form.
    let offered = visitor.get(&format!("/redrives?{query}")).await.text;
    assert!(offered.contains("まとめて再送付") && !offered.contains("name=\"from\""), "{offered}");
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let offered = staff.get(&format!("/redrives?{query}")).await.text;
    assert!(offered.contains("value=\"http_410\"") && offered.contains("name=\"from\""));
    for (query, has, has_not) in [
        ("owner=hub", "支障のある送達はありません", "http_410"),
        ("cause=http_503", "http_503", "http_410"),
        ("prefecture=01", "011002", "131016"),
        ("prefecture=99", "011002", "支障のある送達はありません"),
        ("page=99", "最新へ", "http_410"),
    ] {
        let page = visitor.get(&format!("/troubles?{query}")).await.text;
        let lines = page.split("<section").nth(1).unwrap_or_default();
        assert!(lines.contains(has) && !lines.contains(has_not), "{query}: {page}");
    }
    let owner = visitor.get("/deliveries?owner=authority&state=held").await.text;
    let lines = owner.split("<section").nth(1).unwrap_or_default();
    assert!(lines.contains("authority_") && !lines.contains("http_"), "{owner}");
    let english = visitor.get("/troubles?lang=en").await.text;
    assert!(english.contains("Troubles") && english.contains("Nearest deadline"), "{english}");
    assert!(!english.contains("受付の URL"), "{english}");
}

/// More groups than a page has.
async fn spoil(world: &World) {
    let delivered = Filter { state: Some("delivered".into()), limit: 30, ..Filter::default() };
    let rows = world.ctx.store.list_deliveries(&delivered).await.expect("a store");
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut tx = world.ctx.store.begin().await.expect("a store");
    let mut rows = tx.lock_deliveries(&ids).await.expect("deliveries");
    assert_eq!(rows.len(), 30);
    for (number, row) in rows.iter_mut().enumerate() {
        let why = why(&format!("http_6{number:02}"), Owner::Authority);
        row.state = State::Failed { why };
    }
    tx.save_deliveries(&rows).await.expect("deliveries");
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_go_on_where_the_page_before_ended() {
    let world = World::new(true).await;
    spoil(&world).await;
    let mut visitor = Browser::new(&world);
    let (mut seen, mut next) = (0, Some("/troubles".to_owned()));
    while let Some(path) = next {
        let text = visitor.get(&path).await.text;
        seen += links(&text, "/redrives?cause=").len();
        let older = text.split("<a rel=\"next\"").nth(1).unwrap_or_default();
        next = links(older, "/troubles?page=").into_iter().next();
    }
    let filter = TroubleFilter { looked: 1, limit: 1_000, ..TroubleFilter::default() };
    let all = world.ctx.store.troubles(&filter).await.expect("a store");
    assert!(seen == all.len() && seen > 50, "{seen} of {}", all.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_chosen_is_told_and_nothing_written_is_lost() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    staff.get("/redrives").await;
    let before = world.ctx.store.list_redrives(&few()).await.expect("a store").len();
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("cause", "none_<b>")], "当てはまる送達はありません"),
        (&[("authority", "12")], "読み取れません: 12"),
        (&[("from", "昨日")], "読み取れません: 昨日"),
        (&[("cause", ""), ("owner", "")], "当てはまる送達が多すぎます"),
        (&[("cause", "http_410"), ("until", "2026-07-14T00:00")], "当てはまる送達はありません"),
    ];
    for (fields, told) in cases {
        let seen = staff.send("/redrives", fields).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}: {}", seen.text);
        assert!(seen.text.contains(told), "{fields:?}: {}", seen.text);
        for (_, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
            let shown = text.replace('<', "&#60;").replace('>', "&#62;");
            assert!(seen.text.contains(&format!("value=\"{shown}\"")), "{shown}: {}", seen.text);
        }
    }
    let after = world.ctx.store.list_redrives(&few()).await.expect("a store").len();
    assert_eq!(before, after);
    for path in ["/redrives/junk", "/redrives/01932c07-209c-7a36-8d4f-7c1f4d1c2b3a"] {
        assert_eq!(staff.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

fn few() -> Filter {
    Filter { limit: 100, ..Filter::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_one_is_started_by_one_and_approved_by_another() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.operations_key).await;
    let mut other = Browser::with_key(&world, &colleague(&world).await).await;
    one.get("/redrives").await;
    let made = one.send("/redrives", &[("cause", "http_410")]).await;
    let page = made.to().to_owned();
    assert!(page.starts_with("/redrives/"), "{}", made.text);
    let seen = one.get(&page).await.text;
    let count = gone(&world).await;
    assert!(count > 3, "{count}");
    for words in ["下見のみ", &format!("<dd>{count}</dd>"), "1人で始められる件数: 3", "http_410"]
    {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    let (start, approve) = (format!("{page}/start"), format!("{page}/approve"));
    let empty = one.send(&start, &[("why", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text);
    other.get(&page).await;
    world.ctx.clock.advance(Duration::from_secs(1));
    let done = one.send(&start, &[("why", "URL が直った <b>")]).await;
    assert_eq!(done.to(), format!("{page}?done=1#hands"), "{}", done.text);
    let late = other.send(&start, &[("why", "わたしも")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    let who = ["この間にほかの職員", "始めた人", "tests", "2026-07-15", "URL が直った &#60;b&#62;"];
    for words in who {
        assert!(late.text.contains(words), "{words}: {}", late.text);
    }
    let own = one.get(&page).await.text;
    assert!(own.contains("始めた人は自分では承認できません") && !own.contains(&approve), "{own}");
    let same = one.send(&approve, &[]).await;
    assert_eq!(same.status, StatusCode::CONFLICT, "{}", same.text);
    let alert = same.text.split("role=\"alert\"").nth(1).expect("it says why");
    assert!(alert.contains("始めた人は自分では承認できません"), "{}", same.text);
    assert!(other.get(&page).await.text.contains(&approve));
    world.ctx.clock.advance(Duration::from_secs(1));
    let done = other.send(&approve, &[]).await;
    assert_eq!(done.to(), format!("{page}?done=1#hands"), "{}", done.text);
    let seen = one.get(&page).await.text;
    assert!(seen.contains("再送付中") && seen.contains("運用 次郎"), "{seen}");
    world.ctx.clock.advance(Duration::from_secs(1));
    let ended = one.send(&format!("{page}/cancel"), &[("why", "やはり待つ")]).await;
    assert_eq!(ended.to(), format!("{page}?done=1#hands"), "{}", ended.text);
    let seen = one.get(&page).await.text;
    assert!(seen.contains("中止") && !seen.contains("name=\"why\""), "{seen}");
    let subject = page.replace("/redrives/", "redrive:");
    let audit = one.get(&format!("/audit?subject={subject}")).await.text;
    let acts = ["まとめて再送付の開始", "まとめて再送付の承認", "まとめて再送付の中止"];
    for words in acts.iter().chain(&["やはり待つ", page.as_str(), "http_410"]) {
        assert!(audit.contains(words), "{words}: {audit}");
    }
    let list = one.get("/redrives?lang=en").await.text;
    assert!(list.contains("cancelled") && list.contains(&page), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_does_what_the_pages_do() {
    let world = World::new(false).await;
    let other = colleague(&world).await;
    let send = async |path: String, key: &str, body: Value| {
        let request = world.post(&path).bearer_auth(key).json(&body);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let all = "/v1/operations/redrives";
    let own = world.operations_key.as_str();
    let empty = send(all.into(), own, json!({"cause": "none"})).await;
    assert_eq!((empty.0, &empty.1["code"]), (422, &json!("nothing_chosen")), "{}", empty.1);
    let wrong = send(all.into(), own, json!({"cuase": "http_410"})).await;
    assert_eq!((wrong.0, &wrong.1["code"]), (400, &json!("field_unknown")), "{}", wrong.1);
    let choice = json!({"cause": "http_410", "from": "2026-07-01T00:00:00+09:00"});
    let (status, made) = send(all.into(), own, choice).await;
    assert_eq!((status, &made["deliveries"]), (201, &json!(gone(&world).await)), "{made}");
    let at = |act: &str| format!("{all}/{}/{act}", made["id"].as_str().expect("an id"));
    world.ctx.clock.advance(Duration::from_secs(1));
    let (status, started) = send(at("start"), own, json!({"why": "mended"})).await;
    assert_eq!((status, &started["state"]), (200, &json!("proposed")), "{started}");
    let same = send(at("approve"), own, json!({})).await;
    assert_eq!((same.0, &same.1["code"]), (409, &json!("second_person")), "{}", same.1);
    let detail = same.1["detail"].as_str().expect("words");
    assert!(detail.contains("tests") && detail.contains("redrive_alone_max"), "{detail}");
    let (_, running) = send(at("approve"), &other, json!({})).await;
    assert_eq!(running["state"], "running", "{running}");
    let late = send(at("start"), &other, json!({"why": "x"})).await;
    assert_eq!((late.0, &late.1["code"]), (409, &json!("overtaken")), "{}", late.1);
    let (_, ended) = send(at("cancel"), own, json!({"why": "no"})).await;
    assert_eq!((&ended["state"], &ended["left"]), (&json!("cancelled"), &made["left"]), "{ended}");
    let read = async |path: &str| {
        let answer = world.get(path).bearer_auth(own).send().await.expect("an answer");
        answer.json::<Value>().await.expect("JSON")
    };
    let listed = read(all).await;
    assert!(listed.as_array().is_some_and(|all| all.contains(&ended)), "{listed}");
    let groups = read("/v1/operations/troubles?cause=http_410&owner=authority").await;
    let counted = groups.as_array().expect("groups").iter().filter_map(|it| it["count"].as_i64());
    assert_eq!(counted.sum::<i64>(), gone(&world).await, "{groups}");
    let deliveries = read("/v1/operations/deliveries?cause=http_410&limit=500").await;
    let count = deliveries.as_array().map(Vec::len).and_then(|n| i64::try_from(n).ok());
    assert_eq!(count, Some(gone(&world).await), "{deliveries}");
}

/// One that the world has, for whoever asks for some.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_leads_to_its_delivery() {
    let world = World::new(true).await;
    let page = world.get(&format!("/redrives/{}", world.redrive));
    let page = crate::page(page, "ja").await;
    assert!(page.contains(&format!("/deliveries/{}", world.failed)), "{page}");
    let staff = Actor { person: "key:x".into(), name: "x".into() };
    let choice = Choice { cause: Some("http_503".into()), ..Choice::default() };
    let row = redrive::preview(&world.ctx, &choice, &staff).await.expect("a preview");
    assert_eq!(row.state, RedriveState::Previewed);
    let english = crate::page(world.get(&format!("/redrives/{}?lang=en", row.id)), "en").await;
    for words in ["previewed", "May have arrived already", "http_503"] {
        assert!(english.contains(words), "{words}: {english}");
    }
}
