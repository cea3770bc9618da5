//! Lists the files of `forms/` and `ledgers/` for the binary, so that adding a form or a profile is
//! adding files.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> io::Result<()> {
    let house = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for folder in ["forms", "ledgers"] {
        fs::write(out.join(format!("{folder}.rs")), list(&house.join(folder))?)?;
        writeln!(io::stdout(), "cargo:rerun-if-changed={folder}")?;
    }
    Ok(())
}

/// The files below a folder, each with its name from there, as an expression.
fn list(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    find(root, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let path = file.to_string_lossy();
        writeln!(list, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    list += "]\n";
    Ok(list)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
    Ok(())
}
