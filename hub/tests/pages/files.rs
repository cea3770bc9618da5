//! The files of a draft: narrower limits of those who get it.

use hub::store::AttachmentRow;
use schemas::{Attachment, Submission};
use sha2::{Digest, Sha256};

use crate::browser::Browser;
use crate::drafts::{begin_as, submission_of};
use crate::world::World;

const PDF: &str = "application/pdf";

/// So many bytes of a PDF.
fn pdf(bytes: usize) -> Vec<u8> {
    let mut all = b"%PDF-1.7".to_vec();
    all.resize(bytes, 7);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_who_gets_it_are_told_and_hold() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let begun = begin_as(&mut browser, "resumption").await;
    let draft = begun.split('?').next().expect("an address").to_owned();
    let files = format!("{draft}/files");
    let page = browser.get(&files).await.text;
    for told in [
        "札幌市 (011002)の定め:1件まで、1件 2 KiB まで",
        "運営規程: 札幌市 (011002)の定め:1件 1 KiB まで、PDF だけ",
    ] {
        assert!(page.contains(told), "{told}:\n{page}");
    }
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    for (item, name, bytes, told) in [
        ("", "a.pdf", pdf(2_049), "「a.pdf」が大きすぎます。1件 2 KiB までです。"),
        ("operating_rules", "b.pdf", pdf(1_025), "1件 1 KiB までです。"),
        ("operating_rules", "c.png", png.clone(), "PDF にしてください。"),
        // Beyond the limit of all filings, and so of any.
        ("", "d.pdf", pdf(4_097), "1件 2 KiB までです。"),
    ] {
        let media_type = if name == "c.png" { "image/png" } else { PDF };
        let seen = browser.upload(&files, (item, name, media_type), &bytes).await;
        assert!(seen.status == 422 && seen.text.contains(told), "{name}:\n{}", seen.text);
    }
    // Just at the limit of the paper; then there is no room for another.
    let rules = ("operating_rules", "運営規程.pdf", PDF);
    assert_eq!(browser.upload(&files, rules, &pdf(1_024)).await.to(), files);
    let seen = browser.upload(&files, ("", "e.pdf", PDF), &pdf(10)).await;
    assert!(seen.text.contains("添付できるのは1件までです(今は2件)。"), "{}", seen.text);
    assert_eq!(submission_of(&world, &draft).await.attachments.len(), 1);
    let removed = browser.send(&format!("{files}/remove"), &[("name", "運営規程.pdf")]).await;
    assert_eq!(removed.to(), files);
    assert_eq!(browser.upload(&files, ("", "f.png", "image/png"), &png).await.to(), files);
    let removed = browser.send(&format!("{files}/remove"), &[("name", "f.png")]).await;
    assert_eq!(removed.to(), files);
    assert_eq!(browser.upload(&files, ("", "g.pdf", PDF), &pdf(2_048)).await.to(), files);
    // What is no trouble by itself is one as that paper.
    let mut body = submission_of(&world, &draft).await;
    assert!(world.ctx.forms.check_files(&body, &["011002".parse().expect("a code")]).is_empty());
    body.form["checklist"]["operating_rules"] = "g.pdf".into();
    let found = world.ctx.forms.check_files(&body, &["011002".parse().expect("a code")]);
    assert_eq!(found.len(), 1, "{found:?}");
    // Another kind of filing has no such limits.
    let begun = begin_as(&mut browser, "change").await;
    let files = format!("{}/files", begun.split('?').next().expect("an address"));
    assert!(!browser.get(&files).await.text.contains("札幌市 (011002)の定め"));
    assert_eq!(browser.upload(&files, ("", "h.pdf", PDF), &pdf(4_096)).await.to(), files);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_review_is_reviewed_before_it_is_filed() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let begun = begin_as(&mut browser, "change").await;
    let draft = begun.split('?').next().expect("an address").to_owned();
    let review = format!("{draft}/review");
    let told = ["まだ提出していません", "so it is not filed yet"];
    assert!(!browser.get(&review).await.text.contains(told[0]));
    // In another window.
    let upload = ("", "a.pdf", PDF);
    let seen = browser.upload(&format!("{draft}/files"), upload, &pdf(100)).await;
    assert_eq!(seen.to(), format!("{draft}/files"));
    let seen = browser.send(&format!("{draft}/submit"), &[("version", "1")]).await;
    assert_eq!(seen.to(), format!("{review}?changed=1"));
    let page = browser.get(seen.to()).await.text;
    assert!(page.contains(told[0]) && page.contains("a.pdf"), "{page}");
    let english = browser.get(&format!("{review}?changed=1&lang=en")).await.text;
    assert!(english.contains(told[1]) && !english.contains(told[0]), "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_used_again_in_another_filing_and_nobody_elses_is() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let begun = begin_as(&mut browser, "change").await;
    let first = begun.split('?').next().expect("an address").to_owned();
    let bytes = pdf(1_500);
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let upload = ("operating_rules", "運営規程.pdf", PDF);
    browser.upload(&format!("{first}/files"), upload, &bytes).await;
    let page = browser.get(&format!("{first}/files")).await.text;
    assert!(!page.contains("前に使ったファイルから選ぶ"), "it is there already:\n{page}");

    // In another draft it is offered, with where it is; the limits hold as for an upload.
    let begun = begin_as(&mut browser, "resumption").await;
    let next = begun.split('?').next().expect("an address").to_owned();
    let files = format!("{next}/files");
    let page = browser.get(&files).await.text;
    let told = "下書き ケアステーション青葉";
    assert!(page.contains(&sha256) && page.contains(told), "{page}");
    let again = format!("{files}/again");
    let rules = [("sha256", &*sha256), ("item", "operating_rules")];
    let seen = browser.send(&again, &rules).await;
    assert!(seen.status == 422 && seen.text.contains("1件 1 KiB までです。"), "{}", seen.text);
    assert_eq!(browser.send(&again, &[("sha256", &*sha256)]).await.to(), files);
    let stored = submission_of(&world, &next).await;
    assert_eq!(stored.attachments, submission_of(&world, &first).await.attachments);
    let seen = browser.send(&again, &[("sha256", &*sha256)]).await;
    assert_eq!(seen.status, 422, "it is there already");

    // Another operator's file, whether or not its digest is known.
    let theirs = pdf(900);
    let row = AttachmentRow {
        sha256: hex::encode(Sha256::digest(&theirs)),
        owner: schemas::codes::corporate_number_of(2).to_string(),
        size: 900,
        media_type: PDF.into(),
        created_at: world.ctx.clock.now_ms(),
    };
    let foreign = Attachment {
        name: "他社.pdf".into(),
        sha256: row.sha256.clone(),
        size: 900,
        media_type: PDF.into(),
    };
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.touch_object(&row.sha256).await.expect("it");
    tx.save_attachment(&row).await.expect("it");
    tx.commit().await.expect("a commit");
    // It stands even in a draft of one's own, as a program could not have filed it.
    let mut draft = world.ctx.store.draft(world.own_draft).await.expect("a store").expect("it");
    let mut body: Submission = serde_json::from_str(&draft.body).expect("a submission");
    body.attachments.push(foreign.clone());
    draft.body = serde_json::to_string(&body).expect("a text");
    let mut tx = world.ctx.store.begin().await.expect("a store");
    assert!(tx.save_draft(&draft).await.expect("it"));
    tx.commit().await.expect("a commit");
    let files = format!("{first}/files");
    let page = browser.get(&files).await.text;
    assert!(!page.contains(&foreign.sha256) && !page.contains("他社.pdf"), "{page}");
    for sha256 in [foreign.sha256.as_str(), ""] {
        let seen = browser.send(&format!("{files}/again"), &[("sha256", sha256)]).await;
        assert!(seen.status == 422 && seen.text.contains("選ばれていません"), "{}", seen.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_windows_does_not_take_is_made_fit_and_kept_as_it_was() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let begun = begin_as(&mut browser, "change").await;
    let draft = begun.split('?').next().expect("an address").to_owned();
    let files = format!("{draft}/files");
    let sent = "図面 1:100|A*?.pdf";
    assert_eq!(browser.upload(&files, ("", sent, PDF), &pdf(100)).await.to(), files);
    let stored = submission_of(&world, &draft).await;
    let safe = "図面 1：100｜A＊？.pdf";
    assert_eq!(stored.attachments[0].name, safe);
    assert_eq!(stored.form["original_names"][safe], sent);
    // A program is told what would do.
    let mut body = stored.clone();
    body.attachments[0].name = sent.into();
    let request = world.post("/v1/filings").bearer_auth(&world.operator_key);
    let request = request.header("idempotency-key", "narrow").json(&body);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 422);
    let text = answer.text().await.expect("a text");
    assert!(text.contains("attachment_name") && text.contains(safe), "{text}");
}
