//! The form in which somebody says what an authority accepts.

use routing::{Alternative, Cells, Status};
use schemas::FilingKind;

use crate::operate::master::Whom;
use crate::web::labels;
use crate::web::master_words::{self, Words};
use crate::web::parts::Choice;
use crate::web::sent::Fields;
use crate::web::words::Lang;

/// The periods of 利用開始時期.
const PERIODS: std::ops::RangeInclusive<u8> = 1..=7;

/// What stands in the form: what somebody wrote, else what holds.
pub(super) struct Form {
    pub(super) prepared: Vec<Choice>,
    pub(super) basis: String,
    /// None where it is not theirs to change.
    pub(super) statuses: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) alternatives: Vec<Choice>,
    pub(super) note: String,
    /// None for unions, and for an authority's own staff.
    pub(super) periods: Option<Vec<Choice>>,
    pub(super) from_day: String,
    pub(super) why: String,
    /// The cells as they are shown, to be sent back: only what differs is a change.
    pub(super) was: String,
}

impl Form {
    pub(super) fn new(held: &Cells, (fields, whom): (Option<&Fields>, Whom), lang: Lang) -> Self {
        let w = Words::of(lang);
        let mut cells = held.clone();
        if let Some(fields) = fields {
            cells.extend(changed(fields));
        }
        let is_operations = whom == Whom::Operations;
        let is_exempt = |word: &str| word == Status::Exempt.as_str();
        let may_switch = held.get("status").is_none_or(|it| !is_exempt(it));
        let cell = |name: &str| cells.get(name).cloned().unwrap_or_default();
        let field = |name: &str| fields.and_then(|it| it.get(name)).unwrap_or_default().to_owned();
        let choice = |column: &str, word: &str, name: &str| Choice {
            word: word.to_owned(),
            name: name.to_owned(),
            chosen: cell(column) == word,
        };
        let not_taken = cell("not_taken");
        let is_left_out =
            |word: &str| not_taken == "*" || not_taken.split(';').any(|it| it == word);
        let kind = |kind: &FilingKind| Choice {
            word: kind.as_str().to_owned(),
            name: lang.kind(*kind).to_owned(),
            chosen: is_left_out(kind.as_str()),
        };
        let status = |it: &Status| choice("status", it.as_str(), &master_words::status(*it, lang));
        let way =
            |it: &Alternative| choice("alternative", it.as_str(), labels::alternative(*it, lang));
        let period = |n: u8| choice("launch_period", &n.to_string(), &n.to_string());
        Self {
            prepared: vec![
                choice("prepared", "true", w.prepared_true),
                choice("prepared", "false", w.prepared_false),
            ],
            basis: cell("unprepared_basis"),
            statuses: Status::ALL
                .iter()
                .filter(|it| is_operations || (may_switch && !is_exempt(it.as_str())))
                .map(status)
                .collect(),
            kinds: FilingKind::ALL.iter().map(kind).collect(),
            alternatives: Alternative::ALL.iter().map(way).collect(),
            note: cell("alternative_note"),
            periods: (is_operations && held.contains_key("launch_period"))
                .then(|| PERIODS.map(period).collect()),
            from_day: field("from_day"),
            why: field("why"),
            was: serde_json::to_string(held).unwrap_or_default(),
        }
    }
}

/// What somebody changed. The form sends all that it has, and what others have changed since it was
/// shown, or what is another on a later day, is not theirs to undo unseen.
pub(super) fn changed(fields: &Fields) -> Cells {
    let shown = fields.get("was").and_then(|text| serde_json::from_str::<Cells>(text).ok());
    let shown = shown.unwrap_or_default();
    let mut cells = cells(fields);
    cells.retain(|column, cell| shown.get(column) != Some(cell));
    cells
}

/// What somebody chose and wrote, as cells; columns that the form does not have are left out.
fn cells(fields: &Fields) -> Cells {
    let text = |name: &str| fields.all(name).next().map(|text| text.trim().to_owned());
    let mut cells = Cells::new();
    for name in ["launch_period", "prepared", "status", "alternative", "alternative_note"] {
        cells.extend(text(name).map(|text| (name.to_owned(), text)));
    }
    // Where all is prepared, there is no basis of the contrary.
    let is_prepared = cells.get("prepared").is_some_and(|it| it == "true");
    let basis = text("unprepared_basis").map(|it| if is_prepared { String::new() } else { it });
    cells.extend(basis.map(|text| ("unprepared_basis".to_owned(), text)));
    let chosen: Vec<&str> = fields.all("not_taken").collect();
    let kinds = FilingKind::ALL.iter().map(|kind| kind.as_str());
    let kinds: Vec<_> = kinds.filter(|word| chosen.contains(word)).collect();
    let all = kinds.len() == FilingKind::ALL.len();
    cells.insert("not_taken".to_owned(), if all { "*".to_owned() } else { kinds.join(";") });
    cells
}
