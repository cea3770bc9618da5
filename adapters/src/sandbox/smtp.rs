//! The far side over SMTP: takes every mail and sorts it by recipient.
//!
//! `<code>@authority.test` is an authority's mailbox and behaves like it; any other recipient is an
//! operator, whose notices lie under `root/mail/<address>/`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use mail_parser::{Message, MessageParser, MimeHeaders};
use schemas::{AuthorityId, Channel};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

use super::behaviour::{Act, Behaviour, is_transient};
use super::shelf::{Arrival, Shelf};

/// The right-hand side of the authorities' addresses.
pub(super) const DOMAIN: &str = "authority.test";

/// Bytes of a mail at most.
const MAIL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Serves connections until the task is dropped.
pub(super) async fn serve(listener: TcpListener, shelf: Arc<Shelf>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let shelf = Arc::clone(&shelf);
            // An error is a client that hung up, or an answer that was meant to be lost.
            tokio::spawn(async move { converse(stream, &shelf).await.ok() });
        }
    }
}

/// One connection, command by command; an error drops it.
async fn converse(stream: TcpStream, shelf: &Shelf) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    let mut to = None;
    say(&mut writer, "220 sandbox ESMTP").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let (verb, rest) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250-sandbox\r\n250-8BITMIME\r\n250-SIZE 67108864\r\n250 ENHANCEDSTATUSCODES",
            "HELO" | "NOOP" | "MAIL" => "250 2.0.0 ok",
            "RSET" => {
                to = None;
                "250 2.0.0 ok"
            }
            "RCPT" => admit(address(rest), shelf, &mut to)?,
            "DATA" => match to.take() {
                None => "503 5.5.1 RCPT first",
                Some(to) => {
                    say(&mut writer, "354 end with a dot").await?;
                    take(&to, &content(&mut reader).await?, shelf).await?
                }
            },
            "QUIT" => return say(&mut writer, "221 2.0.0 bye").await,
            _ => "502 5.5.2 unknown command",
        };
        say(&mut writer, answer).await?;
    }
}

async fn say(writer: &mut OwnedWriteHalf, text: &str) -> io::Result<()> {
    writer.write_all(format!("{text}\r\n").as_bytes()).await
}

/// What stands between the angle brackets of `TO:<…>`.
fn address(rest: &str) -> Option<String> {
    let (_, rest) = rest.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    Some(address.to_ascii_lowercase()).filter(|address| address.contains('@'))
}

fn authority(address: &str) -> Option<AuthorityId> {
    address.strip_suffix(DOMAIN)?.strip_suffix('@')?.to_ascii_uppercase().parse().ok()
}

fn admit(
    address: Option<String>,
    shelf: &Shelf,
    to: &mut Option<String>,
) -> io::Result<&'static str> {
    let Some(address) = address else { return Ok("501 5.1.3 no address") };
    if to.is_some() {
        return Ok("452 4.5.3 one recipient per mail");
    }
    let behaviour = authority(&address).map(|code| shelf.behaviour(code)).transpose()?;
    match behaviour.unwrap_or_default() {
        Behaviour::Dead => Err(io::ErrorKind::ConnectionAborted.into()),
        Behaviour::Refusing(status) if is_transient(status) => Ok("450 4.2.1 mailbox is busy"),
        Behaviour::Refusing(401 | 403) => Ok("550 5.7.1 not let in"),
        Behaviour::Refusing(_) => Ok("550 5.1.1 no such mailbox"),
        Behaviour::Healthy
        | Behaviour::Slow(_)
        | Behaviour::Flapping { .. }
        | Behaviour::LoseAnswer => {
            *to = Some(address);
            Ok("250 2.1.5 ok")
        }
    }
}

/// The mail up to the final dot, its doubled dots single again (RFC 5321 §4.5.2).
async fn content(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let (mut mail, mut line) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).await? == 0 || mail.len() > MAIL_BYTES_MAX {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(mail);
        }
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

async fn take(to: &str, mail: &[u8], shelf: &Shelf) -> io::Result<&'static str> {
    let Some(message) = MessageParser::default().parse(mail) else {
        return Ok("554 5.6.0 this is no mail");
    };
    let Some(code) = authority(to) else {
        keep(shelf, &shelf.mailbox(to)?, &message)?;
        return Ok("250 2.0.0 kept");
    };
    let delivery = header(&message, "Todoke-Delivery");
    let act = shelf.decide(code, &delivery)?;
    match act {
        Act::Drop => return Err(io::ErrorKind::ConnectionAborted.into()),
        Act::Refuse(status) if is_transient(status) => return Ok("451 4.3.0 come again"),
        Act::Refuse(_) => return Ok("554 5.7.1 refused"),
        Act::Take | Act::TakeAfter(_) | Act::TakeSilently => {}
    }
    keep(shelf, &shelf.folder(code, Channel::Email)?, &message)?;
    let repeat = shelf.note(arrival(code, delivery, &message, shelf))?;
    match act {
        Act::TakeAfter(delay) => tokio::time::sleep(delay).await,
        Act::TakeSilently if !repeat => return Err(io::ErrorKind::ConnectionAborted.into()),
        Act::Take | Act::TakeSilently | Act::Refuse(_) | Act::Drop => {}
    }
    Ok("250 2.0.0 kept")
}

/// One file per Message-ID: a repeat lies over the first.
fn keep(shelf: &Shelf, folder: &std::path::Path, message: &Message<'_>) -> io::Result<()> {
    let id = message.message_id().unwrap_or("no-id");
    let name = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let path: PathBuf = folder.join(format!("{}.eml", name.take(120).collect::<String>()));
    let mut draft = shelf.draft();
    draft.write(message.raw_message())?;
    draft.keep(|| Ok(path))
}

fn arrival(
    authority: AuthorityId,
    delivery: String,
    message: &Message<'_>,
    shelf: &Shelf,
) -> Arrival {
    let (sha256, size) = attached(message)
        .map(|bytes| (hex::encode(digest(&SHA256, bytes)), bytes.len() as u64))
        .unwrap_or_default();
    Arrival {
        authority,
        delivery,
        channel: Channel::Email,
        second_copy: header(message, "Todoke-Second-Copy") == "true",
        repeat: false,
        sha256,
        size,
        at: shelf.now(),
    }
}

/// The package in a mail; nothing when it brings only a link.
pub(super) fn attached<'m>(message: &'m Message<'_>) -> Option<&'m [u8]> {
    let is_package =
        |name: &str| name.strip_prefix("todoke-").is_some_and(|n| n.strip_suffix(".zip").is_some());
    let found = message.attachments().find(|part| part.attachment_name().is_some_and(is_package));
    found.map(mail_parser::MessagePart::contents)
}

/// A header's text, or nothing.
pub(super) fn header(message: &Message<'_>, name: &'static str) -> String {
    message.header_raw(name).unwrap_or_default().trim().to_owned()
}
