//! What an authority accepts and how it is reached, changed on pages: from a day on, with a
//! preview, by two where channels change, and as a table.

use hub::web::access::Scope;
use reqwest::StatusCode;
use routing::Tables;

use crate::answers::{key_of, staff_of};
use crate::browser::{Browser, Seen};
use crate::links;
use crate::world::{AUTHORITY, World};

const OWN: &str = "/authority/master";
const OF_OPERATIONS: &str = "/authorities/011002/master";
const IMPORT: &str = "/master/import";
const APPLY: &str = "/master/apply";

/// The form as the page gives it, where nothing is changed.
const OPEN: [(&str, &str); 5] = [
    ("prepared", "true"),
    ("status", "open"),
    ("alternative", "email_or_other"),
    ("alternative_note", ""),
    ("launch_period", "5"),
];

/// Sends the form with some fields otherwise.
async fn enter(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Seen {
    browser.get(path).await;
    let kept = OPEN.iter().filter(|(name, _)| fields.iter().all(|(other, _)| other != name));
    let all: Vec<_> = kept.chain(fields).copied().collect();
    browser.send(path, &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_from_its_day_on_and_is_told_with_its_reason() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    assert!(clerk.get("/authority").await.text.contains("href=\"/authority/master\""));
    let shown = staff.get("/authorities/011002").await.text;
    assert!(!links(&shown, OF_OPERATIONS).is_empty(), "{shown}");
    // What does not fit is told, and what was written stays.
    let long = "長".repeat(501);
    for (fields, told) in [
        (&[("apply", "1"), ("why", "x")][..], "変わる項目がありません"),
        (&[("apply", "1"), ("status", "closed")], "理由を書いてください"),
        (&[("apply", "1"), ("status", "closed"), ("why", &long)], "理由を書いてください"),
        (&[("status", "closed"), ("from_day", "2026-07-14")], "今日か、それより後の日"),
        (&[("status", "closed"), ("from_day", "soon")], "2026-04-01 のように"),
        (&[("alternative_note", &long)], "項目が長すぎるか"),
        (&[("status", "shut")], "項目が長すぎるか"),
    ] {
        let seen = enter(&mut clerk, OWN, fields).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}: {}", seen.text);
        assert!(seen.text.contains(told), "{told}: {}", seen.text);
    }
    assert_eq!(world.ctx.store.last_amendment().await.expect("a store"), 0);
    let long = "長".repeat(500);
    let fields = [
        ("apply", "1"),
        ("status", "closed"),
        ("not_taken", "change"),
        ("alternative_note", "市役所2階 <介護>"),
        ("from_day", "2026-08-01"),
        ("why", &long),
    ];
    let seen = enter(&mut clerk, OWN, &fields).await;
    assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, "/authority/master?done=1"));
    for browser in [&mut clerk, &mut staff] {
        let path =
            if browser.get(OWN).await.status == StatusCode::OK { OWN } else { OF_OPERATIONS };
        let page = browser.get(path).await.text;
        for words in [
            "2026-08-01 –",
            "– 2026-07-31",
            "受付停止",
            "変更届出",
            "市役所2階 &#60;介護&#62;",
            "指定権者 <span class=\"sub\">tests",
            &long,
        ] {
            assert!(page.contains(words), "{path}: {words}: {page}");
        }
        assert!(page.contains(&format!("{}+1", Tables::EMBEDDED.version.trim())), "{page}");
        assert!(!page.contains("<介護>"), "{page}");
    }
    // Today it is open still; on the day it is not.
    assert!(staff.get("/authorities/011002").await.text.contains("ok\">受付中"));
    world.ctx.clock.advance(std::time::Duration::from_hours(24 * 17));
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get("/authorities/011002").await.text;
    assert!(page.contains("受付を停止している") && page.contains("市役所2階"), "{page}");
    let english = staff.get(&format!("{OF_OPERATIONS}?lang=en")).await.text;
    assert!(english.contains("What holds when") && english.contains("closed"), "{english}");
    let audit = staff.get("/audit?subject=authority:011002&lang=ja").await.text;
    assert!(audit.contains("受付内容の変更"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_who_would_get_what_and_changes_nothing() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let fields = [("preview", "1"), ("status", "closed"), ("why", "工事")];
    let seen = enter(&mut clerk, OWN, &fields).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    let page = &seen.text;
    for words in ["下見の結果", "受付中 → <strong>受付停止</strong>", "受付不可", "value=\"工事\""]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(links(page, "/filings/").is_empty(), "those pages are operations'");
    let seen = enter(&mut staff, OF_OPERATIONS, &fields).await;
    assert!(!links(&seen.text, "/filings/").is_empty(), "{}", seen.text);
    let seen = enter(&mut staff, OF_OPERATIONS, &[("launch_period", "6")]).await;
    assert!(seen.text.contains("行き先が変わる届出はありません"), "{}", seen.text);
    assert_eq!(world.ctx.store.last_amendment().await.expect("a store"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_change_only_when_a_colleague_approves() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.authority_key).await;
    let key = staff_of(&world, AUTHORITY, "同僚").await;
    let mut other = Browser::with_key(&world, &key).await;
    let channels = "/authority/master/channels";
    for (ladder, told) in [
        ("x", "読み取れません"),
        ("[]", "1つ以上"),
        (r#"[{"channel":"pull"},{"channel":"pull"}]"#, "同じ経路が2つ"),
        (
            r#"[{"channel":"api","url":"https://x.example","signing_secret":"********"}]"#,
            "鍵やパスワードも書いて",
        ),
    ] {
        one.get(OWN).await;
        let seen = one.send(channels, &[("ladder", ladder), ("why", "x")]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{ladder}: {}", seen.text);
        assert!(seen.text.contains(told), "{told}: {}", seen.text);
    }
    let ladder = r#"[{"channel":"api","url":"https://new.example/in","signing_secret":"s3cret"}]"#;
    one.get(OWN).await;
    let seen = one.send(channels, &[("ladder", ladder), ("why", "鍵の更新")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let page = one.get(OWN).await.text;
    assert!(page.contains("https://new.example/in") && !page.contains("s3cret"), "{page}");
    let of = |page: &str, act: &str| {
        let forms = page.split("action=\"/authority/master/channels/").skip(1);
        let mut paths = forms.filter_map(|rest| rest.split('"').next());
        let path = paths.find(|path| path.ends_with(act)).expect("a button").to_owned();
        format!("{channels}/{path}")
    };
    // Who proposed it is offered to take it back, and cannot approve it by any other way.
    let withdraw = of(&page, "/withdraw");
    let approve = withdraw.replace("/withdraw", "/approve");
    let seen = one.send(&approve, &[]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    assert!(seen.text.contains("提案した人は自分では決められません"), "{}", seen.text);
    let page = other.get(OWN).await.text;
    assert!(page.contains("承認待ち") && page.contains("鍵の更新"), "{page}");
    assert!(page.contains(&format!("action=\"{approve}\"")), "{page}");
    let seen = other.send(&withdraw, &[]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    let reject = approve.replace("/approve", "/reject");
    let seen = other.send(&reject, &[("why", " ")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    // Another authority's staff know nothing of it.
    let key = staff_of(&world, "012033", "小樽").await;
    let mut foreign = Browser::with_key(&world, &key).await;
    foreign.get(OWN).await;
    assert_eq!(foreign.send(&approve, &[]).await.status, StatusCode::NOT_FOUND);
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    assert!(staff.get("/master").await.text.contains("https://new.example/in"));
    other.get(OWN).await;
    let seen = other.send(&approve, &[("why", "確認した")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let page = other.get("/authority/master?done=1").await.text;
    assert!(page.contains("承認済み") && page.contains("確認した") && !page.contains("s3cret"));
    let shown = staff.get("/authorities/011002").await.text;
    assert!(shown.contains("https://new.example/in") && !shown.contains("s3cret"), "{shown}");
    let late = other.send(&approve, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
}

/// A hidden field's text, as a browser sends it back.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a field");
    field.split('"').next().expect("its end").replace("&#34;", "\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_undoes_nothing_that_others_set_meanwhile_or_for_another_day() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let was = hidden(&clerk.get(OWN).await.text, "was");
    for (day, way) in [("", "email_or_other"), ("2026-08-01", "paper")] {
        let (day, way) = (("from_day", day), ("alternative", way));
        let fields = [("apply", "1"), ("status", "closed"), way, day, ("why", "工事")];
        let seen = enter(&mut staff, OF_OPERATIONS, &fields).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    }
    let fields = [
        ("apply", "1"),
        ("was", &was),
        ("alternative_note", "窓口"),
        ("from_day", "2026-08-10"),
        ("why", "移転"),
    ];
    let seen = enter(&mut clerk, OWN, &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let rows = world.ctx.master().over_time(AUTHORITY.parse().expect("a code"));
    let told: Vec<_> = rows
        .iter()
        .map(|(_, it)| (&*it["status"], &*it["alternative"], &*it["alternative_note"]))
        .collect();
    let first = ("open", "email_or_other", "");
    let (second, third) = (("closed", "email_or_other", ""), ("closed", "paper", ""));
    assert_eq!(told, [first, second, third, ("closed", "paper", "窓口")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ministry_publishes_only_operations_change() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = clerk.get(OWN).await.text;
    assert!(
        !page.contains("name=\"launch_period\"") && !page.contains("value=\"exempt\""),
        "{page}"
    );
    let page = staff.get(OF_OPERATIONS).await.text;
    assert!(page.contains("name=\"launch_period\"") && page.contains("value=\"exempt\""));
    let of_operations = async |clerk: &mut Browser<'_>, field| {
        for act in ["apply", "preview"] {
            let seen = enter(clerk, OWN, &[(act, "1"), field, ("why", "x")]).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
            assert!(seen.text.contains("運用担当だけが変更できます"), "{}", seen.text);
        }
    };
    of_operations(&mut clerk, ("launch_period", "6")).await;
    of_operations(&mut clerk, ("status", "exempt")).await;
    let fields = [("apply", "1"), ("status", "exempt"), ("why", "従前の例")];
    let seen = enter(&mut staff, OF_OPERATIONS, &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    of_operations(&mut clerk, ("status", "open")).await;
    let page = clerk.get(OWN).await.text;
    assert!(!page.contains("name=\"status\"") && page.contains("name=\"prepared\""), "{page}");
}

async fn send_table(browser: &mut Browser<'_>, text: &str, day: &str) -> Seen {
    browser.get("/master").await;
    let token = browser.token();
    let fields = [("token", token.as_str()), ("from_day", day)];
    let file = ("authorities.csv", "text/csv", text.as_bytes());
    browser.send_files(IMPORT, &fields, &[file]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_3_bad_rows_of_1788_changes_nothing_and_all_are_told() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let written = staff.get("/master.csv").await;
    assert_eq!(written.status, StatusCode::OK);
    let mut lines: Vec<String> = written.text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1 + 1_788);
    lines[2] = lines[2].replace(",open,", ",closed,");
    lines[10] = lines[10].replace(",open,", ",shut,");
    lines[700] = lines[700].replacen(",city,", ",village,", 1).replacen(",town,", ",city,", 1);
    lines[1_700] = format!("999999{}", &lines[1_700][6..]);
    let seen = send_table(&mut staff, &lines.join("\r\n"), "").await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    let faults = seen.text.split("id=\"faults\"").nth(1).unwrap_or_else(|| panic!("{}", seen.text));
    let faults = faults.split("</section>").next().expect("its end");
    assert_eq!(faults.matches("<tr><th scope=\"row\"").count(), 3, "{faults}");
    for (line, column) in [(11, "status"), (701, "class"), (1_701, "code6")] {
        let told = format!("class=\"n\">{line}</th>");
        let row = faults.split(&told).nth(1).expect("a line");
        assert!(row.split("</tr>").next().expect("a row").contains(column), "{line}: {faults}");
    }
    assert!(seen.text.contains("何も変わっていません"), "{}", seen.text);
    assert_eq!(world.ctx.store.last_amendment().await.expect("a store"), 0);
    let seen = send_table(&mut staff, "code6\n", "").await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    assert!(seen.text.contains("変わる項目がありません"), "{}", seen.text);
    let token = staff.token();
    let seen = staff.send_files(IMPORT, &[("token", token.as_str())], &[]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    assert!(seen.text.contains("ファイルを選んで"), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_looked_at_and_then_put_to_use_as_it_was_seen() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let text = "\u{feff}code6,status,alternative_note\n011002,closed,窓口 \"2\"\n012033,open,\n";
    let seen = send_table(&mut staff, text, "2026-08-01").await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    assert!(seen.text.contains("変わる指定権者: 1") && seen.text.contains("2026-08-01"));
    assert_eq!(world.ctx.store.last_amendment().await.expect("a store"), 0);
    let edits = hidden(&seen.text, "edits");
    let day = ("from_day", "2026-08-01");
    let seen = staff.send(APPLY, &[("edits", &edits), day, ("why", "")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    assert!(seen.text.contains("name=\"edits\""), "the button stays: {}", seen.text);
    let done = staff.send(APPLY, &[("edits", &edits), day, ("why", "一括")]).await;
    assert_eq!(done.to(), "/master?done=1", "{}", done.text);
    let page = staff.get("/master?done=1").await.text;
    assert!(page.contains("一括") && page.contains("受付停止"), "{page}");
    let row = |text: &str| {
        let row = text.lines().filter(|line| line.starts_with("011002")).collect::<Vec<_>>();
        row.join("\n")
    };
    let all = row(&staff.get("/master.csv").await.text);
    assert_eq!(all.lines().count(), 2, "{all}");
    let then = row(&staff.get("/master.csv?on=2026-08-01").await.text);
    assert!(then.contains("closed") && then.contains("\"窓口 \"\"2\"\"\",2026-08-01,"), "{then}");
    assert!(row(&staff.get("/master.csv?on=2026-07-31").await.text).contains("open"));
    // What was looked at before somebody else changed it is not put to use.
    let table = "code6,alternative_note\n011002,1\n";
    let edits = hidden(&send_table(&mut staff, table, "2026-08-01").await.text, "edits");
    let fields = [
        ("apply", "1"),
        ("alternative_note", "3"),
        ("from_day", "2026-08-01"),
        ("status", "closed"),
        ("why", "x"),
    ];
    let seen = enter(&mut staff, OF_OPERATIONS, &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let seen = staff.send(APPLY, &[("edits", &edits), day, ("why", "一括")]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    assert!(!seen.text.contains("name=\"edits\""), "{}", seen.text);
    // What is too large is not taken, at the limit it is.
    let most = world.ctx.config.master.import_bytes_max;
    let mut large = "code6,status\n012033,closed\n".to_owned();
    large.extend(std::iter::repeat_n('\n', most - large.len()));
    let seen = send_table(&mut staff, &large, "").await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    large.push('\n');
    let seen = send_table(&mut staff, &large, "").await;
    assert!(seen.text.contains("ファイルが大きすぎます"), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_tells_it_to_the_authority_and_to_operations_alone() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let fields = [("apply", "1"), ("status", "closed"), ("why", "工事")];
    let seen = enter(&mut clerk, OWN, &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let foreign = staff_of(&world, "012033", "小樽").await;
    let operations = key_of(&world, Scope::Operations, "運用").await;
    for (key, status) in [
        (&world.authority_key, StatusCode::OK),
        (&operations, StatusCode::OK),
        (&foreign, StatusCode::NOT_FOUND),
        (&world.operator_key, StatusCode::NOT_FOUND),
    ] {
        let answer = world.get("/v1/authorities/011002/master").bearer_auth(key).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), status);
        if status == StatusCode::OK {
            let told: serde_json::Value = answer.json().await.expect("JSON");
            assert_eq!(told["rows"].as_array().map(Vec::len), Some(2), "{told}");
            assert_eq!(told["rows"][1]["valid_from"], "2026-07-15");
            assert_eq!(told["changes"][0]["cells"]["status"], "closed");
            assert_eq!(told["changes"][0]["was"]["status"], "open");
            assert_eq!(told["changes"][0]["why"], "工事");
        }
    }
    let tell = async |key: &str, body: &str| {
        let request = world.post("/v1/authorities/011002/master").bearer_auth(key);
        let answer = request.body(body.to_owned()).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json::<serde_json::Value>().await.expect("JSON"))
    };
    let opened = r#"{"why": "終わった", "valid_from": "2026-09-01", "cells": {"status": "open"}}"#;
    for (key, body, status, code) in [
        (&foreign, opened, 404, "not_found"),
        (&world.operator_key, opened, 404, "not_found"),
        (&operations, &*opened.replace("終わった", " "), 422, "why_invalid"),
        (&operations, &*opened.replace("2026", "2025"), 422, "day_over"),
        (&operations, &*opened.replace("open", "shut"), 422, "cells_invalid"),
        (&operations, &*opened.replace("status", "name"), 422, "cells_invalid"),
        (&operations, &*opened.replace("open", "closed"), 422, "nothing_differs"),
    ] {
        let (found, told) = tell(key, body).await;
        assert_eq!((found, told["code"].as_str()), (status, Some(code)), "{told}");
    }
    let (status, told) = tell(&world.authority_key, opened).await;
    assert_eq!((status, told["cells"]["status"].as_str()), (200, Some("open")), "{told}");
    assert_eq!(world.ctx.master().last_amendment(), 2);
}
