//! The interface's exports for an authority's ledger: each accepted delivery once, each file again.

use anyhow::{Context as _, Result};
use hub::review::Source;
use hub::web::access::Scope;
use reqwest::Method;
use schemas::{DeliveryId, FilingKind, Verdict};
use serde_json::{Value, json};
use tests::house::{Answer, Front, House, change, code, of_kind};

use super::review::decision;

const SAPPORO: &str = "011002";
/// A town whose designations its union makes.
const UTASHINAI: &str = "012271";
const UNION: &str = "U01001";

/// Files at a municipality, and whoever gets it accepts it.
async fn accepted(house: &mut House, municipality: &str) -> Result<DeliveryId> {
    let filing = house.deliver(&change(municipality, &[])).await?;
    let delivery = house.delivery(filing).await?;
    let verdict = decision(Verdict::Accepted, "");
    house.reviewer().decide(delivery.id, delivery.authority, &verdict, Source::Api).await?;
    house.advance(std::time::Duration::from_mins(1)).await?;
    Ok(delivery.id)
}

async fn export(front: &Front, key: &str, id: &str) -> Result<Answer> {
    let request = front.request(Method::POST, "/v1/exports", key);
    front.ask(request.header("idempotency-key", id)).await
}

#[track_caller]
fn assert_made(answer: &Answer, status: u16, (deliveries, left): (u64, u64)) -> String {
    let body = &answer.json;
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!((&body["deliveries"], &body["left"]), (&json!(deliveries), &json!(left)), "{body}");
    assert_eq!(body["replayed"], json!(status == 200), "{body}");
    body["file"].as_str().expect("where its file is").to_owned()
}

#[track_caller]
fn assert_refused(answer: &Answer, (status, code): (u16, &str)) {
    let told = (answer.status.as_u16(), answer.media_type.as_str(), &answer.json["code"]);
    assert_eq!(told, (status, "application/problem+json", &json!(code)), "{answer:?}");
    assert_eq!(answer.json["owner"], "authority", "whose turn it is: {answer:?}");
}

#[tokio::test]
async fn what_was_accepted_is_taken_out_once_and_fetched_as_the_same_bytes() -> Result<()> {
    let house = House::build().with(|config| config.review.export_max = 2);
    let mut house = house.start().await?;
    let front = house.front().await?;
    let key = house.key(Scope::Authority(code(SAPPORO))).await?;
    assert_eq!(export(&front, &key, "night 1").await?.status.as_u16(), 204, "nothing yet");
    let mut deliveries = Vec::new();
    for _ in 0..3 {
        deliveries.push(accepted(&mut house, SAPPORO).await?);
    }
    // What came of nothing did not use the key up.
    let first = assert_made(&export(&front, &key, "night 1").await?, 201, (2, 1));
    assert_eq!(assert_made(&export(&front, &key, "night 1").await?, 200, (2, 1)), first);
    house.advance(std::time::Duration::from_mins(1)).await?;
    let second = assert_made(&export(&front, &key, "night 2").await?, 201, (1, 0));
    assert_eq!(export(&front, &key, "night 3").await?.status.as_u16(), 204);

    let csv = front.get(&first, &key).await?;
    assert_eq!((csv.status.as_u16(), csv.media_type.as_str()), (200, "text/csv; charset=utf-8"));
    assert_eq!(front.get(&format!("{first}?format=csv"), &key).await?.bytes, csv.bytes);
    let zip = format!("{second}?format=zip");
    let archive = front.get(&zip, &key).await?;
    assert_eq!(archive.media_type, "application/zip");
    assert_eq!(front.get(&zip, &key).await?.bytes, archive.bytes);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive.bytes))?;
    let manifest: Value = serde_json::from_reader(archive.by_name("manifest.json")?)?;
    assert_eq!(manifest["deliveries"][0]["delivery"], deliveries[2].to_string());

    // The pages show the same, and make them beside the interface.
    let cookies = front.log_in(&key).await?;
    let page = front.page("/authority/exports", &cookies).await?.text();
    let id = first.rsplit('/').next().context("an id")?;
    assert!(page.contains(id), "{page}");
    let same = front.page(&format!("/authority/exports/{id}/csv"), &cookies).await?;
    assert_eq!(same.bytes, csv.bytes);

    let all = front.get("/v1/exports", &key).await?.json;
    let files: Vec<_> = all.as_array().context("a list")?.iter().map(|it| &it["file"]).collect();
    assert_eq!(files, [&json!(second), &json!(first)], "the newest first");
    let fetches = all[1]["fetches"].as_array().context("a list")?;
    assert_eq!(fetches.len(), 3, "each time is on record: {all}");
    assert!(fetches.iter().all(|it| it["by"] == "test" && it["format"] == "csv"), "{all}");
    let page = front.get("/v1/exports?limit=1", &key).await?.json;
    assert_eq!((page.as_array().map(Vec::len), &page[0]["file"]), (Some(1), &json!(second)));
    let before = &page[0]["made_at_ms"];
    let page = front.get(&format!("/v1/exports?limit=1&before={before}"), &key).await?.json;
    assert_eq!((page.as_array().map(Vec::len), &page[0]["file"]), (Some(1), &json!(first)));
    drop(front);
    house.finish().await
}

#[tokio::test]
async fn two_requests_of_one_key_make_one_export() -> Result<()> {
    let mut house = House::build().with(|config| config.review.export_max = 1).start().await?;
    accepted(&mut house, SAPPORO).await?;
    accepted(&mut house, SAPPORO).await?;
    let front = house.front().await?;
    let key = house.key(Scope::Authority(code(SAPPORO))).await?;
    let ask = || export(&front, &key, "same");
    let (one, two, three) = tokio::try_join!(ask(), ask(), ask())?;
    let mut files: Vec<_> = [&one, &two, &three].map(|it| &it.json["file"]).into();
    files.dedup();
    assert!(files.len() == 1 && files[0].is_string(), "{one:?} {two:?} {three:?}");
    assert_made(&ask().await?, 200, (1, 1));
    assert_eq!(front.get("/v1/exports", &key).await?.json.as_array().map(Vec::len), Some(1));
    drop(front);
    house.finish().await
}

#[tokio::test]
async fn a_union_takes_out_its_members_and_nobody_gets_anothers() -> Result<()> {
    let mut house = House::build().start().await?;
    accepted(&mut house, SAPPORO).await?;
    let members = accepted(&mut house, UTASHINAI).await?;
    let front = house.front().await?;
    let mut keys = Vec::new();
    for whose in [UNION, UTASHINAI, SAPPORO] {
        keys.push(house.key(Scope::Authority(code(whose))).await?);
    }
    let [union, member, city] = &keys[..] else { unreachable!("three keys") };
    assert_eq!(export(&front, member, "a").await?.status.as_u16(), 204, "its union has it");
    let theirs = assert_made(&export(&front, union, "a").await?, 201, (1, 0));
    let text = front.get(&theirs, union).await?.text();
    let filing = house.ctx.store.delivery(members).await?.context("a delivery")?.filing_id;
    assert!(text.contains(&filing.receipt_number()), "{text}");
    // The key of the one is not that of the other.
    let citys = assert_made(&export(&front, city, "a").await?, 201, (1, 0));
    assert_ne!(citys, theirs);
    for (path, key) in [(&theirs, city), (&theirs, member), (&citys, union)] {
        assert_refused(&front.get(path, key).await?, (404, "not_found"));
    }
    assert_refused(&front.get("/v1/exports/junk", city).await?, (404, "not_found"));
    let odd = front.get(&format!("{citys}?format=doc"), city).await?;
    assert_refused(&odd, (400, "query_invalid"));
    assert!(odd.text().contains("`csv` or `zip`"), "it says what there is: {}", odd.text());
    let bare = front.ask(front.request(Method::POST, "/v1/exports", city)).await?;
    assert_refused(&bare, (400, "idempotency_key_missing"));
    drop(front);
    house.finish().await
}

#[tokio::test]
async fn the_inbox_is_narrowed_by_kind_and_service() -> Result<()> {
    let mut house = House::build().start().await?;
    let notice = house.deliver(&change(SAPPORO, &[])).await?;
    house.advance(std::time::Duration::from_mins(1)).await?;
    let closure = house.deliver(&of_kind(FilingKind::Closure, SAPPORO, "11")).await?;
    let front = house.front().await?;
    let key = house.key(Scope::Authority(code(SAPPORO))).await?;
    for (asked, expected) in [
        ("", vec![notice, closure]),
        ("?kind=change", vec![notice]),
        ("?kind=closure&service=11", vec![closure]),
        ("?kind=change&service=11", vec![]),
        ("?service=78&review=unopened", vec![notice]),
        ("?service=78&review=accepted", vec![]),
    ] {
        let inbox = front.get(&format!("/v1/inbox{asked}"), &key).await?.json;
        let shown: Vec<_> =
            inbox.as_array().context("a list")?.iter().map(|it| it["filing"].clone()).collect();
        let expected: Vec<_> = expected.iter().map(|it| json!(it)).collect();
        assert_eq!(shown, expected, "{asked}");
    }
    for (asked, words) in [("kind=odd", "unknown variant"), ("service=1", "service")] {
        let odd = front.get(&format!("/v1/inbox?{asked}"), &key).await?;
        assert_refused(&odd, (400, "query_invalid"));
        assert!(odd.text().contains(words), "{}", odd.text());
    }
    drop(front);
    house.finish().await
}
