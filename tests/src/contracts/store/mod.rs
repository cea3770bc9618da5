//! The contract of a store: both engines keep, find, lock and refuse the same.

mod acts;
mod addresses;
mod amendments;
mod archive;
mod bulk;
mod checks;
mod deliveries;
mod drafts;
mod erasures;
mod exports;
mod filings;
mod hours;
mod inbox;
mod lists;
mod objects;
mod outbox;
mod processes;
mod reminders;
mod retention;
mod rows;
mod scans;
mod sessions;
mod staff_acts;
mod stale;
mod troubles;
mod uploads;
mod webhooks;
mod words;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::delivery::{Delivery, Review, State};
use hub::store::{FilingRow, NewEvent, RevisionRow, Store, StoreError};
use schemas::codes::corporate_number_of;
use schemas::{AuthorityId, Channel, DeliveryId, FilingId, FilingKind, Owner, Why};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

pub use acts::*;
pub use addresses::*;
pub use amendments::*;
pub use archive::*;
pub use bulk::*;
pub use checks::*;
pub use deliveries::*;
pub use drafts::*;
pub use erasures::*;
pub use exports::*;
pub use filings::*;
pub use hours::*;
pub use inbox::*;
pub use lists::*;
pub use objects::*;
pub use outbox::*;
pub use processes::*;
pub use reminders::*;
pub use retention::*;
pub use rows::*;
pub use scans::*;
pub use sessions::*;
pub use staff_acts::*;
pub use stale::*;
pub use troubles::*;
pub use uploads::*;
pub use webhooks::*;
pub use words::*;

/// Makes a test of every contract; `$open` gives a [`Bench`] on an empty store.
#[macro_export]
macro_rules! store_contract {
    ($open:path) => {
        $crate::store_contract! { $open:
            a_store_that_is_well_says_so
            a_filing_is_found_as_it_was_written
            an_idempotency_key_is_used_once
            a_correction_and_a_withdrawal_are_kept
            a_revision_is_planned_once
            events_chain_on_and_prove_themselves
            tampering_breaks_the_chain
            what_is_not_committed_leaves_no_trace
            who_goes_away_in_the_middle_hinders_nobody

            every_state_of_a_delivery_comes_back
            a_contradictory_delivery_is_refused
            one_authority_gets_a_revision_once
            deliveries_are_found_when_their_time_has_come
            held_deliveries_are_found_by_reason
            followers_are_found_when_nothing_is_under_way_before_them
            two_at_once_take_different_deliveries
            lanes_know_what_is_under_way
            a_lane_keeps_whose_turn_it_was
            a_process_is_one_row_until_it_is_forgotten
            a_kind_of_a_newer_build_is_passed_over

            two_relays_claim_different_messages
            a_claim_ends_by_time_or_release
            a_commit_hands_its_messages_to_the_relay
            dead_letters_are_kept_the_newest_first

            operators_and_keys_come_back
            attachments_are_found_by_their_owner_only
            a_ladder_takes_the_place_of_the_former
            notices_come_back_when_they_are_due
            attempts_and_decisions_come_back

            what_nobody_began_is_queued_again_ever_later
            who_moved_on_is_not_stale
            two_at_once_take_different_stale_rows

            orphans_are_taken_when_their_time_is_over
            what_is_being_deleted_is_nobodys
            documents_keep_their_files_while_they_may_be_asked_for

            a_file_is_looked_through_by_one_at_a_time
            a_verdict_stands_until_its_time_is_over
            deliveries_wait_for_all_of_their_files
            a_filings_text_alone_keeps_its_files

            a_session_lasts_as_long_as_its_key
            old_sessions_are_cleared_away

            a_draft_is_saved_over_what_was_read
            old_drafts_go_with_their_files
            offices_are_named_by_the_newest_filings

            a_file_comes_piece_by_piece
            files_that_never_came_whole_go_with_their_pieces

            an_upload_is_kept_once_with_its_rows
            an_upload_whose_filing_stopped_is_claimed_once
            old_uploads_go_with_their_rows
            rows_of_an_upload_go_with_what_they_became

            what_a_draft_named_is_found_when_it_is_gone
            no_print_is_kept_or_moved_of_what_was_erased
            who_could_not_be_looked_at_goes_behind_the_others

            what_was_accepted_is_taken_out_once
            an_address_counts_from_its_day_on
            amendments_come_back_in_order
            amendments_stay_as_they_were
            a_proposal_is_decided_by_another
            what_is_unread_is_told_once_of_each_step
            an_inbox_pages_and_narrows
            filters_are_saved_by_name
            a_document_is_given_out_in_one_version
            documents_narrow_and_page
            an_announcement_is_changed_on_top_of_what_was_seen
            announcements_count_from_when_until_when
            what_waits_is_counted_by_authority
            acts_come_back_in_order
            acts_of_staff_are_one_chain
            acts_of_staff_stay_as_they_were
            looks_stand_apart_from_what_was_done
            acts_about_an_address_stay_as_they_were
            a_webhook_counts_until_it_is_removed
            a_letter_is_sent_by_one_at_a_time
            open_notices_go_to_the_new_address
            the_last_accepted_filing_is_found
            colleagues_are_those_of_the_authority
            what_has_had_its_time_goes_at_the_limit
            nothing_of_an_unfinished_filing_goes
            answers_go_before_their_tries
            a_chain_without_its_beginning_says_so

            one_check_of_a_way_is_open_at_a_time
            no_filing_is_purged_as_a_test
            a_stage_is_told_once_for_one_day

            lists_narrow_and_page
            what_is_in_trouble_is_grouped
            a_list_narrows_by_cause_and_owner
            what_an_hour_saw_adds_up

            a_filing_is_found_by_its_words
            words_of_before_are_written_by_one_at_a_time

            an_inbox_shows_what_is_for_the_authority
            counts_and_totals_agree_with_the_rows
            filings_are_counted_as_they_are_rolled_up
        }
    };
    ($open:path: $($name:ident)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() -> anyhow::Result<()> {
            let bench = $open().await?;
            $crate::contracts::store::$name(&bench).await?;
            bench.store.close().await;
            Ok(())
        }
    )* };
}

/// Under which everything that a bench files is handed in.
pub(crate) const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Names that break what does not quote: quotes, escapes, line ends, Japanese, a rare 𠮷.
pub(crate) const AWKWARD: &str = "𠮷野家's \"介護\" {\"a\":1}\\ [null] \r\n\t\u{2028} %_; DROP --";

/// A store with the clock that it goes by.
#[derive(Debug)]
pub struct Bench {
    /// Freshly migrated.
    pub store: Store,
    /// Moves only when told to.
    pub clock: Arc<Clock>,
    url: String,
    /// What has to live as long as the store: the folder of an embedded one.
    _keep: Option<tempfile::TempDir>,
}

impl Bench {
    /// Opens and migrates what the URL names.
    pub async fn open(url: String, keep: Option<tempfile::TempDir>) -> Result<Self> {
        let bench = Self::of_former_build(url, keep).await?;
        bench.store.migrate().await?;
        bench.store.migrate().await.context("a second time")?;
        Ok(bench)
    }

    /// Opens what the URL names, with the tables that it has.
    pub async fn of_former_build(url: String, keep: Option<tempfile::TempDir>) -> Result<Self> {
        let start = "2026-04-01T00:00:00Z".parse()?;
        let clock = Arc::new(Clock::manual(start, 7));
        let store = Store::open(&url, 8, Arc::clone(&clock)).await?;
        Ok(Self { store, clock, url, _keep: keep })
    }

    /// Runs a statement behind the store's back.
    pub async fn raw(&self, statement: String) -> Result<(), sqlx::Error> {
        raw(&self.url, statement).await
    }

    /// A filing as intake makes it, not written yet.
    pub(crate) fn filing(&self, serial: u64) -> (FilingRow, RevisionRow, NewEvent) {
        let id = FilingId(self.clock.id());
        let filing = FilingRow {
            id,
            receipt_number: id.receipt_number(),
            corporate_number: corporate_number_of(serial),
            operator_name: AWKWARD.into(),
            kind: FilingKind::ALL[0],
            office_name: "第一事業所".into(),
            received_at: self.clock.now_ms(),
            revision: 1,
            withdrawn_at: None,
            event_seq: 0,
            event_head: String::new(),
        };
        let revision = self.revision(&filing, 1);
        (filing, revision, NewEvent::new(id, "filing.received", json!({"name": AWKWARD})))
    }

    /// A revision of a filing, not written yet.
    pub(crate) fn revision(&self, filing: &FilingRow, revision: i32) -> RevisionRow {
        RevisionRow {
            filing_id: filing.id,
            revision,
            action: if revision == 1 { "submit" } else { "correct" }.into(),
            received_at: self.clock.now_ms(),
            corporate_number: filing.corporate_number,
            idempotency_key: format!("key {} {revision}", filing.id),
            document: json!({"office": AWKWARD, "pages": [1, 2]}).to_string(),
            document_sha256: "00".repeat(32),
            only_authorities: None,
            routed_at: None,
            plan: None,
            problem: None,
            trace: TRACE.parse().ok(),
        }
    }

    /// Filings of operators 1 to `count`, written and committed, a millisecond apart.
    pub async fn filed(&self, count: u64) -> Result<Vec<FilingRow>> {
        let (mut filings, mut revisions, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for serial in 1..=count {
            let (filing, revision, event) = self.filing(serial);
            filings.push(filing);
            revisions.push(revision);
            events.push(event);
            self.clock.advance(std::time::Duration::from_millis(1));
        }
        let mut tx = self.store.begin().await?;
        tx.insert_filings(&mut filings, &revisions, &events).await?;
        tx.commit().await?;
        Ok(filings)
    }

    /// A delivery of a filing's first revision, not written yet.
    pub fn delivery(&self, filing: &FilingRow, to: AuthorityId, state: State) -> Delivery {
        let now = self.clock.now_ms();
        Delivery {
            id: DeliveryId(self.clock.id()),
            filing_id: filing.id,
            revision: 1,
            authority: to,
            channel: Some(Channel::Api),
            ladder_step: 0,
            state,
            review: Review::Unopened,
            turn: 1,
            tries: 0,
            attempts: 0,
            postponed: 0,
            faults: 0,
            proof: None,
            second_copy: false,
            package_sha256: None,
            rule: "designated city".into(),
            article: "介護保険法 第70条".into(),
            created_at: now,
            channel_since: now,
            decided_at: None,
            updated_at: now,
            trace: TRACE.parse().ok(),
        }
    }

    /// Writes deliveries and commits.
    pub async fn planned(&self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.insert_deliveries(deliveries, |_| None).await?;
        tx.commit().await
    }
}

/// Runs a statement behind the back of the store that the URL names.
pub(crate) async fn raw(url: &str, statement: String) -> Result<(), sqlx::Error> {
    let statement = sqlx::raw_sql(AssertSqlSafe(statement));
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await?;
        statement.execute(&mut connection).await?;
        connection.close().await
    } else {
        let mut connection = PgConnection::connect(url).await?;
        statement.execute(&mut connection).await?;
        connection.close().await
    }
}

/// Sapporo, Chiyoda and Osaka.
pub fn authorities() -> Result<[AuthorityId; 3]> {
    Ok(["011002".parse()?, "131016".parse()?, "271004".parse()?])
}

/// A reason with a code and awkward words.
pub(crate) fn why(code: &str) -> Why {
    Why::new(code, Owner::Authority, AWKWARD)
}

/// The files of one engine's statements: name and text.
pub fn statements(engine: &str) -> Result<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hub/src/store").join(engine);
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder.join("sql"))? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a plain name")?;
        all.push((name.to_owned(), std::fs::read_to_string(&path)?));
    }
    all.sort_unstable();
    ensure!(all.len() > 50, "only {} statements for {engine}", all.len());
    Ok(all)
}
