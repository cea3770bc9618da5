//! Tests that need nothing installed.

mod broker;
mod tidy;
