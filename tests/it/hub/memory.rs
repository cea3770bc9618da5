//! Memory stays flat in the size of an attachment, from the upload to the authority.

use std::process::Command;

use adapters::sandbox::Keep;
use anyhow::{Context, Result, ensure};
use futures::stream;
use hub::delivery::State;
use hub::web::access::Scope;
use schemas::{Attachment, Channel, Submission};
use tests::house::{Front, House, change, operator};

const SAPPORO: &str = "011002";
const MIB: u64 = 1 << 20;

/// Set in the process that is measured: other tests would grow the one that they run in.
const ALONE: &str = "MEASURED_ALONE";

#[tokio::test]
async fn a_large_attachment_costs_no_memory() -> Result<()> {
    if std::env::var_os(ALONE).is_some() {
        return measure(64 * MIB, 32 * MIB).await;
    }
    let mut alone = Command::new(std::env::current_exe()?);
    alone.args(["--exact", "hub::memory::a_large_attachment_costs_no_memory", "--nocapture"]);
    let output = alone.env(ALONE, "1").output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    ensure!(said.contains("1 passed"), "the test was not found by its name: {said}");
    Ok(())
}

async fn measure(bytes: u64, growth_max: u64) -> Result<()> {
    let house = House::build().ladder(SAPPORO, &[Channel::Api]).keep(Keep::DigestOnly);
    let mut house = house.start().await?;
    let front = house.front().await?;
    let key = house.key(Scope::Operator(operator())).await?;
    // What is set up once is no growth.
    carry(&mut house, &front, &key, 2 * MIB).await?;
    let before = peak()?;
    carry(&mut house, &front, &key, bytes).await?;
    let growth = peak()? - before;
    assert!(growth < growth_max, "{} KiB more for {} KiB", growth / 1024, bytes / 1024);
    let arrived = house.sandbox.arrivals();
    assert!(arrived.len() == 2 && arrived[1].size > bytes, "{arrived:?}");
    drop(front);
    house.finish().await
}

/// Uploads, files and delivers.
async fn carry(house: &mut House, front: &Front, key: &str, bytes: u64) -> Result<()> {
    let mut chunk = vec![0x5A; 64 * 1024];
    chunk[..8].copy_from_slice(b"%PDF-1.7");
    let chunk = bytes::Bytes::from(chunk);
    let chunks = usize::try_from(bytes)? / chunk.len();
    let body = stream::iter((0..chunks).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    let uploaded = front.upload(key, reqwest::Body::wrap_stream(body)).await?;
    assert!(uploaded.status.as_u16() == 201, "{uploaded:?}");
    let file = Attachment {
        name: "図面.pdf".to_owned(),
        sha256: uploaded.json["sha256"].as_str().context("a digest")?.to_owned(),
        size: uploaded.json["size"].as_u64().context("a size")?,
        media_type: "application/pdf".to_owned(),
    };
    assert!(file.size == bytes, "{file:?}");
    let filing =
        house.deliver(&Submission { attachments: vec![file], ..change(SAPPORO, &[]) }).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    Ok(())
}

/// The most memory that this process has had, in bytes.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|text| text.split_whitespace().next()).context("VmHWM")?;
    Ok(kib.parse::<u64>()? * 1024)
}
