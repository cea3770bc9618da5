//! Packages: any bytes as one, and any names and contents sealed into one.

use std::io::Cursor;
use std::path::Path;

use adapters::package::{AttachmentSource, Contents, Layout, Opened, read_package, seal};
use async_trait::async_trait;
use bytes::Bytes;
use futures::FutureExt;
use futures::stream::{self, BoxStream, StreamExt};

use super::assert_sentence;
use crate::house::attachment;

/// Any bytes as a package.
pub(super) fn open(bytes: &[u8]) {
    match read_package(Cursor::new(bytes)) {
        Ok(opened) => {
            let held = payload(&opened);
            assert!(held <= bytes.len() as u64, "{held} bytes in an archive of {}", bytes.len());
            assert!(!opened.folder.contains(['/', '\\']), "{:?}", opened.folder);
        }
        Err(error) => assert_sentence(&error),
    }
}

fn payload(opened: &Opened) -> u64 {
    let texts = [&opened.filing_json, &opened.filing_csv, &opened.receipt_json];
    let later = [&opened.filing_xml, &opened.filing_pdf, &opened.manifest_json];
    let texts = texts.into_iter().chain(later.into_iter().flatten());
    let texts = texts.map(|text| text.len() as u64).sum::<u64>();
    texts + opened.attachments.iter().map(|file| file.size).sum::<u64>()
}

/// One attachment's bytes for every digest.
struct Same(Bytes);

#[async_trait]
impl AttachmentSource for Same {
    async fn open(&self, _: &str) -> std::io::Result<BoxStream<'static, std::io::Result<Bytes>>> {
        Ok(stream::iter([Ok(self.0.clone())]).boxed())
    }
}

/// Names of attachments, one a line, and behind a zero byte the bytes of each. What is sealed opens
/// to the same; what is not has a bad name.
pub(super) fn seal_and_open(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let names = String::from_utf8_lossy(&bytes[..end]);
    let body = Bytes::copy_from_slice(bytes.get(end + 1..).unwrap_or_default());
    let attachments = names.split('\n').map(|name| attachment(name, &body));
    let contents = Contents {
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id"),
        receipt_number: "TTKVW-3X6H-RAST".to_owned(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        filing_json: body.clone(),
        layout: Layout::First(body.clone()),
        receipt_json: body.clone(),
        is_test: false,
        attachments: attachments.collect(),
    };
    let source = Same(body);
    let sealed = seal(&contents, &source, Path::new(""), usize::MAX).now_or_never();
    match sealed.expect("in memory nothing waits") {
        Ok(sealed) => {
            let package = sealed.bytes().expect("in memory").clone();
            let opened = read_package(Cursor::new(package)).expect("what was sealed opens");
            let mut names: Vec<_> = contents.attachments.iter().map(|file| &file.name).collect();
            names.sort();
            assert_eq!(opened.attachments.iter().map(|f| &f.name).collect::<Vec<_>>(), names);
            assert_eq!(opened.filing_json, contents.filing_json);
        }
        Err(error) => assert_sentence(&error),
    }
}
