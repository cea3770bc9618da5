//! Codes of the trade as types: a value of one of these has passed its check digit.
//!
//! Sources: 全国地方公共団体コード (総務省), 介護保険者番号 and 介護事業所番号 (厚生労働省 資料13
//! 「事業所番号の考え方」), 法人番号 (法人番号の指定等に関する省令).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is wrong with a code; the text says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Wrong length or characters.
    #[error("{what} {given:?} must be {expected}")]
    Shape {
        /// Which code.
        what: &'static str,
        /// The text that was given.
        given: String,
        /// What a well-formed one looks like.
        expected: &'static str,
    },
    /// Well formed, but the check digit does not fit.
    #[error("{what} {given} has check digit {found}, expected {expected}")]
    CheckDigit {
        /// Which code.
        what: &'static str,
        /// The text that was given.
        given: String,
        /// The digit that stands there.
        found: char,
        /// The digit that the rule gives.
        expected: char,
    },
}

/// Defines a fixed-width ASCII code: storage, parsing through `check`, text and serde forms.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $len:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str {
                // Only ASCII ever gets in, so this cannot fail.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }
        impl FromStr for $name {
            type Err = CodeError;
            fn from_str(text: &str) -> Result<Self, CodeError> {
                $check(text)?;
                let mut bytes = [0; $len];
                bytes.copy_from_slice(text.as_bytes());
                Ok(Self(bytes))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <String as utoipa::PartialSchema>::schema()
            }
        }
        impl utoipa::ToSchema for $name {}
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

code!(
    /// An authority: the 6-digit 全国地方公共団体コード with its check digit, or the id of a union
    /// (`U`, 2-digit prefecture, 3-digit number; ours, since unions carry several codes in use).
    AuthorityId, 6, check_authority
);
code!(
    /// 介護保険者番号: 6 digits, modulus 10. Not the 団体コード: the last digit differs.
    InsurerNumber, 6, check_insurer
);
code!(
    /// 法人番号: 13 digits, the first is the check digit.
    CorporateNumber, 13, check_corporate
);
code!(
    /// 介護事業所番号: 10 characters, digits and (third place) a letter; the last is the check digit.
    OfficeNumber, 10, check_office
);
code!(
    /// サービス種類コード: 2 characters, for example `11` or `A2`.
    ServiceCode, 2, check_service
);

impl AuthorityId {
    /// Whether this names a union rather than a prefecture or municipality.
    pub fn is_union(&self) -> bool {
        self.0[0] == b'U'
    }

    /// The 2-digit prefecture code, `01` to `47`.
    pub fn prefecture(&self) -> &str {
        let text = self.as_str();
        if self.is_union() { &text[1..3] } else { &text[..2] }
    }
}

impl CorporateNumber {
    /// Whose test filings are: a number that passes its check and was never given out, since no
    /// register's office has the code 0000. Nobody can file by it.
    pub const TEST: Self = Self(*b"9000000000000");

    /// Whether this is whose test filings are.
    pub fn is_test(self) -> bool {
        self == Self::TEST
    }
}

fn digits(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|b| b.is_ascii_digit())
}

fn shape(what: &'static str, given: &str, expected: &'static str) -> CodeError {
    CodeError::Shape { what, given: start_of(given), expected }
}

/// As much of a wrong word as a sentence needs to show: 40 characters.
pub(crate) fn start_of(given: &str) -> String {
    given.chars().take(40).collect()
}

fn compare(what: &'static str, given: &str, found: u8, expected: u32) -> Result<(), CodeError> {
    let expected = char::from_digit(expected, 10).unwrap_or('?');
    let found = char::from(found);
    if found == expected {
        return Ok(());
    }
    Err(CodeError::CheckDigit { what, given: given.to_owned(), found, expected })
}

/// Weights 6,5,4,3,2 over 5 digits; the last digit of 11 − (sum mod 11).
fn check_authority(text: &str) -> Result<(), CodeError> {
    const WHAT: &str = "authority code (団体コード)";
    let bytes = text.as_bytes();
    if bytes.len() == 6 && bytes[0] == b'U' && digits(&text[1..], 5) {
        return Ok(());
    }
    if !digits(text, 6) {
        return Err(shape(WHAT, text, "6 digits, or a union's id (U and 5 digits)"));
    }
    let sum: u32 = (2..=6).rev().zip(bytes).map(|(w, b)| w * u32::from(b - b'0')).sum();
    compare(WHAT, text, bytes[5], (11 - sum % 11) % 10)
}

/// Modulus 10 with weights 2,1,2,1 from the right, products above 9 split into their digits.
fn mod10_digit(body: &[u8]) -> u32 {
    let value = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        // Letters from A=10 without I, O and Q.
        _ => b"ABCDEFGHJKLMNPRSTUVWXYZ".iter().zip(10..).find(|(l, _)| **l == b).map_or(0, |p| p.1),
    };
    let sum: u32 = body
        .iter()
        .rev()
        .zip([2, 1].into_iter().cycle())
        .map(|(b, w)| value(*b) * w)
        .map(|product| product / 10 + product % 10)
        .sum();
    (10 - sum % 10) % 10
}

fn check_insurer(text: &str) -> Result<(), CodeError> {
    const WHAT: &str = "insurer number (介護保険者番号)";
    if !digits(text, 6) {
        return Err(shape(WHAT, text, "6 digits"));
    }
    compare(WHAT, text, text.as_bytes()[5], mod10_digit(&text.as_bytes()[..5]))
}

fn check_office(text: &str) -> Result<(), CodeError> {
    const WHAT: &str = "office number (介護事業所番号)";
    let bytes = text.as_bytes();
    let letter = |b: u8| b.is_ascii_uppercase() && !matches!(b, b'I' | b'O' | b'Q');
    let well_formed = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| b.is_ascii_digit() || (i == 2 && letter(*b)));
    if !well_formed {
        return Err(shape(WHAT, text, "10 half-width digits (the third may be a capital letter)"));
    }
    compare(WHAT, text, bytes[9], mod10_digit(&bytes[..9]))
}

/// First digit = 9 − (Σ Pn·Qn mod 9), n from the right over 12 digits, Q = 1 for odd n, 2 for even.
fn check_corporate(text: &str) -> Result<(), CodeError> {
    const WHAT: &str = "corporate number (法人番号)";
    if !digits(text, 13) {
        return Err(shape(WHAT, text, "13 half-width digits"));
    }
    let bytes = text.as_bytes();
    let sum: u32 = bytes[1..]
        .iter()
        .rev()
        .zip([1, 2].into_iter().cycle())
        .map(|(b, q)| u32::from(b - b'0') * q)
        .sum();
    compare(WHAT, text, bytes[0], 9 - sum % 9)
}

fn check_service(text: &str) -> Result<(), CodeError> {
    let bytes = text.as_bytes();
    if bytes.len() == 2 && bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(shape("service code (サービス種類コード)", text, "2 half-width digits or capital letters"))
}

/// The corporate number whose last 12 digits are `serial`; for tests and the demo environment.
pub fn corporate_number_of(serial: u64) -> CorporateNumber {
    let body = format!("{:012}", serial % 1_000_000_000_000);
    (1..=9)
        .find_map(|check| format!("{check}{body}").parse().ok())
        .unwrap_or(CorporateNumber(*b"7000012050002"))
}

/// The office number with this 9-character body; for tests and the demo environment.
pub fn office_number_of(body: &str) -> Result<OfficeNumber, CodeError> {
    let digit = mod10_digit(body.as_bytes());
    format!("{body}{digit}").parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_numbers_pass() {
        for code in ["131016", "011002", "271004", "130001", "141003", "020001", "U01001"] {
            assert!(code.parse::<AuthorityId>().is_ok(), "{code}");
        }
        for code in ["7000012050002", "6000012070001", "8000012130001"] {
            assert!(code.parse::<CorporateNumber>().is_ok(), "{code}");
        }
        for code in ["1371600303", "1373400835"] {
            assert!(code.parse::<OfficeNumber>().is_ok(), "{code}");
        }
        for code in ["435073", "294538"] {
            assert!(code.parse::<InsurerNumber>().is_ok(), "{code}");
        }
    }

    #[test]
    fn a_wrong_digit_is_named() {
        let error = "131017".parse::<AuthorityId>().expect_err("wrong check digit");
        assert_eq!(
            error.to_string(),
            "authority code (団体コード) 131017 has check digit 7, expected 6"
        );
        // The 団体コード of a village is not its insurer number.
        assert!("435074".parse::<InsurerNumber>().is_err());
        assert!("435074".parse::<AuthorityId>().is_ok());
        assert!("１３１０１６".parse::<AuthorityId>().is_err());
        assert!("13716003O3".parse::<OfficeNumber>().is_err());
        assert!("7000012050003".parse::<CorporateNumber>().is_err());
    }

    #[test]
    fn the_number_of_tests_passes_its_check() {
        assert_eq!("9000000000000".parse(), Ok(CorporateNumber::TEST));
        assert!(CorporateNumber::TEST.is_test() && !corporate_number_of(1).is_test());
    }

    #[test]
    fn made_numbers_pass_their_own_check() {
        for serial in 0..1000 {
            let number = corporate_number_of(serial);
            assert_eq!(number.as_str().parse(), Ok(number));
        }
        assert!(office_number_of("13A160030").is_ok());
    }
}
