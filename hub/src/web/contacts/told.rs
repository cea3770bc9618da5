//! Who was told of what lies unread.

use askama::Template;

use crate::reminder::fixed::FIXED;
use crate::reminder::stages::is_about;
use crate::store::{RemindedRow, ReminderRow, ReminderState, ReminderStep};
use crate::web::Desk;
use crate::web::contact_words::Words;
use crate::web::parts::{Badge, Stamp, grouped};
use crate::web::visit::Visit;
use crate::web::words::Lang;

/// One mail in a table.
pub(in crate::web) struct ToldLine {
    day: String,
    step: &'static str,
    /// Whose page operations may look at.
    code: Option<String>,
    name: String,
    count: String,
    state: Badge,
    sent: Option<Stamp>,
    why: String,
}

/// Mails about what lies unread, on whatever page.
#[derive(Template)]
#[template(path = "told_table.html")]
pub(in crate::web) struct ToldTable {
    w: &'static Words,
    table: &'static str,
    lines: Vec<ToldLine>,
}

impl ToldTable {
    /// With links and reasons for operations alone.
    pub(in crate::web) fn new(
        desk: &Desk,
        rows: &[ReminderRow],
        (visit, is_operations): (&Visit, bool),
    ) -> Self {
        Self {
            w: Words::of(visit.lang),
            table: visit.lang.words().table,
            lines: rows.iter().map(|row| line(desk, row, (visit, is_operations))).collect(),
        }
    }
}

fn line(desk: &Desk, row: &ReminderRow, (visit, is_operations): (&Visit, bool)) -> ToldLine {
    let w = Words::of(visit.lang);
    let code = row.addressee.parse().ok();
    let why: Option<schemas::Why> =
        row.why.as_deref().and_then(|why| serde_json::from_str(why).ok());
    ToldLine {
        day: row.day.to_string(),
        step: step(row.step, visit.lang),
        name: match code {
            Some(code) if is_about(&row.id) => {
                format!("{} ({})", desk.ctx.master().name(code), w.stages)
            }
            Some(code) => desk.ctx.master().name(code),
            None if row.addressee == FIXED => w.fixed.to_owned(),
            None if is_about(&row.id) => w.stages.to_owned(),
            None => String::new(),
        },
        code: code.filter(|_| is_operations).map(|code| code.to_string()),
        count: grouped(row.deliveries.into()),
        state: match row.state {
            ReminderState::Waiting => Badge::new("wait", w.waiting),
            ReminderState::Sending => Badge::new("move", w.sending),
            ReminderState::Sent => Badge::new("ok", w.sent),
            ReminderState::Failed => Badge::new("bad", w.failed),
            ReminderState::Unaddressed => Badge::new("hold", w.unaddressed),
            ReminderState::Over => Badge::new("off", w.over),
        },
        sent: row.sent_at.map(|at| Stamp::new(at, visit.now, visit.lang)),
        why: why.filter(|_| is_operations).map(|why| why.sentence).unwrap_or_default(),
    }
}

/// Who is told at a step.
fn step(step: ReminderStep, lang: Lang) -> &'static str {
    match step {
        ReminderStep::Authority => lang.pick("指定権者", "authority"),
        ReminderStep::Prefecture => lang.pick("都道府県", "prefecture"),
        ReminderStep::Operations => lang.pick("運用担当", "operations"),
    }
}

/// Who was told of one delivery, and when.
pub(in crate::web) fn told_of(row: &RemindedRow, lang: Lang) -> String {
    let whom = step(row.step, lang);
    match row.state {
        ReminderState::Failed | ReminderState::Unaddressed => {
            let text = lang.pick("へは知らせられず", "could not be told");
            lang.pick(format!("{} {whom}{text}", row.day), format!("{} {whom} {text}", row.day))
        }
        ReminderState::Waiting
        | ReminderState::Sending
        | ReminderState::Sent
        | ReminderState::Over => {
            lang.pick(format!("{} {whom}へ", row.day), format!("{} to {whom}", row.day))
        }
    }
}
