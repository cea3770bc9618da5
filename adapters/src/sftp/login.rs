//! How an account proves itself: by password, by prompt, or by a key that is no RSA key.

use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{Algorithm, PrivateKeyWithHashAlg, decode_secret_key};
use russh::{MethodKind, MethodSet};

use super::Login;
use super::outcome::Loss;
use super::session::HostKey;

/// What the login needs, parsed before anything goes out.
pub(super) enum Credentials {
    Password(String),
    Key(PrivateKeyWithHashAlg),
}

impl Credentials {
    pub(super) fn of(login: &Login) -> Result<Self, Loss> {
        match login {
            Login::Password(password) => Ok(Self::Password(password.expose().to_owned())),
            Login::Key { private_key, passphrase } => {
                let passphrase = passphrase.as_ref().map(crate::Secret::expose);
                let key = decode_secret_key(private_key.expose(), passphrase)
                    .map_err(|e| Loss::Malformed(format!("the private key cannot be read: {e}")))?;
                let algorithm = key.algorithm();
                if !matches!(algorithm, Algorithm::Ed25519 | Algorithm::Ecdsa { .. }) {
                    return Err(Loss::KeyNotTaken(algorithm.as_str().to_owned()));
                }
                Ok(Self::Key(PrivateKeyWithHashAlg::new(Arc::new(key), None)))
            }
        }
    }
}

impl Login {
    /// Whether it can be used: a password always, a private key when it reads with its passphrase
    /// and is none of those that are not taken.
    pub fn is_taken(&self) -> bool {
        Credentials::of(self).is_ok()
    }
}

/// Proves the account, by prompt where the server wants the password that way.
pub(super) async fn log_in(
    ssh: &mut Handle<HostKey>,
    user: &str,
    login: Credentials,
) -> Result<(), Loss> {
    let broke = |error: russh::Error| Loss::Handshake(error.to_string());
    let (answer, password) = match login {
        Credentials::Password(password) => {
            (ssh.authenticate_password(user, &password).await.map_err(broke)?, Some(password))
        }
        Credentials::Key(key) => {
            (ssh.authenticate_publickey(user, key).await.map_err(broke)?, None)
        }
    };
    match (answer, password) {
        (AuthResult::Success, _) => Ok(()),
        (AuthResult::Failure { remaining_methods, .. }, Some(password))
            if has_keyboard(&remaining_methods) =>
        {
            answer_prompts(ssh, user, &password).await.map_err(broke)?
        }
        // What the client says when the line was lost; a server that refuses names what is left.
        (AuthResult::Failure { remaining_methods, .. }, _) if remaining_methods.is_empty() => {
            Err(Loss::Handshake("the connection ended during the login".to_owned()))
        }
        (AuthResult::Failure { .. }, _) => Err(Loss::LoginRefused),
    }
}

fn has_keyboard(methods: &MethodSet) -> bool {
    methods.contains(&MethodKind::KeyboardInteractive)
}

/// Servers behind PAM ask for the password by prompt.
async fn answer_prompts(
    ssh: &mut Handle<HostKey>,
    user: &str,
    password: &str,
) -> Result<Result<(), Loss>, russh::Error> {
    let mut answer = ssh.authenticate_keyboard_interactive_start(user, None::<String>).await?;
    for _ in 0..3 {
        let prompts = match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok(Ok(())),
            KeyboardInteractiveAuthResponse::Failure { .. } => break,
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts.len(),
        };
        let answers = vec![password.to_owned(); prompts];
        answer = ssh.authenticate_keyboard_interactive_respond(answers).await?;
    }
    Ok(Err(Loss::LoginRefused))
}
