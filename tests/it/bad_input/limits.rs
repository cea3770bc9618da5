//! Every limit: what is at it is taken, what is one above is not.

use anyhow::Result;
use reqwest::Method;
use schemas::Channel;
use serde_json::{Value, json};
use tests::house::House;

use super::{Counter, SAPPORO, assert_problem, good, spoilt};

async fn narrow() -> Result<Counter> {
    let house = House::build().ladder(SAPPORO, &[Channel::Api]).with(|config| {
        config.limits.offices_max = 3;
        config.limits.services_max = 2;
        config.limits.attachments_max = 2;
        config.limits.attachment_bytes_max = 1_000;
        config.limits.name_chars_max = 12;
        config.http.body_bytes_max = 2_000;
    });
    Counter::of(house.start().await?).await
}

/// The good filing with its office that many times, one-stop.
fn offices(count: usize) -> Value {
    let mut body = good();
    body["one_stop"] = json!(true);
    body["offices"] = json!(vec![body["offices"][0].clone(); count]);
    body
}

/// The beginning of a PDF, and as many bytes as are wanted.
fn pdf(bytes: usize) -> Vec<u8> {
    let mut all = b"%PDF-1.7".to_vec();
    all.resize(bytes, 7);
    all
}

fn services(count: usize) -> Value {
    let all = ["78", "71", "11"];
    let services: Vec<_> = all[..count].iter().map(|code| json!({"service": code})).collect();
    spoilt("/offices/0/services", json!(services))
}

#[tokio::test]
async fn filings_at_the_limits_are_taken_and_above_are_not() -> Result<()> {
    let mut counter = narrow().await?;
    let upload = counter.front.upload(&counter.operator, pdf(1_000)).await?;
    assert_eq!(upload.status.as_u16(), 201, "at the limit: {upload:?}");
    let sha256 = upload.json["sha256"].clone();
    let attachments = |count: usize, size: u64| {
        let file = |n| {
            json!({"name": format!("{n}.pdf"), "sha256": sha256, "size": size,
                   "media_type": "application/pdf"})
        };
        spoilt("/attachments", json!((0..count).map(file).collect::<Vec<_>>()))
    };
    let name = |count: usize| spoilt("/operator_name", json!("み".repeat(count)));
    for (what, at, above, code, words) in [
        ("offices", offices(3), offices(4), "too_many_offices", "at most 3"),
        ("services", services(2), services(3), "service_count", "1 to 2"),
        ("name", name(12), name(13), "name_length", "1 to 12"),
        ("attachments", attachments(2, 1_000), attachments(3, 1_000), "too_many_attachments", "2"),
    ] {
        let answer = counter.file(&format!("{what} at"), &at).await?;
        assert_eq!(answer.status.as_u16(), 201, "{what}: {answer:?}");
        let answer = counter.file(&format!("{what} above"), &above).await?;
        assert_problem(&answer, (422, code, "operator"), words);
    }
    let answer = counter.file("no service", &services(0)).await?;
    assert_problem(&answer, (422, "service_count", "operator"), "1 to 2");
    let answer = counter.file("size above", &attachments(1, 1_001)).await?;
    assert_problem(&answer, (422, "filing_invalid", "operator"), "at most 1000 bytes");
    counter.house.settle().await?;
    counter.house.outlast(50).await?;
    counter.close().await
}

#[tokio::test]
async fn bodies_at_the_limit_are_taken_and_above_are_not() -> Result<()> {
    let mut counter = narrow().await?;
    let padded = |bytes: usize| {
        let text = good().to_string();
        format!("{text}{}", " ".repeat(bytes - text.len()))
    };
    let answer = counter.send("/v1/filings", &counter.operator, padded(2_000)).await?;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    let answer = counter.send("/v1/filings", &counter.operator, padded(2_001)).await?;
    assert_problem(&answer, (413, "body_too_large", "operator"), "/v1/attachments");
    counter.house.settle().await?;
    counter.close().await
}

#[tokio::test]
async fn uploads_that_are_wrong_are_refused_with_what_to_do() -> Result<()> {
    let counter = narrow().await?;
    let upload = |media_type: &str, digest: &str, bytes: Vec<u8>| {
        let request = counter.front.request(Method::POST, "/v1/attachments", &counter.operator);
        let request = request.header("content-type", media_type);
        counter.front.ask(request.header("content-digest", digest).body(bytes))
    };
    let right = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:";
    for (media_type, digest, bytes, expected, words) in [
        ("application/pdf", "", vec![7; 1_001], (413, "attachment_too_large"), "at most 1000"),
        ("text/html", "", vec![7], (415, "attachment_type"), "use one of"),
        ("application/pdf", right, b"tess".to_vec(), (422, "attachment_digest"), "send them again"),
        ("application/pdf", "sha-256=:x:", vec![7], (400, "content_digest_malformed"), "base64"),
        ("application/pdf", "", b"MZ\x90\0".to_vec(), (415, "attachment_type"), "executable"),
        ("application/pdf", "", Vec::new(), (415, "attachment_type"), "an empty file"),
        ("text/csv", "", b"<html></html>".to_vec(), (415, "attachment_type"), "text/html"),
    ] {
        let answer = upload(media_type, digest, bytes).await?;
        assert_problem(&answer, (expected.0, expected.1, "operator"), words);
    }
    let answer = upload("text/csv", right, b"test".to_vec()).await?;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    let answer = upload("text/csv", "md5=:x:", b"test".to_vec()).await?;
    assert_eq!(answer.status.as_u16(), 201, "another algorithm is passed over: {answer:?}");
    let answer = upload("application/octet-stream", "", pdf(20)).await?;
    assert_eq!(answer.json["media_type"], "application/pdf", "its bytes say so: {answer:?}");
    let objects = counter.house.ctx.config.data.folder.join("objects/uploads");
    let left = std::fs::read_dir(objects)?.count();
    assert_eq!(left, 0, "what was refused for its size or digest is not kept under way");
    counter.close().await
}

/// What an authority asks of files holds for what is filed by programs too.
#[tokio::test]
async fn the_limits_of_an_authority_hold_for_filings_to_it() -> Result<()> {
    let forms = tempfile::tempdir()?;
    let rules = json!({"rules": [{"authority": SAPPORO, "name": "札幌市", "files_max": 1,
        "bytes_max": 1_000, "source": "札幌市の案内", "sure": "?"}]});
    std::fs::write(forms.path().join("limits-own.json"), rules.to_string())?;
    let folder = forms.path().to_string_lossy().into_owned();
    let house = House::build().ladder(SAPPORO, &[Channel::Api]);
    let house = house.with(move |config| config.forms.folder.clone_from(&folder));
    let mut counter = Counter::of(house.start().await?).await?;
    let mut files = Vec::new();
    for bytes in [1_000, 1_001] {
        let upload = counter.front.upload(&counter.operator, pdf(bytes)).await?;
        let file = json!({"name": format!("{bytes}.pdf"), "sha256": upload.json["sha256"],
                          "size": bytes, "media_type": "application/pdf"});
        files.push(file);
    }
    let with = |files: &[Value]| spoilt("/attachments", json!(files));
    let answer = counter.file("at both limits", &with(&files[..1])).await?;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    let answer = counter.file("bytes above", &with(&files[1..])).await?;
    let code = "attachment_bytes_limit";
    assert_problem(&answer, (422, code, "operator"), "up to 1000 B");
    let found = &answer.json["findings"][0];
    assert_eq!(found["path"], "/attachments/0/size");
    assert_eq!(found["source"], "札幌市の案内");
    let mut twice = vec![files[0].clone(), files[0].clone()];
    twice[1]["name"] = json!("2.pdf");
    let answer = counter.file("files above", &with(&twice)).await?;
    let code = "attachments_files_limit";
    assert_problem(&answer, (422, code, "operator"), "at most 1 files");
    counter.house.settle().await?;
    counter.house.outlast(50).await?;
    counter.close().await
}
