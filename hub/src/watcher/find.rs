//! What a look finds: everything that is so at this moment, whether or not anybody knows of it.

use std::collections::{HashMap, HashSet};

use adapters::Endpoint;
use jiff::Span;
use schemas::{AuthorityId, Channel, DeliveryId, Owner, Why};

use crate::context::{Context, day_in_japan, end_in_japan, open_day_before};
use crate::heart;
use crate::judgement::deadline_ends;
use crate::lane::{Breaker, Lane};
use crate::store::{CheckState, ProbeRow, StoreError, WatchedDelivery};
use crate::watch::{Found, Kind};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Filings whose deadlines are read at once.
const READ_MAX: usize = 200;

/// All that is found.
pub(super) async fn all(
    ctx: &Context,
    deadlines: &mut HashMap<DeliveryId, Vec<i64>>,
    now: i64,
) -> Result<Vec<Found>, StoreError> {
    let (lanes, probes) = (ctx.store.lanes().await?, ctx.store.probes().await?);
    let mut found = lanes_in_trouble(ctx, (&lanes, &probes), now);
    let failed = failed_checks(ctx, &found, &probes).await?;
    found.extend(failed);
    found.extend(credentials(ctx, &probes, now));
    found.extend(backlog(ctx, now).await?);
    found.extend(decisions(ctx, now).await?);
    found.extend(statements(ctx, now).await?);
    found.extend(near_deadlines(ctx, deadlines, now).await?);
    Ok(found)
}

/// What only fails, what is suspended, what does not answer, and what answers and takes nothing.
fn lanes_in_trouble(
    ctx: &Context,
    (lanes, probes): (&[Lane], &[ProbeRow]),
    now: i64,
) -> Vec<Found> {
    let settings = &ctx.config.watches;
    let (failing_ms, silent_ms) =
        (settings.failing_minutes * MINUTE_MS, settings.silent_minutes * MINUTE_MS);
    let probes: HashMap<_, _> = probes.iter().map(|it| ((it.authority, it.channel), it)).collect();
    // One that cannot be reached is its authority's matter; many at once are rather our own line's.
    let lost = |lane: &Lane| {
        let is_network = lane.last_owner == Some(Owner::Network);
        lane.channel != Channel::Email && lane.failing_since.is_some() && is_network
    };
    let many = settings.network_lanes;
    let is_common = many > 0 && lanes.iter().filter(|lane| lost(lane)).count() >= many;
    let turn = |lane: &Lane| match (lane.channel, lane.last_owner) {
        // All mails take the relay of `mail.url`: that it is not reached is ours.
        (Channel::Email, Some(Owner::Network)) => Owner::Hub,
        (_, Some(Owner::Network)) if is_common => Owner::Network,
        (_, _) => Owner::Authority,
    };
    let mut found = Vec::new();
    let turns: HashMap<_, _> =
        lanes.iter().map(|lane| ((lane.authority, lane.channel), turn(lane))).collect();
    for lane in lanes {
        let key = (lane.authority, lane.channel);
        let code = lane.last_error.clone().unwrap_or_default();
        let owner = turns.get(&key).copied().unwrap_or(Owner::Authority);
        let of_lane = |kind, since| {
            let found = Found::of_lane(kind, key, since, code.clone());
            Found { owner, ..found }
        };
        if let Some(since) = lane.paused_at.filter(|_| settings.paused_hours > 0) {
            let why = lane.paused_why.clone().unwrap_or_default();
            let paused = Found::of_lane(Kind::LanePaused, key, since, why);
            let paused = Found { owner: Owner::Hub, ..paused };
            found.push(paused.after(now, settings.paused_hours * HOUR_MS));
        }
        if let Some(since) = lane.suspended_at {
            found.push(of_lane(Kind::LaneSuspended, since));
        }
        let Some(since) = lane.failing_since.filter(|_| lane.breaker != Breaker::Closed) else {
            continue;
        };
        if failing_ms == 0 {
            continue;
        }
        let failing = of_lane(Kind::LaneFailing, since);
        found.push(failing.after(now, failing_ms));
        let answers = probes.get(&key).is_some_and(|probe| {
            probe.code.is_none() && probe.looked_at.is_some_and(|at| at >= since)
        });
        if answers {
            let refuses = of_lane(Kind::EndpointRefuses, since);
            found.push(refuses.after(now, failing_ms));
        }
    }
    for probe in probes.values().filter(|_| silent_ms > 0) {
        if let (Some(since), Some(code)) = (probe.failing_since, &probe.code) {
            let key = (probe.authority, probe.channel);
            let owner = turns.get(&key).copied().unwrap_or(Owner::Authority);
            let silent = Found::of_lane(Kind::EndpointSilent, key, since, code.clone());
            let silent = Found { owner, ..silent };
            found.push(silent.after(now, silent_ms));
        }
    }
    found
}

/// Endpoints that answer a look, and let the newest check of them down: until another is proved.
async fn failed_checks(
    ctx: &Context,
    found: &[Found],
    probes: &[ProbeRow],
) -> Result<Vec<Found>, StoreError> {
    let silent: HashSet<_> = probes
        .iter()
        .filter(|probe| probe.code.is_some())
        .map(|probe| (probe.authority, probe.channel))
        .collect();
    let refused: HashSet<_> = found
        .iter()
        .filter(|it| it.kind == Kind::EndpointRefuses)
        .filter_map(|it| Some((it.authority?, it.channel?)))
        .collect();
    let theirs = |owner: Option<Owner>| matches!(owner, Some(Owner::Authority | Owner::Network));
    let newest = ctx.store.newest_checks().await?;
    let failed = newest.into_iter().filter(|row| {
        let way = (row.authority, row.channel);
        // What lies in an inbox is for the authority's staff, not a fault of its endpoint.
        row.state == CheckState::Failed
            && row.channel != Channel::Pull
            && theirs(row.owner)
            && !silent.contains(&way)
            && !refused.contains(&way)
    });
    let found = failed.map(|row| {
        let (way, since) = ((row.authority, row.channel), row.ended_at.unwrap_or(row.sent_at));
        Found::of_lane(Kind::EndpointRefuses, way, since, row.code.unwrap_or_default())
    });
    Ok(found.collect())
}

/// Certificates as looks found them, and what an endpoint's settings say of its key or password.
fn credentials(ctx: &Context, probes: &[ProbeRow], now: i64) -> Vec<Found> {
    let near_ms = ctx.config.watches.credential_days * DAY_MS;
    let certificates = probes.iter().filter_map(|probe| {
        Some(((probe.authority, probe.channel), probe.expires_at?, Owner::Authority, "certificate"))
    });
    let directory = ctx.directory.load();
    // Who issued it is the authority; who has to set the next one is the hub's staff.
    let settings = directory.all().filter_map(|(authority, endpoint)| {
        let end = end_in_japan(endpoint.expires_on()?)?;
        Some(((authority, endpoint.channel()), end, Owner::Hub, "credential"))
    });
    let found = certificates.chain(settings).map(|(key, end, owner, what)| {
        let found = Found::of_lane(Kind::CredentialExpiring, key, end - near_ms, what.to_owned());
        let subject = format!("{}/{what}", found.subject);
        Found { subject, owner, due_at: Some(end), ..found }
    });
    found.filter(|it| near_ms > 0 && it.since <= now).collect()
}

/// Roles that no process has.
pub(super) async fn roles(ctx: &Context, now: i64) -> Result<Vec<Found>, StoreError> {
    let rows = ctx.store.processes().await?;
    let missing = heart::missing(&rows, now, ctx.config.processes.silent_ms).into_iter();
    let found = missing.map(|(role, since)| {
        Found::of_hub(Kind::RoleMissing, (role.as_str(), since), role.as_str().to_owned())
    });
    Ok(found.collect())
}

/// What waits within the hub for too long, and what could not be worked on.
async fn backlog(ctx: &Context, now: i64) -> Result<Vec<Found>, StoreError> {
    let (open, settings) = (ctx.store.backlog().await?, &ctx.config.watches);
    let mut found = Vec::new();
    for (what, ms) in open.ages(now) {
        let minutes = match what {
            "notices" => settings.notices_minutes,
            _ => settings.backlog_minutes,
        };
        if ms > 0 && minutes > 0 {
            let waits = Found::of_hub(Kind::BacklogAge, (what, now - ms), what.to_owned());
            found.push(waits.after(now, minutes * MINUTE_MS));
        }
    }
    if open.dead_letters > 0 {
        let count = open.dead_letters.to_string();
        found.push(Found::of_hub(Kind::DeadLetters, ("", now), count));
    }
    Ok(found)
}

/// Authorities that answer by file or by their own program, and have accepted nothing for days
/// though filings wait for them.
async fn decisions(ctx: &Context, now: i64) -> Result<Vec<Found>, StoreError> {
    let days = ctx.config.watches.decision_days;
    let today = day_in_japan(now);
    let first = open_day_before(ctx.forms.deadlines().calendar(), today, days);
    let before = first.yesterday().ok().and_then(end_in_japan).unwrap_or_default();
    let directory = ctx.directory.load_full();
    let answering = directory.all().filter(|(_, endpoint)| match endpoint {
        Endpoint::Api(_) => true,
        Endpoint::Sftp(config) => config.result_folder.is_some(),
        Endpoint::Email(_) | Endpoint::Pull(_) => false,
    });
    let lanes: Vec<(AuthorityId, Channel)> =
        answering.filter(|_| days > 0).map(|(code, it)| (code, it.channel())).collect();
    let rows = ctx.store.unanswered_lanes(&lanes, before).await?;
    let found = rows.into_iter().map(|row| {
        let key = (row.authority, row.channel);
        Found::of_lane(Kind::DecisionsMissing, key, row.since, days.to_string())
    });
    Ok(found.collect())
}

/// Statements that could not be handed out, of days that are not long ago: one of each authority.
async fn statements(ctx: &Context, now: i64) -> Result<Vec<Found>, StoreError> {
    let days = ctx.config.watches.statement_days;
    if days == 0 {
        return Ok(Vec::new());
    }
    let back = Span::new().try_days(days).unwrap_or_default();
    let first = day_in_japan(now).saturating_sub(back);
    let rows = ctx.store.failed_handouts(first).await?;
    let found = rows.into_iter().map(|row| {
        let why: Option<Why> = row.why.and_then(|why| serde_json::from_str(&why).ok());
        let (owner, code) = why.map_or((Owner::Hub, String::new()), |why| (why.owner, why.code));
        let whose = row.authority.to_string();
        let failed = Found::of_hub(Kind::StatementFailed, (whose.as_str(), row.since), code);
        // The way there is the authority's to mend, as with deliveries.
        let owner = if owner == Owner::Hub { Owner::Hub } else { Owner::Authority };
        Found { authority: Some(row.authority), owner, ..failed }
    });
    Ok(found.collect())
}

/// Filings that an authority does not have though their last day is near or has passed.
async fn near_deadlines(
    ctx: &Context,
    known: &mut HashMap<DeliveryId, Vec<i64>>,
    now: i64,
) -> Result<Vec<Found>, StoreError> {
    let settings = &ctx.config.watches;
    let (near_ms, past_ms) =
        (settings.deadline_hours * HOUR_MS, settings.deadline_past_days * DAY_MS);
    if near_ms == 0 {
        return Ok(Vec::new());
    }
    let all = ctx.store.watched_deliveries(settings.deliveries_max).await?;
    if all.len() >= settings.deliveries_max {
        tracing::warn!("more than watches.deliveries_max are in trouble; the oldest not watched");
    }
    learn(ctx, known, &all).await?;
    let mut found = Vec::new();
    for delivery in all {
        let ends = known.get(&delivery.id).map_or(&[][..], Vec::as_slice);
        let next = ends.iter().copied().filter(|end| *end > now).min();
        let Some(end) = next.or_else(|| ends.iter().copied().max()) else { continue };
        if now < end - near_ms || now > end + past_ms {
            continue;
        }
        let subject = format!("{}/{}", delivery.filing_id, delivery.authority);
        let near =
            Found::of_hub(Kind::DeadlineNear, (subject.as_str(), end - near_ms), delivery.cause);
        found.push(Found {
            authority: Some(delivery.authority),
            filing_id: Some(delivery.filing_id),
            owner: delivery.owner.unwrap_or(Owner::Hub),
            due_at: Some(end),
            // What was filed on its last day has not had its chance yet.
            is_ripe: now - delivery.created_at >= settings.deadline_minutes * MINUTE_MS,
            ..near
        });
    }
    Ok(found)
}

/// Reads the deadlines of what is new, and forgets those of what is in trouble no more.
async fn learn(
    ctx: &Context,
    known: &mut HashMap<DeliveryId, Vec<i64>>,
    all: &[WatchedDelivery],
) -> Result<(), StoreError> {
    let ids: HashSet<DeliveryId> = all.iter().map(|it| it.id).collect();
    known.retain(|id, _| ids.contains(id));
    let whose: HashMap<DeliveryId, AuthorityId> =
        all.iter().map(|it| (it.id, it.authority)).collect();
    let new: Vec<DeliveryId> =
        all.iter().map(|it| it.id).filter(|id| !known.contains_key(id)).collect();
    for ids in new.chunks(READ_MAX) {
        for parcel in ctx.store.parcels(ids).await? {
            let Some(authority) = whose.get(&parcel.id) else { continue };
            // Nobody has to have taken back a filing by its deadline.
            let is_filing = parcel.action != "withdraw";
            let ends = if is_filing { deadline_ends(ctx, &parcel, *authority) } else { vec![] };
            known.insert(parcel.id, ends);
        }
    }
    Ok(())
}
