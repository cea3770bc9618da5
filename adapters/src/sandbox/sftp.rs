//! The file half of the far side over SFTP: `in/` takes packages, `results/` holds decisions.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use russh_sftp::protocol::{
    Attrs, Data, FileAttributes, Handle, Name, OpenFlags, Status, StatusCode, Version,
};
use russh_sftp::server::Handler;
use schemas::{AuthorityId, Channel};
use tokio_util::sync::CancellationToken;

use super::behaviour::{Act, is_transient};
use super::shelf::{Arrival, Shelf};

/// One session's view: a folder that it cannot leave.
pub(super) struct Folder {
    shelf: Arc<Shelf>,
    code: AuthorityId,
    root: PathBuf,
    plug: CancellationToken,
    open: HashMap<String, Opened>,
    next: u64,
    slow: Duration,
    is_silent: bool,
}

enum Opened {
    File { file: File, path: PathBuf },
    Listing(Vec<russh_sftp::protocol::File>),
}

impl Folder {
    pub(super) fn open(
        shelf: Arc<Shelf>,
        code: AuthorityId,
        plug: CancellationToken,
    ) -> io::Result<Self> {
        let root = shelf.folder(code, Channel::Sftp)?;
        fs::create_dir_all(root.join("in"))?;
        fs::create_dir_all(root.join("results"))?;
        let (open, slow) = (HashMap::new(), Duration::ZERO);
        Ok(Self { shelf, code, root, plug, open, next: 0, slow, is_silent: false })
    }

    /// The place on disk; nothing above the root.
    fn place(&self, path: &str) -> PathBuf {
        let mut place = self.root.clone();
        for part in Path::new(path).components() {
            match part {
                Component::Normal(name) => place.push(name),
                Component::ParentDir if place != self.root => drop(place.pop()),
                Component::ParentDir
                | Component::CurDir
                | Component::RootDir
                | Component::Prefix(_) => {}
            }
        }
        place
    }

    fn keep(&mut self, opened: Opened) -> String {
        self.next += 1;
        let handle = self.next.to_string();
        self.open.insert(handle.clone(), opened);
        handle
    }

    /// How the authority behaves about a package that begins to arrive.
    fn admit(&mut self, name: &str) -> Result<(), StatusCode> {
        let Some(delivery) = delivery_of(name, ".zip.part") else { return Ok(()) };
        (self.slow, self.is_silent) = (Duration::ZERO, false);
        match self.shelf.decide(self.code, delivery).map_err(status)? {
            Act::Take => Ok(()),
            Act::TakeAfter(delay) => {
                self.slow = delay;
                Ok(())
            }
            Act::TakeSilently => {
                self.is_silent = true;
                Ok(())
            }
            Act::Refuse(code) if is_transient(code) => Err(StatusCode::Failure),
            Act::Refuse(_) => Err(StatusCode::PermissionDenied),
            Act::Drop => {
                self.plug.cancel();
                Err(StatusCode::ConnectionLost)
            }
        }
    }

    /// The marker is what makes a package count.
    fn note(&self, marker: &Path) -> io::Result<()> {
        let name = marker.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(delivery) = delivery_of(name, ".zip.done") else { return Ok(()) };
        let (sha256, size) = digest_of(&marker.with_extension(""))?;
        let said: serde_json::Value = serde_json::from_slice(&fs::read(marker)?)?;
        let arrival = Arrival {
            authority: self.code,
            delivery: delivery.to_owned(),
            channel: Channel::Sftp,
            second_copy: said["second_copy"] == true,
            repeat: false,
            sha256,
            size,
            at: self.shelf.now(),
        };
        self.shelf.note(arrival).map(drop)
    }

    fn file(&mut self, handle: &str) -> Result<&mut File, StatusCode> {
        match self.open.get_mut(handle) {
            Some(Opened::File { file, .. }) => Ok(file),
            Some(Opened::Listing(_)) | None => Err(StatusCode::BadMessage),
        }
    }

    fn attributes(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        Ok(FileAttributes::from(&fs::metadata(self.place(path)).map_err(status)?))
    }
}

/// The delivery's id in a package's file name with this ending.
fn delivery_of<'a>(path: &'a str, ending: &str) -> Option<&'a str> {
    let name = path.rsplit('/').next()?;
    name.strip_prefix("todoke-")?.strip_suffix(ending)
}

/// Lower-case hex SHA-256 of a file, and its size.
pub(super) fn digest_of(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut context) = (File::open(path)?, Context::new(&SHA256));
    let (mut buffer, mut size) = (vec![0; 256 * 1024], 0);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((hex::encode(context.finish()), size));
        }
        context.update(&buffer[..count]);
        size += count as u64;
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn status(error: io::Error) -> StatusCode {
    if error.kind() == io::ErrorKind::NotFound {
        return StatusCode::NoSuchFile;
    }
    StatusCode::Failure
}

fn ok(id: u32) -> Status {
    let (error_message, language_tag) = ("Ok".to_owned(), "en".to_owned());
    Status { id, status_code: StatusCode::Ok, error_message, language_tag }
}

impl Handler for Folder {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn init(&mut self, _: u32, _: HashMap<String, String>) -> Result<Version, StatusCode> {
        Ok(Version::new())
    }

    async fn open(
        &mut self,
        id: u32,
        name: String,
        flags: OpenFlags,
        _: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        self.admit(&name)?;
        let path = self.place(&name);
        let file = OpenOptions::from(flags).open(&path).map_err(status)?;
        Ok(Handle { id, handle: self.keep(Opened::File { file, path }) })
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusCode> {
        if let Some(Opened::File { path, .. }) = self.open.remove(&handle) {
            self.note(&path).map_err(status)?;
        }
        Ok(ok(id))
    }

    async fn read(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        length: u32,
    ) -> Result<Data, StatusCode> {
        let file = self.file(&handle)?;
        file.seek(SeekFrom::Start(offset)).map_err(status)?;
        let mut data = Vec::new();
        file.take(length.min(256 * 1024).into()).read_to_end(&mut data).map_err(status)?;
        if data.is_empty() { Err(StatusCode::Eof) } else { Ok(Data { id, data }) }
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, StatusCode> {
        let file = self.file(&handle)?;
        file.seek(SeekFrom::Start(offset)).map_err(status)?;
        file.write_all(&data).map_err(status)?;
        Ok(ok(id))
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        Ok(Attrs { id, attrs: self.attributes(&path)? })
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.stat(id, path).await
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        let metadata = self.file(&handle)?.metadata().map_err(status)?;
        Ok(Attrs { id, attrs: FileAttributes::from(&metadata) })
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.place(&path)).map_err(status)? {
            let entry = entry.map_err(status)?;
            let attributes = FileAttributes::from(&entry.metadata().map_err(status)?);
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push(russh_sftp::protocol::File::new(name, attributes));
        }
        Ok(Handle { id, handle: self.keep(Opened::Listing(files)) })
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusCode> {
        match self.open.get_mut(&handle) {
            Some(Opened::Listing(files)) if files.is_empty() => Err(StatusCode::Eof),
            Some(Opened::Listing(files)) => {
                let some = files.len().min(100);
                Ok(Name { id, files: files.drain(..some).collect() })
            }
            Some(Opened::File { .. }) | None => Err(StatusCode::BadMessage),
        }
    }

    async fn remove(&mut self, id: u32, name: String) -> Result<Status, StatusCode> {
        fs::remove_file(self.place(&name)).map_err(status)?;
        Ok(ok(id))
    }

    async fn mkdir(
        &mut self,
        id: u32,
        path: String,
        _: FileAttributes,
    ) -> Result<Status, StatusCode> {
        fs::create_dir(self.place(&path)).map_err(status)?;
        Ok(ok(id))
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, StatusCode> {
        let place = self.place(&path);
        let inner = place.strip_prefix(&self.root).unwrap_or(Path::new("")).to_string_lossy();
        Ok(Name { id, files: vec![russh_sftp::protocol::File::dummy(format!("/{inner}"))] })
    }

    async fn rename(&mut self, id: u32, from: String, to: String) -> Result<Status, StatusCode> {
        let (from, target) = (self.place(&from), self.place(&to));
        if target.exists() {
            return Err(StatusCode::Failure);
        }
        fs::rename(from, target).map_err(status)?;
        if delivery_of(&to, ".zip").is_some() {
            tokio::time::sleep(self.slow).await;
            if self.is_silent {
                self.plug.cancel();
            }
        }
        Ok(ok(id))
    }
}
