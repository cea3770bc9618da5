//! `todoke package preview`: what an authority would get, of a filing in a file and of one filed.

use std::path::Path;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use encoding_rs::SHIFT_JIS;
use schemas::Submission;
use serde_json::Value;
use tests::demo::program;
use tests::house::{House, change};
use tokio::process::Command;

const SAPPORO: &str = "011002";

async fn preview(folder: &Path, store: &str, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(program().await?);
    command.args(["package", "preview"]).args(arguments).current_dir(folder);
    Ok(command.env("TODOKE_STORE__URL", store).output().await?)
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

#[tokio::test]
async fn a_preview_writes_what_the_authority_would_get() -> Result<()> {
    let mut house = House::build().start().await?;
    let folder = tempfile::tempdir()?;
    let store = house.ctx.config.store.url.clone();
    let operator_name = "=𠮷野家😀".to_owned();
    let submission = Submission { operator_name, ..change(SAPPORO, &[]) };
    std::fs::write(folder.path().join("filing.json"), serde_json::to_vec(&submission)?)?;

    let asked = ["filing.json", "--authority", SAPPORO, "--profile", "standard-cp932"];
    let output = preview(folder.path(), &store, &[&asked[..], &["--out", "out"]].concat()).await?;
    let text = said(&output);
    ensure!(output.status.success(), "{text}");
    for words in ["標準の列", "office_number", "U+20BB7", "1:事業者名", "apostrophe", "U+1F600"]
    {
        ensure!(text.contains(words), "{words} is missing: {text}");
    }
    let out = |name: &str| std::fs::read(folder.path().join("out").join(name));
    let table = out("filing.csv")?;
    let table = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&table);
    ensure!(table.context("CP932")?.contains("'=〓野家〓"));
    ensure!(out("filing.pdf")?.starts_with(b"%PDF-"));
    let manifest: Value = serde_json::from_slice(&out("manifest.json")?)?;
    let files = manifest["files"].as_array().context("files")?;
    let names: Vec<_> = files.iter().filter_map(|file| file["path"].as_str()).collect();
    let own = ["filing.json", "filing.csv", "filing.xml", "filing.pdf", "receipt.json"];
    assert_eq!(names, own.map(|name| format!("data/{name}")));

    let filing = house.deliver(&submission).await?;
    let receipt = house.ctx.store.filing(filing).await?.context("it")?.receipt_number;
    let asked = [receipt.as_str(), "--authority", SAPPORO, "--json"];
    let output = preview(folder.path(), &store, &asked).await?;
    let shown: Value = serde_json::from_slice(&output.stdout).with_context(|| said(&output))?;
    assert_eq!(shown["ledger"]["profile"], "standard");
    assert_eq!(shown["ledger"]["replaced"], serde_json::json!([]));
    assert_eq!(shown["print"]["pages"], 2);
    ensure!(house.ctx.store.print(filing, 1).await?.is_some(), "the delivery printed it");
    house.finish().await
}

#[tokio::test]
async fn a_preview_of_nothing_says_so() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite:{}", folder.path().join("todoke.db").display());
    let filing = serde_json::to_vec(&change(SAPPORO, &[]))?;
    std::fs::write(folder.path().join("filing.json"), filing)?;
    std::fs::write(folder.path().join("bad.json"), "{}")?;
    let cases: [(&[&str], &str); 4] = [
        (&["nothing", "--authority", SAPPORO], "no file here"),
        (&["bad.json", "--authority", SAPPORO], "bad.json is no filing"),
        (&["filing.json", "--authority", "011001"], "check digit"),
        (&["filing.json", "--authority", SAPPORO, "--profile", "x"], "standard-cp932"),
    ];
    for (asked, words) in cases {
        let output = preview(folder.path(), &store, asked).await?;
        let text = said(&output);
        ensure!(!output.status.success() && text.contains(words), "{asked:?}: {text}");
    }
    Ok(())
}
