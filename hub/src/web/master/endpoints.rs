//! The form in which somebody says how an authority is reached, as it is shown; `written.rs` reads
//! it. A secret's field is empty whenever the page is made, and empty means that what is set stays.

use adapters::sftp::Login;
use adapters::{Endpoint, Secret};
use schemas::Channel;
use serde_json::{Value, json};

use super::specs::{self, Sort, Spec};
use crate::operate::ladder::shown;
use crate::web::channel_words::Words;
use crate::web::labels;
use crate::web::parts::Choice;
use crate::web::sent::Fields;
use crate::web::words::Lang;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    Needed,
    Url,
    Host,
    Mail,
    Number(u64),
    Day,
    Fingerprint(String),
    Login,
    Key,
    /// What is set belongs to another place; whether the field could do without.
    Elsewhere {
        is_needed: bool,
    },
    Rank,
}

/// Fields by name with what is wrong with each.
pub(super) type Wrongs = Vec<(String, Wrong)>;

/// How an authority is reached, channel by channel.
pub(super) struct Reached {
    pub(super) w: &'static Words,
    pub(super) parts: Vec<Part>,
    /// What is in use without secrets, to be sent back: what others have changed since is not
    /// undone unseen.
    pub(super) seen: String,
    /// Whether it was sent and not taken, so that secrets have to be entered again.
    pub(super) is_again: bool,
}

/// One channel of the form.
pub(super) struct Part {
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) ranks: Vec<Choice>,
    pub(super) rank_wrong: Option<String>,
    pub(super) fields: Vec<Field>,
    pub(super) is_open: bool,
}

/// One field of the form.
pub(super) struct Field {
    /// Its name and id.
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) hint: String,
    /// `text`, `password`, `number`, `lines`, `secret_lines` or `choice`.
    pub(super) shape: &'static str,
    pub(super) value: String,
    pub(super) choices: Vec<Choice>,
    pub(super) is_needed: bool,
    /// Whether a secret is set that can be removed.
    pub(super) may_clear: bool,
    /// Whether that is ticked.
    pub(super) is_cleared: bool,
    pub(super) wrong: Option<String>,
}

impl Reached {
    /// The form as somebody sent it, with what is wrong; else with what is in use.
    pub(super) fn new(
        former: &[Endpoint],
        (sent, wrongs): (Option<&Fields>, &[(String, Wrong)]),
        lang: Lang,
    ) -> Self {
        let w = Words::of(lang);
        let part = |channel: &Channel| {
            let place = former.iter().position(|it| it.channel() == *channel);
            let old = place.and_then(|it| former.get(it)).map(|it| json!(it));
            let rank = match sent {
                Some(sent) => sent.get(&rank_of(*channel)).unwrap_or_default().to_owned(),
                None => place.map_or_else(String::new, |it| (it + 1).to_string()),
            };
            let look = Look { channel: *channel, old: old.as_ref(), sent, wrongs, lang };
            Part {
                word: channel.as_str(),
                name: labels::channel(*channel, lang),
                ranks: ranks(&rank, w),
                rank_wrong: look.wrong(&rank_of(*channel)),
                fields: specs::of(*channel).iter().map(|spec| look.field(spec)).collect(),
                is_open: !rank.is_empty(),
            }
        };
        let parts = Channel::ALL.iter().map(part).collect();
        let seen = shown(former, former).to_string();
        Self { w, parts, seen, is_again: sent.is_some() }
    }
}

pub(super) fn rank_of(channel: Channel) -> String {
    format!("{channel}-rank")
}

pub(super) fn name_of(channel: Channel, spec: &Spec) -> String {
    format!("{channel}-{}", spec.name)
}

fn ranks(rank: &str, w: &'static Words) -> Vec<Choice> {
    let choice = |word: String, name: String| {
        let chosen = word == rank;
        Choice { word, name, chosen }
    };
    let numbers = (1..=Channel::ALL.len()).map(|n| choice(n.to_string(), n.to_string()));
    std::iter::once(choice(String::new(), w.not_used.to_owned())).chain(numbers).collect()
}

/// One channel, being shown.
struct Look<'a> {
    channel: Channel,
    old: Option<&'a Value>,
    sent: Option<&'a Fields>,
    wrongs: &'a [(String, Wrong)],
    lang: Lang,
}

impl Look<'_> {
    fn wrong(&self, name: &str) -> Option<String> {
        let wrong = self.wrongs.iter().find(|(field, _)| field == name);
        wrong.map(|(_, wrong)| told(wrong, self.lang))
    }

    fn field(&self, spec: &Spec) -> Field {
        let (w, name) = (Words::of(self.lang), name_of(self.channel, spec));
        let old = self.old.and_then(|it| it.pointer(spec.path));
        let (label, hint) = (spec.said)(w);
        let mut field = Field {
            label,
            hint: hint.to_owned(),
            shape: shape(spec.sort),
            value: String::new(),
            choices: Vec::new(),
            is_needed: spec.is_needed,
            may_clear: false,
            is_cleared: false,
            wrong: self.wrong(&name),
            name,
        };
        if let Sort::Secret { .. } = spec.sort {
            let said = if old.is_some() { w.secret_set } else { w.secret_none };
            field.hint = format!("{hint} {said}");
            field.may_clear = old.is_some() && !spec.is_needed;
            let clear = clear_of(&field.name);
            field.is_cleared = self.sent.is_some_and(|it| it.get(&clear).is_some());
            return field;
        }
        let value = match self.sent {
            Some(sent) => sent.get(&field.name).unwrap_or_default().to_owned(),
            None => old.map(|it| in_field(it, spec.sort)).unwrap_or_default(),
        };
        if spec.sort == Sort::Login {
            let choice = |word: &str, name: &str| Choice {
                word: word.to_owned(),
                name: name.to_owned(),
                chosen: value == word,
            };
            field.choices = vec![choice("password", w.by_password), choice("key", w.by_key)];
        } else if let Some(usual) = usual(self.channel).pointer(spec.path) {
            let usual = in_field(usual, spec.sort);
            if !usual.is_empty() {
                field.hint = format!("{hint} {} {usual}", w.by_default);
            }
        }
        field.value = value;
        field
    }
}

fn shape(sort: Sort) -> &'static str {
    match sort {
        Sort::Text | Sort::Url | Sort::Host | Sort::Mail | Sort::Day => "text",
        Sort::Number(_) => "number",
        Sort::Fingerprints => "lines",
        Sort::Login => "choice",
        Sort::Secret { has_lines: false } => "password",
        Sort::Secret { has_lines: true } => "secret_lines",
    }
}

/// A setting as it stands in its field.
fn in_field(value: &Value, sort: Sort) -> String {
    match (sort, value) {
        (Sort::Login, Value::Object(login)) => login.keys().next().cloned().unwrap_or_default(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(all)) => {
            all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        (_, Value::Null) => String::new(),
        (_, other) => other.to_string(),
    }
}

/// An endpoint of a channel of which only what it needs is said: the rest is as usual.
pub(super) fn usual(channel: Channel) -> Value {
    let endpoint = match channel {
        Channel::Api => Endpoint::Api(adapters::api::Config::new("", "")),
        Channel::Sftp => {
            let login = Login::Password(Secret::new(""));
            Endpoint::Sftp(adapters::sftp::Config::new("", "", login))
        }
        Channel::Email => Endpoint::Email(adapters::email::Config::new("")),
        Channel::Pull => Endpoint::Pull(adapters::pull::Config::default()),
    };
    json!(endpoint)
}

/// The field by which a secret that is set is removed.
pub(super) fn clear_of(name: &str) -> String {
    format!("{name}-clear")
}

/// What is said of a field that is wrong.
fn told(wrong: &Wrong, lang: Lang) -> String {
    let w = Words::of(lang);
    match wrong {
        Wrong::Needed => w.wrong_needed.to_owned(),
        Wrong::Url => w.wrong_url.to_owned(),
        Wrong::Host => w.wrong_host.to_owned(),
        Wrong::Mail => w.wrong_mail.to_owned(),
        Wrong::Number(u64::MAX) => w.wrong_whole.to_owned(),
        Wrong::Number(most) => {
            format!("{} {most}{}", w.wrong_number, lang.pick(" までです。", "."))
        }
        Wrong::Day => w.wrong_day.to_owned(),
        Wrong::Fingerprint(line) => format!("{} {line}", w.wrong_fingerprint),
        Wrong::Login => w.wrong_login.to_owned(),
        Wrong::Key => w.wrong_key.to_owned(),
        Wrong::Elsewhere { is_needed: false } => w.wrong_elsewhere.to_owned(),
        Wrong::Elsewhere { is_needed: true } => w.wrong_elsewhere_needed.to_owned(),
        Wrong::Rank => w.wrong_rank.to_owned(),
    }
}
