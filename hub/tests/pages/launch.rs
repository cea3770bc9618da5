//! Since when authorities take filings: the ministry's tables and map, and the list for everyone.

use reqwest::StatusCode;
use routing::{Body, Master, Readiness};
use schemas::FilingKind;

use crate::browser::Browser;
use crate::world::World;

/// The ministry's figures (survey of November 2024): by class, periods 1 to 7 and the total.
const BY_CLASS: [(&str, [u32; 8]); 7] = [
    ("都道府県", [2, 5, 14, 11, 12, 1, 2, 47]),
    ("指定都市", [4, 3, 2, 4, 7, 0, 0, 20]),
    ("特別区", [1, 3, 4, 8, 7, 0, 0, 23]),
    ("中核市", [2, 5, 15, 15, 18, 3, 4, 62]),
    ("その他の市", [15, 45, 107, 110, 316, 55, 62, 710]),
    ("町村", [4, 15, 110, 95, 413, 127, 162, 926]),
    ("計", [28, 76, 252, 243, 773, 186, 230, 1788]),
];

fn line(name: &str, cells: [u32; 8]) -> String {
    let cells = cells.map(|cell| format!("<td class=\"n\">{cell}</td>")).concat();
    format!("{name}</th>{cells}</tr>")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_and_the_map_are_the_ministrys() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get("/launch").await.text;
    for (name, cells) in BY_CLASS {
        assert!(page.contains(&line(name, cells)), "{name} {cells:?}:\n{page}");
    }
    let hokkaido = line("<a href=\"/prefectures/01\">北海道</a>", [1, 0, 18, 7, 92, 17, 45, 180]);
    assert!(page.contains(&hokkaido), "{page}");
    assert_eq!(page.matches("class=\"tile ").count(), 47);
    // 61 municipalities of 北海道: its own 1 begins in period 7.
    assert!(page.contains("<title>北海道 ✕ 61: 20以上の市区町村が第6・7期</title>"), "{page}");
    let master = Master::embedded().expect("a master");
    let today = master.as_of();
    let bodies = master.authorities_on(today).map(Body::from);
    let bodies = bodies.chain(master.unions_on(today).map(Body::from));
    let unprepared: Vec<_> = bodies.filter(|body| !body.reception.prepared).collect();
    assert!(!unprepared.is_empty());
    for body in unprepared.iter().take(50) {
        assert!(page.contains(&format!("href=\"/authorities/{}\"", body.id)), "{}", body.name);
    }
    let english = staff.get("/launch?lang=en").await.text;
    assert!(english.contains("towns and villages") && !english.contains("町村"), "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_may_look_which_authorities_take_what() {
    let world = World::new(false).await;
    let mut anyone = Browser::new(&world);
    let page = anyone.get("/authorities").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("都道府県を選ぶか"), "{}", page.text);
    let page = anyone.get("/authorities?q=%E3%81%95%E3%81%A3%E3%81%BD%E3%82%8D").await.text;
    assert!(page.contains("札幌市") && page.contains("第5期 令和6年度下半期"), "{page}");
    assert!(!page.contains("函館市"), "{page}");
    let page = anyone.get("/authorities?q=011002").await.text;
    assert!(page.contains("札幌市") && !page.contains("小樽市"), "{page}");
    let page = anyone.get("/authorities?prefecture=13").await.text;
    assert!(page.contains("千代田区") && !page.contains("札幌市"), "{page}");
    let page = anyone.get("/authorities?q=%3Cb%3E").await.text;
    assert!(page.contains("該当はありません") && !page.contains("<b>"), "{page}");

    let csv = anyone.get("/authorities.csv").await.text;
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let master = Master::embedded().expect("a master");
    let today = master.as_of();
    let unions = master.unions_on(today).count();
    assert_eq!(rows.len(), master.authorities_on(today).count() + unions);
    let mut refused = 0;
    for row in &rows {
        let id = row[0].parse().expect("a code");
        let body = master.body(id, today).expect("one of the master");
        let ready = |kind: &&FilingKind| body.reception.readiness(**kind) == Readiness::Ready;
        let takes = match FilingKind::ALL.iter().filter(ready).count() {
            0 => "none",
            n if n == FilingKind::ALL.len() => "all",
            _ => "some",
        };
        assert_eq!((&row[3], &row[7]), (body.name, takes), "{row:?}");
        assert_eq!(takes == "all", row[8].is_empty(), "{row:?}");
        refused += usize::from(takes != "all");
    }
    assert!(refused > 0, "all take everything");
}
