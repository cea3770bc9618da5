//! SFTP drop.

mod config;

pub use config::{Config, Login};
