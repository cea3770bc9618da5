//! The texts about what operations give out: documents and announcements.

use crate::web::words::words;

words! {
    archive: "資料", "Documents";
    archive_lead: "手引き・リーフレット・お知らせの最新版です。題名を押すと保存できます。",
        "Manuals, leaflets and notices, each in its newest version. Choose a title to save it.";
    archive_keep_lead: "指定権者と事業者に配る資料です。新しい版を載せると前の版と入れ替わり、前の版は記録に残ります。",
        "What authorities and operators may download. A new version takes the place of the one \
         before, which stays on record.";
    none_yet: "資料はまだありません。", "There are no documents yet.";
    none_found: "条件に合う資料はありません。", "No document fits that.";
    clear: "条件を消す", "Clear";
    title: "題名", "Title";
    title_ja: "題名(日本語)", "Title in Japanese";
    title_en: "題名(英語、任意)", "Title in English (optional)";
    kind: "種類", "Kind";
    manual: "手引き", "manual";
    leaflet: "リーフレット", "leaflet";
    notice: "事業者向けのお知らせ", "notice to operators";
    audience: "対象", "For";
    for_authorities: "指定権者だけ", "authorities only";
    for_operators: "事業者だけ", "operators only";
    for_all: "指定権者と事業者", "authorities and operators";
    file: "ファイル", "File";
    file_none: "選ばなければ、いまのファイルのままです。", "Without one, the file stays the same.";
    at_most: "最大", "at most";
    updated: "更新", "Updated";
    version: "版", "Version";
    given_out: "公開中", "Given out";
    withdrawn: "取下げ済み", "Withdrawn";
    replaced: "差替え済み", "Replaced";
    add: "資料を載せる", "Add a document";
    add_now: "載せる", "Add it";
    add_version: "新しい版を載せる", "Put a new version in its place";
    withdraw: "取り下げる", "Withdraw it";
    withdraw_why: "指定権者と事業者の一覧から消えます。元には戻せませんが、記録は残り、同じものをもう一度載せることはできます。",
        "It goes from the lists of authorities and operators. That cannot be undone; but it stays \
         on record, and can be added again.";
    history: "版の記録", "Record of versions";
    uploaded_by: "載せた人", "Uploaded by";
    ended: "終わり", "Ended";
    file_gone: "保存期間を過ぎ、ファイルは削除されました", "its file was deleted when its time was over";
    back: "資料の一覧へ", "To the list of documents";
    done: "記録しました。", "Recorded.";

    news: "お知らせ", "Announcements";
    news_keep_lead: "指定権者の受信箱と事業者の一覧の上に、期間中だけ表示します。",
        "They stand at the top of authorities' inboxes and operators' lists while they count.";
    news_all: "すべてのお知らせを見る", "All announcements";
    news_none: "いまのお知らせはありません。", "Nothing is announced at present.";
    news_none_yet: "お知らせはまだありません。", "There are none yet.";
    news_add: "お知らせを書く", "Write an announcement";
    news_add_now: "掲載する", "Announce it";
    news_change: "内容を変える", "Change it";
    news_save: "保存する", "Save";
    news_end: "いますぐ終わらせる", "End it now";
    news_end_why: "指定権者と事業者のページから消えます。終わったお知らせは変えられません。",
        "It goes from the pages of authorities and operators, and cannot be changed any more.";
    news_back: "お知らせの一覧へ", "To the list of announcements";
    text: "本文", "Text";
    text_ja: "本文(日本語)", "Text in Japanese";
    text_en: "本文(英語、任意)", "Text in English (optional)";
    text_hint: "書いたとおりの文字と改行で表示します。", "Shown as it is written, in its lines.";
    period: "期間", "Time";
    from_day: "始まりの日", "First day";
    from_hint: "空欄は今日から。例: 2026-04-01", "Empty: from today. For example 2026-04-01";
    until_day: "終わりの日", "Last day";
    until_hint: "空欄は、終わらせるまで。例: 2026-04-30",
        "Empty: until someone ends it. For example 2026-04-30";
    open_end: "終わりの日なし", "no last day";
    state: "状態", "State";
    counts: "掲載中", "shown";
    planned: "掲載前", "to come";
    over: "終了", "over";
    acts: "記録", "Record";
    act: "操作", "What";
    by: "人", "By";
    at: "日時", "When";
    said: "内容", "What it said";
    made: "作成", "written";
    changed: "変更", "changed";

    no_title: "題名を日本語で書いてください。", "Write a title in Japanese.";
    long_title: "題名が長すぎます。文字数:", "A title is too long. Characters:";
    no_text: "本文を日本語で書いてください。", "Write the text in Japanese.";
    long_text: "本文が長すぎます。文字数:", "A text is too long. Characters:";
    no_day: "日付は 2026-04-01 のように書いてください。", "Write days as 2026-04-01.";
    backwards: "終わりの日を、始まりの日かそれより後にしてください。",
        "Make the last day the first one, or a later one.";
    is_over: "終わりの日を、今日かそれより後にしてください。", "Make the last day today, or a later one.";
    no_file: "ファイルを選んでください。", "Choose a file.";
    cleared: "ファイルを受け取り直す必要があります。もう一度選んで送ってください。",
        "The file has to be sent once more: choose it again.";
    late: "この間にほかの人が変更したか、終わったため、記録していません。内容を確かめてください。",
        "Someone else changed it meanwhile, or it has ended; nothing was recorded. Look at it now.";
    to_form: "書いた内容へ", "To what you wrote";
    choose_again: "ファイルはもう一度選んでください。", "Choose the file again.";
}
