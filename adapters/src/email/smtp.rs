//! The relay: a few connections kept open, one mail to one recipient at a time on each.
//!
//! lettre's own pool does not cap live connections and sends a mail through Nagle's algorithm
//! (about 23 a second); this one counts permits, opens its sockets itself and knows at every
//! moment whether the final dot was sent.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::response::Response;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::dial::Dialer;
use super::mailer::MailSettings;
use super::message::Letter;
use super::outcome::{Answer, Loss, Step};

/// How long a command may take; relays make strangers wait on purpose.
pub(super) const COMMAND_TIMEOUT: Duration = Duration::from_mins(1);
/// How long the mail may stand still on its way out (RFC 5321 §4.5.3.2.5 gives a block 3 minutes).
const BLOCK_TIMEOUT: Duration = Duration::from_mins(1);
/// How long to wait after the dot: giving up too early sends a mail twice (§4.5.3.2.6).
const ANSWER_TIMEOUT: Duration = Duration::from_mins(5);
/// How long a connection that is to be kept may take to show that it can be.
const RESET_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes written at once.
const BLOCK_BYTES: usize = 64 * 1024;

pub(super) struct Relay {
    dialer: Dialer,
    permits: Semaphore,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Relay {
    pub(super) fn open(settings: &MailSettings) -> Result<Self, String> {
        let dialer = Dialer::open(&settings.url, &settings.domain)?;
        let permits = Semaphore::new(settings.connections_max.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { dialer, permits, idle: Mutex::new(Vec::new()) })
    }

    /// One mail, whatever comes of it.
    pub(super) async fn send(&self, letter: &Letter) -> Answer {
        match self.transact(letter).await {
            Ok(response) => reply(Step::FinalDot, &response),
            Err(answer) => answer,
        }
    }

    /// Connects or asks a connection that is open; sends nothing.
    pub(super) async fn look(&self) -> Result<String, Answer> {
        let _permit = self.permits.acquire().await.map_err(|_| closed())?;
        let connection = match self.greeted().await {
            Some(kept) => kept,
            None => self.dialer.connect().await?,
        };
        let name = connection.server_info().name().to_owned();
        self.keep(connection);
        Ok(format!("the relay {} answers as {name}", self.dialer.address()))
    }

    /// A kept connection that still answers.
    async fn greeted(&self) -> Option<AsyncSmtpConnection> {
        let mut kept = self.take()?;
        let answer = timeout(RESET_TIMEOUT, kept.command(Noop)).await;
        answer.is_ok_and(|reply| reply.is_ok()).then_some(kept)
    }

    async fn transact(&self, letter: &Letter) -> Result<Response, Answer> {
        let _permit = self.permits.acquire().await.map_err(|_| closed())?;
        let mut connection = self.begin(&letter.from).await?;
        let result = carry(&mut connection, letter).await;
        let is_healthy = match &result {
            Ok(_) => true,
            // A relay that said no to one mail takes the next one on the same connection.
            Err(Answer::Reply { code, .. }) if *code != 421 => {
                let reset = timeout(RESET_TIMEOUT, connection.command(Rset)).await;
                reset.is_ok_and(|reply| reply.is_ok())
            }
            Err(Answer::Reply { .. } | Answer::Lost(_) | Answer::Spooled { .. }) => false,
        };
        if is_healthy {
            self.keep(connection);
        }
        result
    }

    /// A connection on which the relay took the sender. One that was kept may have been closed
    /// meanwhile; nothing was sent on it, so the next one is tried.
    async fn begin(&self, from: &Address) -> Result<AsyncSmtpConnection, Answer> {
        while let Some(mut kept) = self.take() {
            match sender(&mut kept, from).await {
                Ok(()) => return Ok(kept),
                Err(Answer::Lost(Loss::CutShort(_)) | Answer::Reply { code: 421, .. }) => {}
                Err(answer) => return Err(answer),
            }
        }
        let mut connection = self.dialer.connect().await?;
        sender(&mut connection, from).await?;
        Ok(connection)
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// At most as many as there are permits: who has a permit takes a kept one first.
    fn keep(&self, connection: AsyncSmtpConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

async fn sender(connection: &mut AsyncSmtpConnection, from: &Address) -> Result<(), Answer> {
    let command = Mail::new(Some(from.clone()), Vec::new());
    ask(Step::Sender, connection.command(command)).await.map(drop)
}

async fn carry(connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<Response, Answer> {
    let command = Rcpt::new(letter.to.clone(), Vec::new());
    ask(Step::Recipient, connection.command(command)).await?;
    let go_on = ask(Step::Data, connection.command(Data)).await?;
    if !go_on.has_code(354) {
        return Err(reply(Step::Data, &go_on));
    }
    content(connection, &letter.bytes).await
}

/// Sends the mail and its dot. What is lost before the dot was not taken; after it, who knows.
async fn content(connection: &mut AsyncSmtpConnection, mail: &[u8]) -> Result<Response, Answer> {
    let (sent, dot) = (AtomicUsize::new(0), AtomicBool::new(false));
    // lettre writes a block before it asks for the next, and the dot when there is none.
    let blocks = Blocks { rest: mail.chunks(BLOCK_BYTES), sent: &sent, dot: &dot };
    let mut sending = std::pin::pin!(connection.message_iter(blocks));
    loop {
        let (before, waiting) = (sent.load(Ordering::Relaxed), dot.load(Ordering::Relaxed));
        let wait = if waiting { ANSWER_TIMEOUT } else { BLOCK_TIMEOUT };
        let done = timeout(wait, &mut sending).await;
        let has_dot = dot.load(Ordering::Relaxed);
        match done {
            Ok(result) if has_dot => {
                return result.map_err(|error| failure(Step::FinalDot, &error));
            }
            Ok(result) => return result.map_err(|error| failure(Step::Data, &error)),
            Err(_) if waiting => return Err(Answer::Lost(Loss::AnswerTimeout)),
            Err(_) if !has_dot && sent.load(Ordering::Relaxed) == before => {
                return Err(Answer::Lost(Loss::Stalled));
            }
            Err(_) => {}
        }
    }
}

/// The blocks of a mail, which note how far it is.
struct Blocks<'a> {
    rest: std::slice::Chunks<'a, u8>,
    sent: &'a AtomicUsize,
    dot: &'a AtomicBool,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let next = self.rest.next();
        match next {
            Some(_) => _ = self.sent.fetch_add(1, Ordering::Relaxed),
            None => self.dot.store(true, Ordering::Relaxed),
        }
        next
    }
}

/// One command within its time.
pub(super) async fn ask<T>(
    step: Step,
    command: impl Future<Output = Result<T, Error>>,
) -> Result<T, Answer> {
    match timeout(COMMAND_TIMEOUT, command).await {
        Ok(result) => result.map_err(|error| failure(step, &error)),
        Err(_) => Err(Answer::Lost(Loss::Stalled)),
    }
}

fn reply(step: Step, response: &Response) -> Answer {
    let text: Vec<_> = response.message().collect();
    Answer::Reply { step, code: response.code().into(), text: text.join("\n") }
}

/// A negative reply is an error of lettre's, with the text as its source.
fn failure(step: Step, error: &Error) -> Answer {
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    if let Some(code) = error.status() {
        return Answer::Reply { step, code: code.into(), text };
    }
    let text = if text.is_empty() { error.to_string() } else { text };
    Answer::Lost(match step {
        Step::FinalDot => Loss::NoAnswer(text),
        Step::Login if error.is_client() => Loss::NoLogin,
        Step::StartTls if error.is_client() => Loss::NoStartTls,
        Step::StartTls => super::dial::tls_loss(error),
        Step::Greeting | Step::Login | Step::Sender | Step::Recipient | Step::Data => {
            Loss::CutShort(text)
        }
    })
}

fn closed() -> Answer {
    Answer::Lost(Loss::Connect("the mailer is closing".into()))
}
