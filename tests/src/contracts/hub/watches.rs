//! What people have to know of is told when it begins and when it is over: once, together, and
//! whichever process looks.

use std::sync::Arc;
use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Result, ensure};
use hub::clock::Clock;
use hub::context::{Context, Parts, day_in_japan};
use hub::lane::{Breaker, Lane};
use hub::metrics::Metrics;
use hub::signer::Signer;
use hub::store::{AlertRow, AlertState, WatchFilter};
use hub::trace::Spans;
use hub::watch::{Kind, Watch};
use hub::watcher::Watcher;
use jiff::Timestamp;
use schemas::{AuthorityId, Channel, Owner};
use tokio_util::sync::CancellationToken;

use super::SAPPORO;
use crate::house::{Builder, House, change, code};

const OPERATIONS: &str = "operations@todoke.example";
const MINUTE: Duration = Duration::from_mins(1);
const STORM: usize = 500;

fn operations(builder: Builder) -> Builder {
    builder.with(|config| OPERATIONS.clone_into(&mut config.reminders.operations_mail))
}

/// Another process on the same engines, whose clock differs.
pub(super) async fn beside(house: &House, clock: Clock) -> Result<Arc<Context>> {
    let (ctx, clock, metrics) = (&house.ctx, Arc::new(clock), Metrics::default());
    let parts = Parts {
        config: ctx.config.clone(),
        store: ctx.store.beside(Arc::clone(&clock)),
        clock,
        broker: Arc::clone(&ctx.broker),
        objects: ctx.objects.clone(),
        clamd: ctx.clamd.clone(),
        adapters: ctx.adapters.clone(),
        sftp: Arc::clone(&ctx.sftp),
        mailer: ctx.mailer.clone(),
        webhook: hub::app::webhook(&ctx.config)?,
        master: ctx.master(),
        forms: Arc::clone(&ctx.forms),
        ledgers: Arc::clone(&ctx.ledgers),
        signer: Signer::open(&ctx.config.data.folder)?,
        stop: CancellationToken::new(),
        spans: Spans::open(&ctx.config.trace, &metrics)?,
        metrics,
    };
    Ok(Context::new(parts).await?)
}

/// A clock so many seconds from the house's.
fn clock(house: &House, seconds: i64) -> Result<Clock> {
    let at = Timestamp::from_millisecond(house.clock.now_ms() + seconds * 1_000)?;
    Ok(Clock::manual(at, 11))
}

/// Lanes that only fail from now on, or that work again.
async fn lanes(house: &House, codes: &[AuthorityId], is_failing: bool) -> Result<()> {
    let now = house.clock.now_ms();
    let lane = |code: &AuthorityId| {
        let fresh = Lane { updated_at: now, ..Lane::fresh(*code, Channel::Sftp) };
        if !is_failing {
            return fresh;
        }
        Lane {
            breaker: Breaker::Open,
            failures: 9,
            open_until: Some(now + 900_000),
            failing_since: Some(now),
            last_error: Some("connect_failed".into()),
            ..fresh
        }
    };
    let rows: Vec<Lane> = codes.iter().map(lane).collect();
    let mut tx = house.ctx.store.begin().await?;
    tx.save_lanes(&rows).await?;
    Ok(tx.commit().await?)
}

fn some(house: &House, count: usize) -> Vec<AuthorityId> {
    let today = day_in_japan(house.clock.now_ms());
    house.ctx.master().authorities_on(today).map(|row| row.code).take(count).collect()
}

/// So many minutes pass, each with a look by all.
async fn pass(house: &House, watchers: &mut [Watcher], minutes: u32) -> Result<()> {
    for _ in 0..minutes {
        house.clock.advance(MINUTE);
        for watcher in &mut *watchers {
            watcher.step().await?;
        }
    }
    Ok(())
}

async fn of_kind(house: &House, kind: Kind) -> Result<Vec<Watch>> {
    let filter = WatchFilter { kind: Some(kind), limit: 9_999, ..WatchFilter::default() };
    Ok(house.ctx.store.list_watches(&filter).await?)
}

fn gauge(house: &House, kind: &str, count: usize) -> bool {
    let line = format!("todoke_watches_firing{{kind=\"{kind}\"}} {count}\n");
    house.ctx.metrics.render().contains(&line)
}

/// Five hundred lanes fail at once, and two processes look: one mail when it began, one when it
/// was over, and none in between, before or after.
pub async fn a_storm_of_lanes_is_one_alert(builder: Builder) -> Result<()> {
    let house = operations(builder).start().await?;
    let codes = some(&house, STORM);
    ensure!(codes.len() == STORM);
    lanes(&house, &codes, true).await?;
    let mut watchers = [Watcher::new(house.ctx.clone()), Watcher::new(house.ctx.clone())];
    pass(&house, &mut watchers, 59).await?;
    ensure!(of_kind(&house, Kind::LaneFailing).await?.is_empty(), "a minute too early");
    house.clock.advance(MINUTE);
    let (one, two) = watchers.split_at_mut(1);
    let (one, two) = tokio::join!(one[0].step(), two[0].step());
    ensure!(one? + two? == STORM, "each once");
    let begun = of_kind(&house, Kind::LaneFailing).await?;
    ensure!(begun.len() == STORM && begun.iter().all(|it| it.owner == Owner::Authority));
    ensure!(begun.iter().all(|it| it.detail == "connect_failed" && it.ended_at.is_none()));
    ensure!(house.letters_to(OPERATIONS)?.is_empty(), "it is gathered first");
    pass(&house, &mut watchers, 2).await?;
    ensure!(gauge(&house, "lane_failing", STORM) && gauge(&house, "dead_letters", 0));
    let letters = house.letters_to(OPERATIONS)?;
    ensure!(letters.len() == 1, "{}", letters.len());
    let (subject, text) = (&letters[0].subject, &letters[0].text);
    ensure!(subject == "【届出】運用のお知らせ(発生500件・解消0件)", "{subject}");
    ensure!(text.contains("■ 送付の失敗が続く経路(対応: 指定権者)"), "{text}");
    let named = house.ctx.config.watches.names_max;
    ensure!(text.contains(&format!("ほか{}", STORM - named)) && text.contains("/watches"));
    pass(&house, &mut watchers, 90).await?;
    ensure!(house.letters_to(OPERATIONS)?.len() == 1, "nothing has changed");
    // Half of them come back, and fail again before that counts.
    lanes(&house, &codes[..250], false).await?;
    pass(&house, &mut watchers, 4).await?;
    lanes(&house, &codes[..250], true).await?;
    pass(&house, &mut watchers, 30).await?;
    ensure!(house.letters_to(OPERATIONS)?.len() == 1, "it came and went");
    lanes(&house, &codes, false).await?;
    pass(&house, &mut watchers, 8).await?;
    let letters = house.letters_to(OPERATIONS)?;
    ensure!(letters.len() == 2 && letters[1].subject.ends_with("(発生0件・解消500件)"));
    ensure!(of_kind(&house, Kind::LaneFailing).await?.iter().all(|it| it.ended_at.is_some()));
    ensure!(gauge(&house, "lane_failing", 0));
    let alerts = house.ctx.store.newest_alerts(9).await?;
    ensure!(alerts.len() == 2 && alerts.iter().all(|it| it.state == AlertState::Sent));
    house.finish().await
}

/// A process that is a little behind begins and ends nothing that a later look saw otherwise; one
/// that is far ahead is told of, and nobody gets two mails for it.
pub async fn clocks_that_differ_tell_nothing_twice(builder: Builder) -> Result<()> {
    let house = operations(builder).start().await?;
    let codes = some(&house, 1);
    lanes(&house, &codes, true).await?;
    // Fifty seconds behind: within what is allowed.
    let behind = clock(&house, -50)?;
    let behind_ctx = beside(&house, behind).await?;
    let mut watchers = [Watcher::new(house.ctx.clone()), Watcher::new(behind_ctx.clone())];
    for _ in 0..60 {
        behind_ctx.clock.advance(MINUTE);
        pass(&house, &mut watchers, 1).await?;
    }
    let begun = of_kind(&house, Kind::LaneFailing).await?;
    ensure!(begun.len() == 1, "{begun:?}");
    let begun_at = begun[0].begun_at;
    ensure!(begun_at == house.clock.now_ms());
    watchers[1].step().await?;
    let after = of_kind(&house, Kind::LaneFailing).await?;
    ensure!(after.len() == 1 && after[0].gone_at.is_none(), "it goes on for the one behind");
    lanes(&house, &codes, false).await?;
    for minute in 0..12 {
        behind_ctx.clock.advance(MINUTE);
        pass(&house, &mut watchers, 1).await?;
        let all = of_kind(&house, Kind::LaneFailing).await?;
        ensure!(all.len() == 1, "{all:?}");
        ensure!(all[0].ended_at.is_some() == (minute >= 5), "{minute} {all:?}");
        ensure!(all[0].ended_at.is_none_or(|at| at > begun_at));
    }
    ensure!(of_kind(&house, Kind::ClockSkew).await?.is_empty());
    ensure!(house.letters_to(OPERATIONS)?.len() == 2, "its beginning and its end");
    // A day ahead: who is right cannot be known, so people are told, once.
    let ahead_ctx = beside(&house, clock(&house, 86_400)?).await?;
    let mut ahead = Watcher::new(ahead_ctx.clone());
    for _ in 0..20 {
        ahead_ctx.clock.advance(MINUTE);
        ahead.step().await?;
        pass(&house, &mut watchers[..1], 1).await?;
    }
    let skew = of_kind(&house, Kind::ClockSkew).await?;
    ensure!(skew.len() == 1 && skew[0].ended_at.is_none(), "{skew:?}");
    ensure!(skew[0].owner == Owner::Hub && skew[0].detail.ends_with(" ms"), "{skew:?}");
    ensure!(house.letters_to(OPERATIONS)?.len() == 3);
    // It is set right.
    drop(ahead);
    pass(&house, &mut watchers[..1], 20).await?;
    ensure!(of_kind(&house, Kind::ClockSkew).await?[0].ended_at.is_some());
    ensure!(house.letters_to(OPERATIONS)?.len() == 4);
    house.finish().await
}

/// A look that another process overtook leaves no trace, and an alert is sent by one at a time: its
/// sender vanishes, and another comes for it when the lease is over.
pub async fn an_alert_outlasts_a_relay_and_a_process(builder: Builder) -> Result<()> {
    let builder = operations(builder).with(|it| it.mail.url = "smtp://127.0.0.1:9".into());
    let mut house = builder.start().await?;
    lanes(&house, &some(&house, 2), true).await?;
    pass(&house, &mut [Watcher::new(house.ctx.clone())], 63).await?;
    let alert = house.ctx.store.newest_alerts(9).await?.remove(0);
    ensure!((alert.state, alert.begun) == (AlertState::Due, 2) && alert.tries > 0, "{alert:?}");
    let url = house.sandbox.mail_url();
    house
        .restart_with(move |builder| builder.set_config(move |it| it.mail.url.clone_from(&url)))
        .await?;
    let mut watchers = [Watcher::new(house.ctx.clone()), Watcher::new(house.ctx.clone())];
    house.clock.advance(Duration::from_hours(1));
    let now = house.clock.now_ms();
    let mut tx = house.ctx.store.begin().await?;
    ensure!(tx.claim_alerts((now, now + 300_000), 9).await?.len() == 1);
    tx.commit().await?;
    pass(&house, &mut watchers, 4).await?;
    ensure!(house.letters_to(OPERATIONS)?.is_empty(), "someone has it");
    house.clock.advance(MINUTE);
    let (one, two) = watchers.split_at_mut(1);
    let (one, two) = tokio::join!(one[0].step(), two[0].step());
    ensure!(one? + two? == 1, "one sends it");
    ensure!(house.letters_to(OPERATIONS)?.len() == 1);
    // What a newer build has to tell, this one does not send without its words.
    let newer = AlertRow {
        id: house.clock.id(),
        body: r#"[{"kind": "tide_rises"}]"#.into(),
        state: AlertState::Due,
        tries: 0,
        next_try_at: Some(house.clock.now_ms()),
        sent_at: None,
        ..alert
    };
    let mut tx = house.ctx.store.begin().await?;
    tx.insert_alerts(&[newer]).await?;
    tx.commit().await?;
    watchers[0].step().await?;
    let newer = house.ctx.store.newest_alerts(1).await?.remove(0);
    ensure!((newer.state, newer.tries) == (AlertState::Due, 1), "{newer:?}");
    ensure!(newer.why.is_some_and(|why| why.contains("alert_unreadable")));
    ensure!(house.letters_to(OPERATIONS)?.len() == 1);
    house.finish().await
}

/// An endpoint that answers looks and takes nothing is told as just that; one that answers nothing
/// as that; and when both work again both are over.
pub async fn a_look_that_succeeds_while_deliveries_fail_is_told(builder: Builder) -> Result<()> {
    let refusing = operations(builder).ladder(SAPPORO, &[Channel::Api]);
    let refusing = refusing.behaviour(SAPPORO, Behaviour::Refusing(503)).with(|config| {
        config.lane.failures_to_open = 1;
        config.lane.open_ms_max = 60_000;
        config.retry.ladder_seconds = vec![60];
        config.retry.tries_max = 1_000;
    });
    let mut house = refusing.start().await?;
    let surveyor = hub::watcher::Surveyor::new(house.ctx.clone());
    let mut watchers = [Watcher::new(house.ctx.clone())];
    ensure!(surveyor.step().await? == 1 && surveyor.step().await? == 0, "once a day");
    house.deliver(&change(SAPPORO, &[])).await?;
    for _ in 0..6 {
        house.advance(MINUTE * 10).await?;
        ensure!(surveyor.step().await? == 1, "often, while it is in trouble");
        watchers[0].step().await?;
    }
    let refuses = of_kind(&house, Kind::EndpointRefuses).await?;
    ensure!(refuses.len() == 1 && refuses[0].authority == Some(code(SAPPORO)), "{refuses:?}");
    ensure!(refuses[0].detail == "http_503", "{refuses:?}");
    ensure!(of_kind(&house, Kind::LaneFailing).await?.len() == 1);
    ensure!(of_kind(&house, Kind::EndpointSilent).await?.is_empty());
    // Now nobody is there at all.
    let dead = adapters::api::Config::new("http://127.0.0.1:9/in", "whsec_c2VjcmV0");
    house.set_endpoints(code(SAPPORO), &[adapters::Endpoint::Api(dead)]).await?;
    for _ in 0..6 {
        house.advance(MINUTE * 10).await?;
        surveyor.step().await?;
        watchers[0].step().await?;
    }
    let silent = of_kind(&house, Kind::EndpointSilent).await?;
    ensure!(silent.len() == 1 && silent[0].ended_at.is_none(), "{silent:?}");
    ensure!(of_kind(&house, Kind::EndpointRefuses).await?[0].ended_at.is_some());
    // It works again.
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    let healthy = adapters::Endpoint::Api(house.sandbox.api_endpoint(code(SAPPORO)));
    house.set_endpoints(code(SAPPORO), &[healthy]).await?;
    for _ in 0..4 {
        house.advance(MINUTE * 10).await?;
        surveyor.step().await?;
        watchers[0].step().await?;
    }
    for kind in [Kind::EndpointSilent, Kind::EndpointRefuses, Kind::LaneFailing] {
        let all = of_kind(&house, kind).await?;
        ensure!(all.iter().all(|it| it.ended_at.is_some()), "{all:?}");
    }
    // An endpoint that is no more is no probe.
    house.set_endpoints(code(SAPPORO), &[]).await?;
    surveyor.step().await?;
    ensure!(house.ctx.store.probes().await?.is_empty());
    house.finish().await
}
