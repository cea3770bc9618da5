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
        self.pick(&JA, &EN)
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

macro_rules! words {
    ($( $name:ident: $ja:literal, $en:literal; )*) => {
        /// The texts of the pages in one language.
        pub(super) struct Words { $( pub(super) $name: &'static str, )* }
        static JA: Words = Words { $( $name: $ja, )* };
        static EN: Words = Words { $( $name: $en, )* };
    };
}

words! {
    // Frame.
    brand_sub: "介護届出 送達ハブ", "filing delivery hub";
    skip: "本文へ移動", "Skip to content";
    menu: "主なページ", "Main pages";
    demo: "デモ環境 / DEMO", "DEMO / デモ環境";
    demo_text: "架空の届出だけを扱っています。鍵なしで閲覧できます。",
        "All filings here are made up. The pages can be read without a key.";
    nav_overview: "全国", "Nation";
    nav_filings: "届出", "Filings";
    nav_deliveries: "送達", "Deliveries";
    nav_lanes: "送達経路", "Lanes";
    nav_dead_letters: "処理不能", "Dead letters";
    other_language: "English", "日本語";
    log_out: "ログアウト", "Log out";
    search: "検索", "Search";
    search_hint: "受付番号・届出ID・指定権者名", "Receipt number, filing id, authority";
    made_at: "表示時刻", "As of";
    time_zone: "時刻は日本時間", "Times are Japan Standard Time";
    live_on: "自動更新を始める(5秒ごと)", "Refresh every 5 seconds";
    live_off: "自動更新を止める", "Stop refreshing";

    // Tables and lists.
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
    head: "先頭(16進)", "Head (hex)";
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
    no_lane_in_trouble: "支障のある送達経路はありません。", "No lane is in trouble.";

    // One filing, one delivery.
    filing: "届出", "Filing";
    delivery: "送達", "Delivery";
    filing_id: "届出ID", "Filing id";
    delivery_id: "送達ID", "Delivery id";
    corporate_number: "法人番号", "Corporate number";
    withdrawn_at: "取下げ日時", "Withdrawn";
    chain: "記録の連鎖", "Chain of events";
    chain_whole: "改ざんなし", "unbroken";
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

    // Authorities and prefectures.
    ladder: "連携方式の順序", "Ladder of channels";
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
    log_in_why: "運用担当者の API キーを入力してください。",
        "Enter an API key of operations.";
    key: "API キー", "API key";
    key_hint: "キーは todoke key add --scope operations で作成します。",
        "todoke key add --scope operations makes one.";
    key_wrong: "このキーでは入れません。運用担当者のキーで、失効していないことを確かめてください。",
        "This key does not open the pages. It must be a key of operations that is in force.";

    // Errors.
    error_not_found: "ページが見つかりません", "There is no such page";
    error_not_found_why: "アドレスか番号が違うようです。上の検索欄に受付番号を入れてみてください。",
        "The address or the number seems wrong. Try the receipt number in the search box above.";
    error_filing: "この届出はありません", "There is no such filing";
    error_delivery: "この送達はありません", "There is no such delivery";
    error_authority: "この指定権者はありません", "There is no such authority";
    error_prefecture: "この都道府県はありません", "There is no such prefecture";
    error_fault: "いま表示できません", "This cannot be shown now";
    error_fault_why: "ハブ側の障害です。届出の記録は失われません。少し待って読み込み直してください。続くときは todoke doctor で確かめてください。",
        "A fault of the hub; no filing is lost by it. Reload in a moment, or run todoke doctor.";
    to_overview: "全国の送達状況へ", "To the national view";
}
