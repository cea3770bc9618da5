//! The forms of the demo's filings: every form that the catalogue has for the kind and the
//! services, each filled in as its version asks.

use jiff::civil::Date;
use rand::Rng;
use schemas::forms::{Form, Sheet};
use schemas::{Catalogue, ServiceCode, Submission};
use serde_json::{Map, Value, json};

use super::people::person;

/// The item of the checklist that a paper of this name is.
const PAPERS: [(&str, &str); 10] = [
    ("勤務形態一覧表.csv", "roster"),
    ("管理者の経歴.pdf", "manager_career"),
    ("平面図.pdf", "floor_plan"),
    ("設備・備品等一覧.pdf", "equipment"),
    ("苦情処理の措置の概要.pdf", "complaints"),
    ("誓約書.pdf", "pledge"),
    ("登記情報(照会番号).pdf", "registry"),
    ("運営規程.pdf", "operating_rules"),
    ("協力医療機関との契約書.pdf", "partner_contract"),
    ("体制等状況一覧表.csv", "addon_table"),
];

/// The body of a filing made about `day`: its forms, and which paper is which.
pub(super) fn body(
    rng: &mut impl Rng,
    catalogue: &Catalogue,
    submission: &Submission,
    day: Date,
) -> Value {
    let sheets: Vec<Sheet> = catalogue
        .forms_of(submission, day)
        .into_iter()
        .map(|(form, service)| sheet(rng, form, service, (submission, day)))
        .collect();
    json!({"forms": sheets, "checklist": checklist(submission)})
}

fn sheet(
    rng: &mut impl Rng,
    form: &Form,
    service: Option<ServiceCode>,
    (submission, day): (&Submission, Date),
) -> Sheet {
    let mut fields = form.sample(day, &mut |below| rng.random_range(0..below.max(1)));
    submission.sign(&mut fields);
    if submission.one_stop {
        fields["items"] = json!(["代表者(開設者)の氏名、生年月日、住所及び職名"]);
        fields["before"] = json!(person(rng));
        fields["after"] = json!(person(rng));
    }
    let version = Some(form.version.clone());
    Sheet { form: form.id.clone(), version, office: None, service, fields }
}

/// Which item of the checklist each paper is.
fn checklist(submission: &Submission) -> Value {
    let mut items = Map::new();
    for attachment in &submission.attachments {
        if let Some((name, item)) = PAPERS.iter().find(|(name, _)| *name == attachment.name) {
            items.insert((*item).to_owned(), json!(name));
        }
    }
    Value::Object(items)
}
