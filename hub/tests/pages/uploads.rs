//! Files of a draft that come piece by piece, as the page's script sends them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;
use hub::app;
use hub::upkeep::Upkeep;
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::browser::{Browser, Seen};
use crate::drafts::{begin_as, submission_of};
use crate::world::{World, serve};

/// Bytes of a piece in this world.
const PIECE: usize = 1_000;
const TAKEN: StatusCode = StatusCode::NO_CONTENT;

/// So many bytes of a PDF, no piece like another.
fn pdf(bytes: usize) -> Vec<u8> {
    let mut all = b"%PDF-1.7".to_vec();
    all.extend((0..bytes).flat_map(|number| format!("{number} ").into_bytes()));
    all.truncate(bytes);
    all
}

fn told(seen: &Seen) -> Value {
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    serde_json::from_str(&seen.text).expect("JSON")
}

/// Where the next piece begins, as the answer to a piece says.
fn next(seen: &Seen) -> (StatusCode, &str) {
    let offset = seen.headers.get("upload-offset").map_or("", |it| it.to_str().expect("text"));
    (seen.status, offset)
}

/// A draft of a change notice, in a browser that has seen its page of files.
async fn begin(browser: &mut Browser<'_>) -> String {
    let begun = begin_as(browser, "change").await;
    let draft = begun.split('?').next().expect("an address").to_owned();
    browser.get(&format!("{draft}/files")).await;
    draft
}

async fn ask(browser: &mut Browser<'_>, draft: &str, name: &str, size: usize) -> Seen {
    let size = size.to_string();
    let fields = [("name", name), ("size", &size), ("modified", "1780000000000")];
    let fields = [&fields[..], &[("type", "application/pdf"), ("item", "")]].concat();
    browser.send(&format!("{draft}/uploads"), &fields).await
}

/// Begins a file, or goes on with it: its address, and what was told.
async fn open(browser: &mut Browser<'_>, draft: &str, name: &str, size: usize) -> (String, Value) {
    let begun = told(&ask(browser, draft, name, size).await);
    let id = begun["id"].as_str().expect("an id");
    (format!("{draft}/uploads/{id}"), begun)
}

/// Sends what is left from an offset.
async fn send(browser: &mut Browser<'_>, upload: &str, bytes: &[u8], from: usize) {
    for (number, piece) in bytes[from..].chunks(PIECE).enumerate() {
        let offset = from + number * PIECE;
        let seen = browser.piece(upload, (offset, piece), None).await;
        assert_eq!(next(&seen), (TAKEN, &*(offset + piece.len()).to_string()), "{}", seen.text);
    }
}

async fn end(browser: &mut Browser<'_>, upload: &str) -> Seen {
    browser.send(&format!("{upload}/end"), &[("item", "")]).await
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_in_pieces_and_whole_into_the_draft() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let bytes = pdf(3_500);
    let (upload, begun) = open(&mut browser, &draft, "図面 1:100.pdf", bytes.len()).await;
    assert_eq!((&begun["offset"], &begun["piece_bytes"]), (&0.into(), &PIECE.into()));

    send(&mut browser, &upload, &bytes[..PIECE], 0).await;
    // Twice, elsewhere, too small, too large, other bytes than were sent: nothing of it counts.
    let here = (StatusCode::CONFLICT, "1000");
    for offset in [0, 2_000] {
        let seen = browser.piece(&upload, (offset, &bytes[offset..][..PIECE]), None).await;
        assert_eq!(next(&seen), here, "{offset}");
    }
    for (size, status) in [
        (PIECE - 1, StatusCode::UNPROCESSABLE_ENTITY),
        (0, StatusCode::UNPROCESSABLE_ENTITY),
        (PIECE + 1, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let seen = browser.piece(&upload, (PIECE, &bytes[PIECE..][..size]), None).await;
        assert_eq!(next(&seen), (status, "1000"), "{size}");
    }
    let piece = &bytes[PIECE..2 * PIECE];
    let sum = |bytes: &[u8]| STANDARD.encode(Sha256::digest(bytes));
    let seen = browser.piece(&upload, (PIECE, piece), Some(&sum(b"others"))).await;
    assert_eq!(next(&seen), here);
    assert_eq!(end(&mut browser, &upload).await.status, StatusCode::CONFLICT, "not whole yet");
    let seen = browser.piece(&upload, (PIECE, piece), Some(&sum(piece))).await;
    assert_eq!(next(&seen), (TAKEN, "2000"));

    // The page says so, and the same file goes on from there.
    let page = browser.get(&format!("{draft}/files")).await.text;
    assert!(page.contains("送りかけのファイル") && page.contains("57% · 3,500 B"), "{page}");
    let (same, begun) = open(&mut browser, &draft, "図面 1:100.pdf", bytes.len()).await;
    assert!(same == upload && begun["offset"] == 2_000, "{begun}");
    assert_eq!(begun["pieces"][1]["sha256"], digest(piece));
    send(&mut browser, &upload, &bytes, 2_000).await;
    let named = told(&end(&mut browser, &upload).await);
    assert_eq!(named["name"], "図面 1：100.pdf");
    // The answer was lost on its way: the same once more.
    assert_eq!(told(&end(&mut browser, &upload).await), named);
    let seen = browser.piece(&upload, (3_000, &bytes[3_000..]), None).await;
    assert_eq!(next(&seen), (StatusCode::CONFLICT, "3500"));

    let stored = submission_of(&world, &draft).await;
    let [file] = &stored.attachments[..] else { panic!("{:?}", stored.attachments) };
    assert_eq!((file.size, &file.sha256), (3_500, &digest(&bytes)));
    assert_eq!(stored.form["original_names"]["図面 1：100.pdf"], "図面 1:100.pdf");
    let kept = world.ctx.objects.get(&file.sha256).await.expect("an object");
    let kept: Vec<u8> = kept.map_ok(|part| part.to_vec()).try_concat().await.expect("its bytes");
    assert_eq!(kept, bytes);
    let page = browser.get(&format!("{draft}/files")).await.text;
    assert!(!page.contains("送りかけのファイル"), "{page}");
    // Another window was late with all of it.
    let (late, _) = open(&mut browser, &draft, "図面 1:100.pdf", bytes.len()).await;
    assert_ne!(late, upload);
    send(&mut browser, &late, &bytes, 0).await;
    assert_eq!(told(&end(&mut browser, &late).await), named);
    assert_eq!(submission_of(&world, &draft).await.attachments.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_with_what_to_do() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    for (name, size, why) in [
        ("a.pdf", 0, "中身のないファイルです"),
        ("a.pdf", 4_097, "ファイルが大きすぎます"),
        ("", 10, "ファイルが選ばれていません"),
        (&*format!("{}.pdf", "名".repeat(200)), 10, "長すぎます"),
    ] {
        let seen = ask(&mut browser, &draft, name, size).await;
        assert!(seen.status == 422 && seen.text.contains(why), "{name}: {}", seen.text);
    }
    // At the limit of the bytes, and of files that have not come whole yet.
    let max = world.ctx.config.uploads.draft_max;
    let mut upload = String::new();
    for number in 0..max {
        upload = open(&mut browser, &draft, &format!("{number}.pdf"), 4_096).await.0;
    }
    let seen = ask(&mut browser, &draft, "more.pdf", 4_096).await;
    assert!(seen.status == 422 && seen.text.contains("送りかけのファイルが多すぎます"));
    let (same, _) = open(&mut browser, &draft, &format!("{}.pdf", max - 1), 4_096).await;
    assert_eq!(same, upload, "one of them goes on");
    let given_up = browser.send(&format!("{upload}/cancel"), &[]).await;
    assert_eq!(given_up.to(), format!("{draft}/files"));
    let seen = browser.piece(&upload, (0, &pdf(PIECE)), None).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    let (upload, _) = open(&mut browser, &draft, "more.pdf", 5).await;

    // By its bytes it is another type: it is told at the end, and not waited for any more.
    send(&mut browser, &upload, b"MZ\x90\0\x03", 0).await;
    let seen = end(&mut browser, &upload).await;
    assert!(seen.status == 422 && seen.text.contains("この種類のファイルは"), "{}", seen.text);
    assert_eq!(end(&mut browser, &upload).await.status, StatusCode::NOT_FOUND);
    assert!(submission_of(&world, &draft).await.attachments.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_on_with_what_is_not_theirs_or_is_over() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let bytes = pdf(1_500);
    let (upload, _) = open(&mut browser, &draft, "a.pdf", bytes.len()).await;
    let id = upload.rsplit('/').next().expect("an id").to_owned();
    // One's own file, by way of another draft of one's own; another's, by way of one's own.
    let other = world.own_draft.to_string();
    for (draft, upload) in [(&other, &id), (&other, &world.foreign_draft.to_string())] {
        let upload = format!("/operator/drafts/{draft}/uploads/{upload}");
        let seen = browser.piece(&upload, (0, &bytes[..PIECE]), None).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND);
        assert_eq!(end(&mut browser, &upload).await.status, StatusCode::NOT_FOUND);
        browser.send(&format!("{upload}/cancel"), &[]).await;
    }
    for (cookie, status) in [("todoke", 401), ("todoke-form", 403)] {
        let kept = browser.cookie(cookie).to_owned();
        assert!(!kept.is_empty(), "{cookie}");
        browser.set_cookie(cookie, "");
        let seen = browser.piece(&upload, (0, &bytes[..PIECE]), None).await;
        assert_eq!(seen.status, status, "without {cookie}");
        browser.set_cookie(cookie, &kept);
        browser.get(&format!("{draft}/files")).await;
    }
    send(&mut browser, &upload, &bytes, 0).await;
    // Filed meanwhile, in another window.
    let mut tx = world.ctx.store.begin().await.expect("a store");
    let draft_id: Uuid = draft.rsplit('/').next().expect("an id").parse().expect("an id");
    tx.file_draft(draft_id, world.filings[3]).await.expect("a filing");
    tx.commit().await.expect("a commit");
    assert_eq!(end(&mut browser, &upload).await.status, StatusCode::GONE);
    assert_eq!(ask(&mut browser, &draft, "a.pdf", 9).await.status, StatusCode::GONE);
    let seen = browser.piece(&upload, (0, &bytes[..PIECE]), None).await;
    assert_eq!(seen.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_and_two_processes_double_nothing() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut one).await;
    let bytes = pdf(2_500);
    let (upload, _) = open(&mut one, &draft, "a.pdf", bytes.len()).await;
    send(&mut one, &upload, &bytes[..PIECE], 0).await;

    // The other window asks another process, which knows what the store knows.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (clock, stop) = (world.ctx.clock.clone(), world.ctx.stop.clone());
    let patience = app::Patience::default();
    let opened = app::open(world.ctx.config.clone(), clock, stop, &patience).await;
    let (ctx, _) = opened.expect("the engines");
    serve(&ctx, listener, None);
    let mut other = Browser::with_key(&world, &world.operator_key).await;
    other.get(&format!("{draft}/files")).await;
    other.go_to(port);
    let (same, begun) = open(&mut other, &draft, "a.pdf", bytes.len()).await;
    assert!(same == upload && begun["offset"] == PIECE, "{begun}");
    let piece = (PIECE, &bytes[PIECE..2 * PIECE]);
    let (first, second) =
        tokio::join!(one.piece(&upload, piece, None), other.piece(&upload, piece, None));
    let mut both = [next(&first), next(&second)];
    both.sort();
    assert_eq!(both, [(TAKEN, "2000"), (StatusCode::CONFLICT, "2000")]);
    send(&mut other, &upload, &bytes, 2_000).await;
    let (first, second) = tokio::join!(end(&mut one, &upload), end(&mut other, &upload));
    assert_eq!((told(&first)["name"].as_str(), told(&second)["name"].as_str()), {
        (Some("a.pdf"), Some("a.pdf"))
    });
    let stored = submission_of(&world, &draft).await;
    assert!(stored.attachments.len() == 1, "{:?}", stored.attachments);
    assert_eq!(stored.attachments[0].sha256, digest(&bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_ended_is_given_up_and_what_is_lost_comes_anew() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let bytes = pdf(1_500);
    let (upload, _) = open(&mut browser, &draft, "a.pdf", bytes.len()).await;
    send(&mut browser, &upload, &bytes, 0).await;
    // A disk that has lost a piece.
    world.ctx.objects.delete(&digest(&bytes[..PIECE])).await.expect("it");
    assert_eq!(end(&mut browser, &upload).await.status, StatusCode::NOT_FOUND);
    let (anew, begun) = open(&mut browser, &draft, "a.pdf", bytes.len()).await;
    assert!(anew != upload && begun["offset"] == 0, "{begun}");
    send(&mut browser, &anew, &bytes[..PIECE], 0).await;

    let keep = u64::try_from(world.ctx.config.uploads.keep_hours).expect("hours");
    let keep_ms = keep * 3_600_000;
    for (time_ms, is_there) in [(keep_ms - 1, true), (1, false)] {
        world.ctx.clock.advance(Duration::from_millis(time_ms));
        Upkeep::new(world.ctx.clone()).await.step().await.expect("a round");
        let id = anew.rsplit('/').next().expect("an id").parse().expect("an id");
        let row = world.ctx.store.upload(id).await.expect("a store");
        assert_eq!(row.is_some(), is_there);
        let pieces = world.ctx.store.pieces_of_upload(id).await.expect("a store");
        assert_eq!(pieces.len(), usize::from(is_there));
    }
}
