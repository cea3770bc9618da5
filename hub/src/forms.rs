//! The form catalogue of this installation: the embedded one, with the installation's own files
//! (`forms.folder`) laid over it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use schemas::Catalogue;
use schemas::forms::{CatalogueError, EMBEDDED};

/// The catalogue cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FormsError {
    /// The folder cannot be read.
    #[error("forms.folder: {0}; empty means the embedded forms")]
    Folder(#[from] Unreadable),
    /// A file does not fit.
    #[error("{0}; schemas/forms/README.md says how a file is written")]
    File(#[from] CatalogueError),
}

/// A folder or file of an installation's own cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {why}", path.display())]
pub struct Unreadable {
    path: PathBuf,
    why: std::io::Error,
}

/// The catalogue, with the files of a folder laid over it; an empty name: as embedded.
pub fn open(folder: &str) -> Result<Arc<Catalogue>, FormsError> {
    static AS_EMBEDDED: LazyLock<Result<Arc<Catalogue>, CatalogueError>> =
        LazyLock::new(|| Catalogue::from_files(EMBEDDED.iter().copied()).map(Arc::new));
    if folder.is_empty() {
        return Ok(AS_EMBEDDED.clone()?);
    }
    let own = files_below(Path::new(folder))?;
    let own = own.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Ok(Arc::new(Catalogue::from_files(EMBEDDED.iter().copied().chain(own))?))
}

/// Every `.json` file below a folder: its name from there, and its text.
pub(crate) fn files_below(root: &Path) -> Result<Vec<(String, String)>, Unreadable> {
    let mut own = Vec::new();
    find(root, root, &mut own)?;
    Ok(own)
}

fn find(root: &Path, folder: &Path, own: &mut Vec<(String, String)>) -> Result<(), Unreadable> {
    let of = |path: &Path, why| Unreadable { path: path.to_owned(), why };
    for entry in std::fs::read_dir(folder).map_err(|why| of(folder, why))? {
        let path = entry.map_err(|why| of(folder, why))?.path();
        if path.is_dir() {
            find(root, &path, own)?;
        } else if path.extension().is_some_and(|end| end == "json") {
            let text = std::fs::read_to_string(&path).map_err(|why| of(&path, why))?;
            let name = path.strip_prefix(root).unwrap_or(&path);
            own.push((name.to_string_lossy().replace('\\', "/"), text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_lays_its_own_files_over_the_embedded_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = |path: &Path| path.to_string_lossy().into_owned();
        assert_eq!(open(&name(folder.path())).expect("nothing of its own").forms().len(), {
            open("").expect("the embedded ones").forms().len()
        });
        let text = EMBEDDED.iter().find(|(name, _)| *name == "s1-change/next.json").expect("it").1;
        let dated = text.replace("\"from\": null", "\"from\": \"2027-04-01\"");
        std::fs::create_dir(folder.path().join("s1-change")).expect("a folder");
        std::fs::write(folder.path().join("s1-change/next.json"), &dated).expect("a file");
        let own = open(&name(folder.path())).expect("its own day for the next version");
        let day = jiff::civil::date(2027, 4, 1);
        assert_eq!(own.form_on("s1-change", day).map(|form| form.version.as_str()), Some("next"));
        std::fs::write(folder.path().join("s1-change/next.json"), "{").expect("a file");
        let error = open(&name(folder.path())).expect_err("no JSON").to_string();
        assert!(error.contains("forms/s1-change/next.json") && error.contains("README"), "{error}");
        let error = open("/no/such/folder").expect_err("no folder").to_string();
        assert!(error.contains("forms.folder") && error.contains("embedded forms"), "{error}");
    }
}
