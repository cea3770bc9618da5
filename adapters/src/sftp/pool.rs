//! Sessions that wait to be used again, because a login costs more than a small upload.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::outcome::Loss;
use super::session::Session;
use super::{Config, Login};
use crate::guard::Guard;

/// Idle sessions, by endpoint.
pub(super) struct Pool {
    guard: Guard,
    limits: PoolLimits,
    idle: Mutex<Idle>,
    own: Weak<Pool>,
}

/// How many sessions wait and for how long.
#[derive(Debug, Clone, Copy)]
pub struct PoolLimits {
    /// Idle sessions of one endpoint.
    pub per_endpoint_max: usize,
    /// Idle sessions of all endpoints.
    pub total_max: usize,
    /// How long one waits before it is closed.
    pub idle_for: Duration,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self { per_endpoint_max: 4, total_max: 256, idle_for: Duration::from_mins(1) }
    }
}

#[derive(Default)]
struct Idle {
    sessions: HashMap<u64, Vec<(u64, Session)>>,
    count: usize,
    next: u64,
}

impl Pool {
    pub(super) fn new(guard: Guard, limits: PoolLimits) -> Arc<Self> {
        Arc::new_cyclic(|own| Self { guard, limits, idle: Mutex::default(), own: own.clone() })
    }

    /// An idle session of this endpoint, else a new one; `true` for one that was used before and
    /// may have died meanwhile.
    pub(super) async fn take(&self, config: &Config) -> Result<(Session, bool), Loss> {
        while let Some(session) = self.pop(key(config)) {
            if session.is_open() {
                return Ok((session, true));
            }
        }
        Ok((self.open(config).await.1?, false))
    }

    /// A new session; also the host key that the server showed, even if it was not accepted.
    pub(super) async fn open(&self, config: &Config) -> (String, Result<Session, Loss>) {
        Session::open(config, self.guard).await
    }

    /// Keeps a session for the next one, if it is whole and there is room.
    pub(super) fn give_back(&self, config: &Config, session: Session) {
        let key = key(config);
        let mut idle = self.lock();
        let waiting = idle.sessions.get(&key).map_or(0, Vec::len);
        let has_room = waiting < self.limits.per_endpoint_max && idle.count < self.limits.total_max;
        if !session.is_open() || !has_room {
            return;
        }
        idle.next += 1;
        let number = idle.next;
        idle.count += 1;
        idle.sessions.entry(key).or_default().push((number, session));
        drop(idle);
        let (own, wait) = (self.own.clone(), self.limits.idle_for);
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            if let Some(pool) = own.upgrade() {
                pool.forget(key, number);
            }
        });
    }

    fn pop(&self, key: u64) -> Option<Session> {
        let mut idle = self.lock();
        let waiting = idle.sessions.get_mut(&key)?;
        let (_, session) = waiting.pop()?;
        if waiting.is_empty() {
            idle.sessions.remove(&key);
        }
        idle.count -= 1;
        Some(session)
    }

    /// Closes the session with this number if nobody used it since.
    fn forget(&self, key: u64, number: u64) {
        let mut idle = self.lock();
        let Some(waiting) = idle.sessions.get_mut(&key) else { return };
        let before = waiting.len();
        waiting.retain(|(other, _)| *other != number);
        let (gone, is_empty) = (before - waiting.len(), waiting.is_empty());
        if is_empty {
            idle.sessions.remove(&key);
        }
        idle.count -= gone;
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sessions are shared only where address, account, credentials and pins are all the same.
fn key(config: &Config) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&config.host, config.port, &config.user, &config.host_keys).hash(&mut hasher);
    match &config.login {
        Login::Password(password) => password.expose().hash(&mut hasher),
        Login::Key { private_key, .. } => private_key.expose().hash(&mut hasher),
    }
    hasher.finish()
}
