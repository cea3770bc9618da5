//! Parcels for channels that are tried without a hub.

use adapters::{Action, Parcel, Sealed};
use anyhow::Result;
use hub::clock::Clock;
use schemas::{DeliveryId, FilingId, FilingKind};

/// A first try of a new delivery to Sapporo.
pub fn parcel_of(package: Sealed) -> Result<Parcel> {
    let clock = Clock::system();
    let filing = FilingId(clock.id());
    Ok(Parcel {
        delivery: DeliveryId(clock.id()),
        filing,
        receipt_number: filing.receipt_number(),
        revision: 1,
        authority: "011002".parse()?,
        authority_name: "札幌市".to_owned(),
        kind: FilingKind::Change,
        attempt: 1,
        package,
        second_copy: false,
        is_test: false,
        action: Action::Submit,
        link: None,
        trace: None,
        now: clock.now(),
    })
}
