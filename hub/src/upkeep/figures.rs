//! Figures of months: counts a month's deliveries through by id, a batch in each round, into a row
//! for each authority and channel (`reports/figures.rs`).
//!
//! A batch and how far it came are one commit under the lock of the month's row: a restart goes on
//! behind the last batch, and of two processes one counts it. A count that is under way is not
//! shown before its end. A month is counted again each `reports.again_minutes` until it is over,
//! once more behind that, since what came last is planned later, and for `reports.again_months` as
//! long as something in it may still change: answers come late.

use std::collections::{BTreeMap, HashMap};

use schemas::deadline::Timeliness;
use schemas::forms::sheets;
use schemas::{AuthorityId, Channel, DeliveryId, FilingId, Submission};

use crate::config::Reports;
use crate::context::{Context, day_in_japan};
use crate::delivery::{Delivery, Review};
use crate::judgement;
use crate::reports::{DAYS, Figures, MINUTES, Month, UNMARKED, business_days};
use crate::store::{
    CountedDelivery, CountedTries, FigureRow, MonthCountRow, RevisionRow, Store, StoreError,
    ids_between,
};

const MINUTE_MS: i64 = 60_000;

/// Figures by authority and channel (empty: none).
type Counted = BTreeMap<(AuthorityId, String), Figures>;

/// Counts a batch, or begins a month. Tells whether there was anything to do.
pub async fn count_month(ctx: &Context) -> Result<bool, StoreError> {
    let settings = &ctx.config.reports;
    let rows = ctx.store.month_counts(settings.months as usize + 1).await?;
    let row = match next(&rows, ctx.clock.now_ms(), settings) {
        None => return Ok(false),
        Some(Next::GoOn(row)) => row,
        Some(Next::Begin(row)) => {
            begin(&ctx.store, &row).await?;
            return Ok(true);
        }
    };
    let Ok(month) = row.month.parse::<Month>() else { return Ok(false) };
    let (from, to) = month.span_ms();
    let span = (row.after_id, ids_between(from, to).1);
    let batch = ctx.store.counted_deliveries(span, settings.batch_max).await?;
    let counted = count(ctx, &batch).await?;
    let is_last = batch.len() < settings.batch_max.max(1);
    let last = batch.last().map_or(row.after_id, |it| it.id.0);
    save(&ctx.store, &row, counted, (last, is_last)).await?;
    Ok(true)
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The count that is under way goes on.
    GoOn(MonthCountRow),
    /// A month is counted from its beginning.
    Begin(MonthCountRow),
}

/// A count that is under way; else the newest month that is due.
fn next(rows: &[MonthCountRow], now: i64, settings: &Reports) -> Option<Next> {
    let current = Month::of(now);
    let first = current.before(settings.months.checked_sub(1)?);
    let is_asked =
        |row: &&MonthCountRow| row.month.parse().is_ok_and(|month: Month| month >= first);
    if let Some(row) = rows.iter().filter(is_asked).find(|row| row.began_at.is_some()) {
        return Some(Next::GoOn(row.clone()));
    }
    for age in 0..settings.months {
        let month = current.before(age);
        let (from, to) = month.span_ms();
        let after_id = ids_between(from, to).0;
        let name = month.to_string();
        let Some(row) = rows.iter().find(|row| row.month == name) else {
            return Some(Next::Begin(MonthCountRow {
                month: name,
                round: 1,
                began_at: Some(now),
                after_id,
                shown: None,
                counted_at: None,
                unfinished: 0,
            }));
        };
        let at = row.counted_at.unwrap_or_default();
        let may_change = row.unfinished > 0 && age <= settings.again_months;
        let again_ms = settings.again_minutes.max(1) * MINUTE_MS;
        if now - at >= again_ms && (at < to + again_ms || may_change) {
            let round = row.round + 1;
            return Some(Next::Begin(MonthCountRow {
                round,
                began_at: Some(now),
                after_id,
                ..row.clone()
            }));
        }
    }
    None
}

/// Begins a round, unless another process has.
async fn begin(store: &Store, row: &MonthCountRow) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    if row.round == 1 {
        if !tx.begin_month_count(row).await? {
            return Ok(());
        }
    } else {
        let seen = tx.lock_month_count(&row.month).await?;
        if !seen.is_some_and(|it| it.round + 1 == row.round && it.began_at.is_none()) {
            return Ok(());
        }
        tx.save_month_count(row).await?;
    }
    tx.commit().await
}

/// Adds what a batch came to and how far it came; nothing, where another process was quicker.
async fn save(
    store: &Store,
    seen: &MonthCountRow,
    counted: Counted,
    (last, is_last): (uuid::Uuid, bool),
) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let Some(mut row) = tx.lock_month_count(&seen.month).await?.filter(|it| it == seen) else {
        return Ok(());
    };
    let mut rows = Vec::new();
    for ((authority, channel), figures) in &counted {
        rows.push(FigureRow {
            month: row.month.clone(),
            round: row.round,
            authority: *authority,
            channel: channel.clone(),
            figures: serde_json::to_string(figures).unwrap_or_default(),
        });
    }
    let mut former: HashMap<(AuthorityId, String), Figures> = HashMap::new();
    for it in tx.figures_of(&rows).await? {
        let figures = serde_json::from_str(&it.figures).unwrap_or_default();
        former.insert((it.authority, it.channel), figures);
    }
    for (it, (key, figures)) in rows.iter_mut().zip(&counted) {
        if let Some(mut sum) = former.remove(key) {
            sum.merge(figures);
            it.figures = serde_json::to_string(&sum).unwrap_or_default();
        }
    }
    tx.save_figures(&rows).await?;
    row.after_id = last;
    if is_last {
        (row.shown, row.counted_at, row.began_at) = (Some(row.round), row.began_at, None);
        row.unfinished = tx.unfinished_figures((&row.month, row.round)).await?;
        tx.delete_figures(&row.month, row.round).await?;
    }
    tx.save_month_count(&row).await?;
    tx.commit().await
}

/// The figures of a batch.
async fn count(ctx: &Context, batch: &[CountedDelivery]) -> Result<Counted, StoreError> {
    let firsts: Vec<FilingId> = {
        let firsts = batch.iter().filter(|it| it.action == "submit").map(|it| it.filing_id);
        let mut firsts: Vec<_> = firsts.collect();
        firsts.sort_unstable();
        firsts.dedup();
        firsts
    };
    let mut revisions: HashMap<FilingId, Vec<RevisionRow>> = HashMap::new();
    for row in ctx.store.revisions_of_all(&firsts).await? {
        revisions.entry(row.filing_id).or_default().push(row);
    }
    let mut deliveries: HashMap<(FilingId, AuthorityId), Vec<Delivery>> = HashMap::new();
    for row in ctx.store.deliveries_of_all(&firsts).await? {
        deliveries.entry((row.filing_id, row.authority)).or_default().push(row);
    }
    let returned = batch.iter().filter(|it| it.review == Review::Returned && it.marks.is_some());
    let returned: Vec<FilingId> = returned.map(|it| it.filing_id).collect();
    let texts = texts(ctx, &returned).await?;
    let ids: Vec<DeliveryId> = batch.iter().map(|it| it.id).collect();
    let tries = ctx.store.counted_tries(&ids).await?;
    let mut counted = Counted::new();
    for it in batch {
        let to = of(&mut counted, it.authority, it.channel);
        add_times(ctx, it, to);
        if it.action == "submit" {
            let revisions = revisions.get(&it.filing_id).map(Vec::as_slice).unwrap_or_default();
            let own = deliveries.get(&(it.filing_id, it.authority));
            let judged = judgement::deadlines(ctx, revisions, own.map_or(&[], Vec::as_slice));
            let has = |timeliness| judged.iter().any(|it| it.timeliness == timeliness);
            let is_late = has(Timeliness::Late);
            to.late += i64::from(is_late);
            to.in_time += i64::from(!is_late && has(Timeliness::InTime));
        }
        if it.review == Review::Returned {
            let text = texts.get(&(it.filing_id, it.revision));
            for reason in reasons(it.marks.as_deref(), text) {
                to.count_reason(&reason, 1);
            }
        }
    }
    add_tries(&mut counted, batch, &tries);
    Ok(counted)
}

fn of(counted: &mut Counted, authority: AuthorityId, channel: Option<Channel>) -> &mut Figures {
    let channel = channel.map(|it| it.as_str().to_owned()).unwrap_or_default();
    counted.entry((authority, channel)).or_default()
}

/// What a delivery was of, how far it is, and how long that took.
fn add_times(ctx: &Context, it: &CountedDelivery, to: &mut Figures) {
    let calendar = ctx.forms.deadlines().calendar();
    let days = |from, to| business_days(calendar, day_in_japan(from), day_in_japan(to));
    match it.action.as_str() {
        "submit" => to.filings += 1,
        "correct" => to.corrections += 1,
        _ => to.withdrawals += 1,
    }
    to.delivered += i64::from(it.delivered_at.is_some());
    to.accepted += i64::from(it.review == Review::Accepted);
    to.returned += i64::from(it.review == Review::Returned);
    let is_over = match it.state.as_str() {
        "cancelled" => true,
        "delivered" => !matches!(it.review, Review::Unopened | Review::Opened),
        _ => false,
    };
    to.unfinished += i64::from(!is_over);
    let is_fetched = it.channel == Some(Channel::Pull);
    if let Some(at) = it.delivered_at.filter(|_| !is_fetched) {
        to.to_deliver.add((at - it.received_at) / 60_000, MINUTES);
    }
    // What is fetched lies there before it is.
    let arrived = if is_fetched { Some(it.channel_since) } else { it.delivered_at };
    if let (Some(arrived), Some(opened)) = (arrived, it.opened_at) {
        to.to_open.add(days(arrived, opened), DAYS);
    }
    if let Some(decided) = it.decided_at {
        to.to_decide.add(days(it.received_at, decided), DAYS);
    }
}

/// Tries count to the channel that they were over, which need not be the last.
fn add_tries(counted: &mut Counted, batch: &[CountedDelivery], tries: &[CountedTries]) {
    let whose: HashMap<DeliveryId, AuthorityId> =
        batch.iter().map(|it| (it.id, it.authority)).collect();
    for it in tries {
        let Some(authority) = whose.get(&it.delivery_id) else { continue };
        let to = of(counted, *authority, Some(it.channel));
        to.tries += it.tries;
        to.failed_tries += it.failed;
    }
}

/// The submissions of some filings by revision.
async fn texts(
    ctx: &Context,
    ids: &[FilingId],
) -> Result<HashMap<(FilingId, i32), Submission>, StoreError> {
    let rows = ctx.store.revisions_of_all(ids).await?;
    let read = |row: RevisionRow| {
        let text = serde_json::from_str(&row.document).ok()?;
        Some(((row.filing_id, row.revision), text))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The places that a return marks, without what tells one filing from another: the form's id and
/// the field. One that marks nothing says why in its comment alone, which is nobody else's.
fn reasons(marks: Option<&str>, text: Option<&Submission>) -> Vec<String> {
    let places: Vec<String> =
        marks.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
    let forms = text.and_then(|it| sheets(&it.form).ok()).unwrap_or_default();
    let reason = |place: &String| {
        let mut parts: Vec<&str> = place.split('/').skip(1).collect();
        let form = match parts.as_slice() {
            ["form", "forms", number, "fields", ..] => {
                number.parse().ok().and_then(|number: usize| forms.get(number))
            }
            _ => None,
        };
        let mut kept = Vec::new();
        if let Some(sheet) = form {
            kept.push(sheet.form.as_str());
            parts.drain(..4);
        }
        kept.extend(parts.into_iter().filter(|it| it.parse::<usize>().is_err()));
        kept.join("/")
    };
    let mut all: Vec<String> = places.iter().map(reason).collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() { vec![UNMARKED.to_owned()] } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const NOW: &str = "2026-07-15T00:00:00Z";

    fn ms(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().expect("a time").as_millisecond()
    }

    fn counted(month: &str, at: &str, unfinished: i64) -> MonthCountRow {
        MonthCountRow {
            month: month.to_owned(),
            round: 4,
            began_at: None,
            after_id: uuid::Uuid::nil(),
            shown: Some(4),
            counted_at: Some(ms(at)),
            unfinished,
        }
    }

    fn begun(rows: &[MonthCountRow]) -> Option<(String, i32)> {
        let mut settings = Config::defaults().expect("the defaults").reports;
        (settings.months, settings.again_months, settings.again_minutes) = (3, 1, 1_440);
        match next(rows, ms(NOW), &settings)? {
            Next::Begin(row) => Some((row.month, row.round)),
            Next::GoOn(row) => Some((format!("{} goes on", row.month), row.round)),
        }
    }

    #[test]
    fn months_are_counted_until_nothing_in_them_can_change() {
        let due = |month: &str, round| Some((month.to_owned(), round));
        assert_eq!(begun(&[]), due("2026-07", 1));
        let now = counted("2026-07", "2026-07-14T00:00:01Z", 9);
        let (june, may) = (counted("2026-06", NOW, 9), counted("2026-05", NOW, 9));
        assert_eq!(begun(std::slice::from_ref(&now)), due("2026-06", 1), "not counted yet");
        assert_eq!(begun(&[now.clone(), june.clone(), may.clone()]), None, "all of today");
        let day_old = counted("2026-07", "2026-07-14T00:00:00Z", 0);
        assert_eq!(begun(&[day_old, june.clone(), may.clone()]), due("2026-07", 5), "not over");
        let open = counted("2026-06", "2026-07-13T00:00:00Z", 1);
        assert_eq!(begun(&[now.clone(), open.clone(), may.clone()]), due("2026-06", 5));
        let closed = MonthCountRow { unfinished: 0, ..open };
        assert_eq!(begun(&[now.clone(), closed, may]), None, "nothing can change");
        let early = counted("2026-05", "2026-06-01T14:59:59Z", 0);
        assert_eq!(begun(&[now.clone(), june.clone(), early]), due("2026-05", 5), "once more");
        let old = counted("2026-05", "2026-06-01T15:00:00Z", 7);
        assert_eq!(begun(&[now.clone(), june.clone(), old]), None, "too long ago");
        let cut = counted("2026-05", "2026-05-20T00:00:00Z", 7);
        assert_eq!(begun(&[now.clone(), june.clone(), cut]), due("2026-05", 5), "cut short");
        let under_way = MonthCountRow { began_at: Some(1), shown: Some(3), ..june };
        assert_eq!(begun(&[now, under_way]), due("2026-06 goes on", 4));
    }

    #[test]
    fn reasons_are_forms_and_fields() {
        assert_eq!(reasons(None, None), [UNMARKED]);
        assert_eq!(reasons(Some("[]"), None), [UNMARKED]);
        let marks = r#"["/attachments/1", "/attachments/2", "/form/forms/0/fields/a/0/b"]"#;
        assert_eq!(reasons(Some(marks), None), ["attachments", "form/forms/fields/a/b"]);
    }
}
