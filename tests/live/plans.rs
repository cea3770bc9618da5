//! With years of finished rows in it, PostgreSQL finds what is due by indexes: no statement of a
//! stage, a list or a look-up reads a big table from end to end.
//!
//! A new statement with a text parameter is named here with what it is asked for, or in `LEFT_OUT`
//! when it must read everything. Statements with arrays are tried with arrays of nothing.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tests::contracts::store::{Bench, statements};
use tests::servers::Postgres;

/// What reads everything, seldom and for all who look: counts for pages. What reads small tables.
/// What embedded engines alone call.
const LEFT_OUT: [&str; 14] = [
    "all_dead_letters",
    "all_endpoints",
    "all_lanes",
    "count_deliveries",
    "count_filings",
    "count_notices",
    "count_prefectures",
    "count_reviews",
    "count_totals",
    "list_api_keys",
    "lock_lanes",
    "ping",
    "release_outbox",
    "waits_left",
];

/// What has arrays, but of lanes and authorities, and counts what is in some state there.
const COUNTED: [&str; 2] = ["count_undecided", "lane_loads"];

/// A row's ids and owners, as the statements are asked for them.
struct Known {
    filing: String,
    delivery: String,
    notice: String,
    authority: String,
    operator: String,
    digest: String,
    /// The moment of the crowd's last filing.
    now: i64,
}

/// A statement, what it is asked for, and the index that it must go by, where only one will do.
type Asked = (&'static str, Value, Option<&'static str>);

#[tokio::test]
async fn no_statement_reads_a_big_table_from_end_to_end() -> Result<()> {
    let url = Postgres::shared().fresh_database().await?;
    let bench = Bench::open(url.clone(), None).await?;
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::raw_sql("SET synchronous_commit = off").execute(&mut connection).await?;
    sqlx::raw_sql(include_str!("plans/crowd.sql")).execute(&mut connection).await?;
    let known = known(&mut connection).await?;
    let asked =
        [look_ups as fn(&Known) -> Vec<Asked>, addresses, small_tables, upkeep, pages, own_pages]
            .map(|asked| asked(&known));
    let asked = asked.concat();
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
    (!used.contains(&by)).then(|| format!("goes by {used:?}, not by {by}"))
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

async fn known(connection: &mut PgConnection) -> Result<Known> {
    let row = sqlx::query(
        "SELECT d.id::text, f.id::text, n.id::text, d.authority, f.corporate_number, o.sha256, \
         (SELECT max(received_at) FROM filings) \
         FROM deliveries AS d JOIN filings AS f ON f.id = d.filing_id \
         JOIN notices AS n ON n.filing_id = f.id, objects AS o ORDER BY d.id OFFSET 90000 LIMIT 1",
    );
    let row = row.fetch_one(connection).await?;
    Ok(Known {
        delivery: row.get(0),
        filing: row.get(1),
        notice: row.get(2),
        authority: row.get(3),
        operator: row.get(4),
        digest: row.get(5),
        now: row.get(6),
    })
}

/// What is found by a key.
fn look_ups(known: &Known) -> Vec<Asked> {
    let Known { filing, delivery, notice, authority, operator, digest, now } = known;
    let by = |name, with: &str| (name, json!(with), None);
    vec![
        by("acts_of_delivery", delivery),
        by("api_key", "id"),
        by("colleagues", authority),
        by("attempts_of_delivery", delivery),
        by("attempts_of_filing", filing),
        by("decision", delivery),
        by("decisions_of_filing", filing),
        by("deliveries_of_filing", filing),
        by("draft", filing),
        by("export", filing),
        ("undecided_filings", json!({"authorities": [authority], "limit": 200}), None),
        by("exported_filings", filing),
        ("exports_of_authority", json!({"authority": authority, "limit": 50}), None),
        (
            "exports_due",
            json!({"authority": authority, "from": now - 86_400_000, "limit": 1000}),
            Some("deliveries_accepted"),
        ),
        by("kept_profile", digest),
        ("print", json!({"filing_id": filing, "revision": 1}), None),
        ("own_drafts", json!({"corporate_number": operator, "limit": 200}), None),
        ("named_offices", json!({"corporate_number": operator, "limit": 500}), None),
        ("filed_papers", json!({"corporate_number": operator, "limit": 100}), None),
        ("last_accepted", json!({"corporate_number": operator, "office_name": "x"}), None),
        (
            "save_draft",
            json!({"id": filing, "version": 1, "office_name": "x", "body": "{}",
                              "saved_by": "x", "saved_at": now}),
            None,
        ),
        ("file_draft", json!({"id": filing, "filing": filing}), None),
        ("delete_draft", json!({"id": filing, "version": 1}), None),
        by("bulk", filing),
        ("bulk_by_key", json!({"corporate_number": operator, "idempotency_key": "x"}), None),
        ("own_bulks", json!({"corporate_number": operator, "limit": 100}), None),
        (
            "bulk_lines",
            json!({"bulk_id": filing, "states": ["bad"], "after": 0, "limit": 50}),
            Some("bulk_lines_pkey"),
        ),
        ("choose_bulk", json!({"id": filing, "at": now}), None),
        ("save_bulk_filing", json!({"id": filing, "at": now}), None),
        by("delete_bulk", filing),
        by("delete_bulk_lines", filing),
        by("delivery", delivery),
        by("events_of_filing", filing),
        by("filing", filing),
        by("filing_by_receipt_number", "R-500"),
        by("lock_filing", filing),
        by("notice", notice),
        by("notices_of_filing", filing),
        by("operator", operator),
        by("revisions_of_filing", filing),
        by("session", "id"),
        by("delete_session", "id"),
        by("delete_endpoints", authority),
        ("revoke_api_key", json!({"id": "id", "at": now}), None),
        ("touch_session", json!({"id": "id", "at": now}), None),
        ("rescan", json!({"sha256": digest, "at": now}), None),
        ("waits_of_scan", json!({"sha256": digest, "is_infected": false, "limit": 500}), None),
        ("touch_object", json!({"sha256": digest, "at": now}), None),
        ("delete_attachments", json!([digest]), None),
        ("kept_objects", json!({"after": digest, "limit": 500}), Some("attachments_pkey")),
        ("mark_objects", json!({"digests": [digest], "at": now}), None),
        ("delete_objects", json!({"digests": [digest], "at": now}), None),
    ]
}

/// What an authority's staff look up: filters, reminders of what lies unread.
fn small_tables(known: &Known) -> Vec<Asked> {
    let of_authority = json!({"authority": known.authority, "limit": 50});
    let filter = json!({"authority": known.authority, "owner": "", "name": "x", "query": "",
                        "person": "x", "person_name": "x", "at": 0, "max": 20});
    let on_day = json!({"day": "2026-07-15", "authority": known.authority});
    vec![
        ("contacts_of", of_authority.clone(), None),
        ("contacts_on", on_day, None),
        ("reminders_about", of_authority, Some("reminded_by_authority")),
        ("saved_filters", json!({"authority": known.authority, "person": "key:one"}), None),
        ("save_filter", filter.clone(), None),
        ("delete_filter", filter, None),
        ("newest_reminders", json!(50), Some("reminders_pkey")),
        ("reminded_still", json!("2026-07-15-1-011002"), Some("reminded_by_reminder")),
    ]
}

/// Where an operator's notices go.
fn addresses(known: &Known) -> Vec<Asked> {
    let Known { filing, operator, .. } = known;
    let readdress = json!({"corporate_number": operator, "former": "a@b.example", "address": "x"});
    let of_operator = json!({"corporate_number": operator, "kind": null, "limit": 50});
    vec![
        ("address_act", json!(filing), None),
        ("letter", json!(filing), None),
        ("lock_operator", json!(operator), None),
        ("address_acts", of_operator, None),
        ("readdress_notices", readdress, None),
    ]
}

/// What upkeep, the relay and the collector ask for again and again.
fn upkeep(known: &Known) -> Vec<Asked> {
    let Known { authority, now, filing, .. } = known;
    let due = json!({"now": now, "limit": 500});
    let stale = json!({"now": now, "before": now - 120_000, "stale_max": 3_600_000, "limit": 500});
    let old =
        json!({"before": now, "limit": 500, "at": now, "seen_before": now, "begun_before": now});
    let ids = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff");
    let aged = json!({"at": 0, "id": ids.0, "number": 0, "end": ids.1, "before": now,
                      "limit": 500});
    let held = json!({"authority": authority, "channel": null, "code": "lane_suspended",
                      "limit": 500});
    let claim = json!({"now": now, "until": now + 60_000, "limit": 500});
    let unread = json!({"reminder": "x", "step": "prefecture", "authorities": [authority],
                        "before": now, "after": "authority", "told_until": "2026-07-15"});
    vec![
        ("claim_scans", claim.clone(), Some("scans_pending")),
        ("claim_reminders", claim.clone(), Some("reminders_open")),
        ("insert_reminded", unread, Some("deliveries_undecided")),
        ("claim_letters", claim.clone(), None),
        ("claim_outbox", claim, Some("outbox_pkey")),
        ("waiting_deliveries", due.clone(), Some("deliveries_waiting")),
        ("expired_deliveries", due.clone(), Some("deliveries_lease_end")),
        ("open_notices", due, Some("notices_open")),
        ("stale_deliveries", stale.clone(), Some("deliveries_queued")),
        ("stale_revisions", stale.clone(), Some("revisions_queued")),
        ("stale_notices", stale, Some("notices_open")),
        ("held_authorities", json!("lane_suspended"), Some("deliveries_trouble")),
        ("held_deliveries", held.clone(), Some("deliveries_trouble")),
        ("behind_predecessors", held, Some("deliveries_trouble")),
        ("awaiting_decision", json!("sftp"), Some("deliveries_to_collect")),
        ("orphans", old.clone(), Some("objects_unnamed")),
        ("claim_deleting", old.clone(), Some("objects_deleting")),
        ("delete_old_sessions", old.clone(), None),
        ("delete_old_drafts", old.clone(), None),
        (
            "claim_bulks",
            json!({"now": now, "before": now - 60_000, "limit": 1}),
            Some("bulks_under_way"),
        ),
        ("delete_old_bulks", old, None),
        ("old_events", aged.clone(), None),
        ("old_attempts", aged.clone(), None),
        ("old_answers", aged, None),
        ("finished_filings", json!({"ids": [filing], "quiet": now, "undecided": now}), None),
        ("retired", json!("events"), None),
        ("save_retired", json!({"what": "events", "before": now}), None),
        ("count_backlog", json!(""), Some("notices_open")),
        ("count_scans", json!(""), Some("scans_pending")),
        ("list_scans", json!({"state": "infected", "limit": 1_000}), None),
        ("list_scans", json!({"state": "pending", "limit": 1_000}), None),
    ]
}

/// Lists with all that can be asked for, on the first page and on a later one.
fn pages(known: &Known) -> Vec<Asked> {
    let Known { filing, delivery, authority, operator, .. } = known;
    let with = |base: &Value, more: Value| {
        let mut with = base.clone();
        for (key, value) in more.as_object().into_iter().flatten() {
            with[key] = value.clone();
        }
        with
    };
    let earlier = known.now - 10_000_000_000;
    let all = json!({"corporate_number": null, "kind": null, "unplanned": false, "authority": null,
                     "state": null, "review": null, "channel": null, "before": null,
                     "before_id": null, "limit": 51});
    let inbox = json!({"authority": authority, "review": null, "kind": null, "service": null,
                       "text": null, "assignee": null, "at": null, "id": null, "limit": 51});
    let mut asked = Vec::new();
    for more in [
        json!({}),
        json!({"corporate_number": operator}),
        json!({"kind": "change"}),
        json!({"kind": "one of which there is none"}),
        json!({"unplanned": true}),
        json!({"before": earlier, "before_id": filing}),
        json!({"corporate_number": operator, "kind": "change", "before": earlier}),
    ] {
        asked.push(("list_filings", with(&all, more), None));
    }
    for state in ["due", "sending", "waiting", "delivered", "held", "failed", "cancelled"] {
        let by = (state == "cancelled").then_some("deliveries_cancelled");
        asked.push(("list_deliveries", with(&all, json!({"state": state})), by));
        let narrow = json!({"state": state, "authority": authority});
        asked.push(("list_deliveries", with(&all, narrow), None));
    }
    for review in ["unopened", "opened", "accepted", "returned", "withdrawn"] {
        asked.push(("list_deliveries", with(&all, json!({"review": review})), None));
        asked.push(("inbox", with(&inbox, json!({"review": review})), None));
    }
    for more in [
        json!({}),
        json!({"authority": authority}),
        json!({"channel": "api"}),
        json!({"before": earlier, "before_id": delivery}),
    ] {
        asked.push(("list_deliveries", with(&all, more), None));
    }
    asked.push(("inbox", inbox.clone(), Some("deliveries_undecided")));
    for review in ["unopened", "opened"] {
        let page = json!({"review": review, "at": earlier, "id": delivery});
        for more in [json!({"review": review}), page] {
            asked.push(("inbox_undecided", with(&inbox, more), Some("deliveries_undecided")));
        }
    }
    for more in [
        json!({}),
        json!({"review": "accepted returned"}),
        json!({"kind": "change", "text": "office"}),
        json!({"assignee": "key:one"}),
        json!({"at": earlier, "id": delivery}),
    ] {
        asked.push(("inbox_newest", with(&inbox, more), Some("deliveries_by_authority")));
    }
    let like = json!({"authority": authority, "corporate_number": operator, "kind": "change",
                      "office_name": "office", "before": known.now});
    asked.push(("accepted_before", like.clone(), None));
    asked.push(("accepted_before", with(&like, json!({"office_name": "none such"})), None));
    asked.push(("inbox_counts", json!(authority), Some("deliveries_undecided")));
    asked
}

/// An operator's list of what it has filed.
fn own_pages(known: &Known) -> Vec<Asked> {
    let Known { filing, operator, now, .. } = known;
    let ask = |kind: Option<&str>, state: Option<&str>, text: Option<&str>| {
        json!({"corporate_number": operator, "kind": kind, "state": state, "text": text,
               "before": null, "before_id": null, "limit": 51})
    };
    let mut later = ask(None, None, None);
    later["before"] = json!(now - 10_000_000_000);
    later["before_id"] = json!(filing);
    let first = ask(None, None, None);
    let named = ask(Some("change"), None, Some("office"));
    let returned = ask(None, Some("returned"), None);
    let asked = [first, named, returned, later];
    asked.map(|with| ("own_filings", with, Some("filings_by_operator"))).into()
}
