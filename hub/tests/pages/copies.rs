//! Annexes copied from filings and drafts of before: what is taken, what is told, whose they are.

use reqwest::StatusCode;
use schemas::forms::sheets;
use schemas::{FilingId, Submission};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::Browser;
use crate::drafts::submission_of;
use crate::world::World;
use crate::written::base;
use crate::{cases, rows};

/// Begins a change notice about a service in Sapporo; answers the draft's address.
async fn begin(browser: &mut Browser<'_>, name: &str, service: &str) -> String {
    browser.get("/operator/start").await;
    let fields = [("name", name), ("place", "札幌市"), ("kind", "change"), ("service", service)];
    let seen = browser.send("/operator/drafts", &fields).await;
    seen.to().split('?').next().expect("an address").to_owned()
}

/// The key of the annex of the filing with forms that the world has.
async fn filed_annex(world: &World) -> (FilingId, String) {
    let row = world.ctx.store.delivery(world.readable).await.expect("a store").expect("it");
    (row.filing_id, annex_of(world, row.filing_id).await)
}

async fn annex_of(world: &World, filing: FilingId) -> String {
    let revision = world.ctx.store.revisions(filing).await.expect("a store").remove(0);
    let submission: Submission = serde_json::from_str(&revision.document).expect("a filing");
    let all = sheets(&submission.form).expect("sheets");
    let annex = all.iter().position(|sheet| sheet.form.starts_with("annex-")).expect("an annex");
    format!("filing:{}:{annex}", filing.receipt_number())
}

async fn fields_of(world: &World, draft: &str) -> Value {
    submission_of(world, draft).await.form["forms"][1]["fields"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annex_is_copied_from_a_filing_and_no_words_go_unsaid() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser, "みどりデイ<b>", "78").await;
    let form = format!("{draft}/forms/1");
    let page = browser.get(&form).await;
    assert!(page.text.contains("value=\"copy\""), "{}", page.text);
    let main = browser.get(&format!("{draft}/forms/0")).await;
    assert!(!main.text.contains("value=\"copy\""), "a main form is not copied");
    // What was typed is saved before the choice is shown.
    let shown = base(&browser.get(&form).await.text);
    let typed = [("base", &*shown), ("/manager/name", "今の管理者"), ("action", "copy")];
    let to = browser.send(&form, &typed).await.to().to_owned();
    assert_eq!(to, format!("{form}/copy"));
    assert_eq!(fields_of(&world, &draft).await["manager"]["name"], "今の管理者");
    let page = browser.get(&to).await;
    let (filing, key) = filed_annex(&world).await;
    assert!(page.text.contains(&format!("value=\"{key}\"")), "{}", page.text);
    assert!(page.text.contains("この事業所の届出 (1)") && page.text.contains("変更届出"));
    let nothing = browser.send(&to, &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("写す付表を選んでください"), "{}", nothing.text);

    let copied = browser.send(&to, &[("from", &*key)]).await;
    assert_eq!(copied.to(), format!("{form}?copied=1"), "{}", copied.text);
    let stored = fields_of(&world, &draft).await;
    assert!(stored["capacity"].is_number() && stored["staffing"].is_object(), "{stored}");
    assert_eq!(stored["manager"]["name"], "今の管理者", "it was there");
    let body = submission_of(&world, &draft).await.form;
    assert_eq!(body["left_out"], json!([]), "whoever copies it wants it in");
    let page = browser.get(copied.to()).await.text;
    for told in ["写した項目 (", "書いてあったので写さなかった項目と", &filing.receipt_number()]
    {
        assert!(page.contains(told), "{told}:\n{page}");
    }
    // Once more, over what stands there: the old words are told.
    browser.send(&to, &[("from", &*key), ("over", "yes")]).await;
    assert_ne!(fields_of(&world, &draft).await["manager"]["name"], "今の管理者");
    let page = browser.get(&form).await.text;
    assert!(
        page.contains("置き換えた項目と、元の言葉 (1)") && page.contains("今の管理者"),
        "{page}"
    );
    // What is told of the copy is not filed.
    let review = browser.get(&format!("{draft}/review")).await.text;
    assert!(!review.contains("今の管理者"), "{review}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_offices_annex_and_a_drafts_give_what_both_forms_have() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser, "ケアステーション青葉", "11").await;
    let copy = format!("{draft}/forms/1/copy");
    let page = browser.get(&copy).await.text;
    assert!(page.contains("ほかの事業所の届出 (1)"), "{page}");
    let (_, key) = filed_annex(&world).await;
    browser.send(&copy, &[("from", &*key)]).await;
    let stored = fields_of(&world, &draft).await;
    assert_eq!(stored["office"]["name"], "ケアステーション青葉", "the office is this one");
    assert!(stored.get("capacity").is_none() && stored["staffing"].is_object(), "{stored}");
    let page = browser.get(&format!("{draft}/forms/1?copied=1")).await.text;
    assert!(page.contains("欄がなく、写せなかったもの ("), "{page}");
    // From that draft on to the next, which has its annex in the same form.
    let next = begin(&mut browser, "ケアステーション若葉", "11").await;
    let copy = format!("{next}/forms/1/copy");
    let from = format!("draft:{}:1", draft.rsplit('/').next().expect("an id"));
    let page = browser.get(&copy).await.text;
    assert!(page.contains(&from) && page.contains("下書き (1)"), "{page}");
    browser.send(&copy, &[("from", &*from)]).await;
    let there = fields_of(&world, &next).await;
    assert_eq!(there["staffing"], stored["staffing"]);
    assert_eq!(there["office"]["name"], "ケアステーション若葉");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_copies_from_another_operator() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let theirs = Submission {
        corporate_number: schemas::codes::corporate_number_of(2),
        ..cases::change(&world.ctx)
    };
    let delivery = cases::filed(&world.ctx, &theirs).await;
    let row = world.ctx.store.delivery(delivery).await.expect("a store").expect("it");
    let foreign = annex_of(&world, row.filing_id).await;
    let number = row.filing_id.receipt_number();
    let draft = begin(&mut browser, "ケアステーション青葉", "11").await;
    let copy = format!("{draft}/forms/1/copy");
    let page = browser.get(&copy).await.text;
    assert!(!page.contains(&number) && !page.contains(&world.foreign_draft.to_string()), "{page}");
    let before = submission_of(&world, &draft).await;
    let theirs = format!("draft:{}:0", world.foreign_draft);
    for from in [foreign.as_str(), &theirs] {
        let seen = browser.send(&copy, &[("from", from)]).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{from}");
    }
    let found = browser.get(&format!("{copy}?number={number}")).await;
    assert_eq!(found.status, StatusCode::FORBIDDEN);
    for from in ["", "filing", "filing:x:0", "draft:x:0", &format!("draft:{}:0", Uuid::nil())] {
        let seen = browser.send(&copy, &[("from", from)]).await;
        let is_refused = matches!(seen.status.as_u16(), 404 | 422);
        assert!(is_refused, "{from}: {}", seen.status);
    }
    assert_eq!(submission_of(&world, &draft).await, before, "nothing was written");
    // An own one without an annex is told of.
    let own = world.filings[3].receipt_number();
    let found = browser.get(&format!("{copy}?number={own}")).await;
    assert!(found.text.contains("この届出に付表はありません"), "{}", found.text);
    assert_eq!(rows::operator_number(), before.corporate_number);
}
