//! An operator's filings: found, followed, withdrawn.

use hub::filing::Status;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use schemas::FilingId;

use crate::browser::Browser;
use crate::world::World;

async fn with_status(world: &World, wanted: Status) -> FilingId {
    for id in &world.filings {
        let filing = world.ctx.store.filing(*id).await.expect("a store").expect("a filing");
        let deliveries = world.ctx.store.deliveries_of(*id).await.expect("a store");
        let is_own = *id != world.foreign_filing;
        if is_own && Status::of(&deliveries, filing.withdrawn_at.is_some()) == wanted {
            return *id;
        }
    }
    panic!("the world has no filing that is {wanted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_finds_its_filings_and_nobody_elses() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let own = world.filings.len(); // and the one-stop change, without the foreign one
    let mut seen = Vec::new();
    let mut next = Some("/operator".to_owned());
    while let Some(path) = next {
        let page = browser.get(&path).await;
        seen.extend(crate::links(&page.text, "/operator/filings/"));
        let older = page.text.split("<a rel=\"next\"").nth(1).unwrap_or_default();
        let older = crate::links(older, "/operator?before=").into_iter().next();
        next = older.map(|link| link.replace("&#38;", "&"));
    }
    assert_eq!(seen.len(), own, "each once");
    let foreign = world.foreign_filing.receipt_number();
    assert!(!seen.iter().any(|link| link.ends_with(&foreign)));

    for (query, status, shown) in [
        ("state=returned", Status::Returned, true),
        ("state=accepted", Status::Accepted, true),
        ("state=withdrawn", Status::Withdrawn, true),
        ("state=moving", Status::Delivered, true),
        ("state=returned", Status::Accepted, false),
        ("state=moving", Status::Withdrawn, false),
    ] {
        let number = with_status(&world, status).await.receipt_number();
        let page = browser.get(&format!("/operator?{query}")).await;
        assert_eq!(page.text.contains(&number), shown, "{query} {status:?}\n{}", page.text);
    }
    let page = browser.get("/operator?text=第14&kind=renewal").await;
    assert_eq!(crate::links(&page.text, "/operator/filings/").len(), 1, "{}", page.text);
    let page = browser.get("/operator?text=nothing+such").await;
    assert!(page.text.contains("この条件に合うものはありません"));

    // A receipt number, however typed, leads straight there; another's is only a text.
    let number = world.filings[0].receipt_number();
    let typed = number.to_lowercase().replace('-', "");
    let to = browser.get(&format!("/operator?text={typed}")).await;
    assert_eq!(to.to(), format!("/operator/filings/{number}"));
    let page = browser.get(&format!("/operator?text={foreign}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("この条件に合うものはありません"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filing_says_in_plain_words_where_it_stands() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let returned = with_status(&world, Status::Returned).await.receipt_number();
    for (status, words) in [
        (Status::Returned, "コメントを読み、訂正してください"),
        (Status::Accepted, "手続は終わりです"),
        (Status::Withdrawn, "取り下げました"),
        (Status::Delivered, "確認をお待ちください"),
        (Status::Receiving, "送り先を確かめています"),
        (Status::Failed, "届出は失われていません"),
    ] {
        let key = with_status(&world, status).await;
        let page = browser.get(&format!("/operator/filings/{key}")).await;
        assert!(page.text.contains(words), "{status:?}:\n{}", page.text);
        assert!(!page.text.contains("delivery.attempted"), "engines' talk:\n{}", page.text);
        let english = browser.get(&format!("/operator/filings/{key}?lang=en")).await.text;
        for word in ["届出を", "ありません", "振り分け", "指定権者"] {
            assert!(!english.contains(word), "{status:?} is not all English: {word}\n{english}");
        }
        browser.get("/operator?lang=ja").await;
    }
    let page = browser.get(&format!("/operator/filings/{returned}")).await;
    assert!(page.text.contains("運営規程の写しを添付してください。"), "{}", page.text);
    let one_stop = browser.get(&format!("/operator/filings/{}", world.one_stop)).await;
    assert!(one_stop.text.contains("1–50"), "{}", one_stop.text);
    let missing = browser.get("/operator/filings/junk").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let foreign = browser.get(&format!("/operator/filings/{}", world.foreign_filing)).await;
    assert!(foreign.text.contains("届出を出した事業者の方だけ"), "{}", foreign.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_fetched_and_printed() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let number = world.filings[3].receipt_number();
    let signed = browser.get(&format!("/operator/filings/{number}/receipt")).await;
    let name = format!("attachment; filename=\"receipt-{number}.json\"");
    assert_eq!(signed.headers[CONTENT_DISPOSITION], name.as_str());
    let read: hub::signer::Signed = serde_json::from_str(&signed.text).expect("a receipt");
    read.verify().expect("a signature that stands");
    let page = browser.get(&format!("/operator/filings/{number}/receipt/print")).await;
    for shown in [&number, "第165条の7", &read.fingerprint(), "2026-07-15 09:0", &"00".repeat(32)]
    {
        assert!(page.text.contains(shown), "{shown} is not on it:\n{}", page.text);
    }
    assert_eq!(page.headers[CONTENT_TYPE], "text/html; charset=utf-8");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_is_asked_for_twice_and_done_once() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let key = with_status(&world, Status::Delivered).await;
    let path = format!("/operator/filings/{}/withdraw", key.receipt_number());
    let page = browser.get(&path).await;
    assert!(page.text.contains("元に戻せません"), "{}", page.text);
    let long = "あ".repeat(5_001);
    for (fields, told) in [
        (vec![("reason", "重複していました")], "印を付けてください"),
        (vec![("reason", long.as_str()), ("sure", "yes")], "理由が長すぎます"),
    ] {
        let seen = browser.send(&path, &fields).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        let kept = seen.text.contains(fields[0].1);
        assert!(seen.text.contains(told) && kept, "{}", seen.text);
    }
    let longest = "あ".repeat(5_000);
    for _ in 0..2 {
        let seen = browser.send(&path, &[("reason", &longest), ("sure", "yes")]).await;
        assert_eq!(seen.to(), format!("/operator/filings/{}", key.receipt_number()));
    }
    let revisions = world.ctx.store.revisions(key).await.expect("a store");
    assert_eq!(revisions.iter().filter(|it| it.action == "withdraw").count(), 1);
    let page = browser.get("/operator?state=withdrawn").await;
    assert!(page.text.contains(&key.receipt_number()), "it stays visible");
    let again = browser.get(&path).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    // What an authority has accepted is not the operator's to take back.
    let accepted = with_status(&world, Status::Accepted).await;
    let path = format!("/operator/filings/{accepted}/withdraw");
    assert_eq!(browser.get(&path).await.status, StatusCode::CONFLICT);
    let seen = browser.send(&path, &[("sure", "yes")]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.text.contains("取り下げられません"), "{}", seen.text);
}
