//! All of a filing, downloaded by who filed it as one ZIP file.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use bytes::Bytes;
use hub::store::PrintRow;
use reqwest::StatusCode;
use reqwest::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use schemas::FilingId;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::browser::{Browser, Seen};
use crate::cases::{PAPER, PAPER_TEXT, change, keep, paper, revised};
use crate::world::World;

/// The filing with forms and a file.
fn filing(world: &World) -> (FilingId, String) {
    let id = *world.filings.last().expect("the one with forms");
    (id, format!("/operator/filings/{}", id.receipt_number()))
}

/// The files of a set by their names in its folder.
fn files(id: FilingId, seen: Seen) -> BTreeMap<String, Vec<u8>> {
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    let mut zip = ZipArchive::new(Cursor::new(seen.bytes)).expect("an archive");
    let count = zip.len();
    let each = |place| {
        let mut file = zip.by_index(place).expect("a file");
        let name = file.name().expect("a name").into_owned();
        let name = name.strip_prefix(&format!("{}/", id.receipt_number()));
        let name = name.expect("all in one folder").to_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("bytes");
        (name, bytes)
    };
    (0..count).map(each).collect()
}

async fn kept(world: &World, id: FilingId, revision: i32) -> Option<String> {
    let row = world.ctx.store.print(id, revision).await.expect("a store");
    row.map(|row| row.sha256)
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_holds_the_print_the_files_and_the_receipt() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let (id, page) = filing(&world);
    let set = format!("{page}/set");
    let link = format!("<a href=\"{set}\">一式をダウンロード</a>");
    let seen = browser.get(&page).await;
    assert!(seen.text.contains(&link) && seen.text.contains("filing.pdf を開いて印刷"));
    let seen = browser.get(&format!("{page}/receipt/print")).await;
    assert!(seen.text.contains(&link), "{}", seen.text);

    let seen = browser.get(&set).await;
    let name = format!("{}.zip", id.receipt_number());
    assert!(seen.headers[CONTENT_DISPOSITION].to_str().expect("text").contains(&name));
    assert_eq!(seen.headers[CONTENT_TYPE], "application/zip");
    assert_eq!(seen.headers[CACHE_CONTROL], "private, no-store");
    let all = files(id, seen);
    let attached = format!("attachments/{PAPER}");
    let names: Vec<_> = all.keys().map(String::as_str).collect();
    assert_eq!(names, [&*attached, "filing.pdf", "receipt.json"]);
    assert_eq!(all[&attached], PAPER_TEXT);
    assert!(all["filing.pdf"].starts_with(b"%PDF-"));
    assert_eq!(kept(&world, id, 1).await, Some(digest(&all["filing.pdf"])), "for packages too");
    let signed: hub::signer::Signed =
        serde_json::from_slice(&all["receipt.json"]).expect("a receipt");
    signed.verify().expect("a signature that stands");
    assert_eq!(signed.statement["receipt_number"], id.receipt_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_of_the_newest_text_and_stays_after_a_withdrawal() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let (id, page) = filing(&world);
    let mut corrected = change(&world.ctx);
    keep(&world.ctx, b"%PDF-1.4 corrected").await;
    corrected.attachments = vec![paper("訂正.pdf", "application/pdf", b"%PDF-1.4 corrected")];
    let next = revised(&world.ctx, world.readable, ("correct", &corrected)).await;
    revised(&world.ctx, next, ("withdraw", &change(&world.ctx))).await;
    let all = files(id, browser.get(&format!("{page}/set")).await);
    assert_eq!(all["attachments/訂正.pdf"], b"%PDF-1.4 corrected");
    assert!(!all.contains_key(&format!("attachments/{PAPER}")));
    assert_eq!(kept(&world, id, 2).await, Some(digest(&all["filing.pdf"])));
    assert_eq!((kept(&world, id, 1).await, kept(&world, id, 3).await), (None, None));
    let receipt: serde_json::Value =
        serde_json::from_slice(&all["receipt.json"]).expect("a receipt");
    assert_eq!(receipt["statement"]["status"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_print_that_cannot_be_had_is_waited_for_and_one_that_is_kept_is_the_one() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let (id, page) = filing(&world);
    // Kept by another process, in a store of objects that does not show it yet.
    let print = Bytes::from_static(b"%PDF-1.7 kept");
    let row = PrintRow {
        filing_id: id,
        revision: 1,
        sha256: digest(&print),
        volume: None,
        first_byte: 0,
        bytes: 0,
        pages: 1,
        replaced: "[]".into(),
        printed_at: world.ctx.clock.now_ms(),
    };
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_prints(std::slice::from_ref(&row)).await.expect("a print");
    tx.commit().await.expect("a commit");
    let set = format!("{page}/set");
    let seen = browser.get(&set).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(seen.text.contains("一式をまだ用意できません"), "{}", seen.text);
    world.ctx.objects.put_bytes(&row.sha256, print.clone()).await.expect("an object");
    assert_eq!(files(id, browser.get(&set).await)["filing.pdf"], print);
}
