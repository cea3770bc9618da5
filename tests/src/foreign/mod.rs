//! Every parser of bytes that come from elsewhere, as a function that asserts what must hold
//! whatever they are: no panic, an error that is a sentence, nothing swollen, and what reads is
//! written and reads to the same.
//!
//! `tests/fuzz` lets libFuzzer call them; `it/foreign.rs` replays what is kept in
//! `tests/foreign/<name>/` and mutations of it.
//!
//! * **To add a parser**: a function here or in a file beside, a line in [`ALL`], and a folder with
//!   a few good inputs.

mod bag;
mod filing;
mod form;
mod message;
mod mutation;
mod receipt;
mod result_folder;
mod table;

use std::fmt::Display;

pub use mutation::Mutation;

/// A parser under test.
#[derive(Debug, Clone, Copy)]
pub struct Parser {
    /// The name of its folder in `tests/foreign`.
    pub name: &'static str,
    /// Reads the bytes and panics when something does not hold.
    pub parse: fn(&[u8]),
}

/// All of them.
pub const ALL: [Parser; 10] = [
    Parser { name: "bag", parse: bag::seal_and_open },
    Parser { name: "cases", parse: table::cases },
    Parser { name: "decision", parse: result_folder::decision },
    Parser { name: "filing", parse: filing::filing },
    Parser { name: "form", parse: form::form },
    Parser { name: "listing", parse: result_folder::listing },
    Parser { name: "master", parse: table::master },
    Parser { name: "message", parse: message::message },
    Parser { name: "package", parse: bag::open },
    Parser { name: "receipt", parse: receipt::receipt },
];

/// The parser of that name.
pub fn find(name: &str) -> Option<Parser> {
    ALL.into_iter().find(|parser| parser.name == name)
}

/// Bytes of a sentence at most: it goes into logs, files beside decisions and answers.
pub const SENTENCE_BYTES_MAX: usize = 4 * 1024;

/// Asserts that an error says something, and not too much.
#[track_caller]
fn assert_sentence(error: &impl Display) {
    let sentence = error.to_string();
    assert!(sentence.trim().len() > 3, "this says nothing: {sentence:?}");
    let length = sentence.len();
    assert!(
        length <= SENTENCE_BYTES_MAX,
        "{length} bytes: {}…",
        &sentence[..sentence.floor_char_boundary(200)]
    );
}
