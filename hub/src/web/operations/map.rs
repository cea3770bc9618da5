//! The 47 prefectures as tiles, each where it lies in Japan, coloured by how deliveries go.

use askama::Template;

use super::snapshot::{Grade, Health, Snapshot};
use crate::web::labels;
use crate::web::parts::{grouped, percent};
use crate::web::words::Lang;

/// Code, name without 都府県, English name, column, row.
const TILES: [(&str, &str, &str, i32, i32); 47] = [
    ("01", "北海道", "Hokkaido", 12, 0),
    ("02", "青森", "Aomori", 12, 1),
    ("03", "岩手", "Iwate", 12, 2),
    ("04", "宮城", "Miyagi", 12, 3),
    ("05", "秋田", "Akita", 11, 2),
    ("06", "山形", "Yamagata", 11, 3),
    ("07", "福島", "Fukushima", 11, 4),
    ("08", "茨城", "Ibaraki", 12, 5),
    ("09", "栃木", "Tochigi", 11, 5),
    ("10", "群馬", "Gunma", 10, 5),
    ("11", "埼玉", "Saitama", 10, 6),
    ("12", "千葉", "Chiba", 12, 6),
    ("13", "東京", "Tokyo", 11, 6),
    ("14", "神奈川", "Kanagawa", 10, 7),
    ("15", "新潟", "Niigata", 10, 4),
    ("16", "富山", "Toyama", 9, 4),
    ("17", "石川", "Ishikawa", 8, 4),
    ("18", "福井", "Fukui", 7, 5),
    ("19", "山梨", "Yamanashi", 9, 6),
    ("20", "長野", "Nagano", 9, 5),
    ("21", "岐阜", "Gifu", 8, 5),
    ("22", "静岡", "Shizuoka", 9, 7),
    ("23", "愛知", "Aichi", 8, 6),
    ("24", "三重", "Mie", 7, 7),
    ("25", "滋賀", "Shiga", 7, 6),
    ("26", "京都", "Kyoto", 6, 5),
    ("27", "大阪", "Osaka", 5, 6),
    ("28", "兵庫", "Hyogo", 5, 5),
    ("29", "奈良", "Nara", 6, 6),
    ("30", "和歌山", "Wakayama", 6, 7),
    ("31", "鳥取", "Tottori", 4, 5),
    ("32", "島根", "Shimane", 3, 5),
    ("33", "岡山", "Okayama", 4, 6),
    ("34", "広島", "Hiroshima", 3, 6),
    ("35", "山口", "Yamaguchi", 2, 6),
    ("36", "徳島", "Tokushima", 4, 8),
    ("37", "香川", "Kagawa", 4, 7),
    ("38", "愛媛", "Ehime", 3, 7),
    ("39", "高知", "Kochi", 3, 8),
    ("40", "福岡", "Fukuoka", 1, 7),
    ("41", "佐賀", "Saga", 0, 7),
    ("42", "長崎", "Nagasaki", 0, 8),
    ("43", "熊本", "Kumamoto", 1, 8),
    ("44", "大分", "Oita", 2, 8),
    ("45", "宮崎", "Miyazaki", 2, 9),
    ("46", "鹿児島", "Kagoshima", 1, 9),
    ("47", "沖縄", "Okinawa", 0, 10),
];

/// The map as SVG, with its legend.
#[derive(Template)]
#[template(path = "operations/map.html")]
pub(super) struct Map {
    label: &'static str,
    lang: &'static str,
    tiles: Vec<Tile>,
    legend: Vec<(Grade, &'static str)>,
}

struct Tile {
    code: &'static str,
    name: &'static str,
    /// The beginning of an English name, for narrow screens; the place tells the rest.
    brief: Option<&'static str>,
    /// Class of the name: long names are set smaller.
    size: &'static str,
    paint: Paint,
    title: String,
    x: i32,
    y: i32,
}

/// How a prefecture is shown.
pub(super) struct Paint {
    /// Its colour and sign.
    pub(super) grade: Grade,
    /// What stands below its name.
    pub(super) share: String,
    /// What that is, in words.
    pub(super) told: String,
}

impl Map {
    /// How deliveries go.
    pub(super) fn of_deliveries(snapshot: &Snapshot, lang: Lang) -> Self {
        let w = lang.words();
        let name = |grade| match grade {
            Grade::Good => w.grade_good,
            Grade::Fair => w.grade_fair,
            Grade::Poor => w.grade_poor,
            Grade::Bad => w.grade_bad,
            Grade::Idle => w.grade_idle,
        };
        let legend = Grade::ALL.iter().map(|grade| (*grade, name(*grade))).collect();
        Self::new((w.map, legend), lang, |code| {
            let health = snapshot.prefectures.get(code).copied().unwrap_or_default();
            Paint {
                grade: health.grade(),
                share: percent(health.delivered, health.settled()),
                told: describe(&health, lang),
            }
        })
    }

    /// Each prefecture painted by its code.
    pub(super) fn new(
        (label, legend): (&'static str, Vec<(Grade, &'static str)>),
        lang: Lang,
        paint: impl Fn(&str) -> Paint,
    ) -> Self {
        let tiles = TILES.iter().map(|tile| Tile::new(tile, paint(tile.0), lang)).collect();
        Self { label, lang: lang.as_str(), tiles, legend }
    }
}

impl Tile {
    fn new(
        &(code, ja, en, column, row): &(&'static str, &'static str, &'static str, i32, i32),
        paint: Paint,
        lang: Lang,
    ) -> Self {
        let name = lang.pick(ja, en);
        let size = match (lang, name.chars().count()) {
            (Lang::Ja, ..3) => "t-l",
            (Lang::Ja, _) => "t-m",
            (Lang::En, ..7) => "t-s",
            (Lang::En, _) => "t-xs",
        };
        // It begins with what is seen, so that who speaks it to their machine is understood.
        let title = format!("{name} {} {}: {}", paint.grade.sign(), paint.share, paint.told);
        let (x, y) = (column * 64 + 32, row * 64 + 32);
        let brief = lang.pick(None, en.get(..4).or(Some(en)));
        Self { code, name, brief, size, paint, title, x, y }
    }
}

/// The codes of the prefectures and their names.
pub(in crate::web) fn prefectures(
    lang: Lang,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    TILES.iter().map(move |tile| (tile.0, lang.pick(tile.1, tile.2)))
}

/// The English name of a prefecture.
pub(super) fn english_name(code: &str) -> Option<&'static str> {
    TILES.iter().find(|tile| tile.0 == code).map(|tile| tile.2)
}

/// Counts in words: those that are not 0.
pub(super) fn describe(health: &Health, lang: Lang) -> String {
    let parts = [
        (labels::state("delivered", lang).text, health.delivered),
        (lang.words().moving.to_owned(), health.moving),
        (labels::state("waiting", lang).text, health.waiting),
        (labels::state("held", lang).text, health.held),
        (labels::state("failed", lang).text, health.failed),
        (labels::state("cancelled", lang).text, health.cancelled),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} {}", grouped(*count)))
        .collect();
    if told.is_empty() { lang.words().grade_idle.to_owned() } else { told.join(", ") }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_prefecture_has_a_place_of_its_own() {
        let places: HashSet<_> = TILES.iter().map(|tile| (tile.3, tile.4)).collect();
        assert_eq!(places.len(), 47);
        for (tile, code) in TILES.iter().zip(1..) {
            assert_eq!(tile.0, format!("{code:02}"));
        }
    }
}
