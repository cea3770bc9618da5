//! HTTPS push to an authority's intake.

mod config;

pub use config::Config;
