//! API keys: `Authorization: Bearer tdk_<id>_<secret>`. Refused by default.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use schemas::{AuthorityId, CorporateNumber};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::problem::Problem;
use super::sessions::Person;
use crate::actor::Actor;
use crate::clock::Clock;
use crate::context::Context;
use crate::store::{ApiKeyRow, StoreError};

/// For whom a key speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// An operator.
    Operator(CorporateNumber),
    /// An authority.
    Authority(AuthorityId),
    /// Staff of operations.
    Operations,
}

impl Scope {
    /// The words in which the store keeps it: what sort, and whose.
    pub fn words(self) -> (&'static str, Option<String>) {
        match self {
            Self::Operator(number) => ("operator", Some(number.to_string())),
            Self::Authority(id) => ("authority", Some(id.to_string())),
            Self::Operations => ("operations", None),
        }
    }

    /// The scope that the words stand for.
    pub fn of_words(word: &str, subject: Option<&str>) -> Option<Self> {
        let subject = subject.unwrap_or_default();
        match word {
            "operator" => subject.parse().ok().map(Self::Operator),
            "authority" => subject.parse().ok().map(Self::Authority),
            "operations" => Some(Self::Operations),
            _ => None,
        }
    }
}

/// How long a key that was looked up is trusted without asking again, in milliseconds: the time in
/// which a revoked key may still work.
const TRUST_MS: i64 = 10_000;

/// Keys at most that are remembered.
const REMEMBERED_MAX: usize = 100_000;

/// Looks keys up, and remembers them for a moment.
#[derive(Default)]
pub struct Access {
    known: Mutex<HashMap<String, (i64, Scope)>>,
}

/// A fresh key: the text to hand over once, and the row to keep.
pub fn new_key(clock: &Clock, scope: Scope, label: &str) -> (String, ApiKeyRow) {
    let id = hex::encode(clock.bytes::<6>());
    let secret = hex::encode(clock.bytes::<24>());
    let (word, subject) = scope.words();
    let row = ApiKeyRow {
        id: id.clone(),
        secret_sha256: hex::encode(Sha256::digest(&secret)),
        scope: word.to_owned(),
        subject,
        label: label.to_owned(),
        created_at: clock.now_ms(),
        revoked_at: None,
    };
    (format!("tdk_{id}_{secret}"), row)
}

impl Access {
    /// For whom the request speaks; a problem when it carries no key that is in force.
    pub async fn scope(&self, ctx: &Context, headers: &HeaderMap) -> Result<Scope, Problem> {
        let Some(key) = bearer(headers) else { return Err(Problem::no_key()) };
        let digest = hex::encode(Sha256::digest(&key));
        let now = ctx.clock.now_ms();
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, scope)) = known.get(&digest)
                && now - at < TRUST_MS
            {
                return Ok(*scope);
            }
        }
        let (scope, _) = look_up(ctx, &key).await?.ok_or_else(Problem::wrong_key)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(digest, (now, scope));
        Ok(scope)
    }

    /// The operator for whom the request speaks.
    pub async fn operator(
        &self,
        ctx: &Context,
        headers: &HeaderMap,
    ) -> Result<CorporateNumber, Problem> {
        match self.scope(ctx, headers).await? {
            Scope::Operator(number) => Ok(number),
            Scope::Authority(_) | Scope::Operations => Err(Problem::wrong_scope("an operator")),
        }
    }

    /// The authority for which the request speaks.
    pub async fn authority(
        &self,
        ctx: &Context,
        headers: &HeaderMap,
    ) -> Result<AuthorityId, Problem> {
        match self.scope(ctx, headers).await? {
            Scope::Authority(id) => Ok(id),
            Scope::Operator(_) | Scope::Operations => Err(Problem::wrong_scope("an authority")),
        }
    }

    /// The authority for which the request speaks, and whose key it is: for what is on record by
    /// name. Asks the store each time.
    pub async fn clerk(
        &self,
        ctx: &Context,
        headers: &HeaderMap,
    ) -> Result<(AuthorityId, Actor), Problem> {
        let key = bearer(headers).ok_or_else(Problem::no_key)?;
        let holder = key_holder(ctx, &key).await?.ok_or_else(Problem::wrong_key)?;
        match holder.scope {
            Scope::Authority(id) => Ok((id, Actor { person: holder.id, name: holder.name })),
            Scope::Operator(_) | Scope::Operations => Err(Problem::wrong_scope("an authority")),
        }
    }

    /// Somebody of operations' staff, by the key, for the record of acts.
    pub async fn keeper(&self, ctx: &Context, headers: &HeaderMap) -> Result<Actor, Problem> {
        let key = bearer(headers).ok_or_else(Problem::no_key)?;
        let holder = key_holder(ctx, &key).await?.ok_or_else(Problem::wrong_key)?;
        match holder.scope {
            Scope::Operations => Ok(Actor { person: holder.id, name: holder.name }),
            Scope::Operator(_) | Scope::Authority(_) => Err(Problem::wrong_scope("operations")),
        }
    }

    /// Whether the request speaks for operations.
    pub async fn operations(&self, ctx: &Context, headers: &HeaderMap) -> Result<(), Problem> {
        match self.scope(ctx, headers).await? {
            Scope::Operations => Ok(()),
            Scope::Operator(_) | Scope::Authority(_) => Err(Problem::wrong_scope("operations")),
        }
    }
}

/// The key of a request.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.and_then(|text| text.strip_prefix("Bearer ")).map(|key| key.trim().to_owned())
}

/// Who shows this key: they may come in at the pages.
pub(super) async fn key_holder(ctx: &Context, key: &str) -> Result<Option<Person>, StoreError> {
    let found = look_up(ctx, key).await?;
    Ok(found.map(|(scope, row)| Person {
        scope,
        id: format!("key:{}", row.id),
        name: row.label,
        key_id: Some(row.id),
        authenticated_at: ctx.clock.now_ms(),
    }))
}

async fn look_up(ctx: &Context, key: &str) -> Result<Option<(Scope, ApiKeyRow)>, StoreError> {
    let Some((id, secret)) = key.strip_prefix("tdk_").and_then(|rest| rest.split_once('_')) else {
        return Ok(None);
    };
    let Some(row) = ctx.store.api_key(id).await? else { return Ok(None) };
    let digest = hex::encode(Sha256::digest(secret));
    let fits: bool = digest.as_bytes().ct_eq(row.secret_sha256.as_bytes()).into();
    if !fits || row.revoked_at.is_some() {
        return Ok(None);
    }
    Ok(Scope::of_words(&row.scope, row.subject.as_deref()).map(|scope| (scope, row)))
}
