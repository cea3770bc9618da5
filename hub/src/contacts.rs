//! Where authorities are written to about what lies unread: what may stand there, and how it is
//! changed. Entries are added, never altered, so that they are their own record.

use std::collections::{BTreeMap, BTreeSet};

use adapters::email::is_address;
use jiff::civil::Date;
use routing::Master;
use schemas::AuthorityId;
use serde_json::{Value, json};

use crate::context::day_in_japan;
use crate::store::{ContactRow, StaffAct, Store, StoreError};
use crate::written::half_width;

/// Characters of an address at most (RFC 5321: a path of 256 with its brackets).
pub const ADDRESS_CHARS_MAX: usize = 254;

/// The columns of a table of addresses.
const COLUMNS: [&str; 3] = ["authority", "mail", "from_day"];

/// Who writes an entry.
#[derive(Debug, Clone)]
pub struct Writer {
    /// `authority` or `operations`.
    pub whom: &'static str,
    /// For the record.
    pub person: String,
    /// For people.
    pub name: String,
}

/// An entry that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub authority: AuthorityId,
    /// The address; none: it is not written to any more.
    pub mail: Option<String>,
    /// From which day on.
    pub from_day: Date,
}

/// What is wrong with what someone wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// That is no address.
    Mail,
    /// That is no day.
    Day,
    /// That day is over: what counted then stays as it was.
    Over,
}

impl Wrong {
    /// What to do, in Japanese and in English.
    pub fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::Mail => (
                "メールアドレスを1つ、半角で書いてください(例: kaigo@city.example.jp)。",
                "Write one mail address, for example kaigo@city.example.jp.",
            ),
            Self::Day => {
                ("日付は 2026-04-01 のように書いてください。", "Write the day as 2026-04-01.")
            }
            Self::Over => {
                ("今日か、それより後の日を書いてください。", "Write today or a later day.")
            }
        }
    }
}

/// The address that someone wrote; none where nothing was.
pub fn mail_of(text: &str) -> Result<Option<String>, Wrong> {
    let text = half_width(text.trim());
    match text.as_str() {
        "" => Ok(None),
        text if is_address(text) && text.chars().count() <= ADDRESS_CHARS_MAX => {
            Ok(Some(text.to_owned()))
        }
        _ => Err(Wrong::Mail),
    }
}

/// The day that someone wrote, today or later; today where nothing was.
pub fn day_of(text: &str, today: Date) -> Result<Date, Wrong> {
    let text = half_width(text.trim());
    if text.is_empty() {
        return Ok(today);
    }
    let day: Date = text.parse().map_err(|_| Wrong::Day)?;
    if day < today { Err(Wrong::Over) } else { Ok(day) }
}

/// Writes one entry on top of the version that its writer saw. False when someone else was quicker.
pub async fn write(
    store: &Store,
    (entry, seen): (&Entry, i32),
    by: &Writer,
    now: i64,
) -> Result<bool, StoreError> {
    put(store, &[row(entry, seen + 1, by, now)]).await
}

/// What came of many entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Entries that were written.
    pub written: usize,
    /// Those that say what counts already.
    pub same: usize,
}

/// Writes many together, those alone that change something. None when someone wrote one of the
/// same at the same time: then nothing was changed.
pub async fn write_all(
    store: &Store,
    entries: &[Entry],
    by: &Writer,
    now: i64,
) -> Result<Option<Written>, StoreError> {
    let codes: Vec<AuthorityId> = entries.iter().map(|entry| entry.authority).collect();
    let versions: BTreeMap<_, _> = store.contact_versions(&codes).await?.into_iter().collect();
    let mut counting = BTreeMap::new();
    for day in entries.iter().map(|entry| entry.from_day).collect::<BTreeSet<_>>() {
        for row in store.contacts_on(day, None).await? {
            counting.insert((row.authority, day), row.mail);
        }
    }
    let is_new = |entry: &&Entry| {
        let counts = counting.get(&(entry.authority, entry.from_day)).cloned().flatten();
        counts != entry.mail
    };
    let seen = |entry: &Entry| versions.get(&entry.authority).copied().unwrap_or_default();
    let rows: Vec<_> =
        entries.iter().filter(is_new).map(|entry| row(entry, seen(entry) + 1, by, now)).collect();
    let written = Written { written: rows.len(), same: entries.len() - rows.len() };
    Ok(put(store, &rows).await?.then_some(written))
}

async fn put(store: &Store, rows: &[ContactRow]) -> Result<bool, StoreError> {
    if rows.is_empty() {
        return Ok(true);
    }
    let mut tx = store.begin().await?;
    if !tx.insert_contacts(rows).await? {
        return Ok(false);
    }
    // Each entry is its own record; the chain tells that they were made, and by whom.
    let subject = match rows {
        [row] => format!("authority:{}", row.authority),
        _ => "contacts".to_owned(),
    };
    let what = ("contacts.write", subject);
    let states = (Value::Null, json!({"entries": rows.len()}));
    tx.record(StaffAct::plain(what, (&rows[0].person, &rows[0].name), states)).await?;
    tx.commit().await?;
    Ok(true)
}

fn row(entry: &Entry, version: i32, by: &Writer, now: i64) -> ContactRow {
    ContactRow {
        authority: entry.authority,
        version,
        mail: entry.mail.clone(),
        from_day: entry.from_day,
        by_whom: by.whom.to_owned(),
        person: by.person.clone(),
        name: by.name.clone(),
        at: now,
    }
}

/// Reads a table of addresses: `authority,mail` and, if it has one, `from_day`. All that is wrong
/// with it is told, by line; then nothing of it is to be written. A row without a day has the one
/// given.
pub fn entries_of(
    text: &str,
    master: &Master,
    (now, from_day): (i64, Date),
) -> Result<Vec<Entry>, Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head: Vec<String> = match reader.headers() {
        Ok(head) => head.iter().map(|name| name.trim().to_lowercase()).collect(),
        Err(error) => return Err(vec![format!("the CSV does not read: {error}")]),
    };
    let place = |name: &str| head.iter().position(|it| it == name);
    let (Some(code), Some(mail)) = (place(COLUMNS[0]), place(COLUMNS[1])) else {
        let needs = format!("the first line names the columns: {}", COLUMNS.join(","));
        return Err(vec![format!(
            "{needs} (the last may be left out); it is {:?}",
            head.join(",")
        )]);
    };
    let places = (code, mail, place(COLUMNS[2]));
    let (mut entries, mut wrong) = (Vec::new(), Vec::new());
    let mut lines = BTreeMap::new();
    for record in reader.records() {
        let read = match &record {
            Ok(record) => entry_of(record, places, (master, day_in_japan(now), from_day)),
            Err(error) => Err(error.to_string()),
        };
        let line = record.ok().and_then(|it| it.position().map(csv::Position::line));
        let line = line.unwrap_or_default();
        let read = read.and_then(|entry| match lines.insert(entry.authority, line) {
            Some(first) => Err(format!("{} stands in line {first} already", entry.authority)),
            None => Ok(entry),
        });
        match read {
            Ok(entry) => entries.push(entry),
            Err(what) => wrong.push(format!("line {line}: {what}")),
        }
    }
    if wrong.is_empty() { Ok(entries) } else { Err(wrong) }
}

fn entry_of(
    record: &csv::StringRecord,
    (code, mail, day): (usize, usize, Option<usize>),
    (master, today, from_day): (&Master, Date, Date),
) -> Result<Entry, String> {
    let cell = |place: usize| record.get(place).unwrap_or_default().trim();
    let told = |wrong: Wrong, cell: &str| format!("{cell:?}: {}", wrong.sentences().1);
    let written = cell(code);
    let authority: AuthorityId = written.parse().map_err(|error| format!("{error}"))?;
    let from_day = match day.map(cell).unwrap_or_default() {
        "" => from_day,
        text => day_of(text, today).map_err(|wrong| told(wrong, text))?,
    };
    if master.body(authority, from_day).is_none() {
        return Err(format!("{authority} is no authority on {from_day}"));
    }
    let mail = mail_of(cell(mail)).map_err(|wrong| told(wrong, cell(mail)))?;
    Ok(Entry { authority, mail, from_day })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-15 in Japan.
    const NOW: i64 = 1_784_073_600_000;

    #[test]
    fn what_is_wrong_with_a_table_is_told_by_line() {
        let master = Master::embedded().expect("a master");
        let today = day_in_japan(NOW);
        let good = "\u{feff}Authority,mail,from_day\n011002, kaigo@sapporo.example ,\n\
                    131016,,2026-08-01\n\nU01001,a@b.example,2026-07-15\n";
        let entries = entries_of(good, &master, (NOW, today)).expect("entries");
        let mails: Vec<_> = entries.iter().map(|entry| entry.mail.as_deref()).collect();
        assert_eq!(mails, [Some("kaigo@sapporo.example"), None, Some("a@b.example")]);
        assert_eq!(entries[0].from_day.to_string(), "2026-07-15", "from today on");
        let bad = "authority,mail,from_day\n011002,none,\n011003,a@b.example,\nx,a@b.example,\n\
                   131016,a@b.example,2026-07-14\n131016,a@b.example,7/20\n\
                   271004,a@b.example\n271004,c@d.example\n";
        let wrong = entries_of(bad, &master, (NOW, today)).expect_err("all of it");
        for (place, words) in [
            (0, "line 2: \"none\": Write one mail address"),
            (1, "line 3: "),
            (2, "line 4: "),
            (3, "line 5: \"2026-07-14\": Write today or a later day"),
            (4, "line 6: \"7/20\": Write the day as 2026-04-01"),
            (5, "line 8: 271004 stands in line 7 already"),
        ] {
            assert!(wrong[place].starts_with(words), "{wrong:?}");
        }
        assert_eq!(wrong.len(), 6, "{wrong:?}");
        let wrong = entries_of("code,address\n", &master, (NOW, today)).expect_err("other columns");
        assert!(wrong[0].contains("authority,mail,from_day"), "{wrong:?}");
    }

    #[test]
    fn an_address_is_plain_and_not_too_long() {
        assert_eq!(mail_of(" kaigo@city.example "), Ok(Some("kaigo@city.example".into())));
        assert_eq!(mail_of("kaigo@city.example"), Ok(Some("kaigo@city.example".into())));
        assert_eq!(mail_of("  "), Ok(None));
        let label = "b".repeat(63);
        let long =
            |length: usize| format!("a@{label}.{label}.{label}.{}", "c".repeat(length - 194));
        for odd in ["kaigo", "a@b, c@d", "A <a@b.example>", "a@b.example\r\nBcc: x@y", "介護@b.jp"]
        {
            assert_eq!(mail_of(odd), Err(Wrong::Mail), "{odd}");
        }
        let longest = long(ADDRESS_CHARS_MAX);
        assert_eq!(mail_of(&longest), Ok(Some(longest.clone())));
        assert_eq!(mail_of(&long(ADDRESS_CHARS_MAX + 1)), Err(Wrong::Mail));
    }
}
