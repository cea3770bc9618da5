//! Migrations run beside processes of the build before them (deploy/README.md, "Upgrading"): one
//! that takes a table away from these, or what they still ask for, says which step it is.

use super::source::Tree;

const FOLDER: &str = "hub/src/store/postgres/migrations/";

/// Those before it are in use, and no migration is edited.
const FIRST: &str = "0013";

const STEPS: [&str; 3] = ["-- expand:", "-- move:", "-- contract:"];

pub(super) fn hard_locks(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in &tree.files {
        let Some(name) = file.path.strip_prefix(FOLDER) else { continue };
        if name < FIRST {
            continue;
        }
        let statements: Vec<_> = file.text.split(";\n").map(Statement::of).collect();
        let made: Vec<_> = statements.iter().filter_map(Statement::makes).collect();
        for statement in &statements {
            let is_new = statement.table().is_some_and(|table| made.contains(&table));
            if let Some(why) = statement.hinders()
                && !is_new
                && !statement.says_step
            {
                complaints.push(format!(
                    "{}: `{}` {why}: say in a comment on it which step it is and why that is safe \
                     ({}; deploy/README.md)",
                    file.path,
                    statement.start(),
                    STEPS.join(" ")
                ));
            }
        }
    }
    complaints
}

/// In capitals, a space between two words, without comments.
struct Statement {
    sql: String,
    says_step: bool,
}

impl Statement {
    fn of(text: &str) -> Self {
        let lines = text.lines().map(str::trim);
        let (comments, code): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("--"));
        let says_step = comments.iter().any(|line| STEPS.iter().any(|step| line.starts_with(step)));
        let words = code.iter().flat_map(|line| line.split_whitespace());
        let sql = words.collect::<Vec<_>>().join(" ").to_uppercase();
        Self { sql, says_step }
    }

    fn start(&self) -> String {
        self.sql.chars().take(60).collect()
    }

    fn has(&self, words: &str) -> bool {
        format!(" {} ", self.sql).contains(&format!(" {words} "))
    }

    /// The name after these words, without `IF EXISTS` and the like.
    fn after(&self, words: &str) -> Option<&str> {
        let (_, rest) = self.sql.split_once(words)?;
        let mut names = rest.split([' ', '(']).filter(|word| !word.is_empty());
        names.find(|word| !["IF", "NOT", "EXISTS", "ONLY"].contains(word))
    }

    fn makes(&self) -> Option<&str> {
        self.after("CREATE TABLE ")
    }

    fn table(&self) -> Option<&str> {
        if self.has("INDEX") { self.after(" ON ") } else { self.after("ALTER TABLE ") }
    }

    /// What it does to those who work on the table, if that is bad.
    fn hinders(&self) -> Option<&'static str> {
        let is_index = self.has("INDEX") && !self.has("CONCURRENTLY");
        let alters = |words: &str| self.has("ALTER TABLE") && self.has(words);
        let adds =
            ["ADD CONSTRAINT", "ADD CHECK", "ADD FOREIGN KEY", "ADD PRIMARY KEY", "ADD UNIQUE"];
        let is_required = self.has("NOT NULL") && !self.has("DEFAULT");
        if is_index && (self.has("CREATE") || self.has("DROP") || self.has("REINDEX")) {
            Some("keeps writers out: CONCURRENTLY, in a migration with `-- no-transaction`")
        } else if alters("SET NOT NULL") {
            Some("reads the whole table under a lock: a CHECK, NOT VALID, then VALIDATE")
        } else if adds.iter().any(|words| alters(words)) && !self.has("NOT VALID") {
            Some("reads the whole table under a lock: NOT VALID first, then VALIDATE")
        } else if alters("ADD COLUMN") && is_required {
            Some("refuses what the build before writes: give it a DEFAULT, or let it be NULL")
        } else if alters("TYPE") {
            Some("writes the whole table anew: add a column and move")
        } else if alters("DROP COLUMN") || alters("RENAME") || self.has("DROP TABLE") {
            Some("takes away what the build before asks for")
        } else if self.has("LOCK TABLE") || self.has("TRUNCATE") {
            Some("has the table to itself")
        } else if self.sql.starts_with("UPDATE ") || self.sql.starts_with("DELETE ") {
            Some("holds every row that it touches until the migration ends")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_rule;
    use super::*;

    fn migration(text: &str) -> Tree {
        Tree::sample(&[("hub/src/store/postgres/migrations/0013_more.sql", text)])
    }

    #[test]
    fn what_hinders_others_and_says_no_step_is_complained_about() {
        let good = migration(
            "-- expand: new things only.\nCREATE TABLE seals (id INT);\n\
             CREATE INDEX seals_by_id ON seals (id);\nALTER TABLE seals ALTER id SET NOT NULL;\n\
             ALTER TABLE filings ADD COLUMN seal INTEGER;\n\
             ALTER TABLE filings ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;\n\
             CREATE INDEX CONCURRENTLY IF NOT EXISTS filings_by_seal ON filings (seal);\n\
             ALTER TABLE filings ADD CONSTRAINT c CHECK (seal > 0) NOT VALID;\n\
             ALTER TABLE filings VALIDATE CONSTRAINT c;\n\
             -- contract: since 0.9 nobody reads it.\nALTER TABLE filings DROP COLUMN kind;\n",
        );
        for (bad, words) in [
            ("CREATE UNIQUE INDEX i\nON filings (seal);\n", "keeps writers out"),
            ("DROP INDEX filings_by_kind;\n", "keeps writers out"),
            ("ALTER TABLE filings ALTER seal SET NOT NULL;\n", "SET NOT NULL"),
            ("ALTER TABLE filings ADD CHECK (seal > 0);\n", "NOT VALID first"),
            ("ALTER TABLE filings ADD COLUMN seal INT NOT NULL;\n", "refuses what"),
            ("ALTER TABLE filings ALTER seal TYPE BIGINT;\n", "anew"),
            ("-- It goes.\nALTER TABLE filings DROP COLUMN seal;\n", "takes away"),
            ("ALTER TABLE filings RENAME TO old;\n", "takes away"),
            ("LOCK TABLE filings;\n", "to itself"),
            ("update filings set seal = 1;\n", "holds every row"),
        ] {
            assert_rule(hard_locks, &good, &migration(bad), words);
        }
        let old = [("hub/src/store/postgres/migrations/0012_old.sql", "LOCK TABLE filings;\n")];
        assert!(hard_locks(&Tree::sample(&old)).is_empty(), "it is in use and stays as it is");
    }
}
