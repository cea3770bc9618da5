//! The last day on the national view: what came, what arrived, and how long that took.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::operate::delivery::{Given, give};
use hub::web::access::Scope;
use schemas::Channel;

use super::{OTARU, SAPPORO};
use crate::house::{Builder, by_hand, change};

/// Each delivery once, whichever way it arrived; from the receipt on.
pub async fn the_national_view_tells_what_an_hour_saw(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Pull]);
    let mut house = builder.start().await?;
    for _ in 0..3 {
        house.deliver(&change(SAPPORO, &[])).await?;
    }
    // Given on paper two hours later.
    let late = house.deliver(&change(OTARU, &[])).await?;
    house.clock.advance(Duration::from_hours(2));
    let given = Given { on: "2026-04-01".parse()?, to: "the desk" };
    give(&house.ctx, house.delivery(late).await?.id, given, by_hand()).await?;
    house.settle().await?;

    let counts = house.ctx.store.hour_counts(0).await?;
    let arrived: Vec<_> = counts.iter().filter_map(|it| Some((it.arrivals()?, it.count))).collect();
    ensure!(
        arrived == [((Some(Channel::Api), 0), 3), ((Some(Channel::Pull), 12), 1)],
        "{counts:?}"
    );
    let filings: i64 = counts.iter().filter(|it| it.arrivals().is_none()).map(|it| it.count).sum();
    ensure!(filings == 4, "{counts:?}");

    let front = house.front().await?;
    let cookies = front.log_in(&house.key(Scope::Operations).await?).await?;
    let page = front.page("/?lang=en", &cookies).await?.text();
    for text in [
        "aria-label=\"The last 24 hours, by the hour: Filings 4, Delivered 4\"",
        "<td class=\"n\">within 250 ms</td>",
        "<td class=\"n\">within 3 h</td>",
        "<tr><th scope=\"row\">09:00</th><td class=\"n\">4</td><td class=\"n\">3</td></tr>",
    ] {
        ensure!(page.contains(text), "{text} is not in {page}");
    }
    drop(front);
    house.finish().await
}
