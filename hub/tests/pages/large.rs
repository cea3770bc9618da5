//! The largest filings that there may be, on pages that stay small and hide nothing.

use reqwest::StatusCode;
use schemas::{FilingKind, Office, Submission};
use serde_json::json;

use crate::browser::Browser;
use crate::cases::{change, filed_to};
use crate::rows;
use crate::world::World;

fn office(name: &str, municipality: &str) -> Office {
    let services = json!([{"service": "11"}, {"service": "78"}]);
    let office = json!({"name": name, "municipality": municipality, "services": services});
    serde_json::from_value(office).expect("an office")
}

/// What a page's pager leads to next; by link, or by a button of the form.
fn next(text: &str) -> Option<String> {
    let pager = text.split("<nav class=\"pager\"").nth(1)?.split("</nav>").next()?;
    let mut links = pager.split(['"']).filter(|it| it.contains("offices="));
    pager.contains("次へ").then(|| links.next_back().expect("a link").replace("&#38;", "&"))
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_offices_are_told_on_small_pages() {
    let world = World::new(false).await;
    let max = world.ctx.config.limits.offices_max;
    assert_eq!(max, 500, "what is looked at here");
    let offices: Vec<_> = (1..=max)
        .map(|n| office(&format!("ケアステーション大規模事業所 第{n:03}号<&>"), "011002"))
        .collect();
    let one_stop = Submission { offices, one_stop: true, ..rows::submission(2) };
    let one_stop = Submission { kind: FilingKind::Change, form: json!({}), ..one_stop };
    let delivery = filed_to(&world.ctx, &one_stop, "011002").await;
    let delivery = world.ctx.store.delivery(delivery).await.expect("a store").expect("it");
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let filing = format!("/operator/filings/{}", delivery.filing_id.receipt_number());
    assert!(browser.get(&filing).await.text.contains("対象の事業所 (500)"));
    for start in [&*filing, "/operator/start"] {
        let (mut path, mut seen) = (Some(start.to_owned()), 0);
        while let Some(at) = path {
            let page = browser.get(&at).await;
            assert_eq!(page.status, StatusCode::OK, "{at}");
            // The filing's own page has its first office in the head.
            let lists = page.text.split("id=\"offices\"").nth(1).expect("a list");
            let list = lists.split("</ul>").next().expect("an end");
            seen += list.matches("大規模事業所").count();
            path = next(lists);
        }
        assert_eq!(seen, max, "{start}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ticked_on_one_page_of_the_offices_stays_on_the_others() {
    let world = World::new(false).await;
    let offices: Vec<_> = (1..=500)
        .map(|n| office(&format!("あケアステーション大規模 第{n:03}号"), "011002"))
        .collect();
    let filing = Submission { offices, one_stop: true, ..rows::submission(2) };
    let filing = Submission { kind: FilingKind::Change, form: json!({}), ..filing };
    filed_to(&world.ctx, &filing, "011002").await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let line = |n: usize| format!("あケアステーション大規模 第{n:03}号@011002|11");
    let mut page = browser.get("/operator/one-stop").await;
    let mut seen = page.text.matches("<label class=\"tick\">").count();
    // One on each page is ticked, all pages are turned, and at the end all are filed about.
    let all: Vec<String> = (1..=500).map(line).collect();
    let mut fields: Vec<(&str, &str)> = vec![("action", "turn"), ("other_name", "新しいデイ")];
    fields.extend(all.iter().map(|word| ("service", word.as_str())));
    let mut turned = 1;
    while let Some(to) = next(&page.text) {
        page = browser.send(&to, &fields).await;
        assert_eq!(page.status, StatusCode::OK, "{to}");
        assert!(page.text.contains("value=\"新しいデイ\""), "{}", page.text);
        let sent_again = all.iter().filter(|word| page.text.contains(&format!("\"{word}\"")));
        assert_eq!(sent_again.count(), 500, "{to}");
        seen += page.text.matches("<label class=\"tick\">").count();
        turned += 1;
    }
    assert!(turned >= 10 && seen >= 1_000, "{turned} {seen}");
    // Looking at it, too, keeps what is ticked, wherever it stands.
    fields.truncate(1);
    fields[0] = ("action", "look");
    fields.extend(all.iter().map(|word| ("service", word.as_str())));
    let looked = browser.send("/operator/one-stop", &fields).await;
    assert!(looked.text.contains("この事業所で書き始める (500)"), "{}", looked.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_authorities_are_told_on_small_pages() {
    let world = World::new(false).await;
    let master = routing::Master::embedded().expect("the master");
    let cities = master.authorities().iter().filter(|row| row.class == routing::Class::City);
    // Unions act for some.
    let offices = cities.take(220).map(|row| {
        let services = json!([{"service": "78"}]);
        let office = json!({"name": row.name, "municipality": row.code, "services": services});
        serde_json::from_value(office).expect("an office")
    });
    let filing = Submission { one_stop: true, offices: offices.collect(), ..change(&world.ctx) };
    let delivery = filed_to(&world.ctx, &filing, "131016").await;
    let delivery = world.ctx.store.delivery(delivery).await.expect("a store").expect("it");
    world.accept(delivery.filing_id).await;
    let all = world.ctx.store.deliveries_of(delivery.filing_id).await.expect("a store");
    assert!(all.len() >= 200, "{}", all.len());
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let filing = format!("/operator/filings/{}", delivery.filing_id.receipt_number());
    for path in [&*filing, &format!("{filing}?authorities=2&offices=2"), "/operator/start"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK);
    }
    let page = browser.get("/operator/one-stop").await.text;
    let words: Vec<_> = page.split("name=\"service\" value=\"").skip(1).collect();
    let words: Vec<_> = words.iter().map(|it| it.split('"').next().expect("an end")).collect();
    let unescape =
        |text: &&str| text.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&");
    let words: Vec<_> = words.iter().map(unescape).collect();
    let mut fields = vec![("action", "look")];
    fields.extend(words.iter().map(|word| ("service", word.as_str())));
    let looked = browser.send("/operator/one-stop", &fields).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text);
}
