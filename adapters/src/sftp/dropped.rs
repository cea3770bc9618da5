//! What a result folder's listing and a decision file's bytes say. Pure: nothing is fetched here.

use schemas::DecisionFile;
use schemas::decision::{WORDLESS, is_wordless};

/// Bytes of a decision file at most.
pub const DECISION_BYTES_MAX: u64 = 256 * 1024;
/// Files that one decision names at most.
pub const DECISION_FILES_MAX: usize = 100;

/// A decision file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedDecision {
    /// Its name in the result folder.
    pub name: String,
    /// What it says, or a sentence that tells the authority what is wrong with it.
    pub decision: Result<DecisionFile, String>,
    /// The files that it names, as they lie there.
    pub files: Vec<DroppedFile>,
}

/// A file beside a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, in seconds since 1970 by the server's clock, where it tells.
    pub modified_at: Option<u32>,
}

/// Whether a file of a result folder is meant as a decision. Its name may still be wrong, of which
/// the authority is told; a name with a path in it is no name of that folder.
pub fn is_decision(name: &str) -> bool {
    name.ends_with(".decision.json") && !name.contains('/')
}

/// Whether a file of a result folder is meant as the answer to a statement.
pub(super) fn is_statement_answer(name: &str) -> bool {
    let day = name.strip_prefix("statement-").and_then(|rest| rest.strip_suffix(".csv"));
    day.is_some_and(|day| !day.contains('/'))
}

impl DroppedDecision {
    /// Puts a decision beside its files; one that does not lie there makes it broken. `beside` is
    /// what lies in the folder, in the order of the names.
    pub fn read(name: &str, bytes: &[u8], beside: &[DroppedFile]) -> Self {
        let mut files = Vec::new();
        let decision = check_name(name)
            .and_then(|()| parse(bytes))
            .and_then(|decision| find_files(&decision, beside, &mut files).map(|()| decision))
            .and_then(|decision| {
                // The hub knows how long a comment may be.
                if is_wordless(decision.verdict, &decision.comment) {
                    return Err(WORDLESS.to_owned());
                }
                Ok(decision)
            });
        Self { name: name.to_owned(), decision, files }
    }

    /// A decision that cannot be read at all.
    pub(super) fn broken(name: &str, problem: String) -> Self {
        Self { name: name.to_owned(), decision: Err(problem), files: Vec::new() }
    }
}

/// Whether a file can be asked for under the name by which it is listed; else why not.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    if name.contains(char::REPLACEMENT_CHARACTER) {
        return Err("the file's name is not UTF-8; give it a name in ASCII".to_owned());
    }
    schemas::filing::check_file_name(name, 240)
        .map_err(|problem| format!("the file's own name: {problem}; give it another"))
}

pub(super) fn too_large() -> String {
    format!("a decision file has at most {DECISION_BYTES_MAX} bytes")
}

fn parse(bytes: &[u8]) -> Result<DecisionFile, String> {
    if bytes.len() as u64 > DECISION_BYTES_MAX {
        return Err(too_large());
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    serde_json::from_slice(text).map_err(|error| {
        format!(
            "{error}; write UTF-8 JSON with delivery, verdict (accepted or returned), comment and \
             files"
        )
    })
}

fn find_files(
    decision: &DecisionFile,
    beside: &[DroppedFile],
    files: &mut Vec<DroppedFile>,
) -> Result<(), String> {
    if decision.files.len() > DECISION_FILES_MAX {
        return Err(format!("files names more than {DECISION_FILES_MAX}; put them into one ZIP"));
    }
    for wanted in &decision.files {
        schemas::filing::check_file_name(wanted, 240)
            .map_err(|problem| format!("files names {wanted:?}: {problem}"))?;
        if files.iter().any(|file| file.name == *wanted) {
            return Err(format!("files names {wanted:?} twice; name it once"));
        }
        let there = beside.binary_search_by(|file| file.name.as_str().cmp(wanted)).ok();
        let there = there.ok_or_else(|| {
            format!("files names {wanted:?}, which does not lie beside it; put it there first")
        })?;
        files.push(beside[there].clone());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(count: usize) -> DroppedDecision {
        let names: Vec<_> = (0..count).map(|i| format!("{i:03}.pdf")).collect();
        let beside: Vec<_> = names
            .iter()
            .map(|name| DroppedFile { name: name.clone(), size: 1, modified_at: None })
            .collect();
        let decision = serde_json::json!({
            "delivery": "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a", "verdict": "returned",
            "comment": "添付を直してください", "files": names,
        });
        DroppedDecision::read("a.decision.json", decision.to_string().as_bytes(), &beside)
    }

    #[test]
    fn a_decision_names_as_many_files_as_are_allowed_and_no_more() {
        let most = naming(DECISION_FILES_MAX);
        assert_eq!((most.decision.map(drop), most.files.len()), (Ok(()), DECISION_FILES_MAX));
        let problem = naming(DECISION_FILES_MAX + 1).decision.expect_err("one too many");
        assert!(problem.contains("more than 100"), "{problem}");
    }
}
