//! Tests that need nothing installed.

mod backup;
mod bad_input;
mod broker;
mod demo;
mod foreign;
mod forms;
mod hub;
mod objects;
mod preview;
mod retention;
mod simulation;
mod store;
mod tidy;
