//! The far side of the malware scanner: a stand-in that speaks clamd's protocol and finds the EICAR
//! test file, for tests that need nothing installed; and what both it and a real one can be told.

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::servers::clamd::{Clamd, STREAM_BYTES_MAX, eicar};

/// A scanner that a test may stop and start again.
pub trait FarScanner {
    /// `scan.socket`
    fn socket(&self) -> String;
    /// Ends it.
    fn stop(&mut self) -> impl Future<Output = Result<()>>;
    /// Starts it again.
    fn start_again(&mut self) -> impl Future<Output = Result<()>>;
}

impl FarScanner for Clamd {
    fn socket(&self) -> String {
        Self::socket(self)
    }

    async fn stop(&mut self) -> Result<()> {
        self.kill()
    }

    async fn start_again(&mut self) -> Result<()> {
        self.restart()
    }
}

/// The stand-in.
#[derive(Debug)]
pub struct StandIn {
    port: u16,
    server: JoinHandle<()>,
}

impl StandIn {
    /// Listens.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        Ok(Self { port, server: tokio::spawn(serve(listener)) })
    }
}

impl FarScanner for StandIn {
    fn socket(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    async fn stop(&mut self) -> Result<()> {
        self.server.abort();
        // Its port is free again when the task has ended.
        drop((&mut self.server).await);
        Ok(())
    }

    async fn start_again(&mut self) -> Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        self.server = tokio::spawn(serve(listener));
        Ok(())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener) {
    while let Ok((mut socket, _)) = listener.accept().await {
        // Whoever hangs up in the middle needs no answer.
        drop(answer(&mut socket).await);
    }
}

async fn answer(socket: &mut TcpStream) -> std::io::Result<()> {
    let mut command = Vec::new();
    while socket.read_buf(&mut command).await? > 0 && !command.contains(&0) {}
    if command.starts_with(b"zVERSION") {
        return socket.write_all(b"ClamAV stand-in/1/today\0").await;
    }
    let mut bytes = command.split_off(b"zINSTREAM\0".len());
    let mut file = Vec::new();
    loop {
        while bytes.len() < 4 {
            socket.read_buf(&mut bytes).await?;
        }
        let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        if length == 0 {
            break;
        }
        while bytes.len() < 4 + length {
            socket.read_buf(&mut bytes).await?;
        }
        file.extend_from_slice(&bytes[4..4 + length]);
        bytes.drain(..4 + length);
        if file.len() as u64 > STREAM_BYTES_MAX {
            return socket.write_all(b"INSTREAM size limit exceeded. ERROR\0").await;
        }
    }
    let needle = eicar();
    let is_infected = file.windows(needle.len()).any(|part| part == needle.as_bytes());
    let said: &[u8] =
        if is_infected { b"stream: Todoke.Test.EICAR.UNOFFICIAL FOUND\0" } else { b"stream: OK\0" };
    socket.write_all(said).await
}
