//! Unions as a table on `/master`, on their page and over HTTP.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::answers::staff_of;
use crate::browser::{Browser, Seen};
use crate::links;
use crate::world::World;

const HEAD: &str = "union_id,name,prefecture_code,prefecture,kind,members,services,prepared,\
                    status,alternative,valid_from";

fn row(id: &str, members: &str, from: &str) -> String {
    format!("{id},小樽広域連合,01,北海道,広域連合,{members},municipal,true,open,paper,{from}")
}

async fn send_table(browser: &mut Browser<'_>, text: &str) -> Seen {
    browser.get("/master").await;
    let token = browser.token();
    let file = ("unions.csv", "text/csv", text.as_bytes());
    browser.send_files("/master/import", &[("token", token.as_str())], &[file]).await
}

/// A hidden field's text, as a browser sends it back.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a field");
    field.split('"').next().expect("its end").replace("&#34;", "\"")
}

/// The faults of the page: line, column and sentence of each.
fn faults(page: &str) -> Vec<String> {
    let faults = page.split("id=\"faults\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    let faults = faults.split("</section>").next().expect("its end");
    faults.split("<tr><th scope=\"row\" class=\"n\">").skip(1).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_unions_with_3_bad_rows_changes_nothing_and_all_are_told() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let page = staff.get("/master").await.text;
    assert!(!links(&page, "/master.csv?table=unions").is_empty(), "{page}");
    let written = staff.get("/master.csv?table=unions").await;
    let name = written.headers["content-disposition"].to_str().expect("text");
    assert!(name.contains("unions.csv"), "{name}");
    let mut lines: Vec<String> = written.text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1 + 40);
    assert_eq!(staff.get("/master.csv?table=towns").await.status, StatusCode::NOT_FOUND);
    lines[3] = lines[3].replace("大雪地区広域連合", "大雪");
    lines[7] = lines[7].replace(",municipal,", ",99,");
    lines[11] = lines[11].replace(",open,", ",shut,");
    lines[40] = format!("X{}", &lines[40][1..]);
    for (lang, words) in [
        ("ja", ["市町村が指定するサービス", "open、closed", "番号ではありません"]),
        ("en", ["means no service", "is no status", "no union&#39;s id"]),
    ] {
        staff.get(&format!("/master?lang={lang}")).await;
        let seen = send_table(&mut staff, &lines.join("\r\n")).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
        let told = faults(&seen.text);
        assert_eq!(told.len(), 3, "{told:?}");
        for (told, (line, words)) in told.iter().zip([8, 12, 41].iter().zip(words)) {
            assert!(told.starts_with(&format!("{line}<")) && told.contains(words), "{told}");
        }
    }
    // What only does not fit together is told by the line of what was sent, too.
    let text = format!("{HEAD}\n\n{}\n", row("U01999", "016047;012033", ""));
    staff.get("/master?lang=ja").await;
    let told = faults(&send_table(&mut staff, &text).await.text);
    assert!(told.len() == 1 && told[0].starts_with("3<") && told[0].contains("U01004"), "{told:?}");
    assert!(told[0].contains("members") && told[0].contains("016047"), "{told:?}");
    assert_eq!(world.ctx.store.last_amendment().await.expect("a store"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_union_is_founded_by_a_table_and_shown_with_its_days() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let text = format!(
        "{HEAD}\n{}\nU01004,日高,,,,016101,municipal,true,open,email_or_other,2026-09-01\n",
        row("U01999", "012033", "2026-08-01")
    );
    let seen = send_table(&mut staff, &text).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "empty cells: {}", seen.text);
    let text = format!("{HEAD}\n{}\n", row("U01999", "012033", "2026-08-01"));
    let seen = send_table(&mut staff, &text).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    for words in ["2行目", "小樽広域連合 (U01999)", "加入: 小樽市 (012033)", "2026-08-01"]
    {
        assert!(seen.text.contains(words), "{words}: {}", seen.text);
    }
    let edits = hidden(&seen.text, "edits");
    let done = staff.send("/master/apply", &[("edits", &edits), ("why", "設立")]).await;
    assert_eq!(done.to(), "/master?done=1", "{}", done.text);
    let again = staff.send("/master/apply", &[("edits", &edits), ("why", "設立")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text);
    // A member leaves on a later day, which is told by who it is.
    let table = "union_id,members,valid_from\nU01004,016101,2026-09-01\n";
    let seen = send_table(&mut staff, table).await;
    for words in ["2行目", "脱退: 新冠町 (016047)", "<strong>なし</strong>"] {
        assert!(seen.text.contains(words), "{words}: {}", seen.text);
    }
    let edits = hidden(&seen.text, "edits");
    let done = staff.send("/master/apply", &[("edits", &edits), ("why", "脱退のため")]).await;
    assert_eq!(done.to(), "/master?done=1", "{}", done.text);
    let page = staff.get("/master").await.text;
    for words in ["設立", "脱退のため", "U01999", "U01004", "2026-09-01", "(016047)"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = staff.get("/authorities/U01999/master").await.text;
    for words in ["2026-08-01 –", "012033", "構成市町村", "設立"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let english = staff.get("/authorities/U01004/master?lang=en").await.text;
    for words in ["– 2026-08-31", "2026-09-01 –", "Members", "left:"] {
        assert!(english.contains(words), "{words}: {english}");
    }
    let table = staff.get("/master.csv?table=unions&on=2026-09-01").await.text;
    assert!(
        table.contains("\nU01999,小樽広域連合,01,北海道,広域連合,012033,municipal,"),
        "{table}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_takes_tables_and_tells_their_faults() {
    let world = World::new(false).await;
    let send = async |body: Value| {
        let request = world.post("/v1/operations/master").bearer_auth(&world.operations_key);
        let answer = request.json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let bad = format!("{HEAD}\n{}\n{}\n", row("U01999", "999999", ""), row("X", "1", ""));
    let (status, told) = send(json!({"csv": bad, "why": "x"})).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("table_invalid")), "{told}");
    assert_eq!(told["findings"][0]["path"], "/csv/2/members", "{told}");
    assert_eq!(told["findings"][1]["path"], "/csv/3/union_id", "{told}");
    assert!(told["findings"][0]["message_ja"].as_str().is_some_and(|it| it.contains("団体コード")));
    let csv = format!("{HEAD}\n{}\n", row("U01999", "012033", ""));
    let wanted = |dry_run: bool| {
        let from = "2026-08-01";
        json!({"csv": csv, "valid_from": from, "why": "設立", "dry_run": dry_run})
    };
    let (status, told) = send(wanted(true)).await;
    assert_eq!((status, told["changes"][0]["line"].as_u64()), (200, Some(2)), "{told}");
    assert_eq!(told["changes"][0]["valid_from"], "2026-08-01", "{told}");
    assert_eq!(world.ctx.store.last_amendment().await.expect("a store"), 0);
    let (status, told) = send(json!({"csv": csv, "valid_from": "2026-08-01"})).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("why_invalid")), "{told}");
    let (status, told) = send(wanted(false)).await;
    assert_eq!(status, 200, "{told}");
    let (status, told) = send(wanted(false)).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("nothing_differs")), "{told}");
    let table = world.get("/v1/operations/master/unions?on=2026-08-01");
    let table = table.bearer_auth(&world.operations_key).send().await.expect("an answer");
    assert!(table.text().await.expect("text").contains("\nU01999,"));
    // What is no string of this many bytes is refused; at the limit it is read.
    let most = world.ctx.config.master.import_bytes_max;
    let filled = |bytes: usize| format!("{csv}{}", "\n".repeat(bytes - csv.len()));
    let (status, told) = send(json!({"csv": filled(most), "valid_from": "2026-08-01"})).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("why_invalid")), "{told}");
    let (status, told) = send(json!({"csv": filled(most + 1)})).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("table_too_large")), "{told}");
    // Who belongs to a union is not for its own staff to say.
    let own = staff_of(&world, "U01004", "職員").await;
    let change = async |key: &str, cells: Value| {
        let request = world.post("/v1/authorities/U01004/master").bearer_auth(key);
        let answer = request.json(&json!({"why": "x", "cells": cells})).send().await;
        let answer = answer.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    for cells in [json!({"members": "016047"}), json!({"valid_to": "2027-03-31"})] {
        let (status, told) = change(&own, cells.clone()).await;
        assert_eq!((status, told["code"].as_str()), (422, Some("operations_only")), "{told}");
        let (status, told) = change(&world.operations_key, cells).await;
        assert_eq!(status, 200, "{told}");
    }
    let (status, told) = change(&world.operations_key, json!({"members": "012271"})).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("cells_invalid")), "{told}");
    let ja = told["findings"][0]["message_ja"].as_str().unwrap_or_default();
    assert!(ja.contains("構成市町村"), "{told}");
    assert_eq!(change(&own, json!({"status": "closed"})).await.0, 200);
}
