//! *Where*: which authorities must get a filing, by which rule, from which version of the master.
//!
//! Pure functions over tables: no I/O, no clock, dates are arguments. The router calls [`plan`]
//! with the master as of the filing's `received_at`; the courier never asks again.
//!
//! * **To correct a fact** (an authority, a union, a transfer of power, a kind's services): one row
//!   in `master/*.csv` and the next `master/VERSION`; a changed fact is a new row with its dates.
//! * **What an authority accepts, and who belongs to a union**, changes while the hub runs:
//!   amendments ([`Amendment`]) are laid over the tables, each from a day on.
//! * **To try a new master before it is used**: [`dry_run`] tells whose filings would move.
//! * **To add a rule**: one variant of [`Rule`], its article in `master/rules.csv`, one step in
//!   `case.rs`.
//! * **To add a filing kind**: one row in `master/kinds.csv` (the kind itself lives in `schemas`).

mod amend;
mod authority;
mod bulk;
mod case;
mod check;
mod dry_run;
mod error;
mod explain;
mod import;
mod import_rows;
mod import_told;
mod master;
mod period;
mod plan;
mod reception;
mod roll;
mod rule;
mod selector;
mod service;
mod stats;
mod table;

pub use amend::{Amendment, Cells};
pub use authority::{AuthorityRow, Body, Class, UnionRow};
pub use bulk::{BulkError, BulkSummary, COLUMNS_IN, COLUMNS_OUT, bulk};
pub use case::{Case, CasePlan, Route, plan_case};
pub use dry_run::{Addressee, Answer, Difference, DryRun, dry_run};
pub use error::{CaseError, Fault, PlanError, Role};
pub use explain::{Language, explain};
pub use import::{Edit, edits_of};
pub use import_told::ImportFault;
pub use master::{Master, MasterError, Tables};
pub use period::Period;
pub use plan::{Concern, Note, Plan, Target, plan, plan_of_case};
pub use reception::{Alternative, NotReadyReason, Readiness, Reception, Status};
pub use roll::{FOUNDING, Roll};
pub use rule::{Deemed, GoesTo, KindRow, Rule, TransferRow};
pub use selector::{KindSet, ServiceWord};
pub use service::{Category, Designator, Institution, ServiceRow};
pub use stats::{ClassCounts, Counts, PrefectureCounts, Stats, stats};
pub use table::MasterFault;
