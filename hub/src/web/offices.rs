//! The offices of an operator, as far as the hub knows: its filings name them.

use schemas::{CorporateNumber, FilingKind, Office};
use serde::Serialize;

use super::Desk;
use crate::store::StoreError;

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
}

/// The operator's offices, each once with all its services, by name; as the newest filings name
/// them.
pub(super) async fn known(
    desk: &Desk,
    number: CorporateNumber,
) -> Result<Vec<KnownOffice>, StoreError> {
    let looked = desk.ctx.config.drafts.filings_looked_max;
    let mut all: Vec<KnownOffice> = Vec::new();
    for filing in desk.ctx.store.named_offices(number, looked).await? {
        let standing = standing(filing.kind, filing.accepted);
        for office in filing.offices {
            add(&mut all, office, standing);
        }
    }
    all.sort_by(|a, b| a.office.name.cmp(&b.office.name));
    Ok(all)
}

fn standing(kind: FilingKind, accepted: bool) -> Standing {
    match (kind, accepted) {
        (FilingKind::Closure | FilingKind::Resignation, true) => Standing::Closed,
        (_, true) => Standing::Accepted,
        (_, false) => Standing::Filed,
    }
}

fn add(all: &mut Vec<KnownOffice>, office: Office, standing: Standing) {
    let Some(known) = all.iter_mut().find(|known| is_same(&known.office, &office)) else {
        let standings = vec![standing; office.services.len()];
        all.push(KnownOffice { office, standings });
        return;
    };
    known.office.office_number = known.office.office_number.or(office.office_number);
    for service in office.services {
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
}
