//! The texts about what authorities were brought, and what they say they have.

use crate::web::words::words;

words! {
    statements: "到達の照合", "Reconciliation";
    own_lead: "日ごとに、こちらから届けた様式一式の一覧(署名つき)です。お手元の記録と照らし合わせ、結果をCSVで送ってください。",
        "Day by day, a signed list of the packages that were brought to you. Compare it with what \
         you have, and send yours as CSV.";
    all_lead: "指定権者ごとに、その日に届けた様式一式の件数と、指定権者の記録との照合の結果です。",
        "For each authority, how many packages it was brought on a day, and how its own books \
         compare.";
    day: "日", "Day";
    packages: "届けた件数", "Brought";
    answer: "照合", "Answer";
    no_answer: "未回答", "not answered";
    agrees: "一致", "agrees";
    differs: "相違あり", "differs";
    missing: "指定権者にない", "not at the authority";
    unknown: "ハブにない", "unknown to the hub";
    other_digest: "内容が異なる", "other digest";
    none_yet: "この期間に届いたものはありません。", "Nothing arrived in these days.";
    none_that_day: "この日に届けたものはまだ書き出されていません。", "Nothing is written down of this day.";
    wrong_day: "日付は 2026-07-14 のように書いてください。", "Write the day like 2026-07-14.";
    show: "表示する", "Show";
    only: "状態", "State";
    statement_of: "到達の一覧", "Statement";
    as_json: "署名つきの一覧(JSON)", "Signed statement (JSON)";
    as_csv: "一覧(CSV)", "List (CSV)";
    digest: "一覧のダイジェスト", "Digest of the list";
    send: "お手元の記録を送る", "Send what you have";
    send_hint: "列 delivery(送達のID)と、分かれば package_sha256 を持つUTF-8のCSVです。\
         2度目以降は新しいものが有効で、前のものも記録に残ります。",
        "A CSV in UTF-8 with a column delivery and, where it is known, package_sha256. A later one \
         counts in place of the one before; both stay on record.";
    file: "CSVファイル", "CSV file";
    send_now: "送って照合する", "Send and compare";
    no_file: "CSVファイルを選んでください。", "Choose a CSV file.";
    refused: "照合していません", "Nothing was compared";
    differences: "相違", "Differences";
    no_differences: "相違はありません。", "There are none.";
    not_answered: "まだ回答がありません。", "It has not been answered.";
    more_differences: "このほかにもあります:", "There are more:";
    receipt_number: "受付番号", "Receipt number";
    delivery: "送達", "Delivery";
    arrived: "到達", "Arrived";
    ours: "ハブのダイジェスト", "Digest at the hub";
    theirs: "指定権者のダイジェスト", "Digest at the authority";
    history: "回答の記録", "Answers";
    at: "日時", "When";
    by: "回答者", "By";
    answered: "回答の件数", "Named";
    what: "相違の種類", "What";
    send_again: "送達のページで確認し、必要なら再送付してください。",
        "Look at the delivery's page, and send it again if need be.";
    handout: "一覧の送付", "Statement sent";
    handing: "送付待ち", "waiting";
    handed: "送付済み", "sent";
    not_handed: "送付できません", "not sent";
    handout_hint: "この日の一覧は、指定権者のページから取得できます。原因を直せば、翌日分からは自動で送ります。この日の分は、直した後に送り直してください。",
        "Of a day that was not sent, the authority can fetch the statement from its own page. Mend \
         the cause, and the next days go out by themselves; send this one again then.";
    again: "この日の一覧を送り直す", "Send this day's statement again";
    again_hint: "いまの送付方法で、試行回数を0に戻してすぐに送ります。同じ名前で送るため、届いていたものは二重になりません。",
        "It goes out at once by the present way, with a fresh count of tries, and under the same \
         name: what had arrived is not doubled.";
    handouts: "到達の一覧の送付", "Statements handed out";
    handouts_own: "毎日の到達の一覧を、自動で受け取るかどうかを選べます。選んだ日の分から、翌日に送ります。",
        "Choose whether each day's statement is handed to you. The first is that of the day on \
         which you choose, sent the day after.";
    handouts_of: "毎日の到達の一覧を、この指定権者に自動で送るかどうかを選べます。選んだ日の分から、翌日に送ります。",
        "Choose whether this authority is handed each day's statement. The first is that of the \
         day on which it is chosen, sent the day after.";
    wanted: "送付する", "on";
    not_wanted: "送付しない", "off";
    from: "最初の日", "First day";
    by_setting: "ハブの設定による", "by the hub's settings";
    nobody_chose: "まだ選ばれていません", "nobody has chosen";
    chosen_by: "選んだ人", "Chosen by";
    of_authority: "指定権者", "the authority";
    of_operations: "運用担当", "operations";
    way: "送付方法", "By which way";
    by_sftp: "SFTPのファイル", "a file over SFTP";
    by_mail: "メール", "a mail";
    choose: "この方法にする", "Choose";
    chosen_now: "記録しました。", "It is on record.";
    no_way: "送付方法を選んでください。", "Choose a way.";
    no_endpoint: "SFTPの接続先が登録されていません。", "There is no SFTP endpoint.";
    no_address: "メールで受け取るには、連絡先のメールアドレスの登録が必要です。",
        "For mail, an address has to be entered as contact.";
    contacts: "連絡先のページへ", "To the page of contacts";
    chosen_late: "この間にほかの人が選び直しました。下の内容を確かめて、もう一度選んでください。",
        "Someone else has chosen meanwhile. Look below, then choose again.";
    failed_days: "送付できなかった日", "Days that could not be sent";
    back: "一覧へ", "To the list";
}
