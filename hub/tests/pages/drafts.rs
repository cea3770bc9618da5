//! Drafts: started, written in one window or two, filled in with files, filed once.

use hub::filing::Status;
use hub::store::DraftRow;
use reqwest::StatusCode;
use schemas::{FilingId, Submission};
use serde_json::Value;
use uuid::Uuid;

use crate::browser::Browser;
use crate::rows::operator_number;
use crate::world::World;
use crate::written::{base, change_notice, pairs, version};

const START: &str = "name=ケアステーション青葉&number=&place=札幌市";

/// Begins a filing about a home visit service in Sapporo; answers where that leads.
pub(crate) async fn begin_as(browser: &mut Browser<'_>, kind: &str) -> String {
    browser.get("/operator/start").await;
    let name = "ケアステーション青葉";
    let fields = [("name", name), ("place", "札幌市"), ("kind", kind), ("service", "11")];
    let seen = browser.send("/operator/drafts", &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    seen.to().to_owned()
}

/// Begins a change notice; answers the draft's address.
pub(crate) async fn begin(browser: &mut Browser<'_>) -> String {
    let to = begin_as(browser, "change").await;
    to.split('?').next().expect("an address").to_owned()
}

async fn row_of(world: &World, draft: &str) -> Option<DraftRow> {
    let id: Uuid = draft.rsplit('/').next().expect("an id").parse().expect("an id");
    world.ctx.store.draft(id).await.expect("a store")
}

pub(crate) async fn submission_of(world: &World, draft: &str) -> Submission {
    let row = row_of(world, draft).await.expect("a draft");
    serde_json::from_str(&row.body).expect("a submission")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_says_who_gets_it_what_is_due_and_what_is_needed() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let page = browser.get("/operator/start").await;
    assert!(page.text.contains("ケアステーション第3&#60;b&#62;"), "{}", page.text);
    let page = browser.get(&format!("/operator/start?{START}")).await;
    assert!(page.text.contains("011002") && page.text.contains("11 訪問介護"), "{}", page.text);
    let page = browser.get(&format!("/operator/start?{START}&kind=change&service=11")).await;
    for shown in ["札幌市", "変更後10日以内", "変更届出書", "運営規程", "書き始める", "第75条"]
    {
        assert!(page.text.contains(shown), "{shown} is not told:\n{}", page.text);
    }
    for (query, told) in [
        ("name=x&place=どこにもない", "その名前の市区町村はありません"),
        ("name=x&place=府中市", "広島県 府中市"),
        ("name=x&place=札幌市&number=1234567890", "介護事業所番号が違います"),
        ("name=&place=札幌市", "名称を200文字まで"),
        (&format!("{START}&insurers=どこか"), "保険者が分かりません: どこか"),
        (&format!("{START}&kind=designation&service=71"), "送り先"),
    ] {
        let page = browser.get(&format!("/operator/start?{query}")).await;
        assert!(page.text.contains(told), "{query}:\n{}", page.text);
        let begun = page.text.contains("action=\"/operator/drafts\"");
        assert_eq!(begun, told == "送り先", "{query}");
    }
    let english = format!("/operator/start?{START}&kind=change&service=11&lang=en");
    let english = browser.get(&english).await.text;
    assert!(english.contains("within 10 days of the change") && !english.contains("書き始める"));
}

/// Whose rules set the fee, by service and kind; no amount is made up.
#[tokio::test(flavor = "multi_thread")]
async fn the_start_says_who_sets_the_fee_of_an_application() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let place = "name=x&place=小樽市";
    for (query, is_asked, whose) in [
        ("kind=designation&service=11", true, &[("北海道", "訪問介護")][..]),
        (
            "kind=renewal&service=11&service=78",
            true,
            &[("北海道", "訪問介護"), ("小樽市", "地域密着型通所介護")],
        ),
        ("kind=change&service=11", false, &[]),
        ("kind=closure&service=78", false, &[]),
    ] {
        let page = browser.get(&format!("/operator/start?{place}&{query}")).await.text;
        let fee = page.split("<h2 id=\"h-fee\">手数料</h2>").nth(1).expect("a word of the fee");
        let fee = fee.split("</section>").next().expect("its end");
        assert_eq!(fee.contains("申請の手続です"), is_asked, "{query}: {fee}");
        assert_eq!(fee.contains("届出・申出の手続です"), !is_asked, "{query}: {fee}");
        assert_eq!(fee.matches("<li>").count(), whose.len(), "{query}: {fee}");
        for (who, service) in whose {
            let line = format!("<strong>{who}</strong> <span class=\"sub\">{service}</span>");
            assert!(fee.contains(&line), "{query} {who}: {fee}");
        }
        assert!(!fee.contains(|c: char| c == '円' || c.is_ascii_digit()), "{query}: {fee}");
    }
    let page =
        browser.get(&format!("/operator/start?{place}&kind=renewal&service=11&lang=en")).await;
    assert!(page.text.contains("This is an application.") && !page.text.contains("手数料"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_written_checked_and_filed_once() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let form = format!("{draft}/forms/0");
    let page = browser.get(&form).await;
    assert!(page.text.contains("変更があった事項") && page.text.contains("必須"), "{}", page.text);

    // What is wrong stands beside its field, and what was written is still there.
    let over = [("/changed_on", ""), ("/contact/telephone", "電話は0312345678")];
    let mut fields = change_notice(&world, &base(&page.text), &over);
    fields.push(("action".into(), "check".into()));
    let seen = browser.send(&form, &pairs(&fields)).await;
    assert_eq!(seen.to(), format!("{form}?check=1"));
    let page = browser.get(seen.to()).await;
    for shown in ["href=\"#f-changed_on\"", "id=\"f-contact-telephone-n\"", "電話は0312345678"] {
        assert!(page.text.contains(shown), "{shown}:\n{}", page.text);
    }
    let review = browser.get(&format!("{draft}/review")).await;
    assert!(review.text.contains("直さないと提出できません"), "{}", review.text);
    assert!(!review.text.contains("/submit"), "nothing to file it with");
    let refused = browser.send(&format!("{draft}/submit"), &[("version", "2")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let over = [("action", "next"), ("/before", "ﾃｲｷｭｳ 火曜")];
    let fields = change_notice(&world, &base(&page.text), &over);
    let seen = browser.send(&form, &pairs(&fields)).await;
    let annex = seen.to().to_owned();
    assert_eq!(annex, format!("{draft}/forms/1"));
    // An annex that is not asked for stays out until it is wanted in; its words are kept.
    let page = browser.get(&annex).await;
    assert!(page.text.contains("(付けない)"), "{}", page.text);
    for (included, shown) in [("yes", true), ("", false)] {
        let shown_with = base(&browser.get(&annex).await.text);
        let fields = [("base", shown_with.as_str()), ("-include", included), ("/users", "三人")];
        browser.send(&annex, &fields).await;
        let review = browser.get(&format!("{draft}/review")).await;
        let told = format!("{draft}/forms/1?check=1#f-");
        assert_eq!(review.text.contains(&told), shown, "{}", review.text);
        assert!(browser.get(&annex).await.text.contains("三人"));
    }
    let review = browser.get(&format!("{draft}/review")).await;
    assert!(review.text.contains("提出する</button>"), "{}", review.text);
    assert!(review.text.contains("このままでも提出できます"), "warnings are told, and in no way");
    let version = version(&review.text);
    let first = browser.send(&format!("{draft}/submit"), &[("version", &version)]).await;
    let to = first.to().to_owned();
    assert!(to.starts_with("/operator/filings/T") && to.ends_with("?filed=1"), "{}", first.text);
    // A double click, the way back, a link to a form: all lead to the one filing.
    let again = browser.send(&format!("{draft}/submit"), &[("version", &version)]).await;
    assert_eq!(again.to(), to);
    let before = to.replace("=1", "=before");
    for below in ["", "/forms/0", "/files", "/review"] {
        assert_eq!(browser.get(&format!("{draft}{below}")).await.to(), before);
    }
    assert!(browser.get(&before).await.text.contains("この下書きは提出済み"));
    assert!(browser.get(&to).await.text.contains("受け付けました"));
    let list = browser.get("/operator?text=青葉").await;
    assert_eq!(crate::links(&list.text, "/operator/filings/").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn filing_a_draft_that_did_not_come_to_know_of_it_leads_to_the_filing() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let form = format!("{draft}/forms/0");
    let shown = base(&browser.get(&form).await.text);
    browser.send(&form, &pairs(&change_notice(&world, &shown, &[]))).await;
    // As a process leaves it that vanished between filing and saying so.
    let row = row_of(&world, &draft).await.expect("a draft");
    let mut filed: Value = serde_json::from_str(&row.body).expect("a submission");
    filed["form"]["forms"].as_array_mut().expect("forms").truncate(1);
    let filed = filed.to_string();
    let request = world.post("/v1/filings").bearer_auth(&world.operator_key).body(filed);
    let request = request.header("idempotency-key", format!("page:draft:{}", row.id));
    let filed = request.send().await.expect("an answer");
    assert_eq!(filed.status(), StatusCode::CREATED);
    let filed: Value = filed.json().await.expect("a receipt");
    let shown = base(&browser.get(&form).await.text);
    let fields = change_notice(&world, &shown, &[("/before", "後から書いた言葉")]);
    browser.send(&form, &pairs(&fields)).await;
    let seen = browser.send(&format!("{draft}/submit"), &[("version", "3")]).await;
    let number = filed["receipt_number"].as_str().expect("a number");
    assert_eq!(seen.to(), format!("/operator/filings/{number}?filed=1"), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_on_one_form_lose_nobodys_words() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let form = format!("{draft}/forms/0");
    let shown = base(&browser.get(&form).await.text);
    let (first, second) = ("変更前は火曜定休", "変更前は水曜定休");
    let fields = change_notice(&world, &shown, &[("/before", first)]);
    assert_eq!(browser.send(&form, &pairs(&fields)).await.status, StatusCode::SEE_OTHER);
    // The other window was opened before that.
    let fields = change_notice(&world, &shown, &[("/before", second), ("/registry/issued_on", "")]);
    let clash = browser.send(&form, &pairs(&fields)).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(clash.text.contains(first) && clash.text.contains(second), "{}", clash.text);
    assert!(clash.text.contains("別の画面で保存された内容"), "{}", clash.text);
    let stored = submission_of(&world, &draft).await;
    assert_eq!(stored.form["forms"][0]["fields"]["before"], first, "nothing was written over");
    let fields = change_notice(&world, &base(&clash.text), &[("/before", second)]);
    assert_eq!(browser.send(&form, &pairs(&fields)).await.status, StatusCode::SEE_OTHER);
    let stored = submission_of(&world, &draft).await;
    assert_eq!(stored.form["forms"][0]["fields"]["before"], second);
    // The same once more, from a window that knows nothing of it, is no clash.
    let fields = change_notice(&world, &shown, &[("/before", second)]);
    assert_eq!(browser.send(&form, &pairs(&fields)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_in_the_midst_costs_nothing() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let form = format!("{draft}/forms/0");
    let shown = base(&browser.get(&form).await.text);
    let session = browser.cookie("todoke").to_owned();
    browser.set_cookie("todoke", "");
    let fields = change_notice(&world, &shown, &[("/after", "書きかけの言葉")]);
    let kept = browser.send(&form, &pairs(&fields)).await;
    assert_eq!(kept.status, StatusCode::UNAUTHORIZED);
    assert!(kept.text.contains("書きかけの言葉") && kept.text.contains(&shown), "{}", kept.text);
    browser.set_cookie("todoke", &session);
    assert_eq!(browser.send(&form, &pairs(&fields)).await.status, StatusCode::SEE_OTHER);
    let stored = submission_of(&world, &draft).await;
    assert_eq!(stored.form["forms"][0]["fields"]["after"], "書きかけの言葉");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_added_and_taken_out_up_to_the_limits() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let files = format!("{draft}/files");
    assert!(browser.get(&files).await.text.contains("enctype=\"multipart/form-data\""));
    let max = usize::try_from(world.ctx.config.limits.attachment_bytes_max).expect("a size");
    let pdf = "application/pdf";
    for (name, media_type, bytes, told) in [
        ("a.exe", "application/x-msdownload", vec![1], "この種類のファイル"),
        ("大きい.pdf", pdf, vec![1; max + 1], "大きすぎます"),
        ("実は.pdf", pdf, b"MZ\x90\0".to_vec(), "この種類のファイル"),
        (&format!("{}.pdf", "あ".repeat(90)), pdf, vec![1], "ファイル名に使えない"),
        ("", pdf, vec![], "選ばれていません"),
    ] {
        let seen = browser.upload(&files, ("", name, media_type), &bytes).await;
        assert!(seen.status == 422 && seen.text.contains(told), "{name}:\n{}", seen.text);
    }
    let rules = ("operating_rules", "C:\\書類\\運営規程.pdf", pdf);
    let full = [b"%PDF-1.7".to_vec(), vec![1; max - 8]].concat();
    assert_eq!(browser.upload(&files, rules, &full).await.to(), files);
    let plain = ("", "運営規程.pdf", "application/octet-stream");
    assert_eq!(browser.upload(&files, plain, b"%PDF other bytes").await.to(), files);
    let seen = browser.upload(&files, ("", "third.pdf", pdf), b"x").await;
    assert!(seen.text.contains("これ以上ファイルを追加できません"), "{}", seen.text);
    let stored = submission_of(&world, &draft).await;
    let names: Vec<_> = stored.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["運営規程.pdf", "運営規程 (2).pdf"]);
    assert_eq!(stored.form["checklist"]["operating_rules"], "運営規程.pdf");
    assert_eq!(stored.form["original_names"]["運営規程.pdf"], "C:\\書類\\運営規程.pdf");
    let removed = browser.send(&format!("{files}/remove"), &[("name", "運営規程.pdf")]).await;
    assert_eq!(removed.to(), files);
    let stored = submission_of(&world, &draft).await;
    assert!(stored.attachments.len() == 1, "{stored:?}");
    assert!(stored.form["checklist"].get("operating_rules").is_none(), "{}", stored.form);

    // What was uploaded is filed with the rest, and can be fetched again.
    let form = format!("{draft}/forms/0");
    let shown = base(&browser.get(&form).await.text);
    browser.send(&form, &pairs(&change_notice(&world, &shown, &[]))).await;
    let review = browser.get(&format!("{draft}/review")).await;
    let version = version(&review.text);
    let sent = browser.send(&format!("{draft}/submit"), &[("version", &version)]).await;
    let filing = sent.to().split('?').next().expect("an address").to_owned();
    let file = &stored.attachments[0];
    let fetched = browser.get(&format!("{filing}/files/{}", file.sha256)).await;
    assert_eq!((fetched.status, fetched.text.as_str()), (StatusCode::OK, "%PDF other bytes"));
    let name = fetched.headers["content-disposition"].to_str().expect("text");
    assert!(name.ends_with("%20%282%29.pdf"), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_need_not_be_written_again() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let draft = begin(&mut browser).await;
    let form = format!("{draft}/forms/0");
    let shown = base(&browser.get(&form).await.text);
    let over = [("/contact/name", "連絡 花子"), ("/office/address", "札幌市中央区北1条")];
    browser.send(&form, &pairs(&change_notice(&world, &shown, &over))).await;
    browser.send(&format!("{draft}/submit"), &[("version", "2")]).await;
    let id = row_of(&world, &draft).await.and_then(|row| row.filed_as).expect("a filing");
    let next = begin(&mut browser).await;
    assert!(!submission_of(&world, &next).await.form.to_string().contains("連絡 花子"), "not yet");
    world.accept(id).await;
    let to = begin_as(&mut browser, "renewal").await;
    assert!(to.ends_with(&format!("?prefilled={}", id.receipt_number())), "{to}");
    let body = submission_of(&world, to.split('?').next().expect("it")).await.form;
    let fields = &body["forms"][0]["fields"];
    assert_eq!(fields["contact"]["name"], "連絡 花子", "{body}");
    assert_eq!(fields["office"]["address"], "札幌市中央区北1条");
    for particular in ["changed_on", "before", "after", "registry"] {
        assert!(fields.get(particular).is_none(), "{particular} is of the other filing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_returned_is_corrected_from_what_was_filed() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let returned = returned(&world).await;
    let page = browser.get(&format!("/operator/filings/{returned}")).await;
    assert!(page.text.contains("訂正する</button>"), "{}", page.text);
    let path = format!("/operator/filings/{returned}/correct");
    let draft = browser.send(&path, &[]).await.to().to_owned();
    assert_eq!(browser.send(&path, &[]).await.to(), draft, "one draft for one filing");
    let page = browser.get(&draft).await;
    assert!(page.text.contains("運営規程の写しを添付してください。"), "{}", page.text);
    let form = format!("{draft}/forms/0");
    let shown = base(&browser.get(&form).await.text);
    browser.send(&form, &pairs(&change_notice(&world, &shown, &[]))).await;
    let review = browser.get(&format!("{draft}/review")).await;
    let version = version(&review.text);
    let filed = browser.send(&format!("{draft}/submit"), &[("version", &version)]).await;
    assert!(filed.to().contains(&returned.receipt_number()), "{}", filed.text);
    let revisions = world.ctx.store.revisions(returned).await.expect("a store");
    let newest = revisions.last().expect("a revision");
    assert_eq!((newest.revision, newest.action.as_str()), (2, "correct"));
    assert_eq!(newest.only_authorities.as_deref(), Some("472018"));
    let path = format!("/operator/filings/{}/correct", world.filings[0]);
    assert_eq!(browser.send(&path, &[]).await.status, StatusCode::CONFLICT);
}

async fn returned(world: &World) -> FilingId {
    for id in &world.filings {
        let deliveries = world.ctx.store.deliveries_of(*id).await.expect("a store");
        if Status::of(&deliveries, false) == Status::Returned {
            return *id;
        }
    }
    panic!("the world has no filing that was returned");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_listed_thrown_away_and_no_more_than_may_be() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let max = world.ctx.config.drafts.operator_max;
    let there = world.ctx.store.own_drafts(operator_number(), 99).await.expect("a store").len();
    let mut last = String::new();
    for _ in there..max {
        last = begin(&mut browser).await;
    }
    browser.get("/operator/start").await;
    let fields = [("name", "x"), ("place", "札幌市"), ("kind", "change"), ("service", "11")];
    let seen = browser.send("/operator/drafts", &fields).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.text.contains("下書きが多すぎます"), "{}", seen.text);
    let page = browser.get("/operator").await;
    assert!(page.text.contains(&last) && page.text.contains("下書き (3)"), "{}", page.text);
    // Someone else has saved it since: it stays.
    for (version, sure) in [("0", "yes"), ("1", "")] {
        let fields = [("version", version), ("sure", sure)];
        assert_eq!(browser.send(&format!("{last}/discard"), &fields).await.to(), last);
    }
    let fields = [("version", "1"), ("sure", "yes")];
    assert_eq!(browser.send(&format!("{last}/discard"), &fields).await.to(), "/operator");
    assert_eq!(browser.get(&last).await.status, StatusCode::NOT_FOUND);
    assert!(!browser.get("/operator").await.text.contains(&last));
}
