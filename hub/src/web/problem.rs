//! Problems as RFC 9457 `application/problem+json`, with a stable `code` and an `owner`.

use std::any::Any;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use schemas::{Finding, Owner};
use serde::Serialize;
use utoipa::ToSchema;

use crate::checks::CheckProblem;
use crate::erasure::ERASED;
use crate::intake::IntakeProblem;
use crate::objects::ObjectError;
use crate::review::ReviewProblem;
use crate::store::StoreError;
use crate::uploads::UploadProblem;

/// What went wrong, whose turn it is, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// A URI for the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// A stable word for programs.
    #[schema(value_type = String)]
    pub code: Box<str>,
    /// Who has to act: operator, authority, hub or network.
    #[schema(value_type = String)]
    pub owner: &'static str,
    /// Single mistakes, each with a JSON Pointer.
    #[serde(skip_serializing_if = "<[Finding]>::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub findings: Box<[Finding]>,
}

impl Problem {
    /// A problem.
    pub fn new(status: StatusCode, code: &str, owner: Owner, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:todoke:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.into(),
            owner: owner.as_str(),
            findings: Box::default(),
        }
    }

    /// Something of the caller's is wrong.
    pub fn bad_request(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, Owner::Operator, detail)
    }

    /// There is no such thing, or it is not theirs.
    pub fn not_found(what: &str) -> Self {
        let detail = format!("there is no such {what} for this key; check the id");
        Self::new(StatusCode::NOT_FOUND, "not_found", Owner::Operator, detail)
    }

    /// The same where the caller is an authority: what an operator would have to mend is theirs.
    #[must_use]
    pub fn of_authority(self) -> Self {
        let is_callers = self.owner == Owner::Operator.as_str();
        Self { owner: if is_callers { Owner::Authority.as_str() } else { self.owner }, ..self }
    }

    pub(super) fn no_key() -> Self {
        let detail = "send a key: `Authorization: Bearer tdk_…`; `todoke key add` makes one";
        Self::new(StatusCode::UNAUTHORIZED, "key_missing", Owner::Operator, detail)
    }

    pub(super) fn wrong_key() -> Self {
        let detail = "this key is not known or was revoked; ask operations for a new one";
        Self::new(StatusCode::UNAUTHORIZED, "key_unknown", Owner::Operator, detail)
    }

    pub(super) fn wrong_scope(wanted: &str) -> Self {
        let detail = format!("this needs a key of {wanted}; the key that was sent is another's");
        Self::new(StatusCode::FORBIDDEN, "key_scope", Owner::Operator, detail)
    }

    pub(super) fn unavailable(what: &str) -> Self {
        tracing::error!(what, "a request could not be served");
        let detail = "nothing was recorded; send the same request again, with the same key";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", Owner::Hub, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = (status == StatusCode::SERVICE_UNAVAILABLE).then_some([(RETRY_AFTER, "5")]);
        let challenge = (status == StatusCode::UNAUTHORIZED)
            .then_some([(WWW_AUTHENTICATE, "Bearer realm=\"todoke\"")]);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.extend(retry.into_iter().flatten().map(|(k, v)| (k, v.parse().unwrap_or(EMPTY))));
        headers
            .extend(challenge.into_iter().flatten().map(|(k, v)| (k, v.parse().unwrap_or(EMPTY))));
        headers
            .insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/problem+json"));
        response
    }
}

const EMPTY: axum::http::HeaderValue = axum::http::HeaderValue::from_static("");

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Retired) {
            return Self::new(StatusCode::GONE, "retired", Owner::Hub, error.to_string());
        }
        Self::unavailable(&error.to_string())
    }
}

impl From<IntakeProblem> for Problem {
    fn from(problem: IntakeProblem) -> Self {
        let detail = problem.to_string();
        match problem {
            IntakeProblem::Invalid(findings) => {
                // With one kind of mistake, its own word tells more than the general one.
                let first = findings.first().map_or("filing_invalid", |f| f.code.as_str());
                let same = findings.iter().all(|f| f.code == first || !f.is_error());
                let code = if same { first } else { "filing_invalid" }.to_owned();
                let detail =
                    findings.first().map_or(detail, |f| format!("{}: {}", f.path, f.message));
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self {
                    findings: findings.into(),
                    ..Self::new(status, &code, Owner::Operator, detail)
                }
            }
            IntakeProblem::KeyReused => Self::key_reused(),
            IntakeProblem::Unavailable(what) => Self::unavailable(&what),
        }
    }
}

impl Problem {
    fn key_reused() -> Self {
        let detail = "this Idempotency-Key was used before with another body; use a new key for a \
                      new filing, or send the same body to get the receipt again";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "idempotency_key_reused", Owner::Operator, detail)
    }
}

impl From<ReviewProblem> for Problem {
    fn from(problem: ReviewProblem) -> Self {
        let detail = problem.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, Owner::Operator, &detail);
        match problem {
            ReviewProblem::NotFound(what) => Self::not_found(what),
            ReviewProblem::State(_) => Self {
                detail: format!("{detail}; read its present state before you go on"),
                ..conflict("wrong_state")
            },
            ReviewProblem::Reason(detail) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "why_invalid", Owner::Hub, detail)
            }
            ReviewProblem::Given(detail) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "given_invalid", Owner::Hub, detail)
            }
            ReviewProblem::Overtaken(_) => Self { owner: "hub", ..conflict("overtaken") },
            ReviewProblem::OtherKind(_) => conflict("kind_differs"),
            ReviewProblem::Erased => Self::new(StatusCode::GONE, ERASED, Owner::Hub, &detail),
            ReviewProblem::NothingReturned => conflict("nothing_returned"),
            ReviewProblem::KeyReused => Self::key_reused(),
            ReviewProblem::Invalid(detail) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "decision_invalid", Owner::Authority, detail)
            }
            ReviewProblem::Store(error) => error.into(),
            ReviewProblem::Fault(what) => Self::unavailable(&what),
        }
    }
}

impl From<CheckProblem> for Problem {
    fn from(problem: CheckProblem) -> Self {
        let detail = problem.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, Owner::Hub, &detail);
        match problem {
            CheckProblem::NoAuthority => Self::not_found("authority"),
            CheckProblem::NoChannel(..) => conflict("channel_missing"),
            CheckProblem::UnderWay(..) => conflict("check_under_way"),
            CheckProblem::Store(error) => error.into(),
            CheckProblem::Fault(what) => Self::unavailable(&what),
        }
    }
}

impl From<ObjectError> for Problem {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::TooLarge { max } => {
                let detail = format!("an attachment has at most {max} bytes; split or compress it");
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                Self::new(status, "attachment_too_large", Owner::Operator, detail)
            }
            ObjectError::Broken(what) => Self::bad_request("upload_broken", what),
            ObjectError::Store(_) | ObjectError::Write(_) | ObjectError::Url(_) => {
                Self::unavailable(&error.to_string())
            }
        }
    }
}

impl From<UploadProblem> for Problem {
    fn from(problem: UploadProblem) -> Self {
        match problem {
            UploadProblem::Object(error) => error.into(),
            UploadProblem::Store(error) => error.into(),
            UploadProblem::Clearing => Self::unavailable(&problem.to_string()),
            UploadProblem::Type { .. } => {
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                Self::new(status, "attachment_type", Owner::Operator, problem.to_string())
            }
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::bad_request("json_malformed", rejection.body_text())
    }
}

/// A panic in a handler is a fault of ours; the caller may try again.
#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
pub(super) fn from_panic(panic: Box<dyn Any + Send>) -> Response {
    let what = panic.downcast_ref::<String>().map(String::as_str);
    let what = what.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
    tracing::error!(what, "a handler met a fault of its own");
    Problem::unavailable(what).into_response()
}
