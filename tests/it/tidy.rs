//! Holds the source text to the house's rules: sizes, arrows, and nothing left lying about.
//!
//! Each rule is a function from the tree of files to complaints; a complaint names the place and
//! says what to do. Beside each rule stand samples that it must complain about.

mod causes;
mod floors;
mod house;
mod migrations;
mod modules;
mod sizes;
mod source;
mod words;

use std::path::Path;

use source::Tree;

#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root");
    let tree = Tree::read(root).expect("the source can be read");
    assert!(tree.files.len() > 20, "only {} files: the walk went astray", tree.files.len());
    let complaints = [
        sizes::long_files(&tree),
        sizes::wide_lines(&tree),
        sizes::long_readme(&tree),
        modules::unnamed_files(&tree),
        words::left_overs(&tree),
        words::machine_paths(&tree, &root.display().to_string()),
        floors::arrows_up(&tree),
        floors::arrows_between_crates(&tree),
        house::homeless_libraries(&tree),
        house::unpaired_sql(&tree),
        house::unheard_work(&tree),
        migrations::hard_locks(&tree),
    ]
    .concat();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// Asserts that a rule has nothing against the one sample and something, with these words in it,
/// against the other.
#[track_caller]
fn assert_rule(rule: fn(&Tree) -> Vec<String>, good: &Tree, bad: &Tree, words: &str) {
    let against_good = rule(good);
    assert!(against_good.is_empty(), "the good sample is complained about: {against_good:?}");
    let against_bad = rule(bad);
    let found = against_bad.iter().any(|complaint| complaint.contains(words));
    assert!(found, "nothing says {words:?} about the bad sample: {against_bad:?}");
}
