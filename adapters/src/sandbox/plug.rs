//! A connection whose plug can be pulled, so that an answer under way is lost for sure.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A socket that reads and writes nothing more once its token is cancelled.
pub(super) struct Plugged {
    stream: TcpStream,
    pulled: CancellationToken,
    wait: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Plugged {
    pub(super) fn new(stream: TcpStream) -> Self {
        let pulled = CancellationToken::new();
        let wait = Box::pin(pulled.clone().cancelled_owned());
        Self { stream, pulled, wait }
    }

    /// Pulls the plug when cancelled.
    pub(super) fn token(&self) -> CancellationToken {
        self.pulled.clone()
    }

    fn is_pulled(&mut self, cx: &mut Context<'_>) -> bool {
        self.wait.as_mut().poll(cx).is_ready()
    }
}

fn gone<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
}

impl AsyncRead for Plugged {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_pulled(cx) {
            return gone();
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Plugged {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.pulled.is_cancelled() {
            return gone();
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
