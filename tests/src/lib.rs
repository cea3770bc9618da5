//! What the tests stand on. Nothing here is part of the product.
//!
//! `servers` gives real, private PostgreSQL, RabbitMQ, OpenSSH, Postfix and ClamAV. `it/` needs
//! nothing installed, `live/` needs those servers; `tests/run` sets up and runs all of it.
//! `house` is the whole hub on a manual clock, beside a sandbox of far sides; `world` is several
//! processes of it as a seed plays them; `demo` is the demo environment as a process of its own,
//! `town` the hub on real engines in real time. `foreign` is every parser of foreign bytes.
//! `packages` reads what a demo's far sides hold as authorities' own tools do.
//! `browser` is a demo that stays up, for real Chromium to look at, `backdrop` what it does not
//! come to by itself. `scanner` is the far side of the malware scanner, `authorities` finds some
//! to file to, `parcels` are for channels without a hub.

pub mod authorities;
pub mod backdrop;
pub mod browser;
pub mod collector;
pub mod contracts;
pub mod demo;
pub mod foreign;
pub mod house;
pub mod packages;
pub mod parcels;
pub mod scanner;
pub mod servers;
pub mod town;
pub mod world;
