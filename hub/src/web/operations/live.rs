//! `/live/…`: the numbers of a page, sent anew while it is open (server-sent events).
//!
//! All streams of a process show the same counts ([`super::Counts`]), which are read once for all.
//! A stream ends with its session, with the process, and after `operations.live_minutes`.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;

use super::lanes::lane_list;
use super::overview;
use super::snapshot::Snapshot;
use crate::web::Desk;
use crate::web::roles::Staff;
use crate::web::sessions;
use crate::web::visit::Visit;

/// Seconds after which a browser that found no room may ask again.
const RETRY_SECONDS: &str = "30";

/// How many streams of a process are open.
#[derive(Debug, Default)]
pub(super) struct Places(AtomicUsize);

/// One of them; free again when it is dropped.
struct Place(Arc<Places>);

impl Places {
    fn take(self: &Arc<Self>, max: usize) -> Option<Place> {
        let more = |taken| (taken < max).then_some(taken + 1);
        let taken = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        taken.is_ok().then(|| Place(Arc::clone(self)))
    }

    pub(super) fn taken(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What of the counts a page shows, in the language of its visit.
type Show = fn(&Desk, &Snapshot, &Visit) -> askama::Result<String>;

struct Stream {
    desk: Arc<Desk>,
    visit: Visit,
    headers: HeaderMap,
    show: Show,
    /// Of the counts that were sent last, in milliseconds.
    sent: i64,
    _place: Place,
}

/// `GET /live/numbers`
pub(super) async fn numbers(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Staff(visit): Staff,
) -> Response {
    let show: Show = |desk, snapshot, visit| overview::numbers(desk, snapshot, visit).render();
    open(desk, (visit.at("/"), headers), show)
}

/// `GET /live/lanes`
pub(super) async fn lanes(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Staff(visit): Staff,
) -> Response {
    let show: Show = |desk, snapshot, visit| lane_list(desk, &snapshot.lanes, visit).render();
    open(desk, (visit.at("/lanes"), headers), show)
}

fn open(desk: Arc<Desk>, (visit, headers): (Visit, HeaderMap), show: Show) -> Response {
    let settings = &desk.ctx.config.operations;
    let Some(place) = desk.counts.places.take(settings.live_max) else {
        let head = [(RETRY_AFTER, RETRY_SECONDS), (CACHE_CONTROL, "no-store")];
        let why = "too many pages refresh by themselves (operations.live_max)";
        return (StatusCode::SERVICE_UNAVAILABLE, head, why).into_response();
    };
    let first = Stream { visit, headers, show, sent: 0, _place: place, desk };
    let events = stream::unfold(first, Stream::next);
    // A line now and then, by which a connection that is gone is noticed.
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

impl Stream {
    /// The next counts, once there are newer ones; none when the stream is over.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let desk = Arc::clone(&self.desk);
        let rest = Duration::from_millis(desk.ctx.config.operations.live_ms);
        while self.is_open().await {
            // A store that is away for a while: the page tells when its numbers were counted.
            if let Ok(snapshot) = desk.counts.get(&desk.ctx).await
                && snapshot.at > self.sent
            {
                self.sent = snapshot.at;
                let mut visit = self.visit.clone();
                visit.now = desk.ctx.clock.now_ms();
                let text = (self.show)(&desk, &snapshot, &visit).ok()?;
                return Some((Ok(Event::default().event("numbers").data(text)), self));
            }
            desk.ctx.stop.run_until_cancelled(tokio::time::sleep(rest)).await?;
        }
        None
    }

    /// Whether whoever asked is still in, and not for too long.
    async fn is_open(&self) -> bool {
        let ctx = &self.desk.ctx;
        let life = ctx.config.operations.live_minutes * 60_000;
        if ctx.stop.is_cancelled() || ctx.clock.now_ms() - self.visit.now >= life {
            return false;
        }
        match sessions::find(ctx, &self.headers).await {
            Ok(session) => {
                session.map(|it| it.scope) == self.visit.session.as_ref().map(|it| it.scope)
            }
            // It cannot be read; the next look tells.
            Err(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_places_and_each_is_free_again() {
        let places = Arc::new(Places::default());
        let both = (places.take(2), places.take(2));
        assert!(both.0.is_some() && both.1.is_some() && places.take(2).is_none());
        assert_eq!(places.taken(), 2, "who found none takes none");
        drop(both);
        assert_eq!(places.taken(), 0);
        assert!(places.take(0).is_none());
    }
}
