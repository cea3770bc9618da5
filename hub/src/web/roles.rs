//! Whose pages are whose: every page asks for a role, and refuses everyone else.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use url::form_urlencoded;

use super::Desk;
use super::access::Scope;
use super::fault::Fault;
use super::visit::{Visit, see_other};
use super::whose;

/// The three sorts of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Staff of operations.
    Operations,
    /// Staff of an authority.
    Authority,
    /// People of an operator.
    Operator,
}

impl Who {
    /// The sort of whoever has this scope.
    pub(super) fn of(scope: Scope) -> Self {
        match scope {
            Scope::Operations => Self::Operations,
            Scope::Authority(_) => Self::Authority,
            Scope::Operator(_) => Self::Operator,
        }
    }

    /// Whose section an address is in; what is neither operators' nor authorities' is operations'.
    pub(super) fn of_path(path: &str) -> Self {
        let is_below = |top: &str| {
            path.strip_prefix(top)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        };
        match () {
            () if is_below(Self::Authority.home()) => Self::Authority,
            () if is_below(Self::Operator.home()) => Self::Operator,
            () => Self::Operations,
        }
    }
}

/// Why someone is not let in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refusal {
    /// Nobody is logged in.
    NotIn,
    /// They are logged in as someone else.
    NotYours,
    /// They proved who they are too long ago for what is hard to undo.
    NotFresh,
    /// It cannot be seen who they are.
    Away,
}

/// A visit by someone of one role.
pub(super) trait Role: Sized {
    /// The role of the visit's person, or why they have it not.
    fn of(visit: &Visit) -> Result<Self, Refusal>;
}

/// Anyone at all.
pub(super) struct Anyone;

/// Staff of operations.
pub(super) struct Staff(pub(super) Visit);

/// Staff of operations who change something: to look around in a demo is not enough.
pub(super) struct Keeper(pub(super) Visit);

/// Someone of a role who has proved who they are not long ago (`login.again_minutes`): for acts
/// that are hard to undo.
pub(super) struct Fresh<R>(pub(super) R);

impl<R: Role> Role for Fresh<R> {
    fn of(visit: &Visit) -> Result<Self, Refusal> {
        let by = R::of(visit)?;
        if visit.is_fresh { Ok(Self(by)) } else { Err(Refusal::NotFresh) }
    }
}

impl<R: Role> FromRequestParts<Arc<Desk>> for Fresh<R> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        guard(parts, desk).await
    }
}

impl Role for Anyone {
    fn of(_: &Visit) -> Result<Self, Refusal> {
        Ok(Self)
    }
}

impl Role for Staff {
    fn of(visit: &Visit) -> Result<Self, Refusal> {
        match visit.scope() {
            Ok(Scope::Operations) => Ok(Self(visit.clone())),
            // In the demo environment everyone may look.
            _ if visit.is_open => Ok(Self(visit.clone())),
            Ok(Scope::Authority(_) | Scope::Operator(_)) => Err(Refusal::NotYours),
            Err(refusal) => Err(refusal),
        }
    }
}

impl Role for Keeper {
    fn of(visit: &Visit) -> Result<Self, Refusal> {
        match visit.scope()? {
            Scope::Operations => Ok(Self(visit.clone())),
            Scope::Authority(_) | Scope::Operator(_) => Err(Refusal::NotYours),
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        guard(parts, desk).await
    }
}

/// Lets a role in to a page that is read; others are sent to the log-in, or told whose it is.
pub(super) async fn guard<R: Role>(parts: &mut Parts, desk: &Arc<Desk>) -> Result<R, Response> {
    let visit = Visit::read(parts, desk).await;
    let refusal = match R::of(&visit) {
        Ok(role) => return Ok(role),
        Err(refusal) => refusal,
    };
    Err(match refusal {
        Refusal::NotIn => see_other(&format!("/login?next={}", here(&visit))),
        Refusal::NotFresh => see_other(&format!("/login?again=1&next={}", here(&visit))),
        Refusal::NotYours => visit.fault(&whose::not_yours(desk, parts.uri.path()).await),
        Refusal::Away => visit.fault(&Fault::StoreAway),
    })
}

fn here(visit: &Visit) -> String {
    form_urlencoded::byte_serialize(visit.link(&[]).as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_begins_at_its_home() {
        for (path, who) in [
            ("/authority", Who::Authority),
            ("/authority?kind=change", Who::Authority),
            ("/authority/deliveries/x", Who::Authority),
            ("/authorities/011002", Who::Operations),
            ("/operator/filings", Who::Operator),
            ("/operators", Who::Operations),
            ("/", Who::Operations),
        ] {
            assert_eq!(Who::of_path(path), who, "{path}");
        }
    }
}
