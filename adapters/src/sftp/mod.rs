//! SFTP: packages and statements are dropped into an authority's folder, decisions and answers are
//! collected from another.

mod collect;
mod config;
mod dropped;
mod login;
pub mod outcome;
mod pool;
mod session;
mod upload;

use std::sync::Arc;

use async_trait::async_trait;
use schemas::{Channel, Outcome};

use crate::adapter::{Adapter, Endpoint, Parcel, Probe, timed, wrong_channel};
use crate::guard::Guard;
use crate::package::Sealed;
use outcome::{Answer, Loss, classify, why};
use pool::Pool;
use session::Session;
use upload::{Before, Load};

pub use collect::{ANSWERS_MAX, Collected, DECISIONS_MAX};
pub use config::{Config, Login};
pub use dropped::{
    DECISION_BYTES_MAX, DECISION_FILES_MAX, DroppedDecision, DroppedFile, is_decision,
};
pub use pool::PoolLimits;

/// The adapter that drops packages; one pool of sessions for all authorities.
pub struct Sftp {
    pool: Arc<Pool>,
}

impl Sftp {
    /// An adapter whose connections obey the guard.
    pub fn new(guard: Guard, limits: PoolLimits) -> Self {
        Self { pool: Pool::new(guard, limits) }
    }

    /// Drops a file that is no package, the way packages are: whole under its name or not at all,
    /// its marker last, and nothing that lies there is touched. One try.
    pub async fn put(&self, config: &Config, name: &str, file: &Sealed) -> Outcome {
        let answer = self.drop_off(config, &Load::plain(name, file)).await;
        classify(&answer.unwrap_or_else(Answer::Lost))
    }

    async fn drop_off(&self, config: &Config, load: &Load<'_>) -> Result<Answer, Loss> {
        loop {
            let (session, is_used) = self.pool.take(config).await?;
            let looked = Before::look(&session, config, load).await;
            // One that waited may have died unnoticed: then the next one is asked.
            if is_used && looked.as_ref().is_err_and(|loss| !is_answer(loss)) {
                continue;
            }
            let answer = match looked {
                Ok(before) => upload::drop_file(&session, config, load, before).await,
                Err(loss) => Err(loss),
            };
            self.done_with(config, session, answer.as_ref().err());
            return answer;
        }
    }

    /// A session that answers. One that waited may have died unnoticed, so it is asked something
    /// first, which costs less than a login.
    async fn session(&self, config: &Config) -> Result<Session, Loss> {
        loop {
            let (session, is_used) = self.pool.take(config).await?;
            if !is_used || session.look(".").await.is_ok() {
                return Ok(session);
            }
        }
    }

    /// A session that failed otherwise than by a clear answer is not used again.
    fn done_with(&self, config: &Config, session: Session, loss: Option<&Loss>) {
        if loss.is_none_or(is_answer) {
            self.pool.give_back(config, session);
        }
    }

    async fn look(&self, config: &Config) -> Probe {
        let (shown, session) = self.pool.open(config).await;
        let observed = (!shown.is_empty()).then_some(shown);
        let looked = match session {
            Ok(session) => match session.look(&config.folder).await {
                Ok(Some(_)) => Ok(session),
                Ok(None) => Err(Loss::Status {
                    step: outcome::Step::Look,
                    code: russh_sftp::protocol::StatusCode::NoSuchFile,
                    message: config.folder.clone(),
                }),
                Err(loss) => Err(loss),
            },
            Err(loss) => Err(loss),
        };
        match looked {
            Ok(session) => {
                self.pool.give_back(config, session);
                Probe::good("the server lets us in and has the folder", observed)
            }
            Err(loss) => Probe::bad(why(&loss), observed),
        }
    }
}

/// Whether it is a clear answer of the server, after which its session is as good as before.
fn is_answer(loss: &Loss) -> bool {
    matches!(loss, Loss::Status { .. } | Loss::OtherFile { .. })
}

#[async_trait]
impl Adapter for Sftp {
    fn channel(&self) -> Channel {
        Channel::Sftp
    }

    async fn deliver(&self, endpoint: &Endpoint, parcel: &Parcel) -> Outcome {
        match endpoint {
            Endpoint::Sftp(config) => {
                let answer = self.drop_off(config, &Load::of(parcel)).await;
                classify(&answer.unwrap_or_else(Answer::Lost))
            }
            Endpoint::Api(_) | Endpoint::Email(_) | Endpoint::Pull(_) => {
                wrong_channel(Channel::Sftp, endpoint)
            }
        }
    }

    async fn probe(&self, endpoint: &Endpoint) -> Probe {
        match endpoint {
            Endpoint::Sftp(config) => timed(self.look(config)).await,
            Endpoint::Api(_) | Endpoint::Email(_) | Endpoint::Pull(_) => {
                Probe::from_outcome(wrong_channel(Channel::Sftp, endpoint))
            }
        }
    }
}
