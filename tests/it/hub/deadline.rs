//! A deadline that is near: shorter waits, the next channel sooner, nothing given up before.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result};
use hub::context::{day_in_japan, end_in_japan};
use hub::delivery::State;
use hub::operate::redrive::preview;
use hub::store::Choice;
use jiff::ToSpan;
use schemas::{Channel, FilingId, FilingKind, Submission};
use serde_json::json;
use tests::house::{Builder, House, by_hand, change, code};

const OTARU: &str = "012033";
const HOUR: i64 = 3_600_000;

/// A change that is due within ten days of `days_ago`.
pub(super) fn changed(house: &House, days_ago: i64) -> Result<Submission> {
    let today = day_in_japan(house.clock.now_ms());
    let mut filing = change(OTARU, &[]);
    let service = filing.offices[0].services[0].service;
    let mut forms = house.ctx.forms.used_for(FilingKind::Change, service, today);
    let form = forms.find(|form| form.event.is_some()).context("a form with a day")?;
    let mut fields = form.sample(today, &mut |_| 0);
    filing.sign(&mut fields);
    let event = form.event.as_deref().and_then(|path| fields.pointer_mut(path));
    *event.context("its day")? = json!((today - days_ago.days()).to_string());
    let sheet = json!({"form": form.id, "version": form.version, "fields": fields});
    filing.form = json!({"forms": [sheet]});
    Ok(filing)
}

/// An authority whose API refuses, with waits and patience that no jitter moves.
fn house() -> Builder {
    House::build().behaviour(OTARU, Behaviour::Refusing(503)).with(|config| {
        config.retry.jitter = 0.0;
        config.retry.ladder_seconds = vec![5 * 86_400];
        config.retry.fallback_hours = 1_000;
        config.retry.tries_max = 3;
        config.retry.deadline_hours = 24;
        config.retry.deadline_ladder_seconds = vec![60, 600];
        config.retry.deadline_fallback_minutes = 10;
        config.lane.failures_to_open = 1_000;
    })
}

/// The end of the last day of [`changed`], from now.
pub(super) async fn until_the_end(house: &House, filing: FilingId) -> Result<i64> {
    let revisions = house.ctx.store.revisions(filing).await?;
    let judged =
        hub::judgement::deadlines(&house.ctx, &revisions, &house.deliveries(filing).await?);
    let due = judged.iter().find_map(|it| it.due).context("a last day")?;
    Ok(end_in_japan(due).context("its end")? - house.clock.now_ms())
}

#[tokio::test]
async fn a_wait_ends_when_a_deadline_gets_near_and_nothing_is_given_up_before_it() -> Result<()> {
    let mut house = house().ladder(OTARU, &[Channel::Api]).start().await?;
    let filing = changed(&house, 8)?;
    let filing = house.deliver(&filing).await?;
    let end = until_the_end(&house, filing).await?;
    assert!(end > 24 * HOUR, "{end}");
    let wait = async |house: &House| {
        let delivery = house.delivery(filing).await?;
        house.wait_of(&delivery).map(|(wait, _)| wait)
    };
    assert_eq!(wait(&house).await?, end - 24 * HOUR, "not its five days");
    house.advance_to_next().await?;
    for expected in [600_000; 4] {
        assert_eq!(wait(&house).await?, expected, "on the shorter ladder");
        house.advance_to_next().await?;
    }
    assert!(house.delivery(filing).await?.tries > 3, "more than there are otherwise");
    house.advance(Duration::from_hours(24)).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Failed { .. }), "{delivery:?}");
    house.finish().await
}

#[tokio::test]
async fn the_next_channel_takes_over_sooner_near_a_deadline() -> Result<()> {
    let near = |config: &mut hub::config::Config| config.retry.deadline_hours = 24 * 30;
    let two = &[Channel::Api, Channel::Sftp];
    let mut house = house().ladder(OTARU, two).with(near).start().await?;
    let (due, undated) = (changed(&house, 8)?, change(OTARU, &[]));
    let (due, undated) = (house.deliver(&due).await?, house.deliver(&undated).await?);
    assert_eq!(house.wait_of(&house.delivery(due).await?)?.0, 60_000);
    assert_eq!(house.wait_of(&house.delivery(undated).await?)?.0, 5 * 24 * HOUR, "no last day");
    house.advance(Duration::from_mins(1)).await?;
    assert_eq!(house.delivery(due).await?.channel, Some(Channel::Api), "not yet");
    house.advance(Duration::from_mins(10)).await?;
    let delivery = house.delivery(due).await?;
    assert_eq!(delivery.channel, Some(Channel::Sftp), "{delivery:?}");
    house.sandbox.set_behaviour(code(OTARU), Behaviour::Healthy)?;
    house.outlast(2).await?;
    assert!(matches!(house.delivery(due).await?.state, State::Delivered { .. }));
    house.sandbox.set_behaviour(code(OTARU), Behaviour::Refusing(503))?;
    let late = changed(&house, 60)?;
    let late = house.deliver(&late).await?;
    assert_eq!(house.wait_of(&house.delivery(late).await?)?.0, 5 * 24 * HOUR, "it is past");
    house.finish().await
}

/// Which have passed, which are near, and when the next ends; the pages' groups say the same.
#[tokio::test]
async fn a_preview_tells_which_deadlines_it_touches() -> Result<()> {
    let mut house = house().ladder(OTARU, &[Channel::Api]).start().await?;
    for days_ago in [20, 8, 1] {
        let filing = changed(&house, days_ago)?;
        house.deliver(&filing).await?;
        house.advance(Duration::from_secs(1)).await?;
    }
    let choice = Choice { authority: Some(code(OTARU)), ..Choice::default() };
    let row = preview(&house.ctx, &choice, by_hand().actor).await?;
    assert_eq!((row.items, row.overdue, row.near), (3, 1, 1), "{row:?}");
    let items = house.ctx.store.redrive_items(row.id, 0, 10).await?;
    let due: Vec<i64> = items.iter().filter_map(|item| item.due_at).collect();
    assert_eq!((due.len(), row.next_due), (3, Some(due[1])), "{items:?}");
    assert!(due[0] <= house.clock.now_ms() && due[1] < due[2], "{due:?}");
    house.finish().await
}
