//! Where the value of a column is from.

use std::fmt;
use std::str::FromStr;

/// Declares the facts with the words that profiles use.
macro_rules! facts {
    ($( $(#[$doc:meta])* $variant:ident = $word:literal, )*) => {
        /// A fact that every delivery has, whatever form was filled in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fact { $( $(#[$doc])* $variant, )* }

        impl Fact {
            /// All of them.
            pub const ALL: &[Self] = &[$( Self::$variant, )*];

            /// The word in a profile.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }
    };
}

facts! {
    /// 受付番号.
    ReceiptNumber = "receipt_number",
    /// 版, from 1.
    Revision = "revision",
    /// 届出, 補正 or 取下げ.
    Action = "action",
    /// When the hub recorded this revision, RFC 3339 in Japan's time.
    ReceivedAt = "received_at",
    /// When the hub recorded the first revision.
    FirstReceivedAt = "first_received_at",
    /// The delivery's id.
    Delivery = "delivery",
    /// The authority's code.
    Authority = "authority",
    /// The kind's word.
    Kind = "kind",
    /// The kind in Japanese.
    KindLabel = "kind_label",
    /// 法人番号.
    CorporateNumber = "corporate_number",
    /// The operator's name.
    OperatorName = "operator_name",
    /// 介護事業所番号; empty before the first designation.
    OfficeNumber = "office_number",
    /// The office's name.
    OfficeName = "office_name",
    /// The code of the municipality in which the office lies.
    Municipality = "municipality",
    /// サービス種類コード.
    Service = "service",
    /// How many files are attached.
    Attachments = "attachments",
}

/// Where the value of a column is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A fact of the delivery or the filing.
    Fact(Fact),
    /// A field of the forms: JSON Pointer in a sheet's fields.
    Form(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(fact) => f.write_str(fact.as_str()),
            Self::Form(path) => write!(f, "form:{path}"),
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("form:") {
            let is_pointer = path.len() > 1 && path.starts_with('/') && !path.ends_with('/');
            let advice = || format!("{text:?} names no field; write it like form:/manager/name");
            return is_pointer.then(|| Self::Form(path.to_owned())).ok_or_else(advice);
        }
        let found = Fact::ALL.iter().find(|fact| fact.as_str() == text);
        found.map(|fact| Self::Fact(*fact)).ok_or_else(|| {
            let words: Vec<_> = Fact::ALL.iter().map(|fact| fact.as_str()).collect();
            format!("there is no {text:?}; take form:/… or one of {}", words.join(", "))
        })
    }
}
