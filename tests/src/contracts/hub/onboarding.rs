//! The stages in which an authority begins: what was said of them, and the mails that tell of them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::contacts::{Entry, Writer, write};
use hub::context::day_in_japan;
use hub::onboarding::{Change, Stage, StageProblem, one, say};
use jiff::civil::{Date, date};
use routing::Class;
use schemas::AuthorityId;

use crate::house::{Builder, House, by_hand};

const OPERATIONS: &str = "operations@todoke.example";
const DAY: Duration = Duration::from_hours(24);

/// A municipality of the last launch period that is not prepared, and its prefecture.
fn beginner(house: &House) -> Result<(AuthorityId, AuthorityId)> {
    let today = day_in_japan(house.clock.now_ms());
    let master = house.ctx.master();
    let row = master.authorities_on(today).find(|row| {
        row.launch_period == 7 && !row.reception.prepared && row.class != Class::Prefecture
    });
    let code = row.context("one begins")?.code;
    let above = master
        .authorities_on(today)
        .find(|it| it.class == Class::Prefecture && it.code.prefecture() == code.prefecture());
    Ok((code, above.context("a prefecture")?.code))
}

fn mail_of(authority: AuthorityId) -> String {
    format!("kaigo@a{authority}.example")
}

async fn reachable(house: &House, authority: AuthorityId) -> Result<()> {
    let now = house.clock.now_ms();
    let by = Writer { whom: "operations", person: "key:o".into(), name: "運営".into() };
    let entry = Entry { authority, mail: Some(mail_of(authority)), from_day: day_in_japan(now) };
    ensure!(write(&house.ctx.store, (&entry, 0), &by, now).await?);
    Ok(())
}

async fn due_on(house: &House, of: AuthorityId, stage: Stage) -> Result<Option<Date>> {
    let rows = house.ctx.store.stages(Some(of)).await?;
    let all = one(&house.ctx.master(), of, (&rows, day_in_japan(house.clock.now_ms())));
    let mut all = all.context("it begins")?.into_iter();
    Ok(all.find(|it| it.stage == stage).context("a stage")?.due_on)
}

/// What is said is on record with its reason; what stands so already, or by the master, is refused.
pub async fn what_is_said_of_a_stage_is_on_record(builder: Builder) -> Result<()> {
    let house = builder.start().await?;
    let (code, _) = beginner(&house)?;
    let by = by_hand();
    let said = async |stage: Stage, change: Change, why: &str| {
        say(&house.ctx, (code, stage), change, (by.actor, why)).await
    };
    let day = date(2026, 5, 29);
    let silent = said(Stage::Trial, Change::MovedTo(day), "").await;
    ensure!(matches!(silent, Err(StageProblem::Reason(500))), "{silent:?}");
    let long = "長".repeat(501);
    let too_long = said(Stage::Trial, Change::Done, &long).await;
    ensure!(matches!(too_long, Err(StageProblem::Reason(500))), "{too_long:?}");
    said(Stage::Trial, Change::MovedTo(day), "担当者の交代").await?;
    ensure!(due_on(&house, code, Stage::Trial).await? == Some(day));
    let same = said(Stage::Trial, Change::MovedTo(day), "もう一度").await;
    ensure!(matches!(same, Err(StageProblem::Same)), "{same:?}");
    said(Stage::Trial, Change::Done, "").await?;
    let twice = said(Stage::Trial, Change::Done, "").await;
    ensure!(matches!(twice, Err(StageProblem::Same)), "{twice:?}");
    said(Stage::Trial, Change::Reopened, &"長".repeat(500)).await?;
    ensure!(due_on(&house, code, Stage::Trial).await? == Some(day), "its day stays");
    let known = said(Stage::LaunchPeriod, Change::Done, "").await;
    ensure!(matches!(known, Err(StageProblem::ByMaster)), "{known:?}");
    let nobody = say(&house.ctx, ("019992".parse()?, Stage::Trial), Change::Done, (by.actor, ""));
    ensure!(matches!(nobody.await, Err(StageProblem::NoAuthority)));
    let subject = format!("stage:{code}/trial");
    let acts = house.ctx.store.staff_acts(Some(&subject), i64::MAX, 9).await?;
    let whats: Vec<_> = acts.iter().map(|act| act.what.as_str()).collect();
    ensure!(whats == ["stage.reopen", "stage.done", "stage.move"], "{whats:?}");
    ensure!(acts[2].why == "担当者の交代" && acts[2].became.contains("2026-05-29"), "{acts:?}");
    house.finish().await
}

/// Days pass, and on each the reminder does all it can; gives the mails to each of those.
async fn pass(house: &mut House, days: u32, to: [&str; 3]) -> Result<[usize; 3]> {
    for _ in 0..days {
        house.advance(DAY).await?;
        while house.stages.reminder.step().await? > 0 {}
    }
    let mut told = [0; 3];
    for (count, to) in told.iter_mut().zip(to) {
        *count = house.letters_to(to)?.len();
    }
    Ok(told)
}

/// One mail a day of all that is due together, once of each step: to the authority, then to its
/// prefecture, then to operations; what is done is told no more.
pub async fn stages_are_told_once_and_step_by_step(builder: Builder) -> Result<()> {
    let builder = builder.with(|config| {
        OPERATIONS.clone_into(&mut config.reminders.operations_mail);
        config.onboarding.past_days = 60;
        config.onboarding.prefecture_days = 3;
        config.onboarding.operations_days = 2;
    });
    let mut house = builder.start().await?;
    let (code, above) = beginner(&house)?;
    reachable(&house, code).await?;
    reachable(&house, above).await?;
    // All others are done, or too long ago, so that only this one's days count.
    settle_others(&house, code).await?;
    let by = by_hand();
    // It is Wednesday, the first of April.
    for (stage, day) in [(Stage::Trial, date(2026, 4, 9)), (Stage::Ready, date(2026, 4, 16))] {
        say(&house.ctx, (code, stage), Change::MovedTo(day), (by.actor, "計画")).await?;
    }
    let (own, over) = (mail_of(code), mail_of(above));
    let to = [own.as_str(), over.as_str(), OPERATIONS];
    while house.stages.reminder.step().await? > 0 {}
    ensure!(pass(&mut house, 0, to).await? == [1, 0, 0], "its trial is due soon");
    let letter = house.letters_to(&own)?.remove(0);
    ensure!(letter.subject == "【届出】利用準備の期日のお知らせ(1件、うち超過0件)", "{letter:?}");
    ensure!(letter.text.contains("試行(システムテスト)(期日 2026-04-09)"), "{letter:?}");
    ensure!(letter.text.contains("https://todoke.example/authority/onboarding"), "{letter:?}");
    house.restart().await?;
    while house.stages.reminder.step().await? > 0 {}
    ensure!(pass(&mut house, 0, to).await? == [1, 0, 0], "a restart tells nobody twice");
    ensure!(pass(&mut house, 1, to).await? == [1, 0, 1], "the hub's own is due soon, too");
    ensure!(pass(&mut house, 7, to).await? == [1, 0, 1], "the day itself, Thursday");
    ensure!(pass(&mut house, 1, to).await? == [2, 0, 1], "Friday: overdue");
    let letter = house.letters_to(&own)?.remove(1);
    ensure!(letter.subject.ends_with("(1件、うち超過1件)"), "{letter:?}");
    ensure!(pass(&mut house, 4, to).await? == [2, 0, 1], "Tuesday: two business days");
    ensure!(pass(&mut house, 1, to).await? == [2, 1, 1], "Wednesday: three, the prefecture");
    ensure!(pass(&mut house, 1, to).await? == [2, 1, 1], "Thursday");
    let told = pass(&mut house, 1, to).await?;
    ensure!(told == [2, 1, 2], "Friday: operations, of both at once: {told:?}");
    let letter = house.letters_to(OPERATIONS)?.remove(1);
    ensure!(letter.subject.contains("(2件、うち超過2件)"), "{letter:?}");
    ensure!(pass(&mut house, 40, to).await? == [2, 1, 2], "each once, for good");
    // A day that is moved begins anew; what is done before a mail goes out is not in it.
    let day = day_in_japan(house.clock.now_ms()).tomorrow()?;
    say(&house.ctx, (code, Stage::Trial), Change::MovedTo(day), (by.actor, "延期")).await?;
    say(&house.ctx, (code, Stage::Ready), Change::Done, (by.actor, "")).await?;
    ensure!(pass(&mut house, 4, to).await?[0] >= 3, "told of the new day");
    house.finish().await
}

/// Moves every stage of others that mails could tell of far into the future.
async fn settle_others(house: &House, but: AuthorityId) -> Result<()> {
    let today = day_in_japan(house.clock.now_ms());
    let master = house.ctx.master();
    let all = hub::onboarding::all(&master, Vec::new(), today);
    let mut rows = Vec::new();
    for beginner in &all {
        for standing in beginner.stages.iter().filter(|it| it.done.is_none()) {
            let is_own = beginner.body.id == but && standing.due_on < Some(date(2026, 3, 1));
            if !is_own {
                rows.push(hub::store::StageRow {
                    authority: beginner.body.id,
                    stage: standing.stage.as_str().to_owned(),
                    due_on: Some(date(2030, 1, 1)),
                    done_at: None,
                    person: "key:o".into(),
                    name: "運営".into(),
                    why: "計画".into(),
                    updated_at: 0,
                });
            }
        }
    }
    let mut tx = house.ctx.store.begin().await?;
    tx.save_stages(&rows).await?;
    Ok(tx.commit().await?)
}
