//! The texts about what operations staff do by hand.

use crate::web::words::{Lang, words};

words! {
    hands: "操作", "By hand";
    hands_lead: "理由は記録に残り、ほかの職員に表示されます。",
        "The reason is kept on record and shown to colleagues.";
    why: "理由", "Reason";
    pause: "送付を止める", "Pause";
    pause_hint: "止めている間、この経路の送付は保留になります。",
        "While it is paused, what would go over it is held.";
    resume: "再開する", "Resume";
    resume_hint: "保留していたものから順に送付します。", "What was held goes out first, in order.";
    paused_by: "停止した人", "Paused by";
    retry: "もう一度送付する", "Send again";
    retry_hint: "試行回数を0に戻して、すぐに送付します。", "Starts anew at once, with a fresh count of tries.";
    hold: "この送達を止める", "Hold";
    hold_hint: "再開するまで、この送達は送付しません。", "It does not go until somebody lets it go.";
    let_go: "この送達を再開する", "Let it go";
    let_go_hint: "すぐに送付の順番に戻ります。", "It goes in its turn again at once.";
    given: "書面などで渡した", "Given by hand";
    given_on: "渡した日", "Given on";
    given_to: "受け取った人", "Taken by";
    given_hint: "指定権者に直接渡したときだけ記録します。送達済みになり、以後は送付しません。受け取った人の名前は操作の記録だけに残ります。",
        "Only where the authority has it from your hands. It counts as delivered and is not sent \
         any more. Who took it stands in the record of acts alone.";
    given_wrong: "渡した日(振分け日から今日まで)と、受け取った人を書いてください。",
        "Say on which day (since it was planned, until today) and who took it.";
    settle: "対応済みにする", "Settle";
    done: "記録しました。", "Done, and on record.";
    reason_wrong: "理由を書いてください(長さの上限:", "Give a reason (characters at most:";
    was_late: "この間にほかの職員が操作しました。下の状態を確かめてください。",
        "A colleague was first. Look at the present state below.";
    does_not_fit: "いまの状態ではできません。下の状態を確かめてください。",
        "This does not fit its present state; look below.";
    audit: "操作の記録", "Acts of staff";
    audit_lead: "職員が手で行った操作と、届出を閲覧した記録です。前の記録を含めたハッシュでつながって\
         おり、todoke audit verify で改ざんの有無を確かめられます。",
        "What staff did by hand, and which filings they looked at. Each is chained to the one \
         before; `todoke audit verify` tells whether any was touched.";
    audit_sort: "記録の種類", "Kind";
    audit_done: "操作・ログイン", "Acts and log-ins";
    audit_looks: "閲覧・取得", "Looks and downloads";
    audit_none: "記録はありません。", "There are none.";
    audit_all: "すべて表示", "Show all";
    who: "操作した人", "Who";
    what: "操作", "What";
    subject: "対象", "With what";
    change: "変更", "Change";
    see_audit: "操作の記録を見る", "Acts of staff about this";
}

/// What an act is called; one that is new here keeps its own word.
pub(super) fn act(what: &str, lang: Lang) -> &str {
    match what {
        "lane.pause" => lang.pick("送付の停止", "Lane paused"),
        "lane.resume" => lang.pick("送付の再開", "Lane resumed"),
        "lane.limit" => lang.pick("送付速度の変更", "Limits of a lane"),
        "delivery.retry" => lang.pick("再送付", "Sent again"),
        "delivery.hold" => lang.pick("送達の停止", "Held by hand"),
        "delivery.release" => lang.pick("送達の再開", "Let go"),
        "delivery.give" => lang.pick("書面などで渡した記録", "Given by hand"),
        "dead_letter.settle" => lang.pick("処理不能の対応済み", "Dead letter settled"),
        "redrive.start" => lang.pick("まとめて再送付の開始", "Bulk sending started"),
        "redrive.approve" => lang.pick("まとめて再送付の承認", "Bulk sending approved"),
        "redrive.cancel" => lang.pick("まとめて再送付の中止", "Bulk sending cancelled"),
        "redrive.finish" => lang.pick("まとめて再送付の終了", "Bulk sending finished"),
        "key.add" => lang.pick("キーの発行", "Key made"),
        "key.revoke" => lang.pick("キーの失効", "Key revoked"),
        "operator.add" => lang.pick("事業者の登録・変更", "Operator added or changed"),
        "case.assign" => lang.pick("担当の引継ぎ", "Handed to a colleague"),
        "case.remark" => lang.pick("内部メモの記入", "Internal remark"),
        "ledger.make" => lang.pick("台帳への出力", "Export for the ledger"),
        "contacts.write" => lang.pick("連絡先の変更", "Contact changed"),
        "document.add" => lang.pick("資料の掲載", "Document given out"),
        "document.replace" => lang.pick("資料の差替え", "Document replaced"),
        "document.withdraw" => lang.pick("資料の取下げ", "Document withdrawn"),
        "announcement.make" => lang.pick("お知らせの掲載", "Announced"),
        "announcement.change" => lang.pick("お知らせの変更", "Announcement changed"),
        "announcement.end" => lang.pick("お知らせの終了", "Announcement ended"),
        "session.open" => lang.pick("ログイン", "Logged in"),
        "session.close" => lang.pick("ログアウト", "Logged out"),
        "look.filing" => lang.pick("届出の閲覧(運用)", "Filing looked at (operations)"),
        "look.delivery" => lang.pick("送達の閲覧(運用)", "Delivery looked at (operations)"),
        "look.case" => lang.pick("届出の閲覧", "Filing looked at"),
        "look.package" => lang.pick("パッケージの取得", "Package fetched"),
        "look.file" => lang.pick("ファイルの閲覧・取得", "File seen or fetched"),
        "look.ledger" => lang.pick("台帳データの取得", "Ledger data fetched"),
        "check.send" => lang.pick("疎通確認のテスト送信", "Test sent"),
        "tests.purge" => lang.pick("テストの削除", "Tests deleted"),
        "stage.done" => lang.pick("利用準備の段階の完了", "Stage done"),
        "stage.reopen" => lang.pick("利用準備の段階の取消し", "Stage reopened"),
        "stage.move" => lang.pick("利用準備の期日の変更", "Stage due on another day"),
        "authority.set" => lang.pick("送付先の変更", "Endpoints changed"),
        other => other,
    }
}
