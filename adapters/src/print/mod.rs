//! `data/filing.pdf`: the whole set (様式一式) of a filing for people, as PDF/A-2b.
//!
//! A [`Paper`] (labels from the form catalogue, values from the filing) is laid out on A4 pages and
//! drawn in a face that is part of the binary; each page has the 受付番号 and its number, none has
//! a field for a seal. Nothing in it depends on which authority gets it, so one print serves all of
//! them. The bytes depend on the library's version, on the face and on the labels: whoever promises
//! the same bytes for ever keeps them.

mod face;
mod layout;
mod paper;
mod pdf;
mod text;
mod walk;

use bytes::Bytes;

pub use paper::{Block, Paper, PaperFacts, Part};
pub use text::Unprinted;

/// A printed filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    /// PDF/A-2b.
    pub bytes: Bytes,
    /// How many pages.
    pub pages: usize,
    /// Characters that the face does not have.
    pub replaced: Vec<Unprinted>,
}

/// A filing that could not be printed: a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The file in the binary is no font.
    #[error("the face of the print cannot be read")]
    Face,
    /// The library refuses.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// Prints a paper. Takes some milliseconds of computing: call it where that holds up nobody.
pub fn print(paper: &Paper) -> Result<Print, PrintError> {
    let face = face::Face::get().ok_or(PrintError::Face)?;
    let mut setter = text::Setter::new(face);
    let pages = layout::pages(paper, &mut setter);
    let bytes = pdf::write(paper, &pages, &mut setter).map_err(PrintError::Pdf)?;
    Ok(Print { bytes: bytes.into(), pages: pages.len(), replaced: setter.lost() })
}
