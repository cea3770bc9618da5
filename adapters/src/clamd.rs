//! Whether a file holds malware, as a ClamAV `clamd` says: one question, one answer.
//!
//! The protocol is `INSTREAM` of clamd(8): the bytes in pieces, each after its length, on a
//! connection of their own. The answer is listened for while they go out: a `clamd` that has enough
//! of them (`StreamMaxLength`) says so in the middle and hangs up.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use schemas::{Owner, Why};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// Bytes of one piece.
const PIECE_BYTES: usize = 256 * 1024;
/// Bytes of an answer at most: the name of a signature is short.
const ANSWER_BYTES_MAX: u64 = 4_096;
/// ClamAV's findings about a file that it did not look through, with `AlertExceedsMax yes`.
const LIMIT_FINDINGS: &str = "Heuristics.Limits.Exceeded";

/// How a `clamd` is reached, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClamdSettings {
    /// `unix:/PATH` or `tcp://HOST:PORT`.
    pub socket: String,
    /// Time for it to take the connection, and to tell its version.
    pub connect: Duration,
    /// Time in which it takes the next piece.
    pub idle: Duration,
    /// Time from the last piece to its answer.
    pub answer: Duration,
    /// Bytes of a file at most; its own `StreamMaxLength` is no less.
    pub bytes_max: u64,
}

/// A `clamd`.
#[derive(Debug, Clone)]
pub struct Clamd {
    address: Address,
    settings: ClamdSettings,
}

#[derive(Debug, Clone)]
enum Address {
    Unix(PathBuf),
    Tcp(String),
}

/// What it says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// It holds what this signature describes.
    Infected {
        /// The signature's name.
        signature: String,
    },
    /// It has not been looked through, so nothing is known of it.
    Unknown {
        /// Why.
        why: Why,
    },
}

impl Verdict {
    /// The word used in metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Infected { .. } => "infected",
            Self::Unknown { .. } => "unknown",
        }
    }
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

impl Clamd {
    /// The `clamd` behind a socket; connects to nothing yet. An error says how to write it.
    pub fn new(settings: ClamdSettings) -> Result<Self, String> {
        let socket = settings.socket.as_str();
        let address = match (socket.strip_prefix("unix:"), socket.strip_prefix("tcp://")) {
            (Some(path), _) if path.starts_with('/') => Address::Unix(path.into()),
            (_, Some(place)) if is_place(place) => Address::Tcp(place.to_owned()),
            (_, _) => {
                return Err(format!(
                    "scan.socket: {socket:?} is no socket; write unix:/PATH or tcp://HOST:PORT, or \
                     leave it empty"
                ));
            }
        };
        Ok(Self { address, settings })
    }

    /// Its version and that of its signatures, such as `ClamAV 1.4.3/27650/Mon May 26 2025`.
    pub async fn version(&self) -> Result<String, Why> {
        let ask = async {
            let mut socket = self.connect().await?;
            socket.write_all(b"zVERSION\0").await?;
            read_answer(&mut socket).await
        };
        let answer = timeout(self.settings.connect, ask).await.unwrap_or_else(|_| Err(late()));
        match answer {
            Ok(version) if version.starts_with("ClamAV") => Ok(version),
            Ok(other) => Err(self.away(&format!("it answers {other:?}, which is no ClamAV"))),
            Err(error) => Err(self.away(&error.to_string())),
        }
    }

    /// Asks about a file of `size` bytes. Whatever hinders an answer is [`Verdict::Unknown`].
    pub async fn scan<E: std::fmt::Display>(
        &self,
        size: u64,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Verdict {
        if size > self.settings.bytes_max {
            return Verdict::Unknown { why: too_large("scan.stream_bytes_max") };
        }
        self.ask(bytes).await.unwrap_or_else(|why| Verdict::Unknown { why })
    }

    async fn ask<E: std::fmt::Display>(
        &self,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<Verdict, Why> {
        let connecting = timeout(self.settings.connect, self.connect()).await;
        let socket = connecting.unwrap_or_else(|_| Err(late()));
        let socket = socket.map_err(|error| self.away(&error.to_string()))?;
        let (mut reader, writer) = tokio::io::split(socket);
        let mut answering = std::pin::pin!(read_answer(&mut reader));
        let sending = self.send(writer, bytes);
        let answer = tokio::select! {
            biased;
            answer = &mut answering => match answer.map(|early| verdict(&early)) {
                // Nobody can know that before the end.
                Ok(Ok(Verdict::Clean)) => Err(early_pass()),
                Ok(verdict) => return verdict,
                Err(error) => Err(error),
            },
            sent = sending => {
                // A connection that it has closed: it said why before.
                let _half = sent?;
                let last = timeout(self.settings.answer, &mut answering).await;
                last.unwrap_or_else(|_| Err(late()))
            }
        };
        match answer {
            Ok(answer) => verdict(&answer),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(slow("answer")),
            Err(error) => Err(self.away(&error.to_string())),
        }
    }

    /// Sends the bytes; gives the socket's half back, so that it stays open for the answer.
    async fn send<W: AsyncWrite + Unpin, E: std::fmt::Display>(
        &self,
        mut writer: W,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<W, Why> {
        let idle = self.settings.idle;
        let mut is_open = write(&mut writer, b"zINSTREAM\0", idle).await?;
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|error| {
                let sentence = format!("the stored file cannot be read: {error}");
                Why::new("scan_file_unreadable", Owner::Hub, sentence)
            })?;
            for part in piece.chunks(PIECE_BYTES) {
                let length = u32::try_from(part.len()).unwrap_or_default().to_be_bytes();
                is_open = is_open
                    && write(&mut writer, &length, idle).await?
                    && write(&mut writer, part, idle).await?;
            }
            if !is_open {
                return Ok(writer);
            }
        }
        write(&mut writer, &[0; 4], idle).await?;
        Ok(writer)
    }

    async fn connect(&self) -> io::Result<Box<dyn Socket>> {
        Ok(match &self.address {
            Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
            Address::Tcp(place) => {
                let socket = TcpStream::connect(place).await?;
                socket.set_nodelay(true)?;
                Box::new(socket)
            }
        })
    }

    fn away(&self, what: &str) -> Why {
        let sentence = format!(
            "the malware scanner cannot be reached ({}): {what}; check that clamd runs",
            self.settings.socket
        );
        Why::new("scanner_away", Owner::Hub, sentence)
    }
}

fn is_place(place: &str) -> bool {
    let parts = place.rsplit_once(':');
    parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "no answer in time")
}

fn early_pass() -> io::Error {
    io::Error::other("it passed the file before it had all of it")
}

fn slow(setting: &str) -> Why {
    let sentence = format!(
        "the malware scanner took too long (scan.{setting}_ms); check the load of its machine"
    );
    Why::new("scanner_slow", Owner::Hub, sentence)
}

fn too_large(setting: &str) -> Why {
    let sentence = format!(
        "the file is larger than the malware scanner looks through ({setting}); raise the limit, \
         or have the file split"
    );
    Why::new("scan_too_large", Owner::Hub, sentence)
}

/// Writes; false when the other side has hung up, which it does after an answer.
async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    limit: Duration,
) -> Result<bool, Why> {
    match timeout(limit, writer.write_all(bytes)).await {
        Ok(written) => Ok(written.is_ok()),
        Err(_) => Err(slow("idle")),
    }
}

async fn read_answer(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut answer = Vec::new();
    let read = reader.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await;
    // What it said before it hung up counts.
    if answer.is_empty() {
        read?;
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it hung up without an answer"));
    }
    Ok(String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned())
}

/// Reads the answer about a stream.
fn verdict(answer: &str) -> Result<Verdict, Why> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Ok(Verdict::Clean);
    }
    if let Some(signature) = said.strip_suffix(" FOUND") {
        if signature.starts_with(LIMIT_FINDINGS) {
            return Err(too_large("clamd's MaxScanSize, MaxFileSize and others"));
        }
        return Ok(Verdict::Infected { signature: signature.to_owned() });
    }
    if said.contains("size limit exceeded") {
        return Err(too_large("clamd's StreamMaxLength"));
    }
    let sentence = format!("the malware scanner could not look through the file: {said}");
    Err(Why::new("scanner_failed", Owner::Hub, sentence))
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use tokio::net::TcpListener;

    use super::*;

    fn settings(socket: &str) -> ClamdSettings {
        let short = Duration::from_millis(200);
        let socket = socket.to_owned();
        ClamdSettings { socket, connect: short, idle: short, answer: short, bytes_max: 10 << 20 }
    }

    fn file(pieces: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin {
        let piece = || Ok(Bytes::from(vec![7; PIECE_BYTES]));
        stream::iter(std::iter::repeat_with(piece).take(pieces))
    }

    fn code(verdict: &Verdict) -> &str {
        match verdict {
            Verdict::Unknown { why } => &why.code,
            Verdict::Clean => "clean",
            Verdict::Infected { .. } => "infected",
        }
    }

    #[test]
    fn every_answer_is_read_and_none_but_ok_is_a_pass() {
        let told = |answer| match verdict(answer) {
            Ok(verdict) => code(&verdict).to_owned(),
            Err(why) => why.code,
        };
        for (answer, means) in [
            ("stream: OK", "clean"),
            ("stream: Eicar-Test-Signature FOUND", "infected"),
            ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", "scan_too_large"),
            ("INSTREAM size limit exceeded. ERROR", "scan_too_large"),
            ("stream: Can't allocate memory ERROR", "scanner_failed"),
            ("UNKNOWN COMMAND", "scanner_failed"),
            ("", "scanner_failed"),
        ] {
            assert_eq!(told(answer), means, "{answer}");
        }
    }

    #[test]
    fn a_socket_is_a_path_or_a_place() {
        for socket in ["unix:/run/clamav/clamd.ctl", "tcp://127.0.0.1:3310", "tcp://[::1]:3310"] {
            assert!(Clamd::new(settings(socket)).is_ok(), "{socket}");
        }
        for socket in
            ["", "unix:run", "/run/clamd.ctl", "tcp://scanner", "tcp://:3310", "http://x:1"]
        {
            let error = Clamd::new(settings(socket)).expect_err(socket);
            assert!(error.contains("scan.socket") && error.contains("unix:/PATH"), "{error}");
        }
    }

    /// A listener that does one thing with whoever connects.
    async fn far_side<F: Future<Output = ()> + Send>(
        act: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) -> Clamd {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let (socket, _) = listener.accept().await.expect("a connection");
            act(socket).await;
        });
        Clamd::new(settings(&format!("tcp://127.0.0.1:{port}"))).expect("a socket")
    }

    #[tokio::test]
    async fn an_answer_in_the_middle_of_the_bytes_is_heard() {
        let clamd = far_side(|mut socket| async move {
            let mut some = [0; 1_000];
            socket.read_exact(&mut some).await.expect("the beginning");
            let answer = b"INSTREAM size limit exceeded. ERROR\0";
            socket.write_all(answer).await.expect("an answer");
            socket.shutdown().await.expect("hung up");
            // What still comes is read, or a reset would take the answer away.
            drop(tokio::io::copy(&mut socket, &mut tokio::io::sink()).await);
        });
        let verdict = clamd.await.scan(10 << 20, file(40)).await;
        assert_eq!(code(&verdict), "scan_too_large", "{verdict:?}");
    }

    #[tokio::test]
    async fn silence_and_absence_pass_nothing() {
        let silent = far_side(|mut socket| async move {
            drop(tokio::io::copy(&mut socket, &mut tokio::io::sink()).await);
        });
        assert_eq!(code(&silent.await.scan(1, file(1)).await), "scanner_slow");
        let stuck = far_side(|socket| async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(socket);
        });
        assert_eq!(code(&stuck.await.scan(1, file(200)).await), "scanner_slow");
        let hasty = far_side(|mut socket| async move {
            socket.write_all(b"stream: OK\0").await.expect("an answer");
            socket.shutdown().await.expect("hung up");
            drop(tokio::io::copy(&mut socket, &mut tokio::io::sink()).await);
        });
        assert_eq!(code(&hasty.await.scan(1, file(2_000)).await), "scanner_away");
        let gone = far_side(|socket| async move { drop(socket) });
        assert_eq!(code(&gone.await.scan(1, file(1)).await), "scanner_away");
        let nobody = Clamd::new(settings("unix:/nowhere/clamd.ctl")).expect("a path");
        assert_eq!(code(&nobody.scan(1, file(1)).await), "scanner_away");
        assert_eq!(nobody.version().await.expect_err("nobody").code, "scanner_away");
        assert_eq!(code(&nobody.scan(11 << 20, file(1)).await), "scan_too_large");
    }
}
