//! Who looked at what is on record before it is shown: each look once, of whoever is not the
//! operator itself; and that someone came and went.

use std::time::Duration;

use hub::store::{StaffActFilter, StaffActRow, StaffActsHead};
use reqwest::StatusCode;
use reqwest::header::COOKIE;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::browser::Browser;
use crate::world::{AUTHORITY, World};

/// What was looked at so far, in order: what it is called, with what, and which part of it.
async fn looks(world: &World) -> Vec<(String, String, String)> {
    let filter = StaffActFilter { looks: true, ..StaffActFilter::default() };
    let rows = world.ctx.store.staff_acts_like(&filter, i64::MAX, 100).await.expect("acts");
    rows.into_iter().rev().map(|row| (row.what, row.subject, row.became)).collect()
}

async fn acts(world: &World, subject: &str) -> Vec<StaffActRow> {
    world.ctx.store.staff_acts(Some(subject), i64::MAX, 100).await.expect("acts")
}

fn look(what: &str, subject: &str, part: &str) -> (String, String, String) {
    (what.to_owned(), subject.to_owned(), part.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_look_at_a_filing_is_on_record_once() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let id = world.filings[0];
    let (filing, delivery) = (format!("filing:{id}"), format!("delivery:{}", world.own_delivery));
    for path in [format!("/filings/{id}"), format!("/filings/{}", id.receipt_number())] {
        assert_eq!(staff.get(&path).await.status, StatusCode::OK, "{path}");
    }
    staff.get(&format!("/deliveries/{}?lang=en", world.own_delivery)).await;
    let mut all =
        vec![look("look.filing", &filing, "null"), look("look.delivery", &delivery, "null")];
    assert_eq!(looks(&world).await, all, "one filing, by its id and by its receipt number");

    // What is not shown was not looked at; what lists and what is nobody's are no looks.
    let none = format!("/filings/{}", world.one_stop).replace('0', "1");
    for path in [&none, "/filings", "/deliveries", "/authorities/011002", "/audit", "/"] {
        staff.get(path).await;
    }
    assert_eq!(looks(&world).await, all);

    // Another's look is another; and after a while the same one's is.
    world.ctx.clock.advance(Duration::from_mins(59));
    staff.get(&format!("/filings/{id}")).await;
    assert_eq!(looks(&world).await, all);
    world.ctx.clock.advance(Duration::from_mins(1));
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    staff.get(&format!("/filings/{id}")).await;
    all.push(look("look.filing", &filing, "null"));
    assert_eq!(looks(&world).await, all);
    let page = staff.get(&format!("/audit?looks=1&subject={filing}")).await.text;
    assert!(
        page.contains("届出の閲覧(運用)") && page.contains(&format!("/filings/{id}")),
        "{page}"
    );
    assert!(!page.contains(&delivery), "{page}");
    let person = page.split("person=").nth(1).and_then(|rest| rest.split('"').next());
    let person = person.expect("a link to all of theirs").to_owned();
    let theirs = staff.get(&format!("/audit?looks=1&person={person}")).await.text;
    assert!(theirs.contains(&delivery), "{theirs}");
    let done = staff.get("/audit").await.text;
    assert!(done.contains("ログイン") && !done.contains(&filing), "looks stand apart:\n{done}");
    let rows = world.ctx.store.staff_acts_after(0, 100).await.expect("acts");
    StaffActsHead::default().follow(&rows).expect("one chain of acts and looks");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_of_operations_reads_is_on_record_and_what_an_operator_s_reads_is_not() {
    let world = World::new(false).await;
    let (id, delivery) = (world.filings[0], world.own_delivery);
    let read = async |key: &str, path: &str| {
        world.get(path).bearer_auth(key).send().await.expect("an answer").status()
    };
    let filing = format!("/v1/filings/{id}");
    let of_delivery = format!("/v1/operations/deliveries/{delivery}");
    for key in [world.operator_key.as_str(), "tdk_nobody"] {
        for path in [filing.as_str(), &of_delivery, "/v1/filings"] {
            read(key, path).await;
        }
    }
    assert_eq!(looks(&world).await, [], "an operator's own, and what nobody may see");
    let parts = ["", "/events", "/receipt"].map(|part| format!("{filing}{part}"));
    for path in parts.iter().chain([&of_delivery]) {
        assert_eq!(read(&world.operations_key, path).await, StatusCode::OK, "{path}");
    }
    let all = [
        look("look.filing", &format!("filing:{id}"), "null"),
        look("look.delivery", &format!("delivery:{delivery}"), "null"),
    ];
    assert_eq!(looks(&world).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_authority_sees_and_fetches_is_on_record_and_what_operators_see_is_not() {
    let world = World::new(true).await;
    let own = format!("/authority/deliveries/{}", world.readable);
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    for path in [own.clone(), format!("{own}/files/0"), format!("{own}/files/0?view=1")] {
        assert_eq!(clerk.get(&path).await.status, StatusCode::OK, "{path}");
    }
    clerk.get(&format!("/authority/deliveries/{}", world.foreign_delivery)).await;
    clerk.get(&own).await;
    clerk.send(&format!("{own}/decision"), &[("verdict", "accepted")]).await;
    clerk.get("/authority/exports").await;
    let made = clerk.send("/authority/exports", &[]).await;
    let export = made.to().split_once("#x").expect("an export").1.to_owned();
    clerk.get(&format!("/authority/exports/{export}/csv")).await;
    let delivery = format!("delivery:{}", world.readable);
    assert_eq!(
        looks(&world).await,
        [
            look("look.case", &delivery, "null"),
            look("look.file", &delivery, "{\"place\":\"0\"}"),
            look("look.ledger", &format!("export:{export}"), "{\"format\":\"csv\"}"),
        ]
    );
    assert_eq!(acts(&world, &format!("export:{export}")).await[0].what, "ledger.make");

    let before = looks(&world).await;
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    let seen = operator.get(&format!("/operator/filings/{}", world.filings[0])).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    // In the demo environment everyone may look; nobody can be named.
    let mut visitor = Browser::new(&world);
    assert_eq!(visitor.get(&format!("/filings/{}", world.filings[0])).await.status, StatusCode::OK);
    assert_eq!(looks(&world).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_staff_come_and_go_is_on_record() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    clerk.get("/authority").await;
    clerk.send("/logout", &[]).await;
    Browser::with_key(&world, &world.operator_key).await;
    Browser::with_key(&world, &world.operations_key).await;
    let whole = world.ctx.store.staff_acts_after(0, 100).await.expect("acts");
    let whole: Vec<_> = whole.iter().map(|act| (act.what.as_str(), act.subject.as_str())).collect();
    let authority = format!("authority:{AUTHORITY}");
    assert_eq!(
        whole,
        [
            ("session.open", authority.as_str()),
            ("session.close", authority.as_str()),
            ("session.open", "operations"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_on_record_is_not_shown() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = format!("/filings/{}", world.filings[0]);
    let Some(file) = world.ctx.config.store.url.strip_prefix("sqlite:") else { return };
    let mut store = SqliteConnection::connect(file).await.expect("the store's file");
    store.execute("ALTER TABLE staff_acts RENAME TO hidden").await.expect("hidden");
    let session = format!("todoke={}", staff.cookie("todoke"));
    let seen = world.get(&page).header(COOKIE, session).send().await.expect("an answer");
    assert_eq!(seen.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = seen.text().await.expect("text");
    assert!(!text.contains(&world.filings[0].receipt_number()), "{text}");
    store.execute("ALTER TABLE hidden RENAME TO staff_acts").await.expect("back");
    assert_eq!(staff.get(&page).await.status, StatusCode::OK);
}
