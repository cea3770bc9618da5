//! Checks: what came of those that are under way, those that are due by the schedule, and tests
//! that nobody purged.
//!
//! Reads `checks`, `deliveries`; writes `checks`, `stages`, and what a test is made of
//! (`checks/mod.rs`).

use std::collections::HashMap;

use schemas::{AuthorityId, Channel};

use super::Upkeep;
use crate::actor::Actor;
use crate::checks::{self, CheckProblem};
use crate::context::{Context, day_in_japan};
use crate::store::{CheckRow, CheckState, Purge};

/// Who asks for what the schedule sends, for the record.
const SCHEDULE: &str = "hub:schedule";

const DAY_MS: i64 = 86_400_000;

impl Upkeep {
    /// What came of checks that are under way. Gives how many changed.
    pub(super) async fn settle_checks(&self) -> anyhow::Result<usize> {
        Ok(checks::settle(&self.ctx, (None, self.ctx.config.upkeep.batch_max)).await?)
    }

    /// Sends the check that is due next, if it is time for one, and purges tests whose time is
    /// over.
    pub(super) async fn tend_checks(&self) -> anyhow::Result<()> {
        let (ctx, settings) = (&self.ctx, &self.ctx.config.checks);
        let now = ctx.clock.now_ms();
        if settings.every_days > 0
            && let Some(way) = due(ctx, now).await?
        {
            let by = Actor { person: SCHEDULE.into(), name: "定期の疎通確認".into() };
            match checks::send_by_schedule(ctx, way, &by).await {
                Ok(_) => {}
                Err(CheckProblem::Store(error)) => return Err(error.into()),
                Err(problem) => tracing::error!(
                    authority.code = %way.0, channel = %way.1, %problem, "no check was sent"
                ),
            }
        }
        let limit = ctx.config.upkeep.batch_max;
        let mut tx = ctx.store.begin().await?;
        if settings.keep_days > 0 {
            let before = now - settings.keep_days * DAY_MS;
            let which = Purge { authority: None, delivery: None, before, limit };
            let gone = tx.purge_tests(which).await?;
            if !gone.is_empty() {
                tracing::info!(tests = gone.len(), "tests that nobody purged are gone");
            }
        }
        tx.delete_old_checks(now - settings.results_keep_days * DAY_MS, limit).await?;
        Ok(tx.commit().await?)
    }
}

/// The way that was not checked for longest, if one is due and none was sent a moment ago.
async fn due(ctx: &Context, now: i64) -> anyhow::Result<Option<(AuthorityId, Channel)>> {
    let settings = &ctx.config.checks;
    let newest = ctx.store.newest_checks().await?;
    let last = newest.iter().filter(|row| row.person == SCHEDULE).map(|row| row.sent_at).max();
    if last.is_some_and(|at| now - at < settings.pace_ms) {
        return Ok(None);
    }
    let newest: HashMap<_, &CheckRow> =
        newest.iter().map(|row| ((row.authority, row.channel), row)).collect();
    let before = now - settings.every_days * DAY_MS;
    let (directory, today) = (ctx.directory.load_full(), day_in_japan(now));
    let ways = directory.all().map(|(authority, endpoint)| (authority, endpoint.channel()));
    let due = ways
        .filter(|(_, channel)| matches!(channel, Channel::Api | Channel::Sftp))
        .filter(|(authority, _)| ctx.master().body(*authority, today).is_some())
        .filter(|way| {
            let last = newest.get(way);
            last.is_none_or(|row| row.state != CheckState::Open && row.sent_at <= before)
        });
    Ok(due.min_by_key(|way| (newest.get(way).map_or(0, |row| row.sent_at), *way)))
}
