//! What each statement with a text parameter is asked for.

use anyhow::Result;
use serde_json::{Value, json};
use sqlx::{PgConnection, Row};

use super::checks::checks;
use super::figures::figures;
use super::pages::{own_pages, pages};
use super::staff_acts::staff_acts;
use super::troubled::troubles;

/// A row's ids and owners, as the statements are asked for them.
pub(super) struct Known {
    pub(super) filing: String,
    pub(super) delivery: String,
    pub(super) notice: String,
    pub(super) authority: String,
    pub(super) operator: String,
    pub(super) digest: String,
    /// The moment of the crowd's last filing.
    pub(super) now: i64,
}

/// A statement, what it is asked for, and the index that it must go by, where not any will do; two
/// that are as good with a bar between them.
pub(super) type Asked = (&'static str, Value, Option<&'static str>);

/// All that is asked, of a store that holds the crowd.
pub(super) async fn asked(connection: &mut PgConnection) -> Result<Vec<Asked>> {
    let known = known(connection).await?;
    let all = [
        look_ups,
        bulks,
        words,
        uploads,
        erasing,
        addresses,
        small_tables,
        archive,
        upkeep,
        pages,
        own_pages,
        troubles,
        staff_acts,
        figures,
        checks,
    ];
    Ok(all.map(|asked: fn(&Known) -> Vec<Asked>| asked(&known)).concat())
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
    let recent = json!({"authority": authority, "deliveries": 100, "limit": 400});
    vec![
        ("recent_attempts", recent, Some("deliveries_by_authority")),
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
        (
            "exports_of_authority",
            json!({"authority": authority, "before": null, "limit": 50}),
            None,
        ),
        (
            "exports_due",
            json!({"authority": authority, "from": now - 86_400_000, "limit": 1000}),
            Some("deliveries_accepted"),
        ),
        by("kept_profile", digest),
        ("print", json!({"filing_id": filing, "revision": 1}), None),
        ("own_drafts", json!({"corporate_number": operator, "limit": 200}), None),
        (
            "named_offices",
            json!({"corporate_number": operator, "text": "x", "limit": 500}),
            Some("filings_by_operator"),
        ),
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

/// Filings by the names and numbers in them.
fn words(known: &Known) -> Vec<Asked> {
    let filing = &known.filing;
    vec![
        (
            "filed_words",
            json!({"from": "サクラ会", "until": "サクラ会\u{10ffff}", "limit": 50}),
            Some("filing_words_pkey"),
        ),
        (
            "filings_of_word",
            json!({"word": "サクラ会7", "before": filing, "limit": 51}),
            Some("filing_words_pkey"),
        ),
        ("revisions_below", json!({"below": filing, "limit": 500}), Some("filings_pkey")),
    ]
}

/// Uploads of many filings.
fn bulks(known: &Known) -> Vec<Asked> {
    let Known { filing, operator, now, .. } = known;
    vec![
        ("bulk", json!(filing), None),
        ("bulk_by_key", json!({"corporate_number": operator, "idempotency_key": "x"}), None),
        ("own_bulks", json!({"corporate_number": operator, "limit": 100}), None),
        (
            "bulk_lines",
            json!({"bulk_id": filing, "states": ["bad"], "after": 0, "limit": 50}),
            Some("bulk_lines_pkey"),
        ),
        ("choose_bulk", json!({"id": filing, "at": now}), None),
        ("save_bulk_filing", json!({"id": filing, "at": now}), None),
        ("delete_bulk", json!(filing), None),
        ("delete_bulk_lines", json!(filing), None),
    ]
}

/// Files that come piece by piece.
fn uploads(known: &Known) -> Vec<Asked> {
    let Known { filing, operator, digest, now, .. } = known;
    let file = json!({"id": filing, "draft_id": filing, "corporate_number": operator,
                      "file_name": "x", "media_type": "x", "size": 1, "modified_at": now,
                      "touched_at": now, "max": 20});
    let piece = json!({"upload_id": filing, "begins_at": 0, "size": 1, "at": now,
                       "sha256": digest});
    vec![
        ("begin_upload", file, None),
        ("upload", json!(filing), None),
        ("uploads_of_draft", json!(filing), None),
        ("pieces_of_upload", json!(filing), None),
        ("grow_upload", piece.clone(), None),
        ("insert_upload_piece", piece, None),
        ("add_upload", json!({"id": filing, "name": "x", "at": now}), None),
        ("delete_upload", json!(filing), None),
        ("delete_upload_pieces", json!(filing), None),
    ]
}

/// What is erased of one filing, and of its operator.
fn erasing(known: &Known) -> Vec<Asked> {
    let Known { filing, operator, digest, .. } = known;
    let written = json!({"corporate_number": operator, "filing": filing});
    let of_filing = ["erased", "erase_filing", "erase_decisions", "erase_acts", "delete_prints"];
    let of_operator = ["erase_operator", "erase_address_acts", "erase_letters", "erase_drafts_of"];
    let mut all = vec![
        ("erase_drafts", written.clone(), Some("drafts_by_operator")),
        ("erase_bulk_lines", written, Some("bulk_lines_by_operator")),
        ("erase_bulk_lines_of", json!(operator), Some("bulk_lines_by_operator")),
        ("erase_bulks_of", json!(operator), None),
        ("erased_objects", json!(20), None),
        ("prints_in", json!(digest), None),
        ("unname_erased", json!([digest]), Some("objects_pkey")),
    ];
    all.extend(of_filing.map(|name| (name, json!(filing), None)));
    all.extend(of_operator.map(|name| (name, json!(operator), None)));
    all
}

/// What an authority's staff look up: filters, reminders of what lies unread.
fn small_tables(known: &Known) -> Vec<Asked> {
    let of_authority = json!({"authority": known.authority, "limit": 50});
    let filter = json!({"authority": known.authority, "owner": "", "name": "x", "query": "",
                        "person": "x", "person_name": "x", "at": 0, "max": 20});
    let on_day = json!({"day": "2026-07-15", "authority": known.authority});
    let changes = json!({"authority": known.authority, "before": i64::MAX, "limit": 50});
    let proposals = json!({"authority": known.authority, "state": "proposed", "limit": 50});
    vec![
        ("contacts_of", of_authority.clone(), None),
        ("contacts_on", on_day, None),
        ("last_amendment", json!(""), None),
        ("amendments_of", changes, None),
        ("proposal", json!(known.filing), None),
        ("lock_proposal", json!(known.filing), None),
        ("list_proposals", proposals, None),
        ("reminders_about", of_authority, Some("reminded_by_authority")),
        ("saved_filters", json!({"authority": known.authority, "person": "key:one"}), None),
        ("save_filter", filter.clone(), None),
        ("delete_filter", filter, None),
        ("newest_reminders", json!(50), Some("reminders_pkey")),
        ("hour_counts", json!(known.now - 86_400_000), Some("hour_counts_pkey")),
        ("delete_hour_counts", json!(known.now - 63_000_000_000_i64), Some("hour_counts_pkey")),
        ("lock_word_pass", json!({"passes": 2, "now": known.now}), None),
        ("save_word_pass", json!({"ended": 1, "next_at": known.now, "below": known.filing}), None),
        ("reminded_still", json!("2026-07-15-1-011002"), Some("reminded_by_reminder")),
    ]
}

/// What operations give out.
fn archive(known: &Known) -> Vec<Asked> {
    let Known { filing, now, digest, .. } = known;
    let documents = json!({"standing": "given out", "reader": "authorities", "kind": "manual",
                           "text": "x", "before": now, "before_id": filing, "limit": 51});
    let announcements = json!({"reader": "operators", "now": now, "before": null,
                               "before_id": null, "limit": 3});
    let announcement = json!({"id": filing, "version": 2, "title_ja": "x", "title_en": "",
                              "text_ja": "x", "text_en": "", "audience": "all", "from_at": now,
                              "until_at": null});
    let ended = json!({"id": filing, "how": "withdrawn", "person": "x", "name": "x", "at": now});
    let gone = json!({"digests": [digest], "owner": "operations", "at": now});
    vec![
        ("list_documents", documents, None),
        ("versions_of_document", json!(filing), None),
        ("end_document", ended, None),
        ("let_documents_go", json!({"before": now, "limit": 500, "at": now}), None),
        ("unname_objects", gone, None),
        ("announcement", json!(filing), None),
        ("announcement_acts", json!(filing), None),
        ("list_announcements", announcements, None),
        ("save_announcement", announcement, None),
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
        ("webhook", json!(operator), None),
        (
            "failed_posts",
            json!({"corporate_number": operator, "looked": 500, "limit": 50}),
            Some("filings_by_operator"),
        ),
        ("lock_trials", json!(operator), None),
        ("end_trial", json!({"id": filing, "said": "x"}), None),
        ("recipients", json!(operator), None),
        ("webhook_acts", json!({"corporate_number": operator, "kind": null, "limit": 50}), None),
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
                      "what": "contents", "limit": 500});
    let held = json!({"authority": authority, "channel": null, "code": "lane_suspended",
                      "kinds": ["change"], "limit": 500});
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
        // Both hold the little that is in trouble; statistics of few rows decide between them.
        ("behind_predecessors", held, Some("deliveries_in_trouble|deliveries_trouble")),
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
        ("delete_old_bulks", old.clone(), None),
        ("delete_old_uploads", old, None),
        ("old_events", aged.clone(), None),
        ("old_attempts", aged.clone(), None),
        ("old_contents", aged.clone(), Some("filings_pkey")),
        ("old_answers", aged, None),
        ("finished_filings", json!({"ids": [filing], "quiet": now, "undecided": now}), None),
        ("retired", json!("events"), None),
        ("save_retired", json!({"what": "events", "before": now}), None),
        ("settle_dead_letter", json!({"id": filing, "at": now}), None),
        ("dead_letter", json!(filing), None),
        ("count_backlog", json!(""), Some("notices_open")),
        ("count_scans", json!(""), Some("scans_pending")),
        ("list_scans", json!({"state": "infected", "limit": 1_000}), None),
        ("list_scans", json!({"state": "pending", "limit": 1_000}), None),
    ]
}
