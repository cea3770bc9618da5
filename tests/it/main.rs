//! Tests that need nothing installed.

mod broker;
mod store;
mod tidy;
