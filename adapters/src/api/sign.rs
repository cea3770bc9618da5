//! The Standard Webhooks signature: HMAC-SHA-256 over `id.timestamp.body`, streamed.

use std::io;

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;

use crate::{Sealed, Secret};

/// A signature under construction, or its check at the far side.
pub struct Signer {
    context: hmac::Context,
}

impl Signer {
    /// Starts over the id and the time in Unix seconds.
    pub fn new(secret: &Secret, id: &str, timestamp: i64) -> Self {
        let mut context = hmac::Context::with_key(&Key::new(HMAC_SHA256, &key(secret)));
        context.update(format!("{id}.{timestamp}.").as_bytes());
        Self { context }
    }

    /// The next bytes of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
    }

    /// The value of `webhook-signature`: `v1,` and base64.
    pub fn finish(self) -> String {
        format!("v1,{}", STANDARD.encode(self.context.sign()))
    }

    /// Whether one of the header's signatures (several while a secret is rotated, separated by
    /// spaces) is this one; compared in constant time.
    pub fn is_signed_by(self, header: &str) -> bool {
        let own = self.finish();
        header.split(' ').any(|given| {
            aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), own.as_bytes())
                .is_ok()
        })
    }
}

/// Signs a package with each of the secrets, as one header has it: separated by spaces. One in a
/// spool file is read once for all.
pub(super) async fn sign(
    secrets: &[&Secret],
    id: &str,
    timestamp: i64,
    package: &Sealed,
) -> io::Result<String> {
    let mut signers: Vec<_> =
        secrets.iter().map(|secret| Signer::new(secret, id, timestamp)).collect();
    let mut update = |bytes: &[u8]| signers.iter_mut().for_each(|signer| signer.update(bytes));
    if let Some(bytes) = package.bytes() {
        update(bytes);
    } else {
        let mut pieces = package.stream().await?;
        while let Some(piece) = pieces.try_next().await? {
            update(&piece);
        }
    }
    Ok(signers.into_iter().map(Signer::finish).collect::<Vec<_>>().join(" "))
}

/// `whsec_` and base64 as Standard Webhooks has it, else the text's own bytes.
fn key(secret: &Secret) -> Vec<u8> {
    let text = secret.expose();
    let decoded = text.strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok());
    decoded.unwrap_or_else(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_standards_own_example() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signer = || {
            let mut signer = Signer::new(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
            signer.update(br#"{"test": 2432232314}"#);
            signer
        };
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signer().finish(), expected);
        assert!(signer().is_signed_by(&format!("v1,b3RoZXI= {expected}")));
        assert!(!signer().is_signed_by("v1,b3RoZXI="));
    }
}
