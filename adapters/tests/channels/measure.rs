//! Not checks but measurements:
//! `cargo test --release -p adapters --test channels -- --ignored --nocapture --test-threads 1`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures and tells")]

use std::time::Instant;

use adapters::api::{Api, Settings};
use adapters::guard::Guard;
use adapters::package::{Contents, Layout, NoAttachments, seal};
use adapters::sandbox::{Keep, Sandbox};
use adapters::sftp::{Config, PoolLimits, Sftp};
use adapters::{Adapter, Endpoint, Parcel};
use bytes::Bytes;
use futures::StreamExt;

use crate::support::{Zeros, code, now, package, parcel, parcel_of, sandbox, settings, zeros};

/// Delivers `total` parcels, 64 at once; answers the rate.
async fn rate(adapter: &dyn Adapter, endpoint: &Endpoint, parcel: &Parcel, total: u32) -> f64 {
    let start = Instant::now();
    let tries = (0..total).map(|n| {
        let mut parcel = parcel.clone();
        parcel.delivery.0 = uuid::Uuid::from_u128(u128::from(n));
        async move { adapter.deliver(endpoint, &parcel).await }
    });
    let mut done = futures::stream::iter(tries).buffer_unordered(64);
    while let Some(outcome) = done.next().await {
        assert_eq!(outcome.as_str(), "delivered", "{outcome:?}");
    }
    f64::from(total) / start.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn posts_per_second() {
    let guard = Guard { allow_private: true };
    let api = Api::new(Settings { guard, ..Settings::default() }).expect("a client");
    let parcel = parcel().await;
    for keep in [Keep::DigestOnly, Keep::Bytes] {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = adapters::sandbox::Settings { keep, ..settings(folder.path()) };
        let sandbox = Sandbox::start(settings).await.expect("a sandbox");
        let endpoint = Endpoint::Api(sandbox.api_endpoint(code()));
        let rate = rate(&api, &endpoint, &parcel, 20_000).await;
        let size = parcel.package.size;
        println!("API {keep:?}: {rate:.0}/s of {size} bytes, both sides on 2 threads");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn drops_per_second() {
    let far = sandbox().await;
    let sftp = Sftp::new(
        Guard { allow_private: true },
        PoolLimits { per_endpoint_max: 64, ..PoolLimits::default() },
    );
    let endpoint = Endpoint::Sftp(far.sandbox.sftp_endpoint(code()));
    let rate = rate(&sftp, &endpoint, &parcel().await, 5_000).await;
    println!("SFTP: {rate:.0}/s, both sides on 2 threads");
    let large = parcel_of(package(vec![zeros(256 << 20)], &Zeros(256 << 20), 0).await);
    for (writes_in_flight, write_bytes) in [(1, 32 << 10), (16, 32 << 10), (64, 255 << 10)] {
        let config = Config { writes_in_flight, write_bytes, ..far.sandbox.sftp_endpoint(code()) };
        let mut large = large.clone();
        large.delivery.0 = uuid::Uuid::from_u128((writes_in_flight << 32) as u128);
        let start = Instant::now();
        let outcome = sftp.deliver(&Endpoint::Sftp(config), &large).await;
        assert_eq!(outcome.as_str(), "delivered", "{outcome:?}");
        let rate = 256.0 / start.elapsed().as_secs_f64();
        println!("SFTP, {writes_in_flight} writes of {write_bytes} bytes: {rate:.0} MiB/s");
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn seals_per_second() {
    let contents = Contents {
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3b".parse().expect("an id"),
        receipt_number: "TTKVW-3X6H-RAST".into(),
        received_at: now(),
        filing_json: Bytes::from(vec![b'x'; 2048]),
        layout: Layout::First(Bytes::from(vec![b'x'; 512])),
        receipt_json: Bytes::from(vec![b'x'; 512]),
        is_test: false,
        attachments: vec![],
    };
    let (start, total) = (Instant::now(), 20_000u32);
    for _ in 0..total {
        seal(&contents, &NoAttachments, std::path::Path::new(""), 1 << 20).await.expect("one");
    }
    println!("seal: {:.1} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(total));
}

/// Bytes that this process holds, and held at most.
fn resident() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let read = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
        line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") >> 10
    };
    (read("VmRSS:"), read("VmHWM:"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn memory_of_a_gibibyte() {
    let far = sandbox().await;
    let size = 1u64 << 30;
    // The digest of a GiB of zeros, so that this test does not hold one either.
    let sha256 = "49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14".to_owned();
    let file = schemas::Attachment { sha256, size, ..zeros(0) };
    let before = resident().0;
    let start = Instant::now();
    let parcel = parcel_of(package(vec![file], &Zeros(size), 1 << 20).await);
    println!("seal 1 GiB: {:.1} s", start.elapsed().as_secs_f64());
    let guard = Guard { allow_private: true };
    let api = Api::new(Settings { guard, ..Settings::default() }).expect("a client");
    let start = Instant::now();
    let outcome = api.deliver(&Endpoint::Api(far.sandbox.api_endpoint(code())), &parcel).await;
    assert_eq!(outcome.as_str(), "delivered", "{outcome:?}");
    println!("post 1 GiB: {:.1} s", start.elapsed().as_secs_f64());
    let sftp = Sftp::new(guard, PoolLimits::default());
    let start = Instant::now();
    let outcome = sftp.deliver(&Endpoint::Sftp(far.sandbox.sftp_endpoint(code())), &parcel).await;
    assert_eq!(outcome.as_str(), "delivered", "{outcome:?}");
    println!("drop 1 GiB: {:.1} s", start.elapsed().as_secs_f64());
    println!("resident before {before} MiB, at most {} MiB, far sides included", resident().1);
}
