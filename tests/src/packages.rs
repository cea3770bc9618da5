//! What a demo's far sides hold, read as the tools of authorities read it: its kinds and forms, its
//! tables in the encodings of their ledgers, its bags by a BagIt tool that is not ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

/// Packages that a far side fetched: by itself from the inbox, or by the link of a mail.
const FETCHED: [&str; 2] = ["pull", "linked"];

/// Reads tables as staff's scripts do: the files and their encodings by name, the rows as JSON.
const READ_TABLES: &str = "
import csv, json, sys
encodings, tables = json.load(sys.stdin), {}
for path, encoding in encodings.items():
    codec = {'cp932': 'cp932', 'utf-8': 'utf-8-sig'}[encoding]
    with open(path, encoding=codec, errors='strict', newline='') as table:
        tables[path] = list(csv.reader(table))
json.dump(tables, sys.stdout)
";

/// Every package that far sides hold, however it came.
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
            all.push(Package::open(held.package()?)?);
        }
        let sent = all.len();
        for authority in fs::read_dir(root)? {
            let authority = authority?.path();
            for folder in FETCHED {
                let Ok(files) = fs::read_dir(authority.join(folder)) else { continue };
                for file in files {
                    let path = file?.path();
                    // Beside it may lie a note that it is a second copy.
                    if path.extension().is_some_and(|end| end == "zip") {
                        all.push(Package::open(fs::read(path)?)?);
                    }
                }
            }
        }
        ensure!(sent > 0 && all.len() > sent, "{sent} were sent, {} are held", all.len());
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

    /// Python reads each table in its ledger's encoding, strictly, as Rust reads it.
    pub fn have_tables_that_python_reads(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (mut encodings, mut expected) = (BTreeMap::new(), BTreeMap::new());
        for package in &self.0 {
            let (encoding, text) = package.table()?;
            let path = folder.path().join(format!("{}.csv", package.opened.folder));
            fs::write(&path, &package.opened.filing_csv)?;
            let path = path.to_string_lossy().into_owned();
            let mut table =
                csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let rows: Vec<Vec<String>> = table.deserialize().collect::<Result<_, _>>()?;
            expected.insert(path.clone(), rows);
            encodings.insert(path, encoding);
        }
        let mut python = Command::new(tool("python")?);
        python.args(["-c", READ_TABLES]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.spawn()?;
        // All of it is read before the first word of the answer.
        serde_json::to_writer(child.stdin.take().context("its input")?, &encodings)?;
        let done = child.wait_with_output()?;
        ensure!(done.status.success(), "Python: {}", done.status);
        let found: BTreeMap<String, Vec<Vec<String>>> = serde_json::from_slice(&done.stdout)?;
        for (path, rows) in &expected {
            ensure!(found.get(path) == Some(rows), "{path}: {rows:?}, but {:?}", found.get(path));
        }
        ensure!(encodings.values().any(|it| it == "cp932"), "none in CP932");
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
    fn open(bytes: Vec<u8>) -> Result<Self> {
        let (facts, opened) = open_package(bytes.clone())?;
        Ok(Self { bytes, facts, opened })
    }

    fn name(&self) -> String {
        format!("{} for {}", self.opened.folder, self.facts.authority)
    }

    /// The encoding of `filing.csv`, which it must be in, and its text.
    fn table(&self) -> Result<(String, String)> {
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
        Ok((encoding.to_owned(), text.into_owned()))
    }

    /// The encoding of `filing.csv`; it says what was filed.
    fn check_table(&self) -> Result<String> {
        let (encoding, text) = self.table()?;
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
        Ok(encoding)
    }
}

/// The forms of a filing, and what each is about.
fn sheets(filing: &Submission) -> Result<Vec<(String, Option<ServiceCode>)>> {
    let sheets: Vec<Sheet> = serde_json::from_value(filing.form["forms"].clone())?;
    Ok(sheets.into_iter().map(|sheet| (sheet.form, sheet.service)).collect())
}

/// What the Python tool `bagit` says of these bags.
fn bagit(bags: &[PathBuf]) -> Result<Output> {
    let mut command = Command::new(tool("python")?);
    Ok(command.args(["-m", "bagit", "--validate", "--quiet"]).args(bags).output()?)
}

/// A program of the Python in which `tests/run` has put what `tests/python.txt` names.
pub fn tool(name: &str) -> Result<PathBuf> {
    let program = profile_folder()?.with_file_name("python").join("bin").join(name);
    ensure!(program.is_file(), "{} is missing: run tests/run", program.display());
    Ok(program)
}
