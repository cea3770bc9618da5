//! `/login/{issuer}` and `/login/{issuer}/back`: to an issuer, and back as someone.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use openidconnect::RedirectUrl;

use super::denied::{self, Denied};
use super::issuer::{Misfortune, Proven};
use super::ticket::Ticket;
use super::words::Words;
use super::{begin, claims, own_page};
use crate::context::day_in_japan;
use crate::store::{OperatorRow, StoreError};
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::fault::Fault;
use crate::web::roles::Who;
use crate::web::visit::Visit;

/// Milliseconds by which an issuer's clock may be behind ours.
const SKEW_MS: i64 = 60_000;

/// `GET /login/{issuer}?next=…&again=1`
pub(in crate::web) async fn go(
    State(desk): State<Arc<Desk>>,
    Path(word): Path<String>,
    visit: Visit,
) -> Response {
    let Some((who, issuer)) = desk.issuers.named(&word) else {
        return visit.fault(&Fault::NoPage);
    };
    let ticket = Ticket {
        issuer: word,
        at: visit.now,
        again: visit.get("again").is_some(),
        next: String::new(),
        salt: hex::encode(desk.ctx.clock.bytes::<16>()),
    };
    let ticket = ticket.with_next(own_page(visit.get("next").unwrap_or_default()));
    let seals = ticket.seal(visit.browser_secret());
    let address = match redirect(&desk, who) {
        Ok(redirect) => issuer.address(&seals, (redirect, ticket.again), visit.now).await,
        Err(misfortune) => Err(misfortune),
    };
    match address {
        Ok(address) => visit.send_to(address.as_str()),
        Err(error) => denied::page(&visit, who, Denied::from(&error), &error.to_string()),
    }
}

/// `GET /login/{issuer}/back?code=…&state=…`
pub(in crate::web) async fn back(
    State(desk): State<Arc<Desk>>,
    Path(word): Path<String>,
    headers: HeaderMap,
    visit: Visit,
) -> Response {
    let Some((who, _)) = desk.issuers.named(&word) else {
        return visit.fault(&Fault::NoPage);
    };
    let came = match came_back(&desk, &word, &visit).await {
        Ok((ticket, proven)) => {
            let of = (&*desk.ctx.config.login, &*desk.ctx.master(), day_in_japan(visit.now));
            let person = claims::person(&proven, who, of, Words::of(visit.lang));
            person.map(|person| (ticket, proven, person)).map_err(|it| (it, String::new()))
        }
        Err(denied) => Err(denied),
    };
    let (ticket, proven, person) = match came {
        Ok(came) => came,
        Err((denied, because)) => return denied::page(&visit, who, denied, &because),
    };
    if let Err(error) = meet(&desk, person.scope, &proven, visit.now).await {
        return visit.fault(&error.into());
    }
    begin(&desk, &headers, person, (&visit, &ticket.next)).await
}

/// Who came back, and with which ticket; or why not, with a sentence for the log.
async fn came_back(
    desk: &Desk,
    word: &str,
    visit: &Visit,
) -> Result<(Ticket, Proven), (Denied, String)> {
    let stranger = |why: &str| (Denied::Stranger, why.to_owned());
    let (who, issuer) = desk.issuers.named(word).ok_or_else(|| stranger("no such issuer"))?;
    let secret = visit.browser_secret();
    let ticket = Ticket::open(visit.get("state").unwrap_or_default(), secret);
    let ticket = ticket.ok_or_else(|| stranger("the state is not this browser's"))?;
    let limit_ms = desk.ctx.config.login.return_minutes * 60_000;
    if ticket.issuer != word || visit.now - ticket.at > limit_ms {
        return Err(stranger("the state is another issuer's, or old"));
    }
    if visit.get("iss").is_some_and(|iss| iss != issuer.url.as_str()) {
        return Err((Denied::Untrue, "iss names another issuer (RFC 9207)".to_owned()));
    }
    match visit.get("error") {
        Some("access_denied") => return Err((Denied::BrokenOff, "access_denied".to_owned())),
        Some(error) => return Err((Denied::Away, format!("the issuer says {error:?}"))),
        None => {}
    }
    let code = visit.get("code").ok_or_else(|| stranger("there is no code"))?;
    let of_issuer = |error: Misfortune| (Denied::from(&error), error.to_string());
    let redirect = redirect(desk, who).map_err(of_issuer)?;
    let seals = ticket.seal(secret);
    let proven = issuer.who(code, (&seals, redirect), visit.now).await.map_err(of_issuer)?;
    let proved_at = proven.authenticated_at.unwrap_or_default();
    if ticket.again && proved_at < ticket.at - SKEW_MS {
        return Err((Denied::NotAgain, format!("auth_time is {proved_at}")));
    }
    Ok((ticket, proven))
}

/// The address that the issuer knows as this hub's.
fn redirect(desk: &Desk, who: Who) -> Result<RedirectUrl, Misfortune> {
    let base = desk.ctx.config.http.public_url.trim_end_matches('/');
    RedirectUrl::new(format!("{base}/login/{}/back", who.word()))
        .map_err(|error| Misfortune::Away(format!("http.public_url: {error}")))
}

/// An operator whom the hub does not know yet is known from now on.
async fn meet(desk: &Desk, scope: Scope, proven: &Proven, now: i64) -> Result<(), StoreError> {
    let Scope::Operator(number) = scope else { return Ok(()) };
    if desk.ctx.store.operator(number).await?.is_some() {
        return Ok(());
    }
    let name = proven.name.clone().unwrap_or_else(|| number.to_string());
    let row = OperatorRow { corporate_number: number, name, mail: None, created_at: now };
    let mut tx = desk.ctx.store.begin().await?;
    tx.save_operators(&[row]).await?;
    tx.commit().await
}
