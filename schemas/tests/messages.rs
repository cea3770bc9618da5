//! Golden samples of every message version, and that all versions of a schema read each other.

use std::fs;
use std::path::PathBuf;

use apache_avro::Schema;
use apache_avro::schema_compatibility::SchemaCompatibility;
use schemas::message::{
    DeliveryDue, DomainEvent, FilingSubmitted, Message, MessageError, NoticeDue,
};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

fn filing_submitted() -> FilingSubmitted {
    FilingSubmitted {
        filing_id: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id"),
        revision: 1,
        trace: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
    }
}

fn delivery_due() -> DeliveryDue {
    DeliveryDue {
        delivery_id: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3b".parse().expect("an id"),
        turn: 3,
        trace: None,
    }
}

fn notice_due() -> NoticeDue {
    NoticeDue {
        notice_id: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3c".parse().expect("an id"),
        turn: 1,
        trace: None,
    }
}

fn domain_event() -> DomainEvent {
    DomainEvent {
        event: "delivery.delivered".into(),
        filing_id: filing_submitted().filing_id,
        revision: 2,
        delivery_id: Some(delivery_due().delivery_id),
        authority: Some("011002".parse().expect("a code")),
        at: 1_732_400_000_123,
        trace: None,
    }
}

fn check<M: Message + PartialEq + std::fmt::Debug>(sample: &M, file: &str) {
    let bytes = sample.encode().expect("encodes");
    assert_eq!(&M::decode(&bytes).expect("decodes"), sample);
    let path = golden(file);
    if std::env::var_os("TODOKE_MAKE_GOLDEN").is_some() {
        fs::write(&path, hex::encode(&bytes) + "\n").expect("written");
    }
    let kept =
        fs::read_to_string(&path).expect("the golden sample; make it with TODOKE_MAKE_GOLDEN=1");
    let kept = hex::decode(kept.trim()).expect("hex");
    assert_eq!(&M::decode(&kept).expect("decodes"), sample, "{file}");
}

#[test]
fn golden_samples_of_every_version_are_read() {
    check(&filing_submitted(), "filing_submitted.v1.hex");
    check(&delivery_due(), "delivery_due.v1.hex");
    check(&notice_due(), "notice_due.v1.hex");
    check(&domain_event(), "domain_event.v1.hex");
}

/// FULL compatibility: processes of two builds run beside each other, so each reads the other.
fn is_full(one: &Schema, other: &Schema) -> bool {
    SchemaCompatibility::can_read(one, other).is_ok()
        && SchemaCompatibility::can_read(other, one).is_ok()
}

#[test]
fn every_version_and_every_other_read_each_other() {
    let all = [
        FilingSubmitted::versions(),
        DeliveryDue::versions(),
        NoticeDue::versions(),
        DomainEvent::versions(),
    ];
    for versions in all {
        let schemas: Vec<_> = versions.schemas().collect();
        for (i, one) in schemas.iter().enumerate() {
            for other in &schemas[..=i] {
                assert!(is_full(one, other), "{one:?} and {other:?}");
            }
        }
    }
}

#[test]
fn a_field_without_a_default_is_no_full_change() {
    let with = |fields: &str| {
        let text = format!(r#"{{"type": "record", "name": "M", "fields": [{fields}]}}"#);
        Schema::parse_str(&text).expect("a schema")
    };
    let id = r#"{"name": "id", "type": "string"}"#;
    let first = with(id);
    let good = with(&format!(r#"{id}, {{"name": "n", "type": "int", "default": 0}}"#));
    let bad = with(&format!(r#"{id}, {{"name": "n", "type": "int"}}"#));
    assert!(is_full(&first, &good) && !is_full(&first, &bad));
}

#[test]
fn every_schema_file_is_used() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("avro");
    let source = include_str!("../src/message.rs");
    for entry in fs::read_dir(folder).expect("the folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        assert!(source.contains(&name), "{name} is not named in message.rs");
    }
}

#[test]
fn malformed_bytes_are_told_apart() {
    let good = delivery_due().encode().expect("encodes");
    assert!(matches!(DeliveryDue::decode(b"{}"), Err(MessageError::NotSingleObject)));
    assert!(matches!(NoticeDue::decode(&good), Err(MessageError::UnknownSchema { .. })));
    let short = DeliveryDue::decode(&good[..good.len() - 2]);
    assert!(matches!(short, Err(MessageError::Malformed { .. })), "{short:?}");
    let mut long = good.clone();
    long.push(0);
    assert!(matches!(DeliveryDue::decode(&long), Err(MessageError::Trailing { count: 1, .. })));
    for end in 0..good.len() {
        assert!(DeliveryDue::decode(&good[..end]).is_err());
    }
}
