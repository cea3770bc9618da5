//! What has one home only, and what comes in pairs.

use std::collections::BTreeSet;

use super::source::{Tree, code};

/// Libraries of the hub that one place knows, so that replacing one touches that place alone.
const LIBRARIES: [(&str, &str); 3] = [
    ("backoff", "hub/src/retry.rs"),
    ("prometheus", "hub/src/metrics.rs"),
    ("lapin", "hub/src/broker/rabbitmq/"),
];

const ENGINES: [&str; 2] = ["hub/src/store/postgres/", "hub/src/store/sqlite/"];

pub(super) fn homeless_libraries(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| file.path.starts_with("hub/src/")) {
        let code = code(&file.text);
        for (library, home) in LIBRARIES {
            if !file.path.starts_with(home) && names(&code, library) {
                complaints.push(format!("{}: {library} is known to {home} alone", file.path));
            }
        }
    }
    complaints
}

/// Whether a path of the code starts at this library; `crate::lapin::` is a module of ours.
fn names(code: &str, library: &str) -> bool {
    let path = format!("{library}::");
    code.match_indices(&path)
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

pub(super) fn unpaired_sql(tree: &Tree) -> Vec<String> {
    let [one, other] = ENGINES.map(|engine| sql_names(tree, engine));
    let lone = |from: &BTreeSet<String>, of: &BTreeSet<String>, engine: &str| -> Vec<String> {
        let advice = "both engines hold the same names; write its sister";
        from.difference(of).map(|name| format!("{engine}{name} is missing: {advice}")).collect()
    };
    [lone(&one, &other, ENGINES[1]), lone(&other, &one, ENGINES[0])].concat()
}

fn sql_names(tree: &Tree, engine: &str) -> BTreeSet<String> {
    let inside = tree.files.iter().filter_map(|file| file.path.strip_prefix(engine));
    let is_sql = |name: &&str| name.starts_with("sql/") || name.starts_with("migrations/");
    inside.filter(is_sql).map(str::to_owned).collect()
}

/// Work in the arguments of a log line: it is done only while someone listens.
pub(super) fn unheard_work(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.rust() {
        let code = code(&file.text);
        for level in ["trace!(", "debug!(", "info!(", "warn!(", "error!("] {
            for (at, _) in code.match_indices(level) {
                if arguments(&code[at + level.len()..]).contains(".await") {
                    let line = code[..at].matches('\n').count() + 1;
                    complaints.push(format!(
                        "{}:{line}: the log line's arguments are worked out only while someone \
                         listens; await before it",
                        file.path
                    ));
                }
            }
        }
    }
    complaints
}

/// The text up to the parenthesis that closes it.
fn arguments(text: &str) -> &str {
    let mut depth = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::assert_rule;
    use super::*;

    #[test]
    fn a_library_outside_its_home_is_complained_about() {
        let good = Tree::sample(&[
            ("hub/src/retry.rs", "use backoff::ExponentialBackoff;"),
            ("hub/src/relay.rs", "use crate::backoff::x; // lapin::Channel"),
        ]);
        let bad = Tree::sample(&[("hub/src/relay.rs", "fn f(c: &lapin::Channel) {}")]);
        assert_rule(homeless_libraries, &good, &bad, "hub/src/relay.rs: lapin");
    }

    #[test]
    fn sql_of_one_engine_only_is_complained_about() {
        let good = Tree::sample(&[
            ("hub/src/store/postgres/sql/claim.sql", ""),
            ("hub/src/store/sqlite/sql/claim.sql", ""),
            ("hub/src/store/sqlite/mod.rs", ""),
        ]);
        let bad = Tree::sample(&[("hub/src/store/postgres/migrations/1_first.sql", "")]);
        assert_rule(unpaired_sql, &good, &bad, "store/sqlite/migrations/1_first.sql is missing");
        let bad = Tree::sample(&[("hub/src/store/sqlite/sql/claim.sql", "")]);
        assert_rule(unpaired_sql, &Tree::default(), &bad, "postgres/sql/claim.sql is missing");
    }

    #[test]
    fn work_in_a_log_line_is_complained_about() {
        let good =
            "let done = play().await;\n    tracing::info!(\"(.await\", done);\n    go().await";
        let bad = "fn a() {\n    tracing::info!(\n        \"{}\", stage.play(&[1]).await?\n    );";
        let sample = |text| Tree::sample(&[("hub/src/a.rs", text)]);
        assert_rule(unheard_work, &sample(good), &sample(bad), "hub/src/a.rs:2: the log line");
    }
}
