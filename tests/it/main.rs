//! Tests that need nothing installed.
