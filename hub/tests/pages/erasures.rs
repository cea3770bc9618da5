//! Contents that are erased on request: a look, a reason, a second person; and what stays.

use hub::store::ErasureState;
use hub::web::access::{Scope, new_key};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::world::World;

/// A colleague's key.
async fn colleague(world: &World) -> String {
    let (key, row) = new_key(&world.ctx.clock, Scope::Operations, "運用 次郎");
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_api_keys(&[row]).await.expect("a key");
    tx.commit().await.expect("a commit");
    key
}

/// Every authority accepts a filing of the world's that was on its way to nobody.
async fn finished(world: &World) -> String {
    let id = world.filings[7];
    world.accept(id).await;
    id.receipt_number()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_erase_what_is_finished_after_a_look() {
    let world = World::new(false).await;
    let number = finished(&world).await;
    let mut one = Browser::with_key(&world, &world.operations_key).await;
    let filing = one.get(&format!("/filings/{number}")).await.text;
    assert!(filing.contains(&format!("href=\"/erasures?filing={number}\"")), "{filing}");
    assert!(one.get("/audit").await.text.contains("href=\"/erasures\""));
    let looked = one.get(&format!("/erasures?filing={number}")).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text);
    assert!(looked.text.contains("消去する届出") && looked.text.contains("name=\"why\""));
    let open = world.filings[0].receipt_number();
    let stays = one.get(&format!("/erasures?filing={open}")).await;
    assert!(stays.text.contains("終わっていないため残ります"), "{}", stays.text);
    assert!(!stays.text.contains("name=\"why\""), "{}", stays.text);
    for query in ["filing=T0000-0000-0000", "operator=1"] {
        let none = one.get(&format!("/erasures?{query}")).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", none.text);
    }

    let fields = |why: &'static str| [("filing", number.clone()), ("why", why.to_owned())];
    let wordless = fields("");
    let wordless: Vec<_> = wordless.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let refused = one.send("/erasures", &wordless).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let asked = fields("本人の申出");
    let asked: Vec<_> = asked.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let done = one.send("/erasures", &asked).await;
    let page = done.to().split('?').next().expect("a path").to_owned();
    assert!(page.starts_with("/erasures/"), "{}", done.text);
    let own = one.get(&page).await.text;
    assert!(
        own.contains("申し出た人は自分では承認できません") && own.contains("本人の申出"),
        "{own}"
    );
    let approve = format!("{page}/approve");
    let alone = one.send(&approve, &[("why", "")]).await;
    assert_eq!(alone.status, StatusCode::CONFLICT, "{}", alone.text);

    let key = colleague(&world).await;
    let mut other = Browser::with_key(&world, &key).await;
    assert!(other.get(&page).await.text.contains(&approve));
    let approved = other.send(&approve, &[("why", "確認した")]).await;
    assert_eq!(approved.to(), format!("{page}?done=1#hands"), "{}", approved.text);
    let late = other.send(&format!("{page}/cancel"), &[("why", "x")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    let filter = hub::store::Filter { limit: 9, ..Default::default() };
    let rows = world.ctx.store.list_erasures(&filter).await.expect("a store");
    assert_eq!(
        rows.iter().map(|row| row.state).collect::<Vec<_>>(),
        [ErasureState::Running, ErasureState::Proposed]
    );
    let english = other.get(&format!("{page}?lang=en")).await.text;
    assert!(english.contains("under way") && english.contains("Approved by"), "{english}");
    let list = other.get("/erasures").await.text;
    assert!(list.contains(&number) && list.contains(&page), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_asks_approves_and_cancels() {
    let world = World::new(false).await;
    let number = finished(&world).await;
    let second = colleague(&world).await;
    let send = async |key: &str, path: &str, body: Value| {
        let request = world.post(&format!("/v1/operations/erasures{path}")).bearer_auth(key);
        let answer = request.json(&body).send().await.expect("an answer");
        (answer.status(), answer.json::<Value>().await.expect("JSON"))
    };
    let first = world.operations_key.clone();
    let open = world.filings[0].receipt_number();
    for (body, status, code) in [
        (json!({"why": "x"}), 422, "whose_unclear"),
        (json!({"why": "x", "filing": "T0000-0000-0000"}), 404, "not_found"),
        (json!({"why": "x", "filing": open}), 409, "unfinished"),
        (json!({"filing": number}), 422, "why_invalid"),
    ] {
        let (found, problem) = send(&first, "", body.clone()).await;
        assert_eq!(found.as_u16(), status, "{body}: {problem}");
        assert!(code.is_empty() || problem["code"] == code, "{body}: {problem}");
    }
    let (status, seen) = send(&first, "", json!({"filing": number, "dry_run": true})).await;
    assert_eq!((status, &seen["ready"]), (StatusCode::OK, &json!(1)), "{seen}");
    let (status, row) = send(&first, "", json!({"filing": number, "why": "本人の申出"})).await;
    assert_eq!((status, &row["state"]), (StatusCode::CREATED, &json!("proposed")), "{row}");
    let id = row["id"].as_str().expect("an id").to_owned();
    let (status, alone) = send(&first, &format!("/{id}/approve"), json!({})).await;
    assert_eq!((status, &alone["code"]), (StatusCode::CONFLICT, &json!("second_person")));
    let (_, ended) = send(&second, &format!("/{id}/cancel"), json!({"why": "誤り"})).await;
    assert_eq!(ended["state"], "cancelled", "{ended}");
    let (status, late) = send(&second, &format!("/{id}/approve"), json!({})).await;
    assert_eq!((status, &late["code"]), (StatusCode::CONFLICT, &json!("overtaken")), "{late}");
    let shown = world.get(&format!("/v1/operations/erasures/{id}")).bearer_auth(&first);
    let shown: Value = shown.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!((&shown["erased"], &shown["why"]), (&json!(0), &json!("本人の申出")));
}
