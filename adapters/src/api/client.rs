//! The HTTP client: guarded addresses, no redirects, no proxies, a streamed body.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use schemas::Outcome;

use super::Config;
use super::answer::{expiry, loss, read};
use super::outcome::{Answer, Loss, classify};
use super::request::{Progress, bearer, body, headers, watch};
use crate::adapter::{Parcel, Probe};
use crate::guard::Guard;

/// What the hub's configuration says about this channel.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Which addresses may be reached; a guard that allows private ones allows plain HTTP too.
    pub guard: Guard,
    /// How long a connection and its TLS handshake may take.
    pub connect_timeout: Duration,
    /// Idle connections kept per authority.
    pub idle_per_host_max: usize,
}

/// The client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the HTTPS client cannot be built: {0}")]
pub struct BuildError(#[from] reqwest::Error);

#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    guard: Guard,
}

impl Client {
    pub(super) fn new(settings: Settings) -> Result<Self, BuildError> {
        let guard = settings.guard;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(settings.idle_per_host_max)
            .dns_resolver(Resolver(guard))
            // Shows a probe when the far side's certificate ends.
            .tls_info(true)
            .user_agent("todoke")
            .build()?;
        Ok(Self { http, guard })
    }

    /// One `POST` of the package.
    pub(super) async fn post(&self, config: &Config, parcel: &Parcel) -> Result<Answer, Loss> {
        let url = self.check_url(&config.url)?;
        let headers = headers(config, parcel).await?;
        let progress = Progress::of(parcel.package.size);
        let body = body(parcel, &progress).await?;
        let request = self.http.post(url).headers(headers).body(body).send();
        match watch(request, config, &progress).await? {
            Ok(response) => Ok(read(response).await),
            Err(error) => Err(loss(&error, &progress)),
        }
    }

    /// One `POST` of a text.
    pub(super) async fn post_text(
        &self,
        url: &str,
        headers: HeaderMap,
        text: String,
    ) -> Result<Answer, Loss> {
        let url = self.check_url(url)?;
        // So short a text is gone with the first packets: what is lost later is the answer.
        let progress = Progress::of(0);
        match self.http.post(url).headers(headers).body(text).send().await {
            Ok(response) => Ok(read(response).await),
            Err(error) => Err(loss(&error, &progress)),
        }
    }

    /// Whether the intake answers, found out without a package.
    pub(super) async fn head(&self, config: &Config) -> Probe {
        let asked = self.ask(config).await;
        let (answer, expires) = asked.unwrap_or_else(|loss| (Answer::Lost(loss), None));
        let probe = Self::judge(&answer);
        Probe { expires, ..probe }
    }

    fn judge(answer: &Answer) -> Probe {
        let status = match answer {
            Answer::Status { status, .. } => Some(*status),
            Answer::Lost(_) => None,
        };
        let observed = status.map(|status| format!("HTTP {status}"));
        match classify(answer, Timestamp::UNIX_EPOCH) {
            Outcome::Delivered { .. } => Probe::good("the intake answers", observed),
            Outcome::Refused { .. } if matches!(status, Some(400 | 405 | 406 | 415 | 422)) => {
                Probe::good("the intake answers", observed)
            }
            Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
                Probe::bad(why, observed)
            }
        }
    }

    /// The answer, and when the certificate behind it ends.
    async fn ask(&self, config: &Config) -> Result<(Answer, Option<Timestamp>), Loss> {
        let url = self.check_url(&config.url)?;
        let mut request = self.http.head(url);
        if let Some(token) = &config.bearer {
            request = request.header(AUTHORIZATION, bearer(token.expose())?);
        }
        let progress = Progress::of(0);
        match watch(request.send(), config, &progress).await? {
            Ok(response) => {
                let expires = expiry(&response);
                Ok((read(response).await, expires))
            }
            Err(error) => Err(loss(&error, &progress)),
        }
    }

    pub(super) fn check_url(&self, text: &str) -> Result<Url, Loss> {
        let url = Url::parse(text).map_err(|e| Loss::Malformed(format!("{text}: {e}")))?;
        match url.scheme() {
            "https" => {}
            "http" if self.guard.allow_private => {}
            "http" => return Err(Loss::NotHttps),
            other => return Err(Loss::Malformed(format!("{other} is not https"))),
        }
        // The resolver is not asked about a literal address, so it is checked here.
        let host = url.host_str().unwrap_or_default();
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            self.guard.check(address).map_err(|e| Loss::AddressNotAllowed(e.to_string()))?;
        }
        Ok(url)
    }
}

/// Asks the guard instead of the system alone.
struct Resolver(Guard);

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = self.0;
        Box::pin(async move {
            let addresses = guard.resolve(name.as_str(), 0).await?;
            let addresses: reqwest::dns::Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
