//! The far side over SSH: accounts are authority codes, each confined to its own folder.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{HashAlg, PrivateKey, PublicKey};
use russh::server::{self, Auth, ChannelOpenHandle, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId};
use schemas::AuthorityId;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::plug::Plugged;
use super::sftp::Folder;
use super::shelf::Shelf;

/// The server's key: a constant, since it guards nothing, and so that pins survive a restart.
pub(super) fn host_key() -> PrivateKey {
    key_of("sandbox host key")
}

/// The key that every account accepts beside its password.
pub(super) fn client_key() -> PrivateKey {
    key_of("sandbox client key")
}

fn key_of(text: &str) -> PrivateKey {
    let mut seed = [0; 32];
    seed.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    Ed25519Keypair::from_seed(&seed).into()
}

/// `SHA256:…` of the server's key.
pub(super) fn host_key_fingerprint() -> String {
    host_key().fingerprint(HashAlg::Sha256).to_string()
}

/// The client key's text, as operators paste it.
pub(super) fn client_key_text() -> String {
    client_key().to_openssh(LineEnding::LF).map(|text| text.to_string()).unwrap_or_default()
}

/// An account's first password: a function of its code.
pub(super) fn password(code: AuthorityId) -> String {
    hex::encode(&digest(&SHA256, format!("sandbox password of {code}").as_bytes()).as_ref()[..12])
}

/// Serves and counts connections until the task is dropped.
pub(super) async fn serve(listener: TcpListener, shelf: Arc<Shelf>, count: Arc<AtomicU64>) {
    let config = Arc::new(server::Config {
        keys: vec![host_key()],
        auth_rejection_time: Duration::from_millis(10),
        nodelay: true,
        ..server::Config::default()
    });
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        count.fetch_add(1, Ordering::Relaxed);
        // Without it a reply could wait for an acknowledgement; no harm if it cannot be set.
        let _ = stream.set_nodelay(true);
        let (config, shelf) = (Arc::clone(&config), Arc::clone(&shelf));
        tokio::spawn(async move {
            let stream = Plugged::new(stream);
            let (plug, client) = (stream.token(), client_key().public_key().clone());
            let connection =
                Connection { shelf, plug, client, code: None, channels: HashMap::new() };
            // An error here is a client that went away or was not let in.
            if let Ok(session) = server::run_stream(config, stream, connection).await {
                let _ = session.await;
            }
        });
    }
}

struct Connection {
    shelf: Arc<Shelf>,
    plug: CancellationToken,
    client: PublicKey,
    code: Option<AuthorityId>,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl Connection {
    fn let_in(&mut self, user: &str, is_proved: impl Fn(AuthorityId) -> bool) -> Auth {
        match user.parse() {
            Ok(code) if is_proved(code) => {
                self.code = Some(code);
                Auth::Accept
            }
            Ok(_) | Err(_) => Auth::reject(),
        }
    }

    fn folder(&self) -> io::Result<Folder> {
        let code = self.code.ok_or(io::ErrorKind::PermissionDenied)?;
        Folder::open(Arc::clone(&self.shelf), code, self.plug.clone())
    }
}

impl server::Handler for Connection {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, given: &str) -> Result<Auth, Self::Error> {
        let accounts = Arc::clone(&self.shelf);
        Ok(self.let_in(user, |code| match accounts.password(code) {
            Ok(changed) => given == changed.unwrap_or_else(|| password(code)),
            Err(_) => false,
        }))
    }

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        let is_ours = key.public_key.key_data() == self.client.key_data();
        Ok(self.let_in(user, |_| is_ours))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn channel_eof(
        &mut self,
        id: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.close(id)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match (self.channels.remove(&id), self.folder()) {
            (Some(channel), Ok(folder)) if name == "sftp" => {
                session.channel_success(id)?;
                russh_sftp::server::run(channel.into_stream(), folder).await;
                Ok(())
            }
            _ => session.channel_failure(id),
        }
    }
}
