//! A filing as the operator hands it in, and the checks that need nothing but the text itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

pub use crate::finding::Finding;
use crate::{AuthorityId, CorporateNumber, FilingKind, OfficeNumber, ServiceCode};

/// One submission of an operator: the body of `POST /v1/filings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// 手続の種類.
    pub kind: FilingKind,
    /// The operator's 法人番号.
    pub corporate_number: CorporateNumber,
    /// The operator's name as it stands in the register.
    pub operator_name: String,
    /// Whether this is a one-stop change of corporate matters, fanned out to every authority that
    /// designated one of the offices (規制改革実施計画 令和4年 No.19 d).
    #[serde(default)]
    pub one_stop: bool,
    /// The places of service that it is about; more than one only when `one_stop`.
    pub offices: Vec<Office>,
    /// The form's fields, as the form catalogue names them.
    #[serde(default)]
    pub form: serde_json::Value,
    /// Files uploaded before, by digest.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

/// 事業所: the place of service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// Its name.
    pub name: String,
    /// Its 介護事業所番号; absent before the first designation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office_number: Option<OfficeNumber>,
    /// The municipality in which it lies.
    pub municipality: AuthorityId,
    /// The services concerned.
    pub services: Vec<OfficeService>,
}

/// One service of an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeService {
    /// サービス種類コード.
    pub service: ServiceCode,
    /// Municipalities whose insured use it and that designated it, or are asked to (地域密着型,
    /// 総合事業, 介護予防支援); the location's own need not be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insurers: Vec<AuthorityId>,
    /// Whether the office holds the designation as deemed (みなし指定, 介護保険法 71条・72条).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deemed: bool,
}

/// A file that goes with a filing; its bytes are in the object store under `sha256`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The file's name, without a path.
    pub name: String,
    /// Lower-case hex SHA-256 of the bytes.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Media type, for example `application/pdf`.
    pub media_type: String,
}

/// What a submission may hold at most; the hub fills it from its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Offices in a one-stop filing.
    pub offices_max: usize,
    /// Services of one office.
    pub services_max: usize,
    /// Attachments of one filing.
    pub attachments_max: usize,
    /// Bytes of one attachment.
    pub attachment_bytes_max: u64,
    /// Media types that are taken.
    pub media_types: Vec<String>,
    /// Characters of a name.
    pub name_chars_max: usize,
}

impl Submission {
    /// Everything wrong that the text alone shows; empty when it is fit to be routed.
    pub fn check(&self, limits: &Limits) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.corporate_number.is_test() {
            let message = "this number is kept for the hub's own test filings; give the operator's";
            let finding =
                Finding::new("/corporate_number", "corporate_number_reserved", message)
                    .ja("この法人番号は疎通確認(テスト)専用です。届出を行う法人の番号を入れてください。");
            findings.push(finding);
        }
        check_name(&self.operator_name, "/operator_name", limits, &mut findings);
        self.check_offices(limits, &mut findings);
        self.check_attachments(limits, &mut findings);
        if !(self.form.is_object() || self.form.is_null()) {
            findings.push(Finding::new("/form", "form_not_object", "send the form as an object"));
        }
        findings
    }

    fn check_offices(&self, limits: &Limits, findings: &mut Vec<Finding>) {
        let mut add = |path: String, code, message: String| {
            findings.push(Finding::new(path, code, message));
        };
        if self.offices.is_empty() {
            add("/offices".into(), "office_missing", "name at least one office".into());
        }
        if self.offices.len() > 1 && !self.one_stop {
            let message = "only a one-stop change may name several offices; set \"one_stop\": true \
                           or file once for each office";
            add("/offices".into(), "offices_without_one_stop", message.into());
        }
        if self.one_stop && self.kind != FilingKind::Change {
            let message = "one-stop filing is for change notices of corporate matters only";
            add("/one_stop".into(), "one_stop_not_a_change", message.into());
        }
        if self.offices.len() > limits.offices_max {
            let message = format!("at most {} offices in one filing", limits.offices_max);
            add("/offices".into(), "too_many_offices", message);
        }
        for (i, office) in self.offices.iter().enumerate() {
            if office.services.is_empty() || office.services.len() > limits.services_max {
                let message = format!("name 1 to {} services of the office", limits.services_max);
                add(format!("/offices/{i}/services"), "service_count", message);
            }
            if office.municipality.is_union() {
                let message =
                    "give the municipality's code; a union acting for it is found by the hub";
                add(format!("/offices/{i}/municipality"), "municipality_is_union", message.into());
            }
        }
        for (i, office) in self.offices.iter().enumerate() {
            check_name(&office.name, &format!("/offices/{i}/name"), limits, findings);
        }
    }

    fn check_attachments(&self, limits: &Limits, findings: &mut Vec<Finding>) {
        if self.attachments.len() > limits.attachments_max {
            let message = format!("at most {} attachments in one filing", limits.attachments_max);
            findings.push(Finding::new("/attachments", "too_many_attachments", message));
        }
        let mut names = HashSet::with_capacity(self.attachments.len());
        for (i, attachment) in self.attachments.iter().enumerate() {
            let at = |field: &str| format!("/attachments/{i}/{field}");
            if let Err(why) = check_file_name(&attachment.name, limits.name_chars_max) {
                let safe = safe_file_name(&attachment.name);
                let why = if safe.is_empty() { why } else { format!("{why}; {safe:?} would do") };
                findings.push(Finding::new(at("name"), "attachment_name", why));
            }
            // Two that would fall together on a file system that folds case.
            if !names.insert(attachment.name.to_lowercase()) {
                let message = "two attachments have this name; rename one";
                findings.push(Finding::new(at("name"), "attachment_name_twice", message));
            }
            if attachment.size > limits.attachment_bytes_max {
                let message = format!("at most {} bytes", limits.attachment_bytes_max);
                findings.push(Finding::new(at("size"), "attachment_too_large", message));
            }
            if !limits.media_types.contains(&attachment.media_type) {
                let message = format!(
                    "this type is not taken; use one of: {}",
                    limits.media_types.join(", ")
                );
                findings.push(Finding::new(at("media_type"), "attachment_type", message));
            }
            if !is_sha256(&attachment.sha256) {
                let message = "give the SHA-256 as 64 lower-case hexadecimal digits";
                findings.push(Finding::new(at("sha256"), "attachment_digest_malformed", message));
            }
        }
    }
}

/// Whether the text is 64 lower-case hexadecimal digits.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn check_name(name: &str, path: &str, limits: &Limits, findings: &mut Vec<Finding>) {
    let count = name.chars().count();
    if name.trim().is_empty() || count > limits.name_chars_max {
        let message = format!("write 1 to {} characters", limits.name_chars_max);
        findings.push(Finding::new(path, "name_length", message));
    }
    if name.chars().any(char::is_control) {
        let message = "control characters (line breaks, tabs) cannot stand in a name";
        findings.push(Finding::new(path, "name_control_character", message));
    }
}

/// The part of a form that tells how files were named before their names were made fit for
/// packages: by the name that they have now.
pub const ORIGINAL_NAMES: &str = "original_names";

/// The name in Unicode NFC, as it goes into packages.
pub fn normalised_file_name(name: &str) -> String {
    name.nfc().collect()
}

/// What Windows takes in no file name, and what is written for it.
const FULL_WIDTH: [(char, char); 7] =
    [(':', '：'), ('*', '＊'), ('?', '？'), ('"', '＂'), ('<', '＜'), ('>', '＞'), ('|', '｜')];

/// The name as it may stand in a package, and unpacks on every system: the last part of a path, in
/// NFC, without control characters, with full-width signs for those that Windows does not take. It
/// may still be empty or too long.
pub fn safe_file_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let wide = |c: char| FULL_WIDTH.iter().find(|(narrow, _)| *narrow == c).map_or(c, |it| it.1);
    let plain: String = last.chars().filter(|c| !c.is_control()).map(wide).collect();
    let plain = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let name = normalised_file_name(plain);
    if is_device(&name) { format!("_{name}") } else { name }
}

/// Whether Windows takes the name for a device's, whatever its ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_port = |port: &str| {
        let number = stem.strip_prefix(port).unwrap_or_default();
        number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit())
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || is_port("COM") || is_port("LPT")
}

/// Whether a file name may stand in a package: no path, no control character, NFC, not too long.
pub fn check_file_name(name: &str, chars_max: usize) -> Result<(), String> {
    let refuse = |why: &str| Err(why.to_owned());
    if name.is_empty() || name.chars().count() > chars_max || name.len() > 240 {
        return Err(format!("a file name has 1 to {chars_max} characters and at most 240 bytes"));
    }
    if name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) || name.starts_with('.') {
        return refuse("a file name has no path, none of \\ / : * ? \" < > | and no leading dot");
    }
    if name.ends_with(['.', ' ']) || name.chars().any(char::is_control) {
        return refuse("a file name has no control character and does not end in a dot or space");
    }
    if normalised_file_name(name) != name {
        return refuse("write the file name in Unicode NFC");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_no_file_names() {
        for bad in ["", "../x", "a/b", "a\\b", ".hidden", "a\nb", "a.", "か\u{3099}.pdf", "x:y"] {
            assert!(check_file_name(bad, 100).is_err(), "{bad:?}");
        }
        assert!(check_file_name("運営規程(改正後).pdf", 100).is_ok());
        assert!(check_file_name(&"x".repeat(100), 100).is_ok());
        assert!(check_file_name(&"x".repeat(101), 100).is_err());
    }

    #[test]
    fn a_name_is_made_so_that_every_system_unpacks_it() {
        for (given, safe) in [
            ("運営規程(改正後).pdf", "運営規程(改正後).pdf"),
            ("図面 1:100|A*?.pdf", "図面 1：100｜A＊？.pdf"),
            ("C:\\書類\\\"案\"<1>.pdf", "＂案＂＜1＞.pdf"),
            ("../.か\u{3099}.pdf. ", "が.pdf"),
            ("a\nb.pdf", "ab.pdf"),
            (". .a.pdf . ", "a.pdf"),
            ("con.pdf", "_con.pdf"),
            ("LPT1", "_LPT1"),
            ("COM10.pdf", "COM10.pdf"),
            ("コン.pdf", "コン.pdf"),
        ] {
            assert_eq!(safe_file_name(given), safe, "{given:?}");
            assert!(check_file_name(safe, 100).is_ok(), "{safe}");
        }
        assert_eq!(safe_file_name("..."), "");
    }
}
