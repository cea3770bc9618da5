//! How each authority is reached: its ladder of channels. Read from the store, kept in memory.

use std::collections::HashMap;

use adapters::{Endpoint, pull};
use schemas::{AuthorityId, Channel};

use crate::delivery::Delivery;
use crate::store::EndpointRow;

/// All ladders at one moment.
#[derive(Debug, Default)]
pub struct Directory {
    ladders: HashMap<AuthorityId, Vec<Endpoint>>,
    fallback: Vec<Endpoint>,
}

impl Directory {
    /// Builds it from rows sorted by authority and position. A row that does not read is left out
    /// and logged: the authority's other channels still work.
    pub fn new(rows: &[EndpointRow]) -> Self {
        let mut ladders: HashMap<AuthorityId, Vec<Endpoint>> = HashMap::new();
        for row in rows {
            match serde_json::from_str(&row.config) {
                Ok(endpoint) => ladders.entry(row.authority).or_default().push(endpoint),
                Err(error) => tracing::error!(
                    authority.code = %row.authority, channel = %row.channel, %error,
                    "an endpoint's settings do not read; correct them with `todoke authority`"
                ),
            }
        }
        Self { ladders, fallback: vec![Endpoint::Pull(pull::Config::default())] }
    }

    /// Every endpoint that is written down, and whose it is.
    pub fn all(&self) -> impl Iterator<Item = (AuthorityId, &Endpoint)> {
        let ladders = self.ladders.iter();
        ladders.flat_map(|(authority, ladder)| ladder.iter().map(|it| (*authority, it)))
    }

    /// An authority's ladder; one without endpoints fetches from the inbox.
    pub fn ladder(&self, authority: AuthorityId) -> &[Endpoint] {
        self.ladders.get(&authority).unwrap_or(&self.fallback)
    }

    /// An authority's endpoint for a channel.
    pub fn endpoint(&self, authority: AuthorityId, channel: Channel) -> Option<&Endpoint> {
        self.ladder(authority).iter().find(|endpoint| endpoint.channel() == channel)
    }

    /// An authority's endpoint for a channel, with its place in the ladder.
    pub fn step(&self, authority: AuthorityId, step: i32) -> Option<&Endpoint> {
        self.ladder(authority).get(usize::try_from(step).ok()?)
    }

    /// The endpoint that takes over where a delivery's own does not work. A test is of one channel:
    /// what comes over another says nothing of it.
    pub fn next(&self, delivery: &Delivery) -> Option<&Endpoint> {
        let step = delivery.ladder_step.checked_add(1)?;
        if delivery.is_test() { None } else { self.step(delivery.authority, step) }
    }
}
