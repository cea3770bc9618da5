//! What the form catalogue says of a filing: what is wrong when it comes in, and afterwards whether
//! it was in time, and by which rule. Nothing of it is stored: documents and moments are, and the
//! rest follows from them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use routing::Plan;
use schemas::deadline::{Judged, Moments};
use schemas::forms::At;
use schemas::{AuthorityId, Finding, Submission};

use crate::context::{Context, day_in_japan, end_in_japan};
use crate::delivery::{Delivery, Review, State};
use crate::store::{ParcelRow, RevisionRow};

/// What is wrong, or worth a look, with the forms that a submission names (nothing when its body is
/// a free document) and with its attachments by the limits of its kind and of who gets it. `first`
/// is the day on which the filing was first handed in, `day` today.
pub fn check(
    ctx: &Context,
    submission: &Submission,
    plan: &Plan,
    (first, day): (Date, Date),
) -> Vec<Finding> {
    let authorities: BTreeSet<_> = plan.targets.iter().map(|target| target.authority).collect();
    let authorities: Vec<_> = authorities.into_iter().collect();
    let grace_days = ctx.config.forms.grace_days;
    let at = At { first, day, grace_days, authorities: &authorities };
    let mut findings = ctx.forms.check_filing(submission, &at);
    findings.extend(ctx.forms.check_files(submission, &authorities));
    findings
}

/// In time or late: by each rule and for each authority that tells differently, as the first
/// submission, the revisions and the acceptance lie.
pub fn deadlines(ctx: &Context, revisions: &[RevisionRow], deliveries: &[Delivery]) -> Vec<Judged> {
    let Some(begin) = revisions.first() else { return Vec::new() };
    let Some(submission) = read(&begin.document) else { return Vec::new() };
    let first = day_in_japan(begin.received_at);
    let mut all: Vec<Judged> = Vec::new();
    // Who got nothing of it, since it was withdrawn or sent to another, has no say in it either.
    let is_theirs = |it: &&Delivery| it.state != State::Cancelled;
    let mut authorities: BTreeSet<_> =
        deliveries.iter().filter(is_theirs).map(|it| it.authority).collect();
    if authorities.is_empty() {
        authorities = deliveries.iter().map(|it| it.authority).collect();
    }
    for authority in authorities {
        let moments = Moments {
            first,
            revisions: corrections(revisions, authority),
            accepted: accepted(deliveries, authority),
        };
        let at = At { authorities: &[authority], ..at(first) };
        all.extend(ctx.forms.judge_filing(&submission, &moments, &at));
    }
    if deliveries.is_empty() {
        let at = at(first);
        all.extend(ctx.forms.judge_filing(&submission, &Moments::first(first), &at));
    }
    let mut told: Vec<Judged> = Vec::new();
    for judged in all {
        if !told.contains(&judged) {
            told.push(judged);
        }
    }
    told
}

/// The end, in milliseconds, of the next last day by which an authority must have a filing as it
/// was first handed in; none when no rule sets one or all have passed.
pub fn next_deadline(
    ctx: &Context,
    parcel: &ParcelRow,
    authority: AuthorityId,
    now: i64,
) -> Option<i64> {
    deadline_ends(ctx, parcel, authority).into_iter().filter(|end| *end > now).min()
}

/// The same where one is; else the end of the last of the days that have passed.
pub fn nearest_deadline(
    ctx: &Context,
    parcel: &ParcelRow,
    authority: AuthorityId,
    now: i64,
) -> Option<i64> {
    let ends = deadline_ends(ctx, parcel, authority);
    let next = ends.iter().copied().filter(|end| *end > now).min();
    next.or_else(|| ends.into_iter().max())
}

/// The ends, in milliseconds, of the last days by which an authority must have a filing as it was
/// first handed in.
pub fn deadline_ends(ctx: &Context, parcel: &ParcelRow, authority: AuthorityId) -> Vec<i64> {
    let Some(submission) = read(&parcel.document) else { return Vec::new() };
    let first = day_in_japan(parcel.first_received_at);
    let at = At { authorities: &[authority], ..at(first) };
    let judged = ctx.forms.judge_filing(&submission, &Moments::first(first), &at);
    judged.iter().filter_map(|it| end_in_japan(it.due?)).collect()
}

fn read(document: &str) -> Option<Submission> {
    serde_json::from_str(document).ok()
}

fn at(first: Date) -> At<'static> {
    At { first, day: first, grace_days: 0, authorities: &[] }
}

/// The days on which this authority was sent corrections.
fn corrections(revisions: &[RevisionRow], authority: AuthorityId) -> Vec<Date> {
    let code = authority.to_string();
    let is_theirs = |revision: &&RevisionRow| {
        let only = revision.only_authorities.as_deref();
        revision.action == "correct" && only.is_none_or(|only| only.split(';').any(|it| it == code))
    };
    revisions.iter().filter(is_theirs).map(|it| day_in_japan(it.received_at)).collect()
}

/// The day on which this authority accepted it.
fn accepted(deliveries: &[Delivery], authority: AuthorityId) -> Option<Date> {
    let is_accepted = |it: &&Delivery| it.authority == authority && it.review == Review::Accepted;
    deliveries.iter().find(is_accepted)?.decided_at.map(day_in_japan)
}
