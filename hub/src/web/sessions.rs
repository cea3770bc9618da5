//! Sessions: who is logged in at the pages, kept in the store (`sessions`), a secret in a cookie.
//!
//! A session is over when its person logs out, has not been there for `sessions.idle_minutes`, is
//! in for `sessions.absolute_minutes`, or when the API key that opened it is revoked. Each login
//! makes a new secret, so that nobody can plant one before.

use axum::http::{HeaderMap, HeaderValue};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::access::Scope;
use super::cookies::Secret;
use crate::context::Context;
use crate::store::{SessionRow, StaffAct, StoreError};

/// Milliseconds for which a visit need not be recorded after another.
const SEEN_MS: i64 = 60_000;

/// Someone who may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// For whom they act.
    pub(super) scope: Scope,
    /// Who it is, for the record.
    pub(super) id: String,
    /// Who it is, for people.
    pub(super) name: String,
    /// The API key that they showed.
    pub(super) key_id: Option<String>,
    /// When they proved who they are, in milliseconds.
    pub(super) authenticated_at: i64,
}

/// Someone who is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    /// For whom they act.
    pub(super) scope: Scope,
    /// Who it is, for the record.
    pub(super) person: String,
    /// Who it is, for people.
    pub(super) name: String,
    /// When they proved who they are, in milliseconds.
    pub(super) authenticated_at: i64,
}

/// Lets someone in. Ends the session that the browser had; answers the cookie of the new one.
pub(super) async fn open(
    ctx: &Context,
    person: Person,
    headers: &HeaderMap,
) -> Result<HeaderValue, StoreError> {
    let http = &ctx.config.http;
    let secret = hex::encode(ctx.clock.bytes::<32>());
    let now = ctx.clock.now_ms();
    let (scope, subject) = person.scope.words();
    let row = SessionRow {
        id: digest(&secret),
        scope: scope.to_owned(),
        subject,
        person: person.id,
        name: person.name,
        key_id: person.key_id,
        created_at: now,
        seen_at: now,
        authenticated_at: person.authenticated_at.min(now),
    };
    let mut tx = ctx.store.begin().await?;
    if let Some(former) = Secret::Session.read(http, headers) {
        tx.delete_session(&digest(&former)).await?;
    }
    tx.insert_session(&row).await?;
    if let Some(act) = act("session.open", &row) {
        tx.record(act).await?;
    }
    tx.commit().await?;
    Ok(Secret::Session.give(http, &secret))
}

/// The session of a request, if it is not over.
pub(super) async fn find(
    ctx: &Context,
    headers: &HeaderMap,
) -> Result<Option<Session>, StoreError> {
    let Some(secret) = Secret::Session.read(&ctx.config.http, headers) else { return Ok(None) };
    let Some(row) = ctx.store.session(&digest(&secret)).await? else { return Ok(None) };
    let now = ctx.clock.now_ms();
    let (seen, begun) = ctx.config.sessions.over_at(now);
    if row.seen_at <= seen || row.created_at <= begun {
        return Ok(None);
    }
    let Some(scope) = Scope::of_words(&row.scope, row.subject.as_deref()) else { return Ok(None) };
    if now - row.seen_at >= SEEN_MS {
        let mut tx = ctx.store.begin().await?;
        tx.touch_session(&row.id, now).await?;
        tx.commit().await?;
    }
    let SessionRow { person, name, authenticated_at, .. } = row;
    Ok(Some(Session { scope, person, name, authenticated_at }))
}

/// Lets someone out; answers what takes the cookie away.
pub(super) async fn end(ctx: &Context, headers: &HeaderMap) -> Result<HeaderValue, StoreError> {
    let http = &ctx.config.http;
    if let Some(secret) = Secret::Session.read(http, headers) {
        let id = digest(&secret);
        let row = ctx.store.session(&id).await?;
        let mut tx = ctx.store.begin().await?;
        tx.delete_session(&id).await?;
        if let Some(act) = row.as_ref().and_then(|row| act("session.close", row)) {
            tx.record(act).await?;
        }
        tx.commit().await?;
    }
    Ok(Secret::Session.take(http))
}

/// That someone of an authority or of operations comes or goes; operators' people are their own
/// affair.
fn act<'a>(what: &'static str, row: &'a SessionRow) -> Option<StaffAct<'a>> {
    let scope = Scope::of_words(&row.scope, row.subject.as_deref())?;
    let whose = match scope {
        Scope::Operations => row.scope.clone(),
        Scope::Authority(id) => format!("{}:{id}", row.scope),
        Scope::Operator(_) => return None,
    };
    Some(StaffAct::plain((what, whose), (&row.person, &row.name), (Value::Null, Value::Null)))
}

/// What the forms of a browser with this secret carry: nobody else can make it.
pub(super) fn form_token(secret: &str) -> String {
    hex::encode(Sha256::digest(format!("todoke form {secret}")))
}

/// Whether a form comes from a page that this browser was shown. The secret is the browser's, not
/// the session's: what was being written while a session ran out can be sent after the next log-in.
pub(super) fn is_own_form(ctx: &Context, headers: &HeaderMap, token: &str) -> bool {
    let secret = Secret::Form.read(&ctx.config.http, headers);
    secret.is_some_and(|secret| form_token(&secret).as_bytes().ct_eq(token.as_bytes()).into())
}

fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}
