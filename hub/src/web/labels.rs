//! The values of columns in words, and the tone in which each is shown.

use routing::{Alternative, Body, Class, Readiness, Rule};
use schemas::{Channel, Owner, ProofLevel};

use super::parts::Badge;
use super::words::Lang;
use crate::delivery::{Review, TEST_RULE};
use crate::filing::Status;
use crate::lane::Lane;
use crate::operate::reroute::BY_HAND;
use crate::role::Role;
use crate::scans::Standing;

/// Every state of a delivery, in the order in which pages list them.
pub(super) const STATES: [&str; 7] =
    ["due", "sending", "waiting", "held", "failed", "delivered", "cancelled"];

/// Every status of a filing, in the order in which pages list them.
pub(super) const STATUSES: [Status; 10] = [
    Status::Receiving,
    Status::Delivering,
    Status::Delivered,
    Status::InReview,
    Status::Accepted,
    Status::PartlyReturned,
    Status::Returned,
    Status::PartlyFailed,
    Status::Failed,
    Status::Withdrawn,
];

/// Every state of review, in the order in which pages list them.
pub(super) const REVIEWS: [Review; 5] =
    [Review::Unopened, Review::Opened, Review::Accepted, Review::Returned, Review::Withdrawn];

/// A delivery's state.
pub(super) fn state(word: &str, lang: Lang) -> Badge {
    let (tone, ja, en) = match word {
        "due" => ("move", "送信待ち", "due"),
        "sending" => ("move", "送信中", "sending"),
        "waiting" => ("wait", "待機", "waiting"),
        "held" => ("hold", "保留", "held"),
        "failed" => ("bad", "送達不能", "failed"),
        "delivered" => ("ok", "送達済", "delivered"),
        "cancelled" => ("off", "取消し", "cancelled"),
        _ => ("off", "不明", "unknown"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// A filing's status.
pub(super) fn status(status: Status, lang: Lang) -> Badge {
    let tone = match status {
        Status::Receiving | Status::Delivering => "move",
        Status::Delivered | Status::Accepted => "ok",
        Status::InReview => "wait",
        Status::PartlyReturned | Status::Returned => "hold",
        Status::PartlyFailed | Status::Failed => "bad",
        Status::Withdrawn => "off",
    };
    Badge::new(tone, lang.status(status))
}

/// What the authority has done.
pub(super) fn review(review: Review, lang: Lang) -> Badge {
    let (tone, ja, en) = match review {
        Review::Unopened => ("off", "未開封", "unopened"),
        Review::Opened => ("move", "確認中", "opened"),
        Review::Accepted => ("ok", "受付完了", "accepted"),
        Review::Returned => ("hold", "差戻し", "returned"),
        Review::Withdrawn => ("off", "取下げ", "withdrawn"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// What one try came to.
pub(super) fn outcome(word: &str, lang: Lang) -> Badge {
    let (tone, ja, en) = match word {
        "delivered" => ("ok", "送達", "delivered"),
        "deferred" => ("wait", "延期", "deferred"),
        "refused" => ("bad", "拒否", "refused"),
        _ => ("hold", "不明(応答なし)", "unknown (no answer)"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// How a file stands with the malware scanner; nothing where there is none.
pub(super) fn scan(standing: &Standing, lang: Lang) -> Option<Badge> {
    let (tone, ja, en) = match standing {
        Standing::Off => return None,
        Standing::Pending(None) => ("move", "ウイルス検査待ち", "to be scanned"),
        Standing::Pending(Some(_)) => ("wait", "ウイルス検査待ち(検査に支障)", "scan delayed"),
        Standing::Clean => ("ok", "ウイルス検査済", "scanned: clean"),
        Standing::Infected(signature) => {
            let ja = format!("ウイルス検出({signature})");
            return Some(Badge::new("bad", &lang.pick(ja, format!("malware ({signature})"))));
        }
    };
    Some(Badge::new(tone, lang.pick(ja, en)))
}

/// A notice's state.
pub(super) fn notice_state(word: &str, lang: Lang) -> Badge {
    let (tone, ja, en) = match word {
        "sent" => ("ok", "送信済", "sent"),
        "waiting" => ("wait", "待機", "waiting"),
        "failed" => ("bad", "送信不能", "failed"),
        _ => ("move", "送信待ち", "due"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// What a notice tells.
pub(super) fn notice_kind(word: &str, lang: Lang) -> String {
    let (ja, en) = match word {
        "received" => ("到達確認", "receipt"),
        "accepted" => ("受付完了", "accepted"),
        "returned" => ("差戻し", "returned"),
        "withdrawn" => ("取下げ", "withdrawn"),
        "not_ready" => ("電子受付の対象外", "authorities not ready"),
        "unplanned" => ("宛先なし", "no authority found"),
        "infected" => ("ウイルス検出", "malware in a file"),
        "rerouted" => ("宛先の変更", "sent to another authority"),
        "trouble" => ("送達の支障", "delivery trouble"),
        other => return other.to_owned(),
    };
    lang.pick(ja, en).to_owned()
}

/// The state of a lane. An open one whose rest is over lets the next delivery probe.
pub(super) fn lane(it: &Lane, now: i64, lang: Lang) -> Badge {
    match it.state() {
        "open" if it.open_until.is_some_and(|until| until <= now) => {
            Badge::new("wait", lang.pick("次の送達で再試験", "probes next"))
        }
        word => lane_state(word, lang),
    }
}

/// A state of lanes, by its word.
pub(super) fn lane_state(word: &str, lang: Lang) -> Badge {
    let (tone, ja, en) = match word {
        "paused" => ("hold", "停止中(職員)", "paused by staff"),
        "suspended" => ("bad", "停止中(障害が継続)", "suspended: it keeps failing"),
        "failing" => ("bad", "障害が継続", "failing for long"),
        "open" => ("bad", "遮断中", "open"),
        "half_open" => ("wait", "試験中", "half open"),
        _ => ("ok", "正常", "closed"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// 連携方式.
pub(super) fn channel(channel: Channel, lang: Lang) -> &'static str {
    match channel {
        Channel::Api => "API",
        Channel::Sftp => "SFTP",
        Channel::Email => lang.pick("メール", "e-mail"),
        Channel::Pull => lang.pick("取得", "pull"),
    }
}

/// What is proved.
pub(super) fn proof(level: ProofLevel, lang: Lang) -> &'static str {
    match level {
        ProofLevel::AcceptedByTransport => lang.pick("中継が受理", "accepted by transport"),
        ProofLevel::Stored => lang.pick("相手が保管", "stored"),
        ProofLevel::PickedUp => lang.pick("相手が取得", "picked up"),
        ProofLevel::Opened => lang.pick("開封", "opened"),
        ProofLevel::Acknowledged => lang.pick("受領確認", "acknowledged"),
    }
}

/// Who has to act.
pub(super) fn owner(owner: Owner, lang: Lang) -> &'static str {
    match owner {
        Owner::Operator => lang.pick("事業者", "operator"),
        Owner::Authority => lang.pick("指定権者", "authority"),
        Owner::Hub => lang.pick("ハブ運用", "hub staff"),
        Owner::Network => lang.pick("通信経路", "network"),
    }
}

/// What a process does.
pub(super) fn role(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Intake => lang.pick("受付・画面 (intake)", "intake and pages"),
        Role::Router => lang.pick("振分け (router)", "router"),
        Role::Courier => lang.pick("送付 (courier)", "courier"),
        Role::Review => lang.pick("決定の取込み (review)", "review"),
        Role::Notifier => lang.pick("通知 (notifier)", "notifier"),
        Role::Upkeep => lang.pick("時間の管理 (upkeep)", "upkeep"),
    }
}

/// What an authority is.
pub(super) fn class(body: &Body<'_>, lang: Lang) -> &'static str {
    body.class.map_or(lang.pick("広域連合等", "union"), |class| class_word(class, lang))
}

/// What an authority is.
pub(super) fn class_word(class: Class, lang: Lang) -> &'static str {
    let en = match class {
        Class::Prefecture => "prefecture",
        Class::DesignatedCity => "designated city",
        Class::SpecialWard => "special ward",
        Class::CoreCity => "core city",
        Class::City => "city",
        Class::Town => "town",
        Class::Village => "village",
    };
    lang.pick(class.label_ja(), en)
}

/// Why an authority gets a filing.
pub(super) fn rule(word: &str, lang: Lang) -> String {
    if word == BY_HAND {
        return lang.pick("職員による宛先の変更", "named by staff").to_owned();
    }
    if word == TEST_RULE {
        return lang.pick("疎通確認(テスト)", "test of the connection").to_owned();
    }
    let Ok(rule) = word.parse::<Rule>() else { return word.to_owned() };
    let en = match rule {
        Rule::Transfer => "power handed over by ordinance",
        Rule::Prefecture => "the governor designates",
        Rule::DesignatedCity => "designated city in the governor's place",
        Rule::CoreCity => "core city in the governor's place",
        Rule::MunicipalLocation => "municipality of the office",
        Rule::MunicipalMulti => "municipality of the office and chosen insurers",
        Rule::MunicipalInsurer => "chosen insurers",
        Rule::Union => "union in place of its members",
    };
    lang.pick(rule.label_ja(), en).to_owned()
}

/// How to file when an authority does not take filings.
pub(super) fn alternative(way: Alternative, lang: Lang) -> &'static str {
    let en = match way {
        Alternative::EmailOrOther => "by e-mail or another suitable way (Rule 165-7)",
        Alternative::Paper => "on paper, by post or at the counter",
        Alternative::OwnSystem => "by the authority's own system",
        Alternative::AsBefore => "as before",
    };
    lang.pick(way.label_ja(), en)
}

/// Whether an authority takes a filing.
pub(super) fn readiness(readiness: Readiness, lang: Lang) -> Badge {
    match readiness {
        Readiness::Ready => Badge::new("ok", lang.words().ready),
        Readiness::NotReady { reason, .. } => {
            let english = format!("not ready: {}", reason.as_str().replace('_', " "));
            Badge::new("hold", lang.pick(reason.label_ja(), &english))
        }
    }
}
