//! Receipts, as somebody hands them in to be verified.

use std::sync::LazyLock;

use hub::receipt::verify;
use hub::signer::{Signer, canonical};
use hub::store::{EventRow, event_hash};
use serde_json::{Value, json};

use super::assert_sentence;

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    Signer::open(folder.path()).expect("a key")
});

/// A receipt as it is; and its statement, or the whole as one, signed with a key of our own and
/// with events that chain, so that what stands behind the signature is looked at too.
pub(super) fn receipt(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(problem) = verify(&text, None) {
        assert_sentence(&problem);
    }
    let Ok(mut whole) = serde_json::from_str::<Value>(&text) else { return };
    let canon = canonical(&whole);
    let again = serde_json::from_str(&canon).expect("the canonical form is JSON");
    assert_eq!(canonical(&again), canon, "two canonical forms");
    let mut statement = match whole.get_mut("statement") {
        Some(statement) => statement.take(),
        None => whole,
    };
    check(&statement);
    chain(&mut statement);
    check(&statement);
}

/// Signed by us it stands or not; altered afterwards it never does.
fn check(statement: &Value) {
    let mut signed = SIGNER.sign(statement.clone());
    let text = serde_json::to_string(&signed).expect("JSON");
    match verify(&text, Some(&SIGNER.fingerprint())) {
        Ok(verified) => {
            assert!(verified.events > 0, "a receipt of nothing stands");
            let other = verify(&text, Some("0123456789abcdef"));
            assert_sentence(&other.expect_err("another key than the trusted one"));
            signed.statement["received_at"] = json!(verified.received_at ^ 1);
            let text = serde_json::to_string(&signed).expect("JSON");
            assert_sentence(&verify(&text, None).expect_err("it was altered"));
        }
        Err(problem) => assert_sentence(&problem),
    }
}

/// Numbers and hashes the events anew, where they are events.
fn chain(statement: &mut Value) {
    let Ok(mut events) = serde_json::from_value::<Vec<EventRow>>(statement["events"].clone())
    else {
        return;
    };
    let mut head = String::new();
    for (event, seq) in events.iter_mut().zip(1..) {
        event.seq = seq;
        head = event_hash(&head, event);
        event.hash.clone_from(&head);
    }
    statement["events"] = json!(events);
}
