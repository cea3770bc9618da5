//! Files that an authority's staff give with an answer.

use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::Attachment;
use schemas::codes::corporate_number_of;

use crate::answers::key_of;
use crate::browser::Browser;
use crate::cases::paper;
use crate::world::{AUTHORITY, World};

/// Name, media type, bytes.
type File<'a> = (&'a str, &'a str, &'a [u8]);

const PDF: &str = "application/pdf";
const SHEET: &[u8] = b"%PDF-1.4\nanswer\n";

async fn ready(world: &World) -> (Browser<'_>, String) {
    let page = format!("/authority/deliveries/{}", world.readable);
    let mut clerk = Browser::with_key(world, &world.authority_key).await;
    let seen = clerk.get(&page).await;
    assert!(seen.text.contains("enctype=\"multipart/form-data\""), "{}", seen.text);
    (clerk, page)
}

async fn files(world: &World) -> Option<Vec<Attachment>> {
    let row = world.ctx.store.decision(world.readable).await.expect("a store");
    row.map(|row| serde_json::from_str(&row.files).expect("files"))
}

/// Whether the bytes of an answer were kept as an upload of the authority's.
async fn is_kept(world: &World, bytes: &[u8]) -> bool {
    let digest = paper("x", PDF, bytes).sha256;
    let found = world.ctx.store.find_attachments(AUTHORITY, [digest.as_str()].into_iter()).await;
    !found.expect("a store").is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_brings_files() {
    let world = World::new(false).await;
    let (mut clerk, page) = ready(&world).await;
    let token = clerk.token();
    let fields = [("token", &*token), ("comment", "別紙のとおり"), ("verdict", "returned")];
    // The second is what a browser sends where no file was chosen.
    let enclosed: [File<'_>; 2] =
        [("別紙 1.pdf", PDF, SHEET), ("", "application/octet-stream", b"")];
    let seen = clerk.send_files(&format!("{page}/decision"), &fields, &enclosed).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(files(&world).await, Some(vec![paper("別紙 1.pdf", PDF, SHEET)]));
    let seen = clerk.get(&page).await;
    assert!(seen.text.contains(&format!("{page}/answer/0")), "{}", seen.text);
    let seen = clerk.get(&format!("{page}/answer/0")).await;
    assert_eq!((seen.status, seen.text.as_bytes()), (StatusCode::OK, SHEET));
    assert_eq!(clerk.get(&format!("{page}/answer/1")).await.status, StatusCode::NOT_FOUND);

    // Whoever filed finds it beside the answer; nobody else does.
    let filing = world.filings.last().expect("the one with forms").receipt_number();
    let filing = format!("/operator/filings/{filing}");
    let file = format!("{filing}/files/{}", paper("別紙 1.pdf", PDF, SHEET).sha256);
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    let seen = operator.get(&filing).await;
    let link = format!("<a href=\"{file}\">別紙 1.pdf</a>");
    assert!(seen.text.contains(&link) && seen.text.contains("別紙のとおり"), "{}", seen.text);
    let seen = operator.get(&file).await;
    assert_eq!((seen.status, &*seen.bytes), (StatusCode::OK, SHEET));
    let other = key_of(&world, Scope::Operator(corporate_number_of(2)), "tests").await;
    let mut other = Browser::with_key(&world, &other).await;
    for path in [&filing, &file] {
        let seen = other.get(path).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path}");
        assert!(!seen.text.contains("別紙"), "{}", seen.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_taken_is_told_and_no_word_is_lost() {
    let world = World::new(false).await;
    let (mut clerk, page) = ready(&world).await;
    let to = format!("{page}/decision");
    let token = clerk.token();
    let fields = [("token", &*token), ("comment", "別紙<のとおり"), ("verdict", "returned")];
    let names: Vec<String> =
        (0..=world.ctx.config.limits.attachments_max).map(|n| format!("{n}.pdf")).collect();
    let many: Vec<File<'_>> = names.iter().map(|name| (name.as_str(), PDF, SHEET)).collect();
    let cases: [(&[File<'_>], &str); 4] = [
        (&[("a.exe", "application/x-msdownload", b"MZ")], "この種類のファイルは受け付けません"),
        (&[("...", PDF, SHEET)], "ファイル名に使えない文字"),
        (&[("a.pdf", PDF, SHEET), ("a.pdf", PDF, b"other")], "ファイル名に使えない文字"),
        (&many, "ファイルが多すぎます"),
    ];
    for (enclosed, told) in cases {
        let seen = clerk.send_files(&to, &fields, enclosed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(seen.text.contains(told) && seen.text.contains("別紙&#60;のとおり</textarea>"));
        assert_eq!(files(&world).await, None);
    }
    let seen = clerk.send_files(&to, &fields, &many[1..]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "as many as may be");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_taken_from_whoever_may_not_send_it() {
    let world = World::new(false).await;
    let (mut clerk, page) = ready(&world).await;
    let to = format!("{page}/decision");
    let token = clerk.token();
    let enclosed: [File<'_>; 1] = [("a.pdf", PDF, SHEET)];
    let foreign = [("token", "00"), ("verdict", "accepted")];
    let seen = clerk.send_files(&to, &foreign, &enclosed).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    let fields = [("token", &*token), ("comment", "途中まで書いた"), ("verdict", "accepted")];
    clerk.set_cookie("todoke", "");
    let seen = clerk.send_files(&to, &fields, &enclosed).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    assert!(seen.text.contains("value=\"途中まで書いた\""), "{}", seen.text);
    assert!(!is_kept(&world, SHEET).await && files(&world).await.is_none());
}
