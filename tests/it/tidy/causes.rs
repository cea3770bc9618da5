//! Whatever cause a page explains has its row in the run book.

use std::path::Path;

use anyhow::{Context, Result};

#[test]
fn every_cause_that_pages_explain_is_in_the_run_book() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the root")?;
    let source = std::fs::read_to_string(root.join("hub/src/web/reasons.rs"))?;
    let book = std::fs::read_to_string(root.join("deploy/README.md"))?;
    let causes = book.split("\n## ").find(|part| part.starts_with("Causes\n"));
    let causes = causes.context("the run book has no chapter about causes")?;
    let (_, arms) = source.split_once("fn by_code").context("by_code")?;
    let (arms, _) = arms.split_once("fn by_family").context("its end")?;
    let is_code = |text: &&str| {
        text.contains('_')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let codes: Vec<_> = arms.split('"').filter(is_code).collect();
    assert!(codes.len() > 50, "{codes:?}");
    let missing: Vec<_> =
        codes.iter().filter(|code| !causes.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "deploy/README.md, Causes: {missing:?}");
    Ok(())
}
