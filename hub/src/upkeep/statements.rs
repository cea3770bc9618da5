//! Statements: writes down in sum what each authority was brought on a day that is over, for the
//! page that shows who has answered (`statements/mod.rs`).
//!
//! Reads `deliveries`, writes `statements`, and `statement_handouts` for those who asked to be
//! handed theirs (`statements/wish.rs`, `teller.rs`). Days behind are looked through once after
//! each start, too: what was written is written again as it is, so that a restart misses nothing,
//! and two processes do no harm.

use std::collections::VecDeque;

use jiff::civil::Date;
use routing::Body;
use schemas::AuthorityId;

use super::Upkeep;
use crate::context::{Context, day_in_japan};
use crate::statements::wish::{self, Wishes};
use crate::statements::{Statement, StatementProblem, handout, span};
use crate::store::StoreError;

/// Statements written in one commit at most.
const BATCH_MAX: usize = 20;

/// How far the days are written down.
#[derive(Debug, Default)]
pub(super) struct Days {
    /// Whether it is written down since when the settings ask.
    is_noted: bool,
    /// The last that is.
    done: Option<Date>,
    /// The day at hand, and who is left in it.
    pass: Option<(Date, VecDeque<AuthorityId>)>,
}

impl Upkeep {
    /// Writes some days down.
    pub(super) async fn write_statements(&mut self) -> anyhow::Result<()> {
        let ctx = &self.ctx;
        if !self.days.is_noted {
            wish::note_settings(ctx).await?;
            self.days.is_noted = true;
        }
        if self.days.pass.is_none() {
            let Some(day) = next(ctx, self.days.done) else { return Ok(()) };
            self.days.pass = Some((day, brought_to(ctx, day).await?));
        }
        let Some((day, left)) = &mut self.days.pass else { return Ok(()) };
        let (mut rows, mut handouts) = (Vec::new(), Vec::new());
        let now = ctx.clock.now_ms();
        let batch: Vec<AuthorityId> = left.iter().take(BATCH_MAX).copied().collect();
        let wishes = Wishes::read(&ctx.store, &batch).await?;
        for authority in &batch {
            match Statement::read(ctx, *authority, *day).await {
                Ok(statement) => {
                    rows.push(statement.row(now));
                    handouts.extend(handout::due(ctx, &wishes, (*authority, *day)));
                }
                Err(StatementProblem::Store(error)) => return Err(error.into()),
                Err(problem) => tracing::error!(
                    authority.code = %authority, %problem, "a statement could not be made"
                ),
            }
        }
        if !rows.is_empty() {
            let mut tx = ctx.store.begin().await?;
            tx.save_statements(&rows).await?;
            tx.insert_handouts(&handouts).await?;
            tx.commit().await?;
        }
        left.drain(..batch.len());
        if left.is_empty() {
            self.days.done = Some(*day);
            self.days.pass = None;
        }
        Ok(())
    }
}

/// The next day that is over and not written down by this process.
fn next(ctx: &Context, done: Option<Date>) -> Option<Date> {
    let settings = &ctx.config.reconciliation;
    let settled = ctx.clock.now_ms() - settings.settle_minutes * 60_000;
    let last = day_in_japan(settled).yesterday().ok()?;
    let back = i64::from(settings.days.checked_sub(1)?);
    let first = last.saturating_sub(jiff::Span::new().try_days(back).ok()?);
    let day = match done {
        Some(done) => done.tomorrow().ok()?.max(first),
        None => first,
    };
    (day <= last).then_some(day)
}

/// Authorities and unions that were brought anything on a day.
async fn brought_to(ctx: &Context, day: Date) -> Result<VecDeque<AuthorityId>, StoreError> {
    let Some(span) = span(day) else { return Ok(VecDeque::new()) };
    let master = ctx.master();
    let bodies = master.authorities_on(day).map(Body::from);
    let bodies = bodies.chain(master.unions_on(day).map(Body::from));
    let codes: Vec<AuthorityId> = bodies.map(|body| body.id).collect();
    Ok(ctx.store.brought_to(&codes, span).await?.into())
}
