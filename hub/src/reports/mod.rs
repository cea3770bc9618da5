//! Reports of a month, read from the figures that upkeep counted: for pages, interface and command
//! line alike.

mod figures;
mod month;
mod table;

use std::collections::BTreeMap;

use schemas::{AuthorityId, Channel};

use crate::store::{MonthCountRow, Store, StoreError};

pub use figures::{DAYS, Figures, MINUTES, OTHERS, Quantile, Spread, UNMARKED, business_days};
pub use month::Month;
pub use table::{COLUMNS, csv};

/// Months that are listed at most.
const MONTHS_MAX: usize = 120;

/// For whom a report is: what is left out of it besides what nobody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Operations: all.
    Operations,
    /// Staff of an authority: its own.
    Authority(AuthorityId),
    /// Staff of a prefecture: its own, and those of its municipalities and unions.
    Prefecture(AuthorityId),
}

/// What is chosen; nothing: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The 2-digit code of a prefecture.
    pub prefecture: Option<String>,
    /// One authority.
    pub authority: Option<AuthorityId>,
    /// One channel.
    pub channel: Option<Channel>,
}

/// One authority and channel in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The authority.
    pub authority: AuthorityId,
    /// The channel; none: of deliveries that had no way to go.
    pub channel: Option<Channel>,
    /// Its figures.
    pub figures: Figures,
}

/// A month as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub month: Month,
    /// Until when it is counted, in milliseconds; none: it has not been counted through yet.
    pub counted_at: Option<i64>,
    /// Since when it is being counted (again), in milliseconds.
    pub began_at: Option<i64>,
    /// By authority and channel.
    pub lines: Vec<Line>,
}

impl Reader {
    fn may_see(self, authority: AuthorityId) -> bool {
        match self {
            Self::Operations => true,
            Self::Authority(own) => authority == own,
            Self::Prefecture(own) => authority.prefecture() == own.prefecture(),
        }
    }
}

impl Choice {
    fn has(&self, line: &Line) -> bool {
        self.prefecture.as_deref().is_none_or(|it| it == line.authority.prefecture())
            && self.authority.is_none_or(|it| it == line.authority)
            && self.channel.is_none_or(|it| line.channel == Some(it))
    }
}

impl Report {
    /// All lines together.
    pub fn total(&self) -> Figures {
        self.by(|_| ()).remove(&()).unwrap_or_default()
    }

    /// The lines together that have something in common.
    pub fn by<K: Ord>(&self, key: impl Fn(&Line) -> K) -> BTreeMap<K, Figures> {
        let mut all: BTreeMap<K, Figures> = BTreeMap::new();
        for line in &self.lines {
            all.entry(key(line)).or_default().merge(&line.figures);
        }
        all
    }
}

/// The months that are counted, or begun to be, the newest first.
pub async fn months(store: &Store) -> Result<Vec<(Month, MonthCountRow)>, StoreError> {
    let rows = store.month_counts(MONTHS_MAX).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.month.parse().ok()?, row))).collect())
}

/// A month's report; none when nobody has begun to count it.
pub async fn read(
    store: &Store,
    month: Month,
    (reader, choice): (Reader, &Choice),
) -> Result<Option<Report>, StoreError> {
    let mut known = months(store).await?.into_iter();
    let Some((_, count)) = known.find(|(it, _)| *it == month) else { return Ok(None) };
    let own = match reader {
        Reader::Authority(own) => Some(own),
        Reader::Operations | Reader::Prefecture(_) => choice.authority,
    };
    let rows = match count.shown {
        Some(round) => store.month_figures((&count.month, round), own).await?,
        None => Vec::new(),
    };
    let line = |row: crate::store::FigureRow| Line {
        authority: row.authority,
        channel: row.channel.parse().ok(),
        figures: serde_json::from_str(&row.figures).unwrap_or_default(),
    };
    let lines = rows.into_iter().map(line);
    let lines = lines.filter(|it| reader.may_see(it.authority) && choice.has(it)).collect();
    let MonthCountRow { counted_at, began_at, .. } = count;
    Ok(Some(Report { month, counted_at, began_at, lines }))
}
