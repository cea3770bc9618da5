//! Erasing what was filed: on request, by two people; by time; and what stays.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::actor::Actor;
use hub::courier::held_package;
use hub::erasure::ERASED;
use hub::operate::By;
use hub::operate::erasure::{self, ErasureProblem, Of};
use hub::receipt;
use hub::review::{ReviewProblem, Source};
use hub::store::{AttachmentRow, Chain, ErasureState, PrintRow};
use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::{Attachment, Channel, Decision, FilingId, Submission, Verdict};
use sha2::{Digest, Sha256};

use super::{OTARU, SAPPORO};
use crate::house::{
    Builder, House, OPERATOR_MAIL, OPERATOR_NAME, attachment, by_hand, change, code, operator,
};

const DAY: Duration = Duration::from_hours(24);

async fn accept(house: &House, filing: FilingId, whose: &str) -> Result<()> {
    let delivery = house.delivery_to(filing, code(whose)).await?.id;
    let answer = Decision {
        verdict: Verdict::Accepted,
        comment: "管理者の氏名を確認しました".to_owned(),
        files: Vec::new(),
        marks: Vec::new(),
    };
    Ok(house.reviewer().decide(delivery, code(whose), &answer, Source::Api).await?)
}

async fn upload(house: &House, name: &str) -> Result<Attachment> {
    let (front, key) = (house.front().await?, house.key(Scope::Operator(operator())).await?);
    let bytes = format!("%PDF-1.7 {name}").into_bytes();
    let file = attachment(name, &bytes);
    ensure!(front.upload(&key, bytes).await?.status == StatusCode::CREATED);
    Ok(file)
}

fn is_there(house: &House, sha256: &str) -> bool {
    let folder = house.ctx.config.data.folder.join("objects/sha256");
    let path: PathBuf = folder.join(&sha256[..2]).join(sha256);
    path.exists()
}

/// Somebody else of the staff.
fn colleague() -> Actor {
    Actor { person: "key:second".to_owned(), name: "運用 次郎".to_owned() }
}

/// Asked for by one and approved by another; upkeep does it.
async fn erase(house: &mut House, of: Of) -> Result<()> {
    let id = erasure::propose(&house.ctx, of, by_hand()).await?.id;
    let alone = erasure::approve(&house.ctx, id, by_hand()).await;
    ensure!(matches!(alone, Err(ErasureProblem::SamePerson(_))), "{alone:?}");
    let second = colleague();
    erasure::approve(&house.ctx, id, By { actor: &second, why: "" }).await?;
    house.tend().await?;
    let row = house.ctx.store.erasure(id).await?.context("the erasure")?;
    ensure!(row.state == ErasureState::Finished, "{row:?}");
    Ok(())
}

/// Two prints that lie in one object.
async fn bind(house: &House, filings: [FilingId; 2]) -> Result<String> {
    let ctx = &house.ctx;
    let (mut bytes, mut rows) = (Vec::new(), Vec::new());
    for filing in filings {
        let row = ctx.store.print(filing, 1).await?.context("a print")?;
        let volume = row.volume.clone().context("a volume")?;
        let (from, count) = (row.first_byte.unsigned_abs(), row.bytes.unsigned_abs());
        let first_byte = i64::try_from(bytes.len())?;
        bytes.extend_from_slice(&ctx.objects.piece(&volume, from..from + count).await?);
        rows.push(PrintRow { first_byte, ..row });
    }
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let row = AttachmentRow {
        sha256: sha256.clone(),
        owner: "prints".to_owned(),
        size: i64::try_from(bytes.len())?,
        media_type: "application/octet-stream".to_owned(),
        created_at: house.clock.now_ms(),
    };
    ctx.objects.put_bytes(&sha256, bytes.into()).await?;
    let rows: Vec<_> =
        rows.into_iter().map(|row| PrintRow { volume: Some(sha256.clone()), ..row }).collect();
    let file = Attachment { sha256: sha256.clone(), ..attachment("prints", b"") };
    let mut tx = ctx.store.begin().await?;
    tx.touch_object(&sha256).await?;
    tx.save_attachment(&row).await?;
    tx.name_objects(&[("prints", &file)]).await?;
    tx.move_prints(&rows).await?;
    tx.commit().await?;
    Ok(sha256)
}

/// The contents go, in the store, the objects and all that is given out; receipt and chain hold.
pub async fn what_is_erased_is_gone_and_still_proves_itself(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]);
    let mut house = builder.with(|config| config.objects.sweep_ms = 0).start().await?;
    let (own, shared) = (upload(&house, "氏名.pdf").await?, upload(&house, "図面.pdf").await?);
    let files = vec![own.clone(), shared.clone()];
    let gone = Submission { attachments: files, ..change(SAPPORO, &[]) };
    let gone = house.deliver(&gone).await?;
    let other = Submission { attachments: vec![shared.clone()], ..change(OTARU, &[]) };
    let other = house.deliver(&other).await?;
    let early = erasure::propose(&house.ctx, Of::Filing(gone), by_hand()).await;
    ensure!(matches!(&early, Err(ErasureProblem::Unfinished(why)) if why == "undecided"));
    accept(&house, gone, SAPPORO).await?;
    house.settle().await?;
    let volume = bind(&house, [gone, other]).await?;
    house.advance(3 * DAY).await?;
    let seen = erasure::preview(&house.ctx, Of::Filing(gone)).await?;
    ensure!((seen.ready, seen.weight.objects, seen.stays.len()) == (1, 2, 0), "{seen:?}");
    ensure!(seen.weight.bytes > 0 && is_there(&house, &own.sha256), "a look changed something");

    erase(&mut house, Of::Filing(gone)).await?;
    house.advance(Duration::from_mins(11)).await?;
    house.tend().await?;
    ensure!(!is_there(&house, &own.sha256) && !is_there(&house, &volume), "bytes are left");
    ensure!(is_there(&house, &shared.sha256), "another filing names it");
    told_of_nothing(&house, gone).await?;
    nothing_is_added(&mut house, gone).await?;
    still_proved(&house, gone).await?;
    let again = erasure::propose(&house.ctx, Of::Filing(gone), by_hand()).await;
    ensure!(matches!(again, Err(ErasureProblem::Nothing)), "{again:?}");

    // The print that shared its volume lies in another, and is the same to the byte.
    house.restart().await?;
    let delivery = house.delivery(other).await?;
    let parcel = house.ctx.store.parcel(delivery.id).await?.context("a parcel")?;
    let sealed = held_package(&house.ctx, &delivery, &parcel).await;
    let sealed = sealed.map_err(|why| anyhow::anyhow!("{why:?}"))?;
    ensure!(Some(&sealed.sha256) == delivery.package_sha256.as_ref(), "other bytes");
    house.finish().await
}

/// Neither rows nor what is given out say anything of it any more but that it was erased.
async fn told_of_nothing(house: &House, filing: FilingId) -> Result<()> {
    let store = &house.ctx.store;
    let row = store.filing(filing).await?.context("the filing")?;
    let rows = [
        serde_json::to_string(&row)?,
        serde_json::to_string(&store.revisions(filing).await?)?,
        serde_json::to_string(&store.decisions_of(filing).await?)?,
        serde_json::to_string(&store.notices_of(filing).await?)?,
    ];
    for words in [OPERATOR_NAME, "みどりデイサービス", "管理者", OPERATOR_MAIL, "氏名"]
    {
        ensure!(!rows.iter().any(|text| text.contains(words)), "{words}: {rows:?}");
    }
    ensure!(store.print(filing, 1).await?.is_none());
    let found = store.filings_of_word("ミドリ会", None, 10).await?;
    ensure!(found.iter().all(|found| found.id != filing), "it is found by a name");

    let front = house.front().await?;
    let authority = house.key(Scope::Authority(code(SAPPORO))).await?;
    let owner = house.key(Scope::Operator(operator())).await?;
    let staff = house.key(Scope::Operations).await?;
    let delivery = house.delivery(filing).await?.id;
    let package = front.get(&format!("/v1/inbox/{delivery}/package"), &authority).await?;
    ensure!((package.status, &package.json["code"]) == (StatusCode::GONE, &ERASED.into()));
    let view = front.get(&format!("/v1/filings/{filing}"), &owner).await?;
    ensure!(view.json["erased"]["erasure"].is_string(), "{view:?}");
    for (path, key) in [
        (format!("/operator/filings/{}", row.receipt_number), &owner),
        (format!("/authority/deliveries/{delivery}"), &authority),
        (format!("/filings/{}", row.receipt_number), &staff),
    ] {
        let page = front.page(&path, &front.log_in(key).await?).await?;
        ensure!(page.status == StatusCode::OK, "{path}: {page:?}");
        ensure!(page.text().contains("内容は消去されています"), "{path}: {}", page.text());
    }
    for (path, key) in [
        (format!("/operator/filings/{}/set", row.receipt_number), &owner),
        (format!("/authority/deliveries/{delivery}/package"), &authority),
        (format!("/authority/deliveries/{delivery}/files/0"), &authority),
    ] {
        let page = front.page(&path, &front.log_in(key).await?).await?;
        ensure!(page.status == StatusCode::GONE, "{path}: {page:?}");
    }
    Ok(())
}

/// What came behind the erasure could never be erased.
async fn nothing_is_added(house: &mut House, filing: FilingId) -> Result<()> {
    let delivery = house.delivery(filing).await?.id;
    let comment = "管理者の氏名を直してください".to_owned();
    let answer =
        Decision { verdict: Verdict::Returned, comment, files: Vec::new(), marks: Vec::new() };
    let (reviewer, sapporo) = (house.reviewer(), code(SAPPORO));
    let decided = reviewer.decide(delivery, sapporo, &answer, Source::Api).await;
    ensure!(matches!(decided, Err(ReviewProblem::Erased)), "{decided:?}");
    let said = reviewer.hand_over((delivery, sapporo), &colleague(), None, "氏名を確認").await;
    ensure!(matches!(said, Err(ReviewProblem::Erased)), "{said:?}");
    let request = house.request(&change(SAPPORO, &[]))?;
    let corrected = house.reviewer().correct(filing, &request).await;
    ensure!(matches!(corrected, Err(ReviewProblem::Erased)), "{corrected:?}");
    let withdrawn = house.reviewer().withdraw(filing, &request).await;
    ensure!(matches!(withdrawn, Err(ReviewProblem::Erased)), "{withdrawn:?}");
    let (front, key) = (house.front().await?, house.key(Scope::Authority(sapporo)).await?);
    let path = format!("/authority/deliveries/{delivery}");
    let page = front.page(&path, &front.log_in(&key).await?).await?;
    ensure!(!page.text().contains("name=\"comment\""), "a form: {}", page.text());
    ensure!(!page.text().contains("name=\"remark\""), "a form: {}", page.text());
    Ok(())
}

/// Its chain is whole, and its receipt verifies and says so.
async fn still_proved(house: &House, filing: FilingId) -> Result<()> {
    let store = &house.ctx.store;
    let row = store.filing(filing).await?.context("the filing")?;
    let events = store.events(filing).await?;
    ensure!(matches!(store.chain(&row, &events).await?, Chain::Whole { .. }));
    // Of the far side's answer, which may repeat the filing, a digest alone.
    ensure!(events.iter().any(|it| it.body.contains("\"body_sha256\":")), "{events:?}");
    ensure!(!events.iter().any(|it| it.body.contains("\"body\":")), "{events:?}");
    let signed = serde_json::to_string(&receipt::make(&house.ctx, &row).await?)?;
    let verified = receipt::verify(&signed, None)?;
    ensure!(verified.erased_at.is_some() && verified.received_at == row.received_at);
    let mut acts = store.staff_acts(None, i64::MAX, 99).await?;
    acts.reverse();
    let acts = acts.iter().map(|act| act.what.as_str());
    let acts: Vec<_> = acts.filter(|what| what.starts_with("erasure.")).collect();
    ensure!(acts == ["erasure.propose", "erasure.approve", "erasure.finish"], "{acts:?}");
    Ok(())
}

/// What is under way stays with the address that its notices need; later the rest goes, too.
pub async fn an_operator_is_erased_but_for_what_is_not_finished(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let mut house = builder.start().await?;
    let done = house.deliver(&change(SAPPORO, &[])).await?;
    accept(&house, done, SAPPORO).await?;
    let open = house.deliver(&change(SAPPORO, &[])).await?;
    house.settle().await?;
    let of = Of::Operator(operator());
    let seen = erasure::preview(&house.ctx, of).await?;
    ensure!(seen.ready == 1 && seen.stays[0].reasons == ["undecided"], "{seen:?}");
    erase(&mut house, of).await?;
    let store = &house.ctx.store;
    ensure!(store.erased(done).await?.is_some() && store.erased(open).await?.is_none());
    let mail = store.operator(operator()).await?.context("the operator")?.mail;
    ensure!(mail.as_deref() == Some(OPERATOR_MAIL), "{mail:?}");

    accept(&house, open, SAPPORO).await?;
    house.settle().await?;
    erase(&mut house, of).await?;
    let store = &house.ctx.store;
    ensure!(store.erased(open).await?.is_some());
    ensure!(store.operator(operator()).await?.context("the operator")?.mail.is_none());
    let rows = store.list_erasures(&hub::store::Filter { limit: 9, ..Default::default() }).await?;
    let counts: Vec<_> = rows.iter().map(|row| (row.done, row.kept)).collect();
    ensure!(counts == [(2, 0), (1, 1)], "{counts:?}");
    house.finish().await
}

/// The new filing needs it; what was asked for before goes all the same.
pub async fn who_has_filed_since_keeps_its_address(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).start().await?;
    let done = house.deliver(&change(SAPPORO, &[])).await?;
    accept(&house, done, SAPPORO).await?;
    house.settle().await?;
    let id = erasure::propose(&house.ctx, Of::Operator(operator()), by_hand()).await?.id;
    house.advance(Duration::from_mins(1)).await?;
    let since = house.deliver(&change(SAPPORO, &[])).await?;
    erasure::approve(&house.ctx, id, By { actor: &colleague(), why: "" }).await?;
    house.tend().await?;
    let store = &house.ctx.store;
    ensure!(store.erased(done).await?.is_some() && store.erased(since).await?.is_none());
    let mail = store.operator(operator()).await?.context("the operator")?.mail;
    ensure!(mail.as_deref() == Some(OPERATOR_MAIL), "{mail:?}");
    let staff = house.key(Scope::Operations).await?;
    let front = house.front().await?;
    let page = front.page(&format!("/erasures/{id}"), &front.log_in(&staff).await?).await?;
    ensure!(page.text().contains("申し出のあとにも届出があったため"), "{}", page.text());
    house.finish().await
}

/// Prints that cannot be read keep neither their own object's others nor files from going.
pub async fn a_broken_volume_keeps_no_other_object(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let mut house = builder.with(|config| config.objects.sweep_ms = 0).start().await?;
    let file = upload(&house, "氏名.pdf").await?;
    let gone = Submission { attachments: vec![file.clone()], ..change(SAPPORO, &[]) };
    let gone = house.deliver(&gone).await?;
    accept(&house, gone, SAPPORO).await?;
    let other = house.deliver(&change(SAPPORO, &[])).await?;
    let row = house.ctx.store.print(other, 1).await?.context("a print")?;
    let lost = "0".repeat(64);
    let mut tx = house.ctx.store.begin().await?;
    tx.move_prints(&[PrintRow { volume: Some(lost.clone()), ..row }]).await?;
    tx.insert_erased_objects(std::slice::from_ref(&lost)).await?;
    tx.commit().await?;
    house.advance(3 * DAY).await?;
    erase(&mut house, Of::Filing(gone)).await?;
    house.advance(Duration::from_mins(11)).await?;
    house.tend().await?;
    ensure!(!is_there(&house, &file.sha256), "it waits for the broken one");
    ensure!(house.ctx.store.erased_objects(9).await? == [lost], "its turn comes again");
    house.finish().await
}

/// Each by a setting of its own; nothing goes a look before its time.
pub async fn contents_and_addresses_go_when_their_time_is_over(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).with(|config| {
        config.retention.address_months = 2;
        config.retention.content_years = 1;
    });
    let mut house = builder.start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    accept(&house, filing, SAPPORO).await?;
    house.settle().await?;
    let addresses = async |house: &House| {
        let notices = house.ctx.store.notices_of(filing).await?;
        anyhow::Ok(notices.iter().filter(|it| it.recipient == OPERATOR_MAIL).count())
    };
    // April and May are 61 days, a year is 365.
    house.advance(60 * DAY).await?;
    house.tend().await?;
    ensure!(addresses(&house).await? == 2, "before their time");
    house.advance(2 * DAY).await?;
    house.tend().await?;
    ensure!(addresses(&house).await? == 0, "after it");
    house.advance(302 * DAY).await?;
    house.tend().await?;
    ensure!(house.ctx.store.erased(filing).await?.is_none(), "before its time");
    house.advance(2 * DAY).await?;
    house.tend().await?;
    let erased = house.ctx.store.erased(filing).await?.context("it is erased")?;
    ensure!(erased.erasure_id.is_none(), "nobody asked for it");
    ensure!(house.events(filing).await?.last().is_some_and(|it| it == "filing.erased"));
    house.finish().await
}
