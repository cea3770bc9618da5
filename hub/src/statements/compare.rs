//! What an authority says it has, and how that differs from what it was brought.

use std::collections::{HashMap, HashSet};

use schemas::DeliveryId;
use serde::{Deserialize, Serialize};

use crate::store::BroughtRow;

/// A package that the authority has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The delivery.
    #[schema(value_type = String)]
    pub delivery: DeliveryId,
    /// SHA-256 of what lies there, as hex; none: only that it is there is compared.
    #[serde(default)]
    pub package_sha256: Option<String>,
}

/// The packages that an authority has of a day; none: it has nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// In any order, each once.
    pub packages: Vec<Given>,
}

/// In which way something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Differing {
    /// It was brought, and the authority has it not.
    Missing,
    /// The authority has it, and it was not brought that day.
    Unknown,
    /// The authority has other bytes.
    OtherDigest,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// In which way.
    pub what: Differing,
    /// The delivery.
    pub delivery: DeliveryId,
    /// 受付番号, where it was brought.
    pub receipt_number: Option<String>,
    /// Our digest.
    pub ours: Option<String>,
    /// The authority's.
    pub theirs: Option<String>,
}

/// What is wrong with an answer, as a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerProblem {
    /// It names more than are compared at once (`reconciliation.answer_max`).
    #[error("{count} packages are named; at most {max} are compared at once")]
    TooMany {
        /// How many it names.
        count: usize,
        /// How many it may.
        max: usize,
    },
    /// A delivery stands there more than once.
    #[error("{0} is named twice; name each delivery once")]
    Twice(DeliveryId),
    /// A digest is none.
    #[error("the digest of {0} is no SHA-256; write 64 hexadecimal digits, or leave it out")]
    NoDigest(DeliveryId),
    /// The file is larger than is read (`reconciliation.answer_bytes_max`).
    #[error("the file has {bytes} bytes; at most {max} are read")]
    TooLong {
        /// How many it has.
        bytes: u64,
        /// How many it may.
        max: usize,
    },
    /// The file is in another encoding.
    #[error("the file is not UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8,
    /// No column is named `delivery`.
    #[error(
        "the first line has no column \"delivery\"; take the file of the statement as a pattern"
    )]
    NoColumn,
    /// A line does not read as CSV.
    #[error("line {line}: {error}")]
    Torn {
        /// The line, from 1.
        line: usize,
        /// What the reader says.
        error: String,
    },
    /// A line names no delivery.
    #[error("line {line}: {given:?} is no id of a delivery")]
    NoDelivery {
        /// The line, from 1.
        line: usize,
        /// What stands there, cut.
        given: String,
    },
}

impl AnswerProblem {
    /// The same in Japanese.
    pub fn in_japanese(&self) -> String {
        match self {
            Self::TooMany { count, max } => {
                format!("{count}件が書かれています。一度に照合できるのは{max}件までです。")
            }
            Self::Twice(id) => {
                format!("{id} が2回書かれています。送達ごとに1回だけ書いてください。")
            }
            Self::NoDigest(id) => format!(
                "{id} のダイジェストがSHA-256ではありません。16進数64桁で書くか、空欄にしてください。"
            ),
            Self::TooLong { bytes, max } => {
                format!("ファイルが{bytes}バイトあります。読み取れるのは{max}バイトまでです。")
            }
            Self::NotUtf8 => {
                "ファイルがUTF-8ではありません。「CSV UTF-8」で保存し直してください。".to_owned()
            }
            Self::NoColumn => {
                "1行目に列「delivery」がありません。一覧のCSVを見本にしてください。".to_owned()
            }
            Self::Torn { line, .. } => format!("{line}行目をCSVとして読み取れません。"),
            Self::NoDelivery { line, given } => {
                format!("{line}行目の「{given}」は送達のIDではありません。")
            }
        }
    }
}

impl Answer {
    /// What is wrong with it.
    pub fn check(&self, max: usize) -> Result<(), AnswerProblem> {
        if self.packages.len() > max {
            return Err(AnswerProblem::TooMany { count: self.packages.len(), max });
        }
        let mut seen = HashSet::new();
        for given in &self.packages {
            let id = given.delivery;
            if !seen.insert(id) {
                return Err(AnswerProblem::Twice(id));
            }
            let is_digest = |text: &String| text.len() == 64 && hex::decode(text).is_ok();
            if given.package_sha256.as_ref().is_some_and(|text| !is_digest(text)) {
                return Err(AnswerProblem::NoDigest(id));
            }
        }
        Ok(())
    }
}

/// What differs: what is missing first, then what has another digest, then what is unknown.
pub fn compare(brought: &[BroughtRow], given: &[Given]) -> Vec<Difference> {
    let mut theirs: HashMap<DeliveryId, &Given> =
        given.iter().map(|given| (given.delivery, given)).collect();
    let (mut missing, mut others) = (Vec::new(), Vec::new());
    for row in brought {
        let found = theirs.remove(&row.delivery);
        let digest = found.and_then(|given| given.package_sha256.clone());
        let of = |what| Difference {
            what,
            delivery: row.delivery,
            receipt_number: Some(row.receipt_number.clone()),
            ours: row.package_sha256.clone(),
            theirs: digest.clone(),
        };
        match (&row.package_sha256, &digest) {
            _ if found.is_none() => missing.push(of(Differing::Missing)),
            (Some(ours), Some(theirs)) if !ours.eq_ignore_ascii_case(theirs) => {
                others.push(of(Differing::OtherDigest));
            }
            _ => {}
        }
    }
    let left = given.iter().filter(|given| theirs.contains_key(&given.delivery));
    let unknown = left.map(|given| Difference {
        what: Differing::Unknown,
        delivery: given.delivery,
        receipt_number: None,
        ours: None,
        theirs: given.package_sha256.clone(),
    });
    missing.into_iter().chain(others).chain(unknown).collect()
}

/// An answer as a table: a column `delivery`, and where it is known one `package_sha256`.
pub fn read_csv(bytes: &[u8]) -> Result<Answer, AnswerProblem> {
    let text = std::str::from_utf8(bytes).map_err(|_| AnswerProblem::NotUtf8)?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let torn = |error: csv::Error, line| AnswerProblem::Torn { line, error: error.to_string() };
    let names = reader.headers().map_err(|error| torn(error, 1))?;
    let place = |name: &str| names.iter().position(|it| it.eq_ignore_ascii_case(name));
    let Some(delivery) = place("delivery") else {
        return Err(AnswerProblem::NoColumn);
    };
    let digest = place("package_sha256");
    let mut answer = Answer::default();
    for (number, row) in (2..).zip(reader.records()) {
        let row = row.map_err(|error| torn(error, number))?;
        let text = row.get(delivery).unwrap_or_default();
        let delivery = text.parse().map_err(|_| {
            let given = text.chars().take(40).collect();
            AnswerProblem::NoDelivery { line: number, given }
        })?;
        let digest = digest.and_then(|place| row.get(place)).filter(|text| !text.is_empty());
        answer.packages.push(Given { delivery, package_sha256: digest.map(str::to_owned) });
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(last: u8) -> DeliveryId {
        format!("01932c07-209c-7a36-8d4f-7c1f4d1c2b{last:02x}").parse().expect("an id")
    }

    fn brought(last: u8, digest: Option<&str>) -> BroughtRow {
        BroughtRow {
            delivery: id(last),
            receipt_number: format!("T{last}"),
            revision: 1,
            channel: None,
            delivered_at: 0,
            package_sha256: digest.map(str::to_owned),
        }
    }

    fn given(last: u8, digest: Option<&str>) -> Given {
        Given { delivery: id(last), package_sha256: digest.map(str::to_owned) }
    }

    #[test]
    fn what_differs_is_told_by_how() {
        let ours = [
            brought(1, Some("aa")),
            brought(2, Some("bb")),
            brought(3, Some("cc")),
            brought(4, None),
            brought(5, Some("ee")),
        ];
        let same = [
            given(5, Some("EE")),
            given(4, Some("ff")),
            given(3, None),
            given(2, Some("bb")),
            given(1, Some("aa")),
        ];
        assert!(compare(&ours, &same).is_empty());
        let theirs = [given(1, Some("ab")), given(9, Some("99")), given(2, None), given(4, None)];
        let told = compare(&ours, &theirs).into_iter().map(|it| (it.what, it.delivery));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (Differing::Missing, id(3)),
                (Differing::Missing, id(5)),
                (Differing::OtherDigest, id(1)),
                (Differing::Unknown, id(9)),
            ]
        );
    }

    #[test]
    fn an_answer_that_does_not_read_says_why() {
        let twice = Answer { packages: vec![given(1, None), given(1, None)] };
        assert_eq!(twice.check(2), Err(AnswerProblem::Twice(id(1))));
        assert_eq!(twice.check(1), Err(AnswerProblem::TooMany { count: 2, max: 1 }));
        let digest = Answer { packages: vec![given(1, Some("aa"))] };
        assert_eq!(digest.check(9), Err(AnswerProblem::NoDigest(id(1))));
        let whole = Answer { packages: vec![given(1, Some(&"a".repeat(64))), given(2, None)] };
        assert_eq!(whole.check(2), Ok(()));
        let text =
            format!("\u{feff}x,delivery,package_sha256\r\n1, {} ,\r\n2,{},ab\r\n", id(1), id(2));
        let read = read_csv(text.as_bytes()).expect("a table");
        assert_eq!(read.packages, [given(1, None), given(2, Some("ab"))]);
        assert_eq!(read_csv(b"a,b\n1,2\n"), Err(AnswerProblem::NoColumn));
        let no_id = AnswerProblem::NoDelivery { line: 2, given: "x".to_owned() };
        assert_eq!(read_csv(b"delivery\nx\n"), Err(no_id));
        let torn = read_csv(b"delivery,b\nx\n");
        assert!(matches!(torn, Err(AnswerProblem::Torn { line: 2, .. })), "{torn:?}");
        assert_eq!(read_csv(b"delivery\n\x93\n"), Err(AnswerProblem::NotUtf8));
        assert_eq!(read_csv(b"delivery\n"), Ok(Answer::default()));
    }
}
