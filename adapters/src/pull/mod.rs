//! Pull: the package waits in the hub's inbox until the authority fetches and acknowledges it;
//! nothing is sent.

mod config;
pub mod outcome;

use async_trait::async_trait;
use schemas::{Channel, Outcome};

use crate::adapter::{Adapter, Endpoint, Parcel, Probe, wrong_channel};

pub use config::Config;

/// The adapter that lets packages wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pull;

#[async_trait]
impl Adapter for Pull {
    fn channel(&self) -> Channel {
        Channel::Pull
    }

    async fn deliver(&self, endpoint: &Endpoint, parcel: &Parcel) -> Outcome {
        match endpoint {
            Endpoint::Pull(config) => outcome::awaiting_pickup(parcel.now, config.remind_after_s),
            Endpoint::Api(_) | Endpoint::Sftp(_) | Endpoint::Email(_) => {
                wrong_channel(Channel::Pull, endpoint)
            }
        }
    }

    async fn probe(&self, _endpoint: &Endpoint) -> Probe {
        Probe::good("packages wait in the inbox", None)
    }
}
