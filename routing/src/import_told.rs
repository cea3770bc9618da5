//! What people are told, in both languages, of a table that they sent.

use crate::table::{MasterFault, WHOLE_ROW};

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {column}: {en}")]
pub struct ImportFault {
    /// The line in it, from 1.
    pub line: u64,
    /// The column's name, as in its head; `(row)` when the whole row is meant.
    pub column: String,
    /// What is wrong, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// A sentence in Japanese and in English.
pub(crate) type Told = (String, String);

pub(crate) fn fault(line: u64, column: &str, (ja, en): Told) -> ImportFault {
    ImportFault { line, column: column.to_owned(), ja, en }
}

/// What the tables themselves refuse.
pub(crate) fn of_tables(fault: MasterFault) -> ImportFault {
    let MasterFault { line, column, message, ja, .. } = fault;
    let ja = ja.unwrap_or_else(|| format!("この値は書けません。{} ({message})", hint(column)));
    ImportFault { line, column: column.to_owned(), ja, en: message }
}

/// What may stand in a column.
fn hint(column: &str) -> &'static str {
    match column {
        "code6" => "6桁の団体コードを書いてください",
        "union_id" => "U と都道府県の2桁と3桁の番号で書いてください(例: U01001)",
        "prefecture_code" => "番号の先頭と同じ、都道府県の2桁のコードを書いてください",
        "members" => "構成市町村の6桁の団体コードを ; で区切って書いてください",
        "services" => "municipal などの語か2桁のサービス種類コードを、; で区切って書いてください",
        "launch_period" => "1から7までの数を書いてください",
        "prepared" => "true か false を書いてください",
        "status" => "open、closed、exempt のいずれかを書いてください",
        "not_taken" => "手続の種類の語を ; で区切って書いてください(* はすべて)",
        "alternative" => "email_or_other、paper、own_system、as_before のいずれかを書いてください",
        "valid_from" | "valid_to" => "日付は 2026-04-01 のように書いてください",
        "name" | "name_kana" | "prefecture" | "kind" => "空欄にはできません",
        _ => "",
    }
}

pub(crate) fn unread(error: &csv::Error) -> Told {
    (format!("読み取れません ({error})"), format!("it cannot be read: {error}"))
}

/// What is wrong with a file's head, which names what its rows tell of.
pub(crate) fn no_key() -> ImportFault {
    let ja = "code6 (authorities.csv) または union_id (unions.csv) の列がありません";
    let en = "the column is missing; or union_id, in a table of unions";
    fault(1, "code6", (ja.to_owned(), en.to_owned()))
}

pub(crate) fn foreign(name: &str, known: &[&str]) -> ImportFault {
    let known = known.join(", ");
    let ja = format!("「{name}」という列はありません。使える列: {known}");
    let column = if name.is_empty() { WHOLE_ROW } else { name };
    fault(1, column, (ja, format!("{name:?} is no column; there are: {known}")))
}

pub(crate) fn twice(name: &str) -> ImportFault {
    let ja = format!("「{name}」の列が2つあります");
    fault(1, name, (ja, format!("the column {name} stands there twice")))
}
