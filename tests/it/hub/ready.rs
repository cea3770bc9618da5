//! `/readyz`: whether a process can work, for who asks often.

use std::time::Duration;

use anyhow::Result;
use axum::http::Method;
use tests::house::House;

/// An answer is given again for half a second, and no longer however often one asks.
#[tokio::test]
async fn whoever_asks_often_hears_when_it_is_well_again() -> Result<()> {
    let house = House::build().start().await?;
    let front = house.front().await?;
    let probe = house.ctx.config.data.folder.join("objects/probe");
    std::fs::create_dir_all(&probe)?;
    let ask = async || {
        let answer = front.ask(front.bare(Method::GET, "/readyz")).await?;
        anyhow::Ok((answer.status.as_u16(), answer.json["parts"]["objects"].to_string()))
    };
    let (status, objects) = ask().await?;
    assert_eq!(status, 503);
    assert!(objects.contains("objects.url"), "{objects}");
    std::fs::remove_dir(&probe)?;
    let mut told = Vec::new();
    for _ in 0..4 {
        house.clock.advance(Duration::from_millis(200));
        told.push(ask().await?.0);
    }
    assert_eq!(told, [503, 503, 200, 200], "looked at again after 500 ms");
    drop(front);
    house.finish().await
}
