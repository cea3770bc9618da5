//! The texts of the reports of a month.

use crate::web::words::words;

words! {
    reports: "月次報告", "Monthly report";
    reports_lead: "月に受け付けた申請・届出が、指定権者と経路ごとにどう送達され、開封され、処理されたかの集計です。",
        "How the filings received in a month were delivered, opened and decided on, by authority \
         and channel.";
    month: "月", "Month";
    prefecture: "都道府県", "Prefecture";
    code: "指定権者の団体コード", "Authority's code";
    channel: "経路", "Channel";
    show: "表示する", "Show";
    as_csv: "この集計をCSVで保存する", "Save this as CSV";
    counted_until: "集計の時点:", "Counted until:";
    counting: "いま集計し直しています(開始:", "Being counted again (since";
    counting_end: ")。終わるまで前回の集計を表示します。", "); until then the last count is shown.";
    first_count: "この月はまだ集計中です。終わると表示されます。",
        "This month is being counted for the first time; it is shown when that is done.";
    no_months: "集計された月はまだありません。", "No month has been counted yet.";
    no_figures: "この条件に当たる申請・届出はありません。", "There are no filings by this choice.";
    wrong: "読み取れない値があります:", "This does not read:";
    counted_note: "集計は1日に1度やり直し、翌月以降も、未了のものが残る間は数か月続けます。",
        "Counts are made anew once a day, and for some months on while something in them may \
         still change.";
    total: "合計", "In all";
    filings: "新規の届出", "Filings";
    corrections: "補正", "Corrections";
    in_time: "期限内", "In time";
    late: "期限後", "Late";
    in_time_note: "期限の定めがある届出のうち、受付日が期限内だったもの",
        "of those for which a rule sets a last day";
    delivered: "到達", "Arrived";
    accepted: "受付完了", "Accepted";
    returned: "差戻し", "Returned";
    unfinished: "未了", "Not over";
    to_deliver: "受付から到達まで", "Receipt to arrival";
    to_open: "到達から開封まで", "Arrival to opening";
    to_decide: "受付から結果まで", "Receipt to decision";
    half: "半数", "Half";
    most: "95%", "95%";
    times: "かかった日数・時間", "How long it took";
    times_note: "半数・95%がその値以内で済んだことを示します。日数は営業日で、同じ日は0日です。取得(pull)の到達時間は数えません。",
        "Half, and 95%, took no longer than this. Days are business days, the same day is 0. \
         Arrival is not timed where the authority fetches.";
    step: "区間", "Step";
    count: "件数", "Count";
    mean: "平均", "Mean";
    availability: "接続の成功率", "Tries that got through";
    availability_note: "この月の届出の送信のうち、指定権者側または回線の支障で失敗しなかった割合です。稼働時間の割合ではありません。",
        "Of the tries for filings of this month, those that neither the authority's side nor the \
         way to it let down. It is no share of time.";
    by_prefecture: "都道府県別", "By prefecture";
    by_authority: "指定権者別", "By authority";
    by_channel: "経路別", "By channel";
    no_channel: "経路なし", "no channel";
    reasons: "差戻しの箇所", "What returns mark";
    reasons_note: "差戻しの際に指定権者が印を付けた箇所です。コメントの文章は集計しません。",
        "Places that authorities marked when they returned a filing. Comments are not read for \
         this.";
    reason: "箇所", "Place";
    unmarked: "印なし(コメントのみ)", "nothing marked (a comment alone)";
    attachments: "添付書類", "Attachments";
    other_reasons: "そのほか", "Others";
    no_reasons: "差戻しはありません。", "There were no returns.";
    within: "以内", "or less";
    beyond: "超", "or more";
    minutes: "分", " min";
    hours: "時間", " h";
    whole_days: "日", " days";
    business_days: "営業日", " business days";
}
