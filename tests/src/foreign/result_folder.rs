//! What an authority leaves in its result folder, and how its server lists it.

use adapters::sftp::{DECISION_FILES_MAX, DroppedDecision, DroppedFile, is_decision};
use bytes::Bytes;
use russh_sftp::protocol::Packet;

use super::assert_sentence;

/// A decision file; behind a zero byte, the names of the files beside it, one a line.
pub(super) fn decision(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, names) = bytes.split_at(end);
    let names = String::from_utf8_lossy(names.get(1..).unwrap_or_default());
    check(text, &beside(names.lines().map(str::to_owned)));
}

/// The answer of a server to a question for names, and a decision under each of them.
pub(super) fn listing(bytes: &[u8]) {
    let Ok(packet) = Packet::try_from(&mut Bytes::copy_from_slice(bytes)) else { return };
    let shown = format!("{packet:?}");
    assert!(shown.len() < 64 * 1024 + 64 * bytes.len(), "{} bytes of {}", shown.len(), bytes.len());
    let Packet::Name(names) = packet else { return };
    let beside = beside(names.files.into_iter().map(|file| file.filename));
    for file in beside.iter().filter(|file| is_decision(&file.name)) {
        let read = DroppedDecision::read(&file.name, b"{}", &beside);
        assert_sentence(&read.decision.expect_err("nothing stands in it"));
        assert_eq!(read.name, file.name);
    }
}

fn beside(names: impl Iterator<Item = String>) -> Vec<DroppedFile> {
    let mut files: Vec<_> =
        names.map(|name| DroppedFile { name, size: 1, modified_at: None }).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn check(text: &[u8], beside: &[DroppedFile]) {
    let read = DroppedDecision::read("a.decision.json", text, beside);
    match &read.decision {
        Ok(decision) => {
            assert!(decision.files.len() <= DECISION_FILES_MAX, "{} files", decision.files.len());
            let found: Vec<_> = read.files.iter().map(|file| &file.name).collect();
            assert_eq!(found, decision.files.iter().collect::<Vec<_>>());
            let written = serde_json::to_vec(decision).expect("JSON");
            assert_eq!(DroppedDecision::read("a.decision.json", &written, beside), read);
        }
        Err(problem) => assert_sentence(problem),
    }
}
