//! The nouns that cross a wall: ids, codes with check digits, filings, messages, outcomes.
//!
//! Nothing here does I/O, waits, or reads a clock; every other crate of ours builds on this one.
//!
//! * **To add a message**: a `.avsc` file in `avro/`, a struct and one line in [`message`], a
//!   golden sample made by `cargo test -p schemas -- --ignored make_golden`.
//! * **To add a filing kind**: one variant and one row in [`kind`].
//! * **To add a code with a check digit**: one type in [`codes`], and real numbers in its tests.

pub mod codes;
pub mod deadline;
pub mod decision;
pub mod filing;
pub mod finding;
pub mod forms;
pub mod id;
pub mod kind;
pub mod ledger;
pub mod message;
pub mod outcome;

pub use codes::{AuthorityId, CorporateNumber, InsurerNumber, OfficeNumber, ServiceCode};
pub use decision::{Decision, DecisionFile, Verdict};
pub use filing::{Attachment, Office, OfficeService, Submission};
pub use finding::{Finding, Level};
pub use forms::Catalogue;
pub use id::{DeliveryId, FilingId, NoticeId};
pub use kind::{FilingKind, LegalGroup};
pub use ledger::Ledgers;
pub use outcome::{Channel, Outcome, Owner, Proof, ProofLevel, Response, Why};
