//! The files of the workspace as text, and the parts of a file that rules look at.

use std::path::Path;
use std::{fs, io};

/// Folders whose content is not ours to tidy.
const SKIPPED: [&str; 5] = [".git", "target", "node_modules", "todoke-data", "demo-data"];

pub(super) struct File {
    /// From the root of the workspace, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

#[derive(Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        tree.add_folder(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// A small made-up tree, for the samples of a rule.
    pub(super) fn sample(files: &[(&str, &str)]) -> Self {
        let file =
            |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        Self { files: files.iter().map(file).collect() }
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        let is_rust = |file: &&File| Path::new(&file.path).extension().is_some_and(|e| e == "rs");
        self.files.iter().filter(is_rust)
    }

    pub(super) fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                if !SKIPPED.contains(&name.as_str()) {
                    self.add_folder(&entry.path(), &format!("{path}/"))?;
                }
            } else if let Ok(text) = fs::read_to_string(entry.path()) {
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }
}

/// The file's text up to its unit tests.
pub(super) fn before_tests(text: &str) -> &str {
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("#[cfg(test)]") {
            return &text[..from];
        }
        from += line.len();
    }
    text
}

/// Rust source with comments and the insides of strings blanked; lines stay where they were.
pub(super) fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = skipped(rest);
        if length == 0 {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().filter(|c| *c == '\n'));
            rest = &rest[length..];
        }
    }
    code
}

/// The length of the comment, string or character that the text starts with, or 0.
fn skipped(text: &str) -> usize {
    let until = |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at);
    if text.starts_with("//") {
        return until("\n", 2);
    }
    if text.starts_with("/*") {
        return (until("*/", 2) + 2).min(text.len());
    }
    if text.starts_with("r\"") || text.starts_with("r#") {
        let hashes = text[1..].chars().take_while(|c| *c == '#').count();
        if text[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            return (until(&end, 2 + hashes) + end.len()).min(text.len());
        }
    }
    if text.starts_with('"') {
        return quoted(text);
    }
    // A quoted quotation mark would open a string; lifetimes are left as they are.
    ["'\"'", "'\\\"'", "'\\''"].iter().find(|c| text.starts_with(**c)).map_or(0, |c| c.len())
}

fn quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

#[test]
fn code_is_told_from_comments_and_strings() {
    let text = "a // crate::b\nc \"crate::d \\\" e\" f /* crate::\ng */ r#\"h\"i\"# '\"' j";
    assert_eq!(code(text), "a \nc  f \n   j");
}

#[test]
fn unit_tests_are_cut_off() {
    assert_eq!(before_tests("a\n#[cfg(test)]\nmod tests {}\n"), "a\n");
}
