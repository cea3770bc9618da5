//! Prints: `filing.pdf` of each revision, made once for all authorities and for good.
//!
//! The bytes of a print depend on the form catalogue, on the face and on the library that draws it.
//! So the first one is kept (in a volume, with a row of `prints`), and every package of
//! that revision has it, whatever changes later.

mod presses;
mod volumes;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use adapters::Action;
use adapters::print::{Paper, PaperFacts, Print};
use jiff::Timestamp;
use routing::Master;
use schemas::{Catalogue, FilingId, Owner, Submission, Why};
use tokio::sync::OnceCell;

use crate::context::Context;
use crate::store::{FilingRow, ParcelRow, RevisionRow};

use self::presses::Presses;
use self::volumes::Volumes;

type Key = (FilingId, i32);
type Place = Arc<OnceCell<Print>>;

/// Prints of late, in memory.
#[derive(Debug)]
pub struct Prints {
    bytes_max: usize,
    known: Mutex<Known>,
    presses: Presses,
    volumes: Volumes,
}

#[derive(Debug, Default)]
struct Known {
    places: HashMap<Key, Place>,
    /// Those that are there, the oldest first, with their bytes.
    order: VecDeque<(Key, usize)>,
    bytes: usize,
}

impl Prints {
    /// Keeps so many bytes at most.
    pub fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            known: Mutex::default(),
            presses: Presses::default(),
            volumes: Volumes::default(),
        }
    }

    /// The place of a print: whoever comes first fills it, the others wait.
    fn place(&self, key: Key) -> Place {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.places.entry(key).or_default())
    }

    /// A place was filled, or could not be.
    fn settle(&self, key: Key, bytes: Option<usize>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match bytes {
            Some(bytes) if known.order.iter().all(|(known, _)| *known != key) => {
                known.order.push_back((key, bytes));
                known.bytes += bytes;
            }
            Some(_) => {}
            None => drop(known.places.remove(&key)),
        }
        while known.bytes > self.bytes_max {
            let Some((oldest, bytes)) = known.order.pop_front() else { break };
            known.places.remove(&oldest);
            known.bytes -= bytes;
        }
    }
}

/// What a print tells of a revision beside its text.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    receipt_number: &'a str,
    action: &'a str,
    /// Milliseconds, of the revision.
    received_at: i64,
    /// Milliseconds, of the filing.
    first_received_at: i64,
}

impl<'a> From<&'a ParcelRow> for Head<'a> {
    fn from(row: &'a ParcelRow) -> Self {
        Self {
            receipt_number: &row.receipt_number,
            action: &row.action,
            received_at: row.received_at,
            first_received_at: row.first_received_at,
        }
    }
}

impl<'a> From<(&'a FilingRow, &'a RevisionRow)> for Head<'a> {
    fn from((filing, revision): (&'a FilingRow, &'a RevisionRow)) -> Self {
        Self {
            receipt_number: &filing.receipt_number,
            action: &revision.action,
            received_at: revision.received_at,
            first_received_at: filing.received_at,
        }
    }
}

/// The print of a revision: from memory, from the object store, or made now and kept.
pub async fn print_of(
    ctx: &Context,
    key: (FilingId, i32),
    head: Head<'_>,
    filing: &Submission,
) -> Result<Print, Why> {
    let place = ctx.prints.place(key);
    if let Some(known) = place.get() {
        return Ok(known.clone());
    }
    let got = place.get_or_try_init(async || get_or_make(ctx, key, head, filing).await).await;
    ctx.prints.settle(key, got.as_ref().ok().map(|print| print.bytes.len()));
    let ours = |error: anyhow::Error| {
        Why::new("print_not_made", Owner::Hub, format!("{error:#}; the attempt waits until it is"))
    };
    got.cloned().map_err(ours)
}

async fn get_or_make(
    ctx: &Context,
    (id, revision): Key,
    head: Head<'_>,
    filing: &Submission,
) -> anyhow::Result<Print> {
    if let Some(kept) = ctx.store.print(id, revision).await? {
        return volumes::fetch(ctx, &kept).await;
    }
    let paper = paper_of((&ctx.master(), &ctx.forms), revision, head, filing);
    let made = ctx.prints.presses.draw(paper).await?;
    if ctx.prints.volumes.keep(ctx, (id, revision), &made).await? {
        return Ok(made);
    }
    // Another process was first; its print is the one.
    let first = ctx.store.print(id, revision).await?;
    volumes::fetch(ctx, &first.ok_or_else(|| anyhow::anyhow!("the print is gone"))?).await
}

/// Takes the prints that are left in an object out of it, since others in it were erased. Nothing
/// is to be done where none is left.
pub async fn leave(ctx: &Context, sha256: &str) -> anyhow::Result<()> {
    let left = ctx.store.prints_in(sha256).await?;
    // A print by itself is nobody else's.
    if left.iter().all(|row| row.volume.is_none()) {
        return Ok(());
    }
    volumes::move_out(ctx, &left).await
}

/// What is printed of a revision.
pub fn paper_of(
    (master, forms): (&Master, &Catalogue),
    revision: i32,
    head: Head<'_>,
    filing: &Submission,
) -> Paper {
    let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let services = master.services();
    let facts = PaperFacts {
        receipt_number: head.receipt_number,
        revision: u32::try_from(revision).unwrap_or(1),
        action: Action::of_word(head.action),
        received_at: time(head.received_at),
        first_received_at: time(head.first_received_at),
        forms,
        service: &|code| {
            let known = services.iter().find(|row| row.code == code);
            known.map_or_else(|| code.to_string(), |row| format!("{code} {}", row.name))
        },
        place: &|code| master.name(code),
    };
    Paper::of(filing, &facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> Key {
        let id = format!("01932c07-209c-7a36-8d4f-7c1f4d1c2b{number:02x}");
        (id.parse().expect("an id"), 1)
    }

    #[test]
    fn memory_holds_prints_up_to_its_bytes_and_the_oldest_go_first() {
        let prints = Prints::new(100);
        let there = |number| {
            let known = prints.known.lock().expect("nobody panicked");
            known.places.contains_key(&key(number))
        };
        for number in 0..4 {
            drop(prints.place(key(number)));
            prints.settle(key(number), Some(40));
        }
        assert_eq!([0, 1, 2, 3].map(there), [false, false, true, true]);
        prints.settle(key(3), Some(40));
        assert!(there(2), "who waited for it counts nothing twice");
        drop(prints.place(key(5)));
        assert!(there(5));
        prints.settle(key(5), None);
        assert!(!there(5), "what could not be made is made anew");
        drop(prints.place(key(6)));
        prints.settle(key(6), Some(101));
        assert_eq!([2, 3, 6].map(there), [false; 3], "none that is larger than all");
    }
}
