//! The texts about the stages in which authorities begin, checks of the way to them, and tests.

use crate::onboarding::{Keeper, Stage};
use crate::web::words::{Lang, words};

words! {
    onboarding: "利用準備の段階", "Onboarding";
    onboarding_lead: "指定権者が利用を始めるまでの7つの段階です。マスタが示すものは自動で済みになり、\
         期日は利用開始時期ごとに決めてあり、運用担当者が動かせます。\
         第1期から第5期までと運用開始の期日は仮のものです。",
        "The seven stages in which an authority begins. What the master says is done by itself; \
         days go by the launch period, and operations may move them. Those of \
         periods 1 to 5, and of opening, are made up.";
    own_lead: "利用開始までの段階と、届出を受け取れることの確認です。",
        "The stages until you begin, and checks that you can take filings.";
    stage: "段階", "Stage";
    keeper: "担当", "Whose turn";
    due: "期日", "Due";
    state: "状態", "State";
    said: "記録", "On record";
    by_master: "マスタのとおり", "as the master says";
    done: "済み", "done";
    overdue: "期日超過", "overdue";
    open: "これから", "to come";
    moved: "変更した期日", "moved";
    no_day: "定めなし", "none set";
    exempt: "この指定権者は利用の対象外です。", "This authority is exempt.";
    say: "段階を記録する", "Record a stage";
    action: "記録すること", "What";
    mark_done: "済みにする", "It is done";
    reopen: "済みを取り消す", "It is not done after all";
    move_to: "期日を変える", "Due on another day";
    day: "新しい期日", "New day";
    day_hint: "期日を変えるときだけ。例: 2026-04-01", "To move it only. For example 2026-04-01";
    why: "理由", "Reason";
    why_hint: "済みの取消しと期日の変更では必ず書いてください。記録に残ります。",
        "Needed to reopen or move; kept on record.";
    record: "記録する", "Record";
    recorded: "記録しました。", "Recorded.";
    wrong_stage: "段階を選んでください。", "Choose a stage.";
    wrong_action: "記録することを選んでください。", "Choose what to record.";
    wrong_day: "期日は 2026-04-01 のように書いてください。", "Write the day like 2026-04-01.";
    wrong_why: "理由を書いてください(長さの上限:", "Give a reason (characters at most:";
    is_by_master: "この段階はマスタによって済みです。変えるときはマスタを直してください。",
        "The master says that this stage is done; correct the master to change it.";
    is_same: "すでにそのとおりに記録されています。", "It stands so already.";
    not_yours: "この段階は指定権者の担当ではありません。", "This stage is not your turn.";
    authorities: "指定権者", "Authorities";
    counts: "段階ごとの件数", "By stage";
    at_stage: "この段階にいる", "Are at it";
    late: "期日超過", "Overdue";
    done_count: "済み", "Done";
    only_overdue: "期日を過ぎたものだけ", "Overdue only";
    prefecture: "都道府県", "Prefecture";
    show: "表示する", "Show";
    as_csv: "CSVで保存する", "Save as CSV";
    none_open: "該当する指定権者はありません。", "There are none.";
    next_stage: "いまの段階", "Present stage";
    days_over: "日超過", "days overdue";

    checks: "疎通確認", "Connectivity checks";
    checks_lead: "テストの様式一式を実際の経路で送り、届いたことを確かめます。届出ではなく、集計やお知らせには含めません。",
        "A marked test goes over the real way, and its proof is waited for. It is no filing: \
         nothing counts it, and nobody is reminded of it.";
    channel: "経路", "Channel";
    sent_at: "送信日時", "Sent";
    result: "結果", "Result";
    asked_by: "実施者", "Asked by";
    test: "テスト", "Test";
    send: "テストを送る", "Send a test";
    proved: "到達を確認", "proved";
    failed: "届かず", "failed";
    under_way: "確認中", "under way";
    not_fetched: "取得待ち", "to be fetched";
    purged: "削除済み", "purged";
    none_sent: "まだ確認していません。", "None was sent yet.";
    is_sent: "テストを送りました。結果は下の表に出ます。", "The test is on its way; see below for its result.";
    is_under_way: "この経路の確認がまだ終わっていません。", "A check over this channel is still under way.";
    no_channel: "この経路の受付先がありません。", "There is no endpoint for this channel.";
    purge_all: "終わったテストをすべて削除する", "Delete all tests that are over";
    purge_one: "このテストを削除する", "Delete this test";
    purge_hint: "テストだけを、届いた様式一式や記録ごと削除します。届出は削除されません。",
        "Deletes tests with all that belongs to them; never a filing.";
    purged_count: "件のテストを削除しました。", "tests were deleted.";
    is_test: "これは疎通確認のためのテストです。届出ではありません。",
        "This is a test of the connection, not a filing.";
    to_onboarding: "利用準備と疎通確認へ", "To onboarding and checks";
}

/// The name of a stage.
pub(super) fn stage(stage: Stage, lang: Lang) -> &'static str {
    let en = match stage {
        Stage::LaunchPeriod => "launch period",
        Stage::ConnectivityCheck => "connectivity check",
        Stage::MasterRegistered => "master registered",
        Stage::Trial => "trial",
        Stage::ProductionMaster => "production master",
        Stage::Ready => "ready",
        Stage::OpenToOperators => "open to operators",
    };
    lang.pick(stage.label_ja(), en)
}

/// Whose turn a stage is.
pub(super) fn keeper(keeper: Keeper, lang: Lang) -> &'static str {
    match keeper {
        Keeper::Authority => lang.pick("指定権者", "authority"),
        Keeper::Prefecture => lang.pick("都道府県", "prefecture"),
        Keeper::Hub => lang.pick("ハブ運用", "hub staff"),
    }
}
