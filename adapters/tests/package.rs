//! The package: the same bytes for ever, whole after a round trip, and honest about bad input.

use std::io::{self, Cursor};

use adapters::Action::Submit;
use adapters::package::{
    AttachmentSource, Contents, Layout, LedgerFacts, NoAttachments, OpenError, SealError, Sealed,
    Second, Set, filing_xml, ledger, ledger_csv, read_package, seal, seal_set,
};
use async_trait::async_trait;
use aws_lc_rs::digest::{Context, SHA256, digest};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use schemas::ledger::{EMBEDDED, Profile};
use schemas::{Attachment, Submission};
use tokio::io::AsyncReadExt;

const MEMORY: usize = 1 << 20;

/// Gives `size` bytes of a pattern for any digest.
struct Pattern(u64);

const PIECE: usize = 64 * 1024;

fn pattern(size: u64) -> impl Iterator<Item = Bytes> {
    let piece: Bytes = (0..=255u8).cycle().take(PIECE).collect::<Vec<_>>().into();
    let whole = usize::try_from(size).expect("a size") / PIECE;
    let rest = usize::try_from(size).expect("a size") % PIECE;
    let last = piece.slice(..rest);
    std::iter::repeat_n(piece, whole).chain((rest > 0).then_some(last))
}

#[async_trait]
impl AttachmentSource for Pattern {
    async fn open(&self, _: &str) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        Ok(stream::iter(pattern(self.0)).map(Ok).boxed())
    }
}

fn attachment(name: &str, size: u64) -> Attachment {
    let mut context = Context::new(&SHA256);
    pattern(size).for_each(|piece| context.update(&piece));
    let sha256 = hex::encode(context.finish());
    Attachment { name: name.into(), sha256, size, media_type: "application/pdf".into() }
}

fn submission() -> Submission {
    let json = r#"{
        "kind": "change", "corporate_number": "1180301018771", "operator_name": "=さくら介護",
        "offices": [{ "name": "さくら訪問介護", "municipality": "011002",
            "services": [{ "service": "11" }, { "service": "78" }] }]
    }"#;
    serde_json::from_str(json).expect("a submission")
}

fn facts() -> LedgerFacts<'static> {
    LedgerFacts {
        receipt_number: "TTKVW-3X6H-RAST",
        revision: 1,
        action: Submit,
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id"),
        authority: "011002".parse().expect("a code"),
        received_at: "2026-04-01T00:00:00+09:00".parse().expect("a time"),
        first_received_at: "2026-03-30T09:15:00+09:00".parse().expect("a time"),
    }
}

/// A package of the first layout.
fn first(attachments: Vec<Attachment>) -> Contents {
    let layout = Layout::First(ledger_csv(&submission(), &facts()));
    Contents { layout, ..contents(attachments) }
}

fn standard() -> Profile {
    profile("standard")
}

/// One of the embedded profiles.
fn profile(id: &str) -> Profile {
    let name = format!("{id}.json");
    let (_, text) = EMBEDDED.iter().find(|(file, _)| *file == name).expect("a profile");
    Profile::parse(id, text).expect("a profile")
}

fn contents(attachments: Vec<Attachment>) -> Contents {
    let facts = facts();
    Contents {
        delivery: facts.delivery,
        receipt_number: facts.receipt_number.into(),
        received_at: facts.received_at,
        filing_json: serde_json::to_vec(&submission()).expect("JSON").into(),
        receipt_json: Bytes::from_static(br#"{"receipt":"TTKVW-3X6H-RAST"}"#),
        is_test: false,
        layout: Layout::Second(Box::new(Second {
            ledger: ledger(&submission(), &facts, &standard()),
            xml: filing_xml(&serde_json::to_value(submission()).expect("JSON")),
            print: None,
        })),
        attachments,
    }
}

async fn bytes(sealed: &Sealed) -> Vec<u8> {
    let mut out = Vec::new();
    sealed.reader().await.expect("a reader").read_to_end(&mut out).await.expect("bytes");
    out
}

#[tokio::test]
async fn the_bytes_never_change() {
    let files = || vec![attachment("運営規程 100%.pdf", 5000), attachment("b.pdf", 0)];
    let sha256 = "f98feb99016d5696dd1ce3e0cc386cd813f7eeb5d1ba83a6978ea03332c2759f";
    assert_bytes(&first(files()), (10458, sha256)).await;
    let sha256 = "06866fc83b6e4fc3c7ded06df6e923eea76b4d1bce006982f05f3fbbb7a1d9a7";
    assert_bytes(&contents(files()), (13874, sha256)).await;
}

async fn assert_bytes(contents: &Contents, expected: (u64, &str)) {
    let folder = tempfile::tempdir().expect("a folder");
    // One source for both sizes: each asks for its own digest.
    let sealed = seal(contents, &ByDigest, folder.path(), MEMORY).await.expect("a package");
    assert_eq!(
        (sealed.size, sealed.sha256.as_str()),
        expected,
        "a package's bytes must never change: packages under way would differ between tries"
    );
    let spooled = seal(contents, &ByDigest, folder.path(), 0).await.expect("a package");
    assert_eq!((spooled.size, &spooled.sha256), (sealed.size, &sealed.sha256));
    assert!(sealed.bytes().is_some() && spooled.bytes().is_none());
    assert_eq!(bytes(&sealed).await, bytes(&spooled).await);
}

struct ByDigest;

#[async_trait]
impl AttachmentSource for ByDigest {
    async fn open(&self, sha256: &str) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let size = if sha256 == attachment("", 0).sha256 { 0 } else { 5000 };
        Pattern(size).open(sha256).await
    }
}

#[tokio::test]
async fn what_was_sealed_can_be_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let contents = contents(vec![attachment("勤務表 100%.xlsx", 70_000)]);
    let sealed = seal(&contents, &Pattern(70_000), folder.path(), MEMORY).await.expect("a package");
    let opened = read_package(Cursor::new(bytes(&sealed).await)).expect("a whole package");
    assert_eq!(opened.folder, format!("todoke-{}", contents.delivery));
    assert_eq!(opened.filing_json, contents.filing_json);
    assert_eq!(opened.receipt_json, contents.receipt_json);
    assert_eq!(opened.info["External-Identifier"], "TTKVW-3X6H-RAST");
    assert_eq!(opened.info["Bagging-Date"], "2026-04-01");
    assert_eq!(opened.attachments.len(), 1);
    assert_eq!(opened.attachments[0].name, "勤務表 100%.xlsx");
    assert_eq!(opened.attachments[0].sha256, contents.attachments[0].sha256);
    let csv = String::from_utf8(opened.filing_csv.to_vec()).expect("UTF-8");
    assert!(csv.starts_with("\u{feff}受付番号,"), "{csv}");
    assert_eq!(csv.lines().count(), 3, "one row per office and service");
    assert!(csv.contains(",'=さくら介護,"), "{csv}");
    assert!(csv.contains("2026-04-01T00:00:00+09:00"), "{csv}");
    let xml = String::from_utf8(opened.filing_xml.expect("XML").to_vec()).expect("UTF-8");
    assert!(xml.contains("<operator_name>=さくら介護</operator_name>"), "{xml}");
    let manifest = opened.manifest_json.expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    assert_eq!(manifest["ledger"]["encoding"], "utf-8");
    let cells = r#"[{"row":1,"column":"事業者名"},{"row":2,"column":"事業者名"}]"#;
    assert_eq!(manifest["ledger"]["defused"].to_string(), cells);
    let last = &manifest["files"][4];
    assert_eq!(last["path"], "data/attachments/勤務表 100%.xlsx");
    assert_eq!((&last["kind"], &last["bytes"]), (&"attachment".into(), &70_000.into()));
}

#[tokio::test]
async fn packages_of_the_first_layout_open_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = seal(&first(vec![]), &NoAttachments, folder.path(), MEMORY).await.expect("one");
    let opened = read_package(Cursor::new(bytes(&sealed).await)).expect("a whole package");
    assert_eq!(opened.filing_csv, ledger_csv(&submission(), &facts()));
    assert!(opened.filing_xml.is_none() && opened.manifest_json.is_none(), "{opened:?}");
    assert!(!opened.info.contains_key("Todoke-Layout"), "{:?}", opened.info);
}

#[tokio::test]
async fn a_large_package_goes_through_the_spool_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let size = 40 << 20;
    let contents = contents(vec![attachment("plan.pdf", size)]);
    let sealed = seal(&contents, &Pattern(size), folder.path(), MEMORY).await.expect("a package");
    let mut stream = sealed.stream().await.expect("a stream");
    drop(sealed);
    let (mut count, mut context) = (0, Context::new(&SHA256));
    while let Some(piece) = stream.next().await {
        let piece = piece.expect("a piece");
        assert!(piece.len() <= 1 << 20, "never whole in memory");
        count += piece.len() as u64;
        context.update(&piece);
    }
    assert!(count > size && count < size + 8192);
    drop(stream);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn attachments_that_lie_are_caught() {
    let folder = tempfile::tempdir().expect("a folder");
    let seal = |file: Attachment, source: Pattern| {
        let (folder, contents) = (folder.path().to_owned(), contents(vec![file]));
        async move { seal(&contents, &source, &folder, MEMORY).await.expect_err("a refusal") }
    };
    let error = seal(attachment("a.pdf", 5000), Pattern(4999)).await;
    assert!(matches!(error, SealError::Size { found: 4999, .. }), "{error}");
    let error = seal(attachment("a.pdf", 5000), Pattern(5001)).await;
    assert!(matches!(error, SealError::Size { .. }), "{error}");
    let wrong = Attachment { sha256: "00".repeat(32), ..attachment("a.pdf", 5000) };
    let error = seal(wrong, Pattern(5000)).await;
    assert!(matches!(error, SealError::Digest { .. }), "{error}");
    let error = seal(attachment("../x", 10), Pattern(10)).await;
    assert!(matches!(error, SealError::Name { .. }), "{error}");
    let absent = contents(vec![attachment("a.pdf", 1)]);
    let error = adapters::seal(&absent, &NoAttachments, folder.path(), MEMORY).await;
    assert!(matches!(error, Err(SealError::Source { .. })), "{error:?}");
}

#[tokio::test]
async fn a_set_holds_its_files_in_memory_and_out_of_the_spool() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = Set {
        folder: "T".into(),
        texts: vec![("filing.pdf", Bytes::from_static(b"%PDF"))],
        attachments: vec![attachment("運営規程.pdf", 5000)],
    };
    let mut made = Vec::new();
    for memory in [MEMORY, 5003] {
        let sealed = seal_set(&set, &Pattern(5000), folder.path(), memory).await.expect("a set");
        assert_eq!(sealed.bytes().is_some(), memory == MEMORY);
        made.push(bytes(&sealed).await);
    }
    assert_eq!(made[0], made[1]);
    let whole: Vec<u8> = pattern(5000).flatten().collect();
    let expected = [("T/filing.pdf", b"%PDF".to_vec()), ("T/attachments/運営規程.pdf", whole)];
    assert_eq!(entries(made.remove(0)), expected.map(|(name, bytes)| (name.to_owned(), bytes)));
    let error = seal_set(&set, &Pattern(4999), folder.path(), MEMORY).await;
    assert!(matches!(error, Err(SealError::Size { .. })), "{error:?}");
}

/// Writes a ZIP by hand with the given entries.
fn archive(entries: &[(String, Vec<u8>)]) -> Cursor<Vec<u8>> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name.clone(), options).expect("an entry");
        zip.write_all(bytes).expect("bytes");
    }
    let mut whole = zip.finish().expect("an archive");
    whole.set_position(0);
    whole
}

type Entries = Vec<(String, Vec<u8>)>;

fn entries(package: Vec<u8>) -> Entries {
    let mut zip = zip::ZipArchive::new(Cursor::new(package)).expect("an archive");
    let count = zip.len();
    let each = |index| {
        let mut file = zip.by_index(index).expect("an entry");
        let name = file.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes).expect("bytes");
        (name, bytes)
    };
    (0..count).map(each).collect()
}

#[tokio::test]
async fn a_tampered_package_is_caught() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = seal(&contents(vec![]), &NoAttachments, folder.path(), MEMORY).await.expect("one");
    let whole = bytes(&whole).await;
    assert!(read_package(archive(&entries(whole.clone()))).is_ok());
    let tampered = |change: &dyn Fn(&mut Entries)| {
        let mut entries = entries(whole.clone());
        change(&mut entries);
        read_package(archive(&entries)).expect_err("a complaint")
    };
    let error = tampered(&|e| e[2].1.push(b' '));
    assert!(matches!(error, OpenError::Digest(_)), "{error}");
    let error = tampered(&|e| drop(e.remove(3)));
    assert!(matches!(error, OpenError::Missing(_)), "{error}");
    let top = format!("todoke-{}", contents(vec![]).delivery);
    let error = tampered(&|e| e.push((format!("{top}/data/x"), vec![])));
    assert!(matches!(error, OpenError::Extra(_)), "{error}");
    let error = tampered(&|e| e.push((format!("{top}/x.txt"), vec![])));
    assert!(matches!(error, OpenError::Extra(_)), "{error}");
    for path in ["../x", "/x", "other/x", "x"] {
        let error = tampered(&|e| e.push((path.to_owned(), vec![])));
        assert!(matches!(error, OpenError::Path(_)), "{path}: {error}");
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default();
    zip.start_file(format!("{top}/data/attachments/zeros"), packed).expect("an entry");
    io::Write::write_all(&mut zip, &vec![0; 1 << 20]).expect("bytes");
    let error = read_package(zip.finish().expect("an archive")).expect_err("it swells");
    assert!(matches!(error, OpenError::Swollen), "{error}");
    let error = read_package(Cursor::new(whole[..whole.len() / 2].to_vec())).expect_err("no");
    assert!(matches!(error, OpenError::Zip(_)), "{error}");
}

#[test]
fn sealed_bytes_know_their_digest() {
    let sealed = Sealed::in_memory(Bytes::from_static(b"abc"));
    assert_eq!(sealed.sha256, hex::encode(digest(&SHA256, b"abc")));
}
