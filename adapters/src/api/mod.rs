//! HTTPS push to an authority's intake: one `POST` of the package, signed by Standard Webhooks; and
//! messages to operators' webhooks.

mod answer;
mod client;
mod config;
pub mod outcome;
mod request;
pub mod sign;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use schemas::{Channel, Outcome};

use crate::adapter::{Adapter, Endpoint, Parcel, Probe, timed, wrong_channel};
use crate::guard::Guard;
use outcome::{Answer, classify};

pub use client::{BuildError, Settings};
pub use config::Config;
pub use webhook::{Message, Webhook};

/// The adapter that posts packages; one connection pool for all authorities.
#[derive(Debug)]
pub struct Api {
    client: client::Client,
}

impl Api {
    /// Builds the client; fails when the machine's certificate store cannot be read.
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        Ok(Self { client: client::Client::new(settings)? })
    }
}

#[async_trait]
impl Adapter for Api {
    fn channel(&self) -> Channel {
        Channel::Api
    }

    async fn deliver(&self, endpoint: &Endpoint, parcel: &Parcel) -> Outcome {
        match endpoint {
            Endpoint::Api(config) => {
                let answer = self.client.post(config, parcel).await;
                classify(&answer.unwrap_or_else(Answer::Lost), parcel.now)
            }
            Endpoint::Sftp(_) | Endpoint::Email(_) | Endpoint::Pull(_) => {
                wrong_channel(Channel::Api, endpoint)
            }
        }
    }

    /// Asks with `HEAD`; an intake that knows only `POST` says 405, which is as good.
    async fn probe(&self, endpoint: &Endpoint) -> Probe {
        match endpoint {
            Endpoint::Api(config) => timed(self.client.head(config)).await,
            Endpoint::Sftp(_) | Endpoint::Email(_) | Endpoint::Pull(_) => {
                Probe::from_outcome(wrong_channel(Channel::Api, endpoint))
            }
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            guard: Guard { allow_private: false },
            connect_timeout: Duration::from_secs(10),
            idle_per_host_max: 8,
        }
    }
}
