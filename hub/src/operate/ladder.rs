//! A ladder of channels as people read and write it: JSON, in which no secret is ever shown.
//!
//! A secret that stays is written as [`KEPT`]. It stays only where the endpoint leads to the same
//! place: else whoever may write an address could have a secret sent there.

use adapters::Endpoint;
use schemas::Channel;
use serde_json::{Value, json};

/// What stands for a secret that is set.
pub const KEPT: &str = "********";

/// What stands for one that is set anew.
const NEW: &str = "(new)";

/// Where endpoints have secrets.
pub const SECRETS: [&str; 6] = [
    "/signing_secret",
    "/former_signing_secret",
    "/bearer",
    "/login/password",
    "/login/key/private_key",
    "/login/key/passphrase",
];

/// Why a ladder is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LadderProblem {
    /// It is no array of endpoints.
    #[error("it is no array of endpoints: {0}")]
    Unreadable(String),
    /// There is none in it.
    #[error(
        "a ladder has at least one endpoint; without any channel write {{\"channel\":\"pull\"}}"
    )]
    Empty,
    /// A channel stands there twice.
    #[error("the channel {0} stands there twice")]
    Twice(Channel),
    /// A secret is to stay, but there is none, or it is another place's.
    #[error(
        "{0}: write its secrets anew; what is set stays only while the endpoint leads to the same \
         place"
    )]
    NoSecret(Channel),
    /// It says what holds already.
    #[error("this is how the authority is reached already")]
    Same,
}

/// A ladder without its secrets; those that `former` does not have are told apart.
pub fn shown(ladder: &[Endpoint], former: &[Endpoint]) -> Value {
    let one = |endpoint: &Endpoint| {
        let mut value = json!(endpoint);
        let old = same_place(endpoint, former).map(|it| json!(it));
        for path in SECRETS {
            if let Some(secret) = value.pointer_mut(path) {
                let is_kept = old.as_ref().and_then(|it| it.pointer(path)) == Some(&*secret);
                *secret = json!(if is_kept { KEPT } else { NEW });
            }
        }
        value
    };
    ladder.iter().map(one).collect()
}

/// The former endpoint that leads to the same place.
fn same_place<'a>(endpoint: &Endpoint, former: &'a [Endpoint]) -> Option<&'a Endpoint> {
    let place = (endpoint.channel(), endpoint.address());
    former.iter().find(|it| (it.channel(), it.address()) == place)
}

/// The ladder that somebody wrote, with the secrets that stay.
pub fn read(text: &str, former: &[Endpoint]) -> Result<Vec<Endpoint>, LadderProblem> {
    let unreadable = |error: serde_json::Error| LadderProblem::Unreadable(error.to_string());
    let written: Vec<Value> = serde_json::from_str(text).map_err(unreadable)?;
    let mut ladder: Vec<Endpoint> = Vec::with_capacity(written.len());
    for mut value in written {
        let endpoint: Endpoint = serde_json::from_value(value.clone()).map_err(unreadable)?;
        let channel = endpoint.channel();
        if ladder.iter().any(|it| it.channel() == channel) {
            return Err(LadderProblem::Twice(channel));
        }
        let old = same_place(&endpoint, former).map(|it| json!(it));
        for path in SECRETS {
            let Some(secret) = value.pointer_mut(path).filter(|it| **it == json!(KEPT)) else {
                continue;
            };
            let kept = old.as_ref().and_then(|it| it.pointer(path)).cloned();
            *secret = kept.ok_or(LadderProblem::NoSecret(channel))?;
        }
        ladder.push(serde_json::from_value(value).map_err(unreadable)?);
    }
    if ladder.is_empty() {
        return Err(LadderProblem::Empty);
    }
    if ladder == former { Err(LadderProblem::Same) } else { Ok(ladder) }
}

#[cfg(test)]
mod tests {
    use adapters::sftp::Login;
    use adapters::{Secret, api, email, pull, sftp};

    use super::*;

    fn former() -> Vec<Endpoint> {
        let text = r#"[
            {"channel": "api", "url": "https://a.example/in", "signing_secret": "whsec_one",
             "former_signing_secret": "whsec_zero", "bearer": "two"},
            {"channel": "sftp", "host": "s.example", "user": "u", "host_keys": ["SHA256:AAAA"],
             "login": {"key": {"private_key": "three", "passphrase": "four"}}}]"#;
        serde_json::from_str(text).expect("a ladder")
    }

    #[test]
    fn no_secret_is_shown_and_what_is_shown_reads_back() {
        let former = former();
        let value = shown(&former, &former);
        let text = value.to_string();
        for secret in ["whsec_one", "whsec_zero", "two", "three", "four"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert_eq!(text.matches(KEPT).count(), 5);
        assert_eq!(read(&text, &former), Err(LadderProblem::Same));
        let other = text.replace("\"user\":\"u\"", "\"user\":\"v\"");
        let ladder = read(&other, &former).expect("a ladder");
        assert!(json!(ladder).to_string().contains("whsec_one"), "what is set stays");
        let anew = text.replacen(KEPT, "whsec_other", 1);
        let ladder = read(&anew, &former).expect("a ladder");
        assert_eq!(shown(&ladder, &former).to_string().matches(NEW).count(), 1);
    }

    /// Whoever adds a setting, a channel or a way to log in has to say here what of it is secret.
    fn with_every_secret() -> Vec<Endpoint> {
        let secret = |n: u8| Secret::new(format!("hidden-{n}"));
        let key = Login::Key { private_key: secret(4), passphrase: Some(secret(5)) };
        let logins = [Login::Password(secret(6)), key];
        let of_channel = |channel: &Channel| match channel {
            Channel::Api => vec![Endpoint::Api(api::Config {
                url: "https://a.example/in".into(),
                signing_secret: secret(1),
                former_signing_secret: Some(secret(2)),
                bearer: Some(secret(3)),
                expires_on: None,
                answer_timeout_ms: 1,
                idle_timeout_ms: 1,
            })],
            Channel::Sftp => logins.clone().map(of_login).to_vec(),
            Channel::Email => {
                vec![Endpoint::Email(email::Config {
                    to: "a@a.example".into(),
                    attach_bytes_max: 1,
                })]
            }
            Channel::Pull => vec![Endpoint::Pull(pull::Config { remind_after_s: 1 })],
        };
        Channel::ALL.iter().flat_map(of_channel).collect()
    }

    fn of_login(login: Login) -> Endpoint {
        match &login {
            Login::Password(_) | Login::Key { .. } => {}
        }
        Endpoint::Sftp(sftp::Config {
            host: "s.example".into(),
            port: 22,
            user: "u".into(),
            login,
            expires_on: None,
            host_keys: Vec::new(),
            folder: ".".into(),
            result_folder: None,
            connect_timeout_ms: 1,
            idle_timeout_ms: 1,
            writes_in_flight: 1,
            write_bytes: 1,
        })
    }

    #[test]
    fn of_no_channel_any_secret_is_shown() {
        let ladder = with_every_secret();
        assert_eq!(json!(ladder).to_string().matches("hidden-").count(), 6);
        for former in [&ladder[..], &[]] {
            let text = shown(&ladder, former).to_string();
            assert!(!text.contains("hidden-"), "{text}");
        }
    }

    #[test]
    fn a_secret_never_goes_to_another_place() {
        let former = former();
        let text = shown(&former, &former).to_string();
        let elsewhere = text.replace("https://a.example/in", "https://evil.example/in");
        assert_eq!(read(&elsewhere, &former), Err(LadderProblem::NoSecret(Channel::Api)));
        let elsewhere = text.replace("s.example", "evil.example");
        assert_eq!(read(&elsewhere, &former), Err(LadderProblem::NoSecret(Channel::Sftp)));
    }

    #[test]
    fn what_is_no_ladder_is_told() {
        let pull = r#"[{"channel": "pull"}]"#;
        assert_eq!(read(pull, &former()).map(|ladder| ladder.len()), Ok(1));
        assert_eq!(read("[]", &[]), Err(LadderProblem::Empty));
        let twice = r#"[{"channel": "pull"}, {"channel": "pull"}]"#;
        assert_eq!(read(twice, &[]), Err(LadderProblem::Twice(Channel::Pull)));
        for text in ["", "{}", r#"[{"channel": "fax"}]"#] {
            assert!(matches!(read(text, &[]), Err(LadderProblem::Unreadable(_))), "{text}");
        }
    }
}
