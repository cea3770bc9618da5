//! The far side of every channel on loopback: real HTTP, SFTP and SMTP servers for the demo
//! environment and the tests, one port each for all authorities.
//!
//! An authority is the path `/a/<code>/filings` over HTTP, the account `<code>` over SFTP and the
//! mailbox `<code>@authority.test` over SMTP. What it holds lies under `root/<code>/` and survives
//! the process; [`far_side`] reads it back, to be compared with what the hub believes.

mod behaviour;
mod compare;
mod facts;
mod http;
mod plug;
mod sftp;
mod shelf;
mod smtp;
mod ssh;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use schemas::{AuthorityId, Channel, DeliveryId};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::sftp::{self as sftp_channel, Login};
use crate::{Secret, api, email};
pub use behaviour::Behaviour;
pub use compare::{Held, arrivals, far_side};
pub use facts::{Facts, open_package};
pub use shelf::Arrival;
use shelf::Shelf;

/// What is kept of a package that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Its bytes and a log line, on disk.
    #[default]
    Bytes,
    /// Its digest, in memory; for measuring the hub and not the disk. (SFTP keeps bytes anyway.)
    DigestOnly,
}

/// Where the sandbox lives and how its authorities behave.
#[derive(Clone)]
pub struct Settings {
    /// The folder for everything; may hold an earlier sandbox's.
    pub root: PathBuf,
    /// What is kept.
    pub keep: Keep,
    /// Whether files are synced to disk before they count.
    pub fsync: bool,
    /// Behaviours of authorities that are not healthy.
    pub behaviours: HashMap<AuthorityId, Behaviour>,
    /// Ports of HTTP, SFTP and SMTP; 0 takes a free one.
    pub ports: [u16; 3],
    /// The time, for the arrival log.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Settings {
    /// Healthy authorities on free ports that keep bytes.
    pub fn new(root: impl Into<PathBuf>, clock: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        Self {
            root: root.into(),
            keep: Keep::Bytes,
            fsync: false,
            behaviours: HashMap::new(),
            ports: [0; 3],
            clock,
        }
    }
}

/// The running servers; they stop when it is dropped.
pub struct Sandbox {
    shelf: Arc<Shelf>,
    http: SocketAddr,
    ssh: SocketAddr,
    mail: SocketAddr,
    ssh_connections: Arc<AtomicU64>,
    _servers: JoinSet<()>,
}

/// Nobody listens here (tcpmux), so a connection is refused at once.
const CLOSED_PORT: u16 = 1;

impl Sandbox {
    /// Starts the servers on loopback.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let ports = settings.ports;
        let shelf = Arc::new(Shelf::open(settings)?);
        let mut servers = JoinSet::new();
        let (http, listener) = listen(ports[0]).await?;
        servers.spawn(http::serve(listener, Arc::clone(&shelf)));
        let (ssh, listener) = listen(ports[1]).await?;
        let ssh_connections = Arc::default();
        servers.spawn(ssh::serve(listener, Arc::clone(&shelf), Arc::clone(&ssh_connections)));
        let (mail, listener) = listen(ports[2]).await?;
        servers.spawn(smtp::serve(listener, Arc::clone(&shelf)));
        Ok(Self { shelf, http, ssh, mail, ssh_connections, _servers: servers })
    }

    /// How the hub reaches this authority over HTTP; a dead one's port is closed.
    pub fn api_endpoint(&self, code: AuthorityId) -> api::Config {
        let port = self.port(code, self.http);
        api::Config::new(
            format!("http://127.0.0.1:{port}/a/{code}/filings"),
            api_secret(code).expose(),
        )
    }

    /// How the hub reaches this authority over SFTP, by password.
    pub fn sftp_endpoint(&self, code: AuthorityId) -> sftp_channel::Config {
        let login = Login::Password(Secret::new(ssh::password(code)));
        sftp_channel::Config {
            port: self.port(code, self.ssh),
            host_keys: vec![ssh::host_key_fingerprint()],
            folder: "in".to_owned(),
            result_folder: Some("results".to_owned()),
            ..sftp_channel::Config::new("127.0.0.1", code.as_str(), login)
        }
    }

    /// How the hub reaches this authority by mail, over the relay at [`Sandbox::mail_url`].
    pub fn email_endpoint(&self, code: AuthorityId) -> email::Config {
        let code = code.as_str().to_ascii_lowercase();
        email::Config::new(format!("{code}@{}", smtp::DOMAIN))
    }

    /// The relay for all mails, notices to operators too.
    pub fn mail_url(&self) -> String {
        format!("smtp://{}", self.mail)
    }

    /// The same account's other way in: a key.
    pub fn sftp_key(&self) -> Login {
        Login::Key { private_key: Secret::new(ssh::client_key_text()), passphrase: None }
    }

    /// The authority leaves a decision in its result folder, files first; the name is the
    /// decision's without `.decision.json`.
    pub fn drop_decision(
        &self,
        code: AuthorityId,
        name: &str,
        decision: &[u8],
        files: &[(&str, &[u8])],
    ) -> io::Result<()> {
        let folder = self.shelf.folder(code, Channel::Sftp)?.join("results");
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes)?;
        }
        let part = folder.join(format!("{name}.part"));
        std::fs::write(&part, decision)?;
        std::fs::rename(part, folder.join(format!("{name}.decision.json")))
    }

    /// Changes an authority's behaviour from its next request on.
    pub fn set_behaviour(&self, code: AuthorityId, behaviour: Behaviour) -> io::Result<()> {
        self.shelf.set_behaviour(code, behaviour)
    }

    /// Changes the password of its SFTP account from the next login on.
    pub fn set_password(&self, code: AuthorityId, password: &str) -> io::Result<()> {
        self.shelf.set_password(code, password.to_owned())
    }

    /// Everything that arrived at this process, in order, repeats among it.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shelf.arrivals()
    }

    /// A count of arrivals, to wait on.
    pub fn count(&self) -> watch::Receiver<u64> {
        self.shelf.count()
    }

    /// SSH connections so far.
    pub fn ssh_connections(&self) -> u64 {
        self.ssh_connections.load(Ordering::Relaxed)
    }

    fn port(&self, code: AuthorityId, server: SocketAddr) -> u16 {
        let is_dead = self.shelf.behaviour(code).is_ok_and(|b| b == Behaviour::Dead);
        if is_dead { CLOSED_PORT } else { server.port() }
    }
}

async fn listen(port: u16) -> io::Result<(SocketAddr, TcpListener)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    Ok((listener.local_addr()?, listener))
}

/// An authority's webhook secret: a function of its code, since it guards nothing.
fn api_secret(code: AuthorityId) -> Secret {
    let key = digest(&SHA256, format!("sandbox secret of {code}").as_bytes());
    Secret::new(format!("whsec_{}", STANDARD.encode(key)))
}

/// A package's place in a folder.
fn file_of(folder: &Path, delivery: DeliveryId) -> PathBuf {
    folder.join(crate::adapter::file_name(delivery))
}
