//! One SFTP session: connecting, checking the host key, logging in, and requests with a time-out.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::{HashAlg, PublicKeyOrCertificate};
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::client::rawsession::Limits;
use russh_sftp::extensions::LIMITS;
use russh_sftp::protocol::{FileAttributes, StatusCode};
use tokio::net::TcpStream;

use super::Config;
use super::login::{Credentials, log_in};
use super::outcome::{Loss, Step};
use crate::guard::{Guard, LookupError};

/// The extension that renames over an existing file, as POSIX does.
const POSIX_RENAME: &str = "posix-rename@openssh.com";

/// An SSH packet's room for everything but the data of a write.
const WRITE_FRAME_BYTES: usize = 1024;

/// An open session of one account.
pub(super) struct Session {
    pub(super) raw: RawSftpSession,
    ssh: Handle<HostKey>,
    idle: Duration,
    pub(super) can_posix_rename: bool,
    /// Bytes of one write that the server takes.
    pub(super) write_bytes: usize,
}

/// Compares what the server shows with what is pinned.
pub(super) struct HostKey {
    pinned: Vec<String>,
    shown: Arc<Mutex<String>>,
}

impl client::Handler for HostKey {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        key: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let (algorithm, fingerprint) = match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => {
                (key.algorithm(), key.fingerprint(HashAlg::Sha256))
            }
            PublicKeyOrCertificate::Certificate(certificate) => {
                let key = certificate.public_key();
                (key.algorithm(), key.fingerprint(HashAlg::Sha256))
            }
        };
        let fingerprint = fingerprint.to_string();
        let is_pinned = self.pinned.iter().any(|pin| pin.trim() == fingerprint);
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) =
            format!("{fingerprint} ({})", algorithm.as_str());
        Ok(is_pinned)
    }
}

impl Session {
    /// Connects and logs in, all within the endpoint's connect time-out. On failure also answers
    /// the host key, if one was shown.
    pub(super) async fn open(config: &Config, guard: Guard) -> (String, Result<Self, Loss>) {
        let shown = Arc::default();
        let limit = Duration::from_millis(config.connect_timeout_ms);
        let opened = tokio::time::timeout(limit, Self::connect(config, guard, &shown)).await;
        let shown = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (shown, opened.unwrap_or(Err(Loss::ConnectTimeout)))
    }

    async fn connect(
        config: &Config,
        guard: Guard,
        shown: &Arc<Mutex<String>>,
    ) -> Result<Self, Loss> {
        let login = Credentials::of(&config.login)?;
        let stream = connect_tcp(config, guard).await?;
        let handler = HostKey { pinned: config.host_keys.clone(), shown: Arc::clone(shown) };
        let connected = client::connect_stream(ssh_config(), stream, handler).await;
        let shown = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut ssh = connected.map_err(|error| {
            if matches!(error, russh::Error::UnknownKey) {
                return Loss::HostKeyUnknown(shown);
            }
            Loss::Handshake(error.to_string())
        })?;
        log_in(&mut ssh, &config.user, login).await?;
        let (raw, can_posix_rename) = open_sftp(&ssh).await?;
        Ok(Self {
            write_bytes: write_bytes(raw.1, config),
            raw: raw.0,
            ssh,
            idle: Duration::from_millis(config.idle_timeout_ms),
            can_posix_rename,
        })
    }

    /// Whether the connection still stands, as far as is known.
    pub(super) fn is_open(&self) -> bool {
        !self.ssh.is_closed()
    }

    /// One request, within the idle time-out.
    pub(super) async fn request<T>(
        &self,
        step: Step,
        request: impl Future<Output = Result<T, SftpError>>,
    ) -> Result<T, Loss> {
        match tokio::time::timeout(self.idle, request).await {
            Ok(answer) => answer.map_err(|error| from_sftp(step, error)),
            Err(_) => Err(Loss::Silent(step)),
        }
    }

    /// What lies at a path, if anything does.
    pub(super) async fn look(&self, path: &str) -> Result<Option<FileAttributes>, Loss> {
        match self.request(Step::Look, self.raw.stat(path)).await {
            Ok(found) => Ok(Some(found.attrs)),
            Err(Loss::Status { code: StatusCode::NoSuchFile, .. }) => Ok(None),
            Err(loss) => Err(loss),
        }
    }
}

fn from_sftp(step: Step, error: SftpError) -> Loss {
    match error {
        SftpError::Status(status) => {
            Loss::Status { step, code: status.status_code, message: status.error_message }
        }
        SftpError::Timeout => Loss::Silent(step),
        SftpError::IO(_)
        | SftpError::Limited(_)
        | SftpError::UnexpectedPacket
        | SftpError::UnexpectedBehavior(_) => Loss::Ended { step, text: error.to_string() },
    }
}

fn ssh_config() -> Arc<client::Config> {
    Arc::new(client::Config {
        nodelay: true,
        // A peer that is gone is found out even while nothing is under way.
        keepalive_interval: Some(Duration::from_secs(15)),
        keepalive_max: 3,
        ..client::Config::default()
    })
}

async fn connect_tcp(config: &Config, guard: Guard) -> Result<TcpStream, Loss> {
    let addresses: Vec<SocketAddr> =
        guard.resolve(&config.host, config.port).await.map_err(|error| match &error {
            LookupError::NotAllowed(why) => Loss::AddressNotAllowed(why.to_string()),
            LookupError::Lookup { .. } => Loss::Dns(error.to_string()),
        })?;
    let stream =
        TcpStream::connect(&addresses[..]).await.map_err(|e| Loss::Connect(e.to_string()))?;
    stream.set_nodelay(true).map_err(|e| Loss::Connect(e.to_string()))?;
    Ok(stream)
}

/// In this time the end of a line is known after the end of its channel.
const CLOSING_LIMIT: Duration = Duration::from_millis(300);

type RawAndLimit = (RawSftpSession, Option<u64>);

async fn open_sftp(ssh: &Handle<HostKey>) -> Result<(RawAndLimit, bool), Loss> {
    let channel = match ssh.channel_open_session().await {
        Ok(channel) => channel,
        Err(error) => return Err(no_sftp(ssh, error.to_string()).await),
    };
    if let Err(error) = channel.request_subsystem(true, "sftp").await {
        return Err(no_sftp(ssh, error.to_string()).await);
    }
    let mut raw = RawSftpSession::new(channel.into_stream());
    // Our own time-out, per endpoint and in milliseconds, comes first.
    raw.set_timeout(24 * 60 * 60);
    match greet(&mut raw).await {
        Ok((limit, can_posix_rename)) => Ok(((raw, limit), can_posix_rename)),
        Err(error) => Err(no_sftp(ssh, error.to_string()).await),
    }
}

async fn greet(raw: &mut RawSftpSession) -> Result<(Option<u64>, bool), SftpError> {
    let version = raw.init().await?;
    let mut limit = None;
    if version.extensions.get(LIMITS).is_some_and(|version| version == "1") {
        let limits = raw.limits().await?;
        limit = Some(limits.max_write_len).filter(|bytes| *bytes > 0);
        raw.set_limits(Limits::from(limits));
    }
    Ok((limit, version.extensions.contains_key(POSIX_RENAME)))
}

/// An account without SFTP and a line that was lost end the channel alike: only when the line still
/// stands a moment later was it the account.
async fn no_sftp(ssh: &Handle<HostKey>, what: String) -> Loss {
    let closing = async {
        while !ssh.is_closed() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(CLOSING_LIMIT, closing).await {
        Ok(()) => Loss::Handshake(what),
        Err(_) => Loss::NoSftp(what),
    }
}

fn write_bytes(limit: Option<u64>, config: &Config) -> usize {
    let limit = limit.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(32 * 1024);
    config.write_bytes.clamp(WRITE_FRAME_BYTES, limit.max(WRITE_FRAME_BYTES))
}

/// The arguments of the POSIX rename: two strings, each with its length in front.
pub(super) fn posix_rename(from: &str, to: &str) -> (&'static str, Vec<u8>) {
    let mut data = Vec::with_capacity(8 + from.len() + to.len());
    for path in [from, to] {
        let length = u32::try_from(path.len()).unwrap_or(u32::MAX);
        data.extend_from_slice(&length.to_be_bytes());
        data.extend_from_slice(path.as_bytes());
    }
    (POSIX_RENAME, data)
}
