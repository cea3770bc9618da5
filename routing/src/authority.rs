//! Authorities and unions: the 1,788 that designate, and the bodies that act for some of them.

use schemas::AuthorityId;

use crate::period::Period;
use crate::reception::Reception;
use crate::selector::{ServiceSet, ServiceWord};
use crate::table::{Noted, Row, words};

words! {
    /// What an authority is.
    Class, "class of authority" {
        /// 都道府県.
        Prefecture = "prefecture", "都道府県";
        /// 指定都市 (地方自治法 252条の19).
        DesignatedCity = "designated_city", "指定都市";
        /// 特別区.
        SpecialWard = "special_ward", "特別区";
        /// 中核市 (地方自治法 252条の22).
        CoreCity = "core_city", "中核市";
        /// 市.
        City = "city", "市";
        /// 町.
        Town = "town", "町";
        /// 村.
        Village = "village", "村";
    }
}

/// One authority over one period, as `authorities.csv` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityRow {
    /// 全国地方公共団体コード.
    pub code: AuthorityId,
    /// The prefecture's name.
    pub prefecture: String,
    /// Its name.
    pub name: String,
    /// Its name in katakana.
    pub name_kana: String,
    /// What it is.
    pub class: Class,
    /// 利用開始時期, 1 to 7; each row's is synthetic, the totals are the ministry's.
    pub launch_period: u8,
    /// Whether it takes filings.
    pub reception: Reception,
    /// The days on which the row holds.
    pub period: Period,
    pub(crate) line: u64,
}

/// The names of the columns that authorities and unions share.
macro_rules! reception_columns {
    ($($own:literal),* ; $($after:literal),*) => {
        &[
            $($own,)* "prepared", "unprepared_basis", "status", "not_taken", "alternative",
            "alternative_note", "valid_from", "valid_to", $($after,)*
        ]
    };
}

impl AuthorityRow {
    pub(crate) const FILE: &'static str = "authorities.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = reception_columns!(
        "code6", "prefecture_code", "prefecture", "name", "name_kana", "class", "launch_period" ;
    );

    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        let (code, class) = (row.cell::<AuthorityId>("code6"), row.cell("class"));
        let (prefecture, name) = (row.name("prefecture"), row.name("name"));
        let (name_kana, launch_period) = (row.name("name_kana"), row.cell("launch_period"));
        let (reception, period) = (Reception::parse(row), Period::parse(row));
        let code = code?;
        if code.is_union() {
            return Err(
                row.fault("code6", format!("{code} is a union's id; unions stand in unions.csv"))
            );
        }
        check_prefecture(row, code)?;
        let launch_period = launch_period?;
        if !(1..=7).contains(&launch_period) {
            return Err(row.fault("launch_period", format!("{launch_period} is not one of 1 to 7")));
        }
        Ok(Self {
            code,
            prefecture: prefecture?,
            name: name?,
            name_kana: name_kana?,
            class: class?,
            launch_period,
            reception: reception?,
            period: period?,
            line: row.line(),
        })
    }
}

/// One union over one period, as `unions.csv` gives it: where it holds a service, it designates in
/// place of its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnionRow {
    /// Our id: `U`, prefecture, number.
    pub id: AuthorityId,
    /// Its name.
    pub name: String,
    /// The prefecture's name.
    pub prefecture: String,
    /// 広域連合 or 一部事務組合.
    pub kind: String,
    /// The municipalities for which it acts.
    pub members: Vec<AuthorityId>,
    /// The services that it holds, as written.
    pub services: Vec<ServiceWord>,
    /// Whether it takes filings.
    pub reception: Reception,
    /// The days on which the row holds.
    pub period: Period,
    /// How sure the membership is.
    pub evidence: String,
    pub(crate) line: u64,
    pub(crate) holds: ServiceSet,
}

impl UnionRow {
    pub(crate) const FILE: &'static str = "unions.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = reception_columns!(
        "union_id", "name", "prefecture_code", "prefecture", "kind", "members", "services" ;
        "evidence"
    );

    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        let (id, name) = (row.cell::<AuthorityId>("union_id"), row.name("name"));
        let (prefecture, kind) = (row.name("prefecture"), row.name("kind"));
        let (members, services) = (row.list::<AuthorityId>("members"), row.list("services"));
        let (reception, period) = (Reception::parse(row), Period::parse(row));
        let id = id?;
        if !id.is_union() {
            return Err(
                row.fault("union_id", format!("{id} must be U, the prefecture and three digits"))
            );
        }
        check_prefecture(row, id)?;
        let (members, services): (_, Vec<ServiceWord>) = (members?, services?);
        if members.is_empty() {
            row.fault("members", "a union has members");
        }
        if services.is_empty() {
            row.fault("services", "a union holds a service");
        }
        Ok(Self {
            id,
            name: name?,
            prefecture: prefecture?,
            kind: kind?,
            members,
            services,
            reception: reception?,
            period: period?,
            evidence: row.text("evidence").to_owned(),
            line: row.line(),
            holds: ServiceSet::default(),
        })
    }
}

fn check_prefecture(row: &mut Row<'_>, code: AuthorityId) -> Result<(), Noted> {
    let (given, expected) = (row.text("prefecture_code").to_owned(), code.prefecture());
    if given != expected {
        let message = format!("{given:?} does not fit {code}, which begins with {expected}");
        return Err(row.fault("prefecture_code", message));
    }
    Ok(())
}

/// One body that gets filings, be it an authority or a union.
#[derive(Debug, Clone, Copy)]
pub struct Body<'m> {
    /// Its code or id.
    pub id: AuthorityId,
    /// Its name.
    pub name: &'m str,
    /// The prefecture's name.
    pub prefecture: &'m str,
    /// What it is; `None` for a union.
    pub class: Option<Class>,
    /// Whether it takes filings.
    pub reception: &'m Reception,
    /// The days on which the row holds.
    pub period: Period,
}

impl<'m> From<&'m AuthorityRow> for Body<'m> {
    fn from(row: &'m AuthorityRow) -> Self {
        Self {
            id: row.code,
            name: &row.name,
            prefecture: &row.prefecture,
            class: Some(row.class),
            reception: &row.reception,
            period: row.period,
        }
    }
}

impl<'m> From<&'m UnionRow> for Body<'m> {
    fn from(row: &'m UnionRow) -> Self {
        Self {
            id: row.id,
            name: &row.name,
            prefecture: &row.prefecture,
            class: None,
            reception: &row.reception,
            period: row.period,
        }
    }
}
