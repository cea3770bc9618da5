//! What befalls the set, and how it is known that it is over.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result, bail};
use hub::clock::Clock;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use schemas::{AuthorityId, Channel};
use tokio::task::block_in_place;
use tokio::time::timeout;

use super::parts::Parts;
use super::staff::Staff;
use crate::cast::Cast;
use crate::operators::Operators;
use crate::proxy::{Mode, Proxy};

/// Milliseconds after which what was under way when it began has arrived.
const UNDER_WAY_MS: i64 = 20_000;
/// The longest that the hub is asked for what it shows: it may be in trouble.
const ASKED: Duration = Duration::from_secs(2);
/// What an authority is asked about in a call.
pub(super) const ABOUT: [&str; 5] = ["server", "application", "access", "address", "password"];

/// One trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Its server resets each connection.
    Reset(AuthorityId),
    /// Its server takes everything and never answers.
    Silent(AuthorityId),
    /// Its program answers every try with 500.
    Broken(AuthorityId),
    /// It has locked us out: 403, or its likeness over mail.
    Forbidden(AuthorityId),
    /// It has moved to another address and told nobody.
    Moved(AuthorityId),
    /// It has changed our password and told nobody.
    Password(AuthorityId),
    /// A colleague paused its lane for works that are over.
    Paused(AuthorityId),
    /// A part of our own is down.
    Down(&'static str),
    /// Nobody answers at the relay that all mails take.
    Relay,
    /// Somebody put a message into the broker that nobody can read.
    Garbage,
}

/// A trouble that has begun; times are in milliseconds.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) trouble: Trouble,
    pub(super) began: i64,
    /// Whether the hub has shown it; asked of what leaves no other trace.
    is_shown: bool,
    pub(super) mended: Option<i64>,
}

/// The drill as it stands.
pub(super) struct State {
    pub(super) cast: Arc<Cast>,
    pub(super) clock: Arc<Clock>,
    parts: Mutex<Parts>,
    cases: Mutex<Vec<Case>>,
    /// Where authorities have moved to.
    moved: Mutex<Vec<Proxy>>,
    /// Whoever was asked about what was not so.
    in_vain: Mutex<Vec<String>>,
}

impl Trouble {
    /// Those of one drill, each authority in one of them at most.
    pub(super) fn all(cast: &Cast, rng: &mut StdRng) -> Vec<Self> {
        let mut over = |channel: Channel| {
            let own = cast.endpoints.iter().filter(|(_, endpoint)| endpoint.channel() == channel);
            let mut codes: Vec<_> = own.map(|(code, _)| *code).collect();
            codes.shuffle(rng);
            codes
        };
        let (api, sftp, mail) = (over(Channel::Api), over(Channel::Sftp), over(Channel::Email));
        let of_api = [Self::Reset, Self::Silent, Self::Broken, Self::Forbidden, Self::Moved];
        let of_sftp = [Self::Password, Self::Reset, Self::Paused];
        let of_mail = mail.first().map(|code| Self::Forbidden(*code));
        let one = |(kind, code): (fn(AuthorityId) -> Self, AuthorityId)| kind(code);
        let parts = ["todoke-router-1", "todoke-notifier-1", "todoke-upkeep-1", "rabbitmq"];
        let parts = parts.into_iter().chain(["object-store", "postgresql"]);
        (of_api.into_iter().zip(api).map(one))
            .chain(of_sftp.into_iter().zip(sftp).map(one))
            .chain(of_mail)
            .chain(parts.map(Self::Down))
            .chain([Self::Relay, Self::Garbage])
            .collect()
    }

    /// Who has to act.
    pub(super) fn owner(&self) -> &'static str {
        match self {
            Self::Reset(_) | Self::Silent(_) | Self::Broken(_) | Self::Forbidden(_) => "authority",
            Self::Moved(_) | Self::Password(_) => "both",
            Self::Paused(_) | Self::Down(_) | Self::Relay | Self::Garbage => "hub",
        }
    }

    fn authority(&self) -> Option<AuthorityId> {
        match self {
            Self::Reset(code)
            | Self::Silent(code)
            | Self::Broken(code)
            | Self::Forbidden(code)
            | Self::Moved(code)
            | Self::Password(code)
            | Self::Paused(code) => Some(*code),
            Self::Down(_) | Self::Relay | Self::Garbage => None,
        }
    }

    /// What to ask the authority about.
    fn about(&self) -> Option<&'static str> {
        match self {
            Self::Reset(_) | Self::Silent(_) => Some("server"),
            Self::Broken(_) => Some("application"),
            Self::Forbidden(_) => Some("access"),
            Self::Moved(_) => Some("address"),
            Self::Password(_) => Some("password"),
            Self::Paused(_) | Self::Down(_) | Self::Relay | Self::Garbage => None,
        }
    }

    /// Lets it happen.
    pub(super) async fn begin(&self, state: &State, staff: &Staff) -> Result<()> {
        let sandbox = &state.cast.sandbox;
        match self {
            Self::Reset(code) | Self::Moved(code) => {
                state.line(*code)?.set(Mode::Cut { after: 0 });
            }
            Self::Silent(code) => state.line(*code)?.set(Mode::HalfOpen),
            Self::Broken(code) => sandbox.set_behaviour(*code, Behaviour::Refusing(500))?,
            Self::Forbidden(code) => sandbox.set_behaviour(*code, Behaviour::Refusing(403))?,
            Self::Password(code) => {
                sandbox.set_password(*code, &new_password(*code))?;
                // Whoever is logged in has to log in anew.
                state.line(*code)?.reset();
            }
            Self::Paused(code) => {
                let why = "works at the authority until noon, Tanaka";
                let words = ["lane", "pause", code.as_str(), "sftp", "--why", why];
                staff.todoke("tanaka", &words).await?;
            }
            Self::Down(name) => block_in_place(|| state.parts().stop(name))?,
            Self::Relay => state.cast.relay().set(Mode::Cut { after: 0 }),
            Self::Garbage => staff.publish_garbage().await?,
        }
        Ok(())
    }
}

fn new_password(code: AuthorityId) -> String {
    format!("as-of-this-week-{code}")
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset(code) => write!(f, "{code}: its server resets connections"),
            Self::Silent(code) => write!(f, "{code}: its server never answers"),
            Self::Broken(code) => write!(f, "{code}: its program answers 500"),
            Self::Forbidden(code) => write!(f, "{code}: it has locked us out"),
            Self::Moved(code) => write!(f, "{code}: it has moved to another address"),
            Self::Password(code) => write!(f, "{code}: it has changed the password"),
            Self::Paused(code) => write!(f, "{code}: its lane is paused for works that are over"),
            Self::Down(name) => write!(f, "{name} is down"),
            Self::Relay => write!(f, "nobody answers at the mail relay"),
            Self::Garbage => write!(f, "a message that nobody can read"),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub(super) fn new(cast: &Arc<Cast>, clock: &Arc<Clock>, parts: Parts) -> Self {
        Self {
            cast: Arc::clone(cast),
            clock: Arc::clone(clock),
            parts: Mutex::new(parts),
            cases: Mutex::default(),
            moved: Mutex::default(),
            in_vain: Mutex::default(),
        }
    }

    pub(super) fn parts(&self) -> MutexGuard<'_, Parts> {
        lock(&self.parts)
    }

    pub(super) fn cases(&self) -> Vec<Case> {
        lock(&self.cases).clone()
    }

    pub(super) fn in_vain(&self) -> Vec<String> {
        lock(&self.in_vain).clone()
    }

    pub(super) fn add(&self, trouble: Trouble) {
        let began = self.clock.now_ms();
        lock(&self.cases).push(Case { trouble, began, is_shown: false, mended: None });
    }

    fn line(&self, code: AuthorityId) -> Result<&Proxy> {
        self.cast.line(code).context("it has no line of its own")
    }

    fn open(&self, is_it: impl Fn(&Trouble) -> bool) -> Option<Trouble> {
        let cases = lock(&self.cases);
        let case = cases.iter().find(|case| case.mended.is_none() && is_it(&case.trouble));
        case.map(|case| case.trouble.clone())
    }

    /// The staff call an authority, and ask about one thing; gives what they are told.
    pub(super) async fn call(&self, code: AuthorityId, about: &str) -> Result<String> {
        let asked = |it: &Trouble| it.authority() == Some(code) && it.about() == Some(about);
        let Some(trouble) = self.open(asked) else {
            lock(&self.in_vain).push(format!("{code} about {about}"));
            return Ok("We have looked: with that all is well here.".to_owned());
        };
        let sandbox = &self.cast.sandbox;
        Ok(match trouble {
            Trouble::Reset(_) | Trouble::Silent(_) => {
                self.line(code)?.set(Mode::Open);
                "Indeed, our server hung. We have started it anew.".to_owned()
            }
            Trouble::Broken(_) => {
                sandbox.set_behaviour(code, Behaviour::Healthy)?;
                "Our program had an error after an update. It is mended.".to_owned()
            }
            Trouble::Forbidden(_) => {
                sandbox.set_behaviour(code, Behaviour::Healthy)?;
                "Our firewall had you on its list. You are let in again.".to_owned()
            }
            Trouble::Moved(_) => self.moved(code).await?,
            Trouble::Password(_) => {
                format!("It was changed on Monday. The new one: {}", new_password(code))
            }
            Trouble::Paused(_) | Trouble::Down(_) | Trouble::Relay | Trouble::Garbage => {
                bail!("nobody calls an authority about {trouble}")
            }
        })
    }

    /// The address where it is now, with all that belongs to it.
    async fn moved(&self, code: AuthorityId) -> Result<String> {
        let mut config = self.cast.sandbox.api_endpoint(code);
        let mut url: url::Url = config.url.parse()?;
        let line = Proxy::start(url.port().context("its port")?).await?;
        url.set_port(Some(line.port())).ok().context("its URL takes no port")?;
        lock(&self.moved).push(line);
        config.url = url.into();
        let secret = config.signing_secret.expose();
        Ok(format!("We have moved to {}; the signing secret stays {secret}", config.url))
    }

    /// The staff ask for a part of ours to be started; gives what they are told.
    pub(super) fn start(&self, name: &str) -> Result<String> {
        if name == "mail-relay" {
            let is_down = self.open(|it| *it == Trouble::Relay).is_some();
            self.cast.relay().set(Mode::Open);
            return Ok(self.started(name, is_down));
        }
        let was_down = block_in_place(|| self.parts().start(name))?;
        Ok(self.started(name, was_down))
    }

    fn started(&self, name: &str, was_down: bool) -> String {
        if was_down {
            return format!("{name}: started");
        }
        lock(&self.in_vain).push(format!("start of {name}"));
        format!("{name}: it runs already")
    }

    /// Finds what is over by now.
    pub(super) async fn look(&self, operators: &Operators) -> Vec<Trouble> {
        let now = self.clock.now_ms();
        let letters = match self.open(|it| *it == Trouble::Garbage) {
            Some(_) => dead_letters(operators).await,
            None => None,
        };
        // While a part is started this waits, and nobody has to wait for this.
        let parts = block_in_place(|| self.parts().list());
        let mut over = Vec::new();
        for case in lock(&self.cases).iter_mut().filter(|case| case.mended.is_none()) {
            case.is_shown |= letters.is_some_and(|count| count > 0);
            if self.is_over(case, (letters, &parts)) {
                case.mended = Some(now);
                over.push(case.trouble.clone());
            }
        }
        over
    }

    fn is_over(&self, case: &Case, (letters, parts): (Option<i64>, &[(String, bool)])) -> bool {
        let arrived = |code, after| {
            let arrivals = self.cast.sandbox.arrivals();
            let since = |at: i64| at > case.began + after;
            arrivals.iter().any(|it| it.authority == code && since(it.at.as_millisecond()))
        };
        let is_open = |code| self.line(code).is_ok_and(Proxy::is_open);
        match &case.trouble {
            Trouble::Reset(code) | Trouble::Silent(code) => is_open(*code),
            Trouble::Broken(code)
            | Trouble::Forbidden(code)
            | Trouble::Moved(code)
            | Trouble::Password(code)
            | Trouble::Paused(code) => arrived(*code, UNDER_WAY_MS),
            Trouble::Down(name) => parts.contains(&((*name).to_owned(), true)),
            Trouble::Relay => self.cast.relay().is_open(),
            Trouble::Garbage => case.is_shown && letters == Some(0),
        }
    }

    /// Brings back what is still down, so that the hub can be asked for its receipts.
    pub(super) fn heal(&self) -> Result<()> {
        let mut parts = self.parts();
        for (name, _) in parts.list() {
            parts.start(&name)?;
        }
        Ok(())
    }
}

/// How many messages nobody could read, as the hub says; none when it does not say.
async fn dead_letters(operators: &Operators) -> Option<i64> {
    let summary = timeout(ASKED, operators.see("/v1/operations/summary")).await;
    summary.ok()?.ok()?["totals"]["dead_letters"].as_i64()
}
