//! The ways out of the hub, as the configuration has them.

use std::sync::Arc;
use std::time::Duration;

use adapters::Clamd;
use adapters::api::{self, Api, Webhook};
use adapters::email::{Email, MailSettings, Mailer};
use adapters::guard::Guard;
use adapters::pull::Pull;
use adapters::registry::Adapters;
use adapters::sftp::Sftp;

use crate::config::Config;

/// The way out for mail.
pub fn mailer(config: &Config) -> anyhow::Result<Mailer> {
    let mail = &config.mail;
    let settings = MailSettings {
        url: mail.url.clone(),
        from: mail.from.clone(),
        domain: mail.domain.clone(),
        connections_max: mail.connections_max,
    };
    Mailer::open(&settings).map_err(anyhow::Error::msg)
}

/// What looks files through, where that is configured.
pub fn clamd(config: &Config) -> anyhow::Result<Option<Clamd>> {
    config.scan.clamd().map(Clamd::new).transpose().map_err(anyhow::Error::msg)
}

/// What posts notices to operators' own systems; it obeys the same guard as endpoints do.
pub fn webhook(config: &Config) -> anyhow::Result<Webhook> {
    let settings = api::Settings { guard: guard(config), ..api::Settings::default() };
    Ok(Webhook::new(settings, Duration::from_millis(config.webhook.answer_ms))?)
}

pub(super) fn adapters(
    config: &Config,
    mailer: &Mailer,
    sftp: &Arc<Sftp>,
) -> anyhow::Result<Adapters> {
    let settings = api::Settings { guard: guard(config), ..api::Settings::default() };
    let api = Api::new(settings)?;
    let email = Email::new(mailer.clone());
    Ok(Adapters::new(vec![Arc::new(api), Arc::clone(sftp) as _, Arc::new(email), Arc::new(Pull)]))
}

pub(super) fn guard(config: &Config) -> Guard {
    Guard { allow_private: config.endpoints.allow_private_addresses }
}
