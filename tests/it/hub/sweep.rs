//! Uploads that nobody names go; what a filing or a decision names stays.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use hub::archive::{self, ArchiveProblem};
use hub::delivery::State;
use hub::review::Source;
use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::{Attachment, Channel, Decision, Submission, Verdict};
use tests::house::{Builder, House, attachment, change, code, manual, operator, staff};

const SAPPORO: &str = "011002";

/// From the rows to the object; `objects.orphan_hours` is 48.
const SETTLED: Duration = Duration::from_mins(10);
const HOURS: Duration = Duration::from_hours(48);
const TICK: Duration = Duration::from_millis(1);

/// That sweeps at every round.
fn house() -> Builder {
    House::build().with(|config| config.objects.sweep_ms = 0)
}

async fn upload(house: &House, scope: Scope, name: &str) -> Result<Attachment> {
    let front = house.front().await?;
    let key = house.key(scope).await?;
    let bytes = format!("%PDF-1.7 {name}").into_bytes();
    let file = attachment(name, &bytes);
    let answer = front.upload(&key, bytes).await?;
    ensure!(answer.status == StatusCode::CREATED, "{answer:?}");
    Ok(file)
}

fn object(house: &House, file: &Attachment) -> PathBuf {
    let folder = house.ctx.config.data.folder.join("objects/sha256");
    folder.join(&file.sha256[..2]).join(&file.sha256)
}

/// Time passes, then a sweep, and another when units of work from before the first are over.
async fn pass(house: &mut House, time: Duration) -> Result<()> {
    house.advance(time).await?;
    house.tend().await?;
    house.advance(SETTLED).await?;
    house.tend().await
}

#[tokio::test]
async fn only_what_nobody_names_goes_and_only_when_its_time_is_over() -> Result<()> {
    let mut house = house().ladder(SAPPORO, &[Channel::Api]).start().await?;
    let ours = Scope::Operator(operator());
    let filed = upload(&house, ours, "平面図.pdf").await?;
    let orphan = upload(&house, ours, "使わない.pdf").await?;
    let theirs = Scope::Authority(code(SAPPORO));
    let comment = upload(&house, theirs, "差戻し.pdf").await?;

    let submission = Submission { attachments: vec![filed.clone()], ..change(SAPPORO, &[]) };
    let filing = house.deliver(&submission).await?;
    let delivery = house.delivery(filing).await?;
    let decision = Decision {
        verdict: Verdict::Returned,
        comment: "別紙".into(),
        files: vec![comment.clone()],
        marks: Vec::new(),
    };
    house.reviewer().decide(delivery.id, delivery.authority, &decision, Source::Api).await?;

    pass(&mut house, HOURS.saturating_sub(SETTLED).saturating_sub(TICK)).await?;
    assert!(object(&house, &orphan).exists(), "it went before its time");
    pass(&mut house, TICK).await?;
    assert!(!object(&house, &orphan).exists(), "it stays for ever");
    assert!(object(&house, &filed).exists() && object(&house, &comment).exists());
    pass(&mut house, 10 * HOURS).await?;
    assert!(object(&house, &filed).exists() && object(&house, &comment).exists());

    // As if it had never been uploaded; and it can be uploaded again.
    let late = Submission { attachments: vec![orphan.clone()], ..change(SAPPORO, &[]) };
    let refused = house.file(&late).await.err().map(|error| format!("{error:?}"));
    assert!(refused.is_some_and(|said| said.contains("mistakes") || said.contains("unknown")));
    upload(&house, ours, "使わない.pdf").await?;
    let filing = house.deliver(&late).await?;
    assert!(matches!(house.delivery(filing).await?.state, State::Delivered { .. }));
    house.finish().await
}

/// A document's file stays while it is given out and for `archive.keep_days` after; then it goes as
/// any upload that nobody names, and its row stays.
#[tokio::test]
async fn a_documents_file_goes_when_its_time_after_the_end_is_over() -> Result<()> {
    let mut house = house().with(|config| config.archive.keep_days = 3).start().await?;
    let (one, two) = (b"%PDF-1.7 one".as_slice(), b"%PDF-1.7 two".as_slice());
    let former = house.upload("第1版.pdf", one).await?;
    let newer = house.upload("第2版.pdf", two).await?;
    let (draft, by) = (manual(), staff());
    let id = house.give_out(&former).await?;
    pass(&mut house, 10 * HOURS).await?;
    assert!(object(&house, &former).exists(), "it went though it is given out");
    // The other was swept meanwhile, as nothing named it.
    assert!(!object(&house, &newer).exists());
    let first = house.ctx.store.versions_of_document(id).await?.remove(0);
    let late = archive::replace(&house.ctx, &first, (&draft, Some(&newer)), &by).await;
    assert!(matches!(late, Err(ArchiveProblem::Cleared)), "{late:?}");
    let newer = house.upload("第2版.pdf", two).await?;
    archive::replace(&house.ctx, &first, (&draft, Some(&newer)), &by).await?;
    let days = Duration::from_hours(72);
    pass(&mut house, days.saturating_sub(SETTLED).saturating_sub(TICK)).await?;
    pass(&mut house, HOURS.saturating_sub(SETTLED)).await?;
    assert!(object(&house, &former).exists(), "it went before its time");
    pass(&mut house, HOURS).await?;
    assert!(!object(&house, &former).exists(), "it stays for ever");
    assert!(object(&house, &newer).exists());
    let versions = house.ctx.store.versions_of_document(id).await?;
    let gone: Vec<_> = versions.iter().map(|row| (row.version, row.gone_at.is_some())).collect();
    assert_eq!(gone, [(2, false), (1, true)]);
    house.finish().await
}

/// Nor is it swept then, when the whole of its time has to pass again.
#[tokio::test]
async fn an_upload_that_is_sent_again_is_young_again() -> Result<()> {
    let mut house = house().start().await?;
    let ours = Scope::Operator(operator());
    let file = upload(&house, ours, "平面図.pdf").await?;
    house.advance(HOURS.saturating_sub(TICK)).await?;
    upload(&house, ours, "平面図.pdf").await?;
    pass(&mut house, TICK).await?;
    assert!(object(&house, &file).exists(), "it went by its first upload");
    pass(&mut house, HOURS).await?;
    assert!(!object(&house, &file).exists(), "it stays for ever");
    house.finish().await
}

/// While it goes, the same bytes are not taken: the sweep would take them too.
#[tokio::test]
async fn an_upload_of_what_is_being_deleted_waits() -> Result<()> {
    let mut house = house().start().await?;
    let ours = Scope::Operator(operator());
    let file = upload(&house, ours, "平面図.pdf").await?;
    house.advance(HOURS).await?;
    house.tend().await?;
    let front = house.front().await?;
    let key = house.key(ours).await?;
    let answer = front.upload(&key, "%PDF-1.7 平面図.pdf").await?;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
    let submission = Submission { attachments: vec![file.clone()], ..change(SAPPORO, &[]) };
    assert!(house.file(&submission).await.is_err(), "a filing names what is going");
    house.advance(SETTLED).await?;
    house.tend().await?;
    upload(&house, ours, "平面図.pdf").await?;
    let filing = house.deliver(&submission).await?;
    assert!(object(&house, &file).exists());
    assert_eq!(house.deliveries(filing).await?.len(), 1);
    house.finish().await
}
