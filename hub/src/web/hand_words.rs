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
    switch: "別の連携方式で送付する", "Send over another channel";
    switch_hint: "この指定権者の別の連携方式で、試行回数を0に戻してすぐに送付します。相手が連携方式を変えたときなどに使います。",
        "It goes over that channel of its authority at once, with a fresh count of tries.";
    reroute: "宛先を変える", "Send to another authority";
    reroute_hint: "合併や広域連合への移行などで、振分け先が誤っていたときに使います。",
        "Where the plan was wrong: a merger, a union that took over.";
    reroute_to: "新しい宛先", "The new addressee";
    reroute_to_hint: "指定権者のコードを入力してください。まだ何も変わりません。",
        "Enter its code. Nothing is changed yet.";
    reroute_look: "下見する", "Look";
    reroute_preview: "変更の内容", "What it comes to";
    reroute_former: "これまでの宛先", "Former addressee";
    reroute_other: "新しい宛先", "New addressee";
    reroute_stays: "届いているか、届いている可能性があります。この宛先への送達はそのまま残ります。",
        "It has it, or may have it: its delivery stays as it is.";
    reroute_holds: "届いている可能性があります。この宛先への送達は保留にして残し、もう送りません。取下げは伝えます。",
        "It may have it: its delivery is held and not tried again; a withdrawal tells it.";
    reroute_ends: "何も届いていません。この宛先への送達は取り消され、以後の補正や取下げも送りません。",
        "It has nothing of it. Its delivery ends, and it hears of no correction or withdrawal.";
    reroute_after: "以後の補正や取下げは新しい宛先に送ります。事業者に通知します。",
        "Corrections and withdrawals go to the new addressee. The operator is told.";
    reroute_unread: "指定権者のコード、または連携方式が読み取れません。",
        "That is no authority's code, or no channel.";
    reroute_no_channel: "この指定権者にない連携方式です。ある方式:",
        "Its authority has no such channel; it has:";
    reroute_no_authority: "今日のマスタにない指定権者です:", "No authority of today's master:";
    reroute_in_plan: "すでにこの届出の宛先です:", "It is an addressee of this filing already:";
    reroute_not_newest: "もっと新しい版があります。その送達の宛先を変えてください。",
        "A newer revision takes its place: reroute that one.";
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
    erasures: "内容の消去", "Erasures";
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
        "delivery.reroute" => lang.pick("宛先・連携方式の変更", "Sent another way"),
        "dead_letter.settle" => lang.pick("処理不能の対応済み", "Dead letter settled"),
        "redrive.start" => lang.pick("まとめて再送付の開始", "Bulk sending started"),
        "redrive.approve" => lang.pick("まとめて再送付の承認", "Bulk sending approved"),
        "redrive.cancel" => lang.pick("まとめて再送付の中止", "Bulk sending cancelled"),
        "redrive.finish" => lang.pick("まとめて再送付の終了", "Bulk sending finished"),
        "erasure.propose" => lang.pick("内容の消去の申出", "Erasure asked for"),
        "erasure.approve" => lang.pick("内容の消去の承認", "Erasure approved"),
        "erasure.cancel" => lang.pick("内容の消去の取りやめ", "Erasure cancelled"),
        "erasure.finish" => lang.pick("内容の消去の終了", "Erasure finished"),
        "key.add" => lang.pick("キーの発行", "Key made"),
        "key.revoke" => lang.pick("キーの失効", "Key revoked"),
        "operator.add" => lang.pick("事業者の登録・変更", "Operator added or changed"),
        "case.assign" => lang.pick("担当の引継ぎ", "Handed to a colleague"),
        "case.remark" => lang.pick("内部メモの記入", "Internal remark"),
        "ledger.make" => lang.pick("台帳への出力", "Export for the ledger"),
        "statements.choose" => lang.pick("到達の一覧の送付の選択", "Statements chosen"),
        "statement.send" => lang.pick("到達の一覧の再送付", "Statement sent again"),
        "contacts.write" => lang.pick("連絡先の変更", "Contact changed"),
        "master.amend" => lang.pick("受付内容の変更", "What is accepted changed"),
        "channels.propose" => lang.pick("送付先変更の提案", "Endpoints proposed"),
        "channels.approve" => lang.pick("送付先変更の承認", "Endpoints approved"),
        "channels.reject" => lang.pick("送付先変更の差戻し", "Endpoints refused"),
        "channels.withdraw" => lang.pick("送付先変更の取下げ", "Endpoints taken back"),
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
        "scan.again" => lang.pick("ファイルの再検査", "File to be looked through again"),
        "retention.run" => lang.pick("保存期間を過ぎたものの削除", "What has had its time deleted"),
        "authority.set" => lang.pick("送付先の変更", "Endpoints changed"),
        other => other,
    }
}
