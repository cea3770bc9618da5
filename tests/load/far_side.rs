//! The authorities that take part: all over the API channel, some dead, some slow.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adapters::Endpoint;
use adapters::sandbox::{Behaviour, Keep, Sandbox, Settings};
use hub::clock::Clock;
use hub::store::EndpointRow;
use routing::Master;
use schemas::AuthorityId;
use tests::authorities::that_designate;

use crate::Args;

/// Municipalities that designate for themselves, each with its manners.
pub(crate) struct Cast {
    pub(crate) authorities: Vec<AuthorityId>,
    pub(crate) faulty: HashSet<AuthorityId>,
    pub(crate) sandbox: Sandbox,
}

impl Cast {
    pub(crate) async fn start(args: &Args, root: &Path) -> anyhow::Result<Self> {
        let master = Master::embedded()?;
        let day = hub::context::day_in_japan(Clock::system().now_ms());
        let authorities: Vec<_> = that_designate(&master, day).take(args.authorities).collect();
        let mut behaviours = HashMap::new();
        for (i, code) in authorities.iter().enumerate() {
            // Spread evenly: the place in each hundred decides.
            let place = f64::from(u32::try_from(i % 100)?) / 100.0;
            if place < args.dead {
                behaviours.insert(*code, Behaviour::Dead);
            } else if place < args.dead + args.slow {
                behaviours.insert(*code, Behaviour::Slow(Duration::from_secs(5)));
            }
        }
        let faulty = behaviours.keys().copied().collect();
        let clock = Clock::system();
        let mut settings = Settings::new(root, Arc::new(move || clock.now()));
        settings.keep = Keep::DigestOnly;
        settings.behaviours = behaviours;
        let sandbox = Sandbox::start(settings).await?;
        Ok(Self { authorities, faulty, sandbox })
    }

    /// Endpoint rows for the hub.
    pub(crate) fn endpoints(&self) -> anyhow::Result<Vec<EndpointRow>> {
        let mut rows = Vec::new();
        for code in &self.authorities {
            let endpoint = Endpoint::Api(self.sandbox.api_endpoint(*code));
            rows.extend(EndpointRow::of_ladder(&[endpoint], *code, 0)?);
        }
        Ok(rows)
    }

    /// Of so many filings, spread over the authorities in turn, those to healthy ones.
    pub(crate) fn expected_healthy(&self, filings: usize) -> usize {
        let healthy =
            |i: &usize| !self.faulty.contains(&self.authorities[i % self.authorities.len()]);
        (0..filings).filter(healthy).count()
    }
}
