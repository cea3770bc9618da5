//! Every text of the pages, once in Japanese and once in English.
//!
//! Texts for the values of a column stand in `labels`, the sentences of a timeline in `story`.

use schemas::FilingKind;

use crate::filing::Status;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    /// Japanese, the default.
    Ja,
    /// English.
    En,
}

impl Lang {
    /// The language that a query or cookie names.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The word for `lang` attributes, queries and the cookie.
    pub(super) fn as_str(self) -> &'static str {
        self.pick("ja", "en")
    }

    /// The one of two texts that is in this language.
    pub(super) fn pick<T>(self, ja: T, en: T) -> T {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// All texts in this language.
    pub(super) fn words(self) -> &'static Words {
        Words::of(self)
    }

    /// 受付状況.
    pub(super) fn status(self, status: Status) -> &'static str {
        self.pick(status.label_ja(), status.label_en())
    }

    /// 手続の種類.
    pub(super) fn kind(self, kind: FilingKind) -> &'static str {
        self.pick(kind.label_ja(), kind.label_en())
    }
}

/// A table of texts, each in Japanese and English.
macro_rules! words {
    ($( $name:ident: $ja:literal, $en:literal; )*) => {
        /// Texts of pages in one language.
        pub(super) struct Words { $( pub(super) $name: &'static str, )* }

        impl Words {
            /// The texts in a language.
            pub(super) fn of(lang: $crate::web::words::Lang) -> &'static Self {
                static JA: Words = Words { $( $name: $ja, )* };
                static EN: Words = Words { $( $name: $en, )* };
                lang.pick(&JA, &EN)
            }
        }
    };
}
pub(super) use words;

words! {
    // Frame.
    brand_sub: "介護届出 送達ハブ", "filing delivery hub";
    brand_authority: "指定権者の窓口", "authority's desk";
    brand_operator: "事業者の窓口", "operator's desk";
    skip: "本文へ移動", "Skip to content";
    menu: "主なページ", "Main pages";
    notice: "メンテナンスのお知らせ", "Maintenance notice";
    demo: "デモ環境 / DEMO", "DEMO / デモ環境";
    demo_text: "架空の届出だけを扱っています。",
        "All filings here are made up.";
    nav_overview: "全国", "Nation";
    nav_filings: "届出", "Filings";
    nav_deliveries: "送達", "Deliveries";
    nav_troubles: "支障", "Troubles";
    nav_watches: "監視", "Watches";
    near_deadlines: "期限が近い・過ぎた未送達", "Deadline near or past";
    watches_firing: "監視の発生中", "Watches going on";
    nav_lanes: "送達経路", "Lanes";
    nav_statements: "到達の照合", "Reconciliation";
    nav_reports: "月次報告", "Report";
    nav_launch: "利用開始", "Launch";
    nav_dead_letters: "処理不能", "Dead letters";
    nav_audit: "操作の記録", "Acts";
    nav_reminders: "未開封のお知らせ", "Reminders";
    nav_onboarding: "利用準備", "Onboarding";
    nav_contacts: "連絡先", "Contact";
    nav_master: "受付の設定", "Settings";
    nav_inbox: "受信箱", "Inbox";
    nav_exports: "台帳への書出し", "Ledger export";
    nav_followed: "管内の状況", "Follow-up";
    nav_own_filings: "申請・届出の一覧", "Filings";
    nav_offices: "事業所", "Offices";
    nav_start: "新しく届け出る", "File something";
    nav_bulk: "一括申請", "Bulk filing";
    nav_one_stop: "法人の変更", "Corporate change";
    nav_address: "通知先", "Notices";
    nav_archive: "資料", "Documents";
    nav_announcements: "お知らせ", "Announcements";
    other_language: "English", "日本語";
    log_out: "ログアウト", "Log out";
    search: "検索", "Search";
    search_hint: "受付番号・事業所番号・法人番号・名称", "Receipt, office or corporate number, name";
    last_day: "直近24時間(1時間ごと)", "The last 24 hours, by the hour";
    speeds: "受付から送達までの時間", "From receipt to delivery";
    in_filings: "この名称・番号の届出を見る", "Filings with this name or number";
    narrowed: "絞り込み", "Narrowed to";
    made_at: "表示時刻", "As of";
    time_zone: "時刻は日本時間", "Times are Japan Standard Time";
    live_on: "自動更新を始める(5秒ごと)", "Refresh every 5 seconds";
    live_off: "自動更新を止める", "Stop refreshing";

    // Tables and lists.
    table: "表", "Table";
    all: "すべて", "All";
    total: "計", "Total";
    filter: "絞り込む", "Filter";
    newest: "最新へ", "Newest";
    older: "前の分へ", "Older";
    previous: "前へ", "Previous";
    next: "次へ", "Next";
    nothing: "該当はありません。", "There are none.";
    see_all: "すべて見る", "See all";
    details: "詳細", "Details";

    // Columns.
    receipt_number: "受付番号", "Receipt number";
    kind: "手続", "Kind";
    operator: "事業者", "Operator";
    office: "事業所", "Office";
    received_at: "到達日時", "Received";
    status: "状況", "Status";
    authority: "指定権者", "Authority";
    class: "区分", "Class";
    channel: "連携方式", "Channel";
    state: "送達状態", "Delivery";
    review: "審査", "Review";
    proof: "到達証跡", "Proof";
    attempts: "試行", "Tries";
    why: "理由と対応者", "Why, and who acts";
    owner: "対応", "To act";
    cause: "原因", "Cause";
    next_try: "次の試行", "Next try";
    revision: "版", "Revision";
    updated_at: "更新", "Changed";
    planned_at: "振分け日時", "Planned";
    time: "時刻", "Time";
    took: "所要", "Took";
    outcome: "結果", "Outcome";
    answer: "相手の応答", "Far side's answer";
    number: "回", "No.";
    queue: "キュー", "Queue";
    reason: "理由", "Reason";
    size: "サイズ", "Size";
    head: "先頭(文字でないものは16進)", "Head (hex where it is no text)";
    last_error: "直近のエラー", "Last error";
    until: "再開予定", "Until";
    failures: "連続失敗", "Failures in a row";
    first_failure: "最初は", "first";

    // National view.
    overview: "全国の送達状況", "Deliveries across the nation";
    filings: "届出", "Filings";
    deliveries: "送達", "Deliveries";
    delivered_share: "送達済の割合", "Delivered share";
    waiting: "待機", "Waiting";
    held: "保留", "Held";
    failed: "送達不能", "Failed";
    open_notices: "未送信の通知", "Open notices";
    outbox: "発信待ち", "Outbox";
    dead_letters: "処理不能メッセージ", "Dead letters";
    headline: "主な数値", "Headline numbers";
    counted_at: "件数を数えた時刻:", "Counted at";
    unrouted: "振分け待ち", "Not yet planned";
    unplanned: "振分け不能", "No plan";
    backlog: "滞留", "Backlog";
    oldest_due: "最も古い再試行の予定", "Oldest time of a next try";
    oldest_queued: "最も古い送信待ち", "Oldest delivery that is due";
    no_backlog: "ありません", "none";
    by_status: "届出の状況", "Filings by status";
    by_state: "送達の状態と連携方式", "Deliveries by state and channel";
    by_review: "審査の状況", "Review";
    no_channel: "方式なし", "No channel";
    map: "都道府県別の送達状況", "Delivery health by prefecture";
    map_hint: "数字は送達済の割合(送信中を除く)。枠を選ぶと都道府県のページを開きます。",
        "Numbers are the delivered share of what is not under way. Choose a tile to open it.";
    grade_idle: "送達なし", "nothing yet";
    grade_good: "順調(未達 1% 未満)", "well (under 1 % not delivered)";
    grade_fair: "注意(10% 未満)", "fair (under 10 %)";
    grade_poor: "遅れ(30% 未満)", "late (under 30 %)";
    grade_bad: "障害(30% 以上)", "bad (30 % or more)";
    newest_filings: "新しい届出", "Newest filings";
    lanes_in_trouble: "支障のある送達経路", "Lanes in trouble";
    see_troubles: "届いていない送達を原因ごとに見る", "What is not delivered, by cause";
    no_lane_in_trouble: "支障のある送達経路はありません。", "No lane is in trouble.";

    // One filing, one delivery.
    filing: "届出", "Filing";
    delivery: "送達", "Delivery";
    filing_id: "届出ID", "Filing id";
    delivery_id: "送達ID", "Delivery id";
    trace: "トレースID", "Trace id";
    corporate_number: "法人番号", "Corporate number";
    withdrawn_at: "取下げ日時", "Withdrawn";
    chain: "記録の連鎖", "Chain of events";
    chain_whole: "改ざんなし", "unbroken";
    chain_retired: "保存期間を過ぎ、古い記録は削除されています",
        "past its time: earlier events were deleted";
    chain_broken: "連鎖が切れています", "the chain is broken";
    events: "件の記録", "events";
    chain_head: "末尾のハッシュ", "hash of the last";
    timeline: "経過", "Timeline";
    plan: "振分け", "Plan";
    plan_problem: "振り分けられませんでした", "It could not be planned";
    plan_none: "まだ振り分けていません。", "Not planned yet.";
    master: "マスタ", "Master";
    rule: "規則", "Rule";
    article: "根拠条文", "Article";
    readiness: "受付の可否", "Readiness";
    sentences: "文章で読む", "Read it in sentences";
    notices: "事業者への通知", "Notices to the operator";
    about: "内容", "About";
    recipient: "宛先", "To";
    sent_at: "送信日時", "Sent";
    second_copy: "重複の可能性あり", "may be a second copy";
    package: "様式一式(SHA-256)", "Package (SHA-256)";
    created_at: "作成", "Planned at";
    decision: "指定権者の回答", "The authority's answer";
    evidence: "証跡の内容", "Evidence";
    deadlines: "期限", "Deadlines";
    due: "期限", "Due";
    effective_from: "算定開始", "Counts from";
    first_submission: "初回提出", "First submission";
    corrections: "補正", "Corrections";
    accepted_on: "受付完了", "Accepted";
    ladder_step: "方式の順位", "Place in the ladder";

    to_correct: "要補正", "to be corrected";

    // Authorities and prefectures.
    lanes: "送達経路", "Lanes";
    lane_state: "経路の状態", "Lane";
    ready: "受付中", "Takes filings";
    kinds_not_taken: "電子では受け付けない手続", "Kinds not taken";
    alternative: "代わりの提出方法", "Other way to file";
    authorities: "指定権者", "Authorities";
    since: "開始", "Since";
    delivered: "送達済", "Delivered";
    moving: "送信中", "Under way";
    map_back: "全国へ戻る", "Back to the nation";
    found: "検索結果", "Search results";
    not_found_search: "見つかりませんでした。受付番号は T と12桁(例: TTKVW-3X6H-RAST)です。",
        "Nothing was found. A receipt number is T and 12 characters, as in TTKVW-3X6H-RAST.";

    // Dead letters.
    dead_letters_why: "読めない、または処理できなかったメッセージです。内容は消えずに残っています。",
        "Messages that could not be read or worked on. Nothing of them is lost.";

    // Logging in.
    log_in: "ログイン", "Log in";
    log_in_why: "事業者・指定権者・運用担当者のいずれかの API キーを入力してください。",
        "Enter an API key: an operator's, an authority's or one of operations.";
    key: "API キー", "API key";
    key_hint: "キーは運用担当者が todoke key add で作成します。",
        "Operations make one by todoke key add.";
    key_wrong: "このキーでは入れません。写し間違いがないか、失効していないかを確かめてください。",
        "This key does not open the pages. Compare it with its source; it may have been revoked.";
    logged_in_as: "いまのログイン:", "You are logged in as";
    as_another: "別の人としてログインする", "Log in as someone else";
    again: "ログインし直してください", "Please log in again";
    again_why: "ログインの有効時間が過ぎました。書いた内容はこのページに残っています。下のリンクを別の窓で開いてログインし、このページに戻って「もう一度送る」を押してください。",
        "Your log-in has run out. What you wrote is kept on this page: log in by the link \
         below, in another window, then come back here and choose “Send again”.";
    again_fresh_why: "取り消しにくい操作の前に、もう一度ログインしてください。書いた内容はこのページに残っています。下のリンクを別の窓で開いてログインし、\
         このページに戻って「もう一度送る」を押してください。",
        "What you are about to do is hard to undo. What you wrote is kept on this page: log in by \
         the link below, in another window, then come back here and choose “Send again”.";
    again_log_in: "別の窓でログインする", "Log in in another window";
    again_send: "もう一度送る", "Send again";

    // The demo environment's log-in.
    demo_choose: "役割を選んで入る", "Choose a role";
    demo_title: "デモ: 役割を選ぶ", "Demo: choose a role";
    demo_why: "デモ環境だけの入口です。名前を押すと、その人としてすぐに入れます。鍵も登録もいりません。",
        "This door exists in the demo environment only. Choose a name to go in as them, \
         without a key.";
    demo_person: "デモの利用者", "demo visitor";
    demo_operators: "事業者", "Operators";
    demo_operators_why: "申請・届出を出し、指定権者の回答を見ます。",
        "File, and read what the authorities answer.";
    demo_authorities: "指定権者", "Authorities";
    demo_authorities_why: "届いた申請・届出を読み、受付完了または差戻しで答えます。",
        "Read what has arrived; accept or return it.";
    demo_operations: "運用担当者", "Operations";
    demo_operations_why: "全国の送達の状況を見ます。", "Look at deliveries across the nation.";

    // Errors.
    error_not_found: "ページが見つかりません", "There is no such page";
    error_not_found_why: "アドレスか番号が違うようです。上の検索欄に受付番号を入れてみてください。",
        "The address or the number seems wrong. Try the receipt number in the search box above.";
    error_filing: "この届出はありません", "There is no such filing";
    error_delivery: "この送達はありません", "There is no such delivery";
    error_authority: "この指定権者はありません", "There is no such authority";
    error_prefecture: "この都道府県はありません", "There is no such prefecture";
    error_retired: "到達確認はもう発行できません", "No receipt can be given any more";
    error_retired_why: "この届出の記録は、保存期間を過ぎたため削除されました。以前に発行した到達確認は、今後も検証できます。",
        "Its events were deleted when their time was over. Receipts given before still verify.";
    error_fault: "いま表示できません", "This cannot be shown now";
    error_fault_why: "ハブ側の障害です。届出の記録は失われません。少し待って読み込み直してください。続くときは todoke doctor で確かめてください。",
        "A fault of the hub; no filing is lost by it. Reload in a moment, or run todoke doctor.";
    error_store_away: "ハブのストア(データベース)が応答しません。受け付けた届出は失われません。\
         少し待って読み込み直してください。運用担当者は、データベースが動いているか確かめてください。",
        "The hub's store (its database) does not answer; no receipted filing is lost by it. \
         Reload in a moment. Staff: see whether the database runs.";
    error_not_yours: "このページは開けません", "This page is not yours to open";
    error_operations_only: "運用担当者だけが開けるページです。", "Only staff of operations may open it.";
    error_authority_only: "宛先の指定権者の職員だけが開けるページです。",
        "Only staff of the authority that it is addressed to may open it.";
    error_operator_only: "届出を出した事業者の方だけが開けるページです。",
        "Only the operator who filed it may open it.";
    error_whose: "開ける方:", "It is of";
    error_file_waits: "ファイルのウイルス検査を待っています", "The file is being looked through for malware";
    error_file_waits_why: "検査が終わると開けます。少し待ってから、もう一度開いてください。",
        "It opens once that is done. Try again in a moment.";
    error_file_infected: "ウイルスが検出されたファイルです", "This file holds malware";
    error_file_infected_why: "安全のため、だれにも渡しません。問題のないファイルへの差替えを待っています。",
        "Nobody gets it. A clean file has to take its place.";
    error_not_built: "一式をまだ用意できません", "The whole set cannot be made yet";
    error_not_built_why: "届出は失われていません。少し待ってから、もう一度ダウンロードしてください。",
        "Nothing of the filing is lost. Download it again in a moment.";
    scans_pending: "ウイルス検査待ち", "Files to be scanned";
    scans_infected: "ウイルス検出", "Files with malware";
    error_cancelled: "取り下げられたか、宛先が変わった届出です", "Withdrawn, or sent elsewhere";
    error_cancelled_why: "送り出す前に事業者が取り下げたか、宛先が別の指定権者に改められたため、内容はありません。",
        "It was taken back before it went out, or went elsewhere; there is nothing to fetch.";
    erased: "内容は消去されています", "Its contents were erased";
    erase: "内容を消去する", "Erase its contents";
    erased_by: "消去の記録", "erasure";
    error_erased: "内容は消去されています", "Its contents were erased";
    error_erased_why: "届出の本文・添付ファイルは消去されました。受付番号、日時、送達の記録は残っています。",
        "Its text and files are gone; its number, times and what was proved are kept.";
    error_draft: "この下書きはありません", "There is no such draft";
    error_draft_why: "捨てられたか、保存期間を過ぎました。一覧から新しく始めてください。",
        "It was thrown away, or its time was over. Begin another from the list.";
    error_document: "この資料はありません", "There is no such document";
    error_document_why: "取り下げられたか、番号が違います。資料の一覧から開いてください。",
        "It was withdrawn, or its number is wrong. Look for it in the list of documents.";
    error_drafts_max: "下書きが多すぎます", "There are too many drafts";
    error_drafts_max_why: "使わない下書きを捨ててから、もう一度始めてください。",
        "Throw away some that you do not need, then begin again.";
    error_nothing_returned: "訂正するものがありません", "There is nothing to correct";
    error_nothing_returned_why: "差し戻した指定権者がないか、取り下げられています。届出のページで状況を確かめてください。",
        "No authority has returned it, or it was withdrawn. Its page tells how it stands.";
    error_clash: "別の画面でも保存されています", "It was saved in another window too";
    error_clash_why: "前のページに戻り、読み込み直してください。", "Go back and reload the page.";
    error_not_withdrawn: "この届出は取り下げられません", "This filing cannot be withdrawn";
    error_not_withdrawn_why: "すでに受付完了になったか、取り下げられています。届出のページで状況を確かめてください。",
        "It was accepted or withdrawn already. Its page tells how it stands.";
    error_foreign_form: "このフォームは送れません", "This form cannot be sent";
    error_foreign_form_why: "フォームを開いたときと違うブラウザーか、Cookie が消えた後に送られました。何も記録していません。前のページに戻り、\
         読み込み直してから送ってください。",
        "It was sent from another browser than it was opened in, or after cookies were \
         cleared. Nothing was recorded. Go back, reload the page and send it again.";
    error_form: "送られた内容を読めません", "What was sent cannot be read";
    error_form_why: "長すぎるか、途中で切れています。何も記録していません。前のページに戻って送り直してください。",
        "It is too long or was cut off. Nothing was recorded. Go back and send it again.";
    to_start: "最初のページへ", "To the first page";
}
