//! What an SFTP endpoint needs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Secret;

/// An authority's SFTP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    #[serde(default = "port")]
    pub port: u16,
    /// The account.
    pub user: String,
    /// How the account is proved.
    pub login: Login,
    /// The last day on which password or key works, where one is known: people are told before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// The server's host keys that are trusted, as `SHA256:…` fingerprints; several allow a key
    /// to be rotated. Empty trusts none.
    pub host_keys: Vec<String>,
    /// The folder that packages are dropped into.
    #[serde(default = "folder")]
    pub folder: String,
    /// The folder in which the authority leaves its decisions, if it answers this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_folder: Option<String>,
    /// Connecting and logging in must be done within this time.
    #[serde(default = "connect_timeout_ms")]
    pub connect_timeout_ms: u64,
    /// How long the server may leave a request unanswered before the session is given up.
    #[serde(default = "idle_timeout_ms")]
    pub idle_timeout_ms: u64,
    /// Writes under way at once; 1 for servers that can take no more.
    #[serde(default = "writes_in_flight")]
    pub writes_in_flight: usize,
    /// Bytes of one write; the server's own limit may lower it.
    #[serde(default = "write_bytes")]
    pub write_bytes: usize,
}

/// How the account is proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Login {
    /// By password.
    Password(Secret),
    /// By an Ed25519 or ECDSA key in OpenSSH or PKCS#8 PEM form; RSA keys are not taken.
    Key {
        /// The private key's text.
        private_key: Secret,
        /// Its passphrase, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passphrase: Option<Secret>,
    },
}

impl Config {
    /// An endpoint with the usual port, folder and tuning.
    pub fn new(host: impl Into<String>, user: impl Into<String>, login: Login) -> Self {
        Self {
            host: host.into(),
            port: port(),
            user: user.into(),
            login,
            expires_on: None,
            host_keys: Vec::new(),
            folder: folder(),
            result_folder: None,
            connect_timeout_ms: connect_timeout_ms(),
            idle_timeout_ms: idle_timeout_ms(),
            writes_in_flight: writes_in_flight(),
            write_bytes: write_bytes(),
        }
    }
}

fn port() -> u16 {
    22
}

fn folder() -> String {
    ".".to_owned()
}

fn connect_timeout_ms() -> u64 {
    15_000
}

fn idle_timeout_ms() -> u64 {
    30_000
}

fn writes_in_flight() -> usize {
    16
}

fn write_bytes() -> usize {
    32 * 1024
}
