//! Which adapter serves which channel.

use std::sync::Arc;

use async_trait::async_trait;
use schemas::{Channel, Outcome, Owner, Why};

use crate::adapter::{Adapter, Endpoint, Parcel, Probe};
use crate::pull::Pull;

/// One adapter per channel; clones share them.
#[derive(Clone)]
pub struct Adapters {
    api: Arc<dyn Adapter>,
    sftp: Arc<dyn Adapter>,
    email: Arc<dyn Adapter>,
    pull: Arc<dyn Adapter>,
}

impl Adapters {
    /// Takes the adapters in any order; the last of a channel serves it. Pull needs no settings
    /// and is there anyway; another channel without adapter refuses every parcel.
    pub fn new(all: Vec<Arc<dyn Adapter>>) -> Self {
        let missing = |channel| -> Arc<dyn Adapter> { Arc::new(Missing(channel)) };
        let mut adapters = Self {
            api: missing(Channel::Api),
            sftp: missing(Channel::Sftp),
            email: missing(Channel::Email),
            pull: Arc::new(Pull),
        };
        for adapter in all {
            match adapter.channel() {
                Channel::Api => adapters.api = adapter,
                Channel::Sftp => adapters.sftp = adapter,
                Channel::Email => adapters.email = adapter,
                Channel::Pull => adapters.pull = adapter,
            }
        }
        adapters
    }

    /// The adapter of a channel.
    pub fn get(&self, channel: Channel) -> &dyn Adapter {
        match channel {
            Channel::Api => &*self.api,
            Channel::Sftp => &*self.sftp,
            Channel::Email => &*self.email,
            Channel::Pull => &*self.pull,
        }
    }
}

/// Stands where a channel has no adapter.
struct Missing(Channel);

impl Missing {
    fn why(&self) -> Why {
        let sentence = format!(
            "this hub was started without the {} channel; start it with one, or give the \
             authority another channel",
            self.0
        );
        Why::new("channel_missing", Owner::Hub, sentence)
    }
}

#[async_trait]
impl Adapter for Missing {
    fn channel(&self) -> Channel {
        self.0
    }

    async fn deliver(&self, _endpoint: &Endpoint, _parcel: &Parcel) -> Outcome {
        Outcome::Refused { why: self.why() }
    }

    async fn probe(&self, _endpoint: &Endpoint) -> Probe {
        Probe::bad(self.why(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email;

    #[tokio::test]
    async fn a_channel_without_adapter_says_so() {
        let adapters = Adapters::new(Vec::new());
        for channel in Channel::ALL {
            assert_eq!(adapters.get(*channel).channel(), *channel);
        }
        let endpoint = Endpoint::Email(email::Config::new("desk@authority.test"));
        let probe = adapters.get(Channel::Email).probe(&endpoint).await;
        assert_eq!(probe.why.expect("a reason").code, "channel_missing");
        let endpoint = Endpoint::Pull(crate::pull::Config::default());
        assert!(adapters.get(Channel::Pull).probe(&endpoint).await.ok);
    }
}
