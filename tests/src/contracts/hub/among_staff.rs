//! What an authority's staff say among themselves reaches no operator, by no way.

use std::io::{Cursor, Read};

use anyhow::{Result, ensure};
use hub::actor::Actor;
use hub::review::Source;
use hub::web::access::Scope;
use schemas::{AuthorityId, Decision, DeliveryId, Verdict};

use super::SAPPORO;
use crate::house::{Builder, House, change, code, operator};

/// Stands in every name and remark of the authority's staff.
const SECRET: &str = "庁内だけの話";

/// Opens it, hands it over, puts it back, leaves remarks and returns it, all with the secret.
async fn work_on(house: &House, id: DeliveryId, whose: AuthorityId) -> Result<()> {
    let reviewer = house.reviewer();
    let by = Actor { person: "key:clerk".into(), name: format!("佐藤 {SECRET}") };
    let to = Actor { person: "key:other".into(), name: format!("鈴木 {SECRET}") };
    reviewer.open(id, whose, &by).await?;
    reviewer.hand_over((id, whose), &by, Some(Some(to)), SECRET).await?;
    reviewer.hand_over((id, whose), &by, Some(None), SECRET).await?;
    reviewer.hand_over((id, whose), &by, None, SECRET).await?;
    let decision = Decision {
        verdict: Verdict::Returned,
        comment: "日付を直してください".into(),
        files: Vec::new(),
        marks: vec!["/offices/0/name".into()],
    };
    Ok(reviewer.decide(id, whose, &decision, Source::Page(by)).await?)
}

/// The API, the mails and the package, before and after the operator's correction.
pub async fn what_staff_say_reaches_no_operator(builder: Builder) -> Result<()> {
    let mut house = builder.start().await?;
    let whose = code(SAPPORO);
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let id = house.delivery(filing).await?.id;
    work_on(&house, id, whose).await?;
    let request = house.request(&change(SAPPORO, &[]))?;
    house.reviewer().correct(filing, &request).await?;
    house.settle().await?;
    let acts = house.ctx.store.acts(id).await?;
    let secrets = acts.iter().filter(|act| act.name.contains(SECRET)).count();
    ensure!(acts.len() == 5 && secrets == 5, "the secret is there to be told: {acts:?}");

    let front = house.front().await?;
    let key = house.key(Scope::Operator(operator())).await?;
    for path in ["", "/events", "/receipt"] {
        let path = format!("/v1/filings/{filing}{path}");
        let answer = front.get(&path, &key).await?;
        ensure!(answer.status.is_success(), "{path}: {answer:?}");
        ensure!(!answer.text().contains(SECRET), "{path}: {}", answer.text());
    }
    let answer = front.get(&format!("/v1/filings/{filing}"), &key).await?;
    let delivery = &answer.json["deliveries"][0]["decision"];
    ensure!(delivery["marks"][0] == "/offices/0/name", "what is theirs is there: {delivery}");
    let letters = house.letters()?;
    ensure!(!letters.is_empty());
    for letter in letters {
        let text = format!("{} {} {}", letter.subject, letter.text, letter.html);
        ensure!(!text.contains(SECRET), "{text}");
    }
    let newest = house.delivery_to(filing, whose).await?.id;
    let key = house.key(Scope::Authority(whose)).await?;
    for id in [id, newest] {
        let package = front.get(&format!("/v1/inbox/{id}/package"), &key).await?;
        ensure!(package.status.is_success(), "{package:?}");
        let mut zip = zip::ZipArchive::new(Cursor::new(package.bytes))?;
        for place in 0..zip.len() {
            let mut bytes = Vec::new();
            zip.by_index(place)?.read_to_end(&mut bytes)?;
            ensure!(!String::from_utf8_lossy(&bytes).contains(SECRET), "in the package");
        }
    }
    house.settle().await?;
    house.finish().await
}
