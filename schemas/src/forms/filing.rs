//! A whole filing against the catalogue: the right forms, in versions that count on the day, each
//! filled in; the papers that go with them; the deadline.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;

use super::Catalogue;
use super::across::Circumstances;
use super::form::{Form, Role};
use super::sheet::{SHEETS, Sheet, sheets};
use super::tables::{Need, Standing};
use crate::deadline::{Judged, Moments, Question};
use crate::{AuthorityId, Finding, Submission};

/// What a filing is checked against.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The day on which the filing was first handed in, in Japan: deadlines go by it, and a version
    /// that was good then stays good for corrections.
    pub first: Date,
    /// The day on which this revision is handed in.
    pub day: Date,
    /// Days for which a version is taken after the next came into force.
    pub grace_days: u16,
    /// Who gets it; their own deadlines hold. Empty: the legal rules alone.
    pub authorities: &'a [AuthorityId],
}

impl At<'_> {
    /// A filing that is handed in for the first time.
    pub fn on(day: Date) -> Self {
        Self { first: day, day, grace_days: 0, authorities: &[] }
    }

    fn moments(&self) -> Moments {
        let again = (self.day != self.first).then_some(self.day);
        Moments { first: self.first, revisions: again.into_iter().collect(), accepted: None }
    }
}

/// A sheet with its form, where both are known.
struct Filled<'a> {
    place: usize,
    sheet: &'a Sheet,
    form: &'a Form,
}

impl Catalogue {
    /// Everything wrong, or worth a look, with the forms that a filing names; nothing when its
    /// body is a free document.
    pub fn check_filing(&self, submission: &Submission, at: &At<'_>) -> Vec<Finding> {
        let sheets = match sheets(&submission.form) {
            Ok(sheets) if sheets.is_empty() => return Vec::new(),
            Ok(sheets) => sheets,
            Err(findings) => return findings,
        };
        let mut findings = Vec::new();
        let mut filled = Vec::new();
        for (place, sheet) in sheets.iter().enumerate() {
            let path = format!("{SHEETS}/{place}");
            if let Some(form) = self.find(sheet, at, &path, &mut findings) {
                filled.push(Filled { place, sheet, form });
            }
        }
        for one in &filled {
            self.check_sheet(submission, one, at, &mut findings);
        }
        self.check_complete(submission, &sheets, at, &mut findings);
        self.check_papers(submission, &filled, &mut findings);
        for judged in self.judge_filing(submission, &at.moments(), at) {
            findings.extend(judged.finding());
        }
        findings.sort_by_key(|finding| finding.level);
        findings
    }

    /// The form of a sheet in its version, if that may be used on the day.
    fn find(
        &self,
        sheet: &Sheet,
        at: &At<'_>,
        path: &str,
        findings: &mut Vec<Finding>,
    ) -> Option<&Form> {
        let id: String = sheet.form.chars().take(60).collect();
        if self.versions(&sheet.form).next().is_none() {
            let en = format!("there is no form {id:?}; `todoke forms list` names them");
            let ja = format!("様式「{id}」はありません。様式一覧を確かめてください。");
            findings.push(Finding::new(format!("{path}/form"), "form_unknown", en).ja(ja));
            return None;
        }
        let form = match &sheet.version {
            Some(version) => self.form(&sheet.form, version),
            None => self.form_on(&sheet.form, at.first),
        };
        let Some(form) = form else {
            let versions: Vec<_> = self.versions(&sheet.form).map(|f| f.version.as_str()).collect();
            let versions = versions.join(", ");
            let en = format!("{id} has no such version on {}; it has: {versions}", at.day);
            let ja = format!("様式「{id}」に、その版はありません。版は {versions} です。");
            let finding = Finding::new(format!("{path}/version"), "form_version_unknown", en);
            findings.push(finding.ja(ja));
            return None;
        };
        let on = |day| standing(form, self.standing(form, day, at.grace_days), day);
        let found = match on(at.day) {
            Some(finding) if finding.is_error() => on(at.first),
            found => found,
        };
        let found = found.map(|finding| finding.below(&format!("{path}/version")));
        let may = found.as_ref().is_none_or(|finding| !finding.is_error());
        findings.extend(found);
        may.then_some(form)
    }

    fn check_sheet(
        &self,
        submission: &Submission,
        Filled { place, sheet, form }: &Filled<'_>,
        at: &At<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let path = format!("{SHEETS}/{place}");
        // A one-stop change is about all offices, unless it says which.
        let is_of_all = submission.one_stop && sheet.office.is_none();
        let office = submission.offices.get(sheet.office.unwrap_or(0)).filter(|_| !is_of_all);
        if office.is_none() && !is_of_all {
            let en = format!("the filing names {} offices, from 0", submission.offices.len());
            let ja = "届出にない事業所の番号です。0 から数えた位置を書いてください。";
            findings.push(Finding::new(format!("{path}/office"), "sheet_office", en).ja(ja));
        }
        if !form.is_for(submission.kind) {
            let (ja, en) = (submission.kind.label_ja(), submission.kind.label_en());
            let en = format!("{} is not used for: {en}", form.id);
            let ja = format!("{}は「{ja}」には使いません。", form.name());
            let finding = Finding::new(format!("{path}/form"), "form_not_for_kind", en).ja(ja);
            findings.push(finding.source(&form.basis));
        }
        let mut services = submission.offices.iter().flat_map(|office| &office.services);
        let is_ours = match sheet.service {
            Some(service) => form.covers(service) && services.any(|other| other.service == service),
            None => services.any(|other| form.covers(other.service)),
        };
        if !is_ours {
            let en = format!("{} is for none of the services of the filing", form.id);
            let ja = format!("{}は、届出のサービスには使いません。", form.name());
            let finding = Finding::new(format!("{path}/form"), "form_not_for_service", en).ja(ja);
            findings.push(finding.source(&form.basis));
        }
        let circumstances = Circumstances {
            day: at.day,
            corporate_number: Some(submission.corporate_number),
            office,
            service: sheet.service,
        };
        let fields = format!("{path}/fields");
        let found = self.check_form(form, &sheet.fields, &circumstances);
        findings.extend(found.into_iter().map(|finding| finding.below(&fields)));
    }

    /// Every service has its main form, and its annex where one is asked for.
    fn check_complete(
        &self,
        submission: &Submission,
        sheets: &[Sheet],
        at: &At<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let kind = submission.kind;
        let mut lacking: BTreeMap<(Role, Vec<&str>), Vec<String>> = BTreeMap::new();
        for service in submission.offices.iter().flat_map(|office| &office.services) {
            for role in [Role::Main, Role::Annex] {
                let asked = match role {
                    Role::Main => Some(&Need::Required),
                    Role::Annex => self.attachments.annexes.get(&kind),
                };
                let fits = |form: &Form| form.role == role && form.covers(service.service);
                let known = self.used_for(kind, service.service, at.day);
                let known: Vec<_> = known.filter(|form| fits(form)).collect();
                let is_named = |form: &&Form| sheets.iter().any(|sheet| sheet.form == form.id);
                let is_there = known.iter().any(is_named);
                if asked == Some(&Need::Required) && !known.is_empty() && !is_there {
                    let ids = known.iter().map(|form| form.id.as_str()).collect();
                    let code = service.service.to_string();
                    lacking.entry((role, ids)).or_default().push(code);
                }
            }
        }
        for ((role, ids), services) in lacking {
            findings.push(lack(role, &ids.join(", "), &services.join(", ")));
        }
    }

    /// The papers that the standard checklist asks for: a missing one is a warning.
    fn check_papers(
        &self,
        submission: &Submission,
        filled: &[Filled<'_>],
        findings: &mut Vec<Finding>,
    ) {
        let named = submission.form.get("checklist").and_then(Value::as_object);
        for (id, name) in named.into_iter().flatten() {
            let is_there =
                submission.attachments.iter().any(|it| Some(it.name.as_str()) == name.as_str());
            if self.attachments.item(id).is_none() || !is_there {
                let en = "names no item of the checklist, or no attachment of this filing";
                let ja = "添付書類の一覧にない項目か、この届出にない添付ファイルです。";
                let path = format!("/form/checklist/{id}");
                findings.push(Finding::new(path, "checklist_unknown", en).ja(ja));
            }
        }
        let has_field =
            |path: &str| filled.iter().any(|one| one.sheet.fields.pointer(path).is_some());
        let mut asked = BTreeMap::new();
        for service in submission.offices.iter().flat_map(|office| &office.services) {
            for (item, need) in self.checklist(submission.kind, service.service) {
                if need == Need::Required {
                    asked.insert(&item.id, item);
                }
            }
        }
        for item in asked.into_values() {
            let is_named = named.is_some_and(|named| named.contains_key(&item.id));
            if is_named || item.or_field.as_deref().is_some_and(has_field) {
                continue;
            }
            let en = format!("{} is usually asked for; name it in form.checklist", item.title_en);
            let ja = format!("「{}」は通常必要な添付書類です。", item.title);
            let path = format!("/form/checklist/{}", item.id);
            let finding = Finding::new(path, "attachment_missing", en).ja(ja);
            findings.push(finding.source(format!("標準添付書類 ({})", item.sure)).warning());
        }
    }

    /// In time or late, for each rule and authority that tells differently. Empty for a free
    /// document and for kinds without a deadline.
    pub fn judge_filing(
        &self,
        submission: &Submission,
        moments: &Moments,
        at: &At<'_>,
    ) -> Vec<Judged> {
        let sheets = sheets(&submission.form).unwrap_or_default();
        let mut all = Vec::new();
        for (place, sheet) in sheets.iter().enumerate() {
            let form = match &sheet.version {
                Some(version) => self.form(&sheet.form, version),
                None => self.form_on(&sheet.form, at.first),
            };
            let Some(event) = form.and_then(|form| form.event.as_deref()) else { continue };
            let read = sheet.fields.pointer(event).and_then(Value::as_str);
            let Some(day) = read.and_then(|text| text.parse::<Date>().ok()) else { continue };
            let direction = sheet.fields.get("direction").and_then(Value::as_str);
            let additions = additions(&sheet.fields);
            let path = format!("{SHEETS}/{place}/fields{event}");
            for service in submission.offices.iter().flat_map(|office| &office.services) {
                if form.is_none_or(|form| !form.covers(service.service)) {
                    continue;
                }
                let question = Question {
                    kind: submission.kind,
                    service: service.service,
                    authority: None,
                    event: Some(day),
                    direction,
                    additions: &additions,
                };
                all.extend(self.deadlines.judge_for(&question, at.authorities, moments, &path));
            }
        }
        all.sort_by(|a, b| (&a.path, &a.rule, a.authority).cmp(&(&b.path, &b.rule, b.authority)));
        all.dedup();
        all
    }
}

/// The add-ons that a notice names.
fn additions(fields: &Value) -> Vec<String> {
    let named = fields.get("additions").and_then(Value::as_array);
    named.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn standing(form: &Form, standing: Standing, day: Date) -> Option<Finding> {
    let name = form.name();
    let finding = match standing {
        Standing::InForce => return None,
        Standing::Superseded { last } => Finding::new(
            "",
            "form_version_superseded",
            format!("{name}: a later version is in force; this one is taken until {last}"),
        )
        .ja(format!("{name}より新しい版があります。この版は{last}まで受け付けます。"))
        .warning(),
        Standing::NotYet { from } => {
            let from = from.map_or_else(|| "(日付未定)".to_owned(), |from| from.to_string());
            let en = format!("{name} is not in force on {day}; it is from {from}");
            let ja = format!("{name}は{day}にはまだ使えません。使えるのは{from}からです。");
            Finding::new("", "form_version_not_yet", en).ja(ja)
        }
        Standing::Gone { until } => {
            let en = format!(
                "{name} was in force until {until}; carry the draft over to the version of {day}"
            );
            let ja = format!("{name}は{until}までの版です。今の版に移してください。");
            Finding::new("", "form_version_gone", en).ja(ja)
        }
    };
    Some(finding.source(&form.basis))
}

fn lack(role: Role, ids: &str, services: &str) -> Finding {
    match role {
        Role::Main => {
            let en = format!("services {services} lack their main form: {ids}");
            let ja = format!("サービス{services}の申請書・届出書({ids})がありません。");
            Finding::new(SHEETS, "form_main_missing", en).ja(ja)
        }
        Role::Annex => {
            let en = format!("services {services} usually have an annex: {ids}");
            let ja = format!("サービス{services}の付表({ids})がありません。");
            Finding::new(SHEETS, "form_annex_missing", en).ja(ja).warning()
        }
    }
}
