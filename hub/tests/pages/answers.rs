//! Accepting and returning at the pages: once, by one person, with words that fit.

use std::collections::BTreeSet;

use hub::store::DecisionRow;
use hub::web::access::{Scope, new_key};
use reqwest::StatusCode;
use schemas::{DeliveryId, Verdict};
use serde_json::json;

use crate::browser::{Browser, Seen};
use crate::cases::{change, field, filed, main_form, revised};
use crate::world::{AUTHORITY, World};

async fn decide(
    clerk: &mut Browser<'_>,
    id: DeliveryId,
    verdict: &str,
    more: &[(&str, &str)],
) -> Seen {
    let mut fields = vec![("verdict", verdict)];
    fields.extend(more);
    clerk.send(&format!("/authority/deliveries/{id}/decision"), &fields).await
}

async fn open<'w>(world: &'w World, key: &str, id: DeliveryId) -> Browser<'w> {
    let mut clerk = Browser::with_key(world, key).await;
    let seen = clerk.get(&format!("/authority/deliveries/{id}")).await;
    assert!(seen.text.contains("差し戻す") && seen.text.contains("maxlength=\"5000\""));
    clerk
}

/// A key of another of the authority's staff.
pub(crate) async fn colleague(world: &World, name: &str) -> String {
    staff_of(world, AUTHORITY, name).await
}

/// A key of an authority's staff.
pub(crate) async fn staff_of(world: &World, code: &str, name: &str) -> String {
    key_of(world, Scope::Authority(code.parse().expect("a code")), name).await
}

/// One more key.
pub(crate) async fn key_of(world: &World, scope: Scope, name: &str) -> String {
    let (key, row) = new_key(&world.ctx.clock, scope, name);
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_api_keys(&[row]).await.expect("a key");
    tx.commit().await.expect("a commit");
    key
}

async fn decision(world: &World, id: DeliveryId) -> Option<DecisionRow> {
    world.ctx.store.decision(id).await.expect("a store")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_answers_once() {
    let world = World::new(false).await;
    let id = world.readable;
    let mut clerk = open(&world, &world.authority_key, id).await;
    for _ in 0..2 {
        let seen = decide(&mut clerk, id, "accepted", &[("comment", "確認しました。")]).await;
        let to = format!("/authority/deliveries/{id}#answer");
        assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, to.as_str()));
    }
    let seen = clerk.get(&format!("/authority/deliveries/{id}")).await;
    assert!(seen.text.contains("確認しました。") && seen.text.contains("受付完了"));
    assert!(!seen.text.contains("差し戻す"), "it is answered");
    let row = decision(&world, id).await.expect("a decision");
    assert_eq!((row.verdict, row.source.as_str()), (Verdict::Accepted, "page"));
    let filing = world.ctx.store.delivery(id).await.expect("a store").expect("it").filing_id;
    let events = world.ctx.store.events(filing).await.expect("a store");
    let made: Vec<_> = events.iter().filter(|event| event.kind == "decision.made").collect();
    assert!(made.len() == 1 && made[0].body.contains("\"by\":\"key:"), "{made:?}");
    let answered = clerk.get("/authority?view=answered").await;
    assert!(answered.text.contains(&id.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_asked_for_kept_and_counted_as_people_count() {
    let world = World::new(false).await;
    let id = world.readable;
    let mut clerk = open(&world, &world.authority_key, id).await;
    let seen = decide(&mut clerk, id, "returned", &[("comment", " \r\n")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("差戻しには、直してほしい点のコメントが必要です。"));
    let chars_max = world.ctx.config.review.comment_chars_max;
    let long = "<あ>\r\n".repeat(chars_max / 4);
    let seen = decide(&mut clerk, id, "returned", &[("comment", &format!("{long}末尾"))]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        seen.text.contains("コメントが長すぎます") && seen.text.contains("&#60;あ&#62;\n末尾<")
    );
    assert!(decision(&world, id).await.is_none(), "nothing was recorded");
    // A line end that a browser sends as two characters is one, as it was when it was typed.
    let fits = format!("{}終わり。", "<あ>\r\n".repeat(chars_max / 4 - 1));
    assert_eq!(fits.replace("\r\n", "\n").chars().count(), chars_max);
    let seen = decide(&mut clerk, id, "returned", &[("comment", &fits)]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let row = decision(&world, id).await.expect("a decision");
    assert_eq!(row.comment, fits.replace("\r\n", "\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_name_places_of_the_filing() {
    let world = World::new(false).await;
    let place = main_form(&change(&world.ctx));
    let path = format!("/form/forms/{place}/fields/contact/name");
    let id = world.readable;
    let mut clerk = open(&world, &world.authority_key, id).await;
    let comment = ("comment", "担当者を確かめてください。");
    for wrong in ["/form/forms/9", "x", "/attachments/5"] {
        let seen = decide(&mut clerk, id, "returned", &[comment, ("mark", wrong)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let too_many = vec![("mark", path.as_str()); world.ctx.config.review.marks_max + 1];
    let seen = decide(&mut clerk, id, "returned", &[&[comment], &too_many[..]].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains(" checked>"), "what was ticked stays ticked");
    let marks = [comment, ("mark", &path), ("mark", "/attachments/0")];
    let seen = decide(&mut clerk, id, "returned", &marks).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let row = decision(&world, id).await.expect("a decision");
    assert_eq!(row.marks, json!([path, "/attachments/0"]).to_string());
    let seen = clerk.get(&format!("/authority/deliveries/{id}")).await;
    assert_eq!(seen.text.matches("<span class=\"badge hold\">要補正</span>").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_wins_and_the_other_is_told_who_and_when() {
    let world = World::new(false).await;
    let id = world.readable;
    let (one, other) = (colleague(&world, "佐藤").await, colleague(&world, "鈴木").await);
    let (mut one, mut other) = (open(&world, &one, id).await, open(&world, &other, id).await);
    let return_it = [("comment", "直してください。")];
    let (first, second) = tokio::join!(
        decide(&mut one, id, "accepted", &[]),
        decide(&mut other, id, "returned", &return_it),
    );
    let statuses: BTreeSet<_> = [first.status, second.status].into();
    assert_eq!(statuses, BTreeSet::from([StatusCode::SEE_OTHER, StatusCode::CONFLICT]));
    let row = decision(&world, id).await.expect("a decision");
    let (winner, told) =
        if row.verdict == Verdict::Accepted { ("佐藤", second) } else { ("鈴木", first) };
    assert!(told.text.contains(&format!("に{winner}が「")), "{}", told.text);
    assert!(told.text.contains("2026-07-15 10:"), "and when");
    if row.verdict == Verdict::Accepted {
        assert!(told.text.contains("直してください。"), "nobody's words are lost");
    }
    // The very same answer by a colleague is theirs all the same.
    let mut third = Browser::with_key(&world, &colleague(&world, "高橋").await).await;
    third.get("/authority").await;
    let same = (row.verdict.as_str(), [("comment", row.comment.as_str())]);
    let seen = decide(&mut third, id, same.0, &same.1).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.text.contains(&format!("に{winner}が「")), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_meanwhile_is_not_answered() {
    let world = World::new(false).await;
    let id = world.readable;
    let mut clerk = open(&world, &world.authority_key, id).await;
    let told = revised(&world.ctx, id, ("withdraw", &change(&world.ctx))).await;
    let mut tx = world.ctx.store.begin().await.expect("a store");
    let mut rows = tx.lock_deliveries(&[id]).await.expect("a store");
    rows[0].review = hub::delivery::Review::Withdrawn;
    tx.save_deliveries(&rows).await.expect("a store");
    tx.commit().await.expect("a commit");
    let seen = decide(&mut clerk, id, "accepted", &[]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.text.contains("ひだまり会が取り下げたため"), "{}", seen.text);
    let seen = clerk.get(&format!("/authority/deliveries/{told}")).await;
    assert!(seen.text.contains("受付完了にする") && !seen.text.contains("差し戻す"));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_accepted_each_with_its_result() {
    let world = World::new(false).await;
    let mut filing = change(&world.ctx);
    *field(&mut filing, "/before") = json!("管理者 山田");
    let [one, other] = [filed(&world.ctx, &filing).await, filed(&world.ctx, &filing).await];
    let mut clerk = open(&world, &world.authority_key, other).await;
    decide(&mut clerk, other, "returned", &[("comment", "直してください。")]).await;
    let inbox = clerk.get("/authority").await;
    assert!(inbox.text.contains(&format!("name=\"delivery\" value=\"{one}\"")), "{}", inbox.text);
    let ids = [one, other, world.foreign_delivery].map(|id| id.to_string());
    let chosen: Vec<_> = ids.iter().map(|id| ("delivery", id.as_str())).collect();
    let seen = clerk.send("/authority/accept", &chosen).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    assert!(seen.text.contains("受付完了 1 · 記録なし 2"), "{}", seen.text);
    assert!(seen.text.contains("と回答済み") && seen.text.contains("宛先の指定権者の職員だけ"));
    let made = decision(&world, one).await.expect("a decision");
    assert_eq!(made.verdict, Verdict::Accepted);
    assert_eq!(decision(&world, other).await.expect("a decision").verdict, Verdict::Returned);
    assert!(decision(&world, world.foreign_delivery).await.is_none_or(|row| row.source == "api"));
    let bulk_max = world.ctx.config.review.bulk_max;
    for (count, told) in [(bulk_max, false), (bulk_max + 1, true)] {
        let seen = clerk.send("/authority/accept", &vec![("delivery", "x"); count]).await;
        assert_eq!(seen.text.contains("一度に扱える数を超えたため未処理 1"), told, "{count}");
    }
    let seen = clerk.send("/authority/accept", &[]).await;
    assert!(seen.text.contains("何も選ばれていません"), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_marked_shows_at_the_operators_pages_until_it_is_corrected() {
    let world = World::new(false).await;
    let filing = change(&world.ctx);
    let place = main_form(&filing);
    let path = format!("/form/forms/{place}/fields/contact/name");
    let id = world.readable;
    let mut clerk = open(&world, &world.authority_key, id).await;
    let fields = [("comment", "直してください。"), ("mark", &path), ("mark", "/attachments/0")];
    let seen = decide(&mut clerk, id, "returned", &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);

    let row = world.ctx.store.delivery(id).await.expect("a store").expect("a delivery");
    let page = format!("/operator/filings/{}", row.filing_id);
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    let badge = "<span class=\"badge hold\">要補正</span>";
    let marked = |text: &str| text.matches(badge).count();
    let seen = operator.get(&page).await.text;
    assert_eq!(marked(&seen), 2, "a field and a file:\n{seen}");

    let draft = operator.send(&format!("{page}/correct"), &[]).await.to().to_owned();
    let form = operator.get(&format!("{draft}/forms/{place}")).await.text;
    assert!(form.contains("指定権者が訂正を求めている欄です。"), "{form}");
    let files = format!("{draft}/files");
    let seen = operator.get(&files).await.text;
    assert!(marked(&seen) == 1 && seen.contains("訂正を求めているファイルです"), "{seen}");
    // Another file of that name, at the same place, is not what was marked.
    let name = filing.attachments[0].name.as_str();
    operator.send(&format!("{files}/remove"), &[("name", name)]).await;
    let media_type = filing.attachments[0].media_type.as_str();
    let seen = operator.upload(&files, ("", name, media_type), b"%PDF-1.7 mended").await;
    assert_eq!(seen.to(), files, "{}", seen.text);
    assert_eq!(marked(&operator.get(&files).await.text), 0);

    // What was corrected carries no marks any more.
    revised(&world.ctx, id, ("correct", &filing)).await;
    assert_eq!(marked(&operator.get(&page).await.text), 0);
    let form = operator.get(&format!("{draft}/forms/{place}")).await.text;
    assert!(!form.contains("指定権者が訂正を求めている欄です。"), "{form}");
}
