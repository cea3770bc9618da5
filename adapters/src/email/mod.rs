//! Mail to an authority's mailbox, and the [`Mailer`] that the hub's own notices use too.
//!
//! What a relay takes is `accepted_by_transport` and no more; bounces come later and elsewhere.

mod config;
mod dial;
mod letter;
mod mailer;
mod message;
pub mod outcome;
mod smtp;
mod spool;
mod tls;

use async_trait::async_trait;
use schemas::{Channel, Outcome};

use crate::adapter::{Adapter, Endpoint, Parcel, Probe, timed, wrong_channel};
use outcome::{Answer, Loss, classify};

pub use config::Config;
pub use mailer::{Mail, MailAttachment, MailSettings, Mailer};
pub use message::is_address;

/// The adapter that mails packages.
#[derive(Clone)]
pub struct Email {
    mailer: Mailer,
}

impl Email {
    /// An adapter over a mailer that others may share.
    pub fn new(mailer: Mailer) -> Self {
        Self { mailer }
    }

    async fn post(&self, config: &Config, parcel: &Parcel) -> Answer {
        match letter::compose(config, parcel).await {
            Ok(mail) => self.mailer.post(&mail, &letter::headers(parcel)).await,
            Err(loss) => Answer::Lost(loss),
        }
    }
}

#[async_trait]
impl Adapter for Email {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    async fn deliver(&self, endpoint: &Endpoint, parcel: &Parcel) -> Outcome {
        match endpoint {
            Endpoint::Email(config) => classify(&self.post(config, parcel).await),
            Endpoint::Api(_) | Endpoint::Sftp(_) | Endpoint::Pull(_) => {
                wrong_channel(Channel::Email, endpoint)
            }
        }
    }

    /// Asks the relay; whether the mailbox exists can only be seen by sending.
    async fn probe(&self, endpoint: &Endpoint) -> Probe {
        let Endpoint::Email(config) = endpoint else {
            return Probe::from_outcome(wrong_channel(Channel::Email, endpoint));
        };
        if message::mailbox(&config.to).is_err() {
            let what = "the endpoint is not one ASCII mail address; correct it";
            return Probe::from_outcome(classify(&Answer::Lost(Loss::Malformed(what.into()))));
        }
        timed(async {
            match self.mailer.probe().await {
                Ok(sentence) => Probe::good(sentence, None),
                Err(why) => Probe::bad(why, None),
            }
        })
        .await
    }
}
