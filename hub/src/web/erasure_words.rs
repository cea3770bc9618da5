//! The texts about contents that are erased on request.

use crate::store::ErasureState;
use crate::web::parts::Badge;
use crate::web::words::{Lang, words};

words! {
    title: "内容の消去", "Erasures";
    lead: "終わった届出の本文・添付ファイル・印刷・氏名・通知先を消去します。受付番号、日時、送達の記録、ハッシュは残り、\
         到達確認の検証もできます。消したものは戻せません。",
        "The text, files, prints, names and mail addresses of finished filings go for good. \
         Number, times, proofs and digests stay, and receipts still verify.";
    choose: "消去するもの", "What is to be erased";
    filing: "届出の受付番号", "Receipt number of a filing";
    operator: "または、事業者の法人番号(終わった届出すべて)", "Or an operator's number: all that is finished";
    look: "下見する", "Look";
    look_hint: "下見では何も消えません。", "A look erases nothing.";
    preview: "消去の内容", "What it comes to";
    ready: "消去する届出", "Filings that are erased";
    rows: "消去するデータベースの行", "Rows of the database";
    objects: "ファイル(ほかの届出も使うものは残ります)", "Files (those of others stay)";
    bytes: "大きさ", "Size";
    erased_before: "すでに消去した届出", "Erased before";
    stay: "残る届出", "Filings that stay";
    stays_lead: "終わっていないため残ります。", "They are not finished, and stay.";
    more: "新しいものから500件だけを確かめました。実際には、それより前の届出も対象です。",
        "Only the newest 500 were looked at; those before are in it, too.";
    ask: "消去を申し出る", "Ask for it";
    ask_hint: "別の職員が承認すると、消去が始まります。", "It begins when a colleague has approved it.";
    unread: "その受付番号の届出、またはその法人番号はありません。", "There is no such filing, or operator.";
    records: "消去の記録", "Erasures so far";
    nothing: "消去できるものがありません。すでに消去したか、終わっていません。",
        "There is nothing to erase: it was before, or nothing is finished.";
    unfinished: "終わっていないため消去できません:", "It is not finished, and stays:";
    same_person: "申し出た人は自分では承認できません。別の職員が承認してください。申し出た人:",
        "Who asked for it cannot approve it; a colleague has to. Asked for by:";
    none: "まだありません。", "There are none yet.";
    of: "対象", "Of";
    all_of: "事業者のすべて", "all of operator";
    progress: "進み具合", "Progress";
    filings: "申し出たときの届出", "Filings when it was asked for";
    done: "消去した届出", "Erased";
    kept: "残った届出", "Stayed";
    itself: "事業者の通知先・下書きなど", "Its address, drafts and the like";
    itself_gone: "消去しました。", "Erased.";
    itself_stays: "申し出のあとにも届出があったため、残しました。", "They stay: it has filed since.";
    made: "申し出た人", "Asked for by";
    approved: "承認した人", "Approved by";
    ended: "終わった時刻", "Ended";
    approve: "承認して消去する", "Approve and erase";
    approve_hint: "承認すると、すぐに消去が始まります。戻せません。", "It begins at once, and cannot be undone.";
    remark: "ひとこと(任意)", "Remark (optional)";
    cancel: "取りやめる", "Cancel";
    cancel_hint: "何も消去しません。", "Nothing is erased.";
}

/// How far one is.
pub(super) fn state(state: ErasureState, lang: Lang) -> Badge {
    let (tone, ja, en) = match state {
        ErasureState::Proposed => ("wait", "承認待ち", "waits for approval"),
        ErasureState::Running => ("move", "消去中", "under way"),
        ErasureState::Finished => ("ok", "終了", "finished"),
        ErasureState::Cancelled => ("off", "取りやめ", "cancelled"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// Why a filing stays; a code that is new here keeps its own word.
pub(super) fn reason(code: &str, lang: Lang) -> String {
    let (ja, en) = match code {
        "unplanned" => ("振分けが終わっていません", "not planned"),
        "under_way" => ("送達中または保留中です", "on its way, or held"),
        "failed" => ("送達できていません", "a delivery failed"),
        "undecided" => ("受付完了・差戻しを待っています", "not decided, or to be corrected"),
        "notice_open" => ("通知を送っています", "a notice is on its way"),
        other => return other.to_owned(),
    };
    lang.pick(ja, en).to_owned()
}
