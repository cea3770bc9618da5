//! What handlers read of a request. Whatever does not read is a problem with code and owner, as
//! everything else that is wrong.

use axum::extract::rejection::{PathRejection, QueryRejection, StringRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode};
use schemas::Owner;

use crate::web::problem::Problem;

/// A body that is kept as it came.
pub(super) struct Text(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Ok(Self(String::from_request(request, state).await?))
    }
}

/// What stands behind the question mark.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct Query<T>(pub(super) T);

/// The variable parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(super) struct Path<T>(pub(super) T);

impl From<StringRejection> for Problem {
    fn from(rejection: StringRejection) -> Self {
        let status = rejection.status();
        let (code, detail) = if status == StatusCode::PAYLOAD_TOO_LARGE {
            let detail =
                "the body is too long; files go to POST /v1/attachments, and here by digest";
            ("body_too_large", detail.to_owned())
        } else {
            ("body_unreadable", format!("{}; send it again in UTF-8", rejection.body_text()))
        };
        Self::new(status, code, Owner::Operator, detail)
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let what = rejection.body_text();
        Self::bad_request("query_invalid", format!("{what}; /openapi.json lists the parameters"))
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        let what = rejection.body_text();
        Self::bad_request("path_invalid", format!("{what}; compare it with /openapi.json"))
    }
}

/// The caller's `Idempotency-Key`.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    match key.map(|key| key.trim().trim_matches('"')) {
        Some(key) if (1..=200).contains(&key.len()) => Ok(key.to_owned()),
        Some(_) => {
            let detail = "Idempotency-Key has 1 to 200 characters";
            Err(Problem::bad_request("idempotency_key_length", detail))
        }
        None => {
            let detail = "send an Idempotency-Key header, a new one for each filing, upload or \
                          export: with it the same request can be sent again safely";
            Err(Problem::bad_request("idempotency_key_missing", detail))
        }
    }
}

/// Reads a JSON body.
pub(super) fn read_json<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Problem> {
    serde_json::from_str(body).map_err(|error| {
        let (code, advice) = json_problem(&error);
        Problem::bad_request(code, format!("the body does not read: {error}; {advice}"))
    })
}

/// The code of what is wrong, and what to do. Of what a field's type said, serde hands on only the
/// words.
fn json_problem(error: &serde_json::Error) -> (&'static str, &'static str) {
    let text = error.to_string();
    match () {
        () if !error.is_data() => ("json_malformed", "send one whole JSON object in UTF-8"),
        () if text.contains("has check digit") => {
            ("check_digit", "compare the number with its source, a digit is wrong")
        }
        () if text.contains(" must be ") => ("code_malformed", "write the number in this form"),
        () if text.starts_with("unknown field") => {
            ("field_unknown", "leave the field out or correct its name")
        }
        () if text.starts_with("missing field") => ("field_missing", "add the field"),
        () if text.starts_with("unknown variant") => ("value_unknown", "use one of these words"),
        () => ("json_invalid", "/openapi.json tells what each field holds"),
    }
}
