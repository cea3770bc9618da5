//! Cookies: read, and written so that no script, no other site and no neighbour can use them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use crate::config::Http;

/// A cookie of ours that holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    /// Who is logged in.
    Session,
    /// From whose browser a form comes.
    Form,
}

impl Secret {
    /// The cookie's name. Behind https it has the prefix with which browsers keep it to this host,
    /// all of it, and to https; over http on loopback they would not keep it at all.
    pub(super) fn name(self, http: &Http) -> &'static str {
        match (self, is_secure(http)) {
            (Self::Session, true) => "__Host-todoke",
            (Self::Session, false) => "todoke",
            (Self::Form, true) => "__Host-todoke-form",
            (Self::Form, false) => "todoke-form",
        }
    }

    /// The secret in a request.
    pub(super) fn read(self, http: &Http, headers: &HeaderMap) -> Option<String> {
        let text = read(headers, self.name(http))?;
        let is_ours = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| text.to_owned())
    }

    /// The header that gives a browser this secret until it is closed.
    pub(super) fn give(self, http: &Http, secret: &str) -> HeaderValue {
        self.header(http, secret, "")
    }

    /// The header that takes it away.
    pub(super) fn take(self, http: &Http) -> HeaderValue {
        self.header(http, "", "; Max-Age=0")
    }

    fn header(self, http: &Http, secret: &str, age: &str) -> HeaderValue {
        let secure = if is_secure(http) { "; Secure" } else { "" };
        let name = self.name(http);
        let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }
}

fn is_secure(http: &Http) -> bool {
    http.public_url.starts_with("https:")
}

/// A cookie of a request.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|text| text.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix('=')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn behind_https_a_cookie_is_kept_to_this_host() {
        let mut http = Config::defaults().expect("the defaults").http;
        http.public_url = "https://todoke.example".into();
        let given = Secret::Session.give(&http, "ab");
        assert_eq!(given, "__Host-todoke=ab; Path=/; HttpOnly; SameSite=Lax; Secure");
        http.public_url = "http://127.0.0.1:8080".into();
        let given = Secret::Session.give(&http, "ab");
        assert_eq!(given, "todoke=ab; Path=/; HttpOnly; SameSite=Lax");
        let taken = Secret::Form.take(&http);
        assert_eq!(taken, "todoke-form=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn only_what_we_could_have_given_is_read() {
        let http = Config::defaults().expect("the defaults").http;
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_str(text).expect("a header"));
            Secret::Session.read(&http, &headers)
        };
        let secret = "0f".repeat(32);
        assert_eq!(read(&format!("a=b; todoke={secret}; c=d")), Some(secret.clone()));
        assert_eq!(read(&format!("xtodoke={secret}")), None);
        assert_eq!(read("todoke=short"), None);
        assert_eq!(read(&format!("todoke={}", "zz".repeat(32))), None);
    }
}
