//! How fast a package of 20 files and 50 MiB is built, beside its bound: the same bytes summed as
//! often and written once, without a bag, an archive or streams. `cargo bench -p adapters --bench
//! seal` (aim: 200 MiB a second, or close to the bound).

use std::hint::black_box;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::time::Duration;

use adapters::package::{Contents, Layout, LedgerFacts, ledger_csv, seal};
use adapters::{Action, AttachmentSource};
use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use bytes::Bytes;
use criterion::measurement::{Measurement, WallTime};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use schemas::{Attachment, Submission};
use serde_json::json;
use tokio::runtime::Runtime;

const FILES: usize = 20;
const FILE_BYTES: usize = 50 * 1024 * 1024 / FILES;
/// As an object store gives them.
const PIECE_BYTES: usize = 64 * 1024;
/// As `package.memory_bytes_max` is by default: larger packages are built in a file.
const MEMORY_BYTES_MAX: usize = 1024 * 1024;
/// Turns of both, one after the other, from which the ratio is taken.
const TURNS: usize = 20;

/// Gives the same file for any digest.
struct Memory(Bytes);

#[async_trait]
impl AttachmentSource for Memory {
    async fn open(&self, _: &str) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let file = self.0.clone();
        let pieces = (0..file.len()).step_by(PIECE_BYTES);
        let piece = move |at| Ok(file.slice(at..file.len().min(at + PIECE_BYTES)));
        Ok(stream::iter(pieces.map(piece)).boxed())
    }
}

/// Bytes that do not repeat within a block of any sum.
fn file() -> Bytes {
    let mut state = 0x9E37_79B9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()
    };
    (0..FILE_BYTES / 4).flat_map(|_| next()).collect::<Vec<_>>().into()
}

fn contents(file: &Bytes) -> Contents {
    let delivery = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id");
    let at = "2026-04-01T00:00:00+09:00".parse().expect("a time");
    let facts = LedgerFacts {
        receipt_number: "TTKVW-3X6H-RAST",
        revision: 1,
        action: Action::Submit,
        delivery,
        authority: "011002".parse().expect("a code"),
        received_at: at,
        first_received_at: at,
    };
    let filing = json!({
        "kind": "change", "corporate_number": "1180301018771", "operator_name": "さくら介護",
        "offices": [{ "name": "さくら訪問介護", "municipality": "011002",
            "services": [{ "service": "11" }] }],
    });
    let filing: Submission = serde_json::from_value(filing).expect("a submission");
    let sha256 = hex::encode(digest(&SHA256, file));
    let attachment = |number| Attachment {
        name: format!("{number}.pdf"),
        sha256: sha256.clone(),
        size: file.len() as u64,
        media_type: "application/pdf".into(),
    };
    Contents {
        delivery,
        receipt_number: facts.receipt_number.into(),
        received_at: at,
        filing_json: Bytes::from_static(b"{}"),
        receipt_json: Bytes::from_static(b"{}"),
        is_test: false,
        layout: Layout::First(ledger_csv(&filing, &facts)),
        attachments: (0..FILES).map(attachment).collect(),
    }
}

/// What no builder can do without: both digests and the CRC of each file, all of it written, and
/// the digest of what was written.
fn bound(file: &Bytes, folder: &Path) -> io::Result<()> {
    let mut to = tempfile::tempfile_in(folder)?;
    for _ in 0..FILES {
        black_box((digest(&SHA256, file), digest(&SHA512, file), crc32fast::hash(file)));
        to.write_all(file)?;
        black_box(digest(&SHA256, file));
    }
    to.rewind()
}

fn time(work: impl FnOnce()) -> Duration {
    let start = WallTime.start();
    work();
    WallTime.end(start)
}

fn bench(criterion: &mut Criterion) {
    let file = file();
    let (contents, source) = (contents(&file), Memory(file.clone()));
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let package = || {
        let sealing = seal(&contents, &source, folder.path(), MEMORY_BYTES_MAX);
        drop(runtime.block_on(sealing).expect("a package"));
    };
    let bound = || bound(&file, folder.path()).expect("it is written");
    let mut group = criterion.benchmark_group("20 files, 50 MiB");
    group.throughput(Throughput::Bytes((FILES * FILE_BYTES) as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(20);
    group.bench_function("package", |bench| bench.iter(package));
    group.bench_function("bound", |bench| bench.iter(bound));
    group.finish();
    // In turns, so that whatever slows the machine slows both.
    let turns = (0..TURNS).map(|_| (time(package), time(bound)));
    let (ours, least) =
        turns.fold((Duration::ZERO, Duration::ZERO), |(a, b), turn| (a + turn.0, b + turn.1));
    let ratio = ours.as_secs_f64() / least.as_secs_f64();
    writeln!(io::stderr(), "a package takes {ratio:.2} times its bound").expect("a terminal");
}

criterion_group!(benches, bench);
criterion_main!(benches);
