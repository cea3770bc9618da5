//! What arrived and nobody opens is told: to the authority, its prefecture, operations; once each.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::actor::Actor;
use hub::contacts::{Entry, Writer, write};
use hub::context::day_in_japan;
use hub::delivery::{Delivery, Event};
use hub::reminder::Reminder;
use hub::store::{ReminderState, ReminderStep};
use routing::Class;
use schemas::{AuthorityId, DeliveryId};

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, OPERATOR_NAME, change, code, of_kind};

const HOKKAIDO: &str = "010006";
const OPERATIONS: &str = "operations@todoke.example";
const DAY: Duration = Duration::from_hours(24);

fn mail_of(authority: &str) -> String {
    format!("kaigo@a{authority}.example")
}

/// Gives some authorities an address.
async fn reachable(house: &House, authorities: &[&str]) -> Result<()> {
    let now = house.clock.now_ms();
    let by = Writer { whom: "operations", person: "key:o".into(), name: "運営".into() };
    for authority in authorities {
        let mail = Some(mail_of(authority));
        let entry = Entry { authority: code(authority), mail, from_day: day_in_japan(now) };
        ensure!(write(&house.ctx.store, (&entry, 0), &by, now).await?);
    }
    Ok(())
}

/// So many days pass, and on each the reminder does all it can; gives the mails to each of those.
async fn pass(house: &mut House, days: u32, to: &[&str]) -> Result<Vec<usize>> {
    for _ in 0..days {
        house.advance(DAY).await?;
        remind(house).await?;
    }
    told(house, to)
}

async fn remind(house: &mut House) -> Result<()> {
    while house.stages.reminder.step().await? > 0 {}
    Ok(())
}

fn told(house: &House, to: &[&str]) -> Result<Vec<usize>> {
    to.iter().map(|to| Ok(house.letters_to(to)?.len())).collect()
}

fn operations(builder: Builder) -> Builder {
    builder.with(|config| OPERATIONS.clone_into(&mut config.reminders.operations_mail))
}

/// From a Wednesday on, past a weekend: grouped, in order, without a word of what was filed, and
/// no more of what was opened.
pub async fn what_lies_unread_is_told_step_by_step(builder: Builder) -> Result<()> {
    let mut house = operations(builder).start().await?;
    reachable(&house, &[SAPPORO, HOKKAIDO]).await?;
    let first = house.deliver(&change(SAPPORO, &[])).await?;
    house.deliver(&change(SAPPORO, &[])).await?;
    let (sapporo, hokkaido) = (mail_of(SAPPORO), mail_of(HOKKAIDO));
    let to = [sapporo.as_str(), &hokkaido, OPERATIONS];
    remind(&mut house).await?;
    ensure!(pass(&mut house, 5, &to).await? == [0, 0, 0], "Monday: not three days yet");
    ensure!(pass(&mut house, 1, &to).await? == [1, 0, 0], "both in one");
    let letter = house.letters_to(&sapporo)?.remove(0);
    ensure!(letter.subject == "【届出】未開封の申請・届出があります(2件)", "{letter:?}");
    ensure!(letter.text.contains("札幌市: 2件(最も古いもの 2026-04-01 到達)"), "{letter:?}");
    ensure!(letter.text.contains("https://todoke.example/authority?view=unread"), "{letter:?}");
    ensure!(!letter.text.contains(OPERATOR_NAME) && !letter.html.contains(OPERATOR_NAME));
    ensure!(!letter.text.contains("みどりデイサービス"), "{letter:?}");
    // A restart tells nobody twice.
    house.restart().await?;
    remind(&mut house).await?;
    ensure!(pass(&mut house, 1, &to).await? == [1, 0, 0], "Wednesday: one day since");
    let id = house.delivery(first).await?.id;
    let clerk = Actor { person: "key:clerk".into(), name: "佐藤".into() };
    house.reviewer().open(id, code(SAPPORO), &clerk).await?;
    ensure!(pass(&mut house, 1, &to).await? == [1, 1, 0], "Thursday: two days since");
    let letter = house.letters_to(&hokkaido)?.remove(0);
    ensure!(letter.text.contains("札幌市: 1件") && letter.text.contains("/authority/followed"));
    ensure!(pass(&mut house, 3, &to).await? == [1, 1, 0], "Sunday");
    ensure!(pass(&mut house, 1, &to).await? == [1, 1, 1], "Monday");
    let letter = house.letters_to(OPERATIONS)?.remove(0);
    ensure!(letter.text.contains("札幌市: 1件") && letter.text.contains("/reminders"));
    ensure!(pass(&mut house, 30, &to).await? == [1, 1, 1], "each once, for good");
    let told = house.ctx.store.reminders_about(code(SAPPORO), 9).await?;
    let told: Vec<_> = told.iter().map(|it| (it.step, it.deliveries, it.state)).collect();
    ensure!(
        told == [
            (ReminderStep::Operations, 1, ReminderState::Sent),
            (ReminderStep::Prefecture, 1, ReminderState::Sent),
            (ReminderStep::Authority, 2, ReminderState::Sent),
        ],
        "{told:?}"
    );
    house.finish().await
}

/// Who has no address is passed over at once; between a prefecture and operations stands nobody.
pub async fn who_has_no_address_is_passed_over(builder: Builder) -> Result<()> {
    let mut house = operations(builder).start().await?;
    reachable(&house, &[HOKKAIDO]).await?;
    house.deliver(&change(OTARU, &[])).await?;
    // Home-visit care is the prefecture's.
    let theirs = house.deliver(&of_kind(schemas::FilingKind::Change, OTARU, "11")).await?;
    ensure!(house.delivery(theirs).await?.authority == code(HOKKAIDO));
    let hokkaido = mail_of(HOKKAIDO);
    let to = [hokkaido.as_str(), OPERATIONS];
    // Its own, and that of the municipality that has no address.
    ensure!(pass(&mut house, 6, &to).await? == [2, 0]);
    let about = house.ctx.store.reminders_about(code(OTARU), 9).await?;
    let states: Vec<_> = about.iter().map(|it| (it.step, it.state)).collect();
    ensure!(
        states
            == [
                (ReminderStep::Prefecture, ReminderState::Sent),
                (ReminderStep::Authority, ReminderState::Unaddressed),
            ],
        "{states:?}"
    );
    ensure!(pass(&mut house, 2, &to).await? == [2, 1], "the municipality's, two days later");
    ensure!(pass(&mut house, 4, &to).await? == [2, 2], "the prefecture's own, four days later");
    ensure!(house.letters_to(OPERATIONS)?[1].text.contains("北海道: 1件"));
    house.finish().await
}

/// While the relay is away it is tried again, and sent once; what is opened meanwhile is not sent;
/// two processes tell of it once.
pub async fn a_reminder_outlasts_a_relay_and_a_process(builder: Builder) -> Result<()> {
    let builder = builder.with(|config| config.mail.url = "smtp://127.0.0.1:9".into());
    let mut house = builder.start().await?;
    reachable(&house, &[SAPPORO, OTARU]).await?;
    house.deliver(&change(SAPPORO, &[])).await?;
    let opened = house.deliver(&change(OTARU, &[])).await?;
    let (sapporo, otaru) = (mail_of(SAPPORO), mail_of(OTARU));
    let to = [sapporo.as_str(), &otaru];
    ensure!(pass(&mut house, 6, &to).await? == [0, 0]);
    let waits = house.ctx.store.newest_reminders(9).await?;
    ensure!(waits.len() == 2 && waits.iter().all(|it| it.state == ReminderState::Waiting));
    ensure!(waits.iter().all(|it| it.tries == 1 && it.why.is_some()), "{waits:?}");
    let id = house.delivery(opened).await?.id;
    let clerk = Actor { person: "key:clerk".into(), name: "佐藤".into() };
    house.reviewer().open(id, code(OTARU), &clerk).await?;
    let url = house.sandbox.mail_url();
    house
        .restart_with(move |builder| builder.set_config(move |it| it.mail.url.clone_from(&url)))
        .await?;
    // One claims and vanishes; its lease ends, and two others come for it.
    house.clock.advance(Duration::from_mins(1));
    let now = house.clock.now_ms();
    let mut tx = house.ctx.store.begin().await?;
    ensure!(tx.claim_reminders((now, now + 300_000), 9).await?.len() == 2);
    tx.commit().await?;
    remind(&mut house).await?;
    ensure!(told(&house, &to)? == [0, 0], "someone has them");
    house.clock.advance(Duration::from_secs(301));
    let mut other = Reminder::new(house.ctx.clone());
    let (one, two) = tokio::join!(house.stages.reminder.step(), other.step());
    ensure!(one? + two? >= 2);
    remind(&mut house).await?;
    ensure!(told(&house, &to)? == [1, 0]);
    let states: Vec<_> =
        house.ctx.store.newest_reminders(9).await?.iter().map(|it| it.state).collect();
    ensure!(states == [ReminderState::Over, ReminderState::Sent], "{states:?}");
    house.settle().await?;
    house.finish().await
}

/// Something lies unread at every authority, and nobody has an address: one mail to operations, in
/// bounded steps, made by two at once.
pub async fn a_storm_of_the_unread_is_one_mail(builder: Builder) -> Result<()> {
    let mut house = operations(builder).start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let one = house.delivery(filing).await?;
    let all: Vec<AuthorityId> = {
        let today = day_in_japan(house.clock.now_ms());
        let master = house.ctx.master();
        let rows = master.authorities_on(today);
        rows.filter(|row| row.class != Class::Prefecture).map(|row| row.code).collect()
    };
    let others = all.iter().filter(|code| **code != one.authority);
    let more: Vec<Delivery> = others
        .map(|code| Delivery { id: DeliveryId(house.clock.id()), authority: *code, ..one.clone() })
        .collect();
    let mut tx = house.ctx.store.begin().await?;
    tx.insert_deliveries(&more, |_| None).await?;
    tx.commit().await?;
    house.clock.advance(6 * DAY);
    let mut other = Reminder::new(house.ctx.clone());
    let mut steps = 0;
    loop {
        let (one, two) = tokio::join!(house.stages.reminder.step(), other.step());
        let (one, two) = (one?, two?);
        ensure!(one <= 128 && two <= 128, "bounded: {one} {two}");
        if one + two == 0 {
            break;
        }
        steps += 1;
    }
    ensure!(steps > all.len() / 128, "in {steps} steps");
    let letters = house.letters_to(OPERATIONS)?;
    ensure!(letters.len() == 1, "{}", letters.len());
    let total = all.len();
    ensure!(letters[0].subject.ends_with(&format!("({total}件)")), "{}", letters[0].subject);
    let named = house.ctx.config.reminders.names_max;
    ensure!(letters[0].text.contains(&format!("ほか{}団体", total - named)));
    let made = house.ctx.store.newest_reminders(9_999).await?;
    let of = |step| made.iter().filter(|it| it.step == step).count();
    let counts = [ReminderStep::Authority, ReminderStep::Prefecture, ReminderStep::Operations];
    ensure!(counts.map(of) == [total, 47, 1], "{:?}", counts.map(of));
    let last = made.first().context("one")?;
    ensure!(usize::try_from(last.deliveries)? == total, "{last:?}");
    // They belong to no plan: nothing else is to come across them.
    let mut tx = house.ctx.store.begin().await?;
    let mut gone = more;
    for delivery in &mut gone {
        delivery.apply(Event::Cancel, house.clock.now_ms())?;
    }
    tx.save_deliveries(&gone).await?;
    tx.commit().await?;
    house.settle().await?;
    house.finish().await
}
