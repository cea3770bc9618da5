//! Ids: UUID version 7 made by the hub, so that they sort by time; text form is the hyphenated one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::AuthorityId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <String as utoipa::PartialSchema>::schema()
            }
        }
        impl utoipa::ToSchema for $name {}
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// One filing, over all its revisions.
    FilingId
);
id!(
    /// One filing revision to one authority; the idempotency key, Message-ID and file name of
    /// every try derive from it.
    DeliveryId
);
id!(
    /// One message to an operator.
    NoticeId
);

/// Crockford's alphabet: no I, L, O, U, so that a number read out over the telephone survives.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl FilingId {
    /// The 受付番号 that people see: `T` and three groups of four, for example `T1Z8K-3M0Q-77XD`.
    ///
    /// A function of the id alone (60 of its random bits), so it needs no counter and no lock.
    pub fn receipt_number(&self) -> String {
        let mut bits = self.0.as_u128() & ((1 << 60) - 1);
        let mut text = [0u8; 12];
        for place in text.iter_mut().rev() {
            *place = CROCKFORD[(bits & 31) as usize];
            bits >>= 5;
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        format!("T{}-{}-{}", &text[..4], &text[4..8], &text[8..])
    }
}

impl DeliveryId {
    /// The id of a filing's revision (from 1, received at that millisecond) to an authority.
    ///
    /// A function of what it names, in the shape of a UUID version 7: who plans a filing once more,
    /// because the store was restored from a backup, gives the authority the id that it knows.
    pub fn of(filing: FilingId, revision: i32, received_at: i64, authority: AuthorityId) -> Self {
        let named = format!("todoke delivery\n{filing}\n{revision}\n{authority}\n");
        let digest = Sha256::digest(named.as_bytes());
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let millis = u64::try_from(received_at).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipt_numbers_are_stable() {
        let id: FilingId = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id");
        assert_eq!(id.receipt_number(), "TTKVW-3X6H-RAST");
        assert_eq!(id.receipt_number().len(), 15);
    }

    #[test]
    fn ids_of_deliveries_are_stable_and_differ() {
        let filing: FilingId = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id");
        let sapporo: AuthorityId = "011002".parse().expect("an authority");
        let id = DeliveryId::of(filing, 1, 1_730_000_000_000, sapporo);
        assert_eq!(id.to_string(), "0192cc09-1400-7e55-9b72-84ab5ec91c51");
        assert_eq!(id.0.get_version_num(), 7);
        let otaru: AuthorityId = "012033".parse().expect("an authority");
        let others = [
            DeliveryId::of(filing, 2, 1_730_000_000_000, sapporo),
            DeliveryId::of(filing, 1, 1_730_000_000_000, otaru),
            DeliveryId::of(FilingId(id.0), 1, 1_730_000_000_000, sapporo),
        ];
        assert!(others.iter().all(|other| *other != id), "{others:?}");
    }
}
