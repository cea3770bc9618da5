//! A dry run: past filings asked of two masters on one day, to see who would get what.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use routing::{Answer, Case, Master};
use schemas::{AuthorityId, FilingId, Submission};
use uuid::Uuid;

use super::master::Prepared;
use crate::context::Context;
use crate::store::{FilingRow, Filter, RevisionRow, Store, StoreError};

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

/// Asks both masters where the newest filings would go on the days of a change, `most` of them. Of
/// a change of what one authority accepts those that were planned for it are asked, else the whole
/// country's: who belongs to a union moves what was planned for others.
pub async fn replay(
    ctx: &Context,
    prepared: &Prepared,
    most: usize,
) -> Result<Replayed, StoreError> {
    let both = (&*prepared.before, &prepared.after);
    let (mut done, mut newest) = (Replayed::default(), Newest::of(prepared.whose()));
    let days: Vec<_> = prepared.days().into_iter().collect();
    while done.asked < most {
        let Some(mut ids) = newest.page(&ctx.store).await? else { break };
        ids.truncate(most - done.asked);
        let documents = last_texts(ctx.store.revisions_of_all(&ids).await?);
        for id in ids {
            done.asked += 1;
            let document = documents.get(&id).map_or("", String::as_str);
            let Ok(submission) = serde_json::from_str::<Submission>(document) else {
                done.unread += 1;
                continue;
            };
            let answers = differing(both, &submission, &days);
            if answers.is_empty() {
                continue;
            }
            done.moved += 1;
            if done.shown.len() < ctx.config.master.dry_run_shown {
                done.shown.push(Moved { id, receipt_number: id.receipt_number(), answers });
            }
        }
    }
    Ok(done)
}

/// Filings from the newest on, each once; tests are none.
struct Newest {
    filter: Filter,
    seen: HashSet<FilingId>,
    is_over: bool,
}

impl Newest {
    fn of(authority: Option<AuthorityId>) -> Self {
        let filter = Filter { authority, limit: AT_ONCE, ..Filter::default() };
        Self { filter, seen: HashSet::new(), is_over: false }
    }

    /// The next of them, which may be none; nothing when there are no more.
    async fn page(&mut self, store: &Store) -> Result<Option<Vec<FilingId>>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        // Of each row: when, its id, its filing, whether that is a test.
        let rows: Vec<(i64, Uuid, FilingId, bool)> = if self.filter.authority.is_some() {
            let rows = store.list_deliveries(&self.filter).await?;
            rows.iter().map(|it| (it.created_at, it.id.0, it.filing_id, it.is_test())).collect()
        } else {
            let rows = store.list_filings(&self.filter).await?;
            let is_test = |it: &FilingRow| it.corporate_number.is_test();
            rows.iter().map(|it| (it.received_at, it.id.0, it.id, is_test(it))).collect()
        };
        self.is_over = rows.len() < self.filter.limit;
        if let Some((at, id, ..)) = rows.last() {
            (self.filter.before, self.filter.before_id) = (Some(*at), Some(*id));
        }
        let filings = rows.into_iter().filter(|(.., is_test)| !is_test).map(|(.., id, _)| id);
        Ok(Some(filings.filter(|id| self.seen.insert(*id)).collect()))
    }
}

/// The last text of each filing; a withdrawal says nothing of where it would go.
fn last_texts(revisions: Vec<RevisionRow>) -> HashMap<FilingId, String> {
    let told = revisions.into_iter().filter(|it| it.action != "withdraw");
    told.map(|it| (it.filing_id, it.document)).collect()
}

fn differing(
    (before, after): (&Master, &Master),
    submission: &Submission,
    days: &[Date],
) -> Vec<(Answer, Answer)> {
    let of_day = |date: &Date| {
        let date = *date;
        submission.offices.iter().flat_map(move |office| {
            office.services.iter().map(move |it| Case {
                municipality: office.municipality,
                service: it.service,
                kind: submission.kind,
                date,
                insurers: &it.insurers,
                deemed: it.deemed,
            })
        })
    };
    let cases = days.iter().flat_map(of_day);
    let mut answers: Vec<(Answer, Answer)> = Vec::new();
    for it in routing::dry_run(before, after, cases).differences {
        let answer = (it.before, it.after);
        if answers.len() < ANSWERS_MAX && !answers.contains(&answer) {
            answers.push(answer);
        }
    }
    answers
}
