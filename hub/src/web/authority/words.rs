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

    // One delivery.
    about: "この届出について", "About this filing";
    received: "到達日時", "Received";
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
    in_new_window: "別の窓で開く", "Open in another window";
}
