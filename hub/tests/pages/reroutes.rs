//! A delivery sent another way: the page of operations, the interface, and what the operator reads.

use hub::delivery::State;
use hub::store::EndpointRow;
use reqwest::StatusCode;
use schemas::AuthorityId;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::world::World;

/// Nobody's: a municipality that no filing of the world is for.
const OTHER: &str = "473251";

/// The authority of what failed has a second channel.
async fn with_two_channels(world: &World) -> AuthorityId {
    let failed = world.ctx.store.delivery(world.failed).await.expect("a store");
    let authority = failed.expect("a delivery").authority;
    let ladder: Vec<adapters::Endpoint> = serde_json::from_value(json!([
        {"channel": "pull"},
        {"channel": "sftp", "host": "sftp.example", "user": "todoke", "folder": "in",
         "host_keys": ["SHA256:AAAA"], "login": {"password": "secret"}},
    ]))
    .expect("a ladder");
    let rows = EndpointRow::of_ladder(&ladder, authority, 0).expect("rows");
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_endpoints(authority, &rows).await.expect("endpoints");
    tx.commit().await.expect("a commit");
    world.ctx.reload_directory().await.expect("a directory");
    authority
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_goes_over_another_channel() {
    let world = World::new(false).await;
    with_two_channels(&world).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = format!("/deliveries/{}", world.failed);
    let reroute = format!("{page}/reroute");
    let seen = staff.get(&page).await.text;
    assert!(seen.contains("別の連携方式で送付する") && seen.contains(&reroute), "{seen}");
    for (channel, words) in [("email", "ある方式: pull, sftp"), ("pigeon", "読み取れません")]
    {
        let wrong = staff.send(&reroute, &[("channel", channel), ("why", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
        assert!(wrong.text.contains(words), "{}", wrong.text);
    }
    let done = staff.send(&reroute, &[("channel", "sftp"), ("why", "URL が変わった")]).await;
    assert_eq!(done.to(), format!("{page}?done=1#hands"), "{}", done.text);
    let after = staff.get(&page).await.text;
    assert!(after.contains("への送達をSFTPに切り替えます"), "{after}");
    let row = world.ctx.store.delivery(world.failed).await.expect("a store").expect("one");
    assert_eq!((row.state, row.ladder_step, row.tries), (State::Due, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_addressee_is_looked_at_first_and_told_to_the_operator() {
    let world = World::new(false).await;
    let former = with_two_channels(&world).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = format!("/deliveries/{}", world.failed);
    let reroute = format!("{page}/reroute");
    assert!(staff.get(&page).await.text.contains(&format!("href=\"{reroute}\"")));
    let form = staff.get(&reroute).await;
    assert!(form.status == StatusCode::OK && !form.text.contains("name=\"why\""), "{}", form.text);
    for (code, status, words) in [
        ("なは", StatusCode::UNPROCESSABLE_ENTITY, "読み取れません"),
        ("U01999", StatusCode::UNPROCESSABLE_ENTITY, "今日のマスタにない指定権者です: U01999"),
        (former.as_str(), StatusCode::CONFLICT, "すでにこの届出の宛先です"),
    ] {
        let wrong = staff.get(&format!("{reroute}?authority={code}")).await;
        assert_eq!(wrong.status, status, "{}", wrong.text);
        assert!(wrong.text.contains(words) && !wrong.text.contains("name=\"why\""), "{code}");
    }
    let looked = staff.get(&format!("{reroute}?authority={OTHER}")).await.text;
    assert!(looked.contains("何も届いていません") && looked.contains("嘉手納町"), "{looked}");
    let wordless = staff.send(&reroute, &[("authority", OTHER), ("why", "")]).await;
    assert_eq!(wordless.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wordless.text);
    let done = staff.send(&reroute, &[("authority", OTHER), ("why", "合併した")]).await;
    let there = done.to();
    assert!(there.starts_with("/deliveries/") && !there.starts_with(&page), "{}", done.text);
    let fresh = staff.get(there).await.text;
    assert!(
        fresh.contains("職員による宛先の変更") && fresh.contains("嘉手納町に改めました"),
        "{fresh}"
    );
    let gone = staff.get(&page).await.text;
    assert!(gone.contains("取消し") && !gone.contains(&reroute), "{gone}");
    let row = world.ctx.store.delivery(world.failed).await.expect("a store").expect("one");
    let number = row.filing_id.receipt_number();
    let plan = staff.get(&format!("/filings/{number}")).await.text;
    let plan = plan.split("id=\"plan\"").nth(1).expect("a plan");
    assert!(plan.contains("嘉手納町") && plan.contains("に改めました"), "{plan}");

    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    let own = operator.get(&format!("/operator/filings/{number}")).await.text;
    assert!(
        own.contains("宛先が別の指定権者に改められました") && own.contains("嘉手納町"),
        "{own}"
    );
    let english = operator.get(&format!("/operator/filings/{number}?lang=en")).await.text;
    assert!(english.contains("It went to another authority in place of this one"), "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_tells_what_it_comes_to_and_does_it() {
    let world = World::new(false).await;
    with_two_channels(&world).await;
    let path = format!("/v1/operations/deliveries/{}/reroute", world.failed);
    let send = async |body: Value| {
        let request = world.post(&path).bearer_auth(&world.operations_key).json(&body);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        (status, answer.json::<Value>().await.expect("JSON"))
    };
    for (body, status, code) in [
        (json!({"why": "x"}), 422, "way_unclear"),
        (json!({"why": "x", "channel": "pull", "authority": OTHER}), 422, "way_unclear"),
        (json!({"why": "x", "channel": "api"}), 422, "no_channel"),
        (json!({"why": "x", "authority": "U01999"}), 422, "no_authority"),
        (json!({"authority": OTHER}), 422, "why_invalid"),
    ] {
        let (found, problem) = send(body).await;
        assert_eq!((found.as_u16(), &problem["code"]), (status, &json!(code)), "{problem}");
    }
    let (_, seen) = send(json!({"authority": OTHER, "dry_run": true})).await;
    assert_eq!((&seen["stays"], &seen["channel"]), (&json!(false), &json!("pull")));
    let (status, done) = send(json!({"authority": OTHER, "why": "合併した"})).await;
    assert_eq!((status, &done["delivery"]), (StatusCode::OK, &seen["delivery"]), "{done}");
    let (status, again) = send(json!({"authority": OTHER, "why": "合併した"})).await;
    assert_eq!((status, &again["code"]), (StatusCode::CONFLICT, &json!("wrong_state")), "{again}");
    let (_, problem) = send(json!({"channel": "sftp", "why": "x"})).await;
    assert_eq!(problem["code"], "wrong_state", "{problem}");
}
