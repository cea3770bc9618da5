//! A real S3-speaking server keeps the contract of an object store; a disk that fills.

use std::fs::File;

use adapters::package::{HeldFile, read_package};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use hub::delivery::State;
use hub::objects::{ObjectError, Objects};
use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::{Attachment, Channel, Owner, Submission};
use tests::contracts::objects::Shelf;
use tests::house::{House, attachment, change, operator};
use tests::servers::{S3, SmallDisk};

fn s3() -> Result<Shelf> {
    let server = S3::start()?;
    let objects = open(&server, &server.url(), |_, _| {})?;
    Ok(Shelf { objects, folder: server.bucket(), keep: Box::new(server) })
}

tests::objects_contract!(s3);

/// The bucket of a URL, with the server's variables altered.
fn open(server: &S3, url: &str, alter: impl Fn(&str, &mut String)) -> Result<Objects> {
    let mut variables = server.variables();
    for (name, value) in &mut variables {
        alter(name, value);
    }
    Ok(Objects::open_with(url, "unused".as_ref(), variables)?)
}

async fn refusal(objects: &Objects) -> Result<ObjectError> {
    let error = objects.put(upload(10), "refused", 10).await.err().context("taken")?;
    let at_start = objects.probe().await.err().context("all seems well")?;
    ensure!(error.is_away() == at_start.is_away(), "{error:?} {at_start:?}");
    Ok(at_start)
}

#[tokio::test]
async fn a_wrong_bucket_key_or_secret_is_told_apart() -> Result<()> {
    let server = S3::start()?;
    let error = refusal(&open(&server, "s3://nowhere", |_, _| {})?).await?;
    let said = error.to_string();
    ensure!(said.starts_with("objects.url: ") && said.contains("check that the bucket"), "{said}");
    ensure!(!error.is_away(), "waiting would not help: {said}");
    for wrong in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        let alter = |name: &str, value: &mut String| {
            if name == wrong {
                value.push('x');
            }
        };
        let error = refusal(&open(&server, &server.url(), alter)?).await?;
        let said = error.to_string();
        ensure!(said.contains("check AWS_ACCESS_KEY_ID"), "{wrong}: {said}");
        ensure!(!said.contains("todoke-secret"), "the secret is shown: {said}");
        ensure!(!error.is_away(), "waiting would not help: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_of_a_bucket_is_a_store_of_its_own() -> Result<()> {
    let server = S3::start()?;
    let one = open(&server, "s3://attachments/one", |_, _| {})?;
    let other = open(&server, "s3://attachments/other/", |_, _| {})?;
    let stored = one.put(upload(10), "one", 10).await?;
    ensure!(one.get(&stored.sha256).await.is_ok(), "it is not there");
    ensure!(other.get(&stored.sha256).await.is_err(), "it is in the other's folder too");
    Ok(())
}

/// Then it goes on, without being opened again.
#[tokio::test]
async fn a_server_that_is_away_is_waited_for() -> Result<()> {
    let mut server = S3::start()?;
    let objects = open(&server, &server.url(), |_, _| {})?;
    let stored = objects.put(upload(10), "before", 10).await?;
    server.stop()?;
    let error = refusal(&objects).await?;
    ensure!(error.is_away(), "a start does not wait: {error:?}");
    ensure!(error.to_string().contains("AWS_ENDPOINT"), "{error}");
    server.restart()?;
    ensure!(objects.get(&stored.sha256).await.is_ok(), "what was kept is gone");
    ensure!(objects.put(upload(10), "after", 10).await? == stored, "not taken");
    Ok(())
}

fn upload(size: usize) -> impl futures::Stream<Item = std::io::Result<Bytes>> + Unpin {
    futures::stream::iter([Ok(Bytes::from(vec![7; size]))])
}

/// The operator is not told that the upload was at fault.
#[tokio::test]
async fn a_full_disk_takes_no_upload_and_is_waited_for() -> Result<()> {
    let disk = SmallDisk::start(4 << 20)?;
    let objects = Objects::open("", &disk.path().join("objects"))?;
    objects.probe().await?;
    disk.fill()?;
    let error = objects.put(upload(100_000), "one", 1 << 20).await.err().context("taken")?;
    ensure!(matches!(error, ObjectError::Store(_) | ObjectError::Write(_)), "{error:?}");
    let error = objects.probe().await.err().context("it says that all is well")?;
    ensure!(error.is_away(), "a start does not wait for room: {error:?}");
    disk.free()?;
    objects.probe().await?;
    let stored = objects.put(upload(100_000), "two", 1 << 20).await?;
    ensure!(stored.size == 100_000, "{stored:?}");
    Ok(())
}

const SAPPORO: &str = "011002";

/// A house on a bucket, and files that an operator has uploaded over HTTP, one in many parts.
async fn house_with_files(server: &S3) -> Result<(House, Vec<Attachment>)> {
    let house = House::build().objects(server).ladder(SAPPORO, &[Channel::Api]).start().await?;
    let front = house.front().await?;
    let key = house.key(Scope::Operator(operator())).await?;
    let mut files = Vec::new();
    for (name, size) in [("平面図.pdf", 100), ("写真.pdf", 12 << 20)] {
        let mut bytes = b"%PDF-1.7".to_vec();
        bytes.resize(size, b'%');
        let file = attachment(name, &bytes);
        let answer = front.upload(&key, bytes).await?;
        ensure!(answer.status == StatusCode::CREATED, "{answer:?}");
        ensure!(answer.json["sha256"] == file.sha256.as_str(), "{answer:?}");
        files.push(file);
    }
    Ok((house, files))
}

#[tokio::test]
async fn a_filing_with_attachments_is_delivered_out_of_a_bucket() -> Result<()> {
    let server = S3::start()?;
    let (mut house, files) = house_with_files(&server).await?;
    let submission = Submission { attachments: files.clone(), ..change(SAPPORO, &[]) };
    let filing = house.deliver(&submission).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let opened = read_package(File::open(&house.held()?[0].path)?)?;
    assert_eq!(opened.attachments.len(), 2, "{:?}", opened.attachments);
    for file in &files {
        let is_it = |held: &HeldFile| (&held.name, &held.sha256) == (&file.name, &file.sha256);
        assert!(opened.attachments.iter().any(is_it), "{:?}", opened.attachments);
    }
    house.finish().await
}

/// Nobody outside is told that it is their fault, and nothing damaged leaves the house.
#[tokio::test]
async fn a_damaged_object_is_not_sent_until_it_is_mended() -> Result<()> {
    let server = S3::start()?;
    let (mut house, files) = house_with_files(&server).await?;
    let sha256 = &files[1].sha256;
    let object = server.bucket().join("sha256").join(&sha256[..2]).join(sha256);
    let sound = std::fs::read(&object)?;
    let mut damaged = sound.clone();
    damaged[7 << 20] ^= 1;
    std::fs::write(&object, damaged)?;
    let submission = Submission { attachments: files.clone(), ..change(SAPPORO, &[]) };
    let filing = house.deliver(&submission).await?;
    let delivery = house.delivery(filing).await?;
    let State::Waiting { why, .. } = &delivery.state else { panic!("{delivery:?}") };
    assert_eq!((why.code.as_str(), why.owner), ("package_not_built", Owner::Hub));
    assert!(why.sentence.contains("写真.pdf") && why.sentence.contains(sha256), "{why:?}");
    assert_eq!((delivery.tries, house.held()?.len()), (0, 0));
    std::fs::write(&object, sound)?;
    house.outlast(5).await?;
    assert!(matches!(house.delivery(filing).await?.state, State::Delivered { .. }));
    house.finish().await
}
