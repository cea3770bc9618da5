//! The form of `endpoints.rs`, as somebody sent it. It becomes the same JSON that the interface
//! takes ([`ladder::read`]), in which a secret that stays is told from one that is new.

use adapters::Endpoint;
use schemas::Channel;
use serde_json::{Map, Value, json};
use url::Url;

use super::endpoints::{Wrong, Wrongs, clear_of, name_of, rank_of, usual};
use super::specs::{self, Sort, Spec};
use crate::contacts::mail_of;
use crate::operate::ladder::{self, KEPT};
use crate::web::sent::Fields;
use crate::written::half_width;

/// The field that says that this form was sent.
pub(super) const FORM: &str = "endpoints";

/// The ladder that somebody wrote into the form, as JSON; without any channel an empty one.
/// `may_be_plain`: whether an address may be http.
pub(super) fn read(
    sent: &Fields,
    former: &[Endpoint],
    may_be_plain: bool,
) -> Result<String, Wrongs> {
    let (mut ladder, mut wrongs) = (Vec::<(usize, Value)>::new(), Wrongs::new());
    for channel in Channel::ALL {
        let rank = sent.get(&rank_of(*channel)).unwrap_or_default();
        let Ok(rank) = rank.parse::<usize>() else { continue };
        if ladder.iter().any(|(other, _)| *other == rank) {
            wrongs.push((rank_of(*channel), Wrong::Rank));
        }
        let mut reading =
            Reading { channel: *channel, sent, former, may_be_plain, wrongs: &mut wrongs };
        ladder.push((rank, reading.endpoint()));
    }
    ladder.sort_by_key(|(rank, _)| *rank);
    let text = ladder.into_iter().map(|(_, it)| it).collect::<Value>().to_string();
    if wrongs.is_empty() && has_bad_key(&text, former) {
        let spec = specs::of(Channel::Sftp).iter().find(|it| it.name == "private_key");
        wrongs.extend(spec.map(|it| (name_of(Channel::Sftp, it), Wrong::Key)));
    }
    if wrongs.is_empty() { Ok(text) } else { Err(wrongs) }
}

/// Whether a private key does not read, be it another or with another passphrase.
fn has_bad_key(text: &str, former: &[Endpoint]) -> bool {
    let ladder = ladder::read(text, former).unwrap_or_default();
    ladder.iter().any(|it| match it {
        Endpoint::Sftp(config) => !config.login.is_taken(),
        Endpoint::Api(_) | Endpoint::Email(_) | Endpoint::Pull(_) => false,
    })
}

/// One channel, being read.
struct Reading<'a> {
    channel: Channel,
    sent: &'a Fields,
    former: &'a [Endpoint],
    may_be_plain: bool,
    wrongs: &'a mut Wrongs,
}

impl Reading<'_> {
    fn endpoint(&mut self) -> Value {
        let mut endpoint = json!({"channel": self.channel});
        let login = self.sent.get("sftp-login").unwrap_or_default();
        let is_open = |spec: &&Spec| spec.of_login.is_none_or(|it| it == login);
        let specs: Vec<_> = specs::of(self.channel).iter().filter(is_open).collect();
        for spec in &specs {
            match self.value(spec) {
                Ok(Some(value)) => put(&mut endpoint, spec.path, value),
                Ok(None) => {}
                Err(wrong) => self.wrongs.push((name_of(self.channel, spec), wrong)),
            }
        }
        for spec in specs {
            if let Sort::Secret { .. } = spec.sort {
                match self.secret(spec, &endpoint) {
                    Ok(Some(value)) => put(&mut endpoint, spec.path, json!(value)),
                    Ok(None) => {}
                    Err(wrong) => self.wrongs.push((name_of(self.channel, spec), wrong)),
                }
            }
        }
        endpoint
    }

    /// What is written in a field that is no secret.
    fn value(&self, spec: &Spec) -> Result<Option<Value>, Wrong> {
        let text = self.sent.get(&name_of(self.channel, spec)).unwrap_or_default().trim();
        let plain = half_width(text);
        match spec.sort {
            Sort::Secret { .. } => Ok(None),
            // Its own part is put in with its secrets.
            Sort::Login if ["password", "key"].contains(&text) => Ok(None),
            Sort::Login => Err(Wrong::Login),
            _ if text.is_empty() && spec.is_needed => Err(Wrong::Needed),
            _ if text.is_empty() => Ok(None),
            Sort::Text => Ok(Some(json!(text))),
            Sort::Url if is_url(&plain, self.may_be_plain) => Ok(Some(json!(plain))),
            Sort::Url => Err(Wrong::Url),
            Sort::Host if is_host(&plain) => Ok(Some(json!(plain))),
            Sort::Host => Err(Wrong::Host),
            Sort::Mail => match mail_of(&plain) {
                Ok(Some(mail)) => Ok(Some(json!(mail))),
                Ok(None) | Err(_) => Err(Wrong::Mail),
            },
            Sort::Number(most) => match plain.parse::<u64>() {
                Ok(number) if (1..=most).contains(&number) => Ok(Some(json!(number))),
                Ok(_) | Err(_) => Err(Wrong::Number(most)),
            },
            Sort::Day => match plain.parse::<jiff::civil::Date>() {
                Ok(day) => Ok(Some(json!(day))),
                Err(_) => Err(Wrong::Day),
            },
            Sort::Fingerprints => fingerprints(text).map(Some),
        }
    }

    /// What is written in a secret's field, or what stands for one that stays.
    fn secret(&self, spec: &Spec, endpoint: &Value) -> Result<Option<String>, Wrong> {
        let name = name_of(self.channel, spec);
        let text = self.sent.get(&name).unwrap_or_default();
        if !text.trim().is_empty() {
            let has_lines = matches!(spec.sort, Sort::Secret { has_lines: true });
            // A browser ends lines as forms do, not as a key's format does.
            let lines = || text.trim().replace("\r\n", "\n");
            return Ok(Some(if has_lines { lines() } else { text.to_owned() }));
        }
        if !spec.is_needed && self.sent.get(&clear_of(&name)).is_some() {
            return Ok(None);
        }
        let old = self.former.iter().find(|it| it.channel() == self.channel);
        let has_one = old.is_some_and(|it| json!(it).pointer(spec.path).is_some());
        match (has_one, spec.is_needed) {
            (true, is_needed) if !old.is_some_and(|it| self.leads_to(endpoint, it)) => {
                Err(Wrong::Elsewhere { is_needed })
            }
            (true, _) => Ok(Some(KEPT.to_owned())),
            (false, true) => Err(Wrong::Needed),
            (false, false) => Ok(None),
        }
    }

    /// Whether an endpoint as far as it is written leads to the same place as one in use. Where
    /// that cannot be told yet, what is in the way is told first.
    fn leads_to(&self, endpoint: &Value, old: &Endpoint) -> bool {
        let mut whole = usual(self.channel);
        if let (Value::Object(whole), Value::Object(written)) = (&mut whole, endpoint) {
            let written = written.iter().filter(|(name, _)| *name != "login");
            whole.extend(written.map(|(name, value)| (name.clone(), value.clone())));
        }
        let read = serde_json::from_value::<Endpoint>(whole);
        let is_whole = specs::of(self.channel)
            .iter()
            .filter(|it| matches!(it.sort, Sort::Url | Sort::Host))
            .all(|it| endpoint.pointer(it.path).is_some());
        read.map_or(true, |it| !is_whole || it.address() == old.address())
    }
}

/// Puts a value where a JSON Pointer says, with the objects on the way.
fn put(endpoint: &mut Value, path: &str, value: Value) {
    let mut at = endpoint;
    for name in path.split('/').skip(1) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[name];
    }
    *at = value;
}

fn is_url(text: &str, may_be_plain: bool) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_plain = url.scheme() == "http" && may_be_plain;
    (url.scheme() == "https" || is_plain)
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none()
}

fn is_host(text: &str) -> bool {
    !text.contains(['/', '@', '?', '#']) && !text.contains(char::is_whitespace)
}

/// OpenSSH's fingerprints: SHA-256 in base64 without padding.
fn fingerprints(text: &str) -> Result<Value, Wrong> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || ['+', '/'].contains(&c);
    let is_one = |line: &str| {
        let rest = line.strip_prefix("SHA256:").unwrap_or_default();
        rest.len() == 43 && rest.chars().all(is_base64)
    };
    match lines.iter().find(|line| !is_one(line)) {
        Some(line) => Err(Wrong::Fingerprint((*line).to_owned())),
        None => Ok(json!(lines)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "SHA256:uNiVztksCsDhcc0u9e8BrHUqMnCgjCF0OHCDbcfmYx4";

    fn former() -> Vec<Endpoint> {
        let text = r#"[
            {"channel": "api", "url": "https://a.example/in", "signing_secret": "one",
             "bearer": "two", "answer_timeout_ms": 31000},
            {"channel": "sftp", "host": "s.example", "user": "u", "host_keys": ["SHA256:AAAA"],
             "login": {"password": "three"}}]"#;
        serde_json::from_str(text).expect("a ladder")
    }

    fn sent(fields: &[(&str, &str)]) -> Fields {
        Fields(fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    fn wrong(fields: &[(&str, &str)]) -> Vec<(String, Wrong)> {
        super::read(&sent(fields), &former(), false).expect_err("something is wrong")
    }

    #[test]
    fn an_empty_secret_stays_and_the_order_is_that_of_the_ranks() {
        let fields = [
            ("api-rank", "2"),
            ("api-url", "https://a.example/in"),
            ("api-answer_timeout_ms", "３２０００"),
            ("api-bearer-clear", "1"),
            ("email-rank", "1"),
            ("email-to", "kaigo@city.example"),
            ("sftp-host", "a channel without a place is left out"),
        ];
        let text = read(&sent(&fields), &former(), false).expect("a ladder");
        let ladder = ladder::read(&text, &former()).expect("it reads");
        let channels: Vec<_> = ladder.iter().map(Endpoint::channel).collect();
        assert_eq!(channels, [Channel::Email, Channel::Api]);
        let told = json!(ladder[1]);
        assert_eq!(told["signing_secret"], "one");
        assert_eq!(told["answer_timeout_ms"], 32_000);
        assert!(told.get("bearer").is_none(), "{told}");
    }

    #[test]
    fn a_secret_is_needed_where_there_is_none_and_where_it_would_go_elsewhere() {
        let elsewhere = wrong(&[("api-rank", "1"), ("api-url", "https://b.example/in")]);
        let of = |name: &str| name.to_owned();
        assert_eq!(
            elsewhere,
            [
                (of("api-signing_secret"), Wrong::Elsewhere { is_needed: true }),
                (of("api-bearer"), Wrong::Elsewhere { is_needed: false })
            ]
        );
        let fields = [("api-rank", "1"), ("api-url", "https://b.example/in")];
        let anew = [("api-signing_secret", " x "), ("api-bearer-clear", "1")];
        let text = read(&sent(&[fields, anew].concat()), &former(), false).expect("a ladder");
        assert!(text.contains("\" x \"") && !text.contains("bearer"), "{text}");
        // Another way to log in has another secret.
        let by_key = wrong(&[
            ("sftp-rank", "1"),
            ("sftp-host", "s.example"),
            ("sftp-user", "u"),
            ("sftp-login", "key"),
            ("sftp-host_keys", FINGERPRINT),
        ]);
        assert_eq!(by_key, [(of("sftp-private_key"), Wrong::Needed)]);
        let no_key = wrong(&[
            ("sftp-rank", "1"),
            ("sftp-host", "s.example"),
            ("sftp-user", "u"),
            ("sftp-login", "key"),
            ("sftp-private_key", "no key"),
            ("sftp-host_keys", FINGERPRINT),
        ]);
        assert_eq!(no_key, [(of("sftp-private_key"), Wrong::Key)]);
    }

    #[test]
    fn each_field_tells_what_is_wrong_with_it() {
        let long = format!("{FINGERPRINT}\r\n{FINGERPRINT}A");
        let told = wrong(&[
            ("api-rank", "1"),
            ("api-url", "http://a.example/in"),
            ("api-expires_on", "soon"),
            ("api-idle_timeout_ms", "0"),
            ("sftp-rank", "1"),
            ("sftp-host", "sftp://s.example"),
            ("sftp-port", "65536"),
            ("sftp-host_keys", &long),
            ("email-rank", "3"),
            ("email-to", "a@b.example, c@d.example"),
            ("pull-rank", "4"),
            ("pull-remind_after_s", "x"),
        ]);
        let told: Vec<_> =
            told.iter().map(|(name, wrong)| (name.as_str(), wrong.clone())).collect();
        assert_eq!(
            told,
            [
                ("api-url", Wrong::Url),
                ("api-expires_on", Wrong::Day),
                ("api-idle_timeout_ms", Wrong::Number(u64::MAX)),
                ("sftp-rank", Wrong::Rank),
                ("sftp-host", Wrong::Host),
                ("sftp-port", Wrong::Number(65_535)),
                ("sftp-user", Wrong::Needed),
                ("sftp-login", Wrong::Login),
                ("sftp-host_keys", Wrong::Fingerprint(format!("{FINGERPRINT}A"))),
                ("email-to", Wrong::Mail),
                ("pull-remind_after_s", Wrong::Number(u64::from(u32::MAX))),
            ]
        );
    }

    #[test]
    fn an_address_carries_no_password_and_is_plain_only_where_it_may() {
        assert!(is_url("https://a.example/x?y=1", false) && is_url("http://127.0.0.1:1/", true));
        for odd in ["http://a.example", "https://u:p@a.example", "ftp://a.example", "a.example"] {
            assert!(!is_url(odd, false), "{odd}");
        }
    }
}
