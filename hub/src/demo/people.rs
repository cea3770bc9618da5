//! The operators of the demo: fictitious corporations with valid corporate numbers.

use rand::Rng;
use schemas::CorporateNumber;
use schemas::codes::corporate_number_of;

use super::chance::{chance, word};

/// Operators.
pub(super) const OPERATORS: usize = 50;

const FORMS: [&str; 6] =
    ["社会福祉法人", "株式会社", "医療法人社団", "特定非営利活動法人", "合同会社", "一般社団法人"];
const NAMES: [&str; 25] = [
    "みどり会",
    "あおぞらケア",
    "ひだまりの里",
    "つくし福祉会",
    "なごみ",
    "ことぶき会",
    "はるかぜ",
    "さくら苑",
    "ふれあいネット",
    "やまびこ会",
    "しおさい",
    "けやき福祉会",
    "ほほえみ",
    "まごころ",
    "すみれ会",
    "かがやきサポート",
    "こもれび",
    "あすなろ会",
    "ゆうゆう",
    "たんぽぽ",
    "いずみ会",
    "おおぞら",
    "わかば福祉会",
    "きずな",
    "りんどう会",
];
const FAMILY: [&str; 12] = [
    "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田",
];
const GIVEN: [&str; 12] =
    ["和子", "博", "恵子", "誠", "由美", "健一", "明美", "隆", "直美", "修", "真由美", "浩"];

/// One operator.
#[derive(Debug, Clone)]
pub(super) struct Operator {
    /// 法人番号.
    pub(super) number: CorporateNumber,
    /// Its name.
    pub(super) name: String,
    /// Where its notices go.
    pub(super) mail: String,
}

/// All operators of a demo.
pub(super) fn operators(seed: u64) -> Vec<Operator> {
    (0..OPERATORS)
        .map(|i| {
            let serial: u64 = chance(seed, &format!("operator {i}")).random_range(0..90_000);
            // Distinct by the place, and in a range that was never given out.
            let serial = 990_000_000_000 + (i as u64) * 100_000 + serial;
            let (form, name) = (FORMS[i % FORMS.len()], NAMES[i % NAMES.len()]);
            let name = format!("{form} {name}");
            let mail = format!("desk-{i:02}@operator.test");
            Operator { number: corporate_number_of(serial), name, mail }
        })
        .collect()
}

/// A person's name.
pub(super) fn person(rng: &mut impl Rng) -> String {
    format!("{} {}", word(rng, &FAMILY), word(rng, &GIVEN))
}
