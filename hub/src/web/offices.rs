//! The offices of an operator, as far as the hub knows: its filings name them.

use std::collections::HashSet;

use jiff::ToSpan;
use jiff::civil::Date;
use schemas::{CorporateNumber, FilingId, FilingKind, Office};
use serde::Serialize;
use serde_json::Value;

use super::Desk;
use crate::store::{NamedOffices, StoreError};

/// Years for which a designation holds (介護保険法 第70条の2 and its like).
const DESIGNATION_YEARS: i8 = 6;

/// How surely an office offers a service, by the newest filing that tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// An authority has accepted a filing about it.
    Accepted,
    /// It was filed about, and no authority has accepted that yet.
    Filed,
    /// Its closure or resignation was accepted.
    Closed,
}

/// An office with how each of its services stands, in the order of the services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownOffice {
    pub(super) office: Office,
    pub(super) standings: Vec<Standing>,
    /// The newest filing about it.
    pub(super) last: LastFiling,
    /// When its designation ends, as the newest application for renewal tells.
    pub(super) ends: Option<Ending>,
}

/// The newest filing about an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastFiling {
    pub(super) id: FilingId,
    pub(super) receipt_number: String,
    pub(super) kind: FilingKind,
    /// Milliseconds.
    pub(super) received_at: i64,
}

/// When a designation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// On this day: its renewal was applied for.
    Written(Date),
    /// The renewal was accepted, and this is as many years later as the law says.
    Reckoned(Date),
}

impl LastFiling {
    fn of(filing: &NamedOffices) -> Self {
        Self {
            id: filing.id,
            receipt_number: filing.receipt_number.clone(),
            kind: filing.kind,
            received_at: filing.received_at,
        }
    }
}

/// What is known of an operator's offices.
pub(super) struct Known {
    /// By name.
    pub(super) offices: Vec<KnownOffice>,
    /// Whether there are older filings, which were not looked at.
    pub(super) has_older: bool,
}

/// The operator's offices, each once with all its services, by name; as the newest filings name
/// them.
pub(super) async fn known(
    desk: &Desk,
    number: CorporateNumber,
) -> Result<Vec<KnownOffice>, StoreError> {
    Ok(find(desk, number, None).await?.offices)
}

/// The same; a text also finds older filings whose office's name holds it.
pub(super) async fn find(
    desk: &Desk,
    number: CorporateNumber,
    text: Option<&str>,
) -> Result<Known, StoreError> {
    let (store, looked) = (&desk.ctx.store, desk.ctx.config.drafts.filings_looked_max);
    let mut filings = store.named_offices(number, None, looked + 1).await?;
    let has_older = filings.len() > looked;
    filings.truncate(looked);
    if has_older && text.is_some() {
        let seen: HashSet<FilingId> = filings.iter().map(|it| it.id).collect();
        let found = store.named_offices(number, text, looked).await?;
        // All others are older than those that were looked at.
        filings.extend(found.into_iter().filter(|it| !seen.contains(&it.id)));
    }
    let mut all: Vec<KnownOffice> = Vec::new();
    for filing in filings {
        let standing = standing(filing.kind, filing.accepted);
        let last = LastFiling::of(&filing);
        for (place, office) in filing.offices.into_iter().enumerate() {
            let ends = ending(&filing.form, place, filing.accepted);
            add(&mut all, KnownOffice::new(office, standing, last.clone(), ends));
        }
    }
    all.sort_by_cached_key(|it| (it.office.name.clone(), it.key()));
    Ok(Known { offices: all, has_older })
}

/// When the designation of the office at a place of a renewal ends.
fn ending(form: &Value, place: usize, is_accepted: bool) -> Option<Ending> {
    let sheets = form.get("forms").and_then(Value::as_array)?;
    let is_of = |sheet: &&Value| {
        let office = sheet.get("office").and_then(Value::as_u64);
        office.is_none_or(|office| usize::try_from(office) == Ok(place))
    };
    let days = sheets.iter().filter(is_of).filter_map(|it| it.pointer("/fields/expires_on"));
    let day: Date = days.filter_map(Value::as_str).find_map(|text| text.parse().ok())?;
    if is_accepted {
        day.checked_add(DESIGNATION_YEARS.years()).ok().map(Ending::Reckoned)
    } else {
        Some(Ending::Written(day))
    }
}

impl KnownOffice {
    fn new(office: Office, standing: Standing, last: LastFiling, ends: Option<Ending>) -> Self {
        Self { standings: vec![standing; office.services.len()], office, last, ends }
    }

    /// What tells it from others of its name.
    pub(super) fn key(&self) -> String {
        let number = self.office.office_number.map(|it| it.to_string());
        number.unwrap_or_else(|| self.office.municipality.to_string())
    }
}

fn standing(kind: FilingKind, accepted: bool) -> Standing {
    match (kind, accepted) {
        (FilingKind::Closure | FilingKind::Resignation, true) => Standing::Closed,
        (_, true) => Standing::Accepted,
        (_, false) => Standing::Filed,
    }
}

/// Adds what an older filing tells.
fn add(all: &mut Vec<KnownOffice>, older: KnownOffice) {
    let Some(known) = all.iter_mut().find(|known| is_same(&known.office, &older.office)) else {
        all.push(older);
        return;
    };
    known.office.office_number = known.office.office_number.or(older.office.office_number);
    known.ends = known.ends.or(older.ends);
    for (service, standing) in older.office.services.into_iter().zip(older.standings) {
        let place = known.office.services.iter().position(|it| it.service == service.service);
        match place {
            // What was filed since and is not accepted yet changes nothing.
            Some(place) if known.standings[place] == Standing::Filed => {
                known.standings[place] = standing;
            }
            Some(_) => {}
            None => {
                known.office.services.push(service);
                known.standings.push(standing);
            }
        }
    }
}

/// Whether two filings mean the same office.
fn is_same(known: &Office, new: &Office) -> bool {
    match (known.office_number, new.office_number) {
        (Some(known), Some(new)) => known == new,
        (_, _) => (&known.name, known.municipality) == (&new.name, new.municipality),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Standing::{Accepted, Closed, Filed};
    use super::*;

    fn office(name: &str, number: Option<&str>, services: &[&str]) -> Office {
        let services: Vec<_> = services.iter().map(|it| json!({"service": it})).collect();
        let mut value = json!({"name": name, "municipality": "011002", "services": services});
        if let Some(number) = number {
            value["office_number"] = json!(number);
        }
        serde_json::from_value(value).expect("an office")
    }

    fn add(all: &mut Vec<KnownOffice>, office: Office, standing: Standing) {
        let last = LastFiling {
            id: FilingId(uuid::Uuid::nil()),
            receipt_number: String::new(),
            kind: FilingKind::Change,
            received_at: 0,
        };
        super::add(all, KnownOffice::new(office, standing, last, None));
    }

    #[test]
    fn the_newest_filing_that_was_accepted_tells_how_a_service_stands() {
        let mut all = Vec::new();
        // The newest first.
        let number = Some("1371600303");
        add(&mut all, office("青葉", number, &["15"]), standing(FilingKind::Closure, false));
        add(&mut all, office("青葉(旧名)", number, &["15", "11"]), Standing::Accepted);
        add(&mut all, office("若葉", None, &["11"]), standing(FilingKind::Closure, true));
        add(&mut all, office("若葉", None, &["11"]), Standing::Accepted);
        add(&mut all, office("若葉", None, &["15"]), Standing::Filed);
        let told: Vec<_> =
            all.iter().map(|it| (it.office.name.as_str(), it.standings.clone())).collect();
        assert_eq!(told, [("青葉", vec![Accepted, Accepted]), ("若葉", vec![Closed, Filed])]);
    }

    #[test]
    fn a_renewal_tells_when_the_designation_ends() {
        let sheet = |office: Option<u64>, day: &str| {
            json!({"form": "s1-renewal", "office": office,
                                                            "fields": {"expires_on": day}})
        };
        let form = json!({"forms": [sheet(Some(1), "2026-08-31"), sheet(Some(0), "2028-02-29"),
                                    sheet(Some(2), "soon")]});
        let day = |text: &str| text.parse::<Date>().expect("a day");
        assert_eq!(ending(&form, 1, false), Some(Ending::Written(day("2026-08-31"))));
        assert_eq!(ending(&form, 1, true), Some(Ending::Reckoned(day("2032-08-31"))));
        assert_eq!(ending(&form, 0, true), Some(Ending::Reckoned(day("2034-02-28"))));
        assert_eq!(ending(&form, 2, false), None);
        assert_eq!(
            ending(&json!({"forms": [sheet(None, "2026-08-31")]}), 4, false),
            Some(Ending::Written(day("2026-08-31")))
        );
        assert_eq!(ending(&Value::Null, 0, true), None);
    }
}
