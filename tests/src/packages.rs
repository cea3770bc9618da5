//! What a demo's far sides hold, read as the tools of authorities read it: its kinds and forms, its
//! tables in the encodings of their ledgers, its bags by a BagIt tool that is not ours.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use adapters::package::Opened;
use adapters::sandbox::{Facts, far_side, open_package};
use anyhow::{Context, Result, ensure};
use encoding_rs::SHIFT_JIS;
use schemas::forms::Sheet;
use schemas::{Catalogue, FilingKind, ServiceCode, Submission};
use serde_json::Value;
use zip::ZipArchive;

use crate::demo::profile_folder;

/// Marks UTF-8 for spreadsheets.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Every package that came over a channel.
pub struct Packages(Vec<Package>);

struct Package {
    bytes: Vec<u8>,
    facts: Facts,
    opened: Opened,
}

impl Packages {
    /// Those that lie in the folder of far sides.
    pub fn at(root: &Path) -> Result<Self> {
        let mut all = Vec::new();
        for held in far_side(root)? {
            let held = held?;
            // A mail with a link carries none.
            if held.sha256.is_empty() {
                continue;
            }
            let bytes = held.package()?;
            let (facts, opened) = open_package(bytes.clone())?;
            all.push(Package { bytes, facts, opened });
        }
        Ok(Self(all))
    }

    /// Every kind of the catalogue is among them, and each filing has all forms that the catalogue
    /// has for its kind and services.
    pub fn are_of_every_kind(&self) -> Result<()> {
        let catalogue = Catalogue::embedded().map_err(|error| anyhow::anyhow!("{error}"))?;
        let mut kinds = BTreeSet::new();
        for package in self.0.iter().filter(|it| it.facts.action != "withdraw") {
            let filing: Submission = serde_json::from_value(package.facts.document.clone())?;
            let day = package.opened.info.get("Bagging-Date").context("a date")?.parse()?;
            let wanted = catalogue.forms_of(&filing, day).into_iter();
            let wanted: Vec<_> = wanted.map(|(form, about)| (form.id.clone(), about)).collect();
            ensure!(!wanted.is_empty() && sheets(&filing)? == wanted, "{:#}", filing.form);
            kinds.insert(filing.kind);
        }
        ensure!(kinds.iter().eq(FilingKind::ALL), "only {kinds:?}");
        Ok(())
    }

    /// Each table reads in its ledger's encoding, says what was filed, and both encodings are used.
    pub fn have_tables_that_read(&self) -> Result<()> {
        let mut encodings = BTreeSet::new();
        for package in &self.0 {
            encodings.insert(package.check_table().with_context(|| package.name())?);
        }
        let both = ["cp932", "utf-8"].map(str::to_owned);
        ensure!(encodings == BTreeSet::from(both), "only {encodings:?}");
        Ok(())
    }

    /// The Python tool `bagit` finds all of them valid, and one that was changed since not.
    pub fn are_bags(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        for package in &self.0 {
            ZipArchive::new(Cursor::new(&package.bytes))?.extract(folder.path())?;
        }
        let bags = fs::read_dir(folder.path())?.map(|entry| Ok(entry?.path()));
        let bags: Vec<PathBuf> = bags.collect::<Result<_>>()?;
        let found = bagit(&bags)?;
        ensure!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));

        let broken = bags.first().context("a bag")?;
        let table = broken.join("data/filing.csv");
        let mut bytes = fs::read(&table)?;
        *bytes.last_mut().context("a table")? ^= 1;
        fs::write(table, bytes)?;
        let found = bagit(&bags)?;
        let said = String::from_utf8_lossy(&found.stderr);
        ensure!(!found.status.success(), "a broken bag is valid");
        ensure!(said.contains("data/filing.csv sha256 validation failed"), "{said}");
        Ok(())
    }
}

impl Package {
    fn name(&self) -> String {
        format!("{} for {}", self.opened.folder, self.facts.authority)
    }

    /// The encoding of `filing.csv`, which it must be in.
    fn check_table(&self) -> Result<String> {
        let manifest = self.opened.manifest_json.as_ref().context("a manifest")?;
        let manifest: Value = serde_json::from_slice(manifest)?;
        let ledger = &manifest["ledger"];
        let encoding = ledger["encoding"].as_str().context("an encoding")?;
        let bytes = &self.opened.filing_csv;
        let utf8 = std::str::from_utf8(bytes).ok();
        let text = match encoding {
            "cp932" => {
                ensure!(utf8.is_none(), "it is UTF-8");
                SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)
            }
            _ => utf8.and_then(|text| text.strip_prefix(BYTE_ORDER_MARK)).map(Into::into),
        };
        let text = text.with_context(|| format!("it is not {encoding}"))?;
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let names = table.headers()?.clone();
        let rows: Vec<_> = table.records().collect::<Result<_, _>>()?;
        ensure!(!rows.is_empty(), "it has no rows");
        let filed = |name: &str| self.facts.document[name].as_str().unwrap_or_default();
        for (name, value) in [
            ("受付番号", self.facts.receipt_number.as_str()),
            ("法人番号", filed("corporate_number")),
            ("事業者名", filed("operator_name")),
        ] {
            let place = names.iter().position(|it| it == name).context(name)?;
            ensure!(rows.iter().all(|row| &row[place] == value), "{name}: not {value}: {text}");
        }
        Ok(encoding.to_owned())
    }
}

/// The forms of a filing, and what each is about.
fn sheets(filing: &Submission) -> Result<Vec<(String, Option<ServiceCode>)>> {
    let sheets: Vec<Sheet> = serde_json::from_value(filing.form["forms"].clone())?;
    Ok(sheets.into_iter().map(|sheet| (sheet.form, sheet.service)).collect())
}

/// What the Python tool `bagit` says of these bags.
fn bagit(bags: &[PathBuf]) -> Result<Output> {
    let profile = profile_folder()?;
    let venv = profile.with_file_name("bagit");
    let python = venv.join("bin/python");
    ensure!(python.is_file(), "bagit is missing in {}: run tests/run", venv.display());
    let mut command = Command::new(python);
    Ok(command.args(["-m", "bagit", "--validate", "--quiet"]).args(bags).output()?)
}
