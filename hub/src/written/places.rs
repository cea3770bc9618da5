//! Municipalities as people write them: by name, in kana, or by code.

use jiff::civil::Date;
use routing::{AuthorityRow, Class, Master};
use schemas::AuthorityId;

use super::numbers::{half_width, katakana};

/// Places that are offered at most when a name fits several.
pub(crate) const OFFERED_MAX: usize = 30;

/// The municipalities that a text may mean; one alone is meant.
pub(crate) fn find_places<'m>(master: &'m Master, text: &str, day: Date) -> Vec<&'m AuthorityRow> {
    let asked = half_width(text);
    if asked.is_empty() {
        return Vec::new();
    }
    let towns = || master.authorities_on(day).filter(|row| row.class != Class::Prefecture);
    if let Ok(code) = asked.parse::<AuthorityId>() {
        return towns().filter(|row| row.code == code).collect();
    }
    let full = |row: &AuthorityRow| format!("{}{}", row.prefecture, row.name);
    let is_named = |row: &AuthorityRow, name: &str| row.name == name || full(row) == name;
    // As templates and findings name them: 札幌市(011002).
    if let Some((name, code)) = asked.strip_suffix(')').and_then(|it| it.rsplit_once('('))
        && let Ok(code) = code.parse::<AuthorityId>()
    {
        return towns().filter(|row| row.code == code && is_named(row, name)).collect();
    }
    let exact: Vec<_> = towns().filter(|row| is_named(row, &asked)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let kana = katakana(&asked);
    let fits = |row: &&AuthorityRow| full(row).contains(&asked) || row.name_kana.contains(&kana);
    towns().filter(fits).take(OFFERED_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_what_people_write() {
        let master = Master::embedded().expect("the master");
        let codes = |text: &str| -> Vec<String> {
            let found = find_places(&master, text, jiff::civil::date(2026, 7, 15));
            found.iter().map(|row| row.code.to_string()).collect()
        };
        for text in [
            "札幌市",
            "北海道札幌市",
            "011002",
            "０１１００２",
            "さっぽろし",
            "札幌市(011002)",
            "北海道札幌市（０１１００２）",
        ] {
            assert_eq!(codes(text), ["011002"], "{text}");
        }
        assert!(codes("府中市").len() == 2, "one in Tokyo, one in Hiroshima");
        for text in ["", "北海道", "010006", "U01001", "どこにもない市", "小樽市(011002)"]
        {
            assert_ne!(codes(text).len(), 1, "{text}");
        }
    }
}
