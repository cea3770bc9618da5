//! Erasing what was filed: on request (`operate/erasure.rs`), and when its time is over
//! (`upkeep/retention.rs`).
//!
//! What goes: the bodies of all revisions, names, comments, remarks, prints, files, far sides'
//! answers, words to search by, drafts, the addresses of mails. What stays: events and their chain,
//! digests, receipt number, times, proofs. So a receipt verifies as before, and says that the
//! contents were erased. In the place of a body stands a stub that reads as a submission of
//! nothing: whoever reads it, in whatever build, finds no content, and never an error.

use std::collections::BTreeSet;

use schemas::{Attachment, Owner, Submission, Why};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::delivery::{Delivery, Event, State};
use crate::store::{
    DecisionRow, Erasable, Erased, ErasedRow, FilingRow, NewEvent, NoticeRow, RevisionRow, Store,
    StoreError, StubRow, Tx, WordRow,
};
use crate::words;

/// The code of whatever is not there any more since it was erased.
pub const ERASED: &str = "erased";

/// The field of a stub's form that says so.
const FIELD: &str = "todoke_erased";

/// How much goes, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// Rows that are deleted, or lose what they say.
    pub rows: i64,
    /// Files that they name; one that something else names stays.
    pub objects: i64,
    /// Bytes of bodies and files.
    pub bytes: i64,
}

impl std::ops::AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.objects += other.objects;
        self.bytes += other.bytes;
    }
}

/// What an event may say of the evidence of a delivery, since events are for ever: a digest in the
/// place of the far side's answer, which may repeat the filing.
pub fn chainable(evidence: &Value) -> Value {
    let mut kept = evidence.clone();
    let Some(fields) = kept.as_object_mut() else { return kept };
    if let Some(body) = fields.remove("body") {
        let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        fields.insert("body_sha256".to_owned(), json!(hex::encode(Sha256::digest(text))));
    }
    kept
}

/// When and by which request the contents of what this is of were erased, if they were. No operator
/// can write such: a submission without offices is not taken.
pub fn mark_of(submission: &Submission) -> Option<Erased> {
    if !submission.offices.is_empty() {
        return None;
    }
    serde_json::from_value(submission.form.get(FIELD)?.clone()).ok()
}

/// The same of a stored body.
pub fn mark_in(document: &str) -> Option<Erased> {
    // No other body is looked into: they are long, and are read once already.
    if !document.contains(FIELD) {
        return None;
    }
    mark_of(&serde_json::from_str(document).ok()?)
}

/// Why there is no package, print or file of it.
pub fn why(erased: &Erased) -> Why {
    let at = jiff::Timestamp::from_millisecond(erased.at).unwrap_or_default();
    let sentence = match erased.erasure_id {
        Some(id) => format!("the contents of this filing were erased at {at} (erasure {id})"),
        None => format!(
            "the contents of this filing were erased at {at}, when their time was over \
             (retention.content_years)"
        ),
    };
    Why::new(ERASED, Owner::Hub, sentence)
}

/// What stands in the place of a body.
fn stub(filing: &FilingRow, erased: &Erased) -> String {
    let stub = Submission {
        kind: filing.kind,
        corporate_number: filing.corporate_number,
        operator_name: String::new(),
        one_stop: false,
        offices: Vec::new(),
        form: json!({FIELD: erased}),
        attachments: Vec::new(),
    };
    serde_json::to_string(&stub).unwrap_or_default()
}

/// The files that a filing and the answers to it name.
fn files(revisions: &[RevisionRow], decisions: &[DecisionRow]) -> Vec<Attachment> {
    let read = |it: &RevisionRow| serde_json::from_str::<Submission>(&it.document).ok();
    let filed = revisions.iter().filter_map(read).flat_map(|it| it.attachments);
    let answered = decisions
        .iter()
        .flat_map(|it| serde_json::from_str::<Vec<Attachment>>(&it.files).unwrap_or_default());
    let mut seen = BTreeSet::new();
    filed.chain(answered).filter(|file| seen.insert(file.sha256.clone())).collect()
}

/// What erasing a filing comes to; nothing is changed.
pub async fn weigh(store: &Store, filing: &FilingRow) -> Result<Weight, StoreError> {
    let revisions = store.revisions(filing.id).await?;
    let decisions = store.decisions_of(filing.id).await?;
    let notices = store.notices_of(filing.id).await?;
    let rows = 1 + revisions.len() + decisions.len() + notices.len();
    Ok(weight_of(&revisions, &decisions, rows))
}

fn weight_of(revisions: &[RevisionRow], decisions: &[DecisionRow], rows: usize) -> Weight {
    let files = files(revisions, decisions);
    let attached = files.iter().map(|it| it.size).fold(0_u64, u64::saturating_add);
    let bodies = revisions.iter().map(|it| it.document.len() as u64).sum::<u64>();
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Weight {
        rows: number(rows as u64),
        objects: number(files.len() as u64),
        bytes: number(attached.saturating_add(bodies)),
    }
}

/// Erases the contents of a filing that is finished and whose head is locked in this unit of work.
/// The objects that nothing else names go later (`upkeep/erasure.rs`). Gives nothing for what was
/// erased before.
pub async fn erase(
    store: &Store,
    tx: &mut Tx,
    filing: &FilingRow,
    erased: Erased,
) -> Result<Weight, StoreError> {
    let id = filing.id;
    let revisions = store.revisions(id).await?;
    if revisions.iter().any(|it| mark_in(&it.document).is_some()) {
        return Ok(Weight::default());
    }
    end_failed(store, tx, filing).await?;
    let decisions = store.decisions_of(id).await?;
    let mut known = known_words(filing, &revisions);
    let mut rows = tx.erase_rows(id).await?;
    rows += tx.erase_written(filing.corporate_number, id).await?;
    known.sort_by(|a, b| a.word.cmp(&b.word));
    known.dedup();
    rows += tx.delete_filing_words(&known).await?;
    let tries = store.attempts_of_filing(id).await?;
    rows += tx.erase_answers(&tries).await? as u64;
    let prints = tx.delete_prints(id).await?;
    rows += prints.len() as u64;
    let stub_of = |it: &RevisionRow| StubRow {
        filing_id: id,
        revision: it.revision,
        document: stub(filing, &erased),
    };
    let stubs: Vec<_> = revisions.iter().map(stub_of).collect();
    tx.erase_documents(&stubs).await?;
    let mut objects: Vec<String> =
        files(&revisions, &decisions).into_iter().map(|it| it.sha256).chain(prints).collect();
    objects.sort();
    objects.dedup();
    tx.insert_erased_objects(&objects).await?;
    let row =
        |what| ErasedRow { filing_id: id, what, erasure_id: erased.erasure_id, at: erased.at };
    tx.insert_erased(&[row(Erasable::Contents), row(Erasable::Addresses)]).await?;
    let body = json!({"erasure": erased.erasure_id, "revisions": revisions.len()});
    tx.append(&[NewEvent::new(id, "filing.erased", body)]).await?;
    let rows = usize::try_from(rows).unwrap_or(usize::MAX).saturating_add(revisions.len());
    Ok(Weight { objects: count(objects.len()), ..weight_of(&revisions, &decisions, rows) })
}

/// What failed, and a newer revision has taken the place of, can be sent no more.
async fn end_failed(store: &Store, tx: &mut Tx, filing: &FilingRow) -> Result<(), StoreError> {
    let all = store.deliveries_of(filing.id).await?;
    let failed = all.iter().filter(|it| matches!(it.state, State::Failed { .. }));
    let ids: Vec<_> = failed.map(|it| it.id).collect();
    let mut failed = tx.lock_deliveries(&ids).await?;
    for delivery in &mut failed {
        // Refused where it has moved on, which is as it should be.
        drop(delivery.apply(Event::Cancel, filing.received_at.max(delivery.updated_at)));
    }
    tx.save_deliveries(&failed).await
}

fn count(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

/// The words by which operations find it.
fn known_words(filing: &FilingRow, revisions: &[RevisionRow]) -> Vec<WordRow> {
    let read = |it: &RevisionRow| serde_json::from_str::<Submission>(&it.document).ok();
    revisions.iter().filter_map(read).flat_map(|it| words::of(filing.id, &it)).collect()
}

/// Why a filing stays, as codes; none where it is finished. `undecided` as in
/// [`crate::store::Term`].
pub fn stays(
    filing: &FilingRow,
    (revisions, deliveries): (&[RevisionRow], &[Delivery]),
    notices: &[NoticeRow],
    undecided: i64,
) -> Vec<&'static str> {
    let newest = |it: &&Delivery| {
        !deliveries
            .iter()
            .any(|other| other.authority == it.authority && other.revision > it.revision)
    };
    let is_decided = |it: &Delivery| {
        use crate::delivery::Review::{Accepted, Opened, Returned, Unopened, Withdrawn};
        match it.review {
            Accepted | Withdrawn => true,
            Unopened | Opened | Returned => it.updated_at <= undecided,
        }
    };
    let is_unplanned = |it: &RevisionRow| {
        it.routed_at.is_none() || (it.problem.is_some() && filing.withdrawn_at.is_none())
    };
    let is_under_way = |it: &Delivery| {
        !matches!(it.state, State::Delivered { .. } | State::Failed { .. } | State::Cancelled)
    };
    let mut last = deliveries.iter().filter(newest);
    let failed = last.clone().any(|it| matches!(it.state, State::Failed { .. }));
    let undecided = last.any(|it| matches!(it.state, State::Delivered { .. }) && !is_decided(it));
    let all = [
        ("unplanned", revisions.iter().any(is_unplanned)),
        ("under_way", deliveries.iter().any(is_under_way)),
        ("failed", failed),
        ("undecided", undecided),
        ("notice_open", notices.iter().any(|it| it.state != "sent" && it.state != "failed")),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| code).collect()
}

/// What is said of an erasure in what is given out as JSON.
pub fn view(erased: &Erased) -> Value {
    let at = jiff::Timestamp::from_millisecond(erased.at).unwrap_or_default();
    json!({"at": at.to_string(), "erasure": erased.erasure_id})
}

#[cfg(test)]
mod tests {
    use schemas::codes::corporate_number_of;
    use schemas::{FilingId, FilingKind};
    use uuid::Uuid;

    use super::*;

    fn filing() -> FilingRow {
        let id = FilingId(Uuid::nil());
        FilingRow {
            id,
            receipt_number: id.receipt_number(),
            corporate_number: corporate_number_of(1),
            operator_name: "みどり会".to_owned(),
            kind: FilingKind::Change,
            office_name: "みどりの家".to_owned(),
            received_at: 1,
            revision: 1,
            withdrawn_at: None,
            event_seq: 1,
            event_head: String::new(),
        }
    }

    #[test]
    fn a_stub_reads_as_a_submission_of_nothing_and_says_what_it_is() {
        let erased = Erased { at: 1_784_000_000_000, erasure_id: Some(Uuid::from_u128(7)) };
        let text = stub(&filing(), &erased);
        let read: Submission = serde_json::from_str(&text).expect("a submission");
        assert_eq!(mark_of(&read), Some(erased));
        assert_eq!(mark_in(&text), Some(erased));
        assert!(!text.contains("みどり"), "{text}");
        assert!(why(&erased).sentence.contains("2026-07-1"), "{}", why(&erased).sentence);
        // What somebody files under the same name is none.
        let office = json!({"name": "x", "municipality": "011002", "services": []});
        let mut filed = serde_json::to_value(&read).expect("JSON");
        filed["offices"] = json!([office]);
        assert_eq!(mark_in(&filed.to_string()), None);
        assert_eq!(mark_in("{}"), None);
    }

    #[test]
    fn the_chain_has_no_answer_but_its_digest() {
        let kept = chainable(&json!({"status": "HTTP 201", "body": "abc", "duplicate": false}));
        // FIPS 180-2, B.1.
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let expected = json!({"status": "HTTP 201", "body_sha256": digest, "duplicate": false});
        assert_eq!(kept, expected);
        assert_eq!(chainable(&Value::Null), Value::Null);
    }
}
