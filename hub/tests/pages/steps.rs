//! How it goes over each channel of an authority, on its page; how all lanes stand, on the first.

use hub::store::{EndpointRow, ProbeRow};
use schemas::{AuthorityId, Channel};

use crate::browser::Browser;
use crate::world::{AUTHORITY, World};

const DAY_MS: i64 = 86_400_000;

/// Sapporo's endpoint over the API, with a key and a certificate that end, and one over SFTP.
async fn reached(world: &World) {
    let authority: AuthorityId = AUTHORITY.parse().expect("a code");
    let ladder = serde_json::json!([
        {"channel": "api", "url": "https://sapporo.example/todoke", "signing_secret": "secret",
         "expires_on": "2026-07-14"},
        {"channel": "sftp", "host": "sftp.example", "user": "todoke", "folder": "in",
         "host_keys": ["SHA256:AAAA"], "login": {"password": "secret"}},
    ]);
    let ladder: Vec<adapters::Endpoint> = serde_json::from_value(ladder).expect("endpoints");
    let rows = EndpointRow::of_ladder(&ladder, authority, 0).expect("rows");
    let now = world.ctx.clock.now_ms();
    let probe = |channel, code: Option<&str>, days: Option<i64>| ProbeRow {
        authority,
        channel,
        next_at: now,
        looked_at: Some(now),
        code: code.map(str::to_owned),
        failing_since: code.map(|_| now),
        expires_at: days.map(|days| now + days * DAY_MS),
    };
    let soon = world.ctx.config.watches.credential_days;
    let probes = [
        probe(Channel::Api, None, Some(soon + 1)),
        probe(Channel::Sftp, Some("connect_failed"), None),
    ];
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_endpoints(authority, &rows).await.expect("endpoints");
    tx.save_probes(&probes).await.expect("probes");
    tx.commit().await.expect("a commit");
    world.ctx.reload_directory().await.expect("a directory");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_tells_of_each_channel_how_it_goes_and_what_ends() {
    let world = World::new(false).await;
    reached(&world).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get("/authorities/011002").await.text;
    let steps = page.split("id=\"h-ladder\"").nth(1).expect("a section");
    let steps = steps.split("</section>").next().expect("a section");
    let (api, sftp) = steps.split_once("sftp.example").expect("both");
    // All of the world went over the API; what did not arrive can be told from what did.
    let count = |tone: &str| api.matches(&format!("class=\"dot {tone}\"")).count();
    assert!(count("ok") > 0 && count("wait") + count("bad") > 0, "{api}");
    let code = AUTHORITY.parse().expect("a code");
    let tries = world.ctx.store.recent_tries(code, (100, 400)).await.expect("tries").len();
    assert_eq!(api.matches("class=\"dot ").count(), tries.min(20), "{api}");
    assert!(api.contains("1.150秒") && api.contains("応答あり"), "{api}");
    let soon = world.ctx.config.watches.credential_days;
    assert!(api.contains(&format!("<span class=\"badge ok\">あと{}日", soon + 1)), "{api}");
    assert!(api.contains("2026-07-14") && api.contains("期限切れ"), "{api}");
    assert!(sftp.contains("まだありません") && sftp.contains("connect_failed"), "{sftp}");
    let english = staff.get("/authorities/011002?lang=en").await.text;
    assert!(english.contains("days left") && !english.contains("所要時間"), "{english}");

    let national = staff.get("/?lang=ja").await.text;
    let lanes = national.split("id=\"h-lanes\"").nth(1).expect("a section");
    assert!(lanes.contains("class=\"tally\""), "{lanes}");
}
