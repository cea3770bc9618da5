//! What the routing crate promises, asked from outside.

mod bulk;
mod every;
mod named;
mod papers;
mod stats;
mod tables;
mod unions;

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use routing::{Case, CaseError, Master, Rule, plan_case};
use schemas::{AuthorityId, FilingKind, Office, OfficeService, Submission};

/// The built-in master, read once.
static MASTER: LazyLock<Master> =
    LazyLock::new(|| Master::embedded().expect("the embedded master is sound"));

/// The day on which most cases are asked.
const DAY: Date = date(2026, 4, 1);

fn code(text: &str) -> AuthorityId {
    text.parse().expect("an authority code")
}

fn codes(texts: &[&str]) -> Vec<AuthorityId> {
    texts.iter().map(|text| code(text)).collect()
}

/// A change notice of the day, for one service of one office; tests alter what they are about.
fn case<'a>(municipality: &str, service: &str, insurers: &'a [AuthorityId]) -> Case<'a> {
    Case {
        municipality: code(municipality),
        service: service.parse().expect("a service code"),
        kind: FilingKind::Change,
        date: DAY,
        insurers,
        deemed: false,
    }
}

/// Who gets the case, and why.
fn ask(master: &Master, case: &Case<'_>) -> Result<Vec<(String, Rule)>, CaseError> {
    let answer = plan_case(master, case)?;
    Ok(answer.routes.iter().map(|route| (route.authority.to_string(), route.rule)).collect())
}

fn problem(case: &Case<'_>) -> &'static str {
    plan_case(&MASTER, case).expect_err("no such filing").code()
}

/// Services of an office, each with its insurers.
type Services<'a> = &'a [(&'a str, &'a [&'a str])];

/// A submission about these offices: municipality and services.
fn submission(kind: FilingKind, offices: &[(&str, Services<'_>)]) -> Submission {
    let service = |(service, insurers): &(&str, &[&str])| OfficeService {
        service: service.parse().expect("a service code"),
        insurers: codes(insurers),
        deemed: false,
    };
    let office = |(municipality, services): &(&str, Services<'_>)| Office {
        name: "みどり訪問介護".to_owned(),
        office_number: None,
        municipality: code(municipality),
        services: services.iter().map(service).collect(),
    };
    Submission {
        kind,
        corporate_number: "7000012050002".parse().expect("a corporate number"),
        operator_name: "社会福祉法人みどり会".to_owned(),
        one_stop: offices.len() > 1,
        offices: offices.iter().map(office).collect(),
        form: serde_json::Value::Null,
        attachments: Vec::new(),
    }
}
