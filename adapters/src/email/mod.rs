//! Mail.

mod config;

pub use config::Config;
