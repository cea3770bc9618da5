//! With years of finished rows in it, PostgreSQL finds what is due by indexes: no statement of a
//! stage, a list or a look-up reads a big table from end to end.
//!
//! A new statement with a text parameter is named in `plans/asked.rs` with what it is asked for, or
//! in `LEFT_OUT` when it must read everything. Statements with arrays are tried with arrays of
//! nothing.

mod asked;
mod checks;
mod figures;
mod pages;
mod staff_acts;
mod troubled;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tests::contracts::store::{Bench, statements};
use tests::servers::Postgres;

use asked::asked;

/// What reads everything, seldom and for all who look: counts for pages. What reads small tables.
/// What embedded engines alone call.
const LEFT_OUT: [&str; 30] = [
    "all_amendments",
    "all_asked",
    "all_dead_letters",
    "all_endpoints",
    "all_lanes",
    "all_probes",
    "all_processes",
    "all_stages",
    "lock_staff_acts",
    "lock_stages",
    "drop_unasked_handouts",
    "newest_checks",
    "stages_told",
    "count_deliveries",
    "count_filings",
    "count_notices",
    "count_prefectures",
    "count_reviews",
    "count_totals",
    "count_watches",
    "list_api_keys",
    "lock_amendments",
    "lock_lanes",
    "lock_watch_look",
    "open_watches",
    "ping",
    "release_outbox",
    "untold_watches",
    "waits_left",
    "watch_look",
];

/// What has arrays, but of lanes and authorities, and counts what is in some state there.
const COUNTED: [&str; 2] = ["count_undecided", "lane_loads"];

#[tokio::test]
async fn no_statement_reads_a_big_table_from_end_to_end() -> Result<()> {
    let url = Postgres::shared().fresh_database().await?;
    let bench = Bench::open(url.clone(), None).await?;
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::raw_sql("SET synchronous_commit = off").execute(&mut connection).await?;
    sqlx::raw_sql(include_str!("plans/crowd.sql")).execute(&mut connection).await?;
    let asked = asked(&mut connection).await?;
    let anew = planned_anew()?;
    // Partitions too; those of the months ahead are empty, and nothing to read is read at once.
    let big = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples > 1000";
    let big: Vec<String> = sqlx::query_scalar(big).fetch_all(&mut connection).await?;
    ensure!(big.iter().filter(|table| table.starts_with("events_")).count() > 1, "{big:?}");
    // Few rows by the statistics, but until a vacuum all that have left it, too: what has keys in
    // hand goes by them.
    let partial =
        "SELECT c.relname::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
         WHERE i.indpred IS NOT NULL";
    let partial: Vec<String> = sqlx::query_scalar(partial).fetch_all(&mut connection).await?;
    let mut faults = Vec::new();
    for (name, text) in statements("postgres")? {
        let name = name.trim_end_matches(".sql");
        let of_name: Vec<_> = asked.iter().filter(|(of, ..)| *of == name).collect();
        let arrays = arrays(&text);
        let cases: Vec<(String, Option<&str>)> = if !arrays.is_empty() {
            let nothing: Vec<_> = arrays.iter().map(|of| array_of_nothing(of)).collect();
            vec![(nothing.join(", "), None)]
        } else if of_name.is_empty() {
            ensure!(LEFT_OUT.contains(&name), "name {name} in this file: see its first lines");
            continue;
        } else {
            of_name.into_iter().map(|(_, with, by)| (quoted(with), *by)).collect()
        };
        let is_by_key = !arrays.is_empty() && !COUNTED.contains(&name);
        let no_way: &[String] = if is_by_key { &partial } else { &[] };
        let types = if arrays.is_empty() { vec!["text".to_owned()] } else { arrays };
        for (with, by) in cases {
            let tries = if anew.contains(name) { 0 } else { 6 };
            let plan = settle(&mut connection, (&types.join(", "), &text, &with), tries).await;
            let plan = plan.with_context(|| name.to_owned())?;
            // It counts the outbox, which is short unless a broker is away.
            let is_counted = |table: &str| name == "count_backlog" && table == "outbox";
            let big: Vec<_> = big.iter().filter(|table| !is_counted(table)).collect();
            let fault = fault(&plan, &big, (by, no_way));
            faults.extend(fault.map(|what| format!("{name} ({with:.200}): {what}")));
        }
    }
    bench.store.close().await;
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// The plan that a long-lived connection settles on: after some calls PostgreSQL may take one plan
/// for all.
async fn settle(
    connection: &mut PgConnection,
    (types, text, with): (&str, &str, &str),
    tries: usize,
) -> Result<Value> {
    let mut run = async |statement: String| {
        sqlx::raw_sql(AssertSqlSafe(statement)).fetch_optional(&mut *connection).await
    };
    run(format!("PREPARE asked ({types}) AS {text}")).await?;
    for _ in 0..tries {
        run(format!("EXPLAIN EXECUTE asked ({with})")).await?;
    }
    let row = run(format!("EXPLAIN (FORMAT JSON) EXECUTE asked ({with})")).await?;
    let plan: String = row.context("no plan")?.try_get_unchecked(0)?;
    run("DEALLOCATE asked".to_owned()).await?;
    Ok(serde_json::from_str(&plan)?)
}

/// What is wrong with a plan; `by` is the index that it must go by, `no_way` those it must not.
fn fault(plan: &Value, big: &[&String], (by, no_way): (Option<&str>, &[String])) -> Option<String> {
    let mut nodes = vec![&plan[0]["Plan"]];
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        nodes.extend(node["Plans"].as_array().into_iter().flatten());
        at += 1;
    }
    let is_whole = |node: &&&Value| {
        let table = node["Relation Name"].as_str().unwrap_or_default();
        node["Node Type"] == "Seq Scan" && big.iter().any(|big| *big == table)
    };
    if let Some(whole) = nodes.iter().find(is_whole) {
        return Some(format!("reads all of {}", whole["Relation Name"]));
    }
    let used: Vec<_> = nodes.iter().filter_map(|node| node["Index Name"].as_str()).collect();
    if let Some(index) = used.iter().find(|used| no_way.iter().any(|index| index == *used)) {
        return Some(format!("has keys, and goes by {index}"));
    }
    let by = by?;
    let is_by = by.split('|').any(|by| used.contains(&by));
    (!is_by).then(|| format!("goes by {used:?}, not by {by}"))
}

/// The types of a statement's array parameters.
fn arrays(text: &str) -> Vec<String> {
    let casts = text.split("::").filter_map(|cast| cast.split_once("[]"));
    let types = casts.map(|(of, _)| of).filter(|of| of.chars().all(char::is_alphanumeric));
    types.map(|of| format!("{of}[]")).collect()
}

/// As many rows as a batch has, so that the plan is one for a batch.
fn array_of_nothing(of: &str) -> String {
    format!("array_fill(NULL::{}, ARRAY[256])", of.trim_end_matches("[]"))
}

fn quoted(with: &Value) -> String {
    format!("'{}'", with.to_string().replace('\'', "''"))
}

/// The statements that the driver plans at each call, by the hub's own source.
fn planned_anew() -> Result<BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hub/src/store");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|of| of == "rs") {
            let text = std::fs::read_to_string(path)?;
            let calls =
                text.split("sql!(\"").filter_map(|call| call.split_once("\", planned_anew)"));
            names.extend(calls.map(|(name, _)| name.to_owned()).filter(|name| !name.contains('"')));
        }
    }
    ensure!(names.contains("list_filings"), "the source is written in another way: {names:?}");
    Ok(names)
}
