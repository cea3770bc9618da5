//! Who wants statements, by which way and since when: what was chosen on a page counts, and where
//! nobody has chosen, what `reconciliation.hand_out_to` says.
//!
//! Nothing of before is handed out: the first day is that on which they were asked for. So it is
//! written down when that was, for what is chosen and for what the settings say
//! (`store/wishes.rs`); a start finds what it asked for before, and goes on from there.

use std::collections::HashMap;

use jiff::civil::Date;
use schemas::{AuthorityId, Channel};
use serde_json::json;

use crate::config::Whom;
use crate::contacts::Writer;
use crate::context::{Context, day_in_japan};
use crate::store::{AskedRow, HandoutWay, StaffAct, Store, StoreError, WishRow};

/// How an authority is handed its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// By which way.
    pub way: HandoutWay,
    /// The first day in Japan.
    pub since: Date,
}

/// What some authorities want.
#[derive(Debug, Default)]
pub struct Wishes {
    chosen: HashMap<AuthorityId, WishRow>,
    asked: Vec<AskedRow>,
}

/// Why a choice is not taken.
#[derive(Debug, thiserror::Error)]
pub enum WishProblem {
    /// There is none such today.
    #[error("it is no authority today")]
    NoAuthority,
    /// It has no SFTP endpoint.
    #[error("it has no SFTP endpoint; set one first, or choose mail")]
    NoEndpoint,
    /// No address of it is known.
    #[error("no address is known of it; enter one on its page of contacts first")]
    NoAddress,
    /// Someone else has chosen meanwhile.
    #[error("someone else has chosen meanwhile; look at it and try again")]
    Late,
    /// The store is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Wishes {
    /// What these authorities want.
    pub async fn read(store: &Store, of: &[AuthorityId]) -> Result<Self, StoreError> {
        let rows = store.wishes_of(of).await?;
        let chosen = rows.into_iter().map(|row| (row.authority, row)).collect();
        Ok(Self { chosen, asked: store.all_asked().await? })
    }

    /// What was chosen for one of them; none: nobody has.
    pub fn chosen(&self, authority: AuthorityId) -> Option<&WishRow> {
        self.chosen.get(&authority)
    }

    /// How one of them is handed its statements; none: it is not.
    pub fn of(&self, ctx: &Context, authority: AuthorityId) -> Option<Wanted> {
        if let Some(row) = self.chosen(authority) {
            return Some(Wanted { way: row.way?, since: row.from_day? });
        }
        let named = self.asked.iter().filter(|row| row.whom.is(authority));
        let since = named.map(|row| row.from_day).min()?;
        Some(Wanted { way: own_way(ctx, authority)?, since })
    }
}

/// The way for whom the settings name: over SFTP, else by mail; who is reached over API asks there.
fn own_way(ctx: &Context, authority: AuthorityId) -> Option<HandoutWay> {
    let directory = ctx.directory.load();
    let has = |channel| directory.endpoint(authority, channel).is_some();
    if has(Channel::Sftp) {
        Some(HandoutWay::Sftp)
    } else if has(Channel::Api) {
        None
    } else {
        Some(HandoutWay::Email)
    }
}

/// The ways by which an authority can be handed statements today.
pub async fn ways(ctx: &Context, authority: AuthorityId) -> Result<Vec<HandoutWay>, StoreError> {
    let has_sftp = ctx.directory.load().endpoint(authority, Channel::Sftp).is_some();
    let mut ways: Vec<_> = has_sftp.then_some(HandoutWay::Sftp).into_iter().collect();
    let today = day_in_japan(ctx.clock.now_ms());
    let contact = ctx.store.contacts_on(today, Some(authority)).await?.pop();
    ways.extend(contact.and_then(|row| row.mail).map(|_| HandoutWay::Email));
    Ok(ways)
}

/// Chooses for an authority, on top of the version that was seen: by which way it is handed its
/// statements from today on, or not any more. What waits goes by the new way, or not at all.
/// Choosing what is chosen already changes nothing.
pub async fn choose(
    ctx: &Context,
    (authority, way): (AuthorityId, Option<HandoutWay>),
    seen: i32,
    by: &Writer,
) -> Result<(), WishProblem> {
    let now = ctx.clock.now_ms();
    let today = day_in_japan(now);
    ctx.master().body(authority, today).ok_or(WishProblem::NoAuthority)?;
    if let Some(way) = way
        && !ways(ctx, authority).await?.contains(&way)
    {
        return Err(match way {
            HandoutWay::Sftp => WishProblem::NoEndpoint,
            HandoutWay::Email => WishProblem::NoAddress,
        });
    }
    let wishes = Wishes::read(&ctx.store, &[authority]).await?;
    let (chosen, former) = (wishes.chosen(authority), wishes.of(ctx, authority));
    if chosen.map_or(0, |row| row.version) != seen {
        return Err(WishProblem::Late);
    }
    if chosen.is_some_and(|row| row.way == way) {
        return Ok(());
    }
    // Who only changes the way goes on where it is.
    let since = former.map_or(today, |former| former.since);
    let row = WishRow {
        authority,
        version: seen + 1,
        way,
        from_day: way.map(|_| since),
        by_whom: by.whom.to_owned(),
        person: by.person.clone(),
        name: by.name.clone(),
        at: now,
    };
    let mut tx = ctx.store.begin().await?;
    if !tx.insert_wish(&row).await? {
        return Err(WishProblem::Late);
    }
    tx.turn_handouts(authority, way).await?;
    let what = ("statements.choose", format!("authority:{authority}"));
    let was = json!({"way": former.map(|it| it.way), "from_day": former.map(|it| it.since)});
    let became = json!({"way": way, "from_day": row.from_day});
    tx.record(StaffAct::plain(what, (&by.person, &by.name), (was, became))).await?;
    tx.commit().await?;
    tracing::info!(authority.code = %authority, by.whom, "who is handed statements was chosen");
    Ok(())
}

/// Writes down since when the settings ask, for whom they name now and did not before; and forgets
/// whom they name no more. Who is named in another way than before goes on where it is.
pub async fn note_settings(ctx: &Context) -> Result<(), StoreError> {
    let named = &ctx.config.reconciliation.hand_out_to;
    let kept = ctx.store.all_asked().await?;
    let is_for_all = named.contains(&Whom::All);
    let today = day_in_japan(ctx.clock.now_ms());
    let of_all = kept.iter().find(|row| row.whom == Whom::All).map(|row| row.from_day);
    let is_kept = |whom: Whom| kept.iter().any(|row| row.whom == whom);
    let begun: Vec<AskedRow> = named
        .iter()
        .filter(|whom| !is_kept(**whom))
        .map(|whom| AskedRow { whom: *whom, from_day: of_all.unwrap_or(today) })
        .collect();
    let is_over = |row: &&AskedRow| !is_for_all && !named.contains(&row.whom);
    let over: Vec<AskedRow> = kept.iter().filter(is_over).copied().collect();
    if begun.is_empty() && over.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.store.begin().await?;
    tx.insert_asked(&begun).await?;
    tx.delete_asked(&over).await?;
    tx.commit().await
}
