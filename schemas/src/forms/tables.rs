//! The tables beside the forms: groups of services, standard attachments, figures of checks.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{FilingKind, Level, ServiceCode};

/// Whether a version of a form may be used on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// It is the version in force.
    InForce,
    /// A later one is in force; this one is still taken.
    Superseded {
        /// The last day on which it is taken.
        last: Date,
    },
    /// It is not in force yet.
    NotYet {
        /// Its first day, where that is known.
        from: Option<Date>,
    },
    /// A later one has taken its place for good.
    Gone {
        /// The last day on which it was in force.
        until: Date,
    },
}

/// Whether an attachment is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// 必須.
    Required,
    /// 任意・該当する場合.
    Optional,
    /// 不要.
    NotAsked,
}

/// `services.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Groups {
    groups: BTreeMap<String, GroupOfServices>,
}

#[derive(Debug, Deserialize)]
struct GroupOfServices {
    services: Vec<ServiceCode>,
}

impl Groups {
    /// Codes and `@groups` as codes, each once.
    pub(super) fn codes(&self, names: &[String]) -> Result<Vec<ServiceCode>, String> {
        let mut codes = Vec::new();
        for name in names {
            match name.strip_prefix('@') {
                None => codes.push(name.parse().map_err(|error| format!("{error}"))?),
                Some(group) => {
                    let found = self.groups.get(group);
                    let found =
                        found.ok_or_else(|| format!("services.json has no group {group:?}"))?;
                    codes.extend(&found.services);
                }
            }
        }
        codes.sort_unstable();
        codes.dedup();
        Ok(codes)
    }
}

/// One paper of the standard checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id, as a filing's checklist names it.
    #[serde(default)]
    pub id: String,
    /// What it is.
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// The standard form for it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// How sure that is.
    pub sure: String,
    /// A field of the main form that serves instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or_field: Option<String>,
}

/// `attachments.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Attachments {
    items: BTreeMap<String, Item>,
    /// Whether an annex goes with a kind; a kind that is not named has none.
    pub(super) annexes: HashMap<FilingKind, Need>,
    rules: Vec<AttachmentRule>,
}

#[derive(Debug, Deserialize)]
struct AttachmentRule {
    kinds: Vec<FilingKind>,
    services: Vec<String>,
    needs: BTreeMap<String, Need>,
    #[serde(skip)]
    codes: Vec<ServiceCode>,
}

impl Attachments {
    pub(super) fn resolve(&mut self, groups: &Groups) -> Result<(), String> {
        for (id, item) in &mut self.items {
            item.id.clone_from(id);
        }
        for rule in &mut self.rules {
            rule.codes = groups.codes(&rule.services)?;
            if let Some(lost) = rule.needs.keys().find(|id| !self.items.contains_key(*id)) {
                return Err(format!("a rule names {lost:?}, which is no item"));
            }
        }
        Ok(())
    }

    /// Every item with whether it is asked for; of two rules the later holds.
    pub(super) fn checklist(&self, kind: FilingKind, service: ServiceCode) -> Vec<(&Item, Need)> {
        let fits =
            |rule: &&AttachmentRule| rule.kinds.contains(&kind) && rule.codes.contains(&service);
        let need = |item: &Item| {
            let mut rules = self.rules.iter().rev().filter(fits);
            rules.find_map(|rule| rule.needs.get(&item.id)).copied()
        };
        self.items.values().map(|item| (item, need(item).unwrap_or(Need::NotAsked))).collect()
    }

    pub(super) fn item(&self, id: &str) -> Option<&Item> {
        self.items.get(id)
    }
}

/// `checks.json`: the figures that checks across fields compare with.
#[derive(Debug, Deserialize)]
pub(super) struct Figures {
    pub(super) capacity: Vec<CapacityRule>,
    pub(super) office_numbers: OfficeNumbers,
    pub(super) registry: RegistryRule,
    pub(super) manager: ManagerRule,
}

/// How many places a service may have.
#[derive(Debug, Deserialize)]
pub(super) struct CapacityRule {
    services: Vec<String>,
    #[serde(skip)]
    pub(super) codes: Vec<ServiceCode>,
    #[serde(default)]
    pub(super) min: Option<i64>,
    #[serde(default)]
    pub(super) max: Option<i64>,
    pub(super) level: Level,
    pub(super) source: String,
    pub(super) ja: String,
    pub(super) en: String,
}

/// Which third character of an office number goes with which service.
#[derive(Debug, Deserialize)]
pub(super) struct OfficeNumbers {
    pub(super) source: String,
    pub(super) classes: BTreeMap<String, String>,
    pub(super) fits: Vec<ClassRule>,
}

/// The classes of some services.
#[derive(Debug, Deserialize)]
pub(super) struct ClassRule {
    services: Vec<String>,
    #[serde(skip)]
    pub(super) codes: Vec<ServiceCode>,
    pub(super) classes: Vec<String>,
}

/// How long an inquiry number reads.
#[derive(Debug, Deserialize)]
pub(super) struct RegistryRule {
    pub(super) valid_days: i32,
    pub(super) source: String,
}

/// What a manager must be.
#[derive(Debug, Deserialize)]
pub(super) struct ManagerRule {
    pub(super) age_min: i16,
    pub(super) source: String,
}

impl Figures {
    pub(super) fn resolve(&mut self, groups: &Groups) -> Result<(), String> {
        for rule in &mut self.capacity {
            rule.codes = groups.codes(&rule.services)?;
        }
        for rule in &mut self.office_numbers.fits {
            rule.codes = groups.codes(&rule.services)?;
        }
        Ok(())
    }
}
