//! How many authorities begin in which period, by class and by prefecture.
//!
//! The totals are the ministry's (survey of November 2024); which authority has which period is
//! synthetic.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::authority::{AuthorityRow, Class};
use crate::master::Master;

/// Authorities by launch period; `period_1` is 令和4年度下半期, `period_7` 令和7年度下半期.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// 令和4年度下半期.
    pub period_1: u32,
    /// 令和5年度上半期.
    pub period_2: u32,
    /// 令和5年度下半期.
    pub period_3: u32,
    /// 令和6年度上半期.
    pub period_4: u32,
    /// 令和6年度下半期.
    pub period_5: u32,
    /// 令和7年度上半期.
    pub period_6: u32,
    /// 令和7年度下半期.
    pub period_7: u32,
    /// All of them.
    pub total: u32,
}

impl Counts {
    fn add(&mut self, period: u8) {
        let place = match period {
            1 => &mut self.period_1,
            2 => &mut self.period_2,
            3 => &mut self.period_3,
            4 => &mut self.period_4,
            5 => &mut self.period_5,
            6 => &mut self.period_6,
            _ => &mut self.period_7,
        };
        *place += 1;
        self.total += 1;
    }

    /// The periods in order, then the total.
    pub fn cells(&self) -> [u32; 8] {
        [
            self.period_1,
            self.period_2,
            self.period_3,
            self.period_4,
            self.period_5,
            self.period_6,
            self.period_7,
            self.total,
        ]
    }
}

/// One row of the table by class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCounts {
    /// The survey's class: towns and villages are one, and cities that are neither designated nor
    /// core are `other_city`; `total` in the last row.
    pub class: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
}

/// One row of the table by prefecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefectureCounts {
    /// 2 digits; empty in the last row.
    pub prefecture_code: String,
    /// Its name; `total` in the last row.
    pub prefecture: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The two tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// The master that was counted.
    pub master_version: String,
    /// The day for which it was counted.
    pub date: Date,
    /// By class, the total last.
    pub by_class: Vec<ClassCounts>,
    /// By prefecture in the order of their codes, the total last.
    pub by_prefecture: Vec<PrefectureCounts>,
}

/// The classes of the survey, in its order.
const CLASSES: [&str; 6] =
    ["prefecture", "designated_city", "special_ward", "core_city", "other_city", "town_or_village"];

fn survey_class(row: &AuthorityRow) -> &'static str {
    match row.class {
        Class::City => "other_city",
        Class::Town | Class::Village => "town_or_village",
        Class::Prefecture | Class::DesignatedCity | Class::SpecialWard | Class::CoreCity => {
            row.class.as_str()
        }
    }
}

/// The two tables for the authorities that exist on `date`; unions are not counted, their members
/// are.
pub fn stats(master: &Master, date: Date) -> Stats {
    let count = |holds: &dyn Fn(&AuthorityRow) -> bool| {
        let mut counts = Counts::default();
        master
            .authorities_on(date)
            .filter(|row| holds(row))
            .for_each(|row| counts.add(row.launch_period));
        counts
    };
    let total = count(&|_| true);
    let mut by_class: Vec<_> = CLASSES
        .iter()
        .map(|class| ClassCounts {
            class: (*class).to_owned(),
            counts: count(&|row| survey_class(row) == *class),
        })
        .collect();
    by_class.push(ClassCounts { class: "total".to_owned(), counts: total });
    let mut by_prefecture: Vec<_> = master
        .prefectures(date)
        .map(|own| PrefectureCounts {
            prefecture_code: own.code.prefecture().to_owned(),
            prefecture: own.name.clone(),
            counts: count(&|row| row.code.prefecture() == own.code.prefecture()),
        })
        .collect();
    by_prefecture.sort_by(|a, b| a.prefecture_code.cmp(&b.prefecture_code));
    by_prefecture.push(PrefectureCounts {
        prefecture_code: String::new(),
        prefecture: "total".to_owned(),
        counts: total,
    });
    Stats { master_version: master.version().to_owned(), date, by_class, by_prefecture }
}
