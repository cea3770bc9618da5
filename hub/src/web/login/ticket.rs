//! What goes with someone to an issuer and comes back with them as `state`: sealed with the secret
//! of their browser's forms, so that it is of use in no other browser, and nothing has to be kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Characters at most of a page to go on to.
const NEXT_MAX: usize = 1_000;

/// One login under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    /// By which issuer: its word in addresses.
    pub(super) issuer: String,
    /// When it began, in milliseconds.
    pub(super) at: i64,
    /// Whether people have to prove anew who they are.
    pub(super) again: bool,
    /// The page that was asked for.
    pub(super) next: String,
    /// Makes each login differ from every other.
    pub(super) salt: String,
}

/// What a ticket becomes with a browser's secret.
pub(super) struct Seals {
    /// The `state`, which holds the ticket.
    pub(super) state: String,
    /// The `nonce` that the ID token must carry.
    pub(super) nonce: String,
    /// The PKCE verifier (RFC 7636), of which the issuer sees the digest first.
    pub(super) verifier: String,
}

impl Ticket {
    /// The same without a page whose address would make the issuer's too long.
    pub(super) fn with_next(self, next: &str) -> Self {
        let next = if next.len() <= NEXT_MAX { next.to_owned() } else { String::new() };
        Self { next, ..self }
    }

    /// Seals it for the browser with this secret.
    pub(super) fn seal(&self, secret: &str) -> Seals {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let of = |what| hex::encode(mac(secret, what, &text).finalize().into_bytes());
        Seals { state: format!("{text}.{}", of("state")), nonce: of("nonce"), verifier: of("code") }
    }

    /// The ticket of a `state`, if it was sealed for this browser.
    pub(super) fn open(state: &str, secret: &str) -> Option<Self> {
        let (text, seal) = state.split_once('.')?;
        let seal = hex::decode(seal).ok()?;
        mac(secret, "state", text).verify_slice(&seal).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

fn mac(secret: &str, what: &str, text: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    mac.expect("a key of any length will do").chain_update(format!("todoke login {what} {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        Ticket {
            issuer: "operators".into(),
            at: 7,
            again: true,
            next: "/operator?q=届".into(),
            salt: "ab".into(),
        }
    }

    #[test]
    fn only_the_browser_that_left_can_come_back() {
        let seals = ticket().seal("secret");
        assert_eq!(Ticket::open(&seals.state, "secret"), Some(ticket()));
        assert_eq!(Ticket::open(&seals.state, "other"), None);
        assert!(seals.nonce != seals.verifier && (43..=128).contains(&seals.verifier.len()));
        assert!(ticket().seal("other").nonce != seals.nonce);
        let (text, seal) = seals.state.split_once('.').expect("two parts");
        let changed = Ticket { next: "/operator".into(), ..ticket() }.seal("other").state;
        let changed = changed.split_once('.').expect("two parts").0.to_owned();
        for state in [text, seal, "", ".", &format!("{changed}.{seal}"), &format!("{text}.00")] {
            assert_eq!(Ticket::open(state, "secret"), None, "{state}");
        }
    }

    #[test]
    fn an_address_that_is_too_long_is_left_out() {
        assert_eq!(ticket().with_next(&"x".repeat(NEXT_MAX + 1)).next, "");
    }
}
