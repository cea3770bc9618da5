//! The texts of the pages about uploads of many filings.

use crate::web::words::words;

words! {
    title: "一括申請", "Bulk filing";
    lead: "表計算のファイル1つで、事業所ごとの届出をまとめて提出します。提出の前に全部の行を確かめます。",
        "File for many offices with one spreadsheet. Every row is checked before anything is \
         filed.";

    // The template.
    step_template: "1. ひな形を用意する", "1. Get a template";
    template_hint: "見出しが様式の項目になった表です。これまでに届け出た事業所の行と、受付完了の届出にある項目は記入済みです。いらない行は消してください。",
        "A table headed by the fields of the forms. Offices known from your filings have their \
         rows, with what their last accepted filing tells. Delete the rows that you do not need.";
    template_offices: "記入済みの事業所:", "Offices with a row:";
    services: "サービスの種類", "Services";
    annexes: "任意の付表の列も入れる", "With columns for optional annexes";
    as_xlsx: "Excelでダウンロード", "Download for Excel";
    as_csv: "CSVでダウンロード", "Download as CSV";
    no_template: "この手続とサービスの組合せの様式はありません。サービスを選び直してください。",
        "There is no form for this kind and these services. Choose other services.";

    // The upload.
    step_upload: "2. 記入したファイルを確かめる", "2. Have the file checked";
    upload_hint: "まだ提出はしません。次のページで結果を見てから提出します。",
        "Nothing is filed yet: you see the result first.";
    file: "ファイル(Excel .xlsx、CSV)", "File (Excel .xlsx or CSV)";
    rows_max: "行数の上限", "rows at most";
    bytes_max: "大きさの上限", "size at most";
    check: "アップロードして確かめる", "Upload and check";
    refused: "このファイルは読み込めませんでした。何も記録していません。",
        "This file could not be read. Nothing was recorded.";
    problem_max: "保存できる一括申請の数がいっぱいです。まだ提出していない古いものを捨ててください。",
        "As many uploads are kept as may be. Throw away an old one that was not filed.";
    problem_bytes: "ファイルが大きすぎます。分けてください。", "The file is too large: split it.";

    // Earlier ones.
    before: "これまでの一括申請", "Earlier uploads";
    none_before: "まだありません。", "There is none yet.";
    rows: "行", "Rows";
    of_program: "(プログラムから)", "(by a program)";
    uploaded_at: "アップロード", "Uploaded";
    state_fit: "提出できます", "Ready to be filed";
    state_bad: "直す行があります", "Rows to mend";
    state_done: "提出済み", "Filed";
    state_rest: "直す行が残っています", "Filed; rows to mend are left";
    state_cut: "提出の途中です", "Not all filed yet";

    // The report.
    step_report: "確かめた結果", "Result";
    fit: "提出できる行", "rows can be filed";
    to_mend: "直す行", "rows to mend";
    filed_rows: "提出した行", "rows filed";
    all_rows: "全部の行", "rows in all";
    tab_bad: "直す行", "To mend";
    tab_warned: "注意のある行", "Worth a look";
    tab_good: "問題のない行", "Fine";
    tab_filed: "提出済み", "Filed";
    tab_drafted: "下書きにした行", "Drafts";
    row: "行", "Row";
    findings: "指摘", "Findings";
    nothing_found: "指摘はありません。", "Nothing was found.";
    receipt_number: "受付番号", "Receipt number";
    unread: "(事業所名を読めません)", "(office not readable)";
    to_draft: "下書きで直す", "Mend as a draft";
    draft: "下書きを開く", "Open the draft";
    no_rows: "この区分の行はありません。", "There are no such rows.";
    first_page: "先頭の行へ", "First rows";
    next_page: "次の行へ", "Next rows";

    // Filing.
    step_file: "3. まとめて提出する", "3. File";
    file_all: "すべての行を提出する", "File all rows";
    file_good: "直す行を除いて提出する", "File all but the rows to mend";
    file_rest: "続きの行を提出する", "Go on filing";
    file_hint: "行ごとに受付番号が出ます。同じ行が二度提出されることはありません。",
        "Each row gets a receipt number. No row is filed twice.";
    cut_hint: "提出が途中です。提出済みの行はそのままで、残りの行は少し待つと自動で続きます。すぐに続けることもできます。",
        "Not all is filed yet. What is filed stays filed, and in a while the rest goes on by \
         itself; you can go on with it at once, too.";
    bad_hint: "直す行は提出されません。ここで下書きにするか、ファイルをダウンロードして直し、もう一度アップロードしてください。",
        "Rows to mend are not filed. Go on with them as drafts, or download them, mend them and \
         upload them anew.";
    download_bad: "直す行だけのファイルをダウンロード", "Download the rows to mend";
    problem_not_all: "直す行があるため、提出しませんでした。", "Nothing was filed: there are rows to mend.";
    done: "提出が終わりました。受付番号は下の一覧にあります。",
        "All is filed. The receipt numbers are below.";
    discard: "この一括申請を捨てる", "Throw this upload away";
    discard_sure: "アップロードした内容は元に戻せません。捨てます。",
        "What was uploaded cannot be restored. Throw it away.";
}
