//! The issuers that are configured, each for one sort of people: one for authorities' staff can
//! make nobody operations.

use openidconnect::IssuerUrl;
use url::{Host, Url};

use super::issuer::Issuer;
use crate::config::{Config, Login, Provider};
use crate::web::roles::Who;

/// All sorts of people, in the order in which pages name them.
pub(super) const ALL: [Who; 3] = [Who::Operator, Who::Authority, Who::Operations];

/// By whom people prove who they are; nobody by default.
#[derive(Default)]
pub struct Issuers(Vec<(Who, Issuer)>);

impl Issuers {
    /// Those of a configuration, or a sentence that names the setting that is wrong.
    pub fn open(config: &Config) -> Result<Self, String> {
        let login = &config.login;
        let mut all = Vec::new();
        for who in ALL {
            let (it, section) = (who.provider(login), format!("login.{}", who.word()));
            let Some(url) = address(it, &section)? else { continue };
            check(config, who, &section)?;
            let issuer = Issuer::new(url, it, login);
            all.push((who, issuer.map_err(|error| format!("{section}: {error}"))?));
        }
        Ok(Self(all))
    }

    /// What each says when it is asked: its section and address, and what is wrong.
    pub async fn probe(&self) -> Vec<(String, Result<(), String>)> {
        let mut all = Vec::new();
        for (who, issuer) in &self.0 {
            let name = format!("login.{} {}", who.word(), issuer.url.as_str());
            all.push((name, issuer.probe().await.map_err(|error| error.to_string())));
        }
        all
    }

    /// The one for a sort of people.
    pub(super) fn of(&self, who: Who) -> Option<&Issuer> {
        self.0.iter().find(|(of, _)| *of == who).map(|(_, issuer)| issuer)
    }

    /// The one with a word of an address.
    pub(super) fn named(&self, word: &str) -> Option<(Who, &Issuer)> {
        let (who, issuer) = self.0.iter().find(|(who, _)| who.word() == word)?;
        Some((*who, issuer))
    }
}

impl Who {
    /// Their word in addresses and settings.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Operator => "operators",
            Self::Authority => "authorities",
            Self::Operations => "operations",
        }
    }

    fn provider(self, login: &Login) -> &Provider {
        match self {
            Self::Operator => &login.operators,
            Self::Authority => &login.authorities,
            Self::Operations => &login.operations,
        }
    }
}

fn address(it: &Provider, section: &str) -> Result<Option<IssuerUrl>, String> {
    if it.issuer.is_empty() {
        let is_empty = it.client_id.is_empty() && it.client_secret.is_empty();
        let half = format!("{section}.issuer is empty, but an account there is set; set both");
        return if is_empty { Ok(None) } else { Err(half) };
    }
    if it.client_id.is_empty() {
        return Err(format!("{section}.client_id is empty; the issuer gives it to this hub"));
    }
    let url = Url::parse(&it.issuer).ok().filter(is_safe);
    if url.is_none_or(|url| url.query().is_some() || url.fragment().is_some()) {
        return Err(format!("{section}.issuer: {:?} is no https:// address", it.issuer));
    }
    IssuerUrl::new(it.issuer.clone())
        .map(Some)
        .map_err(|error| format!("{section}.issuer: {error}"))
}

fn check(config: &Config, who: Who, section: &str) -> Result<(), String> {
    let (login, public_url) = (&config.login, &config.http.public_url);
    if !Url::parse(public_url).is_ok_and(|url| is_safe(&url)) {
        return Err(format!(
            "http.public_url: {public_url:?} is no https:// address; people come back to it from \
             {section}.issuer"
        ));
    }
    for (name, value) in [
        ("again_minutes", login.again_minutes),
        ("return_minutes", login.return_minutes),
        ("keep_minutes", login.keep_minutes),
    ] {
        if !(1..=1_440).contains(&value) {
            return Err(format!("login.{name}: {value} is not from 1 to 1440"));
        }
    }
    let needed: &[_] = match who {
        Who::Operator => &[],
        Who::Authority => &[("authority_claim", &login.authority_claim)],
        Who::Operations => &[
            ("operations_claim", &login.operations_claim),
            ("operations_value", &login.operations_value),
        ],
    };
    match needed.iter().find(|(_, value)| value.is_empty()) {
        Some((name, _)) => Err(format!("login.{name} is empty; {section} needs it")),
        None => Ok(()),
    }
}

/// What is secret may go there: https, or no way at all.
fn is_safe(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(change: impl FnOnce(&mut Config)) -> Result<Issuers, String> {
        crate::app::install_crypto();
        let mut config = Config::defaults().expect("the defaults");
        config.fill_in();
        for it in [&mut config.login.operators, &mut config.login.operations] {
            it.issuer = "https://id.example/".into();
            it.client_id = "todoke".into();
        }
        change(&mut config);
        Issuers::open(&config)
    }

    #[test]
    fn each_sort_of_people_has_its_own() {
        let issuers = open(|_| ()).expect("issuers");
        assert!(issuers.of(Who::Operator).is_some() && issuers.of(Who::Authority).is_none());
        assert!(issuers.named("operations").is_some() && issuers.named("authorities").is_none());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |change: fn(&mut Config)| open(change).err().unwrap_or_default();
        for (sentence, setting) in [
            (wrong(|it| it.login.operators.issuer.clear()), "login.operators.issuer is empty"),
            (wrong(|it| it.login.operators.client_id.clear()), "login.operators.client_id"),
            (wrong(|it| it.login.operators.issuer = "gbiz".into()), "login.operators.issuer"),
            (
                wrong(|it| it.login.operations.issuer = "http://id.example/".into()),
                "login.operations.issuer",
            ),
            (wrong(|it| it.login.operations_value.clear()), "login.operations_value"),
            (wrong(|it| it.login.again_minutes = 0), "login.again_minutes"),
            (wrong(|it| it.http.public_url = "http://todoke.example".into()), "http.public_url"),
        ] {
            assert!(sentence.starts_with(setting), "{setting}: {sentence:?}");
        }
    }
}
