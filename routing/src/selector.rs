//! Which services or kinds a row of the master means, written as words or codes.

use std::fmt;
use std::str::FromStr;

use schemas::{FilingKind, ServiceCode};

use crate::service::{Category, ServiceRow};

/// One word of a `services` cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceWord {
    /// `*`: every service.
    All,
    /// `prefectural`: those that prefectures designate.
    Prefectural,
    /// `municipal`: those that municipalities designate.
    Municipal,
    /// `deemed`: those for which a designation may be deemed.
    Deemed,
    /// A category's word.
    Category(Category),
    /// One service.
    Code(ServiceCode),
}

impl ServiceWord {
    /// Whether the word means this service.
    pub fn means(self, service: &ServiceRow) -> bool {
        match self {
            Self::All => true,
            Self::Prefectural => service.designator.is_prefectural(),
            Self::Municipal => service.designator.is_municipal(),
            Self::Deemed => !service.deemed_for.is_empty(),
            Self::Category(category) => service.category == category,
            Self::Code(code) => service.code == code,
        }
    }
}

impl fmt::Display for ServiceWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Prefectural => f.write_str("prefectural"),
            Self::Municipal => f.write_str("municipal"),
            Self::Deemed => f.write_str("deemed"),
            Self::Category(category) => category.fmt(f),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl FromStr for ServiceWord {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "*" => Ok(Self::All),
            "prefectural" => Ok(Self::Prefectural),
            "municipal" => Ok(Self::Municipal),
            "deemed" => Ok(Self::Deemed),
            _ => {
                text.parse().map(Self::Category).or_else(|_| text.parse().map(Self::Code)).map_err(
                    |_| {
                        format!(
                            "{text:?} means no service; use *, prefectural, municipal, deemed, \
                         a category or a service code"
                        )
                    },
                )
            }
        }
    }
}

/// A set of services of one master, by their place in its table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ServiceSet(Box<[bool]>);

impl ServiceSet {
    pub(crate) fn of(words: &[ServiceWord], services: &[ServiceRow]) -> Self {
        Self(services.iter().map(|row| words.iter().any(|word| word.means(row))).collect())
    }

    pub(crate) fn has(&self, service: usize) -> bool {
        self.0.get(service).copied().unwrap_or(false)
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| *a && *b)
    }
}

/// A set of filing kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KindSet(u32);

impl KindSet {
    /// Every kind.
    pub const ALL: Self = Self(u32::MAX);

    /// Whether `kind` is in it.
    pub fn has(self, kind: FilingKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// The set as a cell of the tables.
    pub(crate) fn cell(self) -> String {
        if FilingKind::ALL.iter().all(|kind| self.has(*kind)) {
            return "*".to_owned();
        }
        let kinds = FilingKind::ALL.iter().filter(|kind| self.has(**kind));
        kinds.map(|kind| kind.as_str()).collect::<Vec<_>>().join(";")
    }

    /// Whether some kind is in both.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The set of a cell's kinds.
    pub(crate) fn of(kinds: &[KindWord]) -> Self {
        kinds.iter().fold(Self::default(), |set, word| match word {
            KindWord::All => Self::ALL,
            KindWord::Kind(kind) => Self(set.0 | (1 << *kind as u32)),
        })
    }
}

/// One word of a `kinds` cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KindWord {
    /// `*`: every kind.
    All,
    /// One kind.
    Kind(FilingKind),
}

impl FromStr for KindWord {
    type Err = schemas::kind::UnknownKind;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" { Ok(Self::All) } else { text.parse().map(Self::Kind) }
    }
}
