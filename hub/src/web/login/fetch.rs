//! The one HTTP client of the process's TLS stack, as the OIDC crate asks for it.

use openidconnect::{HttpRequest, HttpResponse, http};

/// Bytes of an issuer's answer at most.
const BYTES_MAX: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// The far side, or the way there.
    #[error("no answer")]
    Http(#[from] reqwest::Error),
    /// An answer of headers that cannot be.
    #[error("no HTTP")]
    Form(#[from] http::Error),
    /// More than an issuer has to say.
    #[error("an answer of more than {BYTES_MAX} bytes")]
    TooLong,
}

/// Asks, and reads the answer.
pub(super) async fn fetch(
    client: reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, FetchError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > BYTES_MAX {
            return Err(FetchError::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(response.body(body)?)
}
