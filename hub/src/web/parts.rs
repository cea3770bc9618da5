//! The components of the pages: badge, time, pager. Each shows itself, escaped, as HTML.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use super::visit::Visit;
use super::words::{Lang, Words};
use crate::store::Erased;

/// A word in a tone: `ok`, `move`, `wait`, `hold`, `bad` or `off`. The style sheet adds a sign to
/// each tone, so that nothing is told by colour alone.
#[derive(Debug, Clone, Template)]
#[template(ext = "html", source = r#"<span class="badge {{ tone }}">{{ text }}</span>"#)]
pub(super) struct Badge {
    pub(super) tone: &'static str,
    pub(super) text: String,
}

impl Badge {
    pub(super) fn new(tone: &'static str, text: &str) -> Self {
        Self { tone, text: text.to_owned() }
    }
}

/// A moment in Japan's time, with its distance from now in words.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<time datetime="{{ iso }}" title="{{ age }}">{{ text }}</time>"#
)]
pub(super) struct Stamp {
    iso: String,
    pub(super) text: String,
    pub(super) age: String,
}

impl Stamp {
    /// The moment `ms` as seen at `now`.
    pub(super) fn new(ms: i64, now: i64, lang: Lang) -> Self {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let text = at.to_zoned(TimeZone::fixed(offset(9))).strftime("%Y-%m-%d %H:%M:%S");
        Self { iso: at.to_string(), text: text.to_string(), age: age(ms, now, lang) }
    }

    /// Its hour and minute.
    pub(super) fn minute(&self) -> String {
        self.text.get(11..16).unwrap_or_default().to_owned()
    }
}

/// How far a moment is from now, in words.
pub(super) fn age(ms: i64, now: i64, lang: Lang) -> String {
    let length = length((now - ms).abs(), lang);
    match (ms <= now, lang) {
        (true, Lang::Ja) => format!("{length}前"),
        (true, Lang::En) => format!("{length} ago"),
        (false, Lang::Ja) => format!("{length}後"),
        (false, Lang::En) => format!("in {length}"),
    }
}

/// How a due time lies to now: what is past is overdue.
pub(super) fn due(ms: i64, now: i64, lang: Lang) -> String {
    if ms >= now {
        return age(ms, now, lang);
    }
    let length = length(now - ms, lang);
    lang.pick(format!("{length}超過"), format!("{length} overdue"))
}

/// A length of time in words, in its largest whole unit.
pub(super) fn length(ms: i64, lang: Lang) -> String {
    let seconds = ms / 1000;
    let (value, ja, en) = match seconds {
        ..90 => (seconds, "秒", "s"),
        90..5_400 => (seconds / 60, "分", "min"),
        5_400..172_800 => (seconds / 3_600, "時間", "h"),
        _ => (seconds / 86_400, "日", "days"),
    };
    lang.pick(format!("{value}{ja}"), format!("{value} {en}"))
}

/// How long something took.
pub(super) fn took(ms: i64, lang: Lang) -> String {
    let text = format!("{}.{:03}", ms / 1000, (ms % 1000).abs());
    lang.pick(format!("{text}秒"), format!("{text} s"))
}

/// A number with its thousands apart.
pub(super) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n < 0 { format!("-{text}") } else { text }
}

/// Bytes in words.
pub(super) fn bytes(n: usize) -> String {
    match n {
        ..10_240 => format!("{} B", grouped(i64::try_from(n).unwrap_or(i64::MAX))),
        10_240..10_485_760 => format!("{} KiB", n / 1024),
        _ => format!("{} MiB", n / 1_048_576),
    }
}

/// A share in percent; rounded down, so that only a whole is 100 %.
pub(super) fn percent(part: i64, whole: i64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{}%", part * 100 / whole) }
}

/// That the contents of a filing were erased, for the pages about it.
#[derive(Template)]
#[template(path = "erased.html")]
pub(super) struct ErasedLine {
    w: &'static Words,
    at: Stamp,
    id: Option<String>,
    /// Whether the reader may see who asked for it, and why.
    is_staff: bool,
}

impl ErasedLine {
    pub(super) fn new(erased: &Erased, visit: &Visit, is_staff: bool) -> Self {
        Self {
            w: visit.lang.words(),
            at: Stamp::new(erased.at, visit.now, visit.lang),
            id: erased.erasure_id.map(|id| id.to_string()),
            is_staff,
        }
    }
}

/// One choice of a select.
pub(super) struct Choice {
    pub(super) word: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// One page's worth of a list that is longer, with the way to the rest.
#[derive(Template)]
#[template(path = "pager.html")]
pub(super) struct Part {
    w: &'static Words,
    first: usize,
    last: usize,
    total: usize,
    previous: Option<String>,
    next: Option<String>,
    /// Whether it stands in a form, which is sent there with what was chosen in it.
    in_form: bool,
}

impl Part {
    /// Rows on one page.
    const ROWS: usize = 50;

    /// Cuts `rows` down to the page that the query asks for by `name`.
    pub(super) fn cut<T>(rows: &mut Vec<T>, name: &str, visit: &Visit) -> Self {
        let total = rows.len();
        let pages = total.div_ceil(Self::ROWS).max(1);
        let page = visit.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
        let page: usize = usize::clamp(page, 1, pages);
        let first = (page - 1) * Self::ROWS;
        let last = total.min(first + Self::ROWS);
        rows.truncate(last);
        rows.drain(..first);
        let link = |page: usize| format!("{}#{name}", visit.link(&[(name, &page.to_string())]));
        Self {
            w: visit.lang.words(),
            first: first + 1,
            last,
            total,
            previous: (page > 1).then(|| link(page - 1)),
            next: (page < pages).then(|| link(page + 1)),
            in_form: false,
        }
    }

    /// The same in a form: its buttons send the form as the action `turn`.
    pub(super) fn in_form(self) -> Self {
        Self { in_form: true, ..self }
    }

    /// Which of all rows are on the page.
    pub(super) fn shown(&self) -> std::ops::Range<usize> {
        self.first - 1..self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_read_well() {
        assert_eq!(age(0, 59_000, Lang::Ja), "59秒前");
        assert_eq!(age(600_000, 0, Lang::Ja), "10分後");
        assert_eq!(age(0, 7_200_000, Lang::En), "2 h ago");
        assert_eq!(age(0, 300 * 86_400_000, Lang::En), "300 days ago");
        assert_eq!(took(1_042, Lang::Ja), "1.042秒");
        assert_eq!((grouped(0), grouped(1_234_567)), ("0".into(), "1,234,567".into()));
        assert_eq!((grouped(-12), grouped(999)), ("-12".into(), "999".into()));
        assert_eq!((percent(999, 1000), percent(0, 0)), ("99%".into(), "–".into()));
        assert_eq!(bytes(10_240), "10 KiB");
        let stamp = Stamp::new(1_775_001_600_000, 1_775_001_600_000, Lang::Ja).to_string();
        assert!(stamp.contains(">2026-04-01 09:00:00<"), "{stamp}");
    }
}
