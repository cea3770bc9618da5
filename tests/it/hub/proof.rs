//! The receipt: it stands without the hub, and each way in which it can be wrong has its sentence.

use anyhow::{Context, Result};
use hub::receipt::{self, ReceiptProblem};
use hub::signer::{Signed, Signer};
use hub::store::ChainBreak;
use schemas::Channel;
use serde_json::{Value, json};
use tests::house::{House, change};

const SAPPORO: &str = "011002";

async fn receipted() -> Result<(House, Signed)> {
    let mut house = House::build().ladder(SAPPORO, &[Channel::Api]).start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let row = house.ctx.store.filing(filing).await?.context("the filing")?;
    let signed = receipt::make(&house.ctx, &row).await?;
    Ok((house, signed))
}

/// What the check says about a receipt.
fn check(signed: &Signed, trusted: Option<&str>) -> Result<(), ReceiptProblem> {
    receipt::verify(&serde_json::to_string(signed).expect("JSON"), trusted).map(drop)
}

/// What it says about a statement that the hub's own key signed, so that only the content is wrong.
fn check_resigned(house: &House, signed: &Signed, alter: impl FnOnce(&mut Value)) -> String {
    let mut statement = signed.statement.clone();
    alter(&mut statement);
    let problem = check(&house.ctx.signer.sign(statement), None);
    problem.expect_err("it is wrong").to_string()
}

#[tokio::test]
async fn what_was_altered_after_signing_is_found() -> Result<()> {
    let (house, signed) = receipted().await?;
    check(&signed, Some(&signed.fingerprint()))?;
    let sentence =
        "the signature does not fit: the statement was altered, or another key signed it";
    for pointer in ["/received_at", "/deliveries/0/state", "/events/0/body", "/status"] {
        let mut altered = signed.clone();
        *altered.statement.pointer_mut(pointer).context("a field")? = json!("別");
        let problem = check(&altered, None).expect_err(pointer);
        assert_eq!(problem.to_string(), sentence, "{pointer}");
    }
    let mut weak = signed.clone();
    weak.algorithm = "none".into();
    let problem = check(&weak, None).expect_err("an unknown algorithm");
    assert_eq!(problem.to_string(), "the signature's algorithm is \"none\", only Ed25519 is known");
    let mut cut = signed.clone();
    cut.signature = "*".into();
    let problem = check(&cut, None).expect_err("no base64");
    assert_eq!(problem.to_string(), "the signature is not base64");
    house.finish().await
}

#[tokio::test]
async fn another_hubs_key_is_told_apart() -> Result<()> {
    let (house, signed) = receipted().await?;
    let folder = tempfile::tempdir()?;
    let other = Signer::open(folder.path())?;
    let forged = other.sign(signed.statement.clone());
    let (ours, theirs) = (house.ctx.signer.fingerprint(), other.fingerprint());
    let problem = check(&forged, Some(&ours)).expect_err("another key");
    let expected = format!("it was signed with the key {theirs}, not with the trusted key {ours}");
    assert_eq!(problem.to_string(), expected);
    // Without a fingerprint to compare it can only say whose key it is.
    let verified = receipt::verify(&serde_json::to_string(&forged)?, None)?;
    assert_eq!(verified.fingerprint, theirs);
    house.finish().await
}

#[tokio::test]
async fn a_chain_that_does_not_hold_is_found_though_signed() -> Result<()> {
    let (house, signed) = receipted().await?;
    let events = signed.statement["events"].as_array().context("events")?.len();
    assert!(events >= 4, "received, planned, mailed, delivered");
    let altered = check_resigned(&house, &signed, |statement| {
        statement["events"][1]["at"] = json!(1);
    });
    let expected = ChainBreak::Hash { seq: 2 }.to_string();
    assert_eq!(altered, format!("the chain of events is broken: {expected}"));
    let missing = check_resigned(&house, &signed, |statement| {
        statement["events"].as_array_mut().expect("events").remove(1);
    });
    let expected = "event 2 is missing or out of place (found number 3)";
    assert_eq!(missing, format!("the chain of events is broken: {expected}"));
    let swapped = check_resigned(&house, &signed, |statement| {
        statement["events"].as_array_mut().expect("events").swap(0, 1);
    });
    let expected = "event 1 is missing or out of place (found number 2)";
    assert_eq!(swapped, format!("the chain of events is broken: {expected}"));
    let foreign = check_resigned(&house, &signed, |statement| {
        statement["filing"] = json!("01932c07-209c-7a36-8d4f-7c1f4d1c2b3a");
    });
    assert_eq!(foreign, "event 1 belongs to another filing");
    house.finish().await
}

#[tokio::test]
async fn what_no_event_shows_is_not_believed() -> Result<()> {
    let (house, signed) = receipted().await?;
    let delivery = signed.statement["deliveries"][0]["delivery"].clone();
    let delivery = delivery.as_str().context("an id")?;
    let unproved = check_resigned(&house, &signed, |statement| {
        let events = statement["events"].as_array_mut().expect("events");
        let cut = events.iter().position(|event| event["kind"] == "delivery.delivered");
        events.truncate(cut.expect("it was delivered"));
    });
    let expected = format!("the receipt says that {delivery} was delivered, but no event shows it");
    assert_eq!(unproved, expected);
    let digest = check_resigned(&house, &signed, |statement| {
        statement["revisions"][0]["document_sha256"] = json!("0".repeat(64));
    });
    let expected = "the receipt says that revision 1 has that digest, but no event shows it";
    assert_eq!(digest, expected);
    let time = check_resigned(&house, &signed, |statement| statement["received_at"] = json!(1));
    let expected = "the receipt says that it was received at that time, but no event shows it";
    assert_eq!(time, expected);
    let empty = check_resigned(&house, &signed, |statement| statement["events"] = json!([]));
    let expected = "the receipt says that the filing was received, but no event shows it";
    assert_eq!(empty, expected);
    house.finish().await
}

#[test]
fn what_is_no_receipt_is_called_so() {
    for (text, words) in [
        ("到達確認", "expected value"),
        ("{}", "missing field `statement`"),
        (
            r#"{"statement": {"type": "x"}, "algorithm": "", "public_key": "", "signature": ""}"#,
            "its type is \"x\", not \"todoke.receipt.v1\"",
        ),
    ] {
        let problem = receipt::verify(text, None).expect_err(text).to_string();
        assert!(problem.starts_with("this is no Todoke receipt: "), "{problem}");
        assert!(problem.contains(words), "{problem}");
    }
}
