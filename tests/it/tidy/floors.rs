//! Arrows run down: between the crates, and between the floors inside the hub.

use super::source::{File, Tree, before_tests, code};

/// The hub's modules from the top floor to the ground; a module may name its own floor and below.
const FLOORS: [&[&str]; 10] = [
    &["cli"],
    &["demo"],
    &["app"],
    &["web"],
    &[
        "operate",
        "feeder",
        "collector",
        "prober",
        "reminder",
        "scanner",
        "teller",
        "watcher",
        "backup",
    ],
    STAGES,
    &[
        "actor",
        "addresses",
        "archive",
        "bulk",
        "checks",
        "contacts",
        "context",
        "directory",
        "erasure",
        "followers",
        "heart",
        "judgement",
        "notices",
        "onboarding",
        "prints",
        "receipt",
        "recipe",
        "reports",
        "revision",
        "scans",
        "statements",
        "uploads",
        "webhooks",
        "words",
        "work",
        "written",
    ],
    &["store", "config"],
    &["delivery", "filing", "lane", "role", "watch", "broker"],
    &[
        "clock",
        "content",
        "forms",
        "ledgers",
        "objects",
        "metrics",
        "telemetry",
        "trace",
        "lifecycle",
        "retry",
        "signer",
    ],
];

/// One floor, and none knows another: they meet in the store.
const STAGES: &[&str] = &["intake", "router", "courier", "review", "notifier", "relay", "upkeep"];

/// What a crate's manifest never names.
const NEVER: [(&str, &[&str]); 4] = [
    ("schemas", &["routing", "adapters", "hub", "tests", "tokio", "sqlx", "lapin", "reqwest"]),
    ("routing", &["adapters", "hub", "tests", "tokio", "sqlx", "lapin", "reqwest", "async-trait"]),
    ("adapters", &["routing", "hub", "tests", "sqlx", "lapin", "backoff", "governor"]),
    ("hub", &["tests", "russh", "russh-sftp"]),
];

pub(super) fn arrows_up(tree: &Tree) -> Vec<String> {
    let inside = tree.rust().filter_map(|file| {
        let path = file.path.strip_prefix("hub/src/")?;
        let module = path.split('/').next()?.trim_end_matches(".rs");
        (!matches!(module, "lib" | "main" | "bin")).then_some((file, path, module))
    });
    inside.flat_map(|(file, path, module)| complaints_about(file, path, module)).collect()
}

fn complaints_about(file: &File, path: &str, module: &str) -> Vec<String> {
    let Some(own) = floor(module) else {
        let advice = "give it one in tests/it/tidy/floors.rs";
        return vec![format!("{}: the module {module} has no floor; {advice}", file.path)];
    };
    let mut complaints = Vec::new();
    for named in modules_named(&code(before_tests(&file.text)), depth(path)) {
        let Some(other) = floor(&named) else { continue };
        if other < own {
            let advice = "turn the arrow round, or move the shared part down";
            complaints.push(format!("{}: names {named}, a floor above; {advice}", file.path));
        }
        if own == other && STAGES.contains(&module) && named != module {
            let advice = "stages meet in the store; move the shared part a floor down";
            complaints.push(format!("{}: names the stage {named}; {advice}", file.path));
        }
    }
    complaints
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// How many `super::` lead from a file's module to the root of the crate.
fn depth(path: &str) -> usize {
    path.trim_end_matches("/mod.rs").matches('/').count() + 1
}

/// The top modules that the code names, by `crate::a`, `crate::{a, b::c}` or `super::super::a`.
fn modules_named(code: &str, depth: usize) -> Vec<String> {
    let mut named = Vec::new();
    for root in ["crate::".to_owned(), "super::".repeat(depth)] {
        for (at, _) in code.match_indices(&root) {
            let before = &code[..at];
            if !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                named.extend(first_names(&code[at + root.len()..]));
            }
        }
    }
    named.sort();
    named.dedup();
    named
}

/// The first name of a path, or of each path in a group.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut names = vec![name(group)];
    let mut open = 1;
    for (at, c) in group.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 1 => names.push(name(&group[at + 1..])),
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    names
}

pub(super) fn arrows_between_crates(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for (package, never) in NEVER {
        let Some(manifest) = tree.find(&format!("{package}/Cargo.toml")) else { continue };
        for line in manifest.text.lines() {
            let name: String = line.chars().take_while(|c| !matches!(c, ' ' | '.' | '=')).collect();
            if never.contains(&name.as_str()) {
                let place = &manifest.path;
                complaints.push(format!(
                    "{place}: {package} never depends on {name}; the hub joins the two"
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::assert_rule;
    use super::*;

    #[test]
    fn an_arrow_up_is_complained_about() {
        let good = Tree::sample(&[
            ("hub/src/relay.rs", "use crate::store::Tx;\n#[cfg(test)]\nuse crate::app::App;"),
            ("hub/src/web/api/inbox.rs", "use crate::{broker::x, store::{a, b}, intake};"),
            ("hub/src/main.rs", "use hub::cli;"),
        ]);
        let bad = Tree::sample(&[("hub/src/store/mod.rs", "use crate::{clock, relay::Relay};")]);
        assert_rule(arrows_up, &good, &bad, "hub/src/store/mod.rs: names relay, a floor above");
        let bad = Tree::sample(&[("hub/src/store/sqlite/mod.rs", "super::super::web::f();")]);
        assert_rule(arrows_up, &Tree::default(), &bad, "names web, a floor above");
    }

    #[test]
    fn a_stage_that_names_a_stage_is_complained_about() {
        let good = Tree::sample(&[("hub/src/courier/claim.rs", "use crate::courier::send;")]);
        let bad = Tree::sample(&[("hub/src/courier/claim.rs", "use crate::router::plan;")]);
        assert_rule(arrows_up, &good, &bad, "names the stage router");
        let bad = Tree::sample(&[("hub/src/review.rs", "use super::intake;")]);
        assert_rule(arrows_up, &Tree::default(), &bad, "names the stage intake");
    }

    #[test]
    fn a_module_without_a_floor_is_complained_about() {
        let bad = Tree::sample(&[("hub/src/utils.rs", "")]);
        assert_rule(arrows_up, &Tree::default(), &bad, "the module utils has no floor");
    }

    #[test]
    fn an_arrow_between_crates_is_complained_about() {
        let good =
            Tree::sample(&[("routing/Cargo.toml", "[dependencies]\nschemas.workspace = true")]);
        let bad =
            Tree::sample(&[("routing/Cargo.toml", "[dependencies]\nadapters = { path = 1 }")]);
        assert_rule(arrows_between_crates, &good, &bad, "routing never depends on adapters");
    }
}
