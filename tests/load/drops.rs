//! Packages dropped over SFTP, and as many bytes put by OpenSSH's own client, in turns: once bare,
//! once under another name first and with a marker after. Ours also looks for an earlier copy and
//! checks the size.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use adapters::guard::Guard;
use adapters::sftp::{Config, PoolLimits, Sftp};
use adapters::{Adapter, Endpoint, Sealed};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use schemas::Outcome;
use serde_json::{Value, json};
use tests::parcels::parcel_of;
use tests::servers::Sshd;

use crate::measure::{self, Watch};

/// What is dropped
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// MiB of the large package
    #[arg(long, default_value_t = 100)]
    large: usize,
    /// Small packages
    #[arg(long, default_value_t = 2_000)]
    small: usize,
    /// KiB of a small package
    #[arg(long, default_value_t = 10)]
    kib: usize,
    /// Small packages dropped at once, as `lane.cap` has it
    #[arg(long, default_value_t = 4)]
    at_once: usize,
    /// Turns of each
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    turns: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures both, and prints the table.
pub(crate) async fn run(args: &Args) -> Result<()> {
    hub::app::install_crypto();
    let server = Sshd::shared();
    let large = compare(server, args, 1, args.large << 20).await.context("the large package")?;
    let small = compare(server, args, args.small, args.kib << 10).await.context("small ones")?;
    let result = json!({
        "large_mib": args.large, "large": large,
        "small_kib": args.kib, "small_files": args.small, "small_at_once": args.at_once,
        "small": small,
    });
    measure::print(&result, args.json)
}

/// Medians of both, in seconds, and how many times faster ours is.
async fn compare(server: &Sshd, args: &Args, count: usize, bytes: usize) -> Result<Value> {
    let mut body = vec![0; bytes];
    StdRng::seed_from_u64(7).fill(&mut body[..]);
    let body = Bytes::from(body);
    let (mut ours, mut bare, mut marked) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.turns {
        bare.push(put(server, &body, count, false)?);
        marked.push(put(server, &body, count, true)?);
        ours.push(drop_all(server, args, &body, count).await?);
    }
    let [ours, bare, marked] = [ours, bare, marked].map(|times| median(times).as_secs_f64());
    Ok(json!({
        "ours_seconds": ours,
        "openssh_seconds": bare, "times_faster": bare / ours,
        "openssh_with_marker_seconds": marked, "times_faster_than_with_marker": marked / ours,
    }))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// By the hub's adapter: login, packages, markers.
async fn drop_all(server: &Sshd, args: &Args, body: &Bytes, count: usize) -> Result<Duration> {
    let (config, folder) = server.drop_box()?;
    let sftp = Sftp::new(Guard { allow_private: true }, PoolLimits::default());
    let package = Sealed::in_memory(body.clone());
    let endpoint = Endpoint::Sftp(Config { result_folder: None, ..config });
    let watch = Watch::start(std::process::id());
    let drops = (0..count).map(|_| async {
        let outcome = sftp.deliver(&endpoint, &parcel_of(package.clone())?).await;
        ensure!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
        Ok(())
    });
    futures::stream::iter(drops).buffer_unordered(args.at_once).try_collect::<()>().await?;
    let time = watch.elapsed();
    look(&folder, count * 2)?;
    Ok(time)
}

/// By `sftp -b`: one session, one file after the other; with a marker under its last name only when
/// all of it is there.
fn put(server: &Sshd, body: &Bytes, count: usize, marks: bool) -> Result<Duration> {
    let (config, folder) = server.drop_box()?;
    let here = tempfile::tempdir()?;
    let [file, mark, commands] = ["package", "mark", "commands"].map(|name| here.path().join(name));
    std::fs::write(&file, body)?;
    std::fs::write(&mark, "{}\n")?;
    let (file, mark) = (file.display(), mark.display());
    let put = |at: usize| {
        let path = format!("{}/{at}.zip", config.folder);
        if marks {
            format!("put {file} {path}.part\nrename {path}.part {path}\nput {mark} {path}.done\n")
        } else {
            format!("put {file} {path}\n")
        }
    };
    std::fs::write(&commands, (0..count).map(put).collect::<String>())?;
    let mut client: Command = server.client(&commands)?;
    client.stdin(Stdio::null()).stdout(Stdio::null());
    let watch = Watch::start(std::process::id());
    let status = client.status()?;
    let time = watch.elapsed();
    ensure!(status.success(), "sftp: {status}");
    look(&folder, if marks { count * 2 } else { count })?;
    Ok(time)
}

/// Counts what lies there, and makes room.
fn look(folder: &Path, wanted: usize) -> Result<()> {
    let found = std::fs::read_dir(folder)?.count();
    ensure!(found == wanted, "{found} files instead of {wanted} in {}", folder.display());
    Ok(std::fs::remove_dir_all(folder)?)
}
