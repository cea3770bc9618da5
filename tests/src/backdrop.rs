//! What a demo of minutes does not come to by itself, put into its store behind its back:
//! prefectures that were brought yesterday what they have, with the statements of that day, and
//! messages that nobody can work on.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use hub::broker::topology::{NOTIFIER, ROUTER};
use hub::clock::Clock;
use hub::context::day_in_japan;
use hub::statements::{Statement, span};
use hub::store::{DeadLetterRow, Store};
use routing::{Body, Master};

use crate::contracts::store::raw;

/// Packages of one authority that are read.
const PACKAGES_MAX: usize = 10_000;
/// A day.
const DAY_MS: i64 = 86_400_000;

/// Puts it there, into an embedded store beside its hub.
pub async fn hang(file: &Path) -> Result<()> {
    let url = format!("sqlite:{}", file.display());
    let clock = Arc::new(Clock::system());
    let store = Store::open(&url, 1, Arc::clone(&clock)).await?;
    // Codes of prefectures end in 000 and their check digit.
    let earlier = format!(
        "UPDATE deliveries SET delivered_at = delivered_at - {DAY_MS}
         WHERE state = 'delivered' AND authority LIKE '__000_'"
    );
    raw(&url, earlier).await?;
    let now = clock.now_ms();
    let day = day_in_japan(now).yesterday()?;
    let mut rows = Vec::new();
    for Body { id: authority, .. } in Master::embedded()?.authorities_on(day).map(Body::from) {
        let span = span(day).context("a day")?;
        let packages = store.brought(authority, span, PACKAGES_MAX).await?;
        if !packages.is_empty() {
            rows.push(Statement { authority, day, packages }.row(now));
        }
    }
    let letter = |queue: &str, reason: &str, body: &str| DeadLetterRow {
        id: clock.id(),
        queue: queue.to_owned(),
        reason: reason.to_owned(),
        body: hex::encode(body),
        at: now,
    };
    let letters = [
        letter(ROUTER, "unreadable: expected value at line 1 column 1", "届出\n{\"id\": "),
        letter(NOTIFIER, "unreadable: missing field `notice`", "{\"version\":1}"),
    ];
    let mut tx = store.begin().await?;
    tx.save_statements(&rows).await?;
    tx.insert_dead_letters(&letters).await?;
    Ok(tx.commit().await?)
}
