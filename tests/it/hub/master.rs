//! The master: as of the day of receipt, and authorities that are not ready.

use std::time::Duration;

use anyhow::Result;
use hub::delivery::State;
use routing::{Master, Tables};
use schemas::{Channel, Owner};
use tests::house::{House, change, code};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";
/// 余市町, which the ministry lists among those that are not prepared.
const UNPREPARED: &str = "014087";

/// The embedded master with one row of authorities altered.
fn altered(code: &str, from: &str, to: &str) -> Result<Master> {
    let row = Tables::EMBEDDED.authorities.lines().find(|line| line.starts_with(code));
    let row = row.expect("a row of the master");
    assert!(row.contains(from), "{row}");
    let authorities = Tables::EMBEDDED.authorities.replace(row, &row.replace(from, to));
    Ok(Master::parse(&Tables { authorities: &authorities, ..Tables::EMBEDDED })?)
}

#[tokio::test]
async fn a_filing_goes_by_the_master_of_its_day_of_receipt() -> Result<()> {
    // 2026-04-01 in Japan begins and the service ends on its eve: received at 23:59:59 it counts.
    let services = Tables::EMBEDDED.services;
    let row = services.lines().find(|line| line.starts_with("78,")).expect("a row of the master");
    let ended = services.replace(row, &format!("{row}2026-04-01"));
    let master = Master::parse(&Tables { services: &ended, ..Tables::EMBEDDED })?;
    let mut house = House::build().master(master).ladder(SAPPORO, &[Channel::Api]).start().await?;
    house.clock.advance(Duration::from_secs(15 * 3_600 - 1));
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    house.clock.advance(Duration::from_hours(1));
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    // On the next day it is no service any more.
    let problem = house.file(&change(SAPPORO, &[])).await.expect_err("abolished");
    assert_eq!(problem.to_string(), "the filing has 1 mistakes");
    house.finish().await
}

#[tokio::test]
async fn what_an_authority_does_not_take_yet_is_held_and_goes_out_when_it_does() -> Result<()> {
    let mut house = House::build().ladder(UNPREPARED, &[Channel::Api]).start().await?;
    let filing = house.deliver(&change(UNPREPARED, &[SAPPORO])).await?;
    let held = house.delivery_to(filing, code(UNPREPARED)).await?;
    let State::Held { why } = &held.state else { panic!("{held:?}") };
    assert_eq!((why.code.as_str(), why.owner), ("authority_not_prepared", Owner::Authority));
    assert!(why.sentence.contains("で提出してください"), "{}", why.sentence);
    let told = house.letters_about("このシステムで受け付けていない")?;
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains(&why.sentence), "{}", told[0].text);

    house.advance(Duration::from_hours(720)).await?;
    house.tend().await?;
    assert!(matches!(house.delivery_to(filing, code(UNPREPARED)).await?.state, State::Held { .. }));

    let master = altered(UNPREPARED, "false,listed", "true,")?;
    house.restart_with(|builder| builder.set_master(master)).await?;
    house.tend().await?;
    let delivery = house.delivery_to(filing, code(UNPREPARED)).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    house.finish().await
}

#[tokio::test]
async fn an_authority_that_is_closed_or_exempt_is_held_with_the_other_way_to_file() -> Result<()> {
    for (switch, expected, way) in [
        ("exempt,,as_before,,", "authority_exempt", "as_before"),
        ("closed,,paper,小樽市役所,", "authority_closed", "paper"),
        ("open,change,own_system,,", "authority_kind_not_taken", "own_system"),
    ] {
        let mut house = House::build()
            .master(altered(OTARU, "open,,email_or_other,,", switch)?)
            .ladder(OTARU, &[Channel::Api])
            .start()
            .await?;
        let filing = house.deliver(&change(OTARU, &[])).await?;
        let delivery = house.delivery(filing).await?;
        let State::Held { why } = &delivery.state else { panic!("{delivery:?}") };
        assert_eq!(why.code, expected);
        assert!(why.sentence.contains(way), "{}", why.sentence);
        assert_eq!(house.letters_about("このシステムで受け付けていない")?.len(), 1);
        house.finish().await?;
    }
    Ok(())
}
