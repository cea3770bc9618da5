//! A form that saves itself while it is being written: what the page's script is told.

use reqwest::StatusCode;
use serde_json::Value;

use crate::browser::{Browser, Seen};
use crate::drafts::{begin_as, submission_of};
use crate::world::World;
use crate::written::base;

/// As the script sends a form.
async fn auto(browser: &mut Browser<'_>, form: &str, fields: &[(&str, &str)]) -> Seen {
    let all: Vec<_> = fields.iter().copied().chain([("action", "auto")]).collect();
    browser.send(form, &all).await
}

fn told(seen: &Seen) -> Value {
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    serde_json::from_str(&seen.text).expect("JSON")
}

/// What was found at a field.
fn found<'a>(told: &'a Value, id: &str) -> Vec<&'a str> {
    let all = told["found"].as_array().expect("a list").iter().filter(|it| it["id"] == id);
    all.map(|it| it["text"].as_str().expect("a text")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_written_is_saved_and_checked() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin_as(&mut browser, "change").await;
    let draft = draft.split('?').next().expect("an address");
    let form = format!("{draft}/forms/0");
    let page = browser.get(&form).await.text;
    let script = page.split("src=\"/static/draft.js?v=").nth(1).expect("the script");
    let script = format!("/static/draft.js?v={}", script.split('"').next().expect("an end"));
    let script = browser.get(&script).await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    let wait = format!("data-autosave=\"{}\"", world.ctx.config.drafts.autosave_ms);
    assert!(page.contains(&wait) && page.contains("id=\"draft-state\""), "{page}");

    let first = [("base", base(&page)), ("/contact/telephone", "電話は0312345678".to_owned())];
    let first = first.each_ref().map(|(name, text)| (*name, text.as_str()));
    let seen = told(&auto(&mut browser, &form, &first).await);
    assert_eq!(seen["at"].as_str().map(str::len), Some(5), "{seen}");
    assert_eq!(found(&seen, "f-contact-telephone").len(), 1, "{seen}");
    assert!(!found(&seen, "f-before").is_empty(), "what is not written yet: {seen}");
    let stored = submission_of(&world, draft).await;
    assert_eq!(stored.form["forms"][0]["fields"]["contact"]["telephone"], first[1].1);
    // On it goes from there, without a look at the page.
    let now = seen["base"].as_str().expect("a base");
    assert_eq!(base(&browser.get(&form).await.text), now);
    let next = [("base", now), ("/contact/telephone", "03-1234-5678")];
    let seen = told(&auto(&mut browser, &form, &next).await);
    assert!(found(&seen, "f-contact-telephone").is_empty(), "{seen}");
    // The same again, since the answer was lost on its way.
    told(&auto(&mut browser, &form, &next).await);

    // Another window, which knows nothing of that.
    let other = [first[0], ("/contact/telephone", "06-1234-5678")];
    let seen = auto(&mut browser, &form, &other).await;
    assert_eq!((seen.status, seen.text.as_str()), (StatusCode::CONFLICT, ""));
    let stored = submission_of(&world, draft).await;
    assert_eq!(stored.form["forms"][0]["fields"]["contact"]["telephone"], "03-1234-5678");
    // Its button shows both; and that page does not save by itself.
    let clash = browser.send(&form, &other).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(clash.text.contains("06-1234-5678") && clash.text.contains("03-1234-5678"));
    assert!(!clash.text.contains("data-autosave"), "{}", clash.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_save_is_told_by_the_status() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let form = |draft: uuid::Uuid| format!("/operator/drafts/{draft}/forms/0");
    browser.get(&form(world.own_draft)).await;
    let fields = [("/before", "言葉")];
    let seen = auto(&mut browser, &form(world.foreign_draft), &fields).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    let session = browser.cookie("todoke").to_owned();
    browser.set_cookie("todoke", "");
    let seen = auto(&mut browser, &form(world.own_draft), &fields).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    browser.set_cookie("todoke", &session);
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.file_draft(world.own_draft, world.filings[3]).await.expect("a filing");
    tx.commit().await.expect("a commit");
    let seen = auto(&mut browser, &form(world.own_draft), &fields).await;
    assert_eq!(seen.status, StatusCode::GONE);
    let none = "/operator/drafts/01932c07-209c-7a36-8d4f-7c1f4d1c2b3a/forms/0";
    assert_eq!(auto(&mut browser, none, &fields).await.status, StatusCode::NOT_FOUND);
}
