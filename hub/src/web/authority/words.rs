//! The texts of the authorities' pages.

use crate::web::words::words;

words! {
    // The inbox.
    inbox: "受信箱", "Inbox";
    unopened: "未開封", "unopened";
    opened: "確認中", "opened";
    todo: "回答待ち", "To answer";
    answered: "回答済み", "Answered";
    withdrawn: "取下げ", "Withdrawn";
    service: "サービス", "Service";
    due: "期限", "Deadline";
    arrived: "到達", "Arrived";
    text: "事業所・事業者・受付番号", "Office, operator or receipt number";
    clear: "条件を消す", "Clear";
    nothing_waits: "回答を待っている申請・届出はありません。", "Nothing waits for an answer.";
    nothing_found: "この条件に合うものはありません。", "Nothing fits.";
    first_page: "最初のページ", "First page";
    next_page: "次のページ", "Next page";
    package: "様式一式(ZIP)", "Package (ZIP)";
    correction: "補正", "correction";
    withdrawal: "取下げの連絡", "withdrawal";
    more: "ほか", "and more:";

    saved_filters: "保存した条件", "Saved filters";
    save_filter: "条件の保存と削除", "Save or delete filters";
    filter_name: "この条件の名前", "Name of this filter";
    filter_shared: "職員全員で使う", "For all staff";
    filter_of_all: "全員用", "for all";
    filter_save: "保存する", "Save";
    filter_remove: "削除する", "Delete";
    filter_needs_name: "条件の名前を書いてください。", "Give the filter a name.";
    filter_name_too_long: "名前が長すぎます。保存していません。文字数:",
        "The name is too long; nothing was saved. Characters:";
    filters_too_many: "保存できる数に達しています。使わないものを削除してください。上限:",
        "There are as many as may be; delete one that is not used. At most:";
    no_contact: "未開封の届出を知らせるメールアドレスが登録されていません。",
        "There is no address to which you are told of what lies unopened.";
    to_contact: "連絡先を登録する", "Enter one";
    told_unread: "未開封のお知らせ", "Told unopened";

    // What is taken out for the ledger.
    exports: "台帳への書出し", "Ledger export";
    exports_lead: "受付完了にした申請・届出を、台帳に取り込む表にします。1件は1回の書出しに入り、\
         書き出した表は何度でも取り出せます。だれがいつ書き出し、取り出したかを記録します。",
        "What was accepted, as a table for your ledger. Each filing is in one export; an export \
         can be fetched again at any time. Who made and fetched it, and when, is on record.";
    export_next: "前回の書出しのあと", "Since the last export";
    export_due: "まだ書き出していない受付完了:", "Accepted and not exported yet:";
    export_more: "件まで。残りは次の書出しに入ります。", "at most; the rest goes into the next export.";
    export_profile: "台帳の様式:", "Ledger profile:";
    export_now: "書き出す", "Export";
    export_late: "ほかの職員が先に書き出しました。下の一覧を確かめてください。",
        "A colleague was quicker. Look at the list below.";
    export_before: "これまでの書出し", "Exports so far";
    export_none: "まだ書き出していません。", "There are none yet.";
    export_at: "書出し日時", "Made";
    export_by: "書き出した人", "By";
    export_count: "件数", "Filings";
    export_file: "取り出す", "Fetch";
    export_fetched: "取り出した記録", "Fetched";
    export_made: "書き出しました", "made";

    // What a prefecture follows up.
    followed: "管内の状況", "Follow-up";
    followed_lead: "管内の市区町村と広域連合等に届き、まだ回答していない申請・届出の件数です。届出の内容は表示しません。",
        "How much waits for an answer at the municipalities and unions of the prefecture. What was \
         filed is not shown.";
    followed_none: "回答を待っている申請・届出はありません。", "Nothing waits for an answer.";
    followed_looked: "期限を調べたのは、届いてから長いものから", "Deadlines are of those that have waited longest:";
    due_soon: "期限が近い", "Due soon";
    days: "日以内", " days";
    oldest_unopened: "最も古い未開封", "Oldest unopened";
    next_due: "次の期限", "Next deadline";

    // One delivery.
    about: "この届出について", "About this filing";
    received: "到達日時", "Received";
    delivered_at: "送達日時", "Delivered";
    opened_by: "開封", "Opened by";
    is_withdrawn: "事業者が取り下げました。", "Its operator has withdrawn it.";
    has_newer: "この届出には新しい版があります。", "There is a newer revision of this filing.";
    to_newer: "新しい版を開く", "Open the newer revision";
    files: "添付ファイル", "Attachments";
    no_files: "添付ファイルはありません。", "There are none.";
    added: "追加", "new";
    replaced: "差替え", "replaced";
    gone: "なくなりました", "no longer there";
    look: "ここで見る", "Look at it here";
    answer: "回答", "Answer";
    decide: "回答する", "Answer";
    comment: "事業者へのコメント", "Comment for the operator";
    comment_hint: "差戻しのときは、直してほしい点を必ず書いてください。項目の「要補正」に印を付けられます。",
        "When you return it, say what has to be corrected; you may also tick “to be corrected” \
         beside fields and files.";
    files_for_operator: "事業者に渡すファイル(任意)", "Files for the operator (optional)";
    at_most: "文字数の上限", "characters at most:";
    accept: "受付完了にする", "Accept";
    give_back: "差し戻す", "Return";
    you_wrote: "あなたが書いたコメント(記録していません)", "What you wrote (not recorded)";
    return_needs_comment: "差戻しには、直してほしい点のコメントが必要です。",
        "A return needs a comment that tells the operator what to correct.";
    comment_too_long: "コメントが長すぎます。記録していません。文字数:",
        "The comment is too long; nothing was recorded. Characters:";
    cannot_decide: "いまの状態では回答できません。記録していません。",
        "It cannot be answered in its present state; nothing was recorded.";

    // Among colleagues.
    among_staff: "庁内の引継ぎ", "Among colleagues";
    never_shown: "事業者には見えません", "never shown to operators";
    in_hands_of: "担当:", "In the hands of:";
    nobody: "未定", "nobody";
    myself: "自分", "you";
    hand_to: "担当を変える", "Hand over to";
    as_it_is: "変えない", "as it is";
    remark: "庁内メモ", "Remark for colleagues";
    hand_over: "記録する", "Record";
    handed_to: "担当 →", "handed to";
    put_back: "担当を未定に戻す", "put back";
    remark_too_long: "庁内メモが長すぎます。記録していません。文字数:",
        "The remark is too long; nothing was recorded. Characters:";
    holder: "担当", "In hand";
    anybody: "全員", "anybody";

    // Accepting many.
    choose: "選ぶ", "Choose";
    accept_chosen: "選んだものを受付完了にする", "Accept the chosen";
    accepted_many: "まとめて受付完了", "Accepted together";
    accepted_count: "受付完了", "Accepted:";
    not_recorded: "記録なし", "Not recorded";
    left_over: "一度に扱える数を超えたため未処理", "Left as they are, too many at once:";
    nothing_chosen: "何も選ばれていません。受信箱に戻って選んでください。",
        "Nothing was chosen. Go back to the inbox and choose.";
    not_theirs: "宛先の指定権者の職員だけが回答できます。",
        "Only staff of the authority that it is addressed to may answer.";
    back_to_inbox: "受信箱に戻る", "Back to the inbox";
    in_new_window: "別の窓で開く", "Open in another window";
}
