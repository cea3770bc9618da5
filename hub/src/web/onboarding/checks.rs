//! Checks of the way to one authority, with what sends another, and what deletes tests.

use askama::Template;
use schemas::{Channel, DeliveryId, Why};

use super::Seat;
use crate::actor::Actor;
use crate::checks::{self, CheckProblem};
use crate::store::{CheckRow, CheckState};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::labels;
use crate::web::onboarding_words::Words;
use crate::web::parts::{Badge, Stamp};
use crate::web::reasons;
use crate::web::sent::Fields;
use crate::web::visit::Visit;

/// Checks of one authority.
#[derive(Template)]
#[template(path = "checks.html")]
pub(in crate::web) struct CheckCard {
    w: &'static Words,
    table: &'static str,
    token: String,
    action: String,
    may: bool,
    /// What did not go, and why.
    problem: Option<String>,
    is_sent: bool,
    /// How many tests were deleted just now.
    purged: Option<usize>,
    /// Whether the visitor may delete tests, and there are any.
    may_purge: bool,
    channels: Vec<(&'static str, &'static str)>,
    lines: Vec<CheckLine>,
}

/// One check.
struct CheckLine {
    channel: &'static str,
    sent: Stamp,
    state: Badge,
    /// What is proved and when.
    proof: Option<(&'static str, Stamp)>,
    /// Why it is not, and who has to act.
    why: Option<(String, &'static str)>,
    receipt_number: String,
    /// The delivery's page, while there is one.
    link: Option<String>,
    name: String,
}

impl CheckCard {
    pub(in crate::web) async fn read(
        desk: &Desk,
        visit: &Visit,
        (seat, problem): (Seat<'_>, Option<String>),
    ) -> Result<Self, Fault> {
        let limit = desk.ctx.config.checks.list_rows;
        let rows = desk.ctx.store.checks_of(seat.authority, limit).await?;
        let directory = desk.ctx.directory.load();
        let channels = directory.ladder(seat.authority).iter().map(adapters::Endpoint::channel);
        Ok(Self {
            w: Words::of(visit.lang),
            table: visit.lang.words().table,
            token: visit.form_token(),
            action: seat.checks.to_owned(),
            may: seat.may,
            problem,
            is_sent: visit.get("done") == Some("check"),
            purged: visit.get("purged").and_then(|count| count.parse().ok()),
            may_purge: !seat.is_operations && rows.iter().any(CheckRow::can_be_purged),
            channels: channels.map(|it| (it.as_str(), labels::channel(it, visit.lang))).collect(),
            lines: rows.iter().map(|row| CheckLine::new(row, (visit, seat))).collect(),
        })
    }
}

impl CheckLine {
    fn new(row: &CheckRow, (visit, seat): (&Visit, Seat<'_>)) -> Self {
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let stamp = |at| Stamp::new(at, visit.now, lang);
        let waits = row.code.as_deref() == Some("awaiting_pickup");
        let why = row.code.as_ref().zip(row.owner).map(|(code, owner)| {
            let why = Why::new(code.clone(), owner, row.sentence.clone().unwrap_or_default());
            (reasons::sentence(&why, lang), labels::owner(owner, lang))
        });
        let page = if seat.is_operations { "/deliveries" } else { "/authority/deliveries" };
        Self {
            channel: labels::channel(row.channel, lang),
            sent: stamp(row.sent_at),
            state: match row.state {
                CheckState::Proved => Badge::new("ok", w.proved),
                CheckState::Failed => Badge::new("bad", w.failed),
                CheckState::Open if waits => Badge::new("wait", w.not_fetched),
                CheckState::Open => Badge::new("move", w.under_way),
            },
            proof: row
                .proof
                .zip(row.ended_at)
                .map(|(level, at)| (labels::proof(level, lang), stamp(at))),
            why,
            receipt_number: row.receipt_number.clone(),
            link: row.purged_at.is_none().then(|| format!("{page}/{}", row.delivery_id)),
            name: row.name.clone(),
        }
    }
}

/// Sends a test as a form asks for it. Gives what did not go, for who sent the form.
pub(in crate::web) async fn send(
    desk: &Desk,
    (visit, by): (&Visit, &Actor),
    (seat, fields): (Seat<'_>, &Fields),
) -> Result<Option<String>, Fault> {
    let w = Words::of(visit.lang);
    let Ok(channel) = fields.get("channel").unwrap_or_default().parse::<Channel>() else {
        return Ok(Some(w.no_channel.to_owned()));
    };
    match checks::send(&desk.ctx, seat.authority, Some(channel), by).await {
        Ok(_) => Ok(None),
        Err(CheckProblem::NoAuthority) => Err(Fault::NoAuthority),
        Err(CheckProblem::NoChannel(..)) => Ok(Some(w.no_channel.to_owned())),
        Err(CheckProblem::UnderWay(..)) => Ok(Some(w.is_under_way.to_owned())),
        Err(CheckProblem::Store(error)) => Err(error.into()),
        Err(CheckProblem::Fault(what)) => Err(Fault::Away(what)),
    }
}

/// Deletes tests as a form asks for it: one delivery's, or all. Gives how many.
pub(in crate::web) async fn purge(
    desk: &Desk,
    by: &Actor,
    (seat, fields): (Seat<'_>, &Fields),
) -> Result<usize, Fault> {
    let delivery = match fields.get("delivery").unwrap_or_default() {
        "" => None,
        id => Some(id.parse::<DeliveryId>().map_err(|_| Fault::NoDelivery)?),
    };
    match checks::purge(&desk.ctx, seat.authority, delivery, by).await {
        Ok(count) => Ok(count),
        Err(CheckProblem::Store(error)) => Err(error.into()),
        Err(problem) => Err(Fault::Away(problem.to_string())),
    }
}
