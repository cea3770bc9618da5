//! Reports of a month: of all for operations, of their own for authorities, on pages, as files and
//! by the interface.

use hub::upkeep::count_month;
use reqwest::StatusCode;
use serde_json::Value;

use crate::answers::staff_of;
use crate::browser::Browser;
use crate::world::{AUTHORITY, World};

/// Upkeep counts all that is due.
pub(crate) async fn count(world: &World) {
    while count_month(&world.ctx).await.expect("a store") {}
}

fn rows(csv: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let names = reader.headers().expect("headers");
    assert_eq!(names.iter().collect::<Vec<_>>(), hub::reports::COLUMNS);
    reader.records().map(|row| row.expect("a row")).collect()
}

fn sum(rows: &[csv::StringRecord], name: &str) -> usize {
    let place = hub::reports::COLUMNS.iter().position(|it| *it == name).expect("a column");
    rows.iter().map(|row| row[place].parse::<usize>().expect("a number")).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_adds_up_by_prefecture_authority_and_channel() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get("/reports").await.text;
    assert!(page.contains("集計された月はまだありません"), "{page}");
    assert_eq!(staff.get("/reports.csv?month=2026-07").await.status, StatusCode::NOT_FOUND);
    count(&world).await;
    let page = staff.get("/reports").await.text;
    for words in ["集計の時点:", "北海道", "都道府県別", "経路別", "差戻しの箇所", "2026-07"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.len() < 200 * 1_024, "{}", page.len());
    let all = rows(&staff.get("/reports.csv?month=2026-07").await.text);
    assert_eq!(sum(&all, "filings"), world.deliveries);
    let (returned, delivered) = (sum(&all, "returned"), sum(&all, "delivered"));
    assert!(returned > 0 && returned < delivered && delivered < world.deliveries, "{all:?}");
    assert!(sum(&all, "tries_failed") > 0 && sum(&all, "tries") > sum(&all, "tries_failed"));
    // One prefecture, then one authority, then one channel.
    let here = rows(&staff.get("/reports.csv?month=2026-07&prefecture=01").await.text);
    assert!(!here.is_empty() && here.len() < all.len());
    assert!(here.iter().all(|row| &row[2] == "01"), "{here:?}");
    let page = staff.get("/reports?month=2026-07&prefecture=01").await.text;
    assert!(page.contains("指定権者別") && page.contains("札幌市"), "{page}");
    assert!(!page.contains("千代田区"), "{page}");
    let one = rows(&staff.get(&format!("/reports.csv?authority={AUTHORITY}")).await.text);
    assert!(!one.is_empty() && one.iter().all(|row| &row[3] == AUTHORITY), "{one:?}");
    let api = rows(&staff.get("/reports.csv?channel=api").await.text);
    assert!(!api.is_empty() && api.iter().all(|row| &row[5] == "api"), "{api:?}");
    let june = staff.get("/reports?month=2026-06").await.text;
    assert!(june.contains("この条件に当たる申請・届出はありません"), "{june}");
    for query in ["month=2026-13", "authority=1", "channel=fax"] {
        let page = staff.get(&format!("/reports?{query}")).await.text;
        assert!(page.contains("読み取れない値があります"), "{query}: {page}");
    }
    let english = staff.get("/reports?lang=en").await.text;
    assert!(english.contains("Counted until:") && !english.contains("都道府県別"), "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_sees_its_own_and_a_prefecture_what_is_in_it() {
    let world = World::new(false).await;
    count(&world).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let first = clerk.get("/authority").await.text;
    assert!(first.contains("href=\"/authority/reports\""), "{first}");
    let page = clerk.get("/authority/reports").await.text;
    assert!(page.contains("集計の時点:") && !page.contains("指定権者別"), "{page}");
    for query in ["", "?authority=131016", "?prefecture=13"] {
        let own = rows(&clerk.get(&format!("/authority/reports.csv{query}")).await.text);
        assert!(own.iter().all(|row| &row[3] == AUTHORITY), "{query}: {own:?}");
        assert_eq!(own.is_empty(), !query.is_empty(), "{query}: {own:?}");
    }
    let key = staff_of(&world, "010006", "北海道の職員").await;
    let mut prefecture = Browser::with_key(&world, &key).await;
    let inside = rows(&prefecture.get("/authority/reports.csv").await.text);
    assert!(inside.iter().all(|row| &row[2] == "01"), "{inside:?}");
    assert!(inside.iter().any(|row| &row[3] == AUTHORITY), "{inside:?}");
    let elsewhere = rows(&prefecture.get("/authority/reports.csv?authority=131016").await.text);
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    let page = prefecture.get("/authority/reports").await.text;
    assert!(page.contains("指定権者別") && page.contains("札幌市"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_gives_the_same_figures() {
    let world = World::new(false).await;
    count(&world).await;
    let ask = async |path: &str, key: &str| {
        let answer = world.get(path).bearer_auth(key).send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    };
    let (status, text) = ask("/v1/operations/reports/2026-07", &world.operations_key).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let lines = report["lines"].as_array().expect("lines");
    let filings: i64 = lines.iter().map(|line| line["filings"].as_i64().expect("a number")).sum();
    assert_eq!(filings, i64::try_from(world.deliveries).expect("few"));
    assert!(report["counted_until"].is_string(), "{report}");
    let path = "/v1/operations/reports/2026-07?format=csv";
    assert_eq!(rows(&ask(path, &world.operations_key).await.1).len(), lines.len());
    let (_, text) = ask("/v1/reports/2026-07", &world.authority_key).await;
    let own: Value = serde_json::from_str(&text).expect("JSON");
    let own = own["lines"].as_array().expect("lines");
    assert!(!own.is_empty() && own.iter().all(|line| line["authority"] == AUTHORITY), "{own:?}");
    for (path, status, code) in [
        ("/v1/reports/2026-7", StatusCode::BAD_REQUEST, "month_invalid"),
        ("/v1/reports/2020-01", StatusCode::NOT_FOUND, "not_found"),
        ("/v1/reports/2026-07?format=xls", StatusCode::BAD_REQUEST, "query_invalid"),
        ("/v1/reports/2026-07?channel=fax", StatusCode::BAD_REQUEST, "query_invalid"),
    ] {
        let (seen, text) = ask(path, &world.authority_key).await;
        assert!(seen == status && text.contains(code), "{path}: {seen} {text}");
    }
}
