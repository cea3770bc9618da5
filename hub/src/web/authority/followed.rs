//! `/authority/followed`: for the staff of a prefecture, how much waits at its municipalities and
//! unions, since when, and what is due soon. Numbers alone: whose filings they are is not theirs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use schemas::deadline::Judged;
use schemas::{AuthorityId, FilingId};

use super::Clerk;
use super::words::Words;
use crate::context::day_in_japan;
use crate::delivery::Delivery;
use crate::judgement;
use crate::store::{RevisionRow, Undecided};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Stamp, grouped};
use crate::web::roles::Who;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "authority/followed.html")]
struct FollowedPage {
    shell: Shell,
    w: &'static Words,
    prefecture: String,
    unopened: String,
    opened: String,
    soon: String,
    /// Days ahead that count as soon.
    days: i64,
    /// How many of the oldest were asked for their deadline, when there are more.
    looked: Option<String>,
    lines: Vec<Line>,
}

/// One municipality or union.
struct Line {
    name: String,
    unopened: String,
    oldest: Option<Stamp>,
    opened: String,
    soon: String,
    next: Option<String>,
}

/// What is due soon at one authority.
#[derive(Default)]
struct Soon {
    count: i64,
    first: Option<Date>,
}

/// `GET /authority/followed`
pub(super) async fn show(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    clerk.visit.answer(read(&desk, &clerk).await)
}

async fn read(desk: &Desk, clerk: &Clerk) -> Result<FollowedPage, Fault> {
    let (ctx, visit) = (&desk.ctx, &clerk.visit);
    let prefecture = visit.prefecture.ok_or(Fault::NotYours(Who::Authority))?;
    let followed = followed(desk, prefecture, day_in_japan(visit.now));
    let mut waiting = ctx.store.count_undecided(&followed).await?;
    let (soon, looked) = due_soon(desk, visit, &followed).await?;
    // Where something has lain longest without being looked at, first.
    waiting.sort_by_key(|it| (it.oldest.is_none(), it.oldest, Reverse(it.opened), it.authority));
    let sum = |of: fn(&Undecided) -> i64| waiting.iter().map(of).sum::<i64>();
    let all = sum(|it| it.unopened + it.opened);
    Ok(FollowedPage {
        shell: visit.shell("/authority/followed"),
        w: Words::of(visit.lang),
        prefecture: ctx.master().name(prefecture),
        unopened: grouped(sum(|it| it.unopened)),
        opened: grouped(sum(|it| it.opened)),
        soon: grouped(soon.values().map(|it| it.count).sum()),
        days: ctx.config.review.followed_days,
        looked: (all > looked).then(|| grouped(looked)),
        lines: waiting.iter().map(|it| Line::new(it, &soon, (desk, visit))).collect(),
    })
}

/// Those in a prefecture, without itself.
fn followed(desk: &Desk, prefecture: AuthorityId, today: Date) -> Vec<AuthorityId> {
    let master = &desk.ctx.master();
    let towns = master.authorities_on(today).map(|row| row.code);
    let all = towns.chain(master.unions_on(today).map(|row| row.id));
    let is_inside = |id: &AuthorityId| id.prefecture() == prefecture.prefecture();
    all.filter(|id| is_inside(id) && *id != prefecture).collect()
}

/// What is due from today on until soon, by authority, among the filings that have waited longest;
/// and how many these are.
async fn due_soon(
    desk: &Desk,
    visit: &Visit,
    followed: &[AuthorityId],
) -> Result<(BTreeMap<AuthorityId, Soon>, i64), Fault> {
    let (store, limits) = (&desk.ctx.store, &desk.ctx.config.review);
    let filings = store.undecided_filings(followed, limits.followed_max).await?;
    let mut ids: Vec<FilingId> = filings.iter().map(|it| it.filing).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut revisions: HashMap<FilingId, Vec<RevisionRow>> = HashMap::new();
    for row in store.revisions_of_all(&ids).await? {
        revisions.entry(row.filing_id).or_default().push(row);
    }
    let mut deliveries: HashMap<(FilingId, AuthorityId), Vec<Delivery>> = HashMap::new();
    for row in store.deliveries_of_all(&ids).await? {
        deliveries.entry((row.filing_id, row.authority)).or_default().push(row);
    }
    let today = day_in_japan(visit.now);
    let last = today.saturating_add(limits.followed_days.days());
    let mut soon: BTreeMap<AuthorityId, Soon> = BTreeMap::new();
    for it in &filings {
        let revisions = revisions.get(&it.filing).map(Vec::as_slice).unwrap_or_default();
        let own = deliveries.get(&(it.filing, it.authority)).map(Vec::as_slice).unwrap_or_default();
        let judged = judgement::deadlines(&desk.ctx, revisions, own);
        let is_soon = |day: &Date| (today..=last).contains(day);
        let Some(day) = judged.iter().filter_map(|it: &Judged| it.due).filter(is_soon).min() else {
            continue;
        };
        let of = soon.entry(it.authority).or_default();
        of.count += 1;
        of.first = Some(of.first.map_or(day, |first| first.min(day)));
    }
    Ok((soon, i64::try_from(filings.len()).unwrap_or(i64::MAX)))
}

impl Line {
    fn new(
        row: &Undecided,
        soon: &BTreeMap<AuthorityId, Soon>,
        (desk, visit): (&Desk, &Visit),
    ) -> Self {
        let number = |n: i64| if n == 0 { String::new() } else { grouped(n) };
        let soon = soon.get(&row.authority);
        Self {
            name: desk.ctx.master().name(row.authority),
            unopened: number(row.unopened),
            oldest: row.oldest.map(|at| Stamp::new(at, visit.now, visit.lang)),
            opened: number(row.opened),
            soon: number(soon.map_or(0, |it| it.count)),
            next: soon.and_then(|it| it.first).map(|day| day.to_string()),
        }
    }
}
