//! A file, a line and the README have a wall each.

use super::source::{Tree, before_tests};

const PRODUCTION: [&str; 4] = ["hub/", "adapters/", "routing/", "schemas/"];
const LINES: usize = 400;
const COLUMNS: usize = 100;
const README_LINES: usize = 150;

pub(super) fn long_files(tree: &Tree) -> Vec<String> {
    let ours = tree.rust().filter(|file| PRODUCTION.iter().any(|of| file.path.starts_with(of)));
    ours.filter_map(|file| {
        let lines = before_tests(&file.text).lines().count();
        (lines > LINES).then(|| {
            format!("{}: {lines} lines before its tests; split it by verb at {LINES}", file.path)
        })
    })
    .collect()
}

pub(super) fn wide_lines(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.rust() {
        for (number, line) in file.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS {
                let place = format!("{}:{}", file.path, number + 1);
                complaints.push(format!("{place}: {columns} columns; break it at {COLUMNS}"));
            }
        }
    }
    complaints
}

pub(super) fn long_readme(tree: &Tree) -> Vec<String> {
    let lines = tree.find("README.md").map_or(0, |file| file.text.lines().count());
    if lines <= README_LINES {
        return Vec::new();
    }
    vec![format!("README.md: {lines} lines; move what is beyond {README_LINES} to a crate's own")]
}

#[cfg(test)]
mod tests {
    use super::super::assert_rule;
    use super::*;

    #[test]
    fn a_long_file_is_complained_about() {
        let long = "fn f() {}\n".repeat(401);
        let tested = format!("{}#[cfg(test)]\n{long}", "fn f() {}\n".repeat(400));
        let good = Tree::sample(&[("hub/src/a.rs", &tested), ("tests/it/b.rs", &long)]);
        let bad = Tree::sample(&[("hub/src/a.rs", &long)]);
        assert_rule(long_files, &good, &bad, "hub/src/a.rs: 401 lines");
    }

    #[test]
    fn a_wide_line_is_complained_about() {
        let (good, bad) = ("届".repeat(100), format!("\n// {}", "届".repeat(98)));
        let (good, bad) = (Tree::sample(&[("a.rs", &good)]), Tree::sample(&[("a.rs", &bad)]));
        assert_rule(wide_lines, &good, &bad, "a.rs:2: 101 columns");
    }

    #[test]
    fn a_long_readme_is_complained_about() {
        let (good, bad) = ("\n".repeat(150), "\n".repeat(151));
        let good = Tree::sample(&[("README.md", &good), ("hub/README.md", &bad)]);
        assert_rule(long_readme, &good, &Tree::sample(&[("README.md", &bad)]), "151 lines");
    }
}
