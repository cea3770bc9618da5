//! Parcels, a sandbox and scripted far sides for the channels' tests.

use std::sync::Arc;

use adapters::package::{AttachmentSource, Contents, Layout, NoAttachments, seal};
use adapters::sandbox::{Sandbox, Settings};
use adapters::{Action, Parcel, Sealed};
use bytes::Bytes;
use jiff::Timestamp;
use schemas::{Attachment, AuthorityId, Outcome, Why};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(crate) fn code() -> AuthorityId {
    "011002".parse().expect("a code")
}

pub(crate) fn now() -> Timestamp {
    "2026-04-01T09:00:00+09:00".parse().expect("a time")
}

pub(crate) fn parcel_of(package: Sealed) -> Parcel {
    let filing = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id");
    Parcel {
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3b".parse().expect("an id"),
        filing,
        receipt_number: filing.receipt_number(),
        revision: 1,
        authority: code(),
        authority_name: "札幌市".into(),
        kind: schemas::FilingKind::Change,
        attempt: 1,
        package,
        second_copy: false,
        is_test: false,
        action: Action::Submit,
        link: Some("https://hub.example/d/abc".into()),
        trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        now: now(),
    }
}

pub(crate) async fn package(
    attachments: Vec<Attachment>,
    source: &dyn AttachmentSource,
    memory: usize,
) -> Sealed {
    let contents = Contents {
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3b".parse().expect("an id"),
        receipt_number: "TTKVW-3X6H-RAST".into(),
        received_at: now(),
        filing_json: Bytes::from_static(b"{}"),
        layout: Layout::First(Bytes::from_static(b"a\r\n")),
        receipt_json: Bytes::from_static(b"{}"),
        is_test: false,
        attachments,
    };
    seal(&contents, source, &std::env::temp_dir(), memory).await.expect("a package")
}

pub(crate) async fn parcel() -> Parcel {
    parcel_of(package(vec![], &NoAttachments, 1 << 20).await)
}

/// A package in a spool file, large enough to fill socket buffers.
pub(crate) async fn large_parcel() -> Parcel {
    parcel_of(package(vec![zeros(24 << 20)], &Zeros(24 << 20), 0).await)
}

/// Zeros of the given length under any digest.
pub(crate) struct Zeros(pub(crate) u64);

#[async_trait::async_trait]
impl AttachmentSource for Zeros {
    async fn open(
        &self,
        _: &str,
    ) -> std::io::Result<futures::stream::BoxStream<'static, std::io::Result<Bytes>>> {
        use futures::StreamExt;
        let pieces = self.0 / (1 << 20);
        let piece = Bytes::from(vec![0; 1 << 20]);
        Ok(futures::stream::iter((0..pieces).map(move |_| Ok(piece.clone()))).boxed())
    }
}

/// The attachment that [`Zeros`] gives; a whole number of MiB.
pub(crate) fn zeros(size: u64) -> Attachment {
    let bytes = vec![0; usize::try_from(size).expect("a size")];
    let sha256 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes));
    let media_type = "application/pdf".into();
    Attachment { name: "図面.pdf".into(), sha256, size, media_type }
}

pub(crate) struct Far {
    pub(crate) folder: TempDir,
    pub(crate) sandbox: Sandbox,
}

pub(crate) fn settings(root: &std::path::Path) -> Settings {
    Settings::new(root, Arc::new(now))
}

pub(crate) async fn sandbox() -> Far {
    let folder = TempDir::new().expect("a folder");
    let sandbox = Sandbox::start(settings(folder.path())).await.expect("a sandbox");
    Far { folder, sandbox }
}

/// The reason of an outcome that is not a delivery.
pub(crate) fn why(outcome: &Outcome) -> &Why {
    match outcome {
        Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => why,
        Outcome::Delivered { .. } => panic!("{outcome:?}"),
    }
}

/// Asserts the outcome's word and its code.
#[track_caller]
pub(crate) fn assert_outcome(outcome: &Outcome, word: &str, code: &str) {
    assert_eq!((outcome.as_str(), why(outcome).code.as_str()), (word, code), "{outcome:?}");
}

/// A server that reads `read` bytes of one connection, writes the answer and hangs up.
pub(crate) async fn scripted(read: usize, answer: impl Into<Vec<u8>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let answer = answer.into();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut heard = vec![0; read];
        stream.read_exact(&mut heard).await.expect("the request");
        stream.write_all(&answer).await.expect("the answer");
        stream.flush().await.expect("the answer");
    });
    port
}
