//! Words by which operations find a filing: the names of its operator and offices, the numbers of
//! those, in the one form in which they are kept and looked for.

use schemas::{FilingId, Submission};
use unicode_normalization::UnicodeNormalization;

use crate::store::WordRow;
use crate::written::katakana;

/// Characters of a word that are kept at most.
const CHARS_MAX: usize = 100;

/// 法人格: nobody begins with it who looks for a name, so what follows is a word of its own.
const FORMS: [&str; 16] = [
    "社会福祉法人",
    "社会医療法人社団",
    "社会医療法人財団",
    "社会医療法人",
    "医療法人社団",
    "医療法人財団",
    "医療法人",
    "特定非営利活動法人",
    "NPO法人",
    "一般社団法人",
    "一般財団法人",
    "公益財団法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "(株)",
];

/// A text as it is looked for: compatible forms as one (NFKC), hiragana as katakana, capital
/// letters, no spaces.
pub fn written(text: &str) -> String {
    let compatible: String = text.nfkc().filter(|c| !c.is_whitespace()).take(CHARS_MAX).collect();
    katakana(&compatible).to_uppercase()
}

/// The words of what was handed in, each once.
pub fn of(filing_id: FilingId, submission: &Submission) -> Vec<WordRow> {
    let mut words = names(&submission.operator_name);
    for office in &submission.offices {
        words.extend(names(&office.name));
        words.extend(office.office_number.as_ref().map(ToString::to_string));
    }
    words.retain(|word| !word.is_empty());
    words.sort();
    words.dedup();
    words.into_iter().map(|word| WordRow { word, filing_id }).collect()
}

/// A name, and the same without what sort of corporation it is of.
fn names(name: &str) -> Vec<String> {
    let whole = written(name);
    let rest = FORMS.iter().find_map(|form| whole.strip_prefix(form)).map(str::to_owned);
    std::iter::once(whole).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_to_people_is_one_word() {
        for (text, word) in [
            ("さくら 介護", "サクラ介護"),
            ("ｻｸﾗ　介護", "サクラ介護"),
            ("Ｃａｒｅ Ｈｏｍｅ", "CAREHOME"),
            ("㈱みらい", "(株)ミライ"),
            (" \u{3000}\t", ""),
            ("か\u{3099}く", "ガク"),
        ] {
            assert_eq!(written(text), word, "{text}");
        }
        assert_eq!(written(&"長".repeat(500)).chars().count(), CHARS_MAX);
        assert_eq!(written(&written("ｻｸﾗ Ｃａｒｅ")), written("ｻｸﾗ Ｃａｒｅ"), "it stays");
    }

    #[test]
    fn a_name_is_found_without_its_sort_of_corporation() {
        assert_eq!(names("社会福祉法人 さくら会"), ["社会福祉法人サクラ会", "サクラ会"]);
        assert_eq!(names("㈱みらい"), ["(株)ミライ", "ミライ"]);
        assert_eq!(names("さくら会"), ["サクラ会"]);
    }
}
