//! The ledger profiles of this installation: the embedded ones, with the installation's own files
//! (`package.ledgers`) laid over them.

use std::path::Path;
use std::sync::Arc;

use adapters::package::check_profile;
use schemas::ledger::{EMBEDDED, LedgerError};
use schemas::{Catalogue, Ledgers};

use crate::forms::{Unreadable, files_below};

/// The profiles cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LedgersError {
    /// The folder cannot be read.
    #[error("package.ledgers: {0}; empty means the embedded profiles")]
    Folder(#[from] Unreadable),
    /// A file does not fit.
    #[error("{0}; schemas/ledgers/README.md says how a file is written")]
    File(#[from] LedgerError),
}

/// The profiles, with the files of a folder laid over them; an empty name: as embedded.
pub fn open(folder: &str, forms: &Catalogue) -> Result<Arc<Ledgers>, LedgersError> {
    let own = if folder.is_empty() { Vec::new() } else { files_below(Path::new(folder))? };
    let own = own.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let ledgers = Ledgers::from_files(EMBEDDED.iter().copied().chain(own), forms)?;
    for profile in ledgers.profiles() {
        check_profile(profile)?;
    }
    Ok(Arc::new(ledgers))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a folder with this one file.
    fn error(name: &str, text: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(name), text).expect("a file");
        let forms = crate::forms::open("").expect("the forms");
        open(&folder.path().to_string_lossy(), &forms).expect_err("it does not fit").to_string()
    }

    #[test]
    fn a_profile_that_does_not_fit_is_told_at_start_with_file_and_column() {
        let profile = |encoding: &str, name: &str, from: &str| {
            let column = format!(r#"{{"name": "{name}", "from": "{from}"}}"#);
            format!(r#"{{"title": "x", "encoding": "{encoding}", "columns": [{column}]}}"#)
        };
        let said = error("own.json", &profile("cp932", "受付番号", "recipt_number"));
        assert!(said.contains("ledgers/own.json") && said.contains("受付番号"), "{said}");
        assert!(said.contains("recipt_number") && said.contains("receipt_number"), "{said}");
        let said = error("own.json", &profile("utf-8", "管理者", "form:/manger/name"));
        assert!(said.contains("管理者") && said.contains("form:/manger/name"), "{said}");
        let said = error("own.json", &profile("cp932", "𠮷野家", "service"));
        assert!(said.contains("𠮷野家") && said.contains("encoding"), "{said}");
        let said = error("own.json", &profile("latin-1", "x", "service"));
        assert!(said.contains("latin-1") && said.contains("cp932"), "{said}");
        let said = error("authorities.json", r#"{"default": "mine", "authorities": {}}"#);
        assert!(said.contains("mine") && said.contains("standard-cp932"), "{said}");
        let text = r#"{"default": "standard", "authorities": {"011001": "standard"}}"#;
        let said = error("authorities.json", text);
        assert!(said.contains("authorities.json") && said.contains("011001"), "{said}");
    }

    #[test]
    fn an_installation_gives_authorities_profiles_of_their_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = r#"{"default": "register", "authorities": {"011002": "standard-cp932"}}"#;
        std::fs::write(folder.path().join("authorities.json"), text).expect("a file");
        let forms = crate::forms::open("").expect("the forms");
        let ledgers = open(&folder.path().to_string_lossy(), &forms).expect("profiles");
        let of = |code: &str| ledgers.of(code.parse().expect("a code")).id.clone();
        assert_eq!((of("011002"), of("131016")), ("standard-cp932".into(), "register".into()));
    }
}
