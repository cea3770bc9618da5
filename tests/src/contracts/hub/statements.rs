//! What an authority was brought on a day, signed, and what it says it has of that.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result, ensure};
use hub::actor::Actor;
use hub::context::day_in_japan;
use hub::statements::{Answer, Difference, Differing, Given, Statement, StatementProblem, verify};
use schemas::Channel;

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, change, code};

const DAY: Duration = Duration::from_hours(24);

fn clerk() -> Actor {
    Actor { person: "key:clerk".into(), name: "佐藤".into() }
}

async fn answered(
    house: &House,
    statement: &Statement,
    packages: Vec<Given>,
) -> Result<Vec<Difference>> {
    house.clock.advance(Duration::from_secs(1));
    let row = statement.answer(&house.ctx, &Answer { packages }, ("api", clerk())).await?;
    Ok(serde_json::from_str(&row.differences)?)
}

/// The same list each time, once the day is over; what differs is told, the last answer counts, and
/// all are kept.
pub async fn a_day_is_stated_and_answered(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]);
    let builder = builder.behaviour(OTARU, Behaviour::Refusing(410));
    let mut house = builder.start().await?;
    let today = day_in_japan(house.clock.now_ms());
    let mut ids = Vec::new();
    for _ in 0..3 {
        let filing = house.deliver(&change(SAPPORO, &[])).await?;
        ids.push(house.delivery(filing).await?);
    }
    house.deliver(&change(OTARU, &[])).await?;
    let early = Statement::read(&house.ctx, code(SAPPORO), today).await;
    ensure!(matches!(early, Err(StatementProblem::NotOver(_))), "{early:?}");
    house.advance(DAY).await?;
    for _ in 0..10 {
        house.stages.upkeep.step().await?;
    }
    let lines = house.ctx.store.list_statements((Some(today), None), 9).await?;
    // Nothing arrived at the other.
    let [line] = lines.as_slice() else { anyhow::bail!("{lines:?}") };
    ensure!((line.authority, line.packages) == (code(SAPPORO), 3), "{line:?}");
    ensure!(line.answered_at.is_none(), "{line:?}");
    let statement = Statement::read(&house.ctx, code(SAPPORO), today).await?;
    let text = serde_json::to_string(&statement.sign(&house.ctx))?;
    let verified = verify(&text, Some(&house.ctx.signer.fingerprint()))?;
    ensure!(verified.packages == 3 && verified.digest == line.digest, "{verified:?}");
    house.restart().await?;
    let again = Statement::read(&house.ctx, code(SAPPORO), today).await?;
    ensure!(serde_json::to_string(&again.sign(&house.ctx))? == text, "another text");
    let sha256 = |place: usize| statement.packages[place].package_sha256.clone();
    ensure!((0..3).all(|place| sha256(place).is_some()), "{statement:?}");
    let all = |place: usize| Given {
        delivery: statement.packages[place].delivery,
        package_sha256: sha256(place),
    };
    let differing = vec![
        all(0),
        Given { package_sha256: Some("0".repeat(64)), ..all(1) },
        Given { delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3d".parse()?, package_sha256: None },
    ];
    let told = answered(&house, &statement, differing).await?;
    let what: Vec<_> = told.iter().map(|it| it.what).collect();
    ensure!(what == [Differing::Missing, Differing::OtherDigest, Differing::Unknown], "{told:?}");
    ensure!(told[0].delivery == statement.packages[2].delivery, "{told:?}");
    let twice = answered(&house, &statement, vec![all(0), all(0)]).await;
    ensure!(twice.is_err_and(|error| error.to_string().contains("twice")), "taken");
    ensure!(answered(&house, &statement, (0..3).map(all).collect()).await?.is_empty());
    let kept = house.ctx.store.statement_answers(code(SAPPORO), today, 9).await?;
    let kept: Vec<_> = kept.iter().map(|it| (it.missing, it.other, it.unknown)).collect();
    ensure!(kept == [(0, 0, 0), (1, 1, 1)], "{kept:?}");
    let lines = house.ctx.store.list_statements((None, Some(code(SAPPORO))), 9).await?;
    let line = lines.first().context("a line")?;
    ensure!(line.missing == Some(0) && line.other == Some(0), "{line:?}");
    // What is written down once more is as it was, and so is the answer.
    for _ in 0..10 {
        house.stages.upkeep.step().await?;
    }
    ensure!(house.ctx.store.list_statements((Some(today), None), 9).await? == lines);
    house.finish().await
}
