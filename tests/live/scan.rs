//! Files and a real ClamAV, on PostgreSQL.

use std::time::Duration;

use adapters::{Clamd, ClamdSettings, Verdict};
use anyhow::{Result, ensure};
use bytes::Bytes;
use tests::house::{Builder, House};
use tests::servers::clamd::{self, SIGNATURE, eicar};
use tests::servers::{Clamd as Server, Postgres};

async fn real() -> Result<(Builder, Server)> {
    let store = Postgres::shared().fresh_database().await?;
    Ok((House::build().store(store), tokio::task::spawn_blocking(Server::start).await??))
}

tests::scan_contract!(real);

#[tokio::test]
async fn clamd_answers_over_both_sockets() -> Result<()> {
    let server = Server::shared();
    for socket in [server.socket(), server.tcp_socket()] {
        let time = Duration::from_secs(20);
        let bytes_max = 2 * clamd::STREAM_BYTES_MAX;
        let settings = ClamdSettings { socket, connect: time, idle: time, answer: time, bytes_max };
        let scanner = Clamd::new(settings).map_err(anyhow::Error::msg)?;
        let version = scanner.version().await.map_err(|why| anyhow::anyhow!(why.sentence))?;
        ensure!(version.starts_with("ClamAV 1") || version.starts_with("ClamAV 0"), "{version}");
        let ask = async |text: Vec<u8>| {
            let pieces = text.chunks(100_000).map(Bytes::copy_from_slice).collect::<Vec<_>>();
            let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
            scanner.scan(text.len() as u64, futures::stream::iter(pieces)).await
        };
        ensure!(ask(b"nothing".to_vec()).await == Verdict::Clean);
        ensure!(ask(vec![b' '; 5 << 20]).await == Verdict::Clean);
        let found = Verdict::Infected { signature: SIGNATURE.to_owned() };
        ensure!(ask(eicar().into_bytes()).await == found);
        let too_large = ask(vec![b' '; 12 << 20]).await;
        let Verdict::Unknown { why } = too_large else { anyhow::bail!("{too_large:?}") };
        ensure!(why.code == "scan_too_large", "{why:?}");
    }
    Ok(())
}
