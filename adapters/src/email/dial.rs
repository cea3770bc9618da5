//! From `mail.url` to a connection on which the relay said hello.

use std::error::Error;
use std::io;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use super::outcome::{Answer, Loss, Step};
use super::smtp::{COMMAND_TIMEOUT, ask};
use super::tls;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens connections to one relay.
pub(super) struct Dialer {
    host: String,
    port: u16,
    security: Security,
    login: Option<Credentials>,
    hello: ClientId,
}

enum Security {
    Plain,
    Tls(TlsParameters),
    StartTls(TlsParameters),
}

const HELP: &str = "write spool:PATH, or smtp://, smtps:// or smtp+starttls:// with \
                    [user:password@]host[:port]";

impl Dialer {
    /// Reads the setting; its text, which may hold a password, is in no error.
    pub(super) fn open(url: &str, hello: &str) -> Result<Self, String> {
        let url = Url::parse(url).map_err(|error| format!("mail.url: {error}; {HELP}"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(format!("mail.url names no host; {HELP}"));
        }
        let (security, port) = match url.scheme() {
            "smtp" => (Security::Plain, 25),
            "smtps" => (Security::Tls(trust(&host)?), 465),
            "smtp+starttls" => (Security::StartTls(trust(&host)?), 587),
            other => return Err(format!("mail.url: {other}: is not known; {HELP}")),
        };
        let login = match (url.username(), url.password()) {
            ("", _) => None,
            (_, None) => return Err(format!("mail.url has a user without password; {HELP}")),
            (user, Some(password)) => Some(Credentials::new(decode(user), decode(password))),
        };
        let (port, hello) = (url.port().unwrap_or(port), ClientId::Domain(hello.to_owned()));
        Ok(Self { host, port, security, login, hello })
    }

    /// Where it leads, for people.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// A connection that is greeted, encrypted and logged in as the setting says.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Answer> {
        let socket = self.socket().await.map_err(Answer::Lost)?;
        let stream: Box<dyn AsyncTokioStream> = match &self.security {
            Security::Plain | Security::StartTls(_) => Box::new(socket),
            Security::Tls(trust) => {
                let handshake = timeout(COMMAND_TIMEOUT, tls::wrap(socket, trust.clone())).await;
                let late = |_| Answer::Lost(Loss::Handshake("it did not end in time".into()));
                let wrapped = handshake.map_err(late)?;
                Box::new(wrapped.map_err(|error| Answer::Lost(tls_loss(&error)))?)
            }
        };
        let greeting = AsyncSmtpConnection::connect_with_transport(stream, &self.hello);
        let mut connection = ask(Step::Greeting, greeting).await?;
        if let Security::StartTls(trust) = &self.security {
            ask(Step::StartTls, connection.starttls(trust.clone(), &self.hello)).await?;
        }
        if let Some(login) = &self.login {
            ask(Step::Login, connection.auth(DEFAULT_MECHANISMS, login)).await?;
        }
        Ok(connection)
    }

    async fn socket(&self) -> Result<TcpStream, Loss> {
        let lookup = tokio::net::lookup_host((self.host.as_str(), self.port));
        let open = async {
            let failed = |error| Loss::Dns(format!("{}: {error}", self.host));
            let addresses: Vec<_> = lookup.await.map_err(failed)?.collect();
            let socket = TcpStream::connect(addresses.as_slice()).await;
            let socket = socket.map_err(|error| Loss::Connect(error.to_string()))?;
            // Without it every mail waits for a delayed acknowledgement.
            socket.set_nodelay(true).map_err(|error| Loss::Connect(error.to_string()))?;
            Ok(socket)
        };
        timeout(CONNECT_TIMEOUT, open).await.unwrap_or(Err(Loss::ConnectTimeout))
    }
}

fn trust(host: &str) -> Result<TlsParameters, String> {
    TlsParameters::new_rustls(host.to_owned()).map_err(|error| {
        format!("mail.url: TLS needs this machine's root certificates ({error}); install them")
    })
}

/// Undoes percent-encoding; a form's `+` and `&` mean themselves here.
fn decode(text: &str) -> String {
    let text = text.replace('+', "%2B").replace('&', "%26");
    form_urlencoded::parse(format!("={text}").as_bytes())
        .map(|(_, value)| value.into_owned())
        .next()
        .unwrap_or_default()
}

/// Which part of a handshake failed.
pub(super) fn tls_loss(error: &(dyn Error + 'static)) -> Loss {
    let mut next = Some(error);
    let mut last = error.to_string();
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Loss::Certificate(format!("{why:?}"));
        }
        last = error.to_string();
        // The source of an I/O error skips what it wraps.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    Loss::Handshake(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_read_whole() {
        let dialer = Dialer::open("smtp://me%40x:p+%2F%26s@relay.test:2525", "hub.test");
        let dialer = dialer.expect("a setting");
        assert_eq!(dialer.address(), "relay.test:2525");
        let login = Credentials::new("me@x".into(), "p+/&s".into());
        assert_eq!(dialer.login, Some(login));
        assert_eq!(
            Dialer::open("smtp://[::1]", "hub.test").expect("a setting").address(),
            "::1:25"
        );
    }

    #[test]
    fn a_wrong_setting_names_itself_and_no_password() {
        for url in ["smtp://", "imap://relay", "relay.test", "smtp://me@relay", "http://u:pw@h"] {
            let Err(error) = Dialer::open(url, "hub.test") else { panic!("{url}") };
            assert!(error.starts_with("mail.url"), "{error}");
            assert!(error.contains("spool:PATH") && !error.contains("pw"), "{error}");
        }
    }
}
