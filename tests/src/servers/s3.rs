//! A private S3-speaking server over a folder: buckets, keys, multipart uploads, signatures.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use async_trait::async_trait;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3ErrorCode, S3Result};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::place;

/// The server's one key.
const KEY: &str = "todoke";
/// Its secret.
const SECRET: &str = "todoke-secret";
/// The bucket that is there from the start.
const BUCKET: &str = "attachments";

/// The key may do all with the one bucket; the server would make any other on the way.
struct OneBucket;

#[async_trait]
impl S3Access for OneBucket {
    async fn check(&self, asked: &mut S3AccessContext<'_>) -> S3Result<()> {
        match (asked.credentials(), asked.s3_path().get_bucket_name()) {
            (None, _) => Err(S3ErrorCode::AccessDenied.into()),
            (Some(_), Some(BUCKET)) => Ok(()),
            (Some(_), _) => Err(S3ErrorCode::NoSuchBucket.into()),
        }
    }
}

/// An S3 server in a thread of this process, on a free loopback port.
#[derive(Debug)]
pub struct S3 {
    port: u16,
    folder: PathBuf,
    _own: Option<TempDir>,
    serving: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl S3 {
    /// One of your own, with an empty bucket.
    pub fn start() -> Result<Self> {
        let own = tempfile::Builder::new().prefix("todoke-s3-").tempdir()?;
        Self::at(own.path().to_owned(), Some(own))
    }

    /// One with an empty bucket in a folder that somebody else looks after.
    pub fn over(folder: &Path) -> Result<Self> {
        Self::at(folder.to_owned(), None)
    }

    fn at(folder: PathBuf, own: Option<TempDir>) -> Result<Self> {
        std::fs::create_dir(folder.join(BUCKET))?;
        let mut server = Self { port: place::port()?, folder, _own: own, serving: None };
        server.restart()?;
        Ok(server)
    }

    /// What `objects.url` says for the bucket.
    pub fn url(&self) -> String {
        format!("s3://{BUCKET}")
    }

    /// The usual variables: where it is, and the key.
    pub fn variables(&self) -> Vec<(String, String)> {
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            variable("AWS_ENDPOINT", &format!("http://127.0.0.1:{}", self.port)),
            variable("AWS_ALLOW_HTTP", "true"),
            variable("AWS_REGION", "us-east-1"),
            variable("AWS_ACCESS_KEY_ID", KEY),
            variable("AWS_SECRET_ACCESS_KEY", SECRET),
        ]
    }

    /// Where the server keeps the bucket's objects, as files under their keys.
    pub fn bucket(&self) -> PathBuf {
        self.folder.join(BUCKET)
    }

    /// Ends it, cutting its connections.
    pub fn stop(&mut self) -> Result<()> {
        let (stop, thread) = self.serving.take().context("it does not run")?;
        drop(stop);
        thread.join().map_err(|_| anyhow!("the S3 server panicked"))
    }

    /// Starts it again on the same port and objects.
    pub fn restart(&mut self) -> Result<()> {
        let files = FileSystem::new(&self.folder);
        let mut service = S3ServiceBuilder::new(files.map_err(|e| anyhow!("{e:?}"))?);
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        service.set_access(OneBucket);
        let service = service.build();
        let listener = TcpListener::bind(("127.0.0.1", self.port)).context("the S3 port")?;
        listener.set_nonblocking(true)?;
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                tell.send(()).ok();
                tokio::select! {
                    () = serve(listener, service) => {}
                    _ = stopped => {}
                }
            });
        });
        told.recv().context("the S3 server did not start")?;
        self.serving = Some((stop, thread));
        Ok(())
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        if self.serving.is_some() {
            self.stop().ok();
        }
    }
}

async fn serve(listener: tokio::net::TcpListener, service: S3Service) {
    // Dropped with this future: a stop cuts what is open.
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        connections.spawn(async move {
            let server = Builder::new(TokioExecutor::new());
            server.serve_connection(TokioIo::new(socket), service).await.ok();
        });
    }
}
