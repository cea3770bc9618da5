//! Each process says every while that it lives, and what it does; so people see at a glance which
//! roles nobody has.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::context::Context;
use crate::role::Role;
use crate::store::{ProcessRow, StoreError};

/// Says that this process lives.
pub struct Heart {
    ctx: Arc<Context>,
    row: ProcessRow,
}

impl Heart {
    /// Of a process with these roles that listens there.
    pub fn new(ctx: Arc<Context>, roles: &[Role], address: SocketAddr) -> Self {
        let now = ctx.clock.now_ms();
        let row = ProcessRow {
            id: ctx.clock.id(),
            host: host(),
            address: address.to_string(),
            roles: roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" "),
            build: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: now,
            heard_at: now,
        };
        Self { ctx, row }
    }

    /// Until the stop: a beat, then a rest.
    pub async fn run(mut self) {
        let rest = Duration::from_millis(self.ctx.config.processes.beat_ms);
        loop {
            if let Err(error) = self.beat().await {
                tracing::warn!(%error, "this process cannot say that it lives");
            }
            let stop = self.ctx.stop.run_until_cancelled(tokio::time::sleep(rest));
            if stop.await.is_none() {
                return;
            }
        }
    }

    /// It lives.
    pub async fn beat(&mut self) -> Result<(), StoreError> {
        self.row.heard_at = self.ctx.clock.now_ms();
        let mut tx = self.ctx.store.begin().await?;
        tx.save_process(&self.row).await?;
        tx.commit().await
    }
}

fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// A role, and who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manned {
    /// Which.
    pub role: Role,
    /// Processes that have it and were heard of not long ago.
    pub living: usize,
    /// When one that has it was heard of last, in milliseconds.
    pub heard_at: Option<i64>,
}

/// Whether a process was heard of within so many milliseconds.
pub fn lives(row: &ProcessRow, now: i64, silent_ms: i64) -> bool {
    now - row.heard_at <= silent_ms
}

fn has(row: &ProcessRow, role: Role) -> bool {
    row.roles.split(' ').any(|word| word == role.as_str())
}

/// All roles, and who has them.
pub fn manned(rows: &[ProcessRow], now: i64, silent_ms: i64) -> Vec<Manned> {
    let of_role = |role: Role| {
        let own = || rows.iter().filter(move |row| has(row, role));
        Manned {
            role,
            living: own().filter(|row| lives(row, now, silent_ms)).count(),
            heard_at: own().map(|row| row.heard_at).max(),
        }
    };
    Role::ALL.into_iter().map(of_role).collect()
}

/// Roles that somebody had and nobody has, and when that one was heard of last. None where nothing
/// lives: nobody is there who would miss them. A process of a build before says nothing, so what
/// nobody was heard of with is not missed.
pub fn missing(rows: &[ProcessRow], now: i64, silent_ms: i64) -> Vec<(Role, i64)> {
    if !rows.iter().any(|row| lives(row, now, silent_ms)) {
        return Vec::new();
    }
    let all = manned(rows, now, silent_ms).into_iter().filter(|it| it.living == 0);
    all.filter_map(|it| Some((it.role, it.heard_at?))).collect()
}

/// Processes that were not heard of for so long, and whose roles others have.
pub fn forgotten(
    rows: &[ProcessRow],
    now: i64,
    (silent_ms, keep_ms): (i64, i64),
) -> Vec<ProcessRow> {
    let all = manned(rows, now, silent_ms);
    let old = rows.iter().filter(|row| now - row.heard_at > keep_ms && is_replaced(row, &all));
    old.cloned().collect()
}

/// Whether every role of a process has somebody who lives.
pub fn is_replaced(row: &ProcessRow, all: &[Manned]) -> bool {
    all.iter().all(|it| it.living > 0 || !has(row, it.role))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(roles: &str, started_at: i64, heard_at: i64) -> ProcessRow {
        ProcessRow {
            id: uuid::Uuid::from_u128(u128::from(started_at.unsigned_abs())),
            host: "a".to_owned(),
            address: "127.0.0.1:8080".to_owned(),
            roles: roles.to_owned(),
            build: "1".to_owned(),
            started_at,
            heard_at,
        }
    }

    const ALL_BUT_NOTIFIER: &str = "intake router courier review upkeep";

    #[test]
    fn a_role_is_missing_once_nobody_with_it_was_heard_of_for_so_long() {
        let rows = [row(ALL_BUT_NOTIFIER, 0, 1_000), row("notifier", 1, 940)];
        assert_eq!(missing(&rows, 1_000, 60), []);
        assert_eq!(missing(&rows, 1_001, 60), [(Role::Notifier, 940)]);
        let others = [row("notifier", 2, 1_001)];
        assert_eq!(missing(&[&rows[..], &others].concat(), 1_001, 60), []);
    }

    #[test]
    fn what_nobody_ever_had_or_nobody_would_miss_is_not_missing() {
        let rows = [row(ALL_BUT_NOTIFIER, 900, 1_000)];
        assert_eq!(missing(&rows, 1_050, 60), []);
        let rows = [row("notifier", 900, 1_000)];
        assert_eq!(missing(&rows, 1_061, 60), []);
    }

    #[test]
    fn who_went_is_forgotten_once_others_have_all_of_its_roles() {
        let (gone, here) = (row("intake notifier", 1, 100), row("intake", 2, 1_000));
        let rows = [gone.clone(), here.clone()];
        assert_eq!(forgotten(&rows, 1_000, (60, 500)), []);
        let rows = [gone.clone(), here, row("notifier", 3, 1_000)];
        assert_eq!(forgotten(&rows, 600, (60, 500)), []);
        assert_eq!(forgotten(&rows, 1_000, (60, 500)), [gone]);
    }
}
