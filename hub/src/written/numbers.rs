//! Numbers as people type them.

/// A receipt number however it was typed: small letters, missing hyphens, O for 0, I or L for 1.
pub(crate) fn as_receipt_number(text: &str) -> Option<String> {
    let text = half_width(text).to_uppercase();
    let text: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let rest = text.strip_prefix('T').filter(|rest| rest.len() == 12)?;
    let rest: String = rest
        .chars()
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Some(format!("T{}-{}-{}", &rest[..4], &rest[4..8], &rest[8..]))
}

/// Full-width letters and digits, as Japanese keyboards make them, as half-width ones.
pub(crate) fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).collect::<String>().trim().to_owned()
}

/// Hiragana as katakana.
pub(crate) fn katakana(text: &str) -> String {
    let shift = |c: char| match c {
        '\u{3041}'..='\u{3096}' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        other => other,
    };
    text.chars().map(shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiragana_find_what_is_read_in_katakana() {
        assert_eq!(katakana("さっぽろ"), "サッポロ");
    }

    #[test]
    fn receipt_numbers_are_understood_however_typed() {
        let number = Some("TTKVW-3X6H-RAST".to_owned());
        let wide = "ＴＴＫＶＷ－３Ｘ６Ｈ－ＲＡＳＴ";
        for typed in ["TTKVW-3X6H-RAST", "ttkvw3x6hrast", wide, " ttkvw 3x6h rast "] {
            assert_eq!(as_receipt_number(typed), number, "{typed}");
        }
        assert_eq!(as_receipt_number("TO1IL-0000-0000").as_deref(), Some("T0111-0000-0000"));
        assert_eq!(as_receipt_number("011002"), None);
    }
}
