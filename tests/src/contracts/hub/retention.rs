//! The whole life of a filing: its answers go after weeks, its tries after months, its events after
//! years; and what is not finished keeps everything.

use std::time::Duration;

use anyhow::{Context, Result};
use hub::review::Source;
use hub::store::Chain;
use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::{Channel, Decision, FilingId, Verdict};

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, change, code, operator};

const DAY: Duration = Duration::from_hours(24);

/// Events, tries and tries with an answer's body.
async fn left(house: &House, filing: FilingId) -> Result<(bool, usize, usize)> {
    let events = house.ctx.store.events(filing).await?;
    let attempts = house.ctx.store.attempts_of_filing(filing).await?;
    let answers = attempts.iter().filter(|row| row.detail.contains("\"body\":")).count();
    Ok((!events.is_empty(), attempts.len(), answers))
}

async fn accept(house: &House, filing: FilingId, whose: &str) -> Result<()> {
    let delivery = house.delivery_to(filing, code(whose)).await?.id;
    let answer = Decision {
        verdict: Verdict::Accepted,
        comment: String::new(),
        files: Vec::new(),
        marks: Vec::new(),
    };
    Ok(house.reviewer().decide(delivery, code(whose), &answer, Source::Api).await?)
}

/// Upkeep alone does it, look by look; pages, receipts and the interface say what has become of it.
pub async fn a_filing_grows_old(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]);
    let builder = builder.with(|config| {
        config.http.open_pages = true;
        config.retention.event_years = 1;
        config.retention.attempt_months = 2;
        config.retention.answer_weeks = 3;
        config.retention.undecided_months = 24;
    });
    let mut house = builder.start().await?;
    let done = house.deliver(&change(SAPPORO, &[])).await?;
    accept(&house, done, SAPPORO).await?;
    // One authority of two has not answered.
    let open = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    accept(&house, open, SAPPORO).await?;
    house.settle().await?;
    let whole = left(&house, open).await?;
    assert!(left(&house, done).await? == (true, 1, 1) && whole == (true, 2, 2), "{whole:?}");

    // After 21 days and an hour; two months; a year. A look at most an hour later.
    for (days, is_left) in [(21, (true, 1, 0)), (40, (true, 0, 0)), (304, (false, 0, 0))] {
        let before = left(&house, done).await?;
        house.advance(DAY * (days - 1)).await?;
        assert!(left(&house, done).await? == before, "a day too early, of {days}");
        house.advance(DAY + Duration::from_hours(1)).await?;
        house.tend().await?;
        let after = left(&house, done).await?;
        assert!(after == is_left, "{after:?} after {days} days more");
        assert!(left(&house, open).await? == whole, "something of an open filing went");
    }

    let row = house.ctx.store.filing(done).await?.context("the filing stays")?;
    assert!(house.ctx.store.chain(&row, &[]).await? == Chain::Retired);
    let (front, staff) = (house.front().await?, house.key(Scope::Operations).await?);
    let page = front.get(&format!("/filings/{done}"), &staff).await?.text();
    assert!(page.contains("保存期間を過ぎ") && !page.contains("連鎖が切れて"), "{page}");
    let key = house.key(Scope::Operator(operator())).await?;
    let receipt = front.get(&format!("/v1/filings/{done}/receipt"), &key).await?;
    assert!(receipt.status == StatusCode::GONE, "{receipt:?}");
    assert!(receipt.json["code"] == "retired" && receipt.json["owner"] == "hub", "{receipt:?}");
    let receipt = front.get(&format!("/v1/filings/{open}/receipt"), &key).await?;
    assert!(receipt.status == StatusCode::OK, "{receipt:?}");
    house.finish().await
}
