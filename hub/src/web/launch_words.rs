//! The texts about since when authorities take filings, and which do not.

use crate::web::words::words;

words! {
    launch: "利用開始の状況", "Launch";
    launch_lead: "指定権者が電子申請・届出システムの利用を始める時期です。集計は組み込みの指定権者表によります。",
        "When authorities begin to take electronic filings, counted from the built-in master.";
    master: "指定権者表", "Master";
    as_of: "時点", "(day looked at)";
    late: "第6・7期に利用を始める市区町村の数", "Municipalities that begin in periods 6 and 7";
    late_none: "全ての市町村が第5期で終了", "All have begun by period 5";
    late_few: "1〜9の市区町村が第6・7期", "1 to 9 in periods 6 and 7";
    late_some: "10〜19の市区町村が第6・7期", "10 to 19 in periods 6 and 7";
    late_many: "20以上の市区町村が第6・7期", "20 or more in periods 6 and 7";
    by_class: "区分と利用開始時期", "By class and launch period";
    by_prefecture: "都道府県と利用開始時期", "By prefecture and launch period";
    unprepared: "システム準備が済んでいない指定権者", "Not prepared yet";
    unprepared_none: "準備が済んでいない指定権者はありません。", "All are prepared.";
    basis: "根拠", "Basis";
    listed: "国の一覧(2024-12-11)に載っている", "On the ministry's list of 2024-12-11";
    listed_union: "属する組合が国の一覧に載っている", "Its union is on the ministry's list";
    other_city: "その他の市", "other cities";
    town_or_village: "町村", "towns and villages";
    authorities: "届出を受け付ける指定権者", "Authorities that take filings";
    authorities_lead: "どの指定権者が、いつから、どの手続を電子で受け付けているかの一覧です。どなたでもご覧になれます。",
        "Which authorities take what electronically, and since when. Open to everyone.";
    prefecture: "都道府県", "Prefecture";
    choose: "都道府県を選ぶか、名前を入れてください。", "Choose a prefecture, or write a name.";
    name: "名前・フリガナ・団体コード", "Name, kana or code";
    show: "表示する", "Show";
    since: "利用開始時期", "Launch period";
    not_taken: "電子で受け付けない手続", "Kinds not taken";
    meanwhile: "電子でない届出の方法", "How to file otherwise";
    as_csv: "全国の一覧をCSVで保存する", "Save the whole list as CSV";
}

/// 利用開始時期, 1 to 7, of the ministry's survey of November 2024.
pub(crate) const PERIODS: [(&str, &str); 7] = [
    ("令和4年度下半期", "2nd half of FY2022"),
    ("令和5年度上半期", "1st half of FY2023"),
    ("令和5年度下半期", "2nd half of FY2023"),
    ("令和6年度上半期", "1st half of FY2024"),
    ("令和6年度下半期", "2nd half of FY2024"),
    ("令和7年度上半期", "1st half of FY2025"),
    ("令和7年度下半期", "2nd half of FY2025"),
];
