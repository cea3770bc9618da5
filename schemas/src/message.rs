//! Avro messages between the stages: references only (ids, numbers, trace), never bodies.
//!
//! Single-object encoding (Avro 1.11 specification): `C3 01`, the writer schema's 8-byte
//! CRC-64-AVRO fingerprint, the datum. A reader finds the writer's schema by that fingerprint among
//! all versions that this build knows, so old messages stay readable after an upgrade.

use std::sync::LazyLock;

use apache_avro::Schema;
use apache_avro::rabin::Rabin;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::writer::datum::GenericDatumWriter;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{AuthorityId, DeliveryId, FilingId, NoticeId};

/// Why bytes are not a message.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// No single-object header.
    #[error("not an Avro single-object message: it must begin with C3 01 and a fingerprint")]
    NotSingleObject,
    /// A schema that this build does not know, or that belongs to another message.
    #[error("schema fingerprint {fingerprint} is no known version of {message}")]
    UnknownSchema {
        /// Hex of the fingerprint.
        fingerprint: String,
        /// The message that was expected.
        message: &'static str,
    },
    /// The datum does not fit its schema.
    #[error("malformed {message}: {source}")]
    Malformed {
        /// The message that was expected.
        message: &'static str,
        /// What the Avro library says.
        source: Box<apache_avro::Error>,
    },
    /// Bytes follow the datum.
    #[error("{count} bytes too many after {message}")]
    Trailing {
        /// The message that was expected.
        message: &'static str,
        /// How many.
        count: usize,
    },
}

/// All versions of one message's schema, the newest (which is written) last.
#[derive(Debug)]
pub struct Versions {
    name: &'static str,
    schemas: Vec<([u8; 8], Schema)>,
}

impl Versions {
    fn new(name: &'static str, texts: &[&str]) -> Self {
        let parse = |text: &&str| {
            // The texts are embedded; a test parses every one of them.
            let schema = Schema::parse_str(text).unwrap_or(Schema::Null);
            let mut fingerprint = [0; 8];
            fingerprint.copy_from_slice(&schema.fingerprint::<Rabin>().bytes);
            (fingerprint, schema)
        };
        Self { name, schemas: texts.iter().map(parse).collect() }
    }

    /// The schemas, the oldest first.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.schemas.iter().map(|(_, schema)| schema)
    }

    fn newest(&self) -> &([u8; 8], Schema) {
        &self.schemas[self.schemas.len() - 1]
    }
}

/// A message with its schemas.
pub trait Message: Serialize + DeserializeOwned + Sized {
    /// All versions of its schema.
    fn versions() -> &'static Versions;

    /// The W3C `traceparent` that it goes out under.
    fn trace(&self) -> Option<&str>;

    /// Single-object encoding with the newest schema.
    fn encode(&self) -> Result<Vec<u8>, MessageError> {
        let versions = Self::versions();
        let (fingerprint, schema) = versions.newest();
        let datum = GenericDatumWriter::builder(schema)
            .human_readable(true)
            .build()
            .and_then(|writer| writer.write_ser_to_vec(self))
            .map_err(|source| malformed(versions.name, source))?;
        let mut bytes = Vec::with_capacity(10 + datum.len());
        bytes.extend_from_slice(&[0xC3, 0x01]);
        bytes.extend_from_slice(fingerprint);
        bytes.extend_from_slice(&datum);
        Ok(bytes)
    }

    /// Reads any version that this build knows.
    fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let versions = Self::versions();
        let message = versions.name;
        if bytes.len() < 10 || bytes[..2] != [0xC3, 0x01] {
            return Err(MessageError::NotSingleObject);
        }
        let (fingerprint, mut datum) = (&bytes[2..10], &bytes[10..]);
        let writer = versions.schemas.iter().find(|(known, _)| known == fingerprint);
        let Some((_, writer)) = writer else {
            let fingerprint = hex::encode(fingerprint);
            return Err(MessageError::UnknownSchema { fingerprint, message });
        };
        let newest = &versions.newest().1;
        let malformed = |source| malformed(message, source);
        let value = if std::ptr::eq(writer, newest) {
            read(newest, &mut datum).map_err(malformed)?
        } else {
            let upgraded = upgrade(writer, newest, &mut datum).map_err(malformed)?;
            read(newest, &mut upgraded.as_slice()).map_err(malformed)?
        };
        if !datum.is_empty() {
            return Err(MessageError::Trailing { message, count: datum.len() });
        }
        Ok(value)
    }
}

fn read<M: DeserializeOwned>(schema: &Schema, datum: &mut &[u8]) -> Result<M, apache_avro::Error> {
    GenericDatumReader::builder(schema).human_readable(true).build()?.read_deser(datum)
}

/// An old datum as the newest schema writes it; the library's typed reader does not resolve.
fn upgrade(
    writer: &Schema,
    newest: &Schema,
    datum: &mut &[u8],
) -> Result<Vec<u8>, apache_avro::Error> {
    let reader = GenericDatumReader::builder(writer).reader_schema(newest).build()?;
    let value = reader.read_value(datum)?;
    GenericDatumWriter::builder(newest).build()?.write_value_to_vec(value)
}

fn malformed(message: &'static str, source: apache_avro::Error) -> MessageError {
    MessageError::Malformed { message, source: Box::new(source) }
}

/// Gives a struct its schema versions, the oldest first.
macro_rules! message {
    ($name:ident, $($file:literal),+) => {
        impl Message for $name {
            fn versions() -> &'static Versions {
                static VERSIONS: LazyLock<Versions> = LazyLock::new(|| {
                    let texts = [$(include_str!(concat!("../avro/", $file))),+];
                    Versions::new(stringify!($name), &texts)
                });
                &VERSIONS
            }

            fn trace(&self) -> Option<&str> {
                self.trace.as_deref()
            }
        }
    };
}

/// A filing revision was receipted; the router plans it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingSubmitted {
    /// The filing.
    pub filing_id: FilingId,
    /// Its revision, from 1.
    pub revision: i32,
    /// W3C traceparent.
    pub trace: Option<String>,
}
message!(FilingSubmitted, "filing_submitted.v1.avsc");

/// A delivery is due; the courier tries it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryDue {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// Its turn when the message was written; a message of an older turn is stale.
    pub turn: i32,
    /// W3C traceparent.
    pub trace: Option<String>,
}
message!(DeliveryDue, "delivery_due.v1.avsc");

/// A notice to an operator is due; the notifier sends it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeDue {
    /// The notice.
    pub notice_id: NoticeId,
    /// Its turn when the message was written.
    pub turn: i32,
    /// W3C traceparent.
    pub trace: Option<String>,
}
message!(NoticeDue, "notice_due.v1.avsc");

/// Something happened to a filing; published for subscribers outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainEvent {
    /// The routing key, for example `delivery.delivered`.
    pub event: String,
    /// The filing.
    pub filing_id: FilingId,
    /// Its revision, from 1.
    pub revision: i32,
    /// The delivery, where it is about one.
    pub delivery_id: Option<DeliveryId>,
    /// The authority, where it is about one.
    pub authority: Option<AuthorityId>,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// W3C traceparent: only in the message's header, which subscribers look for there.
    #[serde(skip)]
    pub trace: Option<String>,
}
message!(DomainEvent, "domain_event.v1.avsc");
