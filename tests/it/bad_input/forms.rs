//! Filings that name forms of the catalogue: held to them; errors block, warnings do not.

use std::time::Duration;

use anyhow::{Context, Result};
use hub::review::Source;
use jiff::civil::date;
use schemas::{Catalogue, Channel, Decision, Submission, Verdict};
use serde_json::{Value, json};
use tests::house::{House, code};

use super::{Counter, SAPPORO, assert_problem, good};

/// The good filing with its forms filled in as of April 2026.
fn with_forms() -> Result<Value> {
    let catalogue = Catalogue::embedded().map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut submission: Submission = serde_json::from_value(good())?;
    let form = catalogue.form_on("s2-change", date(2026, 4, 1)).context("the change notice")?;
    let mut fields = form.sample(date(2026, 4, 1), &mut |_| 0);
    submission.sign(&mut fields);
    submission.form =
        json!({"forms": [{"form": "s2-change", "version": form.version, "fields": fields}]});
    Ok(serde_json::to_value(submission)?)
}

fn spoilt(pointer: &str, value: Value) -> Result<Value> {
    let mut body = with_forms()?;
    *body.pointer_mut(&format!("/form/forms/0{pointer}")).context("a field")? = value;
    Ok(body)
}

#[tokio::test]
async fn a_form_that_is_wrong_is_refused_with_what_to_do() -> Result<()> {
    let counter = Counter::open().await?;
    for (body, code, words) in [
        (spoilt("/form", json!("s7-change"))?, "form_unknown", "todoke forms list"),
        (spoilt("/version", json!("next"))?, "form_version_unknown", "2024-04-01, 2024-10-01"),
        (spoilt("/version", json!("2024-04-01"))?, "form_version_gone", "2024-09-30"),
        (spoilt("/fields/changed_on", json!("2026-02-30"))?, "field_malformed", "2024-10-01"),
        (spoilt("/fields/contact", json!({}))?, "field_missing", "fill it in"),
        (spoilt("/fields/services", json!(["15"]))?, "service_differs", "about 78"),
        (spoilt("/fields/before", json!("\u{E000}"))?, "private_character", "private use"),
        (spoilt("", json!({"form": "s2-change"}))?, "sheet_malformed", "fields"),
        (
            spoilt("/fields/applicant/corporate_number", json!("6000012070001"))?,
            "corporate_number_differs",
            "the filing is",
        ),
    ] {
        let answer = counter.file("wrong", &body).await?;
        let code = if code == "form_unknown" { "filing_invalid" } else { code };
        assert_problem(&answer, (422, code, "operator"), words);
        let findings = answer.json["findings"].as_array().context("findings")?;
        let is_whole = |f: &Value| f["message_ja"].is_string() && f["level"].is_string();
        assert!(findings.iter().all(is_whole), "{answer:?}");
    }
    assert_eq!(counter.house.ctx.store.totals().await?.filings, 0, "nothing of it was recorded");
    counter.close().await
}

#[tokio::test]
async fn a_warning_comes_with_the_receipt_and_a_late_filing_shows_its_rule() -> Result<()> {
    let mut counter = Counter::open().await?;
    let late = spoilt("/fields/changed_on", json!("2026-03-02"))?;
    let answer = counter.file("late", &late).await?;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    let warnings = answer.json["warnings"].as_array().context("warnings")?;
    let codes: Vec<_> = warnings.iter().map(|warning| &warning["code"]).collect();
    assert_eq!(codes, ["deadline_missed"], "{warnings:?}");
    assert_eq!(warnings[0]["level"], "warning");
    assert_eq!(warnings[0]["path"], "/form/forms/0/fields/changed_on");

    let good = counter.file("good", &with_forms()?).await?;
    assert_eq!(good.status.as_u16(), 201, "{good:?}");
    assert!(good.json.get("warnings").is_none(), "{good:?}");
    counter.house.settle().await?;
    let shown = |id: &Value| format!("/v1/filings/{}", id.as_str().unwrap_or_default());
    let late = counter.front.get(&shown(&answer.json["id"]), &counter.operator).await?;
    let deadline = &late.json["deadlines"][0];
    assert_eq!(
        (&deadline["timeliness"], &deadline["rule"]),
        (&json!("late"), &json!("change_10_days"))
    );
    assert_eq!(deadline["due"], "2026-03-12");
    assert_eq!(deadline["moments"]["first"], "2026-04-01");
    assert!(deadline["sentence_ja"].as_str().is_some_and(|text| text.contains("変更後10日以内")));
    let good = counter.front.get(&shown(&good.json["id"]), &counter.operator).await?;
    assert_eq!(good.json["deadlines"][0]["timeliness"], "in_time");

    let path = format!("/filings/{}", answer.json["id"].as_str().context("an id")?);
    let request = counter.front.request(reqwest::Method::GET, &path, &counter.operations);
    let page = counter.front.ask(request.header("accept-language", "ja")).await?;
    let page = String::from_utf8(page.bytes)?;
    assert!(page.contains("期限超過") && page.contains("変更後10日以内"), "{page}");
    counter.close().await
}

#[tokio::test]
async fn a_free_document_is_taken_as_before_and_has_no_deadline() -> Result<()> {
    let mut counter = Counter::open().await?;
    for (key, form) in [("a", json!({})), ("b", json!({"forms": ["別紙"]})), ("c", json!(null))] {
        let mut body = good();
        body["form"] = form;
        let answer = counter.file(key, &body).await?;
        assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
        let path = format!("/v1/filings/{}", answer.json["id"].as_str().context("an id")?);
        let shown = counter.front.get(&path, &counter.operator).await?;
        assert_eq!(shown.json["deadlines"], json!([]));
    }
    counter.house.settle().await?;
    counter.close().await
}

/// A house in which a new version of the change notice comes into force on 2026-04-11, with five
/// days of grace. The folder must live as long as the house.
async fn before_a_change() -> Result<(tempfile::TempDir, Counter)> {
    let folder = tempfile::tempdir()?;
    let (_, text) = schemas::forms::EMBEDDED
        .iter()
        .find(|(name, _)| *name == "s2-change/2024-10-01.json")
        .context("the version in force")?;
    std::fs::create_dir(folder.path().join("s2-change"))?;
    let text = text.replace("\"from\": \"2024-10-01\"", "\"from\": \"2026-04-11\"");
    std::fs::write(folder.path().join("s2-change/2026-04-11.json"), text)?;
    let own = folder.path().to_string_lossy().into_owned();
    let house = House::build().ladder(SAPPORO, &[Channel::Api]).with(move |config| {
        config.forms.folder.clone_from(&own);
        config.forms.grace_days = 5;
    });
    Ok((folder, Counter::of(house.start().await?).await?))
}

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_receipt_stands_though_its_version_has_gone() -> Result<()> {
    let (_folder, mut counter) = before_a_change().await?;
    let body = with_forms()?;
    let first = counter.file("one", &body).await?;
    assert_eq!(first.status.as_u16(), 201, "{first:?}");
    counter.house.settle().await?;
    counter.house.advance(12 * DAY).await?;
    let within = counter.file("two", &body).await?;
    assert_eq!(within.status.as_u16(), 201, "{within:?}");
    let codes = within.json["warnings"].as_array().context("warnings")?.iter();
    let codes: Vec<_> = codes.map(|warning| warning["code"].as_str().unwrap_or("")).collect();
    assert!(codes.contains(&"form_version_superseded"), "{within:?}");
    counter.house.advance(12 * DAY).await?;
    let gone = counter.file("three", &body).await?;
    assert_eq!(gone.status.as_u16(), 422, "{gone:?}");
    assert_problem(&gone, (422, "form_version_gone", "operator"), "2026-04-10");
    let again = counter.file("one", &body).await?;
    assert_eq!((again.status.as_u16(), &again.json["replayed"]), (200, &json!(true)), "{again:?}");
    assert_eq!(again.json["id"], first.json["id"]);
    counter.house.settle().await?;
    counter.close().await
}

#[tokio::test]
async fn a_correction_may_stay_on_the_version_of_its_filing() -> Result<()> {
    let (_folder, mut counter) = before_a_change().await?;
    let body = with_forms()?;
    let first = counter.file("one", &body).await?;
    let id = first.json["id"].as_str().context("an id")?.to_owned();
    counter.house.settle().await?;
    let delivery = counter.house.delivery(id.parse()?).await?;
    let returned = Decision {
        verdict: Verdict::Returned,
        comment: "日付を確かめてください".to_owned(),
        files: Vec::new(),
        marks: Vec::new(),
    };
    let reviewer = counter.house.reviewer();
    reviewer.decide(delivery.id, code(SAPPORO), &returned, Source::Api).await?;
    counter.house.settle().await?;
    counter.house.advance(24 * DAY).await?;
    // The key of the first answer is as good as ever; the correction is of the same version.
    let path = format!("/v1/filings/{id}/revisions");
    let answer = counter.front.post(&path, &counter.operator, ("fixed", &body)).await?;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    let mut newer = body.clone();
    newer["form"]["forms"][0]["version"] = json!("2026-04-11");
    counter.house.settle().await?;
    let second = counter.house.deliveries(id.parse()?).await?;
    let second = second.iter().find(|it| it.revision == 2).context("the correction")?;
    reviewer.decide(second.id, code(SAPPORO), &returned, Source::Api).await?;
    let answer = counter.front.post(&path, &counter.operator, ("newer", &newer)).await?;
    assert_eq!(answer.status.as_u16(), 201, "the version of today is good too: {answer:?}");
    counter.house.settle().await?;
    let shown = counter.front.get(&format!("/v1/filings/{id}"), &counter.operator).await?;
    let moments = &shown.json["deadlines"][0]["moments"];
    assert_eq!(moments["first"], "2026-04-01");
    assert_eq!(moments["revisions"], json!(["2026-04-25", "2026-04-25"]));
    assert_eq!(moments["accepted"], Value::Null);
    assert_eq!(shown.json["deadlines"][0]["timeliness"], "in_time", "the first submission counts");
    counter.close().await
}
