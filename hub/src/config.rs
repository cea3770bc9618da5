//! The configuration: `default.toml` (embedded, so that documentation and default cannot disagree),
//! then a file, then `TODOKE_…` variables.

use std::path::{Path, PathBuf};
use std::time::Duration;

use adapters::ClamdSettings;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use schemas::AuthorityId;
use schemas::filing::Limits;
use serde::{Deserialize, Serialize};

use crate::lane::LanePolicy;
use crate::lifecycle::StopLimits;
use crate::store::{MigrateLimits, StoreLimits};
use crate::{telemetry, trace};

/// The text of `default.toml`.
pub const DEFAULT: &str = include_str!("../default.toml");

/// Declares sections whose fields are documented in `default.toml`.
macro_rules! sections {
    ($( $(#[$doc:meta])* $name:ident { $( $field:ident: $ty:ty, )* } )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "each setting is documented once, in default.toml")]
        pub struct $name { $( pub $field: $ty, )* }
    )* };
}

sections! {
    /// All settings.
    Config {
        http: Http, maintenance: Maintenance, data: Data, start: Start, stop: Stop,
        store: Box<StoreSettings>, broker: BrokerSettings, objects: Objects, mail: Mail,
        limits: Limits, intake: Batch, forms: Forms, router: Batch, courier: Courier,
        retry: Box<Retry>, lane: LanePolicy, notices: Notices, address: Box<Address>,
        webhook: Box<Webhook>, relay: Relay, package: Box<Package>, scan: Box<Scan>,
        endpoints: Endpoints, sessions: Sessions, login: Box<Login>, review: Box<Review>,
        operations: Box<Operations>, master: Box<MasterSettings>, audit: Audit, archive: Archive,
        checks: Box<Checks>, onboarding: Box<Onboarding>, reminders: Box<Reminders>,
        watches: Box<Watches>, processes: Processes, reports: Box<Reports>,
        reconciliation: Box<Reconciliation>, drafts: Box<Drafts>, uploads: Box<Uploads>,
        bulk: Box<Bulk>, upkeep: Box<Upkeep>, retention: Retention, log: Log,
        trace: Box<trace::Settings>,
    }
    /// `[http]`
    Http { listen: String, public_url: String, body_bytes_max: usize, open_pages: bool, }
    /// `[maintenance]`
    Maintenance { notice_ja: String, notice_en: String, }
    /// `[data]`
    Data { folder: PathBuf, former_keys: Vec<String>, }
    /// `[start]`
    Start { wait_seconds: u64, }
    /// `[stop]`
    Stop { soft_seconds: u64, hard_seconds: u64, }
    /// `[store]`
    StoreSettings {
        url: String, connections_max: u32, acquire_ms: u64, statement_ms: u64, lock_ms: u64,
        migrate_at_start: bool, migrate_lock_ms: u64, migrate_tries: u32, migrate_turn_ms: u64,
    }
    /// `[broker]`
    BrokerSettings { url: String, prefetch: u16, }
    /// `[objects]`
    Objects { url: String, orphan_hours: i64, sweep_ms: i64, }
    /// `[mail]`
    Mail { url: String, from: String, domain: String, connections_max: usize, }
    /// `[intake]`, `[router]`
    Batch { batch_max: usize, }
    /// `[forms]`
    Forms { folder: String, grace_days: u16, }
    /// `[courier]`
    Courier { batch_max: usize, first_slots: usize, retry_slots: usize, lease_ms: i64, }
    /// `[retry]`
    Retry {
        ladder_seconds: Vec<u64>, tries_max: i32, jitter: f64, retry_after_seconds_max: i64,
        fallback_hours: i64, unfetched_hours: i64, fault_ladder_seconds: Vec<u64>,
        deadline_hours: i64, deadline_ladder_seconds: Vec<u64>, deadline_fallback_minutes: i64,
    }
    /// `[notices]`
    Notices { tries_max: i32, ladder_seconds: Vec<u64>, lease_ms: i64, }
    /// `[address]`
    Address { link_hours: i64, changes_max: usize, months: i32, asked_max: usize, }
    /// `[webhook]`
    Webhook {
        answer_ms: u64, at_once: usize, operator_at_once: usize, url_bytes_max: usize,
        tries_a_day: usize, filings_looked_max: usize,
    }
    /// `[relay]`
    Relay { claim_ms: i64, }
    /// `[package]`
    Package {
        memory_bytes_max: usize, link_hours: i64, ledgers: String, print: bool,
        prints_bytes_max: usize,
    }
    /// `[scan]`
    Scan {
        socket: String, connect_ms: u64, idle_ms: u64, answer_ms: u64, stream_bytes_max: u64,
        at_once: usize, poll_ms: u64, lease_ms: i64, ladder_seconds: Vec<u64>, keep_days: i64,
    }
    /// `[endpoints]`
    Endpoints { allow_private_addresses: bool, }
    /// `[review]`
    Review {
        comment_chars_max: usize, marks_max: usize, bulk_max: usize, export_max: usize,
        followed_days: i64, followed_max: usize, remark_chars_max: usize, filters_max: usize,
        filter_name_chars_max: usize,
    }
    /// `[operations]`
    Operations {
        reason_chars_max: usize, troubles_looked: usize, redrive_items_max: usize,
        redrive_alone_max: usize, redrive_per_minute: i64, redrive_near_days: i64,
        redrive_preview_hours: i64, redrive_keep_days: i64, live_max: usize, live_ms: u64,
        live_minutes: i64, hours_keep_days: i64,
    }
    /// `[master]`
    MasterSettings {
        look_ms: u64, dry_run_max: usize, dry_run_shown: usize, import_bytes_max: usize,
        import_days_max: usize, list_rows: usize,
    }
    /// `[audit]`
    Audit { look_minutes: i64, }
    /// `[archive]`
    Archive { title_chars_max: usize, text_chars_max: usize, shown_max: usize, keep_days: i64, }
    /// `[reminders]`
    Reminders {
        unread_days: usize, prefecture_days: usize, operations_days: usize, hour: i8,
        operations_mail: String, names_max: usize, look_ms: u64, list_rows: usize,
        fixed_hour: i8, fixed_minutes: i64, fixed_days: i64, fixed_looked: usize,
        fixed_rows: usize,
    }
    /// `[checks]`
    Checks {
        wait_hours: i64, every_days: i64, pace_ms: i64, keep_days: i64, results_keep_days: i64,
        list_rows: usize,
    }
    /// `[onboarding]`
    Onboarding { soon_days: i64, prefecture_days: i64, operations_days: i64, past_days: i64, }
    /// `[reports]`
    Reports { months: u32, again_months: u32, again_minutes: i64, batch_max: usize, }
    /// `[reconciliation]`
    Reconciliation {
        days: u32, settle_minutes: i64, packages_max: usize, answer_max: usize,
        differences_max: usize, answer_bytes_max: usize, hand_out_to: Vec<Whom>,
        attach_bytes_max: usize, look_ms: u64, answer_days: i64,
    }
    /// `[watches]`
    Watches {
        look_ms: u64, group_ms: i64, settle_ms: i64, skew_ms: i64, names_max: usize,
        tell_authorities: bool, keep_days: i64, list_rows: usize, deadline_hours: i64,
        deadline_minutes: i64, deadline_past_days: i64, deliveries_max: usize,
        failing_minutes: i64, network_lanes: usize, paused_hours: i64, probe_hours: i64,
        probe_minutes: i64, silent_minutes: i64, backlog_minutes: i64, notices_minutes: i64,
        credential_days: i64, decision_days: usize, statement_days: i64,
    }
    /// `[processes]`
    Processes { beat_ms: u64, silent_ms: i64, keep_minutes: i64, }
    /// `[sessions]`
    Sessions { idle_minutes: i64, absolute_minutes: i64, }
    /// `[login]`
    Login {
        again_minutes: i64, return_minutes: i64, answer_ms: u64, keep_minutes: i64,
        authority_claim: String, operations_claim: String, operations_value: String,
        operators: Provider, authorities: Provider, operations: Provider,
    }
    /// `[login.operators]` and its sisters
    Provider { issuer: String, client_id: String, client_secret: String, scopes: Vec<String>, }
    /// `[drafts]`
    Drafts {
        keep_days: i64, operator_max: usize, filings_looked_max: usize, filings_offered_max: usize,
        autosave_ms: u32,
    }
    /// `[uploads]`
    Uploads { piece_bytes: u64, draft_max: usize, keep_hours: i64, }
    /// `[bulk]`
    Bulk {
        rows_max: usize, bytes_max: usize, unpacked_bytes_max: u64, columns_max: usize,
        list_rows: usize, at_once: usize, resume_ms: u64, operator_max: usize, keep_days: i64,
    }
    /// `[upkeep]`
    Upkeep {
        interval_ms: u64, batch_max: usize, stale_ms: i64, stale_ms_max: i64, collect_ms: i64,
        release_per_second: i64,
    }
    /// `[retention]`
    Retention {
        look_ms: i64, months_ahead: u32, event_years: i16, content_years: i16,
        attempt_months: i32, address_months: i32, answer_weeks: i32, undecided_months: i32,
    }
    /// `[log]`
    Log { filter: String, format: telemetry::Format, }
}

impl StoreSettings {
    /// What this process may ask of the server.
    pub fn limits(&self) -> StoreLimits {
        let Self { connections_max, acquire_ms, statement_ms, lock_ms, .. } = *self;
        StoreLimits { connections_max, acquire_ms, statement_ms, lock_ms }
    }

    /// How patiently the tables are brought up.
    pub fn migrate_limits(&self) -> MigrateLimits {
        let Self { migrate_lock_ms, migrate_tries, migrate_turn_ms, .. } = *self;
        MigrateLimits { lock_ms: migrate_lock_ms, tries: migrate_tries, turn_ms: migrate_turn_ms }
    }
}

impl Scan {
    /// How the scanner is reached; none when nothing is looked through.
    pub fn clamd(&self) -> Option<ClamdSettings> {
        let Self { connect_ms, idle_ms, answer_ms, stream_bytes_max, .. } = *self;
        (!self.socket.is_empty()).then(|| ClamdSettings {
            socket: self.socket.clone(),
            connect: Duration::from_millis(connect_ms),
            idle: Duration::from_millis(idle_ms),
            answer: Duration::from_millis(answer_ms),
            bytes_max: stream_bytes_max,
        })
    }
}

impl Stop {
    /// As times.
    pub fn limits(&self) -> StopLimits {
        let Self { soft_seconds, hard_seconds } = *self;
        StopLimits {
            soft: Duration::from_secs(soft_seconds),
            hard: Duration::from_secs(hard_seconds),
        }
    }
}

impl Sessions {
    /// At this moment a session is over that was last seen by the first of two moments, or began by
    /// the second; all in milliseconds.
    pub fn over_at(&self, now: i64) -> (i64, i64) {
        (now - self.idle_minutes * 60_000, now - self.absolute_minutes * 60_000)
    }
}

/// Whom something goes to that is not for everyone: a code, or `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Whom {
    /// All authorities.
    All,
    /// This one.
    One(AuthorityId),
}

impl Whom {
    /// Whether an authority is meant.
    pub fn is(self, authority: AuthorityId) -> bool {
        match self {
            Self::All => true,
            Self::One(code) => code == authority,
        }
    }
}

impl TryFrom<String> for Whom {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse()
            .map(Self::One)
            .map_err(|error| format!("{text:?}: {error}; write an authority's code, or \"all\""))
    }
}

impl From<Whom> for String {
    fn from(whom: Whom) -> Self {
        match whom {
            Whom::All => "all".to_owned(),
            Whom::One(code) => code.to_string(),
        }
    }
}

impl Config {
    /// The defaults alone: no file, no environment, nothing derived.
    pub fn defaults() -> Result<Self, ConfigError> {
        Ok(Figment::from(Toml::string(DEFAULT)).extract().map_err(Box::new)?)
    }

    /// Reads the defaults, then the file if one is given, then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULT));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.to_owned()));
            }
            figment = figment.merge(Toml::file(file));
        }
        figment = figment.merge(settings_of_environment());
        let mut config: Self = figment.extract().map_err(Box::new)?;
        config.fill_in();
        Ok(config)
    }

    /// Derives what was left empty.
    pub fn fill_in(&mut self) {
        let folder = &self.data.folder;
        if self.store.url.is_empty() {
            self.store.url = format!("sqlite:{}", folder.join("todoke.db").display());
        }
        if self.mail.url == "spool:" {
            self.mail.url = format!("spool:{}", folder.join("mail").display());
        }
        if self.http.public_url.is_empty() {
            self.http.public_url = format!("http://{}", self.http.listen);
        }
    }
}

/// `TODOKE_SECTION__SETTING`; names without `__` belong to others (the tests' servers, for one).
fn settings_of_environment() -> Env {
    Env::prefixed("TODOKE_").filter(|name| name.as_str().contains("__")).split("__")
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was asked for is not there.
    #[error("no configuration file {}; leave --config out to use the defaults", .0.display())]
    NoFile(PathBuf),
    /// A setting is unknown, missing or of the wrong type.
    #[error("configuration (`todoke config` explains every setting)")]
    Setting(#[from] Box<figment::Error>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete() {
        let mut config = Config::defaults().expect("default.toml fits the sections");
        config.fill_in();
        assert_eq!(config.store.url, "sqlite:todoke-data/todoke.db");
        assert_eq!(config.http.public_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn statements_go_to_codes_or_to_all() {
        let code: AuthorityId = "011002".parse().expect("a code");
        let other: AuthorityId = "012033".parse().expect("a code");
        let whom = |text: &str| Whom::try_from(text.to_owned());
        assert!(whom("all").is_ok_and(|it| it.is(code) && it.is(other)));
        assert!(whom("011002").is_ok_and(|it| it.is(code) && !it.is(other)));
        assert!(whom("011003").is_err_and(|why| why.contains("write an authority's code")));
        assert!(Config::defaults().expect("settings").reconciliation.hand_out_to.is_empty());
    }
}
