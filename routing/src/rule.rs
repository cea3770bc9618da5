//! The rules by which an authority is found, and the smaller tables: kinds, articles, transfers.

use schemas::{AuthorityId, FilingKind};

use crate::period::Period;
use crate::selector::{KindSet, ServiceSet, ServiceWord};
use crate::table::{Noted, Row, words};

words! {
    /// Why an authority gets a filing; its article is in `rules.csv`.
    Rule, "rule" {
        /// 事務処理特例: the prefecture has handed this power over (地方自治法 252条の17の2).
        Transfer = "transfer", "事務処理特例条例による権限移譲";
        /// The governor designates.
        Prefecture = "prefecture", "都道府県知事の指定";
        /// The mayor of a 指定都市 designates in the governor's place.
        DesignatedCity = "designated_city", "指定都市の特例";
        /// The mayor of a 中核市 designates in the governor's place.
        CoreCity = "core_city", "中核市の特例";
        /// The municipality of the office designates.
        MunicipalLocation = "municipal_location", "事業所所在地の市町村長の指定";
        /// The municipality of the office, and chosen insurers, designate.
        MunicipalMulti = "municipal_multi", "所在地および保険者の市町村長の指定";
        /// The chosen insurers designate.
        MunicipalInsurer = "municipal_insurer", "保険者の市町村長の指定";
        /// A union designates in place of its members.
        Union = "union", "広域連合・一部事務組合による処理";
    }
}

/// What a rule rests on, beside the service's own article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleRow {
    pub(crate) rule: Rule,
    pub(crate) article: String,
}

impl RuleRow {
    pub(crate) const FILE: &'static str = "rules.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &["rule", "article", "basis"];

    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        Ok(Self { rule: row.cell("rule")?, article: row.text("article").to_owned() })
    }
}

words! {
    /// To whom a kind goes.
    GoesTo, "addressee" {
        /// Whoever designates the service.
        Designator = "designator", "指定権者";
        /// Prefecture, 指定都市 or 中核市, whatever the service.
        Prefectural = "prefectural", "都道府県・指定都市・中核市";
    }
}

words! {
    /// Whether a deemed designation takes a kind.
    Deemed, "answer" {
        /// It does.
        Taken = "taken", "可";
        /// It does not: the law designates by itself.
        NotTaken = "not_taken", "不可";
    }
}

/// What may be filed, for which services, to whom, as `kinds.csv` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    /// The kind.
    pub kind: FilingKind,
    /// The services for which it exists, as written.
    pub services: Vec<ServiceWord>,
    /// To whom it goes.
    pub goes_to: GoesTo,
    /// Whether a deemed designation takes it.
    pub deemed: Deemed,
    /// The article of the act of filing, where known.
    pub article: String,
    /// The days on which it can be filed.
    pub period: Period,
    pub(crate) line: u64,
    pub(crate) allowed: ServiceSet,
}

impl KindRow {
    pub(crate) const FILE: &'static str = "kinds.csv";
    pub(crate) const COLUMNS: &'static [&'static str] =
        &["kind", "services", "goes_to", "deemed", "article", "valid_from", "valid_to", "basis"];

    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        let (kind, services) = (row.cell("kind"), row.list("services"));
        let (goes_to, deemed) = (row.cell("goes_to"), row.cell("deemed"));
        let period = Period::parse(row);
        Ok(Self {
            kind: kind?,
            services: services?,
            goes_to: goes_to?,
            deemed: deemed?,
            article: row.text("article").to_owned(),
            period: period?,
            line: row.line(),
            allowed: ServiceSet::default(),
        })
    }
}

/// 事務処理特例: a prefecture's power handed to a municipality, or to a union for its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// The prefecture, 2 digits.
    pub prefecture_code: String,
    /// Who has the power now.
    pub to: AuthorityId,
    /// The services concerned, as written; only those that prefectures designate are meant.
    pub services: Vec<ServiceWord>,
    /// The kinds concerned.
    pub kinds: KindSet,
    /// The days on which it holds.
    pub period: Period,
    /// The ordinance or page where it was read.
    pub evidence: String,
    pub(crate) line: u64,
    pub(crate) covers: ServiceSet,
}

impl TransferRow {
    pub(crate) const FILE: &'static str = "transfers.csv";
    pub(crate) const COLUMNS: &'static [&'static str] =
        &["prefecture_code", "to", "services", "kinds", "valid_from", "valid_to", "evidence"];

    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        let (prefecture_code, to) = (row.name("prefecture_code"), row.cell("to"));
        let (services, kinds) = (row.list("services"), row.list("kinds"));
        let (period, evidence) = (Period::parse(row), row.name("evidence"));
        Ok(Self {
            prefecture_code: prefecture_code?,
            to: to?,
            services: services?,
            kinds: KindSet::of(&kinds?),
            period: period?,
            evidence: evidence?,
            line: row.line(),
            covers: ServiceSet::default(),
        })
    }
}
