//! What the authorities and the operator hold.

use std::fs;

use adapters::sandbox::{Arrival, Held, arrivals, far_side};
use anyhow::{Context as _, Result};
use mail_parser::MessageParser;

use super::House;
use super::papers::OPERATOR_MAIL;

/// A notice as the operator got it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its `Message-ID`, without the angle brackets.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// Its HTML.
    pub html: String,
    /// Parts that are no body.
    pub attachments: usize,
}

impl House {
    /// Packages that authorities hold.
    pub fn held(&self) -> Result<Vec<Held>> {
        Ok(far_side(&self.far_root())?.collect::<std::io::Result<_>>()?)
    }

    /// Everything that arrived at them, repeats among it.
    pub fn arrivals(&self) -> Result<Vec<Arrival>> {
        Ok(arrivals(&self.far_root())?)
    }

    /// The notices in the operator's mailbox, the oldest first by name of file.
    pub fn letters(&self) -> Result<Vec<Letter>> {
        self.letters_to(OPERATOR_MAIL)
    }

    /// The mails in another mailbox.
    pub fn letters_to(&self, address: &str) -> Result<Vec<Letter>> {
        let folder = self.far_root().join("mail").join(address);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut files = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        files.sort();
        files.iter().map(|file| letter(&fs::read(file)?)).collect()
    }

    /// The notices whose subject begins with `【届出】` and these words.
    pub fn letters_about(&self, words: &str) -> Result<Vec<Letter>> {
        let start = format!("【届出】{words}");
        let mut letters = self.letters()?;
        letters.retain(|letter| letter.subject.starts_with(&start));
        Ok(letters)
    }

    /// Where the far sides keep their things.
    pub fn far_root(&self) -> std::path::PathBuf {
        self.folder.path().join("far")
    }
}

fn letter(bytes: &[u8]) -> Result<Letter> {
    let message = MessageParser::default().parse(bytes).context("a mail")?;
    Ok(Letter {
        id: message.message_id().context("a Message-ID")?.to_owned(),
        subject: message.subject().context("a subject")?.to_owned(),
        text: message.body_text(0).context("a text")?.into_owned(),
        html: message.body_html(0).context("an HTML body")?.into_owned(),
        attachments: message.attachment_count(),
    })
}
