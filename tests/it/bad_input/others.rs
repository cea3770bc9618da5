//! Keys, other people's things, and endpoints that must not be talked to.

use std::time::Duration;

use adapters::{Endpoint, api};
use anyhow::{Context, Result};
use hub::delivery::State;
use hub::web::access::Scope;
use reqwest::Method;
use schemas::{Channel, Owner};
use serde_json::json;
use tests::house::{House, change, code, operator};

use super::{Counter, OTARU, SAPPORO, assert_problem, good};

#[tokio::test]
async fn keys_open_what_they_are_for() -> Result<()> {
    let counter = Counter::open().await?;
    let bare = counter.front.bare(Method::GET, "/v1/filings");
    let answer = counter.front.ask(bare).await?;
    assert_problem(&answer, (401, "key_missing", "operator"), "todoke key add");
    for key in ["tdk_000000000000_00", "tdk_x", "secret"] {
        let answer = counter.front.get("/v1/filings", key).await?;
        assert_problem(&answer, (401, "key_unknown", "operator"), "ask operations");
    }
    for (path, key, wanted) in [
        ("/v1/filings", &counter.authority, "an operator"),
        ("/v1/operations/summary", &counter.operator, "operations"),
        ("/v1/operations/summary", &counter.authority, "operations"),
    ] {
        let answer = counter.front.get(path, key).await?;
        assert_problem(&answer, (403, "key_scope", "operator"), wanted);
    }
    let answer = counter.front.get("/v1/inbox", &counter.operator).await?;
    assert_problem(&answer, (403, "key_scope", "authority"), "an authority");
    let answer = counter.send("/v1/filings", &counter.authority, good().to_string()).await?;
    assert_problem(&answer, (403, "key_scope", "operator"), "an operator");
    counter.close().await
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_after_ten_seconds() -> Result<()> {
    let counter = Counter::open().await?;
    let key = counter.house.key(Scope::Operator(operator())).await?;
    assert_eq!(counter.front.get("/v1/filings", &key).await?.status.as_u16(), 200);
    let id = key.split('_').nth(1).context("a key has an id")?;
    let mut tx = counter.house.ctx.store.begin().await?;
    assert!(tx.revoke_api_key(id).await?);
    tx.commit().await?;
    counter.house.clock.advance(Duration::from_secs(10));
    let answer = counter.front.get("/v1/filings", &key).await?;
    assert_problem(&answer, (401, "key_unknown", "operator"), "revoked");
    counter.close().await
}

#[tokio::test]
async fn what_is_not_theirs_is_not_there() -> Result<()> {
    let mut counter = Counter::open().await?;
    let filing = counter.house.deliver(&change(SAPPORO, &[OTARU])).await?;
    let other_operator = Scope::Operator(schemas::codes::corporate_number_of(2));
    let other = counter.house.key(other_operator).await?;
    for path in ["", "/events", "/receipt"] {
        let path = format!("/v1/filings/{filing}{path}");
        let answer = counter.front.get(&path, &other).await?;
        assert_problem(&answer, (404, "not_found", "operator"), "check the id");
    }
    let theirs = counter.house.delivery_to(filing, code(OTARU)).await?.id;
    let accepted = json!({"verdict": "accepted"});
    for id in [theirs.to_string(), filing.to_string(), "x".to_owned()] {
        let inbox = format!("/v1/inbox/{id}");
        let decision = format!("{inbox}/decision");
        let answer = counter.front.post(&decision, &counter.authority, ("d", &accepted)).await?;
        assert_problem(&answer, (404, "not_found", "authority"), "check the id");
        let answer = counter.front.get(&format!("{inbox}/package"), &counter.authority).await?;
        assert_problem(&answer, (404, "not_found", "authority"), "check the id");
    }
    counter.close().await
}

#[tokio::test]
async fn decisions_and_corrections_out_of_place_are_refused() -> Result<()> {
    let mut counter = Counter::open().await?;
    let filing = counter.house.deliver(&change(SAPPORO, &[])).await?;
    let own = counter.house.delivery(filing).await?.id;
    let path = format!("/v1/inbox/{own}/decision");
    let files = json!([{"name": "x.pdf", "sha256": "0".repeat(64), "size": 1,
                        "media_type": "application/pdf"}]);
    for (body, status, code, words) in [
        (json!({"verdict": "returned"}), 422, "decision_invalid", "what to correct"),
        (json!({"verdict": "maybe"}), 400, "value_unknown", "use one of"),
        (
            json!({"verdict": "returned", "comment": "長".repeat(5_001)}),
            422,
            "decision_invalid",
            "at most 5000",
        ),
        (json!({"verdict": "accepted", "files": files}), 422, "decision_invalid", "upload it"),
    ] {
        let answer = counter.front.post(&path, &counter.authority, ("d", &body)).await?;
        assert_problem(&answer, (status, code, "authority"), words);
    }
    let revisions = format!("/v1/filings/{filing}/revisions");
    let answer = counter.front.post(&revisions, &counter.operator, ("c", &good())).await?;
    assert_problem(&answer, (409, "nothing_returned", "operator"), "nothing to correct");

    let accepted = json!({"verdict": "accepted"});
    for _ in 0..2 {
        let answer = counter.front.post(&path, &counter.authority, ("d", &accepted)).await?;
        assert_eq!(answer.status.as_u16(), 204, "the same decision again is fine: {answer:?}");
    }
    let returned = json!({"verdict": "returned", "comment": "やはり"});
    let answer = counter.front.post(&path, &counter.authority, ("d", &returned)).await?;
    assert_problem(&answer, (409, "wrong_state", "authority"), "accepted");
    let withdrawal = format!("/v1/filings/{filing}/withdrawal");
    let reason = json!({"reason": "誤り"});
    let answer = counter.front.post(&withdrawal, &counter.operator, ("w", &reason)).await?;
    assert_problem(&answer, (409, "wrong_state", "operator"), "accepted");
    counter.house.settle().await?;
    counter.close().await
}

#[tokio::test]
async fn a_correction_stays_of_its_kind() -> Result<()> {
    let mut counter = Counter::open().await?;
    let filing = counter.house.deliver(&change(SAPPORO, &[])).await?;
    let own = counter.house.delivery(filing).await?.id;
    let path = format!("/v1/inbox/{own}/decision");
    let returned = json!({"verdict": "returned", "comment": "日付"});
    counter.front.post(&path, &counter.authority, ("d", &returned)).await?;
    let mut closure = good();
    closure["kind"] = json!("closure");
    let revisions = format!("/v1/filings/{filing}/revisions");
    let answer = counter.front.post(&revisions, &counter.operator, ("c", &closure)).await?;
    assert_problem(&answer, (409, "kind_differs", "operator"), "file another kind anew");
    counter.house.settle().await?;
    counter.close().await
}

#[tokio::test]
async fn endpoints_that_cannot_be_trusted_end_with_code_and_owner() -> Result<()> {
    let private = Endpoint::Api(api::Config::new("https://10.1.2.3/filings", "secret"));
    let plain = Endpoint::Api(api::Config::new("http://203.0.114.1/filings", "secret"));
    for (endpoint, expected) in [(private, "address_not_allowed"), (plain, "https_required")] {
        let house = House::build().endpoints(SAPPORO, vec![endpoint]);
        let house = house.with(|config| config.endpoints.allow_private_addresses = false);
        let mut house = house.start().await?;
        let filing = house.deliver(&change(SAPPORO, &[])).await?;
        let delivery = house.delivery(filing).await?;
        let State::Failed { why } = &delivery.state else { panic!("{delivery:?}") };
        assert_eq!((why.code.as_str(), why.owner), (expected, Owner::Hub), "{why:?}");
        assert!(house.lane(code(SAPPORO), Channel::Api).await?.is_none_or(|l| l.failures == 0));
        house.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_host_key_that_is_not_pinned_is_not_talked_to() -> Result<()> {
    let mut house = House::build().ladder(SAPPORO, &[Channel::Sftp]).start().await?;
    let mut config = house.sandbox.sftp_endpoint(code(SAPPORO));
    config.host_keys = vec!["SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()];
    house.set_endpoints(code(SAPPORO), &[Endpoint::Sftp(config)]).await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?;
    let State::Failed { why } = &delivery.state else { panic!("{delivery:?}") };
    assert_eq!((why.code.as_str(), why.owner), ("host_key_unknown", Owner::Authority));
    assert!(why.sentence.contains("then pin it"), "{}", why.sentence);
    assert!(house.held()?.is_empty());
    house.finish().await
}
