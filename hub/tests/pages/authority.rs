//! The authorities' pages: what arrived is read as a document, and opening it is on record.

use hub::delivery::Review;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use schemas::{DeliveryId, ProofLevel};
use serde_json::json;

use crate::answers::staff_of;
use crate::browser::{Browser, Seen};
use crate::cases::{self, PAPER, PAPER_TEXT, change, field, filed, filed_to, paper, revised};
use crate::world::World;

fn at(delivery: DeliveryId) -> String {
    format!("/authority/deliveries/{delivery}")
}

fn assert_shows(seen: &Seen, all: &[&str]) {
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    for text in all {
        assert!(seen.text.contains(text), "it does not show {text}:\n{}", seen.text);
    }
}

fn header(seen: &Seen, name: reqwest::header::HeaderName) -> &str {
    seen.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filing_is_read_as_a_document() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let seen = clerk.get(&at(world.readable)).await;
    let number = &world.ctx.store.delivery(world.readable).await.expect("a store");
    let number = number.as_ref().expect("a delivery").filing_id.receipt_number();
    let of_form =
        ["変更届出書", "変更があった事項", "代表者", "担当者氏名", "78 地域密着型通所介護"];
    assert_shows(&seen, &of_form);
    assert_shows(&seen, &[&number, "みどりデイ&#60;b&#62;", PAPER, "運営規程", "期限", "札幌市"]);
    let free = clerk.get(&at(world.own_delivery)).await;
    assert_shows(&free, &["添付ファイルはありません。"]);
    let english = clerk.get(&format!("{}?lang=en", at(world.readable))).await;
    assert_shows(&english, &["Change notice", "What changed", "Attachments", "Deadline"]);
    for word in ["添付ファイル", "到達日時", "変更があった事項"] {
        assert!(!english.text.contains(word), "not all English: {word}\n{}", english.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_first_opens_it() {
    let world = World::new(false).await;
    let store = &world.ctx.store;
    let id = world.readable;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    for _ in 0..2 {
        let seen = clerk.get(&at(id)).await;
        assert_shows(&seen, &["確認中", "開封しました", "tests"]);
    }
    let delivery = store.delivery(id).await.expect("a store").expect("a delivery");
    assert_eq!((delivery.review, delivery.proof), (Review::Opened, Some(ProofLevel::Opened)));
    let acts = store.acts(id).await.expect("a store");
    let key = world.authority_key.split('_').nth(1).expect("its public part");
    assert_eq!(acts.len(), 1, "{acts:?}");
    assert_eq!((acts[0].kind.as_str(), &acts[0].person), ("opened", &format!("key:{key}")));
    let events = store.events(delivery.filing_id).await.expect("a store");
    let opened: Vec<_> = events.iter().filter(|event| event.kind == "proof.opened").collect();
    assert_eq!(opened.len(), 1);
    assert!(opened[0].body.contains(&format!("key:{key}")), "{}", opened[0].body);
    assert!(!opened[0].body.contains("tests"), "names are the authority's own");
    let inbox = clerk.get("/authority").await;
    assert_shows(&inbox, &[&at(id)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_shows_what_is_different() {
    let world = World::new(false).await;
    let ctx = &world.ctx;
    let mut filing = change(ctx);
    *field(&mut filing, "/before") = json!("管理者 山田");
    let before = filed(ctx, &filing).await;
    let mut corrected = filing.clone();
    *field(&mut corrected, "/before") = json!("管理者 <i>佐藤");
    corrected.attachments[0] = paper(PAPER, "application/pdf", b"another");
    corrected.attachments.push(paper("平面図.png", "image/png", b"plan"));
    let after = revised(ctx, before, ("correct", &corrected)).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let seen = clerk.get(&at(after)).await;
    assert_shows(&seen, &["第1版との違い3か所", "差替え", "追加", "補正 2"]);
    assert_shows(&seen, &["<del>管理者 山田</del> <ins>管理者 &#60;i&#62;佐藤</ins>"]);
    let seen = clerk.get(&at(before)).await;
    assert_shows(&seen, &["新しい版があります", &at(after)]);
    assert!(!seen.text.contains("<ins>"), "the first has nothing to be compared with");
    let withdrawn = revised(ctx, after, ("withdraw", &filing)).await;
    let seen = clerk.get(&at(withdrawn)).await;
    assert_shows(&seen, &["事業者が取り下げました", "取下げの連絡"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filing_is_set_beside_the_last_that_was_accepted() {
    let world = World::new(false).await;
    let ctx = &world.ctx;
    let mut filing = change(ctx);
    filing.offices[0].name = "あおぞらデイ".into();
    let first = filed(ctx, &filing).await;
    let mut tx = ctx.store.begin().await.expect("a store");
    let mut rows = tx.lock_deliveries(&[first]).await.expect("a store");
    rows[0].review = Review::Accepted;
    tx.save_deliveries(&rows).await.expect("a store");
    tx.commit().await.expect("a commit");
    ctx.clock.advance(std::time::Duration::from_hours(24));
    *field(&mut filing, "/contact/name") = json!("新任 太郎");
    let second = filed(ctx, &filing).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let seen = clerk.get(&at(second)).await;
    assert_shows(
        &seen,
        &["前回受付完了とした同じ事業所の届出", "違い1か所", "<ins>新任 太郎</ins>"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_union_acts_for_its_members_and_they_do_not() {
    let world = World::new(false).await;
    let ctx = &world.ctx;
    let (union, member) = ("U01001", "012271");
    let mut filing = change(ctx);
    filing.offices[0].municipality = member.parse().expect("a code");
    let day = hub::context::day_in_japan(ctx.clock.now_ms());
    let plan = routing::plan(&ctx.master(), &filing, day).expect("a plan");
    assert_eq!(plan.targets[0].authority.as_str(), union);
    let id = filed_to(ctx, &filing, union).await;
    for (code, may) in [(union, true), (member, false), ("U01002", false)] {
        let key = staff_of(&world, code, "職員").await;
        let mut clerk = Browser::with_key(&world, &key).await;
        let inbox = clerk.get("/authority").await;
        assert_eq!(inbox.text.contains(&at(id)), may, "{code}");
        let seen = clerk.get(&at(id)).await;
        let status = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(seen.status, status, "{code}");
        assert!(!may || seen.text.contains("歌志内市"), "whose office it is");
        assert!(may || seen.text.contains("宛先の指定権者の職員だけが開けるページです。"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_as_files_and_never_as_pages() {
    let world = World::new(false).await;
    let ctx = &world.ctx;
    let mut filing = change(ctx);
    filing.attachments.push(paper("表.csv", "text/csv", b"<script>"));
    cases::keep(ctx, b"<script>").await;
    let id = filed(ctx, &filing).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    for (path, how, media_type) in [
        ("0", "attachment;", "application/pdf"),
        ("0?view=1", "inline;", "application/pdf"),
        ("1?view=1", "attachment;", "text/csv"),
    ] {
        let seen = clerk.get(&format!("{}/files/{path}", at(id))).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        assert!(header(&seen, CONTENT_DISPOSITION).starts_with(how), "{path}");
        assert_eq!(header(&seen, CONTENT_TYPE), media_type);
        assert_eq!(seen.headers.get("x-content-type-options").expect("it"), "nosniff");
        let policy = header(&seen, CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"));
        assert!(path.starts_with('1') || seen.text.as_bytes() == PAPER_TEXT);
    }
    for none in ["2", "-1", "x"] {
        let seen = clerk.get(&format!("{}/files/{none}", at(id))).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{none}");
    }
}

/// Pictures and PDF stand on the page itself, in frames that it loads from the hub alone and in
/// which nothing runs; what could run is only to be kept.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_pdf_are_looked_at_on_the_page() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let world = World::new(false).await;
    let ctx = &world.ctx;
    let mut filing = change(ctx);
    let vector = "image/svg+xml";
    for (name, media_type) in
        [("図.png", "image/png"), ("写真.jpg", "image/jpeg"), ("図.svg", vector)]
    {
        filing.attachments.push(paper(name, media_type, PNG));
    }
    cases::keep(ctx, PNG).await;
    let id = filed(ctx, &filing).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let page = clerk.get(&at(id)).await;
    let of = |place: usize| format!("src=\"{}/files/{place}?view=1\"", at(id));
    let shown = [
        format!("<iframe loading=\"lazy\" {} title=\"{PAPER}\"></iframe>", of(0)),
        format!("<img loading=\"lazy\" {} alt=\"図.png\">", of(1)),
        format!("<img loading=\"lazy\" {} alt=\"写真.jpg\">", of(2)),
    ];
    assert_shows(&page, &shown.each_ref().map(String::as_str));
    assert!(!page.text.contains(&of(3)), "a picture that can hold scripts");
    let policy = header(&page, CONTENT_SECURITY_POLICY);
    for source in ["frame-src 'self'", "img-src 'self'", "default-src 'none'"] {
        assert!(policy.contains(source), "{source}: {policy}");
    }
    for (place, how) in [(0, "inline;"), (1, "inline;"), (2, "inline;"), (3, "attachment;")] {
        let seen = clerk.get(&format!("{}/files/{place}?view=1", at(id))).await;
        assert!(header(&seen, CONTENT_DISPOSITION).starts_with(how), "{place}");
        let policy = header(&seen, CONTENT_SECURITY_POLICY);
        for rule in ["default-src 'none'", "frame-ancestors 'self'", "form-action 'none'"] {
            assert!(policy.contains(rule), "{rule}: {policy}");
        }
        assert!(!policy.contains("script-src"), "nothing runs: {policy}");
        assert_eq!(seen.headers.get("x-content-type-options").expect("it"), "nosniff");
        assert_eq!(seen.headers.get("cache-control").expect("it"), "private, no-store");
        assert!(place == 0 || seen.bytes == PNG);
    }
}
