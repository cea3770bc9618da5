//! The bytes of a mail: the same for the same mail, so that a repeat is one.

use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};
use lettre::Address;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};

use super::mailer::{Mail, MailAttachment};
use super::outcome::Loss;

/// A written mail and its envelope.
pub(super) struct Letter {
    /// Left of the `@` in the Message-ID.
    pub(super) id: String,
    /// `MAIL FROM`.
    pub(super) from: Address,
    /// `RCPT TO`.
    pub(super) to: Address,
    /// The mail, in ASCII, so that a relay needs no extension.
    pub(super) bytes: Vec<u8>,
}

/// Characters of an id at most.
const ID_CHARS_MAX: usize = 128;

/// Writes a mail.
pub(super) fn write(
    from: &Mailbox,
    domain: &str,
    mail: &Mail,
    headers: &[(&'static str, String)],
) -> Result<Letter, Loss> {
    check(mail, headers)?;
    let to = mailbox(&mail.to).map_err(|()| {
        Loss::Malformed("the recipient is not one ASCII mail address; correct it".into())
    })?;
    let mut builder = Message::builder()
        .from(from.clone())
        .to(to.clone())
        .subject(mail.subject.clone())
        .date(SystemTime::from(mail.date))
        .message_id(Some(format!("<{}@{domain}>", mail.id)))
        .raw_header(raw("Auto-Submitted", "auto-generated"));
    for (name, value) in headers {
        builder = builder.raw_header(raw(name, value));
    }
    let message = match body(mail)? {
        Part::Single(part) => builder.singlepart(part),
        Part::Multi(part) => builder.multipart(part),
    };
    let message = message.map_err(|error| Loss::Malformed(format!("correct the mail: {error}")))?;
    let (from, to) = (from.email.clone(), to.email);
    Ok(Letter { id: mail.id.clone(), from, to, bytes: message.formatted() })
}

/// Reads an address that needs no extension (`SMTPUTF8`) on its way.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, ()> {
    let mailbox: Mailbox = text.parse().map_err(|_| ())?;
    let is_clean = !text.contains(char::is_control) && mailbox.email.to_string().is_ascii();
    if is_clean { Ok(mailbox) } else { Err(()) }
}

/// Whether this is an address to which a mail can go: no name, nothing that needs an extension.
pub fn is_address(text: &str) -> bool {
    mailbox(text).is_ok_and(|mailbox| mailbox.name.is_none() && mailbox.email.to_string() == text)
}

/// Whether this can stand right of the `@` in a Message-ID.
pub(super) fn is_domain(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(|label| !label.is_empty()) && is_plain(text)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// A line break in a header's text would let its writer add headers of his own.
fn check(mail: &Mail, headers: &[(&'static str, String)]) -> Result<(), Loss> {
    let attachment = mail.attachment.as_ref();
    let own = headers.iter().map(|(name, value)| (*name, value.as_str()));
    let fields = [
        ("subject", mail.subject.as_str()),
        ("recipient", &mail.to),
        ("file name", attachment.map_or("", |a| &a.file_name)),
        ("media type", attachment.map_or("", |a| &a.media_type)),
    ];
    for (field, text) in fields.into_iter().chain(own) {
        if text.contains(char::is_control) {
            return Err(Loss::HeaderInjection(field));
        }
    }
    // The id becomes a file's name in the spool folder.
    let is_id = is_plain(&mail.id) && !mail.id.starts_with('.');
    if !is_id || mail.id.is_empty() || mail.id.len() > ID_CHARS_MAX {
        return Err(Loss::Malformed("the mail's id is no part of a Message-ID".into()));
    }
    Ok(())
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

enum Part {
    Single(SinglePart),
    Multi(MultiPart),
}

/// `text`, or `alternative(text, html)`, alone or in `mixed(…, attachment)`.
fn body(mail: &Mail) -> Result<Part, Loss> {
    let text = SinglePart::plain(mail.text.clone());
    let words = match &mail.html {
        None => Part::Single(text),
        Some(html) => Part::Multi(
            MultiPart::alternative()
                .boundary(boundary(&mail.id, "words"))
                .singlepart(text)
                .singlepart(SinglePart::html(html.clone())),
        ),
    };
    let Some(attachment) = &mail.attachment else { return Ok(words) };
    let mixed = MultiPart::mixed().boundary(boundary(&mail.id, "mixed"));
    let mixed = match words {
        Part::Single(part) => mixed.singlepart(part),
        Part::Multi(part) => mixed.multipart(part),
    };
    Ok(Part::Multi(mixed.singlepart(file(attachment)?)))
}

/// Always base64: another encoding could change the line ends of a text file.
fn file(attachment: &MailAttachment) -> Result<SinglePart, Loss> {
    let media_type = ContentType::parse(&attachment.media_type)
        .map_err(|_| Loss::Malformed("the attachment's media type is none; correct it".into()))?;
    let bytes = attachment.bytes.to_vec();
    let body = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64)
        .map_err(|_| Loss::Malformed("the attachment cannot be encoded".into()))?;
    Ok(SinglePart::builder()
        .header(media_type)
        .header(ContentDisposition::attachment(&attachment.file_name))
        .body(body))
}

/// A function of the id; neither base64 nor quoted-printable has a line that begins like it.
fn boundary(id: &str, part: &str) -> String {
    let hash = hex::encode(digest(&SHA256, format!("{part} of {id}").as_bytes()));
    format!("=_{part}_{}", &hash[..32])
}
