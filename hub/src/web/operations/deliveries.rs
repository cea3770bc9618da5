//! `/deliveries`: the list by state, channel, cause, owner and authority, and the lines that other
//! pages show.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::{AuthorityId, Channel, Owner, Why};

use super::troubles::owners;
use crate::delivery::{Delivery, State as Transport};
use crate::store::Filter;
use crate::web::Desk;
use crate::web::cursor::{newest, older, paged};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels::{self, STATES};
use crate::web::parts::{Badge, Choice, Stamp};
use crate::web::reasons;
use crate::web::roles::Staff;
use crate::web::visit::Visit;
use crate::web::words::{Lang, Words};

/// One delivery in a table.
pub(super) struct DeliveryLine {
    pub(super) id: String,
    pub(super) receipt_number: String,
    pub(super) revision: i32,
    pub(super) code: String,
    pub(super) authority: String,
    pub(super) channel: &'static str,
    pub(super) state: Badge,
    pub(super) review: Badge,
    pub(super) proof: Option<&'static str>,
    pub(super) attempts: i32,
    pub(super) why: Option<Reason>,
    pub(super) next_try: Option<Stamp>,
    pub(super) updated: Stamp,
    pub(super) second_copy: bool,
}

/// Why a delivery is where it is, and who has to act.
pub(super) struct Reason {
    pub(super) sentence: String,
    pub(super) code: String,
    pub(super) owner: &'static str,
}

impl Reason {
    pub(super) fn new(why: &Why, lang: Lang) -> Self {
        Self {
            sentence: reasons::sentence(why, lang),
            code: why.code.clone(),
            owner: labels::owner(why.owner, lang),
        }
    }
}

impl DeliveryLine {
    pub(super) fn new(desk: &Desk, delivery: &Delivery, visit: &Visit) -> Self {
        let lang = visit.lang;
        let stamp = |ms| Stamp::new(ms, visit.now, lang);
        let next_try = match &delivery.state {
            Transport::Waiting { next_attempt_at, .. } => Some(stamp(*next_attempt_at)),
            Transport::Due
            | Transport::Sending { .. }
            | Transport::Delivered { .. }
            | Transport::Held { .. }
            | Transport::Failed { .. }
            | Transport::Cancelled => None,
        };
        Self {
            id: delivery.id.to_string(),
            receipt_number: delivery.filing_id.receipt_number(),
            revision: delivery.revision,
            code: delivery.authority.to_string(),
            authority: desk.ctx.master().name(delivery.authority),
            channel: delivery.channel.map_or("–", |channel| labels::channel(channel, lang)),
            state: labels::state(delivery.state.as_str(), lang),
            review: labels::review(delivery.review, lang),
            proof: delivery.proof.map(|level| labels::proof(level, lang)),
            attempts: delivery.attempts,
            why: delivery.state.why().map(|why| Reason::new(why, lang)),
            next_try,
            updated: stamp(delivery.updated_at),
            second_copy: delivery.second_copy,
        }
    }
}

/// A table of deliveries, on whatever page.
#[derive(Template)]
#[template(path = "operations/delivery_table.html")]
pub(super) struct DeliveryTable {
    pub(super) w: &'static Words,
    pub(super) caption: &'static str,
    /// Whether the lines are of several filings, so that each names its own.
    pub(super) with_filing: bool,
    /// Whether the lines are of several authorities.
    pub(super) with_authority: bool,
    pub(super) lines: Vec<DeliveryLine>,
}

#[derive(Template)]
#[template(path = "operations/deliveries.html")]
struct Deliveries {
    shell: Shell,
    states: Vec<Choice>,
    channels: Vec<Choice>,
    owners: Vec<Choice>,
    cause: String,
    authority: String,
    table: DeliveryTable,
    newest: Option<String>,
    older: Option<String>,
}

/// `GET /deliveries?state=…&channel=…&cause=…&owner=…&authority=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<Deliveries, Fault> {
    let lang = visit.lang;
    let state = visit.get("state").and_then(|word| STATES.iter().find(|state| **state == word));
    let channel: Option<Channel> = visit.get("channel").and_then(|word| word.parse().ok());
    let authority: Option<AuthorityId> = visit.get("authority").and_then(|code| code.parse().ok());
    let owner: Option<Owner> = visit.get("owner").and_then(|word| word.parse().ok());
    let filter = Filter {
        state: state.map(|state| (*state).to_owned()),
        channel,
        authority,
        cause: visit.get("cause").map(str::to_owned),
        owner,
        ..paged(visit)
    };
    let mut rows = desk.ctx.store.list_deliveries(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.created_at, row.id.0));
    let state_choice = |it: &&'static str| Choice {
        word: (*it).to_owned(),
        name: labels::state(it, lang).text,
        chosen: state == Some(it),
    };
    let channel_choice = |it: &Channel| Choice {
        word: it.as_str().to_owned(),
        name: labels::channel(*it, lang).to_owned(),
        chosen: channel == Some(*it),
    };
    Ok(Deliveries {
        shell: visit.living_shell("/deliveries"),
        states: STATES.iter().map(state_choice).collect(),
        channels: Channel::ALL.iter().map(channel_choice).collect(),
        owners: owners(owner, visit),
        cause: filter.cause.unwrap_or_default(),
        authority: authority.map(|code| code.to_string()).unwrap_or_default(),
        table: DeliveryTable {
            w: lang.words(),
            caption: lang.words().deliveries,
            with_filing: true,
            with_authority: true,
            lines: rows.iter().map(|row| DeliveryLine::new(desk, row, visit)).collect(),
        },
        newest: newest(visit),
        older,
    })
}
