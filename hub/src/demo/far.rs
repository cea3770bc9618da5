//! What the far sides hold, read from their disks. The hub is not asked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use adapters::adapter::file_name;
use adapters::sandbox::{Held, far_side};
use anyhow::Context as _;
use mail_parser::{MessageParser, MimeHeaders};
use schemas::{AuthorityId, Channel, DeliveryId};

/// Where packages lie that an authority fetched by a mail's link.
const LINKED: &str = "linked";
/// Where packages lie that an authority fetched from its inbox.
const PULLED: &str = "pull";

/// The end of the name of what says that there is nothing behind a mail's link any more.
const TAKEN_BACK: &str = "taken-back";

/// One package that an authority holds over one channel.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) authority: AuthorityId,
    pub(super) channel: Channel,
    pub(super) delivery: String,
    pub(super) is_second: bool,
    source: Source,
}

#[derive(Debug)]
enum Source {
    File(PathBuf),
    Held(Held),
}

impl Copy {
    /// The package's bytes.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        match &self.source {
            Source::File(path) => fs::read(path),
            Source::Held(held) => held.package(),
        }
    }
}

/// Everything that the authorities hold.
pub(super) fn copies(root: &Path) -> anyhow::Result<Vec<Copy>> {
    let mut all = Vec::new();
    for held in far_side(root)? {
        let held = held?;
        // A mail with a link alone: the package is what was fetched by it, if it was.
        let fetched = root.join(held.authority.as_str()).join(LINKED);
        let fetched = fetched.join(format!("todoke-{}.zip", held.delivery));
        let by_link = held.channel == Channel::Email && held.sha256.is_empty();
        if by_link && fetched.with_extension(TAKEN_BACK).is_file() {
            continue;
        }
        all.push(Copy {
            authority: held.authority,
            channel: held.channel,
            delivery: held.delivery.clone(),
            is_second: held.second_copy,
            source: if by_link { Source::File(fetched) } else { Source::Held(held) },
        });
    }
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name();
        let Some(code) = name.to_str().and_then(|name| name.parse::<AuthorityId>().ok()) else {
            continue;
        };
        all.extend(pulled(root, code)?);
    }
    Ok(all)
}

fn pulled(root: &Path, code: AuthorityId) -> anyhow::Result<Vec<Copy>> {
    let folder = root.join(code.as_str()).join(PULLED);
    let mut all = Vec::new();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(all),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(delivery) = name.strip_prefix("todoke-").and_then(|n| n.strip_suffix(".zip")) {
            all.push(Copy {
                authority: code,
                channel: Channel::Pull,
                delivery: delivery.to_owned(),
                is_second: path.with_extension("second").is_file(),
                source: Source::File(path.clone()),
            });
        }
    }
    Ok(all)
}

/// The package that has just arrived; nothing for a mail with a link that was not followed yet.
pub(super) fn arrived(
    root: &Path,
    (authority, channel): (AuthorityId, Channel),
    delivery: DeliveryId,
) -> anyhow::Result<Option<Vec<u8>>> {
    let folder = root.join(authority.as_str());
    let path = match channel {
        Channel::Api => folder.join("api").join(file_name(delivery)),
        Channel::Sftp => folder.join("sftp/in").join(file_name(delivery)),
        Channel::Pull => folder.join(PULLED).join(file_name(delivery)),
        Channel::Email => return mailed(&folder, delivery),
    };
    Ok(Some(fs::read(&path).with_context(|| path.display().to_string())?))
}

fn mailed(folder: &Path, delivery: DeliveryId) -> anyhow::Result<Option<Vec<u8>>> {
    let mail = mail(folder, delivery)?;
    let message = MessageParser::default().parse(&mail).context("it is no mail")?;
    let zip = message
        .attachments()
        .find(|part| part.attachment_name().is_some_and(|name| name == file_name(delivery)));
    if let Some(zip) = zip {
        return Ok(Some(zip.contents().to_vec()));
    }
    let fetched = folder.join(LINKED).join(file_name(delivery));
    Ok(fetched.is_file().then(|| fs::read(&fetched)).transpose()?)
}

/// The link in the mail of a delivery.
pub(super) fn link(
    root: &Path,
    authority: AuthorityId,
    delivery: DeliveryId,
) -> anyhow::Result<String> {
    let mail = mail(&root.join(authority.as_str()), delivery)?;
    let message = MessageParser::default().parse(&mail).context("it is no mail")?;
    let text = message.body_text(0).context("the mail has no text")?;
    let at = text.find("/packages/").context("the mail has no link")?;
    let link = text[at..].split(char::is_whitespace).next().unwrap_or_default();
    Ok(link.to_owned())
}

fn mail(folder: &Path, delivery: DeliveryId) -> anyhow::Result<Vec<u8>> {
    let id = delivery.to_string();
    for entry in fs::read_dir(folder.join("email"))? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.contains(&id)) {
            return Ok(fs::read(path)?);
        }
    }
    anyhow::bail!("there is no mail of delivery {id}")
}

/// Whether the authority has fetched this from its inbox.
pub(super) fn has_pulled(root: &Path, authority: AuthorityId, delivery: DeliveryId) -> bool {
    root.join(authority.as_str()).join(PULLED).join(file_name(delivery)).is_file()
}

/// Stores what the authority fetched, whole or not at all.
pub(super) fn store(
    root: &Path,
    (authority, delivery): (AuthorityId, DeliveryId),
    channel: Channel,
    package: &super::hub::Answer,
) -> io::Result<()> {
    let name = if channel == Channel::Pull { PULLED } else { LINKED };
    let folder = root.join(authority.as_str()).join(name);
    fs::create_dir_all(&folder)?;
    let path = folder.join(file_name(delivery));
    if package.is_second_copy {
        fs::write(path.with_extension("second"), [])?;
    }
    let part = path.with_extension("part");
    fs::write(&part, &package.body)?;
    fs::rename(part, path)
}

/// Notes that the hub gave nothing for a mail's link, since the operator had withdrawn the filing
/// before it was known that the mail had gone out. The hub must account for the delivery.
pub(super) fn note_taken_back(
    root: &Path,
    authority: AuthorityId,
    delivery: DeliveryId,
) -> io::Result<()> {
    let folder = root.join(authority.as_str()).join(LINKED);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(file_name(delivery)).with_extension(TAKEN_BACK), [])
}

/// Mails in the operators' mailboxes.
pub(super) fn notices(root: &Path) -> io::Result<usize> {
    let mut count = 0;
    let boxes = match fs::read_dir(root.join("mail")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        boxes => boxes?,
    };
    for mailbox in boxes {
        count += fs::read_dir(mailbox?.path())?.count();
    }
    Ok(count)
}
