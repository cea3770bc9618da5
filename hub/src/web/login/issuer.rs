//! One issuer of OIDC: asks it who someone is, by the code flow with PKCE.
//!
//! What it says of itself is asked when someone wants in, and kept for a while; so the hub starts
//! without it, and goes on when it comes back or has new keys.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AdditionalClaims, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndUserName, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IdTokenClaims, IdTokenFields, IssuerUrl, LocalizedClaim, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse,
    SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use url::Url;

use super::fetch::{FetchError, fetch};
use super::ticket::Seals;
use crate::config::{Login, Provider};

/// Claims that OIDC does not know itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Claims(Map<String, Value>);

impl AdditionalClaims for Claims {}

type Fields = IdTokenFields<
    Claims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Client = openidconnect::Client<
    Claims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What an issuer has proved of someone.
#[derive(Debug, Clone, Default)]
pub(super) struct Proven {
    /// Who says so.
    pub(super) issuer: String,
    /// Its name for them, which never changes.
    pub(super) subject: String,
    /// Their name, or that of their company.
    pub(super) name: Option<String>,
    /// When they last proved who they are, in milliseconds, if it says so.
    pub(super) authenticated_at: Option<i64>,
    /// What else it says: of the ID token, then of the user info.
    pub(super) claims: Map<String, Value>,
}

/// Why an issuer could not be asked, or was not believed. The sentences are for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum Misfortune {
    /// It does not answer, or not as an issuer does, or does not know this hub.
    #[error("the issuer cannot be asked: {0}")]
    Away(String),
    /// The code is not its own, or was used before, or too late.
    #[error("the issuer does not take the code: {0}")]
    Spent(String),
    /// What came is not proved.
    #[error("the answer is not believed: {0}")]
    Untrue(String),
}

/// An issuer with this hub's account there.
pub(super) struct Issuer {
    /// Its address, which is its name.
    pub(super) url: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    scopes: Vec<Scope>,
    keep_ms: i64,
    http: reqwest::Client,
    /// What it says of itself, and when that was asked.
    known: Mutex<Option<(i64, Arc<CoreProviderMetadata>)>>,
}

impl Issuer {
    pub(super) fn new(url: IssuerUrl, it: &Provider, login: &Login) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_millis(login.answer_ms))
            .build()?;
        let secret = Some(it.client_secret.clone()).filter(|secret| !secret.is_empty());
        Ok(Self {
            url,
            client_id: ClientId::new(it.client_id.clone()),
            client_secret: secret.map(ClientSecret::new),
            scopes: it.scopes.iter().cloned().map(Scope::new).collect(),
            keep_ms: login.keep_minutes * 60_000,
            http,
            known: Mutex::new(None),
        })
    }

    /// Whether it answers.
    pub(super) async fn probe(&self) -> Result<(), Misfortune> {
        self.metadata(i64::MAX, 0).await.map(drop)
    }

    /// Where to send someone, to come back to `redirect`.
    pub(super) async fn address(
        &self,
        seals: &Seals,
        (redirect, again): (RedirectUrl, bool),
        now: i64,
    ) -> Result<Url, Misfortune> {
        let client = self.client(self.metadata(now, self.keep_ms).await?, redirect);
        let (state, nonce) = (seals.state.clone(), seals.nonce.clone());
        let verifier = PkceCodeVerifier::new(seals.verifier.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if again {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0)
    }

    /// Who came back with this code.
    pub(super) async fn who(
        &self,
        code: &str,
        (seals, redirect): (&Seals, RedirectUrl),
        now: i64,
    ) -> Result<Proven, Misfortune> {
        let client = self.client(self.metadata(now, self.keep_ms).await?, redirect.clone());
        let http = |request| fetch(self.http.clone(), request);
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|error| Misfortune::Away(chain(&error)))?;
        let verifier = PkceCodeVerifier::new(seals.verifier.clone());
        let tokens = request.set_pkce_verifier(verifier).request_async(&http).await;
        let tokens = tokens.map_err(|error| of_exchange(&error))?;
        let nonce = Nonce::new(seals.nonce.clone());
        let claims = match verified(&client, &tokens, (&nonce, now)) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // It may have a new key since it was asked.
                let client = self.client(self.metadata(now, 0).await?, redirect);
                verified(&client, &tokens, (&nonce, now))
            }
            other => other,
        };
        let claims = claims.map_err(|error| Misfortune::Untrue(chain(&error)))?;
        let info = self.info(&client, tokens.access_token(), claims.subject()).await?;
        Ok(self.proven(claims, info))
    }

    /// What its user info says, where it has any.
    async fn info(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Option<UserInfoClaims<Claims, CoreGenderClaim>>, Misfortune> {
        let Ok(request) = client.user_info(token.clone(), Some(subject.clone())) else {
            return Ok(None);
        };
        let http = |request| fetch(self.http.clone(), request);
        match request.request_async(&http).await {
            Ok(info) => Ok(Some(info)),
            Err(openidconnect::UserInfoError::ClaimsVerification(error)) => {
                Err(Misfortune::Untrue(chain(&error)))
            }
            Err(error) => Err(Misfortune::Away(chain(&error))),
        }
    }

    fn proven(
        &self,
        token: &IdTokenClaims<Claims, CoreGenderClaim>,
        info: Option<UserInfoClaims<Claims, CoreGenderClaim>>,
    ) -> Proven {
        let name = |it: Option<&LocalizedClaim<EndUserName>>| {
            it.and_then(|it| it.get(None)).map(|name| name.to_string())
        };
        let mut proven = Proven {
            issuer: self.url.to_string(),
            subject: token.subject().to_string(),
            name: name(token.name()),
            authenticated_at: token.auth_time().map(|at| at.timestamp_millis()),
            claims: token.additional_claims().0.clone(),
        };
        if let Some(info) = info {
            proven.name = proven.name.or_else(|| name(info.name()));
            for (claim, value) in &info.additional_claims().0 {
                proven.claims.entry(claim).or_insert_with(|| value.clone());
            }
        }
        proven
    }

    /// What it says of itself, as it was at most so long ago.
    async fn metadata(
        &self,
        now: i64,
        keep_ms: i64,
    ) -> Result<Arc<CoreProviderMetadata>, Misfortune> {
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = known.as_ref()
            && now - at < keep_ms
        {
            return Ok(Arc::clone(metadata));
        }
        let http = |request| fetch(self.http.clone(), request);
        let asked = CoreProviderMetadata::discover_async(self.url.clone(), &http).await;
        let metadata = Arc::new(asked.map_err(|error| Misfortune::Away(chain(&error)))?);
        *known = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    fn client(&self, metadata: Arc<CoreProviderMetadata>, redirect: RedirectUrl) -> Client {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        Client::from_provider_metadata(Arc::unwrap_or_clone(metadata), id, secret)
            .set_redirect_uri(redirect)
    }
}

fn verified<'a>(
    client: &Client,
    tokens: &'a Tokens,
    (nonce, now): (&Nonce, i64),
) -> Result<&'a IdTokenClaims<Claims, CoreGenderClaim>, ClaimsVerificationError> {
    let missing = || ClaimsVerificationError::Other("there is no ID token".to_owned());
    let verifier = client
        .id_token_verifier()
        .set_time_fn(move || DateTime::from_timestamp_millis(now).unwrap_or_default());
    tokens.id_token().ok_or_else(missing)?.claims(&verifier, nonce)
}

fn of_exchange(
    error: &RequestTokenError<FetchError, StandardErrorResponse<CoreErrorResponseType>>,
) -> Misfortune {
    match error {
        RequestTokenError::ServerResponse(said)
            if *said.error() == CoreErrorResponseType::InvalidGrant =>
        {
            Misfortune::Spent(said.to_string())
        }
        RequestTokenError::Parse(..) => Misfortune::Untrue(chain(error)),
        RequestTokenError::ServerResponse(_)
        | RequestTokenError::Request(_)
        | RequestTokenError::Other(_) => Misfortune::Away(chain(error)),
    }
}

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", chain(cause)))
}
