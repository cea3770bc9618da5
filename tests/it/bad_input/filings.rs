//! What can be wrong with a filing itself.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Counter, SAPPORO, assert_problem, good, spoilt};

fn service_of(code: &str) -> Value {
    spoilt("/offices/0/services/0/service", json!(code))
}

fn with_attachment(field: &str, value: Value) -> Value {
    let mut file = json!({"name": "平面図.pdf", "sha256": "0".repeat(64), "size": 3,
                          "media_type": "application/pdf"});
    file[field] = value;
    spoilt("/attachments", json!([file]))
}

fn offices(count: usize) -> Value {
    let office = good()["offices"][0].clone();
    json!(vec![office; count])
}

#[tokio::test]
async fn a_filing_that_is_wrong_is_refused_with_what_to_do() -> Result<()> {
    let counter = Counter::open().await?;
    let mut unknown_field = good();
    unknown_field["colour"] = json!("red");
    let mut missing_field = good();
    missing_field.as_object_mut().expect("an object").remove("kind");
    let mut not_a_change = spoilt("/kind", json!("closure"));
    not_a_change["one_stop"] = json!(true);
    let mut two_digits = good();
    two_digits["offices"][0]["office_number"] = json!("1371600304");
    for (body, status, code, words) in [
        (spoilt("/corporate_number", json!("1000000000001")), 400, "check_digit", "expected"),
        (spoilt("/offices/0/municipality", json!("011003")), 400, "check_digit", "expected 2"),
        (two_digits, 400, "check_digit", "介護事業所番号"),
        (spoilt("/offices/0/municipality", json!("札幌市")), 400, "code_malformed", "6 digits"),
        (spoilt("/kind", json!("birth")), 400, "value_unknown", "use one of these words"),
        (unknown_field, 400, "field_unknown", "`colour`"),
        (missing_field, 400, "field_missing", "`kind`"),
        (spoilt("/offices", json!("一か所")), 400, "json_invalid", "/openapi.json"),
        (spoilt("/offices/0/municipality", json!("999997")), 422, "unknown_municipality", "999997"),
        (service_of("99"), 422, "unknown_service", "99"),
        (service_of("53"), 422, "service_abolished", "2024-03-31"),
        (spoilt("/offices", json!([])), 422, "office_missing", "at least one office"),
        (spoilt("/offices", offices(2)), 422, "offices_without_one_stop", "file once for each"),
        (not_a_change, 422, "one_stop_not_a_change", "change notices"),
        (spoilt("/operator_name", json!(" ")), 422, "name_length", "1 to 200"),
        (spoilt("/operator_name", json!("み\nどり")), 422, "name_control_character", "line breaks"),
        (spoilt("/form", json!("紙")), 422, "form_not_object", "as an object"),
        (with_attachment("name", json!("../x")), 422, "filing_invalid", "no path"),
        (with_attachment("sha256", json!("AB")), 422, "filing_invalid", "64 lower-case"),
        (with_attachment("media_type", json!("text/html")), 422, "filing_invalid", "use one of"),
        (with_attachment("size", json!(3)), 422, "attachment_unknown", "upload it"),
    ] {
        let answer = counter.file("wrong", &body).await?;
        assert_problem(&answer, (status, code, "operator"), words);
    }
    assert_eq!(counter.house.ctx.store.totals().await?.filings, 0, "nothing of it was recorded");
    counter.close().await
}

#[tokio::test]
async fn single_mistakes_are_told_each_with_its_place() -> Result<()> {
    let counter = Counter::open().await?;
    let mut body = with_attachment("name", json!("../x"));
    body["operator_name"] = json!("");
    body["offices"][0]["name"] = json!("");
    let answer = counter.file("many", &body).await?;
    assert_problem(&answer, (422, "filing_invalid", "operator"), "/operator_name");
    let findings = answer.json["findings"].as_array().expect("a list");
    let told: Vec<_> = findings
        .iter()
        .map(|f| (f["path"].as_str().unwrap_or(""), f["code"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        told,
        [
            ("/operator_name", "name_length"),
            ("/offices/0/name", "name_length"),
            ("/attachments/0/name", "attachment_name"),
            ("/attachments/0/sha256", "attachment_unknown"),
        ]
    );
    assert!(findings.iter().all(|f| f["message"].as_str().is_some_and(|m| m.len() > 10)));
    counter.close().await
}

#[tokio::test]
async fn a_file_of_mine_is_taken_and_only_as_it_was_uploaded() -> Result<()> {
    let mut counter = Counter::open().await?;
    let uploaded = counter.front.upload(&counter.operator, "%PDF").await?;
    assert_eq!(uploaded.status.as_u16(), 201, "{uploaded:?}");
    let sha256 = uploaded.json["sha256"].clone();
    let with = |size: u64, name: &str| {
        spoilt(
            "/attachments",
            json!([{"name": name, "sha256": sha256, "size": size,
                    "media_type": "application/pdf"}]),
        )
    };
    let answer = counter.file("size", &with(5, "平面図.pdf")).await?;
    assert_problem(&answer, (422, "attachment_size", "operator"), "4 bytes");
    let answer = counter.file("name", &with(4, "../x")).await?;
    assert_problem(&answer, (422, "attachment_name", "operator"), "no path");
    let twice = json!([with(4, "a.pdf")["attachments"][0], with(4, "A.pdf")["attachments"][0]]);
    let answer = counter.file("twice", &spoilt("/attachments", twice)).await?;
    assert_problem(&answer, (422, "attachment_name_twice", "operator"), "rename one");
    let answer = counter.file("right", &with(4, "平面図.pdf")).await?;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    counter.house.settle().await?;
    assert_eq!(counter.house.held()?.len(), 1);
    counter.close().await
}

#[tokio::test]
async fn a_request_that_is_wrong_is_refused_with_what_to_do() -> Result<()> {
    let mut counter = Counter::open().await?;
    let answer = counter.file("key", &good()).await?;
    assert_eq!(answer.status.as_u16(), 201);
    let answer = counter.file("key", &spoilt("/form", json!({"別": "件"}))).await?;
    assert_problem(&answer, (422, "idempotency_key_reused", "operator"), "use a new key");

    let key = &counter.operator;
    let request = counter.front.request(reqwest::Method::POST, "/v1/filings", key);
    let answer = counter.front.ask(request.body(good().to_string())).await?;
    assert_problem(&answer, (400, "idempotency_key_missing", "operator"), "Idempotency-Key");
    let answer = counter.file(&"k".repeat(201), &good()).await?;
    assert_problem(&answer, (400, "idempotency_key_length", "operator"), "1 to 200");

    let answer = counter.send("/v1/filings", key, "{\"kind\": ").await?;
    assert_problem(&answer, (400, "json_malformed", "operator"), "one whole JSON object");
    let answer = counter.send("/v1/filings", key, vec![b'"', 0xFF, b'"']).await?;
    assert_problem(&answer, (400, "body_unreadable", "operator"), "UTF-8");
    let other = spoilt("/corporate_number", json!(schemas::codes::corporate_number_of(2)));
    let answer = counter.file("other", &other).await?;
    assert_problem(&answer, (403, "corporate_number_not_yours", "operator"), "another");
    let answer = counter.front.get("/v1/filings?limit=many", key).await?;
    assert_problem(&answer, (400, "query_invalid", "operator"), "/openapi.json");
    let path = format!("/v1/operations/lanes/{SAPPORO}/pigeon/pause");
    let answer = counter.send(&path, &counter.operations, "{\"why\": \"x\"}").await?;
    assert_problem(&answer, (400, "path_invalid", "operator"), "pigeon");
    counter.house.settle().await?;
    counter.close().await
}
