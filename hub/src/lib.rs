//! The hub: takes filings, finds who must get them, carries them there, proves it, and brings the
//! answer back. Floors from top to bottom: cli · demo · app · web · stages · store, config ·
//! delivery, filing, lane, broker · clock, objects, metrics, telemetry, lifecycle.
//!
//! * **To add a stage**: a module with `step()` (one bounded batch) and `run()`, a line in `app`.
//! * **To add a page**: a handler in `web/operations`, a template in `templates/`, a route.
//! * **To add a setting**: a line in `default.toml` with a sentence, a field in `config`.

pub mod actor;
pub mod addresses;
pub mod app;
pub mod archive;
pub mod backup;
pub mod broker;
pub mod bulk;
pub mod checks;
pub mod cli;
pub mod clock;
pub mod collector;
pub mod config;
pub mod contacts;
pub mod content;
pub mod context;
pub mod courier;
pub mod delivery;
pub mod demo;
pub mod directory;
pub mod erasure;
pub mod feeder;
pub mod filing;
pub mod followers;
pub mod forms;
pub mod heart;
pub mod intake;
pub mod judgement;
pub mod lane;
pub mod ledgers;
pub mod lifecycle;
pub mod metrics;
pub mod notices;
pub mod notifier;
pub mod objects;
pub mod onboarding;
pub mod operate;
pub mod prints;
pub mod prober;
pub mod receipt;
pub mod recipe;
pub mod relay;
pub mod reminder;
pub mod reports;
pub mod retry;
pub mod review;
pub mod revision;
pub mod role;
pub mod router;
pub mod scanner;
pub mod scans;
pub mod signer;
pub mod statements;
pub mod store;
pub mod telemetry;
pub mod teller;
pub mod trace;
pub mod upkeep;
pub mod uploads;
pub mod watch;
pub mod watcher;
pub mod web;
pub mod webhooks;
pub mod words;
pub mod work;
mod written;
