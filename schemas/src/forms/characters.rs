//! Characters that a receiver cannot read or would read otherwise: 外字, control characters,
//! half-width katakana; and what looks right but is of another width.

use unicode_normalization::UnicodeNormalization;

use super::form::Form;
use crate::Finding;

/// The source that these findings name: nobody's rule, but what every exchange needs.
const SOURCE: &str = "文字の共通規則 (Unicode、CP932 への変換)";

/// What is wrong with the characters of a field's text.
pub(super) fn check(form: &Form, path: &str, text: &str) -> Vec<Finding> {
    let Some(sort) = form.field_at(path).and_then(|field| field.text.as_deref()) else {
        return Vec::new();
    };
    let (ja, en) = form.label(path);
    let mut findings = Vec::new();
    let mut add = |code: &str, en: String, ja: String| {
        findings.push(Finding::new(path, code, en).ja(ja).source(SOURCE));
    };
    if text.chars().any(is_private) {
        add(
            "private_character",
            format!("{en}: holds a character of private use (gaiji) (no other machine reads it)"),
            format!(
                "「{ja}」に外字(私用領域の文字)があります。受け取る側では読めません。改めてください。"
            ),
        );
    }
    let breaks_lines = sort == "lines";
    if text.chars().any(|c| c.is_control() && !(breaks_lines && matches!(c, '\n' | '\r'))) {
        add(
            "control_character",
            format!("{en}: holds a control character (line break, tab); take it out"),
            format!("「{ja}」に制御文字(改行・タブなど)があります。取り除いてください。"),
        );
    }
    if !text.is_empty() && text.chars().all(char::is_whitespace) {
        add(
            "field_blank",
            format!("{en}: is blank; fill it in"),
            format!("「{ja}」が空白だけです。記入してください。"),
        );
    }
    if sort != "code" && text.chars().any(is_half_width_kana) {
        let sentence = format!("{en}: has half-width katakana; write them full-width");
        let ja = format!("「{ja}」に半角カタカナがあります。全角で記入してください。");
        let finding = Finding::new(path, "half_width_kana", sentence).ja(ja).source(SOURCE);
        findings.push(finding.warning());
    }
    findings
}

/// How a text that does not fit its pattern could come to fit: the width is wrong, not the text.
pub(super) fn other_width(text: &str) -> Option<&'static str> {
    if text.chars().any(is_half_width_kana) {
        return Some("half_width_kana");
    }
    let folded: String = text.nfkc().collect();
    (folded != text && text.chars().any(is_full_width)).then_some("full_width")
}

fn is_full_width(c: char) -> bool {
    matches!(c, '\u{FF01}'..='\u{FF5E}' | '\u{3000}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー')
}

fn is_half_width_kana(c: char) -> bool {
    matches!(c, '\u{FF61}'..='\u{FF9F}')
}

/// Private use areas, characters that are none, and the mark of a lost character.
fn is_private(c: char) -> bool {
    matches!(
        c,
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}'
            | '\u{FFFD}' | '\u{FDD0}'..='\u{FDEF}'
    ) || u32::from(c) & 0xFFFE == 0xFFFE
}
