//! The authorities that take part: over HTTP, SFTP and mail, each behind a proxy of its own; mails
//! share the relay's.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use adapters::Endpoint;
use adapters::sandbox::{Sandbox, Settings};
use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::store::EndpointRow;
use routing::Master;
use schemas::AuthorityId;
use tests::authorities::that_designate;
use url::Url;

use crate::Args;
use crate::proxy::Proxy;

/// Who gets filings, and how.
pub(crate) struct Cast {
    pub(crate) master: Master,
    pub(crate) authorities: Vec<AuthorityId>,
    pub(crate) proxies: Vec<Proxy>,
    pub(crate) sandbox: Sandbox,
    pub(crate) mail_url: String,
    pub(crate) day: jiff::civil::Date,
    pub(crate) endpoints: Vec<(AuthorityId, Endpoint)>,
    /// Whose line is which of the proxies.
    lines: HashMap<AuthorityId, usize>,
}

impl Cast {
    pub(crate) async fn start(args: &Args, root: &Path, clock: &Arc<Clock>) -> Result<Self> {
        let master = Master::embedded()?;
        let day = hub::context::day_in_japan(clock.now_ms());
        let authorities: Vec<_> = that_designate(&master, day).take(args.authorities).collect();
        ensure!(authorities.len() == args.authorities, "only {} authorities", authorities.len());
        let time = Arc::clone(clock);
        let sandbox = Sandbox::start(Settings::new(root, Arc::new(move || time.now()))).await?;
        let relay: Url = sandbox.mail_url().parse()?;
        let relay = Proxy::start(relay.port().context("the relay's port")?).await?;
        let mail_url = format!("smtp://127.0.0.1:{}", relay.port());
        let (mut proxies, mut endpoints) = (vec![relay], Vec::new());
        let mut lines = HashMap::new();
        for (at, code) in authorities.iter().enumerate() {
            let endpoint = match at % 4 {
                0 | 1 => {
                    let mut config = sandbox.api_endpoint(*code);
                    let mut url: Url = config.url.parse()?;
                    proxies.push(Proxy::start(url.port().context("its port")?).await?);
                    let port = proxies.last().map(Proxy::port);
                    url.set_port(port).ok().context("its URL takes no port")?;
                    config.url = url.into();
                    config.answer_timeout_ms = 5_000;
                    config.idle_timeout_ms = 5_000;
                    Endpoint::Api(config)
                }
                2 => {
                    let mut config = sandbox.sftp_endpoint(*code);
                    proxies.push(Proxy::start(config.port).await?);
                    config.port = proxies.last().map_or(0, Proxy::port);
                    config.connect_timeout_ms = 5_000;
                    config.idle_timeout_ms = 5_000;
                    Endpoint::Sftp(config)
                }
                _ => Endpoint::Email(sandbox.email_endpoint(*code)),
            };
            if !matches!(endpoint, Endpoint::Email(_)) {
                lines.insert(*code, proxies.len() - 1);
            }
            endpoints.push((*code, endpoint));
        }
        Ok(Self { master, authorities, proxies, sandbox, mail_url, day, endpoints, lines })
    }

    /// The line that all mails take.
    pub(crate) fn relay(&self) -> &Proxy {
        &self.proxies[0]
    }

    /// The line of an authority that has one of its own.
    pub(crate) fn line(&self, code: AuthorityId) -> Option<&Proxy> {
        self.proxies.get(*self.lines.get(&code)?)
    }

    /// For the hub's tables.
    pub(crate) fn endpoints(&self) -> Result<Vec<EndpointRow>> {
        let mut rows = Vec::new();
        for (authority, endpoint) in &self.endpoints {
            rows.extend(EndpointRow::of_ladder(std::slice::from_ref(endpoint), *authority, 0)?);
        }
        Ok(rows)
    }
}
