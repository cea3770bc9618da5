//! Every Rust file is compiled: a `mod` names it, or cargo does.

use super::source::{Tree, code};

pub(super) fn unnamed_files(tree: &Tree) -> Vec<String> {
    let unnamed = tree.rust().filter(|file| !is_target(tree, &file.path));
    unnamed
        .filter(|file| !is_named(tree, &file.path))
        .map(|file| format!("{}: no `mod` names it; name it in its parent or delete it", file.path))
        .collect()
}

/// Whether cargo compiles the file by itself: by its place, or by a `path` in the manifest.
fn is_target(tree: &Tree, path: &str) -> bool {
    let (package, inside) = package_of(tree, path);
    let parts: Vec<&str> = inside.split('/').collect();
    let by_place = matches!(
        parts.as_slice(),
        ["src", "lib.rs" | "main.rs"]
            | ["build.rs"]
            | ["src", "bin", _]
            | ["src", "bin", _, "main.rs"]
            | ["tests" | "benches" | "examples", _]
            | ["tests" | "benches" | "examples", _, "main.rs"]
    );
    let manifest = tree.find(&format!("{package}/Cargo.toml"));
    by_place || manifest.is_some_and(|file| file.text.contains(&format!("path = \"{inside}\"")))
}

/// The folder of the nearest manifest above a file, or the outermost one, and the rest of its path.
fn package_of<'a>(tree: &Tree, path: &'a str) -> (&'a str, &'a str) {
    let folders = path.match_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
    let nearest = folders.clone().rfind(|it| tree.find(&format!("{}/Cargo.toml", it.0)).is_some());
    nearest.or_else(|| folders.clone().next()).unwrap_or(("", path))
}

fn is_named(tree: &Tree, path: &str) -> bool {
    let module = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs"));
    let Some((folder, name)) = module.and_then(|module| module.rsplit_once('/')) else {
        return false;
    };
    let parents = ["/mod.rs", "/lib.rs", "/main.rs", ".rs"].map(|end| format!("{folder}{end}"));
    let in_parent = parents.iter().filter_map(|parent| tree.find(parent));
    // `a/b.rs` may also be a module of the target `a/c.rs` beside it.
    let beside = tree.rust().filter(|file| {
        is_target(tree, &file.path)
            && file.path.rsplit_once('/').is_some_and(|(of, _)| of == folder)
    });
    in_parent.chain(beside).any(|file| declares(&file.text, name))
}

fn declares(text: &str, name: &str) -> bool {
    let wanted = format!("mod {name};");
    code(text).lines().any(|line| {
        let line = line.trim();
        line.strip_suffix(wanted.as_str())
            .is_some_and(|before| before.is_empty() || before.starts_with("pub"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::assert_rule;
    use super::*;

    #[test]
    fn a_file_that_no_module_names_is_complained_about() {
        let good = Tree::sample(&[
            ("hub/src/lib.rs", "pub mod store;\nmod relay;"),
            ("hub/src/relay.rs", "pub(crate) mod claim;"),
            ("hub/src/relay/claim.rs", ""),
            ("hub/src/store/mod.rs", "mod rows;"),
            ("hub/src/store/rows.rs", ""),
            ("hub/src/bin/extra.rs", ""),
            ("tests/Cargo.toml", "[[test]]\npath = \"it/main.rs\""),
            ("tests/it/main.rs", "mod tidy;"),
            ("tests/it/tidy.rs", ""),
            ("tests/fuzz/Cargo.toml", ""),
            ("tests/fuzz/src/main.rs", ""),
        ]);
        let bad = Tree::sample(&[
            ("hub/src/lib.rs", "mod store;"),
            ("hub/src/store/mod.rs", "// mod rows;"),
            ("hub/src/store/rows.rs", ""),
        ]);
        assert_rule(unnamed_files, &good, &bad, "hub/src/store/rows.rs: no `mod`");
    }

    #[test]
    fn a_file_outside_any_target_is_complained_about() {
        let bad = Tree::sample(&[("tests/it/main.rs", "mod tidy;"), ("tests/it/tidy.rs", "")]);
        assert_rule(unnamed_files, &Tree::default(), &bad, "tests/it/main.rs: no `mod`");
    }
}
