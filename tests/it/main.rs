//! Tests that need nothing installed.

mod broker;
mod hub;
mod store;
mod tidy;
