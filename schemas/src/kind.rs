//! The kinds of filing (domain: 手続の種類) and the group of 施行規則 165条の7 that each belongs to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::codes::start_of;

/// Which item of 介護保険法施行規則 第165条の7 第1項 obliges electronic filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegalGroup {
    /// Item 1: 申請 (designation, renewal and the like).
    Application,
    /// Item 2: 申出 (not wanting a deemed designation).
    Statement,
    /// Item 3: 届出 (changes and the like).
    Notification,
    /// Not named there; taken by the same system.
    Outside,
}

macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $name:ident = $text:literal, $ja:literal, $en:literal, $group:ident;
    )*) => {
        /// What an operator files.
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            Serialize,
            Deserialize,
            utoipa::ToSchema,
        )]
        pub enum FilingKind {
            $( $(#[$doc])* #[serde(rename = $text)] $name, )*
        }
        impl FilingKind {
            /// Every kind, in the order of the forms.
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// The word used in JSON, CSV, SQL and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }
            /// The name as operators know it.
            pub fn label_ja(self) -> &'static str {
                match self { $( Self::$name => $ja, )* }
            }
            /// The English name.
            pub fn label_en(self) -> &'static str {
                match self { $( Self::$name => $en, )* }
            }
            /// The legal group.
            pub fn legal_group(self) -> LegalGroup {
                match self { $( Self::$name => LegalGroup::$group, )* }
            }
        }
    };
}

kinds! {
    /// 指定(許可)申請.
    Designation = "designation", "新規指定(許可)申請", "New designation", Application;
    /// 指定(許可)更新申請.
    Renewal = "renewal", "指定(許可)更新申請", "Renewal of designation", Application;
    /// 変更届出.
    Change = "change", "変更届出", "Change notice", Notification;
    /// 廃止・休止届出.
    Closure = "closure", "廃止・休止届出", "Closure or suspension notice", Notification;
    /// 再開届出.
    Resumption = "resumption", "再開届出", "Resumption notice", Notification;
    /// 指定辞退届出.
    Resignation = "resignation", "指定辞退届出", "Resignation of designation", Notification;
    /// (みなし)指定を不要とする旨の申出.
    DeemedOptOut = "deemed_opt_out", "指定を不要とする旨の申出",
        "Statement against deemed designation", Statement;
    /// 介護老人保健施設・介護医療院 開設許可事項変更申請.
    FacilityChange = "facility_change", "開設許可事項変更申請", "Change of facility permit", Application;
    /// 介護老人保健施設・介護医療院 管理者承認申請.
    ManagerApproval = "manager_approval", "管理者承認申請", "Approval of facility manager", Application;
    /// 介護老人保健施設・介護医療院 広告事項許可申請.
    Advertisement = "advertisement", "広告事項許可申請", "Permit for advertising", Application;
    /// 特定施設入居者生活介護の利用定員増加 (指定変更申請).
    DesignationChange = "designation_change", "指定変更申請(特定施設の定員増)",
        "Change of designation", Application;
    /// 加算に関する届出 (体制届).
    Addon = "addon", "加算に関する届出(体制届)", "Add-on notice", Outside;
    /// 老人福祉法に基づく届出.
    ElderlyWelfare = "elderly_welfare", "老人福祉法に基づく届出", "Elderly Welfare Act notice", Outside;
    /// 生産性向上推進体制加算の実績データ報告 (to the ministry).
    ProductivityReport = "productivity_report", "生産性向上推進体制加算 実績データ報告",
        "Productivity results report", Outside;
}

impl FilingKind {
    /// Whether this asks for a new or renewed designation (and so cannot concern a deemed one).
    pub fn is_application_for_designation(self) -> bool {
        matches!(self, Self::Designation | Self::Renewal)
    }
}

impl fmt::Display for FilingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn words() -> String {
    FilingKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// The word is no filing kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a filing kind; use one of: {}", words())]
pub struct UnknownKind {
    /// The word that was given, or its start.
    pub given: String,
}

impl FromStr for FilingKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownKind { given: start_of(text) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wrong_word_is_shown_by_its_start() {
        let wrong = "更".repeat(10_000).parse::<FilingKind>().expect_err("no kind");
        assert!(wrong.to_string().starts_with(&format!("{:?} is not", "更".repeat(40))), "{wrong}");
        let wrong = "x".repeat(10_000).parse::<crate::Channel>().expect_err("no channel");
        assert_eq!(wrong.find(" is none of"), Some(42), "{wrong}");
    }
}
