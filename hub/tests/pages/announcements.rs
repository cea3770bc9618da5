//! What operations announce: to whom it is, from when until when, and who did what about it.

use std::time::Duration;

use reqwest::StatusCode;

use crate::browser::{Browser, Seen};
use crate::world::World;

const NEWS: &str = "/announcements";
const DAY: Duration = Duration::from_hours(24);

/// What is written where a test does not say otherwise.
const WRITTEN: [(&str, &str); 7] = [
    ("title_ja", "年度末の予定"),
    ("title_en", ""),
    ("text_ja", "一行目\r\n二行目"),
    ("text_en", ""),
    ("audience", "all"),
    ("from_day", ""),
    ("until_day", ""),
];

/// Sends the form of a page as it is now shown, with these fields over it.
async fn write(staff: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Seen {
    let page = staff.get(path).await.text;
    let seen = page.split("name=\"seen\" value=\"").nth(1).expect("a form");
    let seen = seen.split('"').next().expect("a number").to_owned();
    send(staff, path, (&seen, fields)).await
}

async fn send(
    staff: &mut Browser<'_>,
    path: &str,
    (seen, fields): (&str, &[(&str, &str)]),
) -> Seen {
    let mut all = vec![("seen", seen)];
    for (name, value) in WRITTEN {
        let over = fields.iter().find(|(it, _)| *it == name);
        all.push((name, over.map_or(value, |(_, value)| value)));
    }
    staff.send(path, &all).await
}

async fn announced(staff: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let seen = write(staff, NEWS, fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    seen.to().split('?').next().expect("a page").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_is_seen_by_whom_it_is_for_while_it_counts() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    assert!(!clerk.get("/authority").await.text.contains("id=\"h-news\""), "one to come is shown");
    announced(&mut staff, &[("title_ja", "全員<へ>"), ("title_en", "To <all>")]).await;
    let of_clerks = [("title_ja", "指定権者へ"), ("audience", "authorities")];
    let of_operators = [("title_ja", "事業者へ"), ("audience", "operators")];
    announced(&mut staff, &of_clerks).await;
    announced(&mut staff, &of_operators).await;
    let to_come =
        [("title_ja", "あさって"), ("from_day", "2026-07-17"), ("until_day", "2026-07-17")];
    announced(&mut staff, &to_come).await;
    for (reader, home, own, others) in [
        (&mut clerk, "/authority", "指定権者へ", "事業者へ"),
        (&mut operator, "/operator", "事業者へ", "指定権者へ"),
    ] {
        for path in [home.to_owned(), format!("{home}/announcements")] {
            let page = reader.get(&path).await.text;
            assert!(page.contains("全員&#60;へ&#62;") && page.contains(own), "{path}: {page}");
            assert!(!page.contains(others) && !page.contains("あさって"), "{path}: {page}");
            assert!(page.contains("一行目\n二行目</p>"), "in its lines: {page}");
        }
        let english = reader.get(&format!("{home}?lang=en")).await.text;
        assert!(english.contains("lang=\"en\">To &#60;all&#62;"), "{english}");
        assert!(
            english.contains(&format!("lang=\"ja\">{own}")),
            "in the language it has: {english}"
        );
        reader.get(&format!("{home}?lang=ja")).await;
    }
    // The world's clock stands in the morning of 15 July; the last day counts to its end.
    world.ctx.clock.advance(2 * DAY);
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let page = clerk.get("/authority").await.text;
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}: {page}"));
    assert!(place("あさって") < place("指定権者へ"), "the newest first");
    world.ctx.clock.advance(DAY);
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    assert!(!clerk.get("/authority").await.text.contains("あさって"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_are_shown_and_the_rest_is_behind_a_link() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    for number in 1..=4 {
        world.ctx.clock.advance(Duration::from_secs(1));
        announced(&mut staff, &[("title_ja", &format!("第{number}号"))]).await;
    }
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    let page = operator.get("/operator").await.text;
    assert!(["第4号", "第3号", "第2号"].iter().all(|it| page.contains(it)), "{page}");
    assert!(!page.contains("第1号") && page.contains("href=\"/operator/announcements\""), "{page}");
    assert!(operator.get("/operator/announcements").await.text.contains("第1号"));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_and_ends_are_on_record() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let own = announced(&mut staff, &[("text_ja", "一昨日の本文")]).await;
    let changed = [("text_ja", "昨日の本文"), ("audience", "authorities")];
    let seen = write(&mut staff, &own, &changed).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    // Someone who saw it before is told, and keeps what they wrote.
    let seen = send(&mut staff, &own, ("1", &[("text_ja", "遅れた本文")])).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    assert!(seen.text.contains("ほかの人が変更") && seen.text.contains("遅れた本文</textarea>"));
    let page = clerk.get("/authority").await.text;
    assert!(page.contains("昨日の本文") && !page.contains("遅れた"), "{page}");
    let end = format!("{own}/end");
    assert_eq!(staff.send(&end, &[("seen", "1")]).await.status, StatusCode::CONFLICT);
    assert_eq!(staff.send(&end, &[("seen", "2")]).await.status, StatusCode::SEE_OTHER);
    assert!(!clerk.get("/authority").await.text.contains("昨日の本文"));
    let page = staff.get(&own).await.text;
    for (what, count) in [
        ("<th scope=\"row\">作成</th>", 1),
        ("<th scope=\"row\">変更</th>", 1),
        ("<th scope=\"row\">終了</th>", 1),
        ("data-label=\"人\">tests</td>", 3),
        ("一昨日の本文", 1),
    ] {
        assert_eq!(page.matches(what).count(), count, "{what}: {page}");
    }
    assert!(!page.contains("<form class=\"entry\""), "what is over is changed no more: {page}");
    let seen = send(&mut staff, &own, ("3", &[])).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    assert_eq!(staff.get("/announcements/junk").await.status, StatusCode::NOT_FOUND);
    assert!(staff.get(NEWS).await.text.contains("掲載前"), "that of the world is to come");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_announced_is_told_and_kept() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let (title, text) = ("題".repeat(101), "字".repeat(4_001));
    for (name, value, told) in [
        ("title_ja", " ", "題名を日本語で"),
        ("title_ja", &*title, "101 / 100"),
        ("title_en", &*title, "101 / 100"),
        ("text_ja", "", "本文を日本語で"),
        ("text_ja", &*text, "4001 / 4000"),
        ("text_en", &*text, "4001 / 4000"),
        ("from_day", "soon", "2026-04-01 のように"),
        ("until_day", "2026-07-32", "2026-04-01 のように"),
        ("until_day", "2026-07-14", "終わりの日を、始まりの日か"),
    ] {
        let seen = write(&mut staff, NEWS, &[(name, value)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", seen.text);
        assert!(seen.text.contains(told), "{name}: {}", seen.text);
        assert!(seen.text.contains(value.trim()), "{name}: {}", seen.text);
    }
    let over = [("from_day", "2026-07-01"), ("until_day", "2026-07-14")];
    let seen = write(&mut staff, NEWS, &over).await;
    assert!(seen.text.contains("今日かそれより後"), "{}", seen.text);
    let (title, text) = ("題".repeat(100), "字".repeat(4_000));
    let most = [("title_ja", &*title), ("text_ja", &*text), ("title_en", &*title)];
    announced(&mut staff, &most).await;
}
