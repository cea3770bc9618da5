//! What the staff of a prefecture see of their municipalities: numbers, ages, deadlines.

use std::time::Duration;

use reqwest::StatusCode;
use schemas::AuthorityId;

use crate::answers::staff_of;
use crate::browser::Browser;
use crate::cases::{change, field, filed};
use crate::world::{AUTHORITY, World};

const FOLLOWED: &str = "/authority/followed";
const HOKKAIDO: &str = "010006";

/// The cells of an authority's line.
fn cells(page: &str, name: &str) -> Vec<String> {
    let line = page.split("<tr>").find(|line| line.contains(&format!("<th scope=\"row\">{name}<")));
    let line = line.unwrap_or_else(|| panic!("no line of {name}:\n{page}"));
    let cells = line.split("<td").skip(1).filter_map(|cell| cell.split_once('>'));
    cells.map(|(_, cell)| cell.split("</td>").next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefecture_follows_up_what_lies_at_its_own() {
    let world = World::new(false).await;
    let mut city = Browser::with_key(&world, &world.authority_key).await;
    city.get(&format!("/authority/deliveries/{}", world.readable)).await;
    let key = staff_of(&world, HOKKAIDO, "道庁").await;
    let mut clerk = Browser::with_key(&world, &key).await;
    assert!(clerk.get("/authority").await.text.contains(FOLLOWED), "the menu leads there");
    let page = clerk.get(FOLLOWED).await.text;
    let sapporo: AuthorityId = AUTHORITY.parse().expect("a code");
    let counts = world.ctx.store.inbox_counts(sapporo).await.expect("a store");
    assert!(counts.unopened > 0 && counts.opened > 0, "the world shows too little: {counts:?}");
    let line = cells(&page, "札幌市");
    assert_eq!(line[0], counts.unopened.to_string());
    assert_eq!(line[2], counts.opened.to_string());
    assert!(line[1].contains("前"), "how long the oldest has lain there: {line:?}");
    assert!(!page.contains("千代田区"), "another prefecture's");
    assert!(!page.contains("みどりデイ"), "what was filed is not theirs");
    let english = clerk.get(&format!("{FOLLOWED}?lang=en")).await.text;
    assert!(english.contains("Oldest unopened") && !english.contains("未開封"), "{english}");
    // A city's staff, and those of another prefecture.
    assert!(!city.get("/authority").await.text.contains(FOLLOWED));
    assert_eq!(city.get(FOLLOWED).await.status, StatusCode::FORBIDDEN);
    let key = staff_of(&world, "130001", "都庁").await;
    let tokyo = Browser::with_key(&world, &key).await.get(FOLLOWED).await.text;
    assert!(!tokyo.contains("札幌市"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_is_near_from_three_days_before_to_its_day() {
    let world = World::new(false).await;
    let key = staff_of(&world, HOKKAIDO, "道庁").await;
    let near = async || {
        let page = Browser::with_key(&world, &key).await.get(FOLLOWED).await.text;
        let line = cells(&page, "札幌市");
        (line[3].clone(), line[4].clone())
    };
    // Ten days after the change, which is on this day.
    let mut filing = change(&world.ctx);
    *field(&mut filing, "/changed_on") = "2026-08-03".into();
    filed(&world.ctx, &filing).await;
    let day = Duration::from_hours(24);
    let mut seen = Vec::new();
    let start: jiff::Timestamp = "2026-08-08T15:00:00Z".parse().expect("a time");
    let wait = start.as_millisecond() - world.ctx.clock.now_ms();
    world.ctx.clock.advance(Duration::from_millis(u64::try_from(wait).expect("it is to come")));
    for _ in 0..6 {
        seen.push(near().await);
        world.ctx.clock.advance(day);
    }
    let near = ("1".to_owned(), "2026-08-13".to_owned());
    let far = (String::new(), String::new());
    assert_eq!(seen, [far.clone(), near.clone(), near.clone(), near.clone(), near, far]);
}
