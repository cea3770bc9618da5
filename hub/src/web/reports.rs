//! Reports of a month as pages and files, for operations and for authorities alike.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use schemas::{AuthorityId, Channel};

use super::Desk;
use super::download::attachment;
use super::fault::Fault;
use super::frame::Shell;
use super::labels;
use super::operations::prefectures;
use super::parts::{self, Part, Stamp, grouped, percent};
use super::report_words::Words;
use super::visit::Visit;
use super::words::Lang;
use crate::reports::{
    self, Choice, DAYS, Figures, MINUTES, Month, OTHERS, Quantile, Reader, Report, Spread, UNMARKED,
};

/// Places of returns that a page lists.
const REASONS_SHOWN: usize = 20;

/// A page about one month.
#[derive(Template)]
#[template(path = "reports.html")]
pub(super) struct ReportPage {
    shell: Shell,
    w: &'static Words,
    /// The address of the page, and of its file.
    here: &'static str,
    file: String,
    months: Vec<parts::Choice>,
    /// None: the reader sees one authority alone.
    prefectures: Option<Vec<parts::Choice>>,
    /// None: the reader cannot choose one.
    authority: Option<String>,
    channels: Vec<parts::Choice>,
    /// What of the query does not read.
    wrong: Option<String>,
    counted: Option<Stamp>,
    counting: Option<Stamp>,
    is_begun: bool,
    total: Line,
    times: Vec<Time>,
    /// What the table is by, and its lines.
    by: &'static str,
    lines: Vec<Line>,
    part: Part,
    channel_lines: Vec<Line>,
    reasons: Vec<(String, String)>,
}

/// The figures of one line.
struct Line {
    name: String,
    code: String,
    link: Option<String>,
    filings: String,
    corrections: String,
    in_time: String,
    late: String,
    delivered: String,
    accepted: String,
    returned: String,
    unfinished: String,
    to_open: [String; 2],
    to_decide: [String; 2],
    availability: String,
    tries: String,
}

/// How long one step took.
struct Time {
    name: &'static str,
    count: String,
    mean: String,
    half: String,
    most: String,
}

/// What the query asks for.
struct Asked {
    month: Option<Month>,
    choice: Choice,
    wrong: Option<String>,
}

fn asked(visit: &Visit) -> Asked {
    let mut wrong = None;
    let text = |name: &str| visit.get(name).map(str::trim).filter(|text| !text.is_empty());
    let mut note = |text: &str| wrong = Some(text.chars().take(40).collect::<String>());
    let month = text("month").and_then(|it| it.parse().map_err(|_| note(it)).ok());
    let authority = text("authority").and_then(|it| it.parse().map_err(|_| note(it)).ok());
    let channel = text("channel").and_then(|it| it.parse().map_err(|_| note(it)).ok());
    let prefecture = text("prefecture").map(str::to_owned);
    Asked { month, choice: Choice { prefecture, authority, channel }, wrong }
}

/// The page at `here`: of the month that is asked for, else of the newest.
pub(super) async fn page(
    desk: &Desk,
    visit: &Visit,
    (here, reader): (&'static str, Reader),
) -> Result<ReportPage, Fault> {
    let asked = asked(visit);
    let known = reports::months(&desk.ctx.store).await?;
    let month = asked.month.or_else(|| known.first().map(|(month, _)| *month));
    let report = match month.filter(|_| asked.wrong.is_none()) {
        Some(month) => reports::read(&desk.ctx.store, month, (reader, &asked.choice)).await?,
        None => None,
    };
    let (view, w) = (View { desk, visit, reader }, Words::of(visit.lang));
    let is_begun = report.is_some();
    let report = report.unwrap_or_else(|| Report {
        month: month.unwrap_or_else(|| Month::of(visit.now)),
        counted_at: None,
        began_at: None,
        lines: Vec::new(),
    });
    let total = report.total();
    let (by, mut lines) = view.lines(&report, &asked.choice);
    let part = Part::cut(&mut lines, "authorities", visit);
    let stamp = |at| Stamp::new(at, visit.now, visit.lang);
    let chosen = month.map(|it| it.to_string());
    Ok(ReportPage {
        shell: visit.shell(here),
        w,
        here,
        file: visit.at(&format!("{here}.csv")).link(&[("authorities", "")]),
        months: known
            .iter()
            .map(|(it, _)| one(it.to_string(), it.to_string(), chosen.as_ref()))
            .collect(),
        prefectures: (reader == Reader::Operations).then(|| view.prefectures(&asked.choice)),
        authority: (!matches!(reader, Reader::Authority(_)))
            .then(|| asked.choice.authority.map(|it| it.to_string()).unwrap_or_default()),
        channels: view.channels(&asked.choice),
        wrong: asked.wrong,
        counted: report.counted_at.map(stamp),
        counting: report.began_at.filter(|_| report.counted_at.is_some()).map(stamp),
        is_begun,
        total: view.line((w.total.to_owned(), String::new(), None), &total),
        times: view.times(&total),
        by,
        lines,
        part,
        channel_lines: view.by_channel(&report),
        reasons: view.reasons(&total),
    })
}

/// The same as a file.
pub(super) async fn file(desk: &Desk, visit: &Visit, reader: Reader) -> Result<Response, Fault> {
    let asked = asked(visit);
    let known = reports::months(&desk.ctx.store).await?;
    let month = asked.month.or_else(|| known.first().map(|(month, _)| *month));
    let month = month.filter(|_| asked.wrong.is_none()).ok_or(Fault::NoPage)?;
    let report = reports::read(&desk.ctx.store, month, (reader, &asked.choice)).await?;
    csv(desk, &report.ok_or(Fault::NoPage)?).map_err(|error| Fault::Away(error.to_string()))
}

/// A report as a file that is kept.
pub(super) fn csv(desk: &Desk, report: &Report) -> Result<Response, csv::Error> {
    let bytes = reports::csv(report, &desk.ctx.master())?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        attachment(&format!("report-{}.csv", report.month)),
    ];
    Ok((headers, bytes).into_response())
}

fn one(word: String, name: String, chosen: Option<&String>) -> parts::Choice {
    parts::Choice { chosen: chosen == Some(&word), word, name }
}

/// Who looks, and in which words.
struct View<'a> {
    desk: &'a Desk,
    visit: &'a Visit,
    reader: Reader,
}

impl View<'_> {
    fn lang(&self) -> Lang {
        self.visit.lang
    }

    fn prefectures(&self, choice: &Choice) -> Vec<parts::Choice> {
        let all = prefectures(self.lang());
        all.map(|(code, name)| one(code.to_owned(), name.to_owned(), choice.prefecture.as_ref()))
            .collect()
    }

    fn channels(&self, choice: &Choice) -> Vec<parts::Choice> {
        let chosen = choice.channel.map(|it| it.as_str().to_owned());
        let name = |it: &Channel| labels::channel(*it, self.lang()).to_owned();
        Channel::ALL
            .iter()
            .map(|it| one(it.as_str().to_owned(), name(it), chosen.as_ref()))
            .collect()
    }

    /// By prefecture for who sees them all; by authority within one; one authority has no table
    /// but that by channel.
    fn lines(&self, report: &Report, choice: &Choice) -> (&'static str, Vec<Line>) {
        let w = Words::of(self.lang());
        let is_one = choice.authority.is_some() || matches!(self.reader, Reader::Authority(_));
        if is_one {
            return (w.by_authority, Vec::new());
        }
        if self.reader == Reader::Operations && choice.prefecture.is_none() {
            let mut names: BTreeMap<&str, &str> = prefectures(self.lang()).collect();
            let by = report.by(|it| it.authority.prefecture().to_owned());
            let line = |(code, figures): (&String, &Figures)| {
                let name = names.remove(code.as_str()).unwrap_or_default().to_owned();
                let link = self.visit.link(&[("prefecture", code.as_str())]);
                self.line((name, String::new(), Some(link)), figures)
            };
            return (w.by_prefecture, by.iter().map(line).collect());
        }
        let by = report.by(|it| it.authority);
        let line = |(authority, figures): (&AuthorityId, &Figures)| {
            let link = self.visit.link(&[("authority", authority.as_str()), ("authorities", "")]);
            let name = self.desk.ctx.master().name(*authority);
            self.line((name, authority.to_string(), Some(link)), figures)
        };
        (w.by_authority, by.iter().map(line).collect())
    }

    fn by_channel(&self, report: &Report) -> Vec<Line> {
        let none = Words::of(self.lang()).no_channel;
        let line = |(channel, figures): (&Option<Channel>, &Figures)| {
            let name = channel.map_or(none, |it| labels::channel(it, self.lang())).to_owned();
            self.line((name, String::new(), None), figures)
        };
        report.by(|it| it.channel).iter().map(line).collect()
    }

    fn line(&self, (name, code, link): (String, String, Option<String>), it: &Figures) -> Line {
        let judged = it.in_time + it.late;
        Line {
            name,
            code,
            link,
            filings: grouped(it.filings),
            corrections: grouped(it.corrections),
            in_time: percent(it.in_time, judged),
            late: grouped(it.late),
            delivered: grouped(it.delivered),
            accepted: grouped(it.accepted),
            returned: grouped(it.returned),
            unfinished: grouped(it.unfinished),
            to_open: [50, 95].map(|percent| self.days(&it.to_open, percent)),
            to_decide: [50, 95].map(|percent| self.days(&it.to_decide, percent)),
            availability: match it.availability_per_mille() {
                Some(share) => format!("{}.{}%", share / 10, share % 10),
                None => "–".to_owned(),
            },
            tries: grouped(it.tries),
        }
    }

    fn times(&self, it: &Figures) -> Vec<Time> {
        let w = Words::of(self.lang());
        let days = |name, spread: &Spread| Time {
            name,
            count: grouped(spread.count),
            mean: mean(spread).map_or("–".to_owned(), |it| format!("{it}{}", w.business_days)),
            half: self.days(spread, 50),
            most: self.days(spread, 95),
        };
        let deliver = &it.to_deliver;
        let minutes = |percent| {
            let quantile = deliver.quantile(percent, MINUTES);
            quantile.map_or("–".to_owned(), |it| self.bound(it, |minutes| self.length(minutes)))
        };
        let mean_minutes = (deliver.count > 0).then(|| self.length(deliver.sum / deliver.count));
        vec![
            Time {
                name: w.to_deliver,
                count: grouped(deliver.count),
                mean: mean_minutes.unwrap_or_else(|| "–".to_owned()),
                half: minutes(50),
                most: minutes(95),
            },
            days(w.to_open, &it.to_open),
            days(w.to_decide, &it.to_decide),
        ]
    }

    fn days(&self, spread: &Spread, percent: i64) -> String {
        let unit = Words::of(self.lang()).business_days;
        let quantile = spread.quantile(percent, DAYS);
        quantile.map_or("–".to_owned(), |it| self.bound(it, |days| format!("{days}{unit}")))
    }

    fn bound(&self, quantile: Quantile, length: impl Fn(i64) -> String) -> String {
        let w = Words::of(self.lang());
        let (bound, word) = match quantile {
            Quantile::Within(bound) => (bound, w.within),
            Quantile::Beyond(bound) => (bound, w.beyond),
        };
        self.lang().pick(format!("{}{word}", length(bound)), format!("{} {word}", length(bound)))
    }

    /// Minutes in their largest whole unit.
    fn length(&self, minutes: i64) -> String {
        let w = Words::of(self.lang());
        match minutes {
            ..120 => format!("{minutes}{}", w.minutes),
            120..2_880 => format!("{}{}", minutes / 60, w.hours),
            _ => format!("{}{}", minutes / 1_440, w.whole_days),
        }
    }

    fn reasons(&self, total: &Figures) -> Vec<(String, String)> {
        let all = total.top_reasons().into_iter().take(REASONS_SHOWN);
        all.map(|(reason, count)| (self.reason(reason), grouped(count))).collect()
    }

    /// The form's title and the field's label, as far as the catalogue knows them.
    fn reason(&self, reason: &str) -> String {
        let w = Words::of(self.lang());
        let mut parts = reason.split('/');
        let first = parts.next().unwrap_or_default();
        match first {
            UNMARKED => return w.unmarked.to_owned(),
            OTHERS => return w.other_reasons.to_owned(),
            "attachments" => return w.attachments.to_owned(),
            _ => {}
        }
        let Some(form) = self.desk.ctx.forms.versions(first).last() else {
            return reason.to_owned();
        };
        let mut words = vec![self.lang().pick(&form.title, &form.title_en).clone()];
        let mut schema = &form.schema;
        for part in parts {
            let inner = &schema["properties"][part];
            let inner = if inner.is_null() { &schema["items"]["properties"][part] } else { inner };
            let title = inner[self.lang().pick("title", "x-title-en")].as_str();
            words.push(title.unwrap_or(part).to_owned());
            schema = inner;
        }
        words.join(" › ")
    }
}

/// The mean to a tenth.
fn mean(spread: &Spread) -> Option<String> {
    let tenths = (spread.count > 0).then(|| spread.sum * 10 / spread.count)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}
