//! The form catalogue: what its files say, and what the checks make of filings.

mod bad_input;
mod carried;
mod catalogue;
mod copied;
mod deadlines;
mod filings;
mod flaws;
mod limits;
mod support;
