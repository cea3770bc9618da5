//! A folder keeps the contract of an object store, and says what is wrong with it.

use anyhow::{Context, Result, ensure};
use hub::objects::{ObjectError, Objects};
use tests::contracts::objects::Shelf;

fn folder() -> Result<Shelf> {
    let folder = tempfile::tempdir()?;
    let objects = Objects::open("", folder.path())?;
    Ok(Shelf { objects, folder: folder.path().to_owned(), keep: Box::new(folder) })
}

tests::objects_contract!(folder);

#[test]
fn a_url_of_another_kind_is_refused_with_what_to_write() -> Result<()> {
    for url in ["gs://bucket", "https://bucket.example/", "attachments", "s3:///folder", "c:\\x"] {
        let error = Objects::open(url, "unused".as_ref()).err().context(url)?;
        ensure!(matches!(error, ObjectError::Url(_)), "{url}: {error:?}");
        let said = error.to_string();
        ensure!(said.starts_with("objects.url: ") && said.contains("s3://BUCKET"), "{said}");
    }
    Ok(())
}

/// A file stands where the folder should.
#[test]
fn a_folder_that_cannot_be_made_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file");
    std::fs::write(&file, "")?;
    let error = Objects::open("", &file.join("objects")).err().context("opened")?;
    let said = error.to_string();
    ensure!(said.starts_with("objects.url: cannot make the folder /"), "{said}");
    ensure!(!error.is_away(), "waiting would not help");
    Ok(())
}
