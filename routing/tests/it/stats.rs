//! The counts are the ministry's: survey of November 2024, both tables, every cell.

use routing::{Counts, stats};

use crate::{DAY, MASTER};

const PERIODS: &str = "period_1,period_2,period_3,period_4,period_5,period_6,period_7,total";

#[test]
fn the_totals_are_those_of_the_survey() {
    let stats = stats(&MASTER, DAY);
    let line = |head: String, counts: &Counts| {
        format!("{head},{}\n", counts.cells().map(|n| n.to_string()).join(","))
    };
    let by_class = stats.by_class.iter().map(|row| line(row.class.clone(), &row.counts));
    assert_eq!(
        format!("class,{PERIODS}\n{}", by_class.collect::<String>()),
        include_str!("../data/launch_by_class.csv")
    );
    let by_prefecture = stats
        .by_prefecture
        .iter()
        .map(|row| line(format!("{},{}", row.prefecture_code, row.prefecture), &row.counts));
    assert_eq!(
        format!("prefecture_code,prefecture,{PERIODS}\n{}", by_prefecture.collect::<String>()),
        include_str!("../data/launch_by_prefecture.csv")
    );
    let json = serde_json::to_value(&stats).unwrap();
    assert_eq!(json["by_class"][6]["class"], "total");
    assert_eq!(json["by_class"][6]["total"], 1788);
    assert_eq!(json["by_prefecture"][0]["period_5"], 92);
}
