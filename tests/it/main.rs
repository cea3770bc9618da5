//! Tests that need nothing installed.

mod tidy;
