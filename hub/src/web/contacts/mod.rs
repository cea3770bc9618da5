//! An authority's address, as its own staff and operations keep it: what counts, since when, who
//! changed it; and who was told of what lies unread.

mod told;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use schemas::AuthorityId;

use crate::contacts::{ADDRESS_CHARS_MAX, Entry, Writer, Wrong, day_of, mail_of, write};
use crate::context::day_in_japan;
use crate::store::ContactRow;
use crate::web::Desk;
use crate::web::contact_words::Words;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::Stamp;
use crate::web::sent::Fields;
use crate::web::visit::{Visit, see_other};

pub(super) use told::{ToldTable, told_of};

/// Whose address, and who looks at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat<'a> {
    /// Whose it is.
    pub(super) authority: AuthorityId,
    /// Whether operations look, and not the authority's own staff.
    pub(super) is_operations: bool,
    /// The page's address.
    pub(super) path: &'a str,
}

#[derive(Template)]
#[template(path = "contacts.html")]
pub(super) struct ContactsPage {
    shell: Shell,
    w: &'static Words,
    name: String,
    action: String,
    /// Operations' page of the authority.
    back: Option<String>,
    counts: Option<Line>,
    planned: Vec<Line>,
    lines: Vec<Line>,
    seen: i32,
    draft: Draft,
    is_saved: bool,
    chars_max: usize,
    told: ToldTable,
    is_told: bool,
}

struct Line {
    mail: Option<String>,
    from_day: String,
    whom: &'static str,
    by: String,
    at: Stamp,
}

/// What someone wrote that was not saved.
#[derive(Default)]
struct Draft {
    mail: String,
    from_day: String,
    problem: Option<&'static str>,
    is_day: bool,
}

impl ContactsPage {
    /// The page as it is.
    pub(super) async fn read(desk: &Desk, visit: &Visit, seat: Seat<'_>) -> Result<Self, Fault> {
        Self::with(desk, visit, (seat, Draft::default())).await
    }

    async fn with(
        desk: &Desk,
        visit: &Visit,
        (seat, draft): (Seat<'_>, Draft),
    ) -> Result<Self, Fault> {
        let (ctx, today) = (&desk.ctx, day_in_japan(visit.now));
        ctx.master().body(seat.authority, today).ok_or(Fault::NoAuthority)?;
        let rows = ctx.config.reminders.list_rows;
        let all = ctx.store.contacts_of(seat.authority, rows).await?;
        let counts = ctx.store.contacts_on(today, Some(seat.authority)).await?.pop();
        let told = ctx.store.reminders_about(seat.authority, rows).await?;
        let line = |row: &ContactRow| Line::new(row, visit);
        Ok(Self {
            shell: visit.shell(if seat.is_operations { "/authorities" } else { seat.path }),
            w: Words::of(visit.lang),
            name: ctx.master().name(seat.authority),
            action: seat.path.to_owned(),
            back: seat.is_operations.then(|| format!("/authorities/{}", seat.authority)),
            counts: counts.as_ref().filter(|row| row.mail.is_some()).map(line),
            planned: all.iter().rev().filter(|row| row.from_day > today).map(line).collect(),
            lines: all.iter().map(line).collect(),
            seen: all.first().map_or(0, |row| row.version),
            draft,
            is_saved: visit.get("saved").is_some(),
            chars_max: ADDRESS_CHARS_MAX,
            is_told: !told.is_empty(),
            told: ToldTable::new(desk, &told, (visit, seat.is_operations)),
        })
    }
}

impl Line {
    fn new(row: &ContactRow, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        Self {
            mail: row.mail.clone(),
            from_day: row.from_day.to_string(),
            whom: if row.by_whom == "operations" { w.of_operations } else { w.of_authority },
            by: row.name.clone(),
            at: Stamp::new(row.at, visit.now, visit.lang),
        }
    }
}

/// Takes a change; the page with what was written where it does not fit.
pub(super) async fn change(
    desk: &Desk,
    visit: &Visit,
    (seat, fields): (Seat<'_>, &Fields),
) -> Response {
    match changed(desk, visit, (seat, fields)).await {
        Ok(response) => response,
        Err(fault) => visit.fault(&fault),
    }
}

async fn changed(
    desk: &Desk,
    visit: &Visit,
    (seat, fields): (Seat<'_>, &Fields),
) -> Result<Response, Fault> {
    let today = day_in_japan(visit.now);
    let text = |name: &str| fields.get(name).unwrap_or_default();
    let mail = match (mail_of(text("mail")), fields.get("remove")) {
        (_, Some(_)) => Ok(None),
        (Ok(None), None) => Err(Wrong::Mail),
        (read, None) => read,
    };
    let draft = |problem, is_day| Draft {
        mail: text("mail").to_owned(),
        from_day: text("from_day").to_owned(),
        problem: Some(problem),
        is_day,
    };
    let told = |wrong: Wrong| {
        let (ja, en) = wrong.sentences();
        visit.lang.pick(ja, en)
    };
    let refused = match (mail, day_of(text("from_day"), today)) {
        (Err(wrong), _) => (draft(told(wrong), false), StatusCode::UNPROCESSABLE_ENTITY),
        (_, Err(wrong)) => (draft(told(wrong), true), StatusCode::UNPROCESSABLE_ENTITY),
        (Ok(mail), Ok(from_day)) => {
            desk.ctx.master().body(seat.authority, today).ok_or(Fault::NoAuthority)?;
            let entry = Entry { authority: seat.authority, mail, from_day };
            let seen = text("seen").parse().unwrap_or_default();
            let by = writer(visit, seat.is_operations);
            if write(&desk.ctx.store, (&entry, seen), &by, visit.now).await? {
                tracing::info!(authority.code = %seat.authority, by.whom, "a contact was changed");
                return Ok(see_other(&format!("{}?saved=1", seat.path)));
            }
            (draft(Words::of(visit.lang).was_late, false), StatusCode::CONFLICT)
        }
    };
    let (draft, status) = refused;
    Ok(visit.page(status, &ContactsPage::with(desk, visit, (seat, draft)).await?))
}

fn writer(visit: &Visit, is_operations: bool) -> Writer {
    let person = visit.session.as_ref().map(|session| session.person.clone());
    Writer {
        whom: if is_operations { "operations" } else { "authority" },
        person: person.unwrap_or_default(),
        name: visit.person_name(),
    }
}
