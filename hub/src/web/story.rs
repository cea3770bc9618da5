//! The events of a filing as sentences, in the words of the house.

use routing::Master;
use schemas::ProofLevel;
use serde_json::Value;

use super::labels;
use super::parts::Stamp;
use super::visit::Visit;
use super::words::Lang;
use crate::store::EventRow;

/// Names that one sentence lists at most.
const NAMES_MAX: usize = 3;

/// One event in a timeline.
pub(super) struct Line {
    pub(super) number: i32,
    pub(super) at: Stamp,
    pub(super) tone: &'static str,
    pub(super) text: String,
    /// The event's own word, for those who know it.
    pub(super) kind: String,
}

impl Line {
    pub(super) fn new(event: &EventRow, master: &Master, visit: &Visit) -> Self {
        let body = serde_json::from_str(&event.body).unwrap_or_default();
        let teller = Teller { body, master, lang: visit.lang };
        let (tone, text) = teller.tell(&event.kind);
        Self {
            number: event.seq,
            at: Stamp::new(event.at, visit.now, visit.lang),
            tone,
            text,
            kind: event.kind.clone(),
        }
    }
}

struct Teller<'a> {
    body: Value,
    master: &'a Master,
    lang: Lang,
}

impl Teller<'_> {
    fn tell(&self, kind: &str) -> (&'static str, String) {
        match kind {
            "filing.received" => {
                ("ok", self.say("届出を受け付けました。", "The filing was received."))
            }
            "filing.planned" => ("move", self.planned()),
            "filing.unplanned" => ("bad", self.unplanned()),
            "filing.corrected" => ("move", self.revised("補正", "The correction")),
            "filing.withdrawn" => ("off", self.revised("取下げ", "The withdrawal")),
            "filing.erased" => {
                ("off", self.say("届出の内容を消去しました。", "Its contents were erased."))
            }
            "delivery.delivered" => ("ok", self.delivered()),
            "delivery.attempted" => self.attempted(),
            "delivery.failed" => {
                ("bad", self.to("に送達できません。", "could not be reached at all."))
            }
            "delivery.barred" => (
                "bad",
                self.to(
                    "への送達を止めました。添付ファイルからウイルスが検出されています。",
                    ": the delivery is stopped, since a file holds malware.",
                ),
            ),
            "delivery.held" => {
                ("hold", self.to("への送達を保留しました。", ": the delivery is held."))
            }
            "delivery.released" => (
                "move",
                self.to(
                    "への送達の保留を解きました。",
                    ": the delivery is released from its hold.",
                ),
            ),
            "delivery.cancelled" => (
                "off",
                self.to(
                    "には何も送っていないため、取下げの送達は不要です。",
                    "got nothing of the filing, so it needs no withdrawal.",
                ),
            ),
            "delivery.redriven" => {
                ("move", self.to("への送達をやり直します。", ": the delivery is started anew."))
            }
            "delivery.rerouted" => ("move", self.rerouted()),
            "delivery.switched" => ("move", self.switched()),
            "delivery.lease_expired" | "delivery.given_back" => (
                "wait",
                self.to(
                    "への送信が途中で止まりました。もう一度送ります。",
                    ": the try stopped half way; it is made again.",
                ),
            ),
            "proof.picked_up" if self.word("via") == "hand" => {
                let day = self.word("on");
                let ja = format!("に{day}、書面などで直接渡しました。");
                ("ok", self.to(&ja, &format!(": it was given by hand on {day}.")))
            }
            "proof.picked_up" => {
                ("ok", self.to("が受信箱から取得しました。", "fetched it from the inbox."))
            }
            "proof.opened" => ("ok", self.to("が開封しました。", "opened it.")),
            "proof.acknowledged" => {
                ("ok", self.to("が受領を確認しました。", "confirmed that it has it."))
            }
            "decision.made" => self.decided(),
            "notice.sent" => ("ok", self.noticed("送りました", "was sent")),
            "notice.failed" => ("bad", self.noticed("送れませんでした", "could not be sent")),
            other => ("off", other.to_owned()),
        }
    }

    fn switched(&self) -> String {
        let (ja, en) = (self.channel(), self.channel());
        let ja = format!("への送達を{ja}に切り替えます。");
        self.to(&ja, &format!(": it goes by {en} from now on."))
    }

    fn say(&self, ja: &str, en: &str) -> String {
        self.lang.pick(ja, en).to_owned()
    }

    /// The authority, then what it did or what was done to it.
    fn to(&self, ja: &str, en: &str) -> String {
        let space = if en.starts_with(':') { "" } else { " " };
        let name = self.authority(&self.body);
        self.lang.pick(format!("{name}{ja}"), format!("{name}{space}{en}"))
    }

    fn word<'v>(&'v self, name: &str) -> &'v str {
        self.body[name].as_str().unwrap_or_default()
    }

    fn authority(&self, value: &Value) -> String {
        let code = value["authority"].as_str().unwrap_or_default();
        code.parse().map_or_else(|_| code.to_owned(), |code| self.master.name(code))
    }

    fn channel(&self) -> String {
        let word = self.word("channel");
        word.parse().map_or_else(
            |_| word.to_owned(),
            |channel| labels::channel(channel, self.lang).to_owned(),
        )
    }

    /// Staff sent it to another authority; the former has it, too, or has nothing of it.
    fn rerouted(&self) -> String {
        let (from, to) = (self.authority(&self.body), self.authority(&self.body["to"]));
        if self.body["held"] == true {
            return self.lang.pick(
                format!(
                    "宛先に{to}を加えました。{from}には届いている可能性があるため、送達を保留にして残します。"
                ),
                format!(
                    "It goes to {to} as well; {from} may have it, and its delivery is held and not \
                     tried again."
                ),
            );
        }
        if self.body["stays"] == true {
            return self.lang.pick(
                format!(
                    "宛先に{to}を加えました。{from}には届いているか、届いている可能性があるため、\
                     そのままとします。"
                ),
                format!("It goes to {to} as well; {from} has it, or may have it, and keeps it."),
            );
        }
        self.lang.pick(
            format!("宛先を{from}から{to}に改めました。"),
            format!("It goes to {to} in place of {from}, which has nothing of it."),
        )
    }

    fn revised(&self, ja: &str, en: &str) -> String {
        let revision = &self.body["revision"];
        self.lang.pick(
            format!("{ja}(第{revision}版)を受け付けました。"),
            format!("{en} (revision {revision}) was received."),
        )
    }

    fn unplanned(&self) -> String {
        let (code, sentence) = (self.word("code"), self.word("sentence"));
        self.lang.pick(
            format!("振り分けられませんでした({code}): {sentence}"),
            format!("It could not be planned ({code}): {sentence}"),
        )
    }

    fn planned(&self) -> String {
        let all = self.body["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut names: Vec<String> =
            all.iter().take(NAMES_MAX).map(|target| self.authority(target)).collect();
        if all.len() > NAMES_MAX {
            let more = all.len() - NAMES_MAX;
            names.push(self.lang.pick(format!("ほか{more}か所"), format!("{more} more")));
        }
        let names = names.join(self.lang.pick("、", ", "));
        let held = all.iter().filter(|target| target["state"] == "held").count();
        let held = match (held, self.lang) {
            (0, _) => String::new(),
            (_, Lang::Ja) => format!(" うち{held}か所は保留。"),
            (_, Lang::En) => format!(" {held} of them held."),
        };
        let count = all.len();
        self.lang.pick(
            format!("{count}か所の指定権者に振り分けました: {names}。{held}"),
            format!("Planned for {count} authorities: {names}.{held}"),
        )
    }

    fn delivered(&self) -> String {
        let level = self.body["proof"]["level"].as_str().unwrap_or_default();
        let proof = serde_json::from_value::<ProofLevel>(level.into())
            .map_or_else(|_| level.to_owned(), |level| labels::proof(level, self.lang).to_owned());
        let (name, channel) = (self.authority(&self.body), self.channel());
        let attempt = &self.body["attempt"];
        self.lang.pick(
            format!("{name}に送達しました({channel}、{attempt}回目、証跡: {proof})。"),
            format!("Delivered to {name} ({channel}, try {attempt}, proof: {proof})."),
        )
    }

    fn attempted(&self) -> (&'static str, String) {
        let (name, channel, code) = (self.authority(&self.body), self.channel(), self.word("code"));
        let attempt = &self.body["attempt"];
        let outcome = labels::outcome(self.word("outcome"), self.lang).text;
        let (tone, ja, en) = match self.word("state") {
            "failed" => ("bad", "これ以上は送れません。", "There is no way left."),
            "held" => ("hold", "保留します。", "It is held."),
            "delivered" => ("ok", "送達済です。", "It is delivered."),
            _ => ("wait", "後でもう一度送ります。", "It is tried again later."),
        };
        let text = self.lang.pick(
            format!("{name}への{attempt}回目の送信({channel}): {outcome}({code})。{ja}"),
            format!("Try {attempt} to {name} ({channel}): {outcome} ({code}). {en}"),
        );
        (tone, text)
    }

    fn decided(&self) -> (&'static str, String) {
        match self.word("verdict") {
            "accepted" => ("ok", self.to("が受付完了としました。", "accepted it.")),
            _ => ("hold", self.to("が差し戻しました。", "returned it.")),
        }
    }

    fn noticed(&self, ja: &str, en: &str) -> String {
        let kind = labels::notice_kind(self.word("kind"), self.lang);
        self.lang.pick(
            format!("事業者への通知({kind})を{ja}。"),
            format!("The notice to the operator ({kind}) {en}."),
        )
    }
}
