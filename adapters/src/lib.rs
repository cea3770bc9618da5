//! *How* a package reaches an authority: one folder per channel, each tries once and answers an
//! [`Outcome`](schemas::Outcome).
//!
//! Nothing here retries, schedules, keeps state or knows where a filing must go; the hub does.
//!
//! * **To add a channel**: a variant of [`schemas::Channel`], a folder with `mod.rs` (the
//!   [`Adapter`]), `config.rs` (what an endpoint needs) and `outcome.rs` (the one pure function
//!   that classifies every answer of the protocol, with its table test), a variant of [`Endpoint`],
//!   a line in [`registry`], and its far side in [`sandbox`].
//! * **To classify one more answer**: a line in that channel's `outcome.rs` and in its table.

pub mod adapter;
pub mod clamd;
pub mod guard;
pub mod package;
pub mod print;
pub mod registry;
pub mod sandbox;
pub mod secret;

pub mod api;
pub mod email;
pub mod pull;
pub mod sftp;

pub use adapter::{Action, Adapter, Endpoint, Parcel, Probe};
pub use clamd::{Clamd, ClamdSettings, Verdict};
pub use package::{AttachmentSource, Contents, Sealed, seal};
pub use secret::Secret;
