//! Whether an authority is handed its statements and by which way, as its own staff and operations
//! choose it.

use askama::Template;
use axum::http::StatusCode;
use schemas::AuthorityId;

use super::Desk;
use super::fault::Fault;
use super::parts::{Badge, Choice, Stamp};
use super::sent::Fields;
use super::statement_words::Words;
use super::visit::Visit;
use crate::contacts::Writer;
use crate::statements::wish::{self, WishProblem, Wishes};
use crate::store::{HandoutState, HandoutWay};

/// The word for none in a form.
const NONE: &str = "none";

/// Days, the newest, of which those that could not be handed out are named.
const DAYS: usize = 62;

/// Whose statements, and who looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) authority: AuthorityId,
    /// Whether operations look, and not the authority's own staff.
    pub(super) is_operations: bool,
    /// Whether the visitor may choose.
    pub(super) may: bool,
}

impl Seat {
    /// Where its form is sent.
    fn action(self) -> String {
        if self.is_operations {
            format!("/authorities/{}/statements", self.authority)
        } else {
            "/authority/statements".to_owned()
        }
    }

    /// Where its address is entered.
    fn contacts(self) -> String {
        if self.is_operations {
            format!("/authorities/{}/contacts", self.authority)
        } else {
            "/authority/contacts".to_owned()
        }
    }

    /// The page of one of its statements.
    fn page(self, day: &str) -> String {
        if self.is_operations {
            format!("/reconciliation/{}/{day}", self.authority)
        } else {
            format!("/authority/statements/{day}")
        }
    }
}

/// What holds, and the form that changes it.
#[derive(Template)]
#[template(path = "handouts.html")]
pub(super) struct HandoutCard {
    w: &'static Words,
    is_operations: bool,
    token: String,
    action: String,
    may: bool,
    /// What did not go, and why.
    problem: Option<String>,
    is_done: bool,
    standing: Badge,
    /// By which way, and the first day.
    wanted: Option<(&'static str, String)>,
    /// Of whom someone chose, who it was and when.
    chosen: Option<(&'static str, String, Stamp)>,
    /// The version that a choice is made on top of.
    seen: i32,
    choices: Vec<Choice>,
    /// What a way needs that is not there, and where it is entered.
    lacks: Vec<(&'static str, Option<String>)>,
    /// Days that could not be handed out, with their pages.
    failed: Vec<(String, String)>,
}

impl HandoutCard {
    pub(super) async fn read(
        desk: &Desk,
        visit: &Visit,
        (seat, problem): (Seat, Option<String>),
    ) -> Result<Self, Fault> {
        let (ctx, w) = (&desk.ctx, Words::of(visit.lang));
        let wishes = Wishes::read(&ctx.store, &[seat.authority]).await?;
        let (wanted, row) = (wishes.of(ctx, seat.authority), wishes.chosen(seat.authority));
        let ways = wish::ways(ctx, seat.authority).await?;
        let of_authority = (None, Some(seat.authority));
        let days = ctx.store.list_statements(of_authority, DAYS).await?;
        let failed = days.iter().filter(|line| line.handed == Some(HandoutState::Failed));
        let chosen = row.map(|row| {
            let whom = if row.by_whom == "operations" { w.of_operations } else { w.of_authority };
            (whom, row.name.clone(), Stamp::new(row.at, visit.now, visit.lang))
        });
        let choice = |way: Option<HandoutWay>| Choice {
            word: word(way).to_owned(),
            name: name(way, w).to_owned(),
            chosen: wanted.map(|it| it.way) == way,
        };
        let offered = ways.iter().copied().map(Some).chain([None]);
        Ok(Self {
            w,
            is_operations: seat.is_operations,
            token: visit.form_token(),
            action: seat.action(),
            may: seat.may,
            problem,
            is_done: visit.get("done") == Some("handout"),
            standing: match wanted {
                Some(_) => Badge::new("ok", w.wanted),
                None => Badge::new("off", w.not_wanted),
            },
            wanted: wanted.map(|it| (name(Some(it.way), w), it.since.to_string())),
            chosen,
            seen: row.map_or(0, |row| row.version),
            choices: offered.map(choice).collect(),
            lacks: lacks(&ways, seat, w),
            failed: failed
                .map(|line| line.day.to_string())
                .map(|day| (day.clone(), seat.page(&day)))
                .collect(),
        })
    }
}

/// Why a way cannot be chosen, and where that is mended.
fn lacks(
    ways: &[HandoutWay],
    seat: Seat,
    w: &'static Words,
) -> Vec<(&'static str, Option<String>)> {
    let mut lacks = Vec::new();
    if !ways.contains(&HandoutWay::Sftp) {
        lacks.push((w.no_endpoint, None));
    }
    if !ways.contains(&HandoutWay::Email) {
        lacks.push((w.no_address, Some(seat.contacts())));
    }
    lacks
}

fn word(way: Option<HandoutWay>) -> &'static str {
    match way {
        Some(HandoutWay::Sftp) => "sftp",
        Some(HandoutWay::Email) => "email",
        None => NONE,
    }
}

fn name(way: Option<HandoutWay>, w: &'static Words) -> &'static str {
    match way {
        Some(HandoutWay::Sftp) => w.by_sftp,
        Some(HandoutWay::Email) => w.by_mail,
        None => w.not_wanted,
    }
}

/// Takes a choice as a form says it. Gives what did not go, for who sent it.
pub(super) async fn choose(
    desk: &Desk,
    visit: &Visit,
    (seat, fields): (Seat, &Fields),
) -> Result<Option<(StatusCode, String)>, Fault> {
    let w = Words::of(visit.lang);
    let told = |status, sentence: &str| Ok(Some((status, sentence.to_owned())));
    let text = |name: &str| fields.get(name).unwrap_or_default();
    let all = [Some(HandoutWay::Sftp), Some(HandoutWay::Email), None];
    let Some(way) = all.into_iter().find(|way| word(*way) == text("way")) else {
        return told(StatusCode::UNPROCESSABLE_ENTITY, w.no_way);
    };
    let seen = text("seen").parse().unwrap_or_default();
    let actor = visit.actor();
    let whom = if seat.is_operations { "operations" } else { "authority" };
    let by = Writer { whom, person: actor.person, name: actor.name };
    match wish::choose(&desk.ctx, (seat.authority, way), seen, &by).await {
        Ok(()) => Ok(None),
        Err(WishProblem::NoAuthority) => Err(Fault::NoAuthority),
        Err(WishProblem::Store(error)) => Err(error.into()),
        Err(WishProblem::NoEndpoint) => told(StatusCode::UNPROCESSABLE_ENTITY, w.no_endpoint),
        Err(WishProblem::NoAddress) => told(StatusCode::UNPROCESSABLE_ENTITY, w.no_address),
        Err(WishProblem::Late) => told(StatusCode::CONFLICT, w.chosen_late),
    }
}
