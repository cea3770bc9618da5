//! What pages share about statements: how a day stands, what differs, the files.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemas::{AuthorityId, Channel, Why};

use super::Desk;
use super::download::attachment;
use super::fault::Fault;
use super::labels;
use super::parts::{Badge, Stamp, grouped};
use super::reasons;
use super::statement_words::Words;
use super::visit::Visit;
use crate::statements::{Difference, Differing, Statement, StatementProblem};
use crate::store::{AnswerRow, HandoutState, HandoutWay, StatementLine};

/// Answers that a page lists.
pub(super) const ANSWERS: usize = 20;

/// How a day stands, by the words that a query has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody has answered.
    Open,
    /// The answer is the same.
    Agrees,
    /// It is not.
    Differs,
}

impl Standing {
    pub(super) const ALL: [Self; 3] = [Self::Open, Self::Differs, Self::Agrees];

    pub(super) fn of(line: &StatementLine) -> Self {
        match (line.missing, line.unknown, line.other) {
            (None, _, _) => Self::Open,
            (Some(0), Some(0), Some(0)) => Self::Agrees,
            _ => Self::Differs,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Agrees => "agrees",
            Self::Differs => "differs",
        }
    }

    pub(super) fn name(self, w: &'static Words) -> &'static str {
        match self {
            Self::Open => w.no_answer,
            Self::Agrees => w.agrees,
            Self::Differs => w.differs,
        }
    }

    pub(super) fn badge(self, w: &'static Words) -> Badge {
        let tone = match self {
            Self::Open => "wait",
            Self::Agrees => "ok",
            Self::Differs => "bad",
        };
        Badge::new(tone, self.name(w))
    }
}

/// One day at one authority.
pub(super) struct DayLine {
    pub(super) day: String,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) packages: String,
    pub(super) standing: Badge,
    /// What differs and how much; nothing where all agrees.
    pub(super) told: String,
    pub(super) answered: Option<Stamp>,
    pub(super) handed: Option<HandedLine>,
}

/// How a day's statement is handed out, as operations see it.
pub(super) struct HandedLine {
    pub(super) state: Badge,
    /// By which way.
    pub(super) way: &'static str,
    /// When it was, or is tried next.
    pub(super) at: Option<Stamp>,
    /// Why it was not, so far or at all.
    pub(super) why: String,
    pub(super) is_failed: bool,
}

impl HandedLine {
    fn new(line: &StatementLine, visit: &Visit) -> Option<Self> {
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let (state, at) = match line.handed? {
            HandoutState::Due => (Badge::new("wait", w.handing), line.next_try_at),
            HandoutState::Sent => (Badge::new("ok", w.handed), line.handed_at),
            HandoutState::Failed => (Badge::new("bad", w.not_handed), None),
        };
        let channel = match line.way? {
            HandoutWay::Sftp => Channel::Sftp,
            HandoutWay::Email => Channel::Email,
        };
        let why = line.why.as_deref().and_then(|why| serde_json::from_str::<Why>(why).ok());
        Some(Self {
            state,
            way: labels::channel(channel, lang),
            at: at.map(|at| Stamp::new(at, visit.now, lang)),
            why: why.map(|why| reasons::sentence(&why, lang)).unwrap_or_default(),
            is_failed: line.handed == Some(HandoutState::Failed),
        })
    }
}

impl DayLine {
    /// Whether it could not be handed out.
    pub(super) fn is_failed(&self) -> bool {
        self.handed.as_ref().is_some_and(|handed| handed.is_failed)
    }

    pub(super) fn new(desk: &Desk, line: &StatementLine, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        let parts =
            [(w.missing, line.missing), (w.other_digest, line.other), (w.unknown, line.unknown)];
        let parts = parts.iter().filter_map(|(name, count)| {
            count
                .filter(|count| *count > 0)
                .map(|count| format!("{name} {}", grouped(count.into())))
        });
        Self {
            day: line.day.to_string(),
            code: line.authority.to_string(),
            name: desk.ctx.master().name(line.authority),
            packages: grouped(line.packages.into()),
            standing: Standing::of(line).badge(w),
            told: parts.collect::<Vec<_>>().join(" · "),
            answered: line.answered_at.map(|at| Stamp::new(at, visit.now, visit.lang)),
            handed: HandedLine::new(line, visit),
        }
    }
}

/// What differs, as one line of a table.
pub(super) struct DifferenceLine {
    pub(super) what: Badge,
    pub(super) receipt_number: String,
    pub(super) delivery: String,
    /// Whether it is one of ours, with a page.
    pub(super) is_ours: bool,
    pub(super) ours: String,
    pub(super) theirs: String,
}

/// One answer of before.
pub(super) struct AnswerLine {
    pub(super) at: Stamp,
    pub(super) by: String,
    pub(super) answered: String,
    pub(super) missing: String,
    pub(super) other: String,
    pub(super) unknown: String,
}

/// The answers to a day, and what differs by the newest.
pub(super) struct Answers {
    pub(super) lines: Vec<AnswerLine>,
    pub(super) differences: Vec<DifferenceLine>,
    /// How many more differ than are kept.
    pub(super) more: Option<String>,
}

impl Answers {
    pub(super) fn new(rows: &[AnswerRow], visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        let newest = rows.first();
        let kept: Vec<Difference> =
            newest.and_then(|row| serde_json::from_str(&row.differences).ok()).unwrap_or_default();
        let all = newest.map_or(0, |row| i64::from(row.missing + row.other + row.unknown));
        let more = all - i64::try_from(kept.len()).unwrap_or(i64::MAX);
        let line = |it: Difference| DifferenceLine {
            what: match it.what {
                Differing::Missing => Badge::new("bad", w.missing),
                Differing::OtherDigest => Badge::new("bad", w.other_digest),
                Differing::Unknown => Badge::new("hold", w.unknown),
            },
            receipt_number: it.receipt_number.unwrap_or_default(),
            delivery: it.delivery.to_string(),
            is_ours: it.what != Differing::Unknown,
            ours: it.ours.unwrap_or_default(),
            theirs: it.theirs.unwrap_or_default(),
        };
        let told = |row: &AnswerRow| AnswerLine {
            at: Stamp::new(row.at, visit.now, visit.lang),
            by: row.name.clone(),
            answered: grouped(row.answered.into()),
            missing: grouped(row.missing.into()),
            other: grouped(row.other.into()),
            unknown: grouped(row.unknown.into()),
        };
        Self {
            lines: rows.iter().map(told).collect(),
            differences: kept.into_iter().map(line).collect(),
            more: (more > 0).then(|| grouped(more)),
        }
    }
}

/// A statement, or the page that says why there is none.
pub(super) async fn statement(
    desk: &Desk,
    authority: AuthorityId,
    day: &str,
) -> Result<Statement, Fault> {
    let day: Date = day.parse().map_err(|_| Fault::NoPage)?;
    Statement::read(&desk.ctx, authority, day).await.map_err(|problem| match problem {
        StatementProblem::NotOver(_) => Fault::NoPage,
        StatementProblem::Store(error) => error.into(),
        other @ (StatementProblem::TooLarge(_) | StatementProblem::Answer(_)) => {
            Fault::Away(other.to_string())
        }
    })
}

/// The statement as a file: `json`, signed, or `csv`, the list alone.
pub(super) fn file(desk: &Desk, statement: &Statement, format: &str) -> Result<Response, Fault> {
    let failed = |error: &dyn std::fmt::Display| Fault::Away(error.to_string());
    let (media_type, bytes) = match format {
        "json" => {
            let text = statement.file(&desk.ctx);
            ("application/json", text.map_err(|error| failed(&error))?)
        }
        "csv" => ("text/csv; charset=utf-8", table(statement).map_err(|error| failed(&error))?),
        _ => return Err(Fault::NoPage),
    };
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        attachment(&statement.file_name(format)),
    ];
    Ok((headers, bytes).into_response())
}

fn table(statement: &Statement) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record([
        "delivery",
        "package_sha256",
        "receipt_number",
        "revision",
        "channel",
        "delivered_at",
    ])?;
    for it in &statement.packages {
        let at = jiff::Timestamp::from_millisecond(it.delivered_at).unwrap_or_default();
        writer.write_record([
            it.delivery.to_string(),
            it.package_sha256.clone().unwrap_or_default(),
            it.receipt_number.clone(),
            it.revision.to_string(),
            it.channel.map(|it| it.as_str().to_owned()).unwrap_or_default(),
            at.to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// A package in a table.
pub(super) struct PackageLine {
    pub(super) receipt_number: String,
    pub(super) revision: i32,
    pub(super) delivery: String,
    pub(super) channel: &'static str,
    pub(super) at: Stamp,
    pub(super) digest: String,
}

/// The packages of a statement.
pub(super) fn packages(statement: &Statement, visit: &Visit) -> Vec<PackageLine> {
    let line = |it: &crate::store::BroughtRow| PackageLine {
        receipt_number: it.receipt_number.clone(),
        revision: it.revision,
        delivery: it.delivery.to_string(),
        channel: it.channel.map_or("–", |it| labels::channel(it, visit.lang)),
        at: Stamp::new(it.delivered_at, visit.now, visit.lang),
        digest: it.package_sha256.clone().unwrap_or_default(),
    };
    statement.packages.iter().map(line).collect()
}
