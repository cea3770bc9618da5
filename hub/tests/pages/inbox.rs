//! The inbox: in order from page to page, with what a clerk goes by in each line, and found by
//! number.

use std::time::Duration;

use hub::delivery::Review;
use reqwest::StatusCode;
use schemas::DeliveryId;
use serde_json::json;

use crate::browser::Browser;
use crate::cases::{change, field, filed, revised};
use crate::world::World;

/// What is only about offices of this name.
const OWN: &str = "順番の家";

/// The deliveries of one page, in its order.
fn listed(page: &str) -> Vec<String> {
    let links = crate::links(page, "/authority/deliveries/");
    links.iter().filter_map(|link| link.rsplit('/').next()).map(str::to_owned).collect()
}

/// All pages behind an address, from one to the next.
async fn walked(clerk: &mut Browser<'_>, path: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(at) = next {
        let page = clerk.get(&at).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        pages.push(listed(&page.text));
        assert!(pages.len() < 9, "it goes round in a circle: {at}");
        let rest = page.text.split("<a rel=\"next\"").nth(1).unwrap_or_default();
        next = crate::links(rest, "/authority?").pop().map(|link| link.replace("&#38;", "&"));
    }
    pages
}

async fn reviewed(world: &World, ids: &[DeliveryId], review: Review) {
    let mut tx = world.ctx.store.begin().await.expect("a store");
    let mut rows = tx.lock_deliveries(ids).await.expect("a store");
    for row in &mut rows {
        row.review = review;
    }
    tx.save_deliveries(&rows).await.expect("a store");
    tx.commit().await.expect("a commit");
}

/// So many filings about the office, a minute after another.
async fn arrived(world: &World, count: usize) -> Vec<DeliveryId> {
    let mut filing = change(&world.ctx);
    filing.offices[0].name = OWN.into();
    let mut all = Vec::new();
    for _ in 0..count {
        world.ctx.clock.advance(Duration::from_mins(1));
        all.push(filed(&world.ctx, &filing).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_opened_comes_first_and_the_oldest_of_it_over_several_pages() {
    let world = World::new(false).await;
    let all = arrived(&world, 130).await;
    // Every second one is open, and some are answered.
    let opened: Vec<_> = all.iter().skip(1).step_by(2).copied().collect();
    reviewed(&world, &opened, Review::Opened).await;
    let answered: Vec<_> = all[..6].to_vec();
    reviewed(&world, &answered, Review::Accepted).await;
    let of = |wanted: &dyn Fn(&DeliveryId) -> bool| {
        let rows = all.iter().filter(|id| !answered.contains(id) && wanted(id));
        rows.map(ToString::to_string).collect::<Vec<_>>()
    };
    let (new, open) = (of(&|id| !opened.contains(id)), of(&|id| opened.contains(id)));
    let expected = [new.clone(), open].concat();
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let pages = walked(&mut clerk, &format!("/authority?text={OWN}")).await;
    let lengths: Vec<_> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [50, 50, 24]);
    assert_eq!(pages.concat(), expected);
    let unread = walked(&mut clerk, &format!("/authority?view=unread&text={OWN}")).await;
    assert_eq!(unread.concat(), new);
    // What was answered, the newest first.
    let past = walked(&mut clerk, &format!("/authority?view=answered&text={OWN}")).await;
    let newest: Vec<_> = answered.iter().rev().map(ToString::to_string).collect();
    assert_eq!(past.concat(), newest);
    let everything = walked(&mut clerk, &format!("/authority?view=all&text={OWN}")).await;
    let newest: Vec<_> = all.iter().rev().map(ToString::to_string).collect();
    assert_eq!(everything.concat(), newest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_says_how_old_it_is_when_it_is_due_and_what_it_is_about() {
    let world = World::new(false).await;
    let mut filing = change(&world.ctx);
    *field(&mut filing, "/changed_on") = json!("2026-07-10");
    filing.offices[0].name = "行の家 <i>".into();
    let services =
        json!([{"service": "78"}, {"service": "71"}, {"service": "72"}, {"service": "73"}]);
    filing.offices[0].services = serde_json::from_value(services).expect("services");
    let id = filed(&world.ctx, &filing).await;
    world.ctx.clock.advance(Duration::from_hours(50));
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let line = async |clerk: &mut Browser<'_>, query: &str| {
        let page = clerk.get(&format!("/authority?text=行の家{query}")).await.text;
        let body = page.split("<tbody>").nth(1).expect("a table");
        let line = body.split("</tr>").next().expect("a line").to_owned();
        assert_eq!(listed(body), [id.to_string()], "{body}");
        line
    };
    let delivery = world.ctx.store.delivery(id).await.expect("a store").expect("it");
    let number = delivery.filing_id.receipt_number();
    let new = line(&mut clerk, "").await;
    assert!(new.contains("<tr class=\"new\">"), "{new}");
    for (label, shown) in [
        ("区分", "変更届出"),
        ("サービス", "夜間対応型訪問介護"),
        ("サービス", "ほか1"),
        ("到達", "2日前"),
        ("到達", "2026-07-15 1"),
        // Ten days after it is a holiday (海の日).
        ("期限", "2026-07-21"),
        ("受付番号", &number),
    ] {
        let cells = new.split("<td data-label=\"").skip(1);
        let found = cells.filter(|it| it.contains(shown)).count();
        assert!(found == 1, "{label} {shown}: {new}");
    }
    assert!(new.contains("行の家 &#60;i&#62;") && new.contains("社会福祉法人 ひだまり会"), "{new}");
    let english = line(&mut clerk, "&lang=en").await;
    assert!(english.contains("2 days ago") && english.contains("Change notice"), "{english}");
    clerk.get("/authority?lang=ja").await;
    clerk.get(&format!("/authority/deliveries/{id}")).await;
    let open = line(&mut clerk, "").await;
    assert!(!open.contains("class=\"new\"") && open.contains("確認中"), "{open}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_leads_to_its_newest_delivery_and_to_nobody_elses() {
    let world = World::new(false).await;
    let filing = change(&world.ctx);
    let first = filed(&world.ctx, &filing).await;
    world.ctx.clock.advance(Duration::from_secs(1));
    let second = revised(&world.ctx, first, ("correct", &filing)).await;
    let number = async |id| {
        let delivery = world.ctx.store.delivery(id).await.expect("a store").expect("it");
        delivery.filing_id.receipt_number()
    };
    let own = number(first).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    for typed in [own.clone(), own.to_lowercase().replace('-', ""), format!(" {own} ")] {
        let query = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect::<String>();
        let seen = clerk.get(&format!("/authority?text={query}")).await;
        let to = format!("/authority/deliveries/{second}");
        assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, &*to), "{typed}");
    }
    let foreign = number(world.foreign_delivery).await;
    let seen = clerk.get(&format!("/authority?text={foreign}")).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(listed(&seen.text).is_empty(), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_has_a_view_of_its_own() {
    let world = World::new(false).await;
    let all = arrived(&world, 4).await;
    reviewed(&world, &[all[0], all[2]], Review::Withdrawn).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let ids = |places: &[usize]| -> Vec<String> {
        places.iter().map(|place| all[*place].to_string()).collect()
    };
    for (view, shown) in [
        ("withdrawn", ids(&[2, 0])),
        ("todo", ids(&[1, 3])),
        ("unread", ids(&[1, 3])),
        ("answered", ids(&[])),
        ("all", ids(&[3, 2, 1, 0])),
    ] {
        let seen = walked(&mut clerk, &format!("/authority?view={view}&text={OWN}")).await;
        assert_eq!(seen.concat(), shown, "{view}");
    }
    let page = clerk.get("/authority?view=withdrawn").await.text;
    assert!(page.contains("aria-current=\"page\">取下げ</a>"), "{page}");
    assert!(!page.contains("name=\"delivery\""), "nothing to accept");
}
