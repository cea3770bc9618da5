//! The servers that `store.url` names (`postgres://USER@HOST-1,HOST-2/DB`), and which of them
//! serves.
//!
//! Of several, the one serves that takes writes; of two that do (an old primary came back that
//! nobody has demoted), the one that was promoted last. A process never goes back to a server of an
//! earlier timeline than it has seen. Who waits for a connection looks now and then whether another
//! server has taken over; then all work goes on in a new pool, so that what hangs in the old one
//! holds up nobody.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use futures::future::join_all;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Error, Postgres};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::url;
use crate::store::StoreLimits;
use crate::store::engine::{StoreError, is_away};

/// A wait for a connection, after which it is looked whether another server has taken over.
const LOOK_AFTER: Duration = Duration::from_millis(500);
/// Time for one server to say what it is.
const ASK_LIMIT: Duration = Duration::from_secs(3);
/// Time for what is in hand to leave a pool that serves no more.
const LEAVE_LIMIT: Duration = Duration::from_mins(1);

/// All servers, and the one that serves.
#[derive(Debug)]
pub(super) struct Servers {
    all: Vec<PgConnectOptions>,
    limits: StoreLimits,
    serving: ArcSwap<Serving>,
    /// One look at a time.
    turn: Mutex<()>,
}

#[derive(Debug)]
struct Serving {
    at: usize,
    /// Goes up with each promotion.
    timeline: i32,
    pool: PgPool,
}

/// What a server says of itself.
enum Answer {
    /// It takes writes, on this timeline.
    Primary(i32),
    /// A standby, or it was made read-only.
    ReadOnly,
    /// Nothing.
    Silent(Error),
}

impl Servers {
    /// Finds the one that serves; a single server is taken as it is.
    pub(super) async fn open(url: &str, limits: StoreLimits) -> Result<Self, StoreError> {
        let all = url::servers(url, limits)?;
        let (at, timeline) = match all.as_slice() {
            [one] => {
                // A pool would ask again and again, and at last say only that it took too long.
                let limit = Duration::from_millis(limits.acquire_ms);
                let first = within(limit, "store.acquire_ms", one.connect()).await;
                let first = first.map_err(|error| no_connection(one, &error))?;
                drop(first.close().await);
                (0, 0)
            }
            several => {
                let answers = ask_all(several).await;
                newest(&answers, 0).ok_or_else(|| nobody_serves(several, &answers))?
            }
        };
        let pool = pool(&all, (at, timeline), limits);
        let serving = ArcSwap::from_pointee(Serving { at, timeline, pool });
        Ok(Self { all, limits, serving, turn: Mutex::default() })
    }

    /// The pool of the server that serves at this moment.
    pub(super) fn pool(&self) -> PgPool {
        self.serving.load().pool.clone()
    }

    /// `HOST:PORT` of the server that serves.
    pub(super) fn place(&self) -> String {
        place(&self.all[self.serving.load().at])
    }

    /// A connection to the server that serves, be it another than a moment ago.
    pub(super) async fn acquire(&self) -> Result<PoolConnection<Postgres>, Error> {
        loop {
            let serving = self.serving.load_full();
            tokio::select! {
                biased;
                got = serving.pool.acquire() => match got {
                    Err(Error::PoolClosed) if self.has_moved(&serving) => {}
                    done => return done,
                },
                () = self.until_moved(&serving) => {}
            }
        }
    }

    fn has_moved(&self, from: &Arc<Serving>) -> bool {
        !Arc::ptr_eq(from, &self.serving.load())
    }

    async fn until_moved(&self, from: &Arc<Serving>) {
        if self.all.len() == 1 {
            return pending().await;
        }
        while !self.has_moved(from) {
            sleep(LOOK_AFTER).await;
            // Seldom, and large: not a part of every statement's future.
            Box::pin(self.look()).await;
        }
    }

    /// Goes over to the server that serves now, if there is another.
    async fn look(&self) {
        let Ok(_turn) = self.turn.try_lock() else { return };
        let answers = ask_all(&self.all).await;
        let old = self.serving.load_full();
        let Some((at, timeline)) = newest(&answers, old.at) else { return };
        if timeline < old.timeline || (at, timeline) == (old.at, old.timeline) {
            return;
        }
        let (from, to) = (place(&self.all[old.at]), place(&self.all[at]));
        tracing::warn!(from, to, timeline, "another server of store.url takes the writes now");
        let pool = pool(&self.all, (at, timeline), self.limits);
        self.serving.store(Arc::new(Serving { at, timeline, pool }));
        tokio::spawn(async move { timeout(LEAVE_LIMIT, old.pool.close()).await });
    }
}

/// A pool of connections to one of several servers, which is looked at anew each time: it may have
/// come back as another than it was.
fn pool(all: &[PgConnectOptions], (at, timeline): (usize, i32), limits: StoreLimits) -> PgPool {
    let mut pool = PgPoolOptions::new()
        .max_connections(limits.connections_max)
        .acquire_timeout(Duration::from_millis(limits.acquire_ms));
    if all.len() > 1 {
        pool = pool.after_connect(move |connection, _| {
            Box::pin(async move {
                match timeline_of(connection).await? {
                    Some(its) if its >= timeline => Ok(()),
                    Some(_) | None => Err(Error::Io(io::Error::other("it serves no more"))),
                }
            })
        });
    }
    pool.connect_lazy_with(all[at].clone())
}

/// The timeline of a server that takes writes.
async fn timeline_of(connection: &mut PgConnection) -> Result<Option<i32>, Error> {
    // A standby is read-only, too, and has no file that it writes to.
    sqlx::query_scalar(
        "SELECT CASE WHEN NOT current_setting('transaction_read_only')::boolean THEN \
         ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer END",
    )
    .fetch_one(connection)
    .await
}

async fn ask_all(all: &[PgConnectOptions]) -> Vec<Answer> {
    join_all(all.iter().map(ask)).await
}

async fn ask(options: &PgConnectOptions) -> Answer {
    let asking = async {
        let mut connection = options.connect().await?;
        let timeline = timeline_of(&mut connection).await?;
        drop(connection.close().await);
        Ok(timeline)
    };
    match within(ASK_LIMIT, "a look", asking).await {
        Ok(Some(timeline)) => Answer::Primary(timeline),
        Ok(None) => Answer::ReadOnly,
        Err(error) => Answer::Silent(error),
    }
}

/// The server that was promoted last and its timeline; of two alike the one at `serving`.
fn newest(answers: &[Answer], serving: usize) -> Option<(usize, i32)> {
    let primaries = answers.iter().enumerate().filter_map(|(at, answer)| match answer {
        Answer::Primary(timeline) => Some((at, *timeline)),
        Answer::ReadOnly | Answer::Silent(_) => None,
    });
    primaries.rev().max_by_key(|(at, timeline)| (*timeline, *at == serving))
}

/// The answer, or that there was none in the time that this setting allows.
pub(super) async fn within<T>(
    limit: Duration,
    setting: &str,
    asking: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(limit, asking).await.unwrap_or_else(|_| {
        let text = format!("no answer within {} ms ({setting})", limit.as_millis());
        Err(Error::Io(io::Error::new(io::ErrorKind::TimedOut, text)))
    })
}

fn place(options: &PgConnectOptions) -> String {
    format!("{}:{}", options.get_host(), options.get_port())
}

/// What was tried and what to look at; the password is not shown.
fn no_connection(options: &PgConnectOptions, error: &Error) -> StoreError {
    let text = format!("store.url: cannot connect to PostgreSQL at {}: {error}", place(options));
    if is_away(error) {
        let look = "check that the server runs, that host and port are right and that no firewall \
                    is between";
        StoreError::Away(format!("{text}; {look}"))
    } else {
        StoreError::Open(format!("{text}; check user, password and database in the URL"))
    }
}

fn nobody_serves(all: &[PgConnectOptions], answers: &[Answer]) -> StoreError {
    let mut may_come = false;
    let said = all.iter().zip(answers).map(|(options, answer)| {
        let what = match answer {
            Answer::Primary(_) | Answer::ReadOnly => {
                may_come = true;
                "it takes no writes (a standby?)".to_owned()
            }
            Answer::Silent(error) => {
                may_come |= is_away(error);
                error.to_string()
            }
        };
        format!("{}: {what}", place(options))
    });
    let text = format!(
        "store.url: none of its servers takes writes: {}; promote a standby, or mend the URL",
        said.collect::<Vec<_>>().join("; ")
    );
    if may_come { StoreError::Away(text) } else { StoreError::Open(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_promoted_serves_and_of_two_alike_the_one_that_did() {
        let silent = || Answer::Silent(Error::PoolTimedOut);
        assert_eq!(newest(&[silent(), Answer::ReadOnly], 0), None);
        assert_eq!(newest(&[Answer::Primary(1), Answer::Primary(2)], 0), Some((1, 2)));
        assert_eq!(newest(&[Answer::Primary(2), silent(), Answer::Primary(1)], 2), Some((0, 2)));
        let alike = [Answer::Primary(3), Answer::Primary(3), Answer::Primary(3)];
        assert_eq!((newest(&alike, 1), newest(&alike, 7)), (Some((1, 3)), Some((0, 3))));
    }
}
