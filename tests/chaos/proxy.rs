//! A proxy before one far side, whose line can be cut, slow or half open.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As it should be.
    Open,
    /// What is open is reset, and each new connection after so many bytes, either way.
    Cut { after: usize },
    /// Each piece is late.
    Late(Duration),
    /// The far side hears, and is not heard.
    HalfOpen,
}

/// The listening proxy; it and its connections end when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    mode: watch::Sender<Mode>,
    /// Sent whenever all that is open is to be reset.
    resets: watch::Sender<()>,
    _accepting: JoinSet<()>,
}

impl Proxy {
    /// Listens on a free loopback port for what is meant for that one.
    pub(crate) async fn start(far: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let mode = watch::Sender::new(Mode::Open);
        let resets = watch::Sender::new(());
        let (told, reset) = (mode.subscribe(), resets.subscribe());
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut lines = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((near, _)) = listener.accept() => {
                        lines.spawn(carry(near, far, (told.clone(), reset.clone())));
                    }
                    Some(_ended) = lines.join_next() => {}
                }
            }
        });
        Ok(Self { port, mode, resets, _accepting: accepting })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Resets what is open; new connections are carried as before.
    pub(crate) fn reset(&self) {
        self.resets.send_replace(());
    }

    pub(crate) fn is_open(&self) -> bool {
        *self.mode.borrow() == Mode::Open
    }

    /// Open again, unless something else has befallen it since.
    pub(crate) fn heal(&self, from: Mode) {
        self.mode.send_if_modified(|mode| {
            let is_mine = *mode == from;
            if is_mine {
                *mode = Mode::Open;
            }
            is_mine
        });
    }
}

async fn carry(
    mut near: TcpStream,
    far: u16,
    (told, mut reset): (watch::Receiver<Mode>, watch::Receiver<()>),
) {
    // What was reset before this one began is not its matter.
    reset.mark_unchanged();
    let Ok(mut far) = TcpStream::connect((Ipv4Addr::LOCALHOST, far)).await else { return };
    drop((near.set_nodelay(true), far.set_nodelay(true)));
    let passed = AtomicUsize::new(0);
    let (near_out, near_in) = near.split();
    let (far_out, far_in) = far.split();
    let both = async {
        tokio::try_join!(
            pump(near_out, far_in, (&told, false), &passed),
            pump(far_out, near_in, (&told, true), &passed)
        )
    };
    let is_cut = tokio::select! {
        done = both => done.is_err(),
        () = broken(told.clone()) => true,
        Ok(()) = reset.changed() => true,
    };
    if is_cut {
        // A reset, not a polite end.
        drop((near.set_zero_linger(), far.set_zero_linger()));
    }
}

/// One way of a line.
async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    (told, is_answer): (&watch::Receiver<Mode>, bool),
    passed: &AtomicUsize,
) -> io::Result<()> {
    let mut piece = vec![0; 16 * 1024];
    loop {
        let mut count = from.read(&mut piece).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        let mode = *told.borrow();
        let mut is_last = false;
        match mode {
            Mode::Late(by) => tokio::time::sleep(by).await,
            Mode::HalfOpen if is_answer => continue,
            Mode::Open | Mode::HalfOpen => {}
            Mode::Cut { after } => {
                let before = passed.fetch_add(count, Ordering::Relaxed);
                is_last = before + count >= after;
                count = count.min(after.saturating_sub(before));
            }
        }
        to.write_all(&piece[..count]).await?;
        if is_last {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
    }
}

/// Until the line is cut, or a half-open one, of which bytes are missing, ends.
async fn broken(mut told: watch::Receiver<Mode>) {
    let mut mode = *told.borrow_and_update();
    while told.changed().await.is_ok() {
        let next = *told.borrow_and_update();
        let is_cut = matches!(next, Mode::Cut { .. });
        if is_cut || (mode == Mode::HalfOpen && next != Mode::HalfOpen) {
            return;
        }
        mode = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A far side that answers each byte with the next one.
    async fn far() -> io::Result<(u16, JoinSet<()>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                tokio::spawn(async move {
                    while let Ok(byte) = near.read_u8().await {
                        if near.write_u8(byte + 1).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Ok((port, serving))
    }

    #[tokio::test]
    async fn a_line_carries_then_is_cut_half_open_and_well_again() -> io::Result<()> {
        let (port, _serving) = far().await?;
        let proxy = Proxy::start(port).await?;
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await?;
        line.write_u8(1).await?;
        assert_eq!(line.read_u8().await?, 2);
        proxy.set(Mode::Cut { after: 2 });
        assert!(line.read_u8().await.is_err(), "what was open is reset");
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await?;
        line.write_u8(1).await?;
        assert_eq!(line.read_u8().await?, 2);
        assert!(line.read_u8().await.is_err(), "two bytes have passed");
        proxy.set(Mode::HalfOpen);
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await?;
        line.write_u8(1).await?;
        let answer = tokio::time::timeout(Duration::from_millis(100), line.read_u8()).await;
        assert!(answer.is_err(), "{answer:?}");
        proxy.heal(Mode::Cut { after: 2 });
        assert_eq!(*proxy.mode.borrow(), Mode::HalfOpen, "that was another's");
        proxy.heal(Mode::HalfOpen);
        assert!(line.read_u8().await.is_err(), "its answer is missing for ever");
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await?;
        line.write_u8(7).await?;
        assert_eq!(line.read_u8().await?, 8);
        proxy.reset();
        assert!(line.read_u8().await.is_err(), "what was open is reset");
        assert!(proxy.is_open());
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await?;
        line.write_u8(3).await?;
        assert_eq!(line.read_u8().await?, 4);
        Ok(())
    }
}
