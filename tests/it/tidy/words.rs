//! Words that must not stay in the text.

use super::source::Tree;

/// Spelt apart, so that this file does not complain about itself.
const LEFT_OVERS: [(&str, &str); 5] = [
    (concat!("TO", "DO"), "do it now, or write it into an issue"),
    (concat!("FIX", "ME"), "mend it now, or write it into an issue"),
    (concat!("XX", "X"), "say what is wrong, in an issue"),
    (concat!("unimple", "mented!"), "write it, or leave its caller out"),
    (concat!("#[ig", "nore]"), "mend the test, or give its reason: #[ignore = \"…\"]"),
];

const HOMES: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

pub(super) fn left_overs(tree: &Tree) -> Vec<String> {
    complaints(tree, |line| {
        let found = LEFT_OVERS.iter().find(|(word, _)| has_word(line, word));
        found.map(|(word, advice)| format!("{word}: {advice}"))
    })
}

/// `root` is where the workspace lies on this machine.
pub(super) fn machine_paths(tree: &Tree, root: &str) -> Vec<String> {
    let is_of_here = |line: &str| {
        line.match_indices(root).any(|(at, _)| !line[at + root.len()..].starts_with(is_in_name))
    };
    complaints(tree, |line| {
        let home = HOMES.iter().copied().find(|home| line.contains(home));
        let path = home.or_else(|| is_of_here(line).then_some(root))?;
        Some(format!("{path} is a path of one machine; make it relative, or an argument"))
    })
}

fn complaints(tree: &Tree, rule: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.files.iter().filter(|file| is_written(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(complaint) = rule(line) {
                complaints.push(format!("{}:{}: {complaint}", file.path, number + 1));
            }
        }
    }
    complaints
}

/// Whether a person writes this file, rather than a tool or a ministry.
fn is_written(path: &str) -> bool {
    let kinds = [".rs", ".toml", ".sql", ".md", ".sh", ".html", ".css", ".js", ".yaml", "/run"];
    kinds.iter().any(|kind| path.ends_with(kind))
}

/// `word` in `line`, but not as part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_in_name) && !after.is_some_and(is_in_name)
    })
}

fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[cfg(test)]
mod tests {
    use super::super::assert_rule;
    use super::*;

    #[test]
    fn every_left_over_is_complained_about() {
        for (word, _) in LEFT_OVERS {
            let good = Tree::sample(&[("a.rs", "TODOKE_STORE #[ignore = \"needs a printer\"]")]);
            let bad = Tree::sample(&[("a.rs", &format!("fn a() {{}}\n    // {word}: later"))]);
            assert_rule(left_overs, &good, &bad, &format!("a.rs:2: {word}"));
        }
    }

    #[test]
    fn a_path_of_one_machine_is_complained_about() {
        fn rule(tree: &Tree) -> Vec<String> {
            machine_paths(tree, "/src/checkout")
        }
        let good = Tree::sample(&[("a.rs", "GET /src/checkout-list; /var/lib/todoke")]);
        let bad = format!("\"{}someone/x\"", HOMES[1]);
        assert_rule(rule, &good, &Tree::sample(&[("a.rs", &bad)]), "path of one machine");
        let bad = Tree::sample(&[("deploy/run", "cd /src/checkout && ls")]);
        assert_rule(rule, &Tree::default(), &bad, "deploy/run:1: /src/checkout");
    }
}
