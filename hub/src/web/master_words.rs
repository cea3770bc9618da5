//! The texts about what authorities accept and how they are reached, and about changing both.

use routing::{Alternative, Cells, Master, Status};
use schemas::FilingKind;

use super::labels;
use super::parts::Badge;
use super::words::{Lang, words};
use crate::store::ProposalState;

words! {
    title: "受付の設定", "What is accepted";
    lead: "何を受け付けるかは、適用開始日を決めてすぐに変更できます。\
         送付先(経路と鍵)の変更は、別の人が承認してから有効になります。",
        "What is accepted can be changed at once, from a day on. How it is reached (channels and \
         keys) changes when a second person has approved.";
    back: "指定権者のページへ", "To the authority's page";
    version: "マスタの版", "Version of the master";
    rows: "適用期間ごとの内容", "What holds when";
    now: "いま", "now";
    always: "期間の定めなし", "at all times";
    change: "受付の内容を変更する", "Change what is accepted";
    prepared: "利用準備", "Set-up";
    prepared_true: "済んでいる", "finished";
    prepared_false: "済んでいない", "not finished";
    unprepared_basis: "未準備の根拠", "Basis of not finished";
    status: "受付の状態", "Window";
    not_taken: "電子では受け付けない手続", "Kinds that are not taken";
    none: "なし", "none";
    body_name: "名称", "Name";
    body_kind: "種別", "Kind";
    members: "構成市町村", "Members";
    services: "指定するサービス", "Services that it designates";
    last_day: "最終日", "Last day";
    evidence: "根拠資料", "Evidence";
    prefecture_code: "都道府県コード", "Prefecture code";
    prefecture: "都道府県", "Prefecture";
    joined: "加入:", "joined:";
    left: "脱退:", "left:";
    alternative: "受け付けないときの提出方法", "How to file otherwise";
    alternative_note: "提出先・案内", "Where exactly";
    launch_period: "利用開始時期(第何期)", "Launch period";
    from_day: "適用開始日", "From which day";
    from_day_hint: "空欄は今日から。例: 2026-04-01", "Empty: from today. For example 2026-04-01";
    why: "理由", "Reason";
    why_hint: "理由は記録に残り、運用担当と指定権者の職員に表示されます。",
        "The reason is kept on record and shown to operations and to the authority's staff.";
    preview: "下見する", "Preview";
    preview_hint: "下見では何も変わりません。最近の届出がどこへ届くかを、変更の前後で比べます。",
        "A preview changes nothing: it shows where recent filings would go, before and after.";
    apply: "変更する", "Change it";
    done: "記録しました。", "Done, and on record.";
    previewed: "下見の結果", "What the preview shows";
    asked: "調べた届出", "Filings asked";
    moved: "行き先や受付が変わる届出", "Filings that would go otherwise";
    unread: "読めなかった届出", "Filings that do not read";
    changes: "変わる項目", "What changes";
    receipt_number: "受付番号", "Receipt number";
    goes_now: "いま", "As it is";
    would_go: "変更後", "As it would be";
    not_ready: "受付不可", "not taken";
    no_way: "振り分けできません:", "cannot be routed:";
    only_some: "届出が多いため、新しいものから一部だけを示します。", "Only some are shown, the newest.";
    none_moved: "行き先が変わる届出はありません。", "No filing would go otherwise.";
    nothing: "その日の内容と同じです。変わる項目がありません。", "Nothing differs from what holds on that day.";
    past: "今日か、それより後の日を書いてください。", "Write today or a later day.";
    no_day: "日付は 2026-04-01 のように書いてください。", "Write the day as 2026-04-01.";
    no_body: "その日に存在しない指定権者です。", "There is no such authority on that day.";
    of_operations_only: "利用開始時期、「従前の例による」、広域連合等の構成と期間は、運用担当だけが変更できます。",
        "The launch period, whether it is exempt, and who belongs to a union until when, are \
         changed by operations alone.";
    too_many_days: "行の開始日・終了日の種類が多すぎます。上限:",
        "Rows begin or end on too many different days; at most:";
    too_long: "項目が長すぎるか、書けない値です。文字数の上限:",
        "A field is too long, or its value cannot stand there. Characters at most:";
    reason_wrong: "理由を書いてください。文字数の上限:", "Give a reason. Characters at most:";
    was_late: "この間にほかの人が変更しました。下の内容を確かめて、もう一度操作してください。",
        "Somebody else changed it meanwhile. Look below, then do it again.";
    channels: "送付先(経路と鍵)", "How it is reached";
    channels_hint: "優先する順に、経路を JSON の配列で書きます。鍵やパスワードは表示しません。\
         ******** はいまの値のままという意味で、送付先が同じときだけ使えます。",
        "An array of endpoints as JSON, the preferred one first. No secret is ever shown: ******** \
         means that it stays, and only while the endpoint leads to the same place.";
    settings: "設定", "Settings";
    ladder: "経路の一覧(JSON)", "Endpoints (JSON)";
    propose: "変更を提案する", "Propose the change";
    propose_hint: "別の人が承認すると有効になります。", "It is put to use when somebody else approves.";
    proposals: "送付先の変更の提案", "Proposed changes of how it is reached";
    no_proposals: "提案はありません。", "There are none.";
    was: "いままで", "Before";
    becomes: "変更後", "After";
    proposed_by: "提案した人", "Proposed by";
    decided_by: "決めた人", "Decided by";
    approve: "承認する", "Approve";
    reject: "差し戻す", "Refuse";
    withdraw: "取り下げる", "Take back";
    remark: "理由(差し戻すときは必須)", "Reason (needed to refuse)";
    same_person: "提案した人は自分では決められません。別の人が承認するか差し戻してください。提案した人:",
        "Who proposed it cannot decide; somebody else has to. Proposed by:";
    not_theirs: "取り下げられるのは提案した人だけです。提案した人:", "Only who proposed it can take it back:";
    bad_ladder: "経路の一覧が読み取れません。JSON の配列として書いてください。",
        "The endpoints do not read; write an array as JSON.";
    empty_ladder: "経路を1つ以上書いてください。", "Write at least one endpoint.";
    twice: "同じ経路が2つあります:", "A channel stands there twice:";
    no_secret: "送付先を変えるときは、鍵やパスワードも書いてください:",
        "Where an endpoint leads elsewhere, write its secrets anew:";
    same_ladder: "いまの送付先と同じです。", "This is how it is reached already.";
    history: "変更の記録", "Record of changes";
    no_history: "まだ変更はありません。", "There is none yet.";
    by: "変更した人", "By";
    at: "日時", "When";
    of_authority: "指定権者", "the authority";
    of_operations: "運用担当", "operations";

    master: "マスタの変更", "Changes of the master";
    master_lead: "指定権者が受け付ける内容の変更を、まとめて出力・取込みできます。",
        "What authorities accept, to be written out and taken in as a table.";
    export: "指定権者の表を出力する(CSV)", "Write the table of authorities out (CSV)";
    export_unions: "広域連合・一部事務組合の表を出力する(CSV)",
        "Write the table of unions out (CSV)";
    import: "表を取り込む", "Take a table in";
    import_hint: "authorities.csv または unions.csv の一部の行・列でも構いません。指定権者について変えられるのは\
         受付の項目だけです。広域連合・組合は、構成市町村・サービス・期間も変えられ、新しい行で設立や先の日からの変更を書けます。\
         1つでも誤りがあれば、何も変わりません。",
        "Some rows and columns of authorities.csv or unions.csv are enough. Of authorities only \
         what is accepted can change; of unions also members, services and days, and a new row \
         founds one or changes it from a later day. With one fault, nothing does.";
    file: "ファイル(CSV)", "File (CSV)";
    no_file: "ファイルを選んでください。", "Choose a file.";
    too_large: "ファイルが大きすぎます。上限(バイト):", "The file is too large; bytes at most:";
    not_utf8: "UTF-8 の CSV にしてください。", "It must be CSV in UTF-8.";
    column: "列", "Column";
    fault: "誤り", "Fault";
    faults: "誤りがあるため、何も変わっていません。", "There are faults; nothing was changed.";
    line: "行", "Line";
    edits: "変わる指定権者", "Authorities that change";
    open_proposals: "承認待ちの提案", "Proposals that wait";
    authority: "指定権者", "Authority";
}

/// What an amendable column is called.
pub(super) fn column(name: &str, w: &'static Words) -> &'static str {
    match name {
        "prepared" => w.prepared,
        "unprepared_basis" => w.unprepared_basis,
        "status" => w.status,
        "not_taken" => w.not_taken,
        "alternative" => w.alternative,
        "alternative_note" => w.alternative_note,
        "launch_period" => w.launch_period,
        "name" => w.body_name,
        "kind" => w.body_kind,
        "members" => w.members,
        "services" => w.services,
        "valid_to" => w.last_day,
        "evidence" => w.evidence,
        "prefecture_code" => w.prefecture_code,
        "prefecture" => w.prefecture,
        _ => "",
    }
}

/// What a cell says.
pub(super) fn cell(name: &str, cell: &str, lang: Lang) -> String {
    let w = Words::of(lang);
    let kind = |word: &str| match word.parse::<FilingKind>() {
        Ok(kind) => lang.kind(kind).to_owned(),
        Err(_) => word.to_owned(),
    };
    match (name, cell) {
        ("prepared", "true") => w.prepared_true.to_owned(),
        ("prepared", _) => w.prepared_false.to_owned(),
        ("status", word) => word.parse().map_or_else(|_| word.to_owned(), |it| status(it, lang)),
        ("not_taken", words) if !words.is_empty() => {
            words.split(';').map(kind).collect::<Vec<_>>().join(lang.pick("、", ", "))
        }
        ("alternative", word) => word.parse().map_or_else(
            |_| word.to_owned(),
            |it: Alternative| labels::alternative(it, lang).to_owned(),
        ),
        (_, "") => w.none.to_owned(),
        ("members" | "services", words) => words.replace(';', lang.pick("、", ", ")),
        (_, text) => text.to_owned(),
    }
}

/// What changes: column, what it was, what it becomes. Of members only who joins and who leaves.
pub(super) fn pairs(
    master: &Master,
    (was, became): (&Cells, &Cells),
    lang: Lang,
) -> Vec<(&'static str, String, String)> {
    let w = Words::of(lang);
    let pair = |(name, is): (&String, &String)| {
        let old = was.get(name).map_or("", String::as_str);
        let (before, after) = match name.as_str() {
            "members" if !old.is_empty() => {
                (named(master, (old, is), w.left, lang), named(master, (is, old), w.joined, lang))
            }
            "members" => (w.none.to_owned(), named(master, (is, old), w.joined, lang)),
            _ => (cell(name, old, lang), cell(name, is, lang)),
        };
        (column(name, w), before, after)
    };
    became.iter().map(pair).collect()
}

/// The members of one list that are not in the other.
fn named(master: &Master, (of, other): (&str, &str), word: &str, lang: Lang) -> String {
    let others: Vec<_> = other.split(';').collect();
    let name = |code: &str| match code.parse() {
        Ok(id) => format!("{} ({code})", master.name(id)),
        Err(_) => code.to_owned(),
    };
    let left: Vec<_> = of.split(';').filter(|it| !others.contains(it)).map(name).collect();
    if left.is_empty() {
        return Words::of(lang).none.to_owned();
    }
    format!("{word} {}", left.join(lang.pick("、", ", ")))
}

/// An authority's switch.
pub(super) fn status(status: Status, lang: Lang) -> String {
    let en = match status {
        Status::Open => "open",
        Status::Closed => "closed",
        Status::Exempt => "exempt (as before)",
    };
    lang.pick(status.label_ja(), en).to_owned()
}

/// All cells in words.
pub(super) fn told(cells: &Cells, lang: Lang) -> Vec<(&'static str, String)> {
    let w = Words::of(lang);
    cells.iter().map(|(name, text)| (column(name, w), cell(name, text, lang))).collect()
}

/// What became of a proposal.
pub(super) fn state(state: ProposalState, lang: Lang) -> Badge {
    let (tone, ja, en) = match state {
        ProposalState::Proposed => ("wait", "承認待ち", "waits for approval"),
        ProposalState::Approved => ("ok", "承認済み", "approved"),
        ProposalState::Rejected => ("bad", "差戻し", "refused"),
        ProposalState::Withdrawn => ("off", "取下げ", "taken back"),
    };
    Badge::new(tone, lang.pick(ja, en))
}
