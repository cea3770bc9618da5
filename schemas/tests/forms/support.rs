//! Good filings of every kind, made from the catalogue's own schemas.

use jiff::civil::{Date, date};
use schemas::codes::office_number_of;
use schemas::forms::{At, Form, Role, Sheet};
use schemas::{Catalogue, FilingKind, Office, OfficeService, ServiceCode, Submission};
use serde_json::{Value, json};

/// A Wednesday on which the versions of 2024-10-01 are in force.
pub(crate) const DAY: Date = date(2026, 4, 8);

pub(crate) fn catalogue() -> &'static Catalogue {
    Catalogue::embedded().expect("the embedded catalogue reads")
}

pub(crate) fn service(code: &str) -> ServiceCode {
    code.parse().expect("a service")
}

pub(crate) fn at() -> At<'static> {
    At::on(DAY)
}

/// Numbers in a row: a chooser for samples that is the same every time.
pub(crate) fn chooser(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    }
}

/// The office number that goes with a service in Sapporo.
fn office_number(kind: FilingKind, code: &str) -> Option<schemas::OfficeNumber> {
    let class = match code {
        "71" | "72" | "73" | "76" | "77" | "32" | "36" | "54" | "68" | "79" | "38" | "28"
        | "74" | "75" | "37" | "69" | "39" => '9',
        code if code.starts_with('A') => 'A',
        _ => '7',
    };
    (kind != FilingKind::Designation)
        .then(|| office_number_of(&format!("01{class}010001")).expect("an office number"))
}

/// A filing of this kind about this service, each form that it may have made from its schema.
pub(crate) fn good(kind: FilingKind, code: &str, seed: u64) -> Submission {
    let mut choose = chooser(seed);
    let mut forms: Vec<_> = catalogue().used_for(kind, service(code), DAY).collect();
    forms.sort_by_key(|form| form.role);
    let office = Office {
        name: "みどり".into(),
        office_number: office_number(kind, code),
        municipality: "011002".parse().expect("Sapporo"),
        services: vec![OfficeService {
            service: service(code),
            insurers: Vec::new(),
            deemed: false,
        }],
    };
    let mut submission = Submission {
        kind,
        corporate_number: "7000012050002".parse().expect("a corporate number"),
        operator_name: "社会福祉法人みどり会".into(),
        one_stop: false,
        offices: vec![office],
        form: Value::Null,
        attachments: Vec::new(),
    };
    let sheets: Vec<Sheet> = forms
        .into_iter()
        .map(|form| Sheet {
            form: form.id.clone(),
            version: Some(form.version.clone()),
            office: None,
            service: (form.role == Role::Annex).then(|| service(code)),
            fields: fields(form, &submission, &mut choose),
        })
        .collect();
    submission.form = json!({"forms": sheets});
    submission
}

/// A sample of a form that names the filing's own operator, office and services.
pub(crate) fn fields(
    form: &Form,
    submission: &Submission,
    choose: &mut dyn FnMut(usize) -> usize,
) -> Value {
    let mut fields = form.sample(DAY, choose);
    submission.sign(&mut fields);
    fields
}

/// Every kind with every service that it has a main form for.
pub(crate) fn cases() -> Vec<(FilingKind, ServiceCode)> {
    let mut cases = Vec::new();
    for kind in FilingKind::ALL {
        let mains =
            catalogue().in_force(DAY).filter(|form| form.role == Role::Main && form.is_for(*kind));
        let mut services: Vec<_> = mains.flat_map(|form| form.services.iter().copied()).collect();
        services.sort_unstable();
        services.dedup();
        cases.extend(services.into_iter().map(|service| (*kind, service)));
    }
    cases
}

/// Whether the field at this place wants half-width characters.
pub(crate) fn is_code(form: &Form, path: &str) -> bool {
    schema_at(form, path).is_some_and(|schema| schema["x-text"] == "code")
}

/// Whether the field at this place is one of some choices.
pub(crate) fn is_choice(form: &Form, path: &str) -> bool {
    schema_at(form, path).is_some_and(|schema| schema.get("enum").is_some())
}

fn schema_at<'a>(form: &'a Form, path: &str) -> Option<&'a Value> {
    let is_row = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
    let pointer = path.split('/').skip(1).fold(String::new(), |all, step| {
        if is_row(step) { format!("{all}/items") } else { format!("{all}/properties/{step}") }
    });
    form.schema.pointer(&pointer)
}

/// The text as somebody types it who never switches to half-width.
pub(crate) fn full_width(text: &str) -> String {
    let wide = |c| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        c => c,
    };
    text.chars().map(wide).collect()
}
