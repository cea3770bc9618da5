//! Who belongs to a union changes while hubs run, and filings go there from its day on.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hub::actor::Actor;
use hub::context::day_in_japan;
use hub::operate::By;
use hub::operate::master::{Change, MasterProblem, Whom, amend_all, prepare_all};
use hub::operate::replay::replay;
use routing::{Cells, edits_of};
use schemas::Channel;

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, change, code};

/// A union that the built-in tables do not have.
const UNION: &str = "U01999";

const DAY: Duration = Duration::from_hours(24);

fn changes(house: &House, text: &str) -> Result<Vec<Change>> {
    let today = day_in_japan(house.clock.now_ms());
    let edits = edits_of(&house.ctx.master(), text, today).ok().context("a sound table")?;
    Ok(edits.into_iter().map(Change::from).collect())
}

/// A table founds a union for some days: a preview tells what would go there and what would come
/// back, another process takes it over, and the filings of each day go where that day says.
pub async fn filings_go_to_a_union_from_its_first_day_to_its_last(builder: Builder) -> Result<()> {
    let builder = builder.ladder(OTARU, &[Channel::Api]).ladder(UNION, &[Channel::Api]);
    let mut house = builder.start().await?;
    let other = super::master::another(&house).await?;
    let before = house.deliver(&change(OTARU, &[])).await?;
    house.deliver(&change(SAPPORO, &[])).await?;
    let today = day_in_japan(house.clock.now_ms());
    let (first, last) = (today.tomorrow()?, today.tomorrow()?.tomorrow()?);
    let text = format!(
        "union_id,name,prefecture_code,prefecture,kind,members,services,prepared,status,\
         alternative,valid_from,valid_to\n\
         {UNION},小樽広域連合,01,北海道,広域連合,{OTARU},municipal,true,open,paper,{first},{last}\n"
    );
    let wanted = changes(&house, &text)?;
    let prepared = prepare_all(&house.ctx, wanted.clone()).await?;
    ensure!(prepared.days().len() == 2, "{:?}", prepared.days());
    let done = replay(&house.ctx, &prepared, 9).await?;
    ensure!((done.asked, done.moved) == (2, 1), "who has it now is asked, too: {done:?}");
    ensure!(done.shown[0].id == before, "{done:?}");
    ensure!(house.ctx.store.last_amendment().await? == 0, "nothing was changed");
    let actor = Actor { person: "test:one".into(), name: "一".into() };
    let by = By { actor: &actor, why: "設立" };
    let own = amend_all(&house.ctx, wanted.clone(), (by, Whom::Authority(code(UNION)))).await;
    ensure!(matches!(own, Err(MasterProblem::OfOperations)), "{own:?}");
    amend_all(&house.ctx, wanted.clone(), (by, Whom::Operations)).await?;
    let again = amend_all(&house.ctx, wanted, (by, Whom::Operations)).await;
    ensure!(matches!(again, Err(MasterProblem::Nothing)), "{again:?}");
    other.reload_master().await?;
    ensure!(other.master().union(code(UNION), first).is_some());
    let row = house.ctx.store.amendments_of(Some(code(UNION)), i64::MAX, 9).await?.remove(0);
    ensure!(row.was == "{}" && row.valid_from == first, "{row:?}");
    for expected in [OTARU, UNION, UNION, OTARU] {
        let filing = house.deliver(&change(OTARU, &[])).await?;
        let delivery = house.delivery(filing).await?;
        ensure!(delivery.authority == code(expected), "{expected}: {delivery:?}");
        house.advance(DAY).await?;
    }
    let acts = house.ctx.store.staff_acts(Some("authority:U01999"), i64::MAX, 5).await?;
    ensure!(acts.len() == 1 && acts[0].what == "master.amend", "{acts:?}");
    drop(other);
    house.finish().await
}

/// Past filings are asked about each day on which something changes: there may be so many, and no
/// more; and of changes on several days each starts from the one before.
pub async fn a_table_has_so_many_days_and_no_more(builder: Builder) -> Result<()> {
    let builder = builder.with(|config| config.master.import_days_max = 2);
    let house = builder.start().await?;
    let today = day_in_japan(house.clock.now_ms());
    let cells = |status: &str| Cells::from([("status".to_owned(), status.to_owned())]);
    let days = [today, today.tomorrow()?, today.tomorrow()?.tomorrow()?];
    let change = |(from, status): (&jiff::civil::Date, &str)| Change {
        authority: code(SAPPORO),
        from: *from,
        cells: cells(status),
        line: None,
    };
    let all: Vec<_> = days.iter().zip(["closed", "open", "closed"]).map(change).collect();
    let prepared = prepare_all(&house.ctx, all[..2].to_vec()).await?;
    ensure!(prepared.was == [cells("open"), cells("closed")], "{:?}", prepared.was);
    let many = prepare_all(&house.ctx, all).await;
    ensure!(matches!(many, Err(MasterProblem::Days { days: 3, most: 2 })), "{many:?}");
    // A last day is one on which something changes, too.
    let ends = |text: &str| changes(&house, &format!("union_id,valid_to\n{text}"));
    let one = ends("U01004,2099-03-31\n")?;
    prepare_all(&house.ctx, one).await?;
    let two = ends("U01004,2099-03-31\nU01003,2099-04-30\n")?;
    let many = prepare_all(&house.ctx, two).await;
    ensure!(matches!(many, Err(MasterProblem::Days { days: 3, most: 2 })), "{many:?}");
    house.finish().await
}
