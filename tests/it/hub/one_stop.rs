//! One change of corporate matters, from the operator's page to what each authority holds.

use std::collections::BTreeSet;

use adapters::sandbox::{Facts, open_package};
use anyhow::{Context, Result, ensure};
use hub::context::day_in_japan;
use hub::delivery::State;
use hub::store::DraftRow;
use hub::web::access::Scope;
use reqwest::{Method, StatusCode};
use schemas::forms::{Sheet, sheets};
use schemas::{Channel, Submission};
use serde_json::Value;
use tests::house::{Front, House, code, operator};

const SAPPORO: &str = "011002";
const SENDAI: &str = "041009";
const OSAKA: &str = "271004";

/// The offices, by column of the page: day care in three cities.
const OFFICES: [[&str; 4]; 3] = [
    ["みどりデイ札幌", "", "札幌市", "15"],
    ["みどりデイ仙台", "", "仙台市", "15、78"],
    ["みどりデイ大阪", "", "大阪市", "15"],
];

/// Someone at the operator's pages.
struct Visitor<'h> {
    house: &'h House,
    front: &'h Front,
    cookies: String,
}

impl Visitor<'_> {
    /// What stands in a hidden field of a page's form.
    async fn hidden(&self, path: &str, name: &str) -> Result<String> {
        let page = self.front.page(path, &self.cookies).await?.text();
        let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
        let field = field.with_context(|| format!("{path} has no {name}:\n{page}"))?;
        Ok(field.split('"').next().context("an end")?.to_owned())
    }

    /// Sends a form of a page; what is answered is read to the page that it leads to.
    async fn send(&self, (from, to): (&str, &str), fields: &[(String, String)]) -> Result<()> {
        let token = self.hidden(from, "token").await?;
        let mut all = vec![("token".to_owned(), token)];
        all.extend(fields.iter().cloned());
        let request = self.front.bare(Method::POST, to).header("cookie", &self.cookies);
        let answer = self.front.ask(request.form(&all)).await?;
        ensure!(answer.status == StatusCode::OK, "{to}: {}\n{}", answer.status, answer.text());
        Ok(())
    }

    async fn draft(&self) -> Result<DraftRow> {
        let mut all = self.house.ctx.store.own_drafts(operator(), 9).await?;
        ensure!(all.len() == 1, "not one draft: {all:?}");
        all.pop().context("a draft")
    }

    /// Fills in a form, as its sample has it.
    async fn fill(&self, draft: &str, place: usize, sheet: &Sheet) -> Result<()> {
        let forms = &self.house.ctx.forms;
        let version = sheet.version.as_deref().context("a version")?;
        let form = forms.form(&sheet.form, version).context("a form")?;
        let day = day_in_japan(self.house.clock.now_ms());
        let path = format!("{draft}/forms/{place}");
        let mut fields = vec![("base".to_owned(), self.hidden(&path, "base").await?)];
        written(&form.sample(day, &mut |_| 0), "", &mut fields);
        self.send((&path, &path), &fields).await
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// As a browser sends what stands in a form.
fn written(value: &Value, path: &str, all: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                written(inner, &format!("{path}/{name}"), all);
            }
        }
        Value::Array(rows) if rows.iter().all(Value::is_string) => {
            for inner in rows {
                written(inner, path, all);
            }
        }
        Value::Array(rows) => {
            for (row, inner) in rows.iter().enumerate() {
                written(inner, &format!("{path}/{row}"), all);
            }
        }
        Value::String(text) => all.push(pair(path, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => all.push(pair(path, &value.to_string())),
    }
}

#[tokio::test]
async fn what_is_filed_at_the_page_is_whole_in_the_package_of_every_authority() -> Result<()> {
    let house = House::build().ladder(SAPPORO, &[Channel::Sftp]).ladder(OSAKA, &[Channel::Api]);
    let mut house = house.start().await?;
    let front = house.front().await?;
    let key = house.key(Scope::Operator(operator())).await?;
    let cookies = front.log_in(&key).await?;
    let visitor = Visitor { house: &house, front: &front, cookies };
    let columns = ["other_name", "other_number", "other_place", "other_services"];
    let cells = OFFICES.iter().flat_map(|row| columns.iter().zip(row));
    let mut fields: Vec<_> = cells.map(|(name, text)| pair(name, text)).collect();
    fields.push(pair("action", "begin"));
    visitor.send(("/operator/one-stop", "/operator/one-stop"), &fields).await?;
    let row = visitor.draft().await?;
    let draft = format!("/operator/drafts/{}", row.id);
    let submission: Submission = serde_json::from_str(&row.body)?;
    let all = sheets(&submission.form).map_err(|found| anyhow::anyhow!("{found:?}"))?;
    assert!(all.len() > 1, "one form for each series of services: {all:?}");
    for (place, sheet) in all.iter().enumerate() {
        visitor.fill(&draft, place, sheet).await?;
    }
    let review = format!("{draft}/review");
    let version = visitor.hidden(&review, "version").await?;
    visitor.send((&review, &format!("{draft}/submit")), &[pair("version", &version)]).await?;
    let filed = house.ctx.store.draft(row.id).await?.context("the draft")?;
    let filing = filed.filed_as.context("it was filed")?;
    house.settle().await?;

    let revision = house.ctx.store.revisions(filing).await?.pop().context("a revision")?;
    let submission: Submission = serde_json::from_str(&revision.document)?;
    assert!(submission.one_stop && submission.offices.len() == 3, "{submission:?}");
    let mut packages = Vec::new();
    for held in house.held()? {
        packages.push(held.package()?);
    }
    assert_eq!(packages.len(), 2, "Sapporo and Osaka were sent theirs");
    // Sendai fetches its own.
    let sendai = house.delivery_to(filing, code(SENDAI)).await?;
    let key = house.key(Scope::Authority(code(SENDAI))).await?;
    let fetched = front.get(&format!("/v1/inbox/{}/package", sendai.id), &key).await?;
    assert_eq!(fetched.status, StatusCode::OK, "{fetched:?}");
    packages.push(fetched.bytes);
    let mut authorities = BTreeSet::new();
    for bytes in packages {
        let (facts, opened): (Facts, _) = open_package(bytes)?;
        let checked = facts.check(&opened, &submission, &revision.document);
        checked.map_err(|what| anyhow::anyhow!("{}: {what}", facts.authority))?;
        assert_eq!((facts.filing, facts.action.as_str()), (filing, "submit"));
        assert!(opened.filing_pdf.is_some(), "the print of the whole set");
        authorities.insert(facts.authority);
    }
    assert_eq!(authorities, BTreeSet::from([SAPPORO, SENDAI, OSAKA].map(code)));
    let deliveries = house.deliveries(filing).await?;
    assert_eq!(deliveries.len(), 3);
    for delivery in deliveries {
        assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    }
    house.finish().await
}
