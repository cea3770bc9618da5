//! How a filing stands, in plain words: what has happened, whose turn it is, what to do.

use schemas::Owner;

use crate::delivery::{Delivery, Review, State};
use crate::filing::Status;
use crate::web::labels;
use crate::web::parts::Badge;
use crate::web::reasons;
use crate::web::words::Lang;

/// What an operator should know of a filing as a whole.
pub(super) fn of_filing(status: Status, lang: Lang) -> &'static str {
    let (ja, en) = match status {
        Status::Receiving => (
            "受け付けました。送り先を確かめています。",
            "It was received; where it goes is being found.",
        ),
        Status::Delivering => (
            "指定権者に送っています。お待ちください。",
            "It is on its way to the authorities. Nothing is for you to do.",
        ),
        Status::Delivered => (
            "すべての指定権者に届きました。確認をお待ちください。",
            "Every authority has it. Please wait for their answer.",
        ),
        Status::InReview => {
            ("指定権者が内容を確認しています。", "The authorities are looking at it.")
        }
        Status::Accepted => (
            "すべての指定権者で受付完了になりました。手続は終わりです。",
            "Every authority has accepted it. You are done.",
        ),
        Status::PartlyReturned => (
            "差し戻した指定権者があります。コメントを読み、訂正してください。",
            "Some authorities returned it. Read their comments and correct it.",
        ),
        Status::Returned => (
            "差し戻されました。コメントを読み、訂正してください。",
            "It was returned. Read the comments and correct it.",
        ),
        Status::PartlyFailed => (
            "送れなかった指定権者があります。運用担当者が対応します。届出は失われていません。",
            "Some authorities could not be reached; operations see to it. Nothing is lost.",
        ),
        Status::Failed => (
            "指定権者に送れませんでした。運用担当者が対応します。届出は失われていません。",
            "The authorities could not be reached; operations see to it. Nothing is lost.",
        ),
        Status::Withdrawn => (
            "取り下げました。これ以上の手続はありません。",
            "You withdrew it. There is nothing more to do.",
        ),
    };
    lang.pick(ja, en)
}

/// The same of one that malware in a file has stopped.
pub(super) fn infected(lang: Lang) -> &'static str {
    lang.pick(
        "添付ファイルからウイルスが検出されたため、送達を止めました。問題のないファイルに差し替えて訂正してください。受付の記録は残っています。",
        "A file holds malware, so nothing was sent. Correct it with a clean one; it is receipted.",
    )
}

/// The same at one that got nothing of it, since it went to another in its place.
fn moved(lang: Lang) -> (Badge, String) {
    let sentence = lang.pick(
        "宛先が別の指定権者に改められました。ここには送っていません。",
        "It went to another authority in place of this one, which got nothing of it.",
    );
    (Badge::new("off", lang.pick("宛先変更", "sent elsewhere")), sentence.to_owned())
}

/// How it stands at one authority: a word and a sentence.
pub(super) fn of_delivery(delivery: &Delivery, is_withdrawn: bool, lang: Lang) -> (Badge, String) {
    if delivery.state == State::Cancelled && !is_withdrawn {
        return moved(lang);
    }
    let say = |ja: &str, en: &str| lang.pick(ja, en).to_owned();
    let by_review = |sentence| (labels::review(delivery.review, lang), sentence);
    match delivery.review {
        Review::Accepted => {
            return by_review(say("受け付けられました。", "It was accepted."));
        }
        Review::Returned => {
            return by_review(say(
                "差し戻されました。コメントを読み、訂正してください。",
                "It was returned: read the comment and correct it.",
            ));
        }
        Review::Opened => {
            return by_review(say("内容を確認しています。", "They are looking at it."));
        }
        Review::Withdrawn => {
            return by_review(say("取り下げました。", "You withdrew it."));
        }
        Review::Unopened => {}
    }
    transport(delivery, lang)
}

/// How it stands before anyone has opened it.
fn transport(delivery: &Delivery, lang: Lang) -> (Badge, String) {
    let badge = |tone, ja, en| Badge::new(tone, lang.pick(ja, en));
    let say = |ja: &str, en: &str| lang.pick(ja, en).to_owned();
    match &delivery.state {
        State::Due | State::Sending { .. } => {
            (badge("move", "送信中", "sending"), say("送っています。", "It is being sent."))
        }
        State::Delivered { .. } => (
            badge("ok", "届きました", "arrived"),
            say("届きました。まだ開かれていません。", "It has arrived and is not opened yet."),
        ),
        State::Waiting { why, .. } if why.code == "awaiting_pickup" => (
            badge("move", "受取り待ち", "to be fetched"),
            say("受信箱に置きました。指定権者の受取りを待っています。", "It lies in their inbox."),
        ),
        State::Waiting { .. } => (
            badge("wait", "再送待ち", "to be sent again"),
            say(
                "通信の不具合か相手の都合で届いていません。自動で送り直します。",
                "It did not get through; it is sent again by itself.",
            ),
        ),
        State::Held { why } => (badge("hold", "保留", "held"), reasons::sentence(why, lang)),
        State::Failed { why } => {
            let who = match why.owner {
                Owner::Operator => say("内容を確かめてください。", "Please look into it."),
                Owner::Authority | Owner::Hub | Owner::Network => {
                    say("運用担当者が対応します。", "Operations see to it.")
                }
            };
            let sentence = reasons::sentence(why, lang);
            (badge("bad", "送達不能", "not delivered"), format!("{sentence} {who}"))
        }
        State::Cancelled => {
            (badge("off", "取消し", "cancelled"), say("送りませんでした。", "It was not sent."))
        }
    }
}

/// Whether an event is for operators to read; the rest is about engines and lines.
pub(super) fn is_told(kind: &str) -> bool {
    kind.starts_with("filing.")
        || kind.starts_with("proof.")
        || matches!(
            kind,
            "delivery.delivered"
                | "delivery.failed"
                | "delivery.barred"
                | "delivery.held"
                | "delivery.released"
                | "delivery.cancelled"
                | "delivery.rerouted"
                | "decision.made"
                | "notice.sent"
                | "notice.failed"
        )
}
