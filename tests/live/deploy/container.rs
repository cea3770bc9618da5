//! What is for containers, as far as it can be looked at without an engine: each file by a tool
//! that knows its form, and that the files name what there is.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use hub::config::Config;
use tests::packages::tool;

use super::{deploy, read, run};

/// Matters of taste; what is left are faults, and Compose's own schema.
const TASTE: [&str; 5] = [
    "top-level-properties-order",
    "service-keys-order",
    "services-alphabetical-order",
    "no-build-and-image",
    "require-quotes-in-ports",
];

fn hadolint(file: &Path) -> Result<String> {
    run(Command::new(tool("hadolint")?).arg("--failure-threshold=style").arg(file))
}

fn dclint(file: &Path) -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compose/node_modules/dclint/bin");
    let mut command = Command::new("node");
    command.arg(folder.join("dclint.cjs")).arg(file).arg("--max-warnings=0");
    run(command.args(TASTE.map(|rule| format!("--disable-rule={rule}"))))
}

fn kubernetes(files: &[std::path::PathBuf]) -> Result<String> {
    let mut command = Command::new(tool("kubernetes-validate")?);
    run(command.args(["--strict", "--kubernetes-version", "1.34"]).args(files))
}

/// A copy in which one word is wrong.
fn spoilt(file: &Path, (word, wrong): (&str, &str)) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let text = std::fs::read_to_string(file)?;
    ensure!(text.contains(word), "{} has no {word:?}", file.display());
    let name = file.file_name().context("its name")?;
    std::fs::write(folder.path().join(name), text.replace(word, wrong))?;
    Ok(folder)
}

#[test]
fn image_and_compose_file_are_well_formed() -> Result<()> {
    let image = deploy().join("container/Dockerfile");
    hadolint(&image)?;
    let bad = spoilt(&image, ("ENTRYPOINT [\"/usr/local/bin/todoke\"]", "ENTRYPOINT todoke"))?;
    ensure!(hadolint(&bad.path().join("Dockerfile")).is_err(), "hadolint takes all");
    let compose = deploy().join("compose.yml");
    dclint(&compose)?;
    let bad = spoilt(&compose, ("stop_grace_period", "stop_grace_time"))?;
    ensure!(dclint(&bad.path().join("compose.yml")).is_err(), "dclint takes all");
    // Files that it puts into containers.
    for line in read("compose.yml")?.lines() {
        let Some(file) = line.trim().strip_prefix("- ./") else { continue };
        let file = file.split(':').next().unwrap_or_default();
        ensure!(deploy().join(file).exists(), "compose.yml names {file}");
    }
    let toolchain = std::fs::read_to_string(deploy().join("../rust-toolchain.toml"))?;
    let image = read("container/Dockerfile")?;
    let rust = image.split("FROM rust:").nth(1).and_then(|rest| rest.split('-').next());
    let rust = rust.context("no Rust")?;
    ensure!(toolchain.contains(&format!("channel = \"{rust}\"")), "{toolchain}");
    Ok(())
}

#[test]
fn the_kubernetes_base_is_well_formed_and_whole() -> Result<()> {
    let folder = deploy().join("kubernetes");
    let base = read("kubernetes/kustomization.yaml")?;
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_of_base = base.contains(&format!("  - {name}\n"));
        let is_apart = ["kustomization.yaml", "migrate.yaml"].contains(&name.as_str());
        ensure!(is_of_base != is_apart, "{name}: of the base or not?");
        if name != "kustomization.yaml" {
            files.insert(folder.join(name));
        }
    }
    let files: Vec<_> = files.into_iter().collect();
    ensure!(base.matches(".yaml\n").count() + 1 == files.len(), "{base}");
    kubernetes(&files)?;
    let bad = spoilt(&folder.join("work.yaml"), ("readOnlyRootFilesystem", "readOnlyRoot"))?;
    ensure!(kubernetes(&[bad.path().join("work.yaml")]).is_err(), "kubernetes-validate takes all");
    let limits = Config::defaults()?.stop.limits();
    for file in ["intake.yaml", "work.yaml", "upkeep.yaml"] {
        let text = read(&format!("kubernetes/{file}"))?;
        let grace = text.split("terminationGracePeriodSeconds: ").nth(1).context("no grace")?;
        let grace: u64 = grace.lines().next().unwrap_or_default().parse()?;
        // Five go by before the signal.
        ensure!(grace >= 10 + (limits.soft + limits.hard).as_secs(), "{file}: {grace}");
    }
    Ok(())
}

/// `TODOKE_SECTION__NAME` of these texts is a setting that there is.
#[test]
fn every_setting_that_is_set_is_known() -> Result<()> {
    let known = serde_json::to_value(Config::defaults()?)?;
    let mut asked = 0;
    for file in [
        "compose.yml",
        "container/Dockerfile",
        "etc/secrets.env",
        "etc/intake.env",
        "etc/intake-2.env",
        "etc/work.env",
        "etc/upkeep.env",
        "kubernetes/config.yaml",
        "kubernetes/migrate.yaml",
        "README.md",
    ] {
        let text = read(file)?;
        for part in text.split("TODOKE_").skip(1) {
            let end = part.find(|c: char| !(c.is_ascii_uppercase() || c == '_'));
            let name = part[..end.unwrap_or(part.len())].to_ascii_lowercase();
            if name == "section__name" || !name.contains("__") {
                continue;
            }
            let found = name.split("__").try_fold(&known, |at, word| at.get(word));
            ensure!(found.is_some_and(|it| !it.is_object()), "{file}: TODOKE_{name}");
            asked += 1;
        }
    }
    ensure!(asked > 20, "{asked}");
    Ok(())
}
