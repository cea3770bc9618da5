//! Where an authority is told of what lies unread: kept by its staff and by operations; and what
//! the pages say of what was told.

use std::time::Duration;

use hub::reminder::Reminder;
use reqwest::StatusCode;

use crate::answers::staff_of;
use crate::browser::{Browser, Seen};
use crate::world::{AUTHORITY, World};

const OWN: &str = "/authority/contacts";
const OF_OPERATIONS: &str = "/authorities/011002/contacts";

/// Sends the form of the page as it was just shown, with this in it.
async fn enter(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Seen {
    let page = browser.get(path).await.text;
    let seen = page.split("name=\"seen\" value=\"").nth(1).expect("a version");
    let seen = seen.split('"').next().expect("a number");
    let mut all = vec![("seen", seen)];
    all.extend(fields);
    browser.send(path, &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_kept_by_both_and_every_change_is_on_record() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    assert!(clerk.get("/authority").await.text.contains("連絡先を登録する"));
    assert!(clerk.get(OWN).await.text.contains("登録されていません"));
    let seen = enter(&mut clerk, OWN, &[("mail", " kaigo@sapporo.example ")]).await;
    assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, "/authority/contacts?saved=1"));
    let page = clerk.get("/authority/contacts?saved=1").await.text;
    assert!(page.contains("<strong>kaigo@sapporo.example</strong>"), "{page}");
    assert!(page.contains("保存しました") && page.contains("指定権者 <span class=\"sub\">tests"));
    assert!(!clerk.get("/authority").await.text.contains("連絡先を登録する"));
    // What is wrong is told beside what was written; nothing is changed.
    for (mail, day, told) in [
        ("kaigo", "", "メールアドレスを1つ"),
        ("", "", "メールアドレスを1つ"),
        ("&#34;@x", "", "メールアドレスを1つ"),
        ("a@b.example", "2026-07-14", "今日か、それより後の日"),
        ("a@b.example", "soon", "2026-04-01 のように"),
    ] {
        let seen = enter(&mut clerk, OWN, &[("mail", mail), ("from_day", day)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{mail} {day}: {}", seen.text);
        assert!(seen.text.contains(told), "{mail} {day}: {}", seen.text);
        let kept = mail.replace('&', "&#38;");
        assert!(seen.text.contains(&format!("value=\"{kept}\"")), "{mail}: {}", seen.text);
    }
    // Operations see it and plan another; a clerk who saw the page before is told.
    clerk.get(OWN).await;
    assert!(staff.get("/authorities/011002").await.text.contains("kaigo@sapporo.example"));
    let fields = [("mail", "new@sapporo.example"), ("from_day", "2026-08-01")];
    let seen = enter(&mut staff, OF_OPERATIONS, &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let late = clerk.send(OWN, &[("seen", "1"), ("mail", "other@sapporo.example")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("ほかの人が変更した") && late.text.contains("other@sapporo"));
    let page = staff.get(OF_OPERATIONS).await.text;
    assert!(page.contains("これから 2026-08-01: <strong>new@sapporo.example"), "{page}");
    assert!(page.contains("<strong>kaigo@sapporo.example</strong>"), "{page}");
    let seen = enter(&mut clerk, OWN, &[("remove", "1")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    let page = clerk.get(OWN).await.text;
    assert!(
        page.contains("次の段階(都道府県または運用担当)") && page.contains("これから"),
        "{page}"
    );
    assert_eq!(page.matches("data-label=\"適用開始日\"").count(), 3, "each change: {page}");
    let english = clerk.get(&format!("{OWN}?lang=en")).await.text;
    assert!(english.contains("Record of changes") && !english.contains("連絡先"), "{english}");
    assert_eq!(staff.get("/authorities/011003/contacts").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_around_in_a_demo_changes_no_address() {
    let world = World::new(true).await;
    let mut visitor = Browser::new(&world);
    assert_eq!(visitor.get(OF_OPERATIONS).await.status, StatusCode::OK);
    let seen = visitor.send(OF_OPERATIONS, &[("remove", "1"), ("seen", "0")]).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_say_who_was_told_of_what_lies_unread() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    enter(&mut clerk, OWN, &[("mail", "kaigo@sapporo.example")]).await;
    // Past a weekend and a holiday.
    world.ctx.clock.advance(Duration::from_hours(7 * 24));
    let mut reminder = Reminder::new(world.ctx.clone());
    while reminder.step().await.expect("a store") > 0 {}
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let page = clerk.get("/authority?view=unread").await.text;
    assert!(page.contains("2026-07-22 指定権者へ"), "{page}");
    assert!(!page.contains("確認中</span>"), "what is open is not unread: {page}");
    let case = clerk.get(&format!("/authority/deliveries/{}", world.readable)).await.text;
    assert!(case.contains("未開封のお知らせ</dt><dd><span class=\"sub\">2026-07-22 指定権者へ"));
    let unread = clerk.get("/authority?view=unread").await.text;
    assert!(!unread.contains(&world.readable.to_string()), "it is open now");
    let own = clerk.get(OWN).await.text;
    assert!(own.contains("送信済み") && own.contains("2026-07-22"), "{own}");
    // Nobody else has an address here: the mails of all others end at operations, who have none.
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get("/authorities/011002").await.text;
    assert!(page.contains("送信済み"), "{page}");
    let page = staff.get("/authorities/131041").await.text;
    assert!(page.contains("宛先なし(次の段階へ)") && page.contains("都道府県"), "{page}");
    let page = staff.get("/reminders").await.text;
    assert!(page.contains("3 / 5 / 7") && page.contains("札幌市"), "{page}");
    let english = staff.get("/reminders?lang=en").await.text;
    assert!(english.contains("no address (next in line)") && !english.contains("営業日"));
    let key = staff_of(&world, "131041", "千代田").await;
    let mut stranger = Browser::with_key(&world, &key).await;
    assert!(!stranger.get(OWN).await.text.contains("sapporo"), "{AUTHORITY} is another's");
}
