//! Where an operator's notices go: another address counts from when the link that was mailed there
//! has been opened by someone of the operator.
//!
//! Each step is an act that stays (`address_acts`). Of several links that were asked for only the
//! last works, once, for a while. Nothing secret is kept: a link's token is the hub's own mark
//! on the id of the act. The mails about it (`letters`) are sent by the notifier.

use jiff::Span;
use jiff::civil::Date;
use schemas::CorporateNumber;
use uuid::Uuid;

use crate::config::Address;
use crate::contacts::mail_of;
use crate::context::{Context, day_in_japan};
use crate::store::{AddressActRow, LetterRow, OperatorRow, StoreError, Tx};

/// Acts that are looked through for what became of a link.
const LOOKED_MAX: usize = 100;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Who does something about an operator's address.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// For which operator.
    pub operator: CorporateNumber,
    /// Who it is, for the record.
    pub person: &'a str,
    /// Who it is, for people.
    pub name: &'a str,
}

/// Why no link is sent.
#[derive(Debug, thiserror::Error)]
pub enum AskProblem {
    /// It is no address.
    #[error("this is no mail address; write one like office@example.jp, in ASCII letters")]
    NoAddress,
    /// It is the one that notices go to already.
    #[error("notices go to this address already")]
    Same,
    /// It was changed as often as may be.
    #[error("the address was changed not long ago; it can be changed again from {0} on")]
    Until(Date),
    /// Links were asked for as often as may be.
    #[error("{0} links were asked for within a day; wait, and look for the mail meanwhile")]
    TooMany(usize),
    /// The store is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a link does not work.
#[derive(Debug)]
pub enum LinkProblem {
    /// It is none of the hub's.
    NoLink,
    /// It is for someone of this operator.
    Others(CorporateNumber),
    /// It was used, at this time.
    Used(i64),
    /// Another was asked for later.
    Replaced,
    /// Its time was over, at this time.
    Expired(i64),
    /// The store is away.
    Store(StoreError),
}

impl From<StoreError> for LinkProblem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The address of the page to which a link leads.
pub fn link(ctx: &Context, id: Uuid) -> String {
    ctx.link(&format!("{}?token={}", path(id), ctx.signer.token(&path(id))))
}

fn path(id: Uuid) -> String {
    format!("/operator/address/{id}")
}

/// The end of the time in which a link works, in milliseconds.
pub fn expires_at(settings: &Address, asked: &AddressActRow) -> i64 {
    asked.at + settings.link_hours * 3_600_000
}

/// The day from which on an operator may change its address; none: now. `confirmed` are its former
/// changes, the newest first.
pub fn next_day(settings: &Address, confirmed: &[AddressActRow], now: i64) -> Option<Date> {
    let last = settings.changes_max.checked_sub(1)?;
    // Who had none before has not changed any.
    let counted = confirmed.iter().filter(|act| act.former.is_some());
    let day = day_in_japan(counted.skip(last).map(|act| act.at).next()?);
    let day = day.saturating_add(Span::new().months(settings.months));
    (day_in_japan(now) < day).then_some(day)
}

/// Asks for another address: the link is mailed there.
pub async fn ask(ctx: &Context, by: By<'_>, address: &str) -> Result<Uuid, AskProblem> {
    let Ok(Some(address)) = mail_of(address) else { return Err(AskProblem::NoAddress) };
    let (settings, now) = (&ctx.config.address, ctx.clock.now_ms());
    let mut tx = ctx.store.begin().await?;
    let former = tx.lock_operator(by.operator).await?.and_then(|row| row.mail);
    if former.as_ref() == Some(&address) {
        return Err(AskProblem::Same);
    }
    let confirmed = tx.address_acts(by.operator, "confirmed", LOOKED_MAX).await?;
    if former.is_some()
        && let Some(day) = next_day(settings, &confirmed, now)
    {
        return Err(AskProblem::Until(day));
    }
    let asked = tx.address_acts(by.operator, "asked", settings.asked_max).await?;
    let today = asked.iter().filter(|act| now - act.at < DAY_MS).count();
    if today >= settings.asked_max {
        return Err(AskProblem::TooMany(today));
    }
    let act = act(ctx, by, "asked", (former, Some(address.clone())));
    tx.insert_address_act(&act).await?;
    tx.insert_letter(&letter(&act, &address)).await?;
    tx.commit().await?;
    Ok(act.id)
}

/// What a link asks for, if it works for this operator.
pub async fn look(
    ctx: &Context,
    operator: CorporateNumber,
    (id, token): (Uuid, &str),
) -> Result<AddressActRow, LinkProblem> {
    find(ctx, &mut ctx.store.begin().await?, operator, (id, token)).await
}

async fn find(
    ctx: &Context,
    tx: &mut Tx,
    operator: CorporateNumber,
    (id, token): (Uuid, &str),
) -> Result<AddressActRow, LinkProblem> {
    if !ctx.signer.token_fits(&path(id), token) {
        return Err(LinkProblem::NoLink);
    }
    let asked = tx.address_act(id).await?.ok_or(LinkProblem::NoLink)?;
    if asked.corporate_number != operator {
        return Err(LinkProblem::Others(asked.corporate_number));
    }
    let confirmed = tx.address_acts(operator, "confirmed", LOOKED_MAX).await?;
    if let Some(used) = confirmed.iter().find(|act| act.request_id == Some(id)) {
        return Err(LinkProblem::Used(used.at));
    }
    let newest = tx.address_acts(operator, "asked", 1).await?;
    if newest.iter().any(|act| act.id != id) {
        return Err(LinkProblem::Replaced);
    }
    let until = expires_at(&ctx.config.address, &asked);
    if ctx.clock.now_ms() >= until { Err(LinkProblem::Expired(until)) } else { Ok(asked) }
}

/// The link was opened, and what it asks for confirmed: notices go there from now on, those too
/// that have not gone out yet, and the former address is told.
pub async fn confirm(
    ctx: &Context,
    by: By<'_>,
    (id, token): (Uuid, &str),
) -> Result<(), LinkProblem> {
    let mut tx = ctx.store.begin().await?;
    let operator = tx.lock_operator(by.operator).await?;
    let asked = find(ctx, &mut tx, by.operator, (id, token)).await?;
    let number = by.operator;
    let operator = operator.unwrap_or_else(|| OperatorRow {
        corporate_number: number,
        name: number.to_string(),
        mail: None,
        created_at: ctx.clock.now_ms(),
    });
    let confirmed = act(ctx, by, "confirmed", (operator.mail.clone(), asked.address.clone()));
    let confirmed = AddressActRow { request_id: Some(id), ..confirmed };
    tx.insert_address_act(&confirmed).await?;
    if let (Some(former), Some(address)) = (&operator.mail, &asked.address) {
        tx.readdress_notices(number, (former, address)).await?;
        tx.insert_letter(&letter(&confirmed, former)).await?;
    }
    tx.save_operators(&[OperatorRow { mail: asked.address, ..operator }]).await?;
    tx.commit().await?;
    ctx.forget_operator(number);
    Ok(())
}

fn act(
    ctx: &Context,
    by: By<'_>,
    kind: &str,
    (former, address): (Option<String>, Option<String>),
) -> AddressActRow {
    AddressActRow {
        id: ctx.clock.id(),
        corporate_number: by.operator,
        kind: kind.to_owned(),
        request_id: None,
        person: by.person.to_owned(),
        name: by.name.to_owned(),
        former,
        address,
        at: ctx.clock.now_ms(),
    }
}

fn letter(about: &AddressActRow, recipient: &str) -> LetterRow {
    LetterRow {
        id: about.id,
        corporate_number: about.corporate_number,
        kind: about.kind.clone(),
        recipient: recipient.to_owned(),
        state: "due".to_owned(),
        tries: 0,
        next_try_at: Some(about.at),
        why: None,
        created_at: about.at,
        sent_at: None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_next_change_is_possible_a_quarter_after_the_last() {
        let mut settings = crate::config::Config::defaults().expect("the defaults").address;
        let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        let act = |at: i64, former: Option<&str>| AddressActRow {
            id: Uuid::nil(),
            corporate_number: schemas::codes::corporate_number_of(1),
            kind: "confirmed".into(),
            request_id: None,
            person: String::new(),
            name: String::new(),
            former: former.map(str::to_owned),
            address: None,
            at,
        };
        // The 30th in Japan; a quarter later there is no 30th.
        let last = act(at("2026-11-29T20:00:00Z"), Some("a@b.example"));
        let first = act(at("2026-01-02T00:00:00Z"), None);
        let all = [last, first];
        let day = |now: &str| next_day(&settings, &all, at(now)).map(|day| day.to_string());
        assert_eq!(day("2027-02-27T14:59:59Z").as_deref(), Some("2027-02-28"));
        assert_eq!(day("2027-02-27T15:00:00Z"), None);
        assert_eq!(next_day(&settings, &all[1..], at("2026-01-03T00:00:00Z")), None);
        settings.changes_max = 2;
        assert_eq!(next_day(&settings, &all, all[0].at), None);
        settings.changes_max = 0;
        assert_eq!(next_day(&settings, &all, all[0].at), None);
    }
}
