//! What operators file in tests.

use std::sync::LazyLock;

use hub::actor::Actor;
use hub::operate::By;
use schemas::codes::corporate_number_of;
use schemas::{
    Attachment, AuthorityId, CorporateNumber, FilingKind, Office, OfficeService, Submission,
};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Where the operator's notices go.
pub const OPERATOR_MAIL: &str = "desk@midori.example";

/// The operator's name; it must not stand in a mail.
pub const OPERATOR_NAME: &str = "社会福祉法人みどり会";

/// The one operator of a house.
pub fn operator() -> CorporateNumber {
    corporate_number_of(1)
}

/// Somebody of operations' staff, and why they do what they do.
pub fn by_hand() -> By<'static> {
    static STAFF: LazyLock<Actor> = LazyLock::new(|| Actor {
        person: "key:staff".to_owned(),
        name: "運用 花子".to_owned(),
    });
    By { actor: &STAFF, why: "定期点検" }
}

/// An authority's code.
pub fn code(text: &str) -> AuthorityId {
    text.parse().expect("an authority code")
}

/// A service, with the insurers that it is also for.
pub fn service(text: &str, insurers: &[&str]) -> OfficeService {
    OfficeService {
        service: text.parse().expect("a service code"),
        insurers: insurers.iter().map(|insurer| code(insurer)).collect(),
        deemed: false,
    }
}

fn office(number: usize, municipality: &str, services: Vec<OfficeService>) -> Office {
    Office {
        name: format!("みどりデイサービス{number}"),
        office_number: None,
        municipality: code(municipality),
        services,
    }
}

/// A change notice of a community day care centre (78): to its municipality, and the insurers.
pub fn change(municipality: &str, insurers: &[&str]) -> Submission {
    Submission {
        kind: FilingKind::Change,
        corporate_number: operator(),
        operator_name: OPERATOR_NAME.to_owned(),
        one_stop: false,
        offices: vec![office(1, municipality, vec![service("78", insurers)])],
        form: json!({"変更年月日": "2026-04-01", "変更内容": "管理者の交代"}),
        attachments: Vec::new(),
    }
}

/// The same of another kind and service.
pub fn of_kind(kind: FilingKind, municipality: &str, service_code: &str) -> Submission {
    Submission {
        kind,
        offices: vec![office(1, municipality, vec![service(service_code, &[])])],
        ..change(municipality, &[])
    }
}

/// A one-stop change of corporate matters, for an office with this service in each place.
pub fn one_stop(places: &[(&str, &str)]) -> Submission {
    let offices = (1..).zip(places).map(|(number, (municipality, service_code))| {
        office(number, municipality, vec![service(service_code, &[])])
    });
    Submission { one_stop: true, offices: offices.collect(), ..change("011002", &[]) }
}

/// A PDF of these bytes.
pub fn attachment(name: &str, bytes: &[u8]) -> Attachment {
    Attachment {
        name: name.to_owned(),
        sha256: hex::encode(Sha256::digest(bytes)),
        size: bytes.len() as u64,
        media_type: "application/pdf".to_owned(),
    }
}
