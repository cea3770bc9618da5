//! A filing for which the router finds nobody: who has to act is told.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::Filter;
use hub::web::access::Scope;
use routing::{Master, Tables};
use schemas::{Channel, FilingId};
use serde_json::Value;

use super::SAPPORO;
use crate::house::{Builder, House, change};

/// The embedded master, in which service 78 ended the day before a house's first.
fn corrected_tables() -> Result<Master> {
    let services = Tables::EMBEDDED.services;
    let row = services.lines().find(|line| line.starts_with("78,")).context("a service")?;
    let ended = services.replace(row, &format!("{row}2026-03-31"));
    Ok(Master::parse(&Tables { services: &ended, ..Tables::EMBEDDED })?)
}

/// What was recorded of its plan.
async fn unplanned(house: &House, filing: FilingId) -> Result<Value> {
    ensure!(house.deliveries(filing).await?.is_empty());
    let events = house.ctx.store.events(filing).await?;
    let event = events.iter().find(|event| event.kind == "filing.unplanned");
    let body = &event.with_context(|| format!("{events:?}"))?.body;
    Ok(serde_json::from_str(body)?)
}

/// What staff see is open, on the first page, in the list and on the filing's page.
async fn is_open(house: &House, filing: FilingId) -> Result<Vec<bool>> {
    let only = Filter { unplanned: true, limit: 10, ..Filter::default() };
    let listed = house.ctx.store.list_filings(&only).await?;
    let front = house.front().await?;
    let key = house.key(Scope::Operations).await?;
    let page = async |path: &str| anyhow::Ok(front.get(path, &key).await?.text());
    let number = filing.receipt_number();
    Ok(vec![
        house.ctx.store.totals().await?.unplanned == 1,
        listed.iter().any(|row| row.id == filing),
        page("/").await?.contains("<li class=\"bad\"><a href=\"/filings?unplanned=1\">"),
        page("/filings?unplanned=1").await?.contains(&number),
        page(&format!("/filings/{filing}")).await?.contains("<p class=\"alert\">"),
    ])
}

/// The tables were corrected between its receipt and its plan.
pub async fn who_filed_to_nobody_is_told(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let mut house = builder.with(|config| config.http.open_pages = true).start().await?;
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    let master = corrected_tables()?;
    house.restart_with(|builder| builder.set_master(master)).await?;
    house.advance(Duration::from_mins(2)).await?;
    let told = unplanned(&house, filing).await?;
    ensure!((&told["code"], &told["owner"]) == (&"service_abolished".into(), &"operator".into()));
    let sentence = told["sentence"].as_str().context("a sentence")?;
    ensure!(
        sentence.contains("廃止されました") && sentence.contains("was abolished"),
        "{sentence}"
    );
    ensure!(house.letters_about("届出の宛先が見つかりません")?.len() == 1);
    ensure!(is_open(&house, filing).await? == [true; 5]);
    // They take it back, and nobody has to act any more.
    let request = house.request(&change(SAPPORO, &[]))?;
    house.reviewer().withdraw(filing, &request).await?;
    house.settle().await?;
    ensure!(is_open(&house, filing).await? == [false; 5]);
    ensure!(house.held()?.is_empty());
    house.finish().await
}

/// What the hub cannot read of its own is for its staff.
pub async fn a_fault_of_the_hub_is_told_to_its_staff(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let mut house = builder.with(|config| config.http.open_pages = true).start().await?;
    let mut request = house.request(&change(SAPPORO, &[]))?;
    request.document.truncate(20);
    let filing = house.stages.intake.submit(request).await?.id;
    house.settle().await?;
    let told = unplanned(&house, filing).await?;
    ensure!((&told["code"], &told["owner"]) == (&"document_unreadable".into(), &"hub".into()));
    ensure!(house.letters_about("届出の宛先が見つかりません")?.is_empty());
    ensure!(is_open(&house, filing).await? == [true; 5]);
    house.finish().await
}
