//! What people are told of maintenance: on every page, and to programs.

use anyhow::Result;
use axum::http::Method;
use hub::web::access::Scope;
use serde_json::{Value, json};
use tests::house::{House, code, operator};

const JA: &str = "7月18日(土)22:00–23:00は<ご利用>いただけません。";
const EN: &str = "Closed on 18 July, 22:00 to 23:00.";

/// A page of each sort of people, one of nobody's, and one that is not there.
const PAGES: [(&str, Option<Scope>); 2] = [("/login", None), ("/nowhere", None)];

async fn told(ja: &'static str, en: &'static str) -> Result<(Vec<String>, Value)> {
    let house = House::build();
    let house = house.with(move |config| {
        ja.clone_into(&mut config.maintenance.notice_ja);
        en.clone_into(&mut config.maintenance.notice_en);
    });
    let house = house.start().await?;
    let front = house.front().await?;
    let own = [
        ("/operator", Some(Scope::Operator(operator()))),
        ("/authority", Some(Scope::Authority(code("011002")))),
        ("/", Some(Scope::Operations)),
    ];
    let mut pages = Vec::new();
    for (path, scope) in PAGES.into_iter().chain(own) {
        let cookies = match scope {
            Some(scope) => front.log_in(&house.key(scope).await?).await?,
            None => String::new(),
        };
        for lang in ["ja", "en"] {
            let page = front.page(&format!("{path}?lang={lang}"), &cookies).await?;
            assert!(page.text().contains("</header>"), "{path}: {}", page.text());
            pages.push(page.text());
        }
    }
    let ready = front.ask(front.bare(Method::GET, "/readyz")).await?;
    assert_eq!(ready.status.as_u16(), 200, "maintenance that is announced stops nothing");
    drop(front);
    house.finish().await?;
    Ok((pages, ready.json["maintenance"].clone()))
}

#[tokio::test]
async fn a_notice_of_maintenance_stands_on_every_page_and_in_readyz() -> Result<()> {
    let (pages, ready) = told(JA, EN).await?;
    assert_eq!(ready, json!({"ja": JA, "en": EN}));
    for (number, page) in pages.iter().enumerate() {
        let (head, text) = match number % 2 {
            0 => ("メンテナンスのお知らせ", "は&#60;ご利用&#62;いただけません。"),
            _ => ("Maintenance notice", EN),
        };
        assert!(page.contains(head) && page.contains(text), "{page}");
    }
    Ok(())
}

#[tokio::test]
async fn a_notice_in_one_language_is_told_in_both_and_none_is_none() -> Result<()> {
    let (pages, ready) = told("", EN).await?;
    assert_eq!(ready, json!({"en": EN}));
    assert!(pages.iter().all(|page| page.contains(r#"<p class="notice" lang="en">"#)));
    let (pages, ready) = told("", "  ").await?;
    assert_eq!(ready, Value::Null);
    assert!(pages.iter().all(|page| !page.contains("class=\"notice\"")));
    Ok(())
}
