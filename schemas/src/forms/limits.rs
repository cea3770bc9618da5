//! Narrower limits of attachments than the installation's own: by kind of filing, by paper of the
//! checklist, by authority. They are the files `forms/limits….json`; every rule that fits holds.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Catalogue;
use crate::{Attachment, AuthorityId, FilingKind, Finding, Submission};

/// One rule. Whatever it does not name it does not limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLimit {
    /// Whose rule it is, and so for whose filings; none: of all.
    #[serde(default)]
    pub authority: Option<AuthorityId>,
    /// The authority's name, for persons.
    #[serde(default)]
    pub name: String,
    /// For filings of these kinds; empty: of all.
    #[serde(default)]
    pub kinds: Vec<FilingKind>,
    /// For files that are these papers of the checklist; empty: for all files.
    #[serde(default)]
    pub items: Vec<String>,
    /// So many files.
    #[serde(default)]
    pub files_max: Option<usize>,
    /// Bytes of each file.
    #[serde(default)]
    pub bytes_max: Option<u64>,
    /// Bytes of all files together.
    #[serde(default)]
    pub total_bytes_max: Option<u64>,
    /// Media types; empty: as the installation takes.
    #[serde(default)]
    pub media_types: Vec<String>,
    /// Where the rule is written.
    pub source: String,
    /// How sure that is.
    pub sure: String,
}

/// One file of rules.
#[derive(Debug, Default, Deserialize)]
pub(super) struct LimitFile {
    #[serde(default)]
    pub(super) rules: Vec<FileLimit>,
}

/// Media types as persons know them.
const NAMES: [(&str, &str); 9] = [
    ("application/pdf", "PDF"),
    ("image/jpeg", "JPEG"),
    ("image/png", "PNG"),
    ("text/csv", "CSV"),
    ("application/zip", "ZIP"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel (.xlsx)"),
    ("application/vnd.ms-excel", "Excel (.xls)"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word (.docx)"),
    ("application/msword", "Word (.doc)"),
];

impl FileLimit {
    /// What is wrong with the rule itself.
    pub(super) fn verify(&self, is_item: impl Fn(&str) -> bool) -> Result<(), String> {
        if let Some(lost) = self.items.iter().find(|item| !is_item(item)) {
            return Err(format!("a rule names {lost:?}, which is no item of attachments.json"));
        }
        let numbers = [self.files_max.is_some(), self.bytes_max.is_some()];
        let limits = numbers.contains(&true) || self.total_bytes_max.is_some();
        if !limits && self.media_types.is_empty() {
            return Err(format!("the rule of {:?} limits nothing", self.source));
        }
        Ok(())
    }

    /// Whether it holds for filings of a kind to these authorities.
    pub fn holds(&self, kind: FilingKind, authorities: &[AuthorityId]) -> bool {
        let is_theirs = self.authority.is_none_or(|id| authorities.contains(&id));
        is_theirs && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }

    /// Whether it is about a file that is this paper; none: that is no paper of the checklist.
    pub fn is_about(&self, item: Option<&str>) -> bool {
        self.items.is_empty() || item.is_some_and(|item| self.items.iter().any(|it| it == item))
    }

    /// The whole rule in Japanese and English, without the papers that it is about.
    pub fn sentence(&self) -> (String, String) {
        let mut all: Vec<(String, String)> = Vec::new();
        if let Some(max) = self.files_max {
            all.push((format!("{max}件まで"), format!("at most {max} files")));
        }
        if let Some(max) = self.bytes_max {
            all.push((format!("1件 {} まで", size(max)), format!("each up to {}", size(max))));
        }
        if let Some(max) = self.total_bytes_max {
            all.push((format!("合計 {} まで", size(max)), format!("together up to {}", size(max))));
        }
        if !self.media_types.is_empty() {
            let names = self.type_names();
            all.push((format!("{names} だけ"), format!("only {names}")));
        }
        let (ja, en): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        (self.said("ja", &ja.join("、")), self.said("en", &en.join(", ")))
    }

    /// A sentence, with whose rule it is before it.
    fn said(&self, lang: &str, sentence: &str) -> String {
        let Some(id) = self.authority else { return sentence.to_owned() };
        let who =
            if self.name.is_empty() { id.to_string() } else { format!("{} ({id})", self.name) };
        match lang {
            "ja" => format!("{who}の定め:{sentence}"),
            _ => format!("by the rule of {who}: {sentence}"),
        }
    }

    fn type_names(&self) -> String {
        let name = |known: &String| {
            let found = NAMES.iter().find(|(media_type, _)| media_type == known);
            found.map_or_else(|| known.clone(), |(_, name)| (*name).to_owned())
        };
        self.media_types.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    fn finding(&self, path: String, code: &str, (ja, en): (String, String)) -> Finding {
        let (ja, en) = (self.said("ja", &ja), self.said("en", &en));
        Finding::new(path, code, en).ja(ja).source(self.source.clone())
    }

    /// What the files of a filing that it is about go beyond.
    fn check(&self, files: &[(usize, &Attachment)], findings: &mut Vec<Finding>) {
        let count = files.len();
        if let Some(max) = self.files_max.filter(|max| count > *max) {
            let ja = format!("添付できるのは{max}件までです(今は{count}件)。");
            let en = format!("at most {max} files; there are {count}");
            findings.push(self.finding("/attachments".into(), "attachments_files_limit", (ja, en)));
        }
        let total = files.iter().fold(0_u64, |sum, (_, file)| sum.saturating_add(file.size));
        if let Some(max) = self.total_bytes_max.filter(|max| total > *max) {
            let (max, total) = (size(max), size(total));
            let ja = format!("添付ファイルは合計 {max} までです(今は {total})。");
            let en = format!("all files together up to {max}; they have {total}");
            findings.push(self.finding("/attachments".into(), "attachments_bytes_limit", (ja, en)));
        }
        for (place, file) in files {
            let name = &file.name;
            if let Some(max) = self.bytes_max.filter(|max| file.size > *max) {
                let max = size(max);
                let ja = format!("「{name}」が大きすぎます。1件 {max} までです。");
                let en = format!("{name:?} is too large; each file up to {max}");
                let path = format!("/attachments/{place}/size");
                findings.push(self.finding(path, "attachment_bytes_limit", (ja, en)));
            }
            if !self.media_types.is_empty() && !self.media_types.contains(&file.media_type) {
                let names = self.type_names();
                let ja = format!("「{name}」の種類は受け付けられません。{names} にしてください。");
                let en = format!("the type of {name:?} is not taken; make it one of: {names}");
                let path = format!("/attachments/{place}/media_type");
                findings.push(self.finding(path, "attachment_type_limit", (ja, en)));
            }
        }
    }
}

impl Catalogue {
    /// The narrower limits that hold for filings of a kind to these authorities.
    pub fn file_limits(
        &self,
        kind: FilingKind,
        authorities: &[AuthorityId],
    ) -> impl Iterator<Item = &FileLimit> {
        self.limits.iter().filter(move |limit| limit.holds(kind, authorities))
    }

    /// Where the attachments of a filing to these authorities go beyond a narrower limit.
    pub fn check_files(
        &self,
        submission: &Submission,
        authorities: &[AuthorityId],
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for limit in self.file_limits(submission.kind, authorities) {
            let all = submission.attachments.iter().enumerate();
            let is_about = |(_, file): &(usize, &Attachment)| is_about(limit, submission, file);
            let files: Vec<_> = all.filter(is_about).collect();
            limit.check(&files, &mut findings);
        }
        findings
    }
}

/// Whether a rule is about a file, by the papers that the filing's checklist says it is.
fn is_about(limit: &FileLimit, submission: &Submission, file: &Attachment) -> bool {
    let named = submission.form.get("checklist").and_then(Value::as_object);
    let mut items = named.into_iter().flatten().filter(|(_, name)| **name == *file.name);
    limit.is_about(None) || items.any(|(item, _)| limit.is_about(Some(item)))
}

/// Bytes for persons, exact where they are a whole number of a unit.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let whole = UNITS.iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{bytes} B"), |(unit, name)| format!("{} {name}", bytes / unit))
}
