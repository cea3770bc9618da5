//! The values of columns in words, and the tone in which each is shown.

use routing::{Alternative, Body, Class, Readiness, Rule};
use schemas::{Channel, Owner, ProofLevel, Why};

use super::parts::Badge;
use super::words::Lang;
use crate::delivery::Review;
use crate::filing::Status;
use crate::lane::{Breaker, Lane};

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
        "trouble" => ("送達の支障", "delivery trouble"),
        other => return other.to_owned(),
    };
    lang.pick(ja, en).to_owned()
}

/// The state of a lane: a pause counts before the breaker.
pub(super) fn lane(it: &Lane, lang: Lang) -> Badge {
    let (tone, ja, en) = match (it.paused_at, it.breaker) {
        (Some(_), _) => ("hold", "停止中(職員)", "paused by staff"),
        (None, Breaker::Open) => ("bad", "遮断中", "open"),
        (None, Breaker::HalfOpen) => ("wait", "試験中", "half open"),
        (None, Breaker::Closed) => ("ok", "正常", "closed"),
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

/// What an authority is.
pub(super) fn class(body: &Body<'_>, lang: Lang) -> &'static str {
    let Some(class) = body.class else { return lang.pick("広域連合等", "union") };
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

/// Why, in one sentence; in Japanese for the codes that staff meet, else as the hub recorded it.
pub(super) fn why(why: &Why, lang: Lang) -> String {
    // The router writes these in both languages, the English one in brackets.
    if why.code.starts_with("authority_")
        && let Some((ja, en)) = why.sentence.split_once("(not ready:")
    {
        let en = en.trim_end_matches(')').replace('_', " ");
        return lang.pick(ja.to_owned(), format!("Not ready:{en}."));
    }
    match (lang, japanese(&why.code)) {
        (Lang::Ja, Some(sentence)) => sentence.to_owned(),
        (Lang::Ja | Lang::En, _) => why.sentence.clone(),
    }
}

fn japanese(code: &str) -> Option<&'static str> {
    Some(match code {
        "awaiting_pickup" => "受信箱に置きました。指定権者の取得を待っています。",
        "breaker_open" => "相手の接続先が続けて失敗しています。次の確認まで休みます。",
        "lane_full" => "この指定権者への送信が上限に達しています。空き次第送ります。",
        "lane_paused" => "送達経路を職員が止めています。再開すると自動で送ります。",
        "lease_expired" => "送信の途中で処理が止まりました。もう一度送ります。",
        "courier_busy" => "送信枠がいっぱいです。空き次第送ります。",
        "no_channel" => "連携方式が設定されていません。接続先を登録してください。",
        "channel_removed" => "この連携方式は外されました。次の方式に移ります。",
        "package_differs" => "様式一式が前回と違います。ハブの調査が必要です。",
        "http_401" | "http_403" => "相手がトークンか署名を受け付けません。更新してください。",
        "http_404" | "http_410" => "受付の URL がありません。新しい URL を確かめてください。",
        "http_429" => "相手が混み合っています。間を空けて送ります。",
        "http_500" | "http_502" | "http_503" | "http_504" => {
            "相手の受付で障害が起きています。間を空けて送ります。"
        }
        "dns_failed" => "相手のホスト名を解決できません。間を空けて送ります。",
        "connect_failed" => "相手に接続できません。間を空けて送ります。",
        "connect_timeout" => "時間内に接続できませんでした。間を空けて送ります。",
        "tls_certificate" => "相手の証明書を検証できません。指定権者の更新が必要です。",
        "tls_handshake" | "connection_lost" => "通信が途中で切れました。間を空けて送ります。",
        "upload_stalled" => "送信が途中で止まりました。間を空けて送ります。",
        "answer_lost" | "answer_timeout" => "送信後に応答がありません。同じ番号で送り直します。",
        "host_key_unknown" => "相手のホスト鍵が登録と違います。指定権者に確かめてください。",
        "address_not_allowed" => "接続先のアドレスは許可されていません。",
        "https_required" => "接続先が https ではありません。",
        _ => return None,
    })
}
