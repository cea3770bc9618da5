//! `/reminders`: who was told of what arrived and was not opened.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::web::Desk;
use crate::web::contact_words::Words;
use crate::web::contacts::ToldTable;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::roles::Staff;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "operations/reminders.html")]
struct RemindersPage {
    shell: Shell,
    w: &'static Words,
    /// Business days until the authority, its prefecture, operations are told; none: nobody is.
    after: Option<[usize; 3]>,
    told: ToldTable,
    is_told: bool,
}

/// `GET /reminders`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<RemindersPage, Fault> {
    let settings = &desk.ctx.config.reminders;
    let rows = desk.ctx.store.newest_reminders(settings.list_rows).await?;
    let (first, second) = (settings.unread_days, settings.prefecture_days);
    let after = [first, first + second, first + second + settings.operations_days];
    Ok(RemindersPage {
        shell: visit.shell("/reminders"),
        w: Words::of(visit.lang),
        after: (first > 0).then_some(after),
        is_told: !rows.is_empty(),
        told: ToldTable::new(desk, &rows, (visit, true)),
    })
}
