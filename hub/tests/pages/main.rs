//! The pages: each is asked for and read, in both languages, by whoever may and whoever may not.
//!
//! `TODOKE_STORE__URL` may name a PostgreSQL database, fresh for each test; without it each test
//! has a file of its own.

mod access;
mod address;
mod announcements;
mod answers;
mod archive;
mod authority;
mod autosave;
mod browser;
mod bulk;
mod cases;
mod colleagues;
mod contacts;
mod copies;
mod drafts;
mod enclosed;
mod entry;
mod erasures;
mod exports;
mod feeder;
mod files;
mod filings;
mod filters;
mod followed;
mod hands;
mod html;
mod inbox;
mod interface;
mod large;
mod launch;
mod looked;
mod master;
mod offices;
mod onboarding;
mod one_stop;
mod races;
mod reached;
mod redrives;
mod reports;
mod reroutes;
mod rows;
mod sets;
mod statements;
mod steps;
mod unions;
mod uploads;
mod watches;
mod webhook;
mod world;
mod written;

use reqwest::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, HeaderMap, LOCATION, SET_COOKIE,
};
use reqwest::{RequestBuilder, Response, StatusCode};
use world::World;

/// Bytes that no page exceeds.
const PAGE_BYTES_MAX: usize = 200 * 1024;

/// What every page says of itself: nothing but our own files may load or run, nobody may frame it.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      script-src 'self'; connect-src 'self'; frame-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Whatever holds of every page: it is well formed, small enough, and under the whole policy.
fn assert_sound(url: &str, headers: &HeaderMap, text: &str) {
    html::assert_well_formed(url, text);
    assert!(text.len() <= PAGE_BYTES_MAX, "{url}: {} bytes", text.len());
    let policies: Vec<_> = headers.get_all(CONTENT_SECURITY_POLICY).iter().collect();
    assert_eq!(policies, [POLICY], "{url}");
}

/// A page as a browser gets it: read, well formed, small enough, and in the right language.
async fn page(request: RequestBuilder, lang: &str) -> String {
    let response = request.send().await.expect("an answer");
    let (status, url) = (response.status(), response.url().to_string());
    let headers = response.headers().clone();
    let text = response.text().await.expect("a body");
    assert!(!status.is_server_error(), "{url}: {status}\n{text}");
    assert_sound(&url, &headers, &text);
    assert!(text.contains(&format!("<html lang=\"{lang}\">")), "{url} is not in {lang}");
    text
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> String {
    let value = response.headers().get(name).expect("the header");
    value.to_str().expect("text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_shows_what_is_in_the_store() {
    let world = World::new(true).await;
    let filing = &world.filings[3];
    let one_stop = world.one_stop.to_string();
    let trouble = world.failed.to_string();
    let master = world.ctx.master();
    let master = master.version();
    let pages: Vec<(String, Vec<&str>)> = vec![
        ("/".into(), vec!["全国の送達状況", "北海道", "処理不能", "遮断中", "札幌市"]),
        ("/filings".into(), vec!["新規指定(許可)申請", "社会福祉法人", "前の分へ"]),
        ("/filings?kind=change".into(), vec!["変更届出", "selected"]),
        (format!("/filings/{filing}"), vec!["改ざんなし", "振り分けました", "試行", master]),
        (format!("/filings/{one_stop}"), vec!["次へ", "一部送達不能"]),
        (format!("/filings/{one_stop}?deliveries=2&timeline=2"), vec!["前へ", "51–100"]),
        ("/deliveries?state=failed".into(), vec!["送達不能", "指定権者", "http_410"]),
        ("/deliveries?channel=sftp".into(), vec!["SFTP"]),
        (format!("/deliveries/{trouble}"), vec!["受付の URL がありません", "410 Gone", "拒否"]),
        ("/authorities/011002".into(), vec!["札幌市", "指定都市", "API", "遮断中"]),
        ("/prefectures/01".into(), vec!["北海道", "空知中部広域連合", "小樽市"]),
        ("/troubles".into(), vec!["支障の内訳", "http_410", "最も近い期限"]),
        ("/redrives".into(), vec!["まとめて再送付", "下見のみ"]),
        ("/erasures".into(), vec!["内容の消去", "承認待ち", "廃業 &#60;b&#62;"]),
        ("/lanes".into(), vec!["停止中(職員)", "夜間保守", "http_503"]),
        ("/dead-letters".into(), vec!["todoke.router", "deadbeef", "fingerprint"]),
        ("/search?q=さっぽろ".into(), vec!["札幌市", "011002"]),
        ("/search?q=nowhere".into(), vec!["見つかりませんでした"]),
    ];
    for (path, words) in &pages {
        let text = page(world.get(path), "ja").await;
        assert!(text.contains("デモ環境 / DEMO"), "{path} does not say that it is a demo");
        for shown in words {
            assert!(text.contains(shown), "{path} does not show {shown}:\n{text}");
        }
        let separator = if path.contains('?') { '&' } else { '?' };
        let english = page(world.get(&format!("{path}{separator}lang=en")), "en").await;
        for word in ["届出を", "送達状況", "ありません", "該当", "振り分け"] {
            assert!(!english.contains(word), "{path} is not all English: {word}\n{english}");
        }
    }
}

/// Drawn by the server: no script, no picture from elsewhere, and read aloud tile by tile.
#[tokio::test(flavor = "multi_thread")]
async fn the_map_is_an_svg_with_a_tile_for_each_prefecture() {
    let world = World::new(true).await;
    for (lang, name) in [("ja", "北海道"), ("en", "Hokkaido")] {
        let text = page(world.get(&format!("/?lang={lang}")), lang).await;
        let map = text.split("<svg class=\"map").nth(1).expect("a map");
        let map = map.split("</svg>").next().expect("its end");
        assert!(map.contains("role=\"group\" aria-label=\""), "{map}");
        let tiles: std::collections::BTreeSet<_> =
            links(map, "/prefectures/").into_iter().collect();
        assert_eq!(tiles.len(), 47, "{tiles:?}");
        assert_eq!(map.matches("<title>").count(), 47);
        assert_eq!(map.matches("<rect ").count(), 47);
        // How it goes is told by more than colour.
        let tile = map.split("href=\"/prefectures/01\"").nth(1).expect("a tile");
        let tile = tile.split("</a>").next().expect("its end");
        assert!(tile.contains(name) && tile.contains('%'), "{tile}");
        let spoken = tile.split("<title>").nth(1).expect("a title");
        assert!(spoken.starts_with(name), "{tile}");
        for foreign in ["<image", "<script", "<foreignObject", "href=\"http", "url("] {
            assert!(!map.contains(foreign), "{foreign}: {map}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_answered_with_help() {
    let world = World::new(true).await;
    let none = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a";
    for path in [
        "/nowhere",
        "/filings/T0000-0000-0000",
        "/filings/junk",
        &format!("/filings/{none}"),
        "/deliveries/junk",
        &format!("/deliveries/{none}"),
        "/authorities/011003",
        "/prefectures/48",
        "/prefectures/..%2f..%2fetc",
    ] {
        let response = world.get(path).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        let text = page(world.get(path), "ja").await;
        assert!(text.contains("受付番号を入れて"), "{path} does not help");
    }
    let response = world.get("/v1/nowhere").send().await.expect("an answer");
    assert_eq!(header(&response, reqwest::header::CONTENT_TYPE), "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_filings_are_those_of_the_roll_up() {
    let world = World::new(true).await;
    let mut expected = std::collections::BTreeMap::new();
    for id in world.filings.iter().chain([&world.one_stop]) {
        let filing = world.ctx.store.filing(*id).await.expect("a store").expect("a filing");
        let deliveries = world.ctx.store.deliveries_of(*id).await.expect("a store");
        let status = hub::filing::Status::of(&deliveries, filing.withdrawn_at.is_some());
        let status = serde_json::to_value(status).expect("a word");
        *expected.entry(status.as_str().expect("text").to_owned()).or_default() += 1;
    }
    assert!(expected.len() >= 7, "the world shows too little: {expected:?}");
    let counted = world.ctx.store.count_filings().await.expect("a store");
    let counted: std::collections::BTreeMap<String, i64> = counted
        .iter()
        .map(|row| {
            let status = row["status"].as_str().expect("a word").to_owned();
            (status, row["count"].as_i64().expect("a number"))
        })
        .collect();
    assert_eq!(counted, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_go_on_where_the_page_before_ended() {
    let world = World::new(true).await;
    let mut seen = Vec::new();
    let mut next = Some("/deliveries".to_owned());
    while let Some(path) = next {
        let text = page(world.get(&path), "ja").await;
        seen.extend(links(&text, "/deliveries/"));
        let older = text.split("<a rel=\"next\"").nth(1).unwrap_or_default();
        let older = links(older, "/deliveries?before=").into_iter().next();
        next = older.map(|link| link.replace("&#38;", "&"));
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (world.deliveries, world.deliveries), "each once");
}

/// The addresses in a page that begin like this.
fn links(text: &str, start: &str) -> Vec<String> {
    let parts = text.split("href=\"").skip(1).filter_map(|part| part.split('"').next());
    parts.filter(|link| link.starts_with(start)).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_by_number_goes_straight_there() {
    let world = World::new(true).await;
    let number = world.filings[0].receipt_number();
    let typed = number.to_lowercase().replace('-', "");
    for (asked, to) in [
        (typed, format!("/filings/{number}")),
        (world.filings[0].to_string(), format!("/filings/{}", world.filings[0])),
        (world.failed.to_string(), format!("/deliveries/{}", world.failed)),
        ("011002".to_owned(), "/authorities/011002".to_owned()),
        ("u01001".to_owned(), "/authorities/U01001".to_owned()),
    ] {
        let response = world.get(&format!("/search?q={asked}")).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{asked}");
        assert_eq!(header(&response, LOCATION), to);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_remembered_and_the_page_refreshes_when_asked() {
    let world = World::new(true).await;
    let response = world.get("/?lang=en").send().await.expect("an answer");
    let cookie = header(&response, SET_COOKIE);
    assert!(cookie.starts_with("todoke_lang=en;"), "{cookie}");
    let text = page(world.get("/").header("cookie", "a=b; todoke_lang=en"), "en").await;
    assert!(text.contains("Deliveries across the nation") && !text.contains("http-equiv"));
    let text = page(world.get("/?live=1"), "ja").await;
    assert!(text.contains(r#"<noscript><meta http-equiv="refresh" content="5"></noscript>"#));
    assert!(text.contains(r#"<div data-live="/live/numbers">"#), "and with a script by events");
    assert!(text.contains("自動更新を止める"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_style_sheet_is_kept_until_it_changes() {
    let world = World::new(true).await;
    let text = page(world.get("/"), "ja").await;
    let link = links(&text, "/static/style.css?v=").pop().expect("a style sheet");
    let response = world.get(&link).send().await.expect("an answer");
    assert!(header(&response, CACHE_CONTROL).contains("immutable"));
    let tag = header(&response, ETAG);
    let again = world.get(&link).header("if-none-match", tag).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let icon = world.get("/static/icon.svg").send().await.expect("an answer");
    assert_eq!(icon.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves the pages on http://127.0.0.1:8899 until it is stopped, to look at them"]
async fn show_the_pages() {
    let world = World::listening("127.0.0.1:8899", true, None).await;
    eprintln!("{} filing {} failed {}", world.address, world.one_stop, world.failed);
    eprintln!("an operator logs in with {}", world.operator_key);
    std::future::pending::<()>().await;
}
