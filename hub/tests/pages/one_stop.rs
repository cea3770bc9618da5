//! One change of corporate matters for many offices: the list, what it reaches, what is filed.

use reqwest::StatusCode;
use reqwest::header::AUTHORIZATION;
use schemas::Submission;
use serde_json::Value;

use crate::browser::Browser;
use crate::world::World;

/// The words of the boxes that are ticked.
fn ticked(page: &str) -> Vec<String> {
    let boxes = page.split("name=\"service\" value=\"").skip(1);
    let chosen =
        boxes.filter(|rest| rest.split('>').next().is_some_and(|it| it.ends_with(" checked")));
    let word = |rest: &str| {
        let text = rest.split('"').next().expect("an end");
        text.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
    };
    chosen.map(word).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_known_offices_are_confirmed_and_one_draft_is_for_all() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let page = browser.get("/operator/one-stop").await;
    let words = ticked(&page.text);
    // Those on the other pages of the list go along.
    let elsewhere = page.text.matches("<input type=\"hidden\" name=\"service\"").count();
    assert!(words.len() >= 2 && words.len() + elsewhere > 20, "{}", page.text);
    // What is filed and not accepted yet is offered, and not ticked.
    let notes: Vec<_> = page.text.split("<label class=\"tick\">").skip(1).collect();
    let filed = notes.iter().filter(|it| it.contains("届出中"));
    assert!(filed.clone().count() > 0, "{}", page.text);
    assert!(filed.into_iter().all(|it| !it.contains(" checked>")), "{}", page.text);
    let none = browser.send("/operator/one-stop", &[("action", "look")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("対象の事業所がありません。"));

    // Two of them, and one that the hub does not know.
    let mut fields = vec![("service", words[0].as_str()), ("service", words[1].as_str())];
    fields.extend([
        ("other_name", "新しいデイ"),
        ("other_number", ""),
        ("other_place", "どこか"),
        ("other_services", "15、78"),
    ]);
    fields.push(("action", "begin"));
    let wrong = browser.send("/operator/one-stop", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    assert!(wrong.text.contains("新しいデイ") && wrong.text.contains("どこか"), "nothing is lost");
    assert_eq!(ticked(&wrong.text), words[..2]);
    for (name, text) in &mut fields {
        match *name {
            "other_place" => *text = "仙台市",
            "action" => *text = "look",
            _ => {}
        }
    }
    let looked = browser.send("/operator/one-stop", &fields).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text);
    assert!(looked.text.contains("送り先とその理由") && looked.text.contains("仙台市"));
    *fields.last_mut().expect("the button") = ("action", "begin");
    let begun = browser.send("/operator/one-stop", &fields).await;
    assert!(begun.to().starts_with("/operator/drafts/"), "{} {}", begun.status, begun.text);
    let id = begun.to().trim_start_matches("/operator/drafts/").split('?').next().expect("an id");
    let draft = world.ctx.store.draft(id.parse().expect("an id")).await.expect("a store");
    let draft: Submission = serde_json::from_str(&draft.expect("it").body).expect("a filing");
    assert!(draft.one_stop);
    assert_eq!(draft.offices.len(), 3);
    let sheets = schemas::forms::sheets(&draft.form).expect("forms");
    assert!(sheets.iter().all(|sheet| sheet.service.is_none()), "no annex: {sheets:?}");
    for sheet in &sheets {
        let form = world.ctx.forms.form(&sheet.form, sheet.version.as_deref().expect("one"));
        let services = sheet.fields["services"].as_array().expect("services");
        assert!(!services.is_empty());
        let covers = |code: &Value| {
            let code = code.as_str().expect("a code").parse().expect("a code");
            form.expect("a form").covers(code)
        };
        assert!(services.iter().all(covers), "{}", sheet.fields);
    }
    let review = browser.get(&format!("/operator/drafts/{id}/review")).await;
    assert_eq!(review.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filing_to_many_says_how_many_stand_how() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let number = world.one_stop.receipt_number();
    let page = browser.get(&format!("/operator/filings/{number}")).await;
    assert!(page.text.contains("class=\"tally\""), "{}", page.text);
    assert!(page.text.contains("対象の事業所 ("), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_the_offices_too() {
    let world = World::new(false).await;
    let ask = async |key: &str| {
        let request = world.get("/v1/offices").header(AUTHORIZATION, format!("Bearer {key}"));
        request.send().await.expect("an answer")
    };
    let answer = ask(&world.operator_key).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.expect("a text");
    let all: Vec<Value> = serde_json::from_str(&text).expect("a list");
    assert!(all.len() > 20);
    assert!(all.iter().any(|it| it["services"][0]["standing"] == "accepted"), "{all:?}");
    assert!(all.iter().any(|it| it["services"][0]["standing"] == "filed"), "{all:?}");
    assert_eq!(ask(&world.authority_key).await.status(), StatusCode::FORBIDDEN);
}
