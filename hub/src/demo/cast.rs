//! The cast: how each authority and union is reached, and how it behaves. A mix of channels, with
//! some slow, some refusing, some dead, some flapping, some that lose their answers, and some whose
//! preferred channel is broken while the next works. Half of their ledgers take in another table
//! than the standard one.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use adapters::sandbox::{Behaviour, Sandbox};
use adapters::sftp::Login;
use adapters::{Endpoint, Secret, api, email, pull, sftp};
use jiff::civil::Date;
use routing::{Class, Master};
use schemas::{AuthorityId, Channel};
use serde_json::{Value, json};

use super::chance::percent;

/// How an authority treats what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// As it should.
    Healthy,
    /// As it should, with a second channel that is not needed.
    HealthyWithSpare,
    /// Five seconds for each.
    Slow,
    /// Stores each, but answers only when the hub has hung up; the second channel brings it again.
    TooSlow,
    /// Takes nothing, for good.
    Refusing,
    /// Takes nothing, for good; what comes waits in its inbox.
    RefusingWithInbox,
    /// Asks to come again, always; then its inbox.
    Overloaded,
    /// Nobody listens; there is no other way.
    Dead,
    /// Nobody listens; then its inbox.
    DeadWithInbox,
    /// Fails now and then.
    Flapping,
    /// Stores, and the answer is lost.
    LosesAnswers,
    /// The endpoint that stands in the tables is wrong; the second channel works.
    Misconfigured,
}

/// One authority of the cast.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Who.
    pub(super) code: AuthorityId,
    first: Channel,
    manner: Manner,
}

/// Everyone who may get a filing on that day.
pub(super) fn members(seed: u64, master: &Master, day: Date) -> Vec<Member> {
    let authorities = master.authorities_on(day).map(|row| (row.code, is_busy(row.class)));
    let unions = master.unions_on(day).map(|row| (row.id, false));
    authorities.chain(unions).map(|(code, busy)| member(seed, code, busy)).collect()
}

/// Whether many filings go there: its faults are such that a demo settles in a minute.
fn is_busy(class: Class) -> bool {
    matches!(class, Class::Prefecture | Class::DesignatedCity)
}

fn member(seed: u64, code: AuthorityId, busy: bool) -> Member {
    let first = match percent(seed, &format!("channel of {code}")) {
        0..40 => Channel::Api,
        40..60 => Channel::Sftp,
        60..80 => Channel::Email,
        _ => Channel::Pull,
    };
    let manner = match percent(seed, &format!("manner of {code}")) {
        _ if first == Channel::Pull => Manner::Healthy,
        0..50 => Manner::Healthy,
        50..66 => Manner::HealthyWithSpare,
        66..74 => Manner::Flapping,
        74..81 => Manner::LosesAnswers,
        81..86 => Manner::Misconfigured,
        _ if busy => Manner::Healthy,
        86..89 => Manner::Slow,
        89..91 => Manner::TooSlow,
        91..93 => Manner::Refusing,
        93..95 => Manner::RefusingWithInbox,
        95..97 => Manner::Overloaded,
        97..98 => Manner::Dead,
        _ => Manner::DeadWithInbox,
    };
    Member { code, first, manner }
}

/// What the sandbox has to know before it starts.
pub(super) fn behaviours(members: &[Member]) -> HashMap<AuthorityId, Behaviour> {
    let differs = |it: &Behaviour| *it != Behaviour::Healthy;
    let behaviours = members.iter().map(|member| (member.code, member.behaviour()));
    behaviours.filter(|(_, behaviour)| differs(behaviour)).collect()
}

/// Whose ledger takes in which table: as `authorities.json` of the ledger profiles says it.
pub(super) fn ledgers(seed: u64, members: &[Member]) -> Value {
    let profile = |code| match percent(seed, &format!("ledger of {code}")) {
        0..50 => "standard",
        50..75 => "standard-cp932",
        75..85 => "register",
        _ => "register-cp932",
    };
    let authorities = members.iter().map(|it| (it.code, profile(it.code)));
    let authorities: BTreeMap<_, _> = authorities.collect();
    json!({"default": "standard", "authorities": authorities})
}

impl Member {
    fn behaviour(&self) -> Behaviour {
        match self.manner {
            Manner::Healthy | Manner::HealthyWithSpare | Manner::Misconfigured => {
                Behaviour::Healthy
            }
            Manner::Slow | Manner::TooSlow => Behaviour::Slow(Duration::from_secs(5)),
            Manner::Refusing | Manner::RefusingWithInbox => Behaviour::Refusing(403),
            Manner::Overloaded => Behaviour::Refusing(503),
            Manner::Dead | Manner::DeadWithInbox => Behaviour::Dead,
            Manner::Flapping => Behaviour::Flapping { fail_every: 4, fail_first: 1 },
            Manner::LosesAnswers => Behaviour::LoseAnswer,
        }
    }

    /// Whether it looks at its mails alone: nobody there knows what its other channel stores.
    pub(super) fn reads_mail_alone(&self) -> bool {
        self.manner == Manner::TooSlow
    }

    /// Its channels, the preferred one first.
    pub(super) fn ladder(&self, seed: u64, sandbox: &Sandbox) -> Vec<Endpoint> {
        let code = self.code;
        let first = match self.manner {
            Manner::TooSlow => Endpoint::Api(impatient(sandbox.api_endpoint(code))),
            Manner::Misconfigured => wrong(self.first, code, sandbox),
            Manner::Healthy
            | Manner::HealthyWithSpare
            | Manner::Slow
            | Manner::Refusing
            | Manner::RefusingWithInbox
            | Manner::Overloaded
            | Manner::Dead
            | Manner::DeadWithInbox
            | Manner::Flapping
            | Manner::LosesAnswers => endpoint(self.first, seed, code, sandbox),
        };
        let inbox = || Endpoint::Pull(pull::Config::default());
        let mail = || endpoint(Channel::Email, seed, code, sandbox);
        let spare = || match self.first {
            Channel::Api | Channel::Sftp => mail(),
            Channel::Email | Channel::Pull => Endpoint::Sftp(sandbox.sftp_endpoint(code)),
        };
        match self.manner {
            Manner::HealthyWithSpare | Manner::Misconfigured => vec![first, spare()],
            Manner::TooSlow => vec![first, mail()],
            Manner::RefusingWithInbox | Manner::Overloaded | Manner::DeadWithInbox => {
                vec![first, inbox()]
            }
            Manner::Healthy
            | Manner::Slow
            | Manner::Refusing
            | Manner::Dead
            | Manner::Flapping
            | Manner::LosesAnswers => vec![first],
        }
    }
}

fn endpoint(channel: Channel, seed: u64, code: AuthorityId, sandbox: &Sandbox) -> Endpoint {
    match channel {
        Channel::Api => Endpoint::Api(sandbox.api_endpoint(code)),
        Channel::Sftp => Endpoint::Sftp(sandbox.sftp_endpoint(code)),
        Channel::Email => {
            let mut config = sandbox.email_endpoint(code);
            if percent(seed, &format!("mailbox of {code}")) < 30 {
                // A mailbox for small mails only: larger packages come as a link.
                config.attach_bytes_max = 8 * 1024;
            }
            Endpoint::Email(config)
        }
        Channel::Pull => Endpoint::Pull(pull::Config::default()),
    }
}

/// Hangs up before a slow far side answers.
fn impatient(config: api::Config) -> api::Config {
    api::Config { answer_timeout_ms: 1_500, ..config }
}

/// An endpoint as a hasty clerk would have typed it in.
fn wrong(channel: Channel, code: AuthorityId, sandbox: &Sandbox) -> Endpoint {
    match channel {
        Channel::Api => {
            let config = sandbox.api_endpoint(code);
            let url = config.url.replace("/filings", "/filing");
            Endpoint::Api(api::Config { url, ..config })
        }
        Channel::Sftp => {
            let login = Login::Password(Secret::new("himitsu"));
            Endpoint::Sftp(sftp::Config { login, ..sandbox.sftp_endpoint(code) })
        }
        Channel::Email => {
            let to = "窓口@authority.test".to_owned();
            Endpoint::Email(email::Config { to, ..sandbox.email_endpoint(code) })
        }
        Channel::Pull => Endpoint::Pull(pull::Config::default()),
    }
}
