//! What every engine must do alike, written once and run on each.
//!
//! To hold a new engine to a contract: write how it is opened, and name that function to the
//! contract's macro, as the files of the same name in `it/` and `live/` do.

pub mod broker;
pub mod hub;
pub mod objects;
pub mod scan;
pub mod store;
