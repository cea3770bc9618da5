//! The texts about what is watched.

use crate::role::Role;
use crate::store::AlertState;
use crate::watch::{Kind, Watch};
use crate::web::labels;
use crate::web::parts::Badge;
use crate::web::words::{Lang, words};

words! {
    watches: "監視", "Watches";
    watches_lead: "運用で知っておくべきことを、始まりから終わりまで記録しています。始まりと終わりだけを、まとめて\
         メールで知らせます。",
        "What operations have to know of, from when it began to when it is over. Mails tell of \
         beginnings and ends alone, together.";
    no_mail: "知らせる宛先のメールアドレスが設定されていません(reminders.operations_mail)。",
        "No address of operations is set (reminders.operations_mail): no mail goes out.";
    now: "発生中", "Going on";
    nothing: "発生中のものはありません。", "Nothing goes on.";
    with_what: "対象", "With what";
    since: "いつから", "Since";
    due: "期限", "Ends";
    more: "表示していないものがあります。種類で絞ってください:", "There are more than shown; narrow by kind:";
    gone: "確認中(見つからなくなった)", "not found any more; being watched";
    history: "履歴", "History";
    no_history: "当てはまる記録はありません。", "No record fits.";
    kind: "種類", "Kind";
    began: "始まり", "Began";
    ended: "終わり", "Over";
    goes_on: "発生中", "goes on";
    alerts: "お知らせのメール", "Mails";
    no_alerts: "まだありません。", "There are none yet.";
    to: "宛先", "To";
    operations: "運用担当", "operations";
    begun_count: "発生", "Began";
    ended_count: "解消", "Over";
    filing: "届出", "filing";
}

/// How far a mail is.
pub(super) fn alert(state: AlertState, lang: Lang) -> Badge {
    let (tone, ja, en) = match state {
        AlertState::Due => ("wait", "送信待ち", "waits"),
        AlertState::Sent => ("ok", "送信済み", "sent"),
        AlertState::Failed => ("bad", "送信できず", "not sent"),
        AlertState::Unaddressed => ("off", "宛先なし", "no address"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// What a kind is called.
pub(super) fn kind(kind: Kind, lang: Lang) -> &'static str {
    let (ja, en) = kind.labels();
    lang.pick(ja, en)
}

/// What a watch's detail says beside its code.
pub(super) fn detail(watch: &Watch, lang: Lang) -> String {
    let said = match (watch.kind, watch.detail.as_str()) {
        (Kind::BacklogAge, "outbox") => lang.pick("送信待ちメッセージ", "messages"),
        (Kind::BacklogAge, "unrouted") => lang.pick("振分け待ちの届出", "filings to be planned"),
        (Kind::BacklogAge, "due") => lang.pick("送付待ちの送達", "deliveries in line"),
        (Kind::BacklogAge, "late_try") => lang.pick("遅れている再試行", "tries that are late"),
        (Kind::BacklogAge, "notices") => lang.pick("事業者への通知", "notices to operators"),
        (Kind::RoleMissing, role) => {
            let known = role.parse::<Role>();
            return known.map_or_else(|_| role.to_owned(), |it| labels::role(it, lang).to_owned());
        }
        (Kind::CredentialExpiring, "certificate") => lang.pick("証明書", "certificate"),
        (Kind::CredentialExpiring, _) => lang.pick("鍵・パスワード", "key or password"),
        (Kind::DecisionsMissing, days) => {
            return lang.pick(format!("{days}営業日以上"), format!("{days} business days or more"));
        }
        (Kind::DeadLetters, count) => return lang.pick(format!("{count}件"), count.to_owned()),
        (
            Kind::DeadlineNear
            | Kind::LaneFailing
            | Kind::LaneSuspended
            | Kind::EndpointSilent
            | Kind::EndpointRefuses
            | Kind::BacklogAge
            | Kind::StatementFailed
            | Kind::LanePaused
            | Kind::ClockSkew,
            code,
        ) => code,
    };
    said.to_owned()
}
