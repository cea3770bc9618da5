//! A report as a table for programs and spreadsheets: a row for each authority and channel.

use jiff::Timestamp;
use routing::Master;

use super::{DAYS, Figures, MINUTES, Quantile, Report, Spread};

/// The columns of the file.
pub const COLUMNS: [&str; 31] = [
    "month",
    "counted_until",
    "prefecture_code",
    "authority",
    "authority_name",
    "channel",
    "filings",
    "corrections",
    "withdrawals",
    "in_time",
    "late",
    "delivered",
    "accepted",
    "returned",
    "unfinished",
    "tries",
    "tries_failed",
    "delivered_counted",
    "minutes_to_deliver_mean",
    "minutes_to_deliver_p50",
    "minutes_to_deliver_p95",
    "opened",
    "business_days_to_open_mean",
    "business_days_to_open_p50",
    "business_days_to_open_p95",
    "decided",
    "business_days_to_decide_mean",
    "business_days_to_decide_p50",
    "business_days_to_decide_p95",
    "return_reasons",
    "availability_percent",
];

/// The table as CSV, with the mark by which spreadsheets see that it is UTF-8.
pub fn csv(report: &Report, master: &Master) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(COLUMNS)?;
    let until = report.counted_at.and_then(|at| Timestamp::from_millisecond(at).ok());
    let until = until.map(|at| at.to_string()).unwrap_or_default();
    for line in &report.lines {
        let begin = [
            report.month.to_string(),
            until.clone(),
            line.authority.prefecture().to_owned(),
            line.authority.to_string(),
            master.name(line.authority),
            line.channel.map(|it| it.as_str().to_owned()).unwrap_or_default(),
        ];
        writer.write_record(begin.into_iter().chain(cells(&line.figures)))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn cells(it: &Figures) -> Vec<String> {
    let counts = [
        it.filings,
        it.corrections,
        it.withdrawals,
        it.in_time,
        it.late,
        it.delivered,
        it.accepted,
        it.returned,
        it.unfinished,
        it.tries,
        it.failed_tries,
    ];
    let reasons = it.top_reasons().into_iter().map(|(reason, count)| format!("{reason}={count}"));
    let reasons: Vec<_> = reasons.collect();
    let share = it.availability_per_mille().map(|it| format!("{}.{}", it / 10, it % 10));
    let spreads =
        [(&it.to_deliver, MINUTES), (&it.to_open, DAYS), (&it.to_decide, DAYS)].map(spread);
    let end = [reasons.join(";"), share.unwrap_or_default()];
    counts
        .map(|it| it.to_string())
        .into_iter()
        .chain(spreads.into_iter().flatten())
        .chain(end)
        .collect()
}

/// How many, the mean to a tenth, and within what half and nineteen of twenty were.
fn spread((spread, bounds): (&Spread, &[i64])) -> [String; 4] {
    let quantile = |percent| match spread.quantile(percent, bounds) {
        Some(Quantile::Within(bound)) => bound.to_string(),
        Some(Quantile::Beyond(bound)) => format!(">{bound}"),
        None => String::new(),
    };
    let mean = (spread.count > 0).then(|| {
        let tenths = spread.sum * 10 / spread.count;
        format!("{}.{}", tenths / 10, tenths % 10)
    });
    [spread.count.to_string(), mean.unwrap_or_default(), quantile(50), quantile(95)]
}
