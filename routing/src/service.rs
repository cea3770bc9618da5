//! Services: who designates them, which filing they follow, until when they exist.

use std::fmt;
use std::str::FromStr;

use schemas::ServiceCode;

use crate::period::Period;
use crate::table::{Noted, Row, words};

words! {
    /// サービス分類: the group of the law that a service belongs to.
    Category, "category of services" {
        /// 居宅サービス.
        Home = "home", "居宅サービス";
        /// 施設サービス.
        Facility = "facility", "施設サービス";
        /// 介護予防サービス.
        Preventive = "preventive", "介護予防サービス";
        /// 地域密着型サービス.
        Community = "community", "地域密着型サービス";
        /// 地域密着型介護予防サービス.
        CommunityPreventive = "community_preventive", "地域密着型介護予防サービス";
        /// 居宅介護支援, 介護予防支援 and the like.
        Support = "support", "居宅介護支援・介護予防支援";
        /// 介護予防・日常生活支援総合事業.
        Comprehensive = "comprehensive", "総合事業";
    }
}

words! {
    /// Who designates a service (介護保険法; for each service its article is in the table).
    Designator, "designator" {
        /// The governor, or the mayor of a 指定都市 or 中核市.
        Prefectural = "prefectural", "都道府県知事(指定都市・中核市の市長)";
        /// The municipality of the office, for users from anywhere.
        MunicipalLocation = "municipal_location", "事業所所在地の市町村長";
        /// The municipality of the office and every insurer whose insured use it.
        MunicipalMulti = "municipal_multi", "事業所所在地の市町村長と、利用者の保険者である市町村長";
        /// The insurers whose insured use it.
        MunicipalInsurer = "municipal_insurer", "利用者の保険者である市町村長";
        /// Nobody: there is nothing to file.
        None = "none", "なし";
    }
}

impl Designator {
    /// Whether prefectures (or the cities in their stead) designate.
    pub fn is_prefectural(self) -> bool {
        self == Self::Prefectural
    }

    /// Whether municipalities (or their unions) designate.
    pub fn is_municipal(self) -> bool {
        matches!(self, Self::MunicipalLocation | Self::MunicipalMulti | Self::MunicipalInsurer)
    }
}

words! {
    /// For whom a designation is deemed to be given (介護保険法 71条・72条).
    Institution, "institution" {
        /// 保険医療機関 (医科).
        Medical = "medical", "保険医療機関(医科)";
        /// 保険医療機関 (歯科).
        Dental = "dental", "保険医療機関(歯科)";
        /// 保険薬局.
        Pharmacy = "pharmacy", "保険薬局";
        /// 介護老人保健施設.
        HealthFacility = "health_facility", "介護老人保健施設";
        /// 介護医療院.
        MedicalCareInstitute = "medical_care_institute", "介護医療院";
    }
}

/// One service, as `services.csv` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// サービス種類コード.
    pub code: ServiceCode,
    /// Its name.
    pub name: String,
    /// Its group.
    pub category: Category,
    /// Who designates it.
    pub designator: Designator,
    /// The service with whose filing it goes (短期利用 goes with its parent).
    pub follows: Option<ServiceCode>,
    /// The institutions for which its designation is deemed.
    pub deemed_for: Vec<Institution>,
    /// The articles that make the designator competent.
    pub article: String,
    /// The days on which it exists.
    pub period: Period,
    pub(crate) line: u64,
}

impl ServiceRow {
    pub(crate) const FILE: &'static str = "services.csv";
    pub(crate) const COLUMNS: &'static [&'static str] = &[
        "code",
        "name",
        "category",
        "designator",
        "follows",
        "deemed_for",
        "article",
        "valid_from",
        "valid_to",
    ];

    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        let (code, name) = (row.cell("code"), row.name("name"));
        let (category, designator) = (row.cell("category"), row.cell("designator"));
        let (follows, deemed_for) = (row.maybe("follows"), row.list("deemed_for"));
        let (article, period) = (row.text("article").to_owned(), Period::parse(row));
        if article.is_empty() && designator.is_ok_and(|it| it != Designator::None) {
            row.fault("article", "name the article that makes the designator competent");
        }
        Ok(Self {
            code: code?,
            name: name?,
            category: category?,
            designator: designator?,
            follows: follows?,
            deemed_for: deemed_for?,
            article,
            period: period?,
            line: row.line(),
        })
    }
}

/// A yes or no, written `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

/// The cell is neither `true` nor `false`.
#[derive(Debug)]
pub(crate) struct NoFlag(String);

impl fmt::Display for NoFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} must be true or false", self.0)
    }
}

impl FromStr for Flag {
    type Err = NoFlag;
    fn from_str(text: &str) -> Result<Self, NoFlag> {
        match text {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(NoFlag(text.to_owned())),
        }
    }
}
