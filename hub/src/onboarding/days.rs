//! The table of days: when each stage is due, by launch period, and whose turn it is.

use std::sync::LazyLock;

use jiff::civil::Date;

use super::{Keeper, Stage};

/// The table; its last column tells where a day comes from.
const TABLE: &str = include_str!("../../onboarding.csv");

struct Row {
    period: u8,
    stage: Stage,
    keeper: Keeper,
    due_on: Date,
}

/// Rows that read; a test sees to it that all do.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    reader.records().filter_map(|record| row(&record.ok()?)).collect()
});

fn row(record: &csv::StringRecord) -> Option<Row> {
    Some(Row {
        period: record.get(0)?.parse().ok()?,
        stage: record.get(1)?.parse().ok()?,
        keeper: record.get(2)?.parse().ok()?,
        due_on: record.get(3)?.parse().ok()?,
    })
}

/// When a stage of a launch period is due.
pub(super) fn of(period: Option<u8>, stage: Stage) -> Option<Date> {
    let found = ROWS.iter().find(|row| Some(row.period) == period && row.stage == stage);
    found.map(|row| row.due_on)
}

/// Whose turn a stage is: the same in all periods.
pub(super) fn keeper(stage: Stage) -> Keeper {
    ROWS.iter().find(|row| row.stage == stage).map_or(Keeper::Authority, |row| row.keeper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_of_every_period_has_its_day_and_the_same_keeper() {
        assert_eq!(ROWS.len(), TABLE.lines().count() - 1, "a row does not read");
        for stage in Stage::ALL {
            for period in 1..=7 {
                assert!(of(Some(period), stage).is_some(), "{period} {stage:?}");
            }
            let keepers = ROWS.iter().filter(|row| row.stage == stage).map(|row| row.keeper);
            assert!(keepers.eq(std::iter::repeat_n(keeper(stage), 7)), "{stage:?}");
        }
        assert_eq!(of(None, Stage::Trial), None);
        assert_eq!(of(Some(8), Stage::Trial), None);
    }
}
