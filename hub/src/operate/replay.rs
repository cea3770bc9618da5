//! A dry run: past filings asked of two masters on one day, to see who would get what.

use std::collections::HashMap;

use jiff::civil::Date;
use routing::{Answer, Case, Master};
use schemas::{FilingId, Submission};

use crate::context::Context;
use crate::store::{Filter, RevisionRow, StoreError};

/// Filings that are read at once.
const AT_ONCE: usize = 200;

/// Answers of one filing that are told at most.
const ANSWERS_MAX: usize = 5;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Filings that were asked, the newest.
    pub asked: usize,
    /// Those whose text does not read.
    pub unread: usize,
    /// Those that would go elsewhere.
    pub moved: usize,
    /// Some of these, the newest first.
    pub shown: Vec<Moved>,
}

/// A filing that would go elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub id: FilingId,
    /// Its 受付番号.
    pub receipt_number: String,
    /// What differs, each as it is and as it would be.
    pub answers: Vec<(Answer, Answer)>,
}

/// Asks both masters where the newest filings would go on a day, `most` of them.
pub async fn replay(
    ctx: &Context,
    (before, after): (&Master, &Master),
    day: Date,
    most: usize,
) -> Result<Replayed, StoreError> {
    let (mut done, mut filter) = (Replayed::default(), Filter::default());
    while done.asked < most {
        filter.limit = AT_ONCE.min(most - done.asked);
        let filings = ctx.store.list_filings(&filter).await?;
        let Some(last) = filings.last() else { break };
        (filter.before, filter.before_id) = (Some(last.received_at), Some(last.id.0));
        let ids: Vec<FilingId> = filings.iter().map(|filing| filing.id).collect();
        let documents = newest(ctx.store.revisions_of_all(&ids).await?);
        for filing in &filings {
            done.asked += 1;
            let document = documents.get(&filing.id).map_or("", String::as_str);
            let Ok(submission) = serde_json::from_str::<Submission>(document) else {
                done.unread += 1;
                continue;
            };
            let answers = differing((before, after), &submission, day);
            if answers.is_empty() {
                continue;
            }
            done.moved += 1;
            if done.shown.len() < ctx.config.master.dry_run_shown {
                let receipt_number = filing.receipt_number.clone();
                done.shown.push(Moved { id: filing.id, receipt_number, answers });
            }
        }
        if filings.len() < filter.limit {
            break;
        }
    }
    Ok(done)
}

/// The last text of each filing; a withdrawal says nothing of where it would go.
fn newest(revisions: Vec<RevisionRow>) -> HashMap<FilingId, String> {
    let told = revisions.into_iter().filter(|it| it.action != "withdraw");
    told.map(|it| (it.filing_id, it.document)).collect()
}

fn differing(
    (before, after): (&Master, &Master),
    submission: &Submission,
    date: Date,
) -> Vec<(Answer, Answer)> {
    let cases = submission.offices.iter().flat_map(|office| {
        office.services.iter().map(|it| Case {
            municipality: office.municipality,
            service: it.service,
            kind: submission.kind,
            date,
            insurers: &it.insurers,
            deemed: it.deemed,
        })
    });
    let mut answers: Vec<(Answer, Answer)> = Vec::new();
    for it in routing::dry_run(before, after, cases).differences {
        let answer = (it.before, it.after);
        if answers.len() < ANSWERS_MAX && !answers.contains(&answer) {
            answers.push(answer);
        }
    }
    answers
}
