//! An operator's offices: each once, with what was filed last, and the way to file more.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::StatusCode;
use schemas::{FilingKind, Submission};
use serde_json::json;

use crate::browser::Browser;
use crate::cases::{change, filed};
use crate::rows;
use crate::world::World;

const HERE: &str = "/operator/offices";

/// What stands in the rows of the page: the name of each, and the whole row.
fn lines(page: &str) -> Vec<(String, String)> {
    let rows = page.split("<th scope=\"row\">").skip(1);
    let text = |row: &str| {
        let name = row.split(" <span").next().expect("a name");
        name.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
    };
    rows.map(|row| {
        let row = row.split("</tr>").next().expect("an end");
        (text(row), row.to_owned())
    })
    .collect()
}

fn next(page: &str) -> Option<String> {
    let rest = page.split("<a rel=\"next\"").nth(1)?;
    crate::links(rest, HERE).into_iter().next().map(|link| link.replace("&#38;", "&"))
}

/// The names of all offices in the documents of an operator's filings that were not withdrawn.
async fn named(world: &World) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for id in world.filings.iter().chain([&world.one_stop]) {
        let filing = world.ctx.store.filing(*id).await.expect("a store").expect("a filing");
        if filing.withdrawn_at.is_some() || *id == world.foreign_filing {
            continue;
        }
        let revision = world.ctx.store.revisions(*id).await.expect("a store").remove(0);
        let said: Submission = serde_json::from_str(&revision.document).expect("a submission");
        all.extend(said.offices.into_iter().map(|it| it.name));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn each_office_stands_once_on_one_page_after_another() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let (mut seen, mut pages) = (Vec::new(), 0);
    let mut path = Some(HERE.to_owned());
    while let Some(at) = path {
        let page = browser.get(&at).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let lines = lines(&page.text);
        assert!(lines.len() <= 50, "{}", lines.len());
        seen.extend(lines.into_iter().map(|(name, _)| name));
        pages += 1;
        assert!(pages < 9, "it goes round in a circle: {at}");
        path = next(&page.text);
    }
    let expected: Vec<String> = named(&world).await.into_iter().collect();
    assert!(pages > 2 && expected.len() > 100, "{pages} {}", expected.len());
    assert_eq!(seen, expected, "by name, each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_shows_what_was_filed_last_and_leads_to_filing_more() {
    let world = World::new(false).await;
    let mut filing = change(&world.ctx);
    let office = json!([{"name": "あおばの家 <2>", "office_number": "1371600303",
        "municipality": "012033", "services": [{"service": "78"}, {"service": "11"}]}]);
    filing.offices = serde_json::from_value(office).expect("offices");
    let first = filed(&world.ctx, &filing).await;
    world.ctx.clock.advance(Duration::from_hours(49));
    // The newest tells the name; what it leaves out is still the office's.
    filing.kind = FilingKind::Closure;
    filing.offices[0].name = "青葉の家 <2>".into();
    filing.offices[0].services.truncate(1);
    let last = filed(&world.ctx, &filing).await;
    let number = async |id| {
        let delivery = world.ctx.store.delivery(id).await.expect("a store").expect("it");
        delivery.filing_id.receipt_number()
    };
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    for text in ["青葉の家", "家 <2>", "1371600303", "１３７１６", "小樽"] {
        let query = url::form_urlencoded::Serializer::new(String::new());
        let query = { query }.append_pair("text", text).finish();
        let page = browser.get(&format!("{HERE}?{query}")).await.text;
        let lines = lines(&page);
        let own: Vec<_> = lines.iter().filter(|(name, _)| name.contains("<2>")).collect();
        assert_eq!(own.len(), 1, "{text}: {page}");
        assert_eq!(lines.len() > 1, text == "小樽", "{text}: {page}");
        let row = &own[0].1;
        for shown in [
            "1371600303",
            "小樽市",
            "地域密着型通所介護",
            "訪問介護",
            "北海道",
            "届出中",
            "廃止・休止届出",
            &number(last).await,
            "青葉の家",
            "0秒前",
        ] {
            assert!(row.contains(shown), "{shown}: {row}");
        }
        assert!(!row.contains(&number(first).await), "{row}");
        let to = crate::links(row, "/operator/start").pop().expect("a way to file more");
        let start = browser.get(&to.replace("&#38;", "&")).await.text;
        assert!(start.contains("<strong>青葉の家 &#60;2&#62;</strong>"), "{start}");
        for ticked in ["value=\"78\" checked", "value=\"11\" checked", "1371600303"] {
            assert!(start.contains(ticked), "{ticked}: {start}");
        }
    }
    let none = browser.get(&format!("{HERE}?text=%25")).await.text;
    assert!(none.contains("この条件に合うものはありません"), "{none}");
    let english = browser.get(&format!("{HERE}?text=1371600303&lang=en")).await.text;
    assert!(english.contains("Your offices") && !english.contains("事業所の一覧"), "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_says_when_the_designation_ends() {
    let world = World::new(false).await;
    let renewal = |name: &str| {
        let form = json!({"forms": [{"form": "s2-renewal", "version": "2024-04-01",
                                     "fields": {"expires_on": "2026-08-31"}}]});
        let mut filing = Submission { kind: FilingKind::Renewal, form, ..rows::submission(2) };
        filing.offices[0].name = name.into();
        filing
    };
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    filed(&world.ctx, &renewal("更新中の家")).await;
    world.ctx.clock.advance(Duration::from_secs(1));
    let accepted = filed(&world.ctx, &renewal("更新済の家")).await;
    let mut tx = world.ctx.store.begin().await.expect("a store");
    let mut rows = tx.lock_deliveries(&[accepted]).await.expect("a store");
    rows[0].review = hub::delivery::Review::Accepted;
    tx.save_deliveries(&rows).await.expect("a store");
    tx.commit().await.expect("a commit");
    for (name, day, how) in
        [("更新中の家", "2026-08-31", "更新申請に書いた日"), ("更新済の家", "2032-08-31", "目安")]
    {
        let page = browser.get(&format!("{HERE}?text={name}")).await.text;
        let lines = lines(&page);
        assert!(lines.len() == 1 && lines[0].1.contains(day), "{page}");
        assert!(lines[0].1.contains(how), "{page}");
    }
}

/// As many filings are looked through as may be; a search by name finds what is older.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_is_looked_through_is_found_by_name() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let max = world.ctx.config.drafts.filings_looked_max;
    let filter = hub::store::OwnFilter {
        corporate_number: rows::operator_number(),
        kind: None,
        state: None,
        text: None,
        before: None,
        before_id: None,
        limit: max + 1,
    };
    let all = world.ctx.store.own_filings(&filter).await.expect("a store");
    let count = all.iter().filter(|it| it.withdrawn_at.is_none()).count();
    let oldest = all.last().expect("filings").office_name.clone();
    let note = "ここにない事業所は、名前で検索すると";
    let shows = async |browser: &mut Browser<'_>, text: &str| {
        let mut path = Some(format!("{HERE}?text={text}"));
        let (mut is_noted, mut is_there) = (false, false);
        while let Some(at) = path {
            let page = browser.get(&at).await.text;
            is_noted |= page.contains(note);
            is_there |= lines(&page).iter().any(|(name, _)| *name == oldest);
            path = next(&page);
        }
        (is_noted, is_there)
    };
    let mut filing = change(&world.ctx);
    assert!(count < max, "{count} of {max}");
    for number in count..max {
        world.ctx.clock.advance(Duration::from_secs(1));
        filing.offices[0].name = format!("新しい家 {number}");
        filed(&world.ctx, &filing).await;
    }
    assert_eq!(shows(&mut browser, "").await, (false, true), "all are looked through");
    world.ctx.clock.advance(Duration::from_secs(1));
    filed(&world.ctx, &filing).await;
    assert_eq!(shows(&mut browser, "").await, (true, false), "one more than may be");
    let brief = oldest.split('<').next().expect("a name");
    assert_eq!(shows(&mut browser, brief).await, (true, true));
}
