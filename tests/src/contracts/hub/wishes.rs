//! Statements are handed out to who wants them, from the day on which they were asked for; what
//! failed is told and goes again once; and one file is one answer.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use adapters::Endpoint;
use anyhow::{Context, Result, ensure};
use hub::actor::Actor;
use hub::collector::Collector;
use hub::config::Whom;
use hub::contacts::{Entry, Writer, write};
use hub::context::day_in_japan;
use hub::operate::By;
use hub::operate::statement::{send_again, statement_subject};
use hub::review::ReviewProblem;
use hub::statements::wish::{WishProblem, choose};
use hub::statements::{Answer, Given, Statement};
use hub::store::{HandoutState, HandoutWay, StaffActRow, WatchFilter, WishRow};
use hub::teller::Teller;
use hub::watch::{Kind, Watch};
use hub::watcher::Watcher;
use jiff::civil::Date;
use schemas::{Channel, DeliveryId, Owner};

use super::handouts::{DAY, HAKODATE, MAIL, asked_by, decided, files, line, results, stated};
use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, by_hand, change, code};

const OPERATIONS: &str = "operations@todoke.example";
const MINUTE: Duration = Duration::from_mins(1);
const SFTP: Option<HandoutWay> = Some(HandoutWay::Sftp);
const EMAIL: Option<HandoutWay> = Some(HandoutWay::Email);

fn both_over_sftp(builder: Builder) -> Builder {
    builder.ladder(SAPPORO, &[Channel::Sftp]).ladder(OTARU, &[Channel::Sftp])
}

fn staff() -> Writer {
    Writer { whom: "authority", person: "key:s".into(), name: "職員".into() }
}

async fn chosen(
    house: &House,
    authority: &str,
    way: Option<HandoutWay>,
    seen: i32,
) -> Result<(), WishProblem> {
    choose(&house.ctx, (code(authority), way), seen, &staff()).await
}

async fn wish(house: &House, authority: &str) -> Result<WishRow> {
    house.ctx.store.wishes_of(&[code(authority)]).await?.pop().context("a choice")
}

async fn handed(house: &House, authority: &str, day: Date) -> Result<Option<HandoutState>> {
    Ok(line(house, authority, day).await?.handed)
}

async fn acts(house: &House, subject: &str, what: &str) -> Result<Vec<StaffActRow>> {
    let mut all = house.ctx.store.staff_acts(Some(subject), i64::MAX, 99).await?;
    all.retain(|act| act.what == what);
    Ok(all)
}

fn names(house: &House, authority: &str) -> Result<Vec<String>> {
    let all = files(&house.far_root().join(authority).join("sftp/in"))?;
    Ok(all.into_iter().map(|(name, _)| name).collect())
}

/// Nothing of before, whatever a start looks through; who changes the way goes on where it is.
pub async fn what_is_handed_out_begins_with_the_day_of_the_choice(builder: Builder) -> Result<()> {
    let mut house = both_over_sftp(builder).start().await?;
    let (before, _) = stated(&mut house).await?;
    let nowhere = chosen(&house, HAKODATE, SFTP, 0).await;
    ensure!(matches!(nowhere, Err(WishProblem::NoEndpoint)), "{nowhere:?}");
    let nobody = chosen(&house, "019992", None, 0).await;
    ensure!(matches!(nobody, Err(WishProblem::NoAuthority)), "{nobody:?}");
    chosen(&house, SAPPORO, SFTP, 0).await?;
    let (first, _) = stated(&mut house).await?;
    house.restart().await?;
    house.tend().await?;
    ensure!(handed(&house, SAPPORO, before).await?.is_none(), "the day before the choice");
    ensure!(handed(&house, OTARU, first).await?.is_none(), "nobody asked for it");
    ensure!(house.stages.teller.step().await? == 1);
    let name = format!("statement-{SAPPORO}-{first}.json");
    ensure!(names(&house, SAPPORO)? == [name.clone(), format!("{name}.done")]);

    let unknown = chosen(&house, SAPPORO, EMAIL, 1).await;
    ensure!(matches!(unknown, Err(WishProblem::NoAddress)), "{unknown:?}");
    let now = house.clock.now_ms();
    let (authority, mail) = (code(SAPPORO), Some(MAIL.to_owned()));
    let entry = Entry { authority, mail, from_day: day_in_japan(now) };
    ensure!(write(&house.ctx.store, (&entry, 0), &staff(), now).await?);
    let late = chosen(&house, SAPPORO, EMAIL, 0).await;
    ensure!(matches!(late, Err(WishProblem::Late)), "{late:?}");
    chosen(&house, SAPPORO, EMAIL, 1).await?;
    chosen(&house, SAPPORO, EMAIL, 2).await?;
    let row = wish(&house, SAPPORO).await?;
    ensure!((row.version, row.from_day) == (2, Some(first)), "{row:?}");
    stated(&mut house).await?;
    ensure!(house.stages.teller.step().await? == 1);
    ensure!(house.letters_to(MAIL)?.len() == 1 && names(&house, SAPPORO)?.len() == 2);

    // Off, and on again: from then on.
    let (one, two) =
        tokio::join!(chosen(&house, SAPPORO, None, 2), chosen(&house, SAPPORO, None, 2));
    let late = [one, two].into_iter().filter(|it| matches!(it, Err(WishProblem::Late))).count();
    ensure!(late == 1, "of two at once one counts");
    house.advance(DAY).await?;
    chosen(&house, SAPPORO, SFTP, 3).await?;
    let today = day_in_japan(house.clock.now_ms());
    ensure!(wish(&house, SAPPORO).await?.from_day == Some(today));
    let acts = acts(&house, &format!("authority:{SAPPORO}"), "statements.choose").await?;
    ensure!(acts.len() == 4 && acts.iter().all(|act| act.person == "key:s"), "{acts:?}");
    house.finish().await
}

/// The same for what the settings say: their first start, not days before it; and named in another
/// way it goes on where it is.
pub async fn a_setting_asks_from_its_first_start_on(builder: Builder) -> Result<()> {
    let mut house = both_over_sftp(builder).start().await?;
    let (before, _) = stated(&mut house).await?;
    let asking = |whom: Vec<Whom>| {
        move |builder: &mut Builder| {
            builder.set_config(move |config| {
                config.reconciliation.hand_out_to.clone_from(&whom);
            });
        }
    };
    house.restart_with(asking(vec![Whom::All])).await?;
    house.tend().await?;
    ensure!(handed(&house, SAPPORO, before).await?.is_none(), "the day before the first start");
    let first = day_in_japan(house.clock.now_ms());
    house.deliver(&change(SAPPORO, &[OTARU])).await?;
    // Each start looks days back; this one comes after the day is over.
    house.clock.advance(DAY);
    house.restart_with(asking(vec![Whom::One(code(SAPPORO))])).await?;
    house.tend().await?;
    ensure!(handed(&house, SAPPORO, before).await?.is_none());
    ensure!(handed(&house, SAPPORO, first).await? == Some(HandoutState::Due));
    ensure!(handed(&house, OTARU, first).await?.is_none(), "it is named no more");
    ensure!(house.stages.teller.step().await? == 1);
    // For all again: one goes on, the other begins.
    house.restart_with(asking(vec![Whom::All])).await?;
    let (second, _) = stated(&mut house).await?;
    for authority in [SAPPORO, OTARU] {
        ensure!(handed(&house, authority, second).await? == Some(HandoutState::Due));
    }
    ensure!(handed(&house, OTARU, first).await?.is_none());
    chosen(&house, OTARU, SFTP, 0).await?;
    ensure!(wish(&house, OTARU).await?.from_day == Some(second), "since the setting asked");
    // For nobody: what waits is dropped, but for whom it was chosen.
    house.restart_with(asking(Vec::new())).await?;
    house.tend().await?;
    ensure!(handed(&house, SAPPORO, second).await?.is_none());
    ensure!(handed(&house, SAPPORO, first).await? == Some(HandoutState::Sent), "what went stays");
    ensure!(handed(&house, OTARU, second).await? == Some(HandoutState::Due));
    ensure!(house.stages.teller.step().await? == 1);
    house.finish().await
}

/// Whatever the settings say, and what waited is dropped, also from under who has it in hand.
pub async fn who_wants_none_any_more_gets_none(builder: Builder) -> Result<()> {
    let mut house = asked_by(both_over_sftp(builder), Whom::All).start().await?;
    let (day, _) = stated(&mut house).await?;
    ensure!(handed(&house, SAPPORO, day).await? == Some(HandoutState::Due));
    chosen(&house, SAPPORO, None, 0).await?;
    ensure!(handed(&house, SAPPORO, day).await?.is_none());
    house.restart().await?;
    house.tend().await?;
    ensure!(handed(&house, SAPPORO, day).await?.is_none());
    let now = house.clock.now_ms();
    let mut tx = house.ctx.store.begin().await?;
    let mut claimed = tx.claim_handouts((now, now + 60_000), 9).await?;
    tx.commit().await?;
    ensure!(claimed.len() == 1 && claimed[0].authority == code(OTARU), "{claimed:?}");
    chosen(&house, OTARU, None, 0).await?;
    (claimed[0].state, claimed[0].next_try_at) = (HandoutState::Sent, None);
    claimed[0].sent_at = Some(now);
    let mut tx = house.ctx.store.begin().await?;
    tx.save_handouts(&claimed).await?;
    tx.commit().await?;
    ensure!(handed(&house, OTARU, day).await?.is_none());
    stated(&mut house).await?;
    ensure!(house.stages.teller.step().await? == 0);
    house.finish().await
}

async fn watched(house: &House) -> Result<Vec<Watch>> {
    let kind = Some(Kind::StatementFailed);
    let filter = WatchFilter { kind, limit: 99, ..WatchFilter::default() };
    Ok(house.ctx.store.list_watches(&filter).await?)
}

async fn pass(house: &mut House, minutes: u32) -> Result<()> {
    for _ in 0..minutes {
        house.clock.advance(MINUTE);
        house.stages.watcher.step().await?;
    }
    Ok(())
}

/// Told once when it begins and once when it is over; in between it goes again by hand, by one of
/// two who ask for it, and what lies there already is not doubled.
pub async fn what_failed_is_watched_and_goes_again_once(builder: Builder) -> Result<()> {
    let builder = both_over_sftp(builder)
        .with(|config| OPERATIONS.clone_into(&mut config.reminders.operations_mail));
    let mut house = asked_by(builder, Whom::One(code(SAPPORO))).start().await?;
    let (day, _) = stated(&mut house).await?;
    let whole = house.sandbox.sftp_endpoint(code(SAPPORO));
    let mut elsewhere = whole.clone();
    elsewhere.folder = "nowhere".into();
    house.set_endpoints(code(SAPPORO), &[Endpoint::Sftp(elsewhere)]).await?;
    ensure!(house.stages.teller.step().await? == 1);
    pass(&mut house, 4).await?;
    let begun = watched(&house).await?;
    let [watch] = begun.as_slice() else { anyhow::bail!("{begun:?}") };
    ensure!(watch.authority == Some(code(SAPPORO)) && watch.owner == Owner::Authority);
    ensure!(watch.detail == "sftp_no_such_file", "{watch:?}");
    let letters = house.letters_to(OPERATIONS)?;
    ensure!(letters.len() == 1, "{letters:?}");
    ensure!(letters[0].text.contains("到達の一覧を送付できない指定権者"), "{letters:?}");
    let gauge = "todoke_watches_firing{kind=\"statement_failed\"} 1\n";
    ensure!(house.ctx.metrics.render().contains(gauge));

    let of = (code(SAPPORO), day);
    let wordless = send_again(&house.ctx, of, By { why: " ", ..by_hand() }).await;
    ensure!(matches!(wordless, Err(ReviewProblem::Reason(_))), "{wordless:?}");
    let nothing = send_again(&house.ctx, (code(OTARU), day), by_hand()).await;
    ensure!(matches!(nothing, Err(ReviewProblem::NotFound(_))), "{nothing:?}");
    // Too early: it fails again, and goes on being the same.
    ensure!(send_again(&house.ctx, of, by_hand()).await? == HandoutWay::Sftp);
    ensure!(handed(&house, SAPPORO, day).await? == Some(HandoutState::Due));
    pass(&mut house, 8).await?;
    ensure!(house.stages.teller.step().await? == 1);
    ensure!(handed(&house, SAPPORO, day).await? == Some(HandoutState::Failed));
    pass(&mut house, 8).await?;
    ensure!(watched(&house).await? == begun, "it goes on, and nobody is told again");
    house.set_endpoints(code(SAPPORO), &[Endpoint::Sftp(whole)]).await?;
    let (one, two) =
        tokio::join!(send_again(&house.ctx, of, by_hand()), send_again(&house.ctx, of, by_hand()));
    ensure!([&one, &two].into_iter().filter(|it| it.is_ok()).count() == 1, "{one:?} {two:?}");
    let second = one.err().or(two.err());
    ensure!(matches!(second, Some(ReviewProblem::Overtaken(_))), "{second:?}");
    ensure!(house.stages.teller.step().await? == 1);
    ensure!(handed(&house, SAPPORO, day).await? == Some(HandoutState::Sent));
    let folder = house.far_root().join(SAPPORO).join("sftp/in");
    let lying = files(&folder)?;
    ensure!(lying.len() == 2, "{lying:?}");
    pass(&mut house, 9).await?;
    ensure!(watched(&house).await?[0].ended_at.is_some());
    ensure!(house.letters_to(OPERATIONS)?.len() == 2, "its beginning and its end");

    // It had arrived, and only its answer was lost.
    let lost = "UPDATE statement_handouts SET state = 'failed', sent_at = NULL, why = '{}'";
    house.raw(lost.to_owned()).await?;
    send_again(&house.ctx, of, by_hand()).await?;
    let other = Teller::new(Arc::clone(&house.ctx));
    let (one, two) = tokio::join!(house.stages.teller.step(), other.step());
    ensure!(one? + two? == 1 && files(&folder)? == lying, "another file");
    let gone = send_again(&house.ctx, of, by_hand()).await;
    ensure!(matches!(gone, Err(ReviewProblem::Overtaken(_))), "{gone:?}");
    let acts = acts(&house, &statement_subject(code(SAPPORO), day), "statement.send").await?;
    ensure!(acts.len() == 3 && acts[2].was.contains("sftp_no_such_file"), "{acts:?}");
    house.finish().await
}

/// As many days as the setting says, unless it is answered before; the hub's own fault is told as
/// the hub's.
pub async fn a_failure_is_watched_for_so_many_days(builder: Builder) -> Result<()> {
    let builder = both_over_sftp(builder).with(|config| config.watches.statement_days = 2);
    let mut house = asked_by(builder, Whom::All).start().await?;
    let (day, _) = stated(&mut house).await?;
    let mut elsewhere = house.sandbox.sftp_endpoint(code(SAPPORO));
    elsewhere.folder = "nowhere".into();
    house.set_endpoints(code(SAPPORO), &[Endpoint::Sftp(elsewhere)]).await?;
    house.set_endpoints(code(OTARU), &[]).await?;
    ensure!(house.stages.teller.step().await? == 2);
    pass(&mut house, 1).await?;
    let all = watched(&house).await?;
    let of = |all: &[Watch], authority: &str| {
        all.iter().find(|it| it.authority == Some(code(authority))).cloned()
    };
    let (sapporo, otaru) = (of(&all, SAPPORO).context("one")?, of(&all, OTARU).context("one")?);
    ensure!((sapporo.owner, otaru.owner) == (Owner::Authority, Owner::Hub), "{all:?}");
    ensure!(otaru.detail == "handout_no_endpoint" && all.len() == 2, "{all:?}");
    let statement = Statement::read(&house.ctx, code(OTARU), day).await?;
    let by = Actor { person: "key:o".into(), name: "職員".into() };
    statement.answer(&house.ctx, &Answer::default(), ("api", by)).await?;
    house.advance(DAY).await?;
    house.stages.watcher.step().await?;
    let all = watched(&house).await?;
    ensure!(of(&all, OTARU).is_some_and(|it| it.gone_at.is_some()), "it was answered");
    ensure!(of(&all, SAPPORO).is_some_and(|it| it.gone_at.is_none()), "the second day");
    house.advance(DAY).await?;
    house.stages.watcher.step().await?;
    ensure!(of(&watched(&house).await?, SAPPORO).is_some_and(|it| it.gone_at.is_some()));
    // Longer again; and not at all.
    for (days, is_found) in [(3, true), (0, false)] {
        house
            .restart_with(move |builder| {
                builder.set_config(move |config| config.watches.statement_days = days);
            })
            .await?;
        Watcher::new(house.ctx.clone()).step().await?;
        let all = watched(&house).await?;
        ensure!(all.iter().any(|it| it.gone_at.is_none()) == is_found, "{days}: {all:?}");
    }
    house.finish().await
}

/// Two processes find the same file; a slow one does not put an old answer on top of a newer one;
/// the same table put there once more counts again.
pub async fn one_file_is_one_answer_whoever_finds_it(builder: Builder) -> Result<()> {
    let builder = both_over_sftp(builder);
    let mut house = asked_by(builder, Whom::One(code(SAPPORO))).start().await?;
    let (day, ids) = stated(&mut house).await?;
    decided(&mut house, &ids).await?;
    ensure!(house.stages.teller.step().await? == 1);
    let store = house.ctx.store.clone();
    let answers = async || store.statement_answers(code(SAPPORO), day, 99).await;
    fs::create_dir_all(results(&house))?;
    let table = format!("delivery\n{}\n", ids[0]);
    fs::write(results(&house).join(format!("statement-{day}.csv")), table)?;
    let other = Collector::new(Arc::clone(&house.ctx));
    let (one, two) = tokio::join!(house.stages.collector.step(), other.step());
    ensure!(one? + two? >= 1 && answers().await?.len() == 1);

    let statement = Statement::read(&house.ctx, code(SAPPORO), day).await?;
    let by = Actor { person: "sftp".into(), name: "SFTP".into() };
    let compared = |ids: &[DeliveryId], source: &str| {
        let given = |id: &DeliveryId| Given { delivery: *id, package_sha256: None };
        let answer = Answer { packages: ids.iter().map(given).collect() };
        statement.compared(&house.ctx, &answer, ("sftp", by.clone()), Some(source.to_owned()))
    };
    house.clock.advance(MINUTE);
    let mut rows = Vec::new();
    for _ in 0..12 {
        rows.push(compared(&ids, "1:both")?);
    }
    let keeps = rows.iter().map(|row| statement.keep(&house.ctx, row));
    let kept = futures::future::try_join_all(keeps).await?;
    ensure!(kept.iter().filter(|it| **it).count() == 1, "{kept:?}");
    house.clock.advance(MINUTE);
    let none = compared(&[], "2:none")?;
    ensure!(statement.keep(&house.ctx, &none).await?);
    house.clock.advance(MINUTE);
    let slow = compared(&ids, "1:both")?;
    ensure!(!statement.keep(&house.ctx, &slow).await?, "an old answer on top");
    ensure!(answers().await?[0].id == none.id);
    let same = compared(&[], "3:none")?;
    ensure!(!statement.keep(&house.ctx, &same).await?, "it says what the newest says");
    let again = compared(&ids, "3:both")?;
    ensure!(statement.keep(&house.ctx, &again).await?);
    ensure!(answers().await?.len() == 4);
    house.finish().await
}
