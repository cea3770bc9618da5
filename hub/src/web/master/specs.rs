//! What each channel's endpoint is made of, field by field, for people.
//!
//! A setting of a channel that has no line here stays as it is where a form is sent, and the test
//! below says so.

use schemas::Channel;

use crate::web::channel_words::Words;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Words as they are.
    Text,
    /// An address on the web.
    Url,
    /// The name of a host.
    Host,
    /// One mail address.
    Mail,
    /// A whole number from 1 to this.
    Number(u64),
    /// A day.
    Day,
    /// Fingerprints of host keys, one a line.
    Fingerprints,
    /// How an account is proved: it decides which of the secrets count.
    Login,
    /// What is never shown; over several lines where that is so.
    Secret {
        /// A private key has lines.
        has_lines: bool,
    },
}

/// One field.
pub(super) struct Spec {
    /// Its name in the form, behind that of the channel.
    pub(super) name: &'static str,
    /// Where it stands in the endpoint, as a JSON Pointer.
    pub(super) path: &'static str,
    pub(super) sort: Sort,
    pub(super) is_needed: bool,
    /// The way to log in of which it is a part.
    pub(super) of_login: Option<&'static str>,
    /// Its label and its hint.
    pub(super) said: fn(&'static Words) -> (&'static str, &'static str),
}

const SECRET: Sort = Sort::Secret { has_lines: false };

impl Spec {
    const fn new(
        name: &'static str,
        path: &'static str,
        sort: Sort,
        said: fn(&'static Words) -> (&'static str, &'static str),
    ) -> Self {
        Self { name, path, sort, is_needed: false, of_login: None, said }
    }

    const fn needed(self) -> Self {
        Self { is_needed: true, ..self }
    }

    const fn of_login(self, login: &'static str) -> Self {
        Self { of_login: Some(login), ..self }
    }
}

/// The fields of a channel, in the order of the form.
pub(super) fn of(channel: Channel) -> &'static [Spec] {
    match channel {
        Channel::Api => &API,
        Channel::Sftp => &SFTP,
        Channel::Email => &EMAIL,
        Channel::Pull => &PULL,
    }
}

const API: [Spec; 7] = [
    Spec::new("url", "/url", Sort::Url, |w| (w.url, w.url_hint)).needed(),
    Spec::new("signing_secret", "/signing_secret", SECRET, |w| {
        (w.signing_secret, w.signing_secret_hint)
    })
    .needed(),
    Spec::new("former_signing_secret", "/former_signing_secret", SECRET, |w| {
        (w.former_signing_secret, w.former_signing_secret_hint)
    }),
    Spec::new("bearer", "/bearer", SECRET, |w| (w.bearer, w.bearer_hint)),
    Spec::new("expires_on", "/expires_on", Sort::Day, |w| (w.expires_on, w.expires_on_hint)),
    Spec::new("answer_timeout_ms", "/answer_timeout_ms", Sort::Number(u64::MAX), |w| {
        (w.answer_timeout_ms, w.answer_timeout_ms_hint)
    }),
    Spec::new("idle_timeout_ms", "/idle_timeout_ms", Sort::Number(u64::MAX), |w| {
        (w.idle_timeout_ms, w.idle_timeout_ms_hint)
    }),
];

const SFTP: [Spec; 15] = [
    Spec::new("host", "/host", Sort::Host, |w| (w.host, w.host_hint)).needed(),
    Spec::new("port", "/port", Sort::Number(65_535), |w| (w.port, w.port_hint)),
    Spec::new("user", "/user", Sort::Text, |w| (w.user, w.user_hint)).needed(),
    Spec::new("login", "/login", Sort::Login, |w| (w.login, w.login_hint)).needed(),
    Spec::new("password", "/login/password", SECRET, |w| (w.password, w.password_hint))
        .needed()
        .of_login("password"),
    Spec::new("private_key", "/login/key/private_key", Sort::Secret { has_lines: true }, |w| {
        (w.private_key, w.private_key_hint)
    })
    .needed()
    .of_login("key"),
    Spec::new("passphrase", "/login/key/passphrase", SECRET, |w| (w.passphrase, w.passphrase_hint))
        .of_login("key"),
    Spec::new("host_keys", "/host_keys", Sort::Fingerprints, |w| (w.host_keys, w.host_keys_hint))
        .needed(),
    Spec::new("folder", "/folder", Sort::Text, |w| (w.folder, w.folder_hint)),
    Spec::new("result_folder", "/result_folder", Sort::Text, |w| {
        (w.result_folder, w.result_folder_hint)
    }),
    Spec::new("expires_on", "/expires_on", Sort::Day, |w| (w.expires_on, w.expires_on_hint)),
    Spec::new("connect_timeout_ms", "/connect_timeout_ms", Sort::Number(u64::MAX), |w| {
        (w.connect_timeout_ms, w.connect_timeout_ms_hint)
    }),
    Spec::new("idle_timeout_ms", "/idle_timeout_ms", Sort::Number(u64::MAX), |w| {
        (w.idle_timeout_ms, w.idle_timeout_ms_hint)
    }),
    Spec::new("writes_in_flight", "/writes_in_flight", Sort::Number(u32::MAX as u64), |w| {
        (w.writes_in_flight, w.writes_in_flight_hint)
    }),
    Spec::new("write_bytes", "/write_bytes", Sort::Number(u32::MAX as u64), |w| {
        (w.write_bytes, w.write_bytes_hint)
    }),
];

const EMAIL: [Spec; 2] = [
    Spec::new("to", "/to", Sort::Mail, |w| (w.to, w.to_hint)).needed(),
    Spec::new("attach_bytes_max", "/attach_bytes_max", Sort::Number(u64::MAX), |w| {
        (w.attach_bytes_max, w.attach_bytes_max_hint)
    }),
];

const PULL: [Spec; 1] =
    [Spec::new("remind_after_s", "/remind_after_s", Sort::Number(u32::MAX as u64), |w| {
        (w.remind_after_s, w.remind_after_s_hint)
    })];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use adapters::Endpoint;
    use serde_json::Value;

    use super::*;

    /// All paths of an endpoint's settings, the deepest.
    fn paths(value: &Value, at: &str, all: &mut BTreeSet<String>) {
        let Value::Object(cells) = value else {
            all.insert(at.to_owned());
            return;
        };
        for (name, cell) in cells {
            paths(cell, &format!("{at}/{name}"), all);
        }
    }

    #[test]
    fn every_setting_of_every_channel_is_a_field() {
        let ladders = [
            r#"[{"channel":"api","url":"u","signing_secret":"s","former_signing_secret":"f",
                 "bearer":"b","expires_on":"2027-01-01"},
                {"channel":"sftp","host":"h","user":"u","login":{"password":"p"},"host_keys":[],
                 "expires_on":"2027-01-01","result_folder":"r"},
                {"channel":"email","to":"t"},{"channel":"pull"}]"#,
            r#"[{"channel":"sftp","host":"h","user":"u","host_keys":[],
                 "login":{"key":{"private_key":"k","passphrase":"p"}}}]"#,
        ];
        for ladder in ladders {
            let ladder: Vec<Endpoint> = serde_json::from_str(ladder).expect("a ladder");
            for endpoint in ladder {
                let mut there = BTreeSet::new();
                paths(&serde_json::json!(endpoint), "", &mut there);
                there.remove("/channel");
                let known: BTreeSet<_> = of(endpoint.channel()).iter().map(|it| it.path).collect();
                let unknown: Vec<_> = there.iter().filter(|it| !known.contains(&***it)).collect();
                assert!(unknown.is_empty(), "{}: {unknown:?}", endpoint.channel());
            }
        }
    }

    #[test]
    fn what_is_secret_in_a_ladder_is_secret_in_the_form() {
        let fields = Channel::ALL.iter().flat_map(|channel| of(*channel));
        let secret = fields.filter(|it| matches!(it.sort, Sort::Secret { .. }));
        let secret: BTreeSet<_> = secret.map(|it| it.path).collect();
        assert_eq!(secret, crate::operate::ladder::SECRETS.into_iter().collect());
    }
}
