//! Whether a page is well formed: every element that opens closes, in order, and ids are unique.

use std::collections::HashSet;

const VOID: [&str; 7] = ["meta", "link", "input", "br", "hr", "img", "rect"];

/// Complains about the first element that does not fit, with the text around it.
pub(crate) fn assert_well_formed(page: &str, text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = HashSet::new();
    let mut rest = text.strip_prefix("<!doctype html>").expect("a doctype");
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("an element ends");
        let element = &rest[start + 1..end];
        let name = element.trim_start_matches('/').split([' ', '/']).next().expect("a name");
        if element.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{page}: near {element:?}");
        } else if !VOID.contains(&name) {
            open.push(name);
        }
        let quotes = element.matches('"').count();
        assert!(quotes.is_multiple_of(2), "{page}: a quote is missing in {element:?}");
        assert!(!element.contains(" style="), "{page}: the policy forbids styles in place");
        if let Some(id) = element.split(" id=\"").nth(1).and_then(|id| id.split('"').next()) {
            assert!(ids.insert(id.to_owned()), "{page}: the id {id} stands twice");
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{page}: never closed: {open:?}");
    for script in text.split("<script").skip(1) {
        let is_ours = script.starts_with(" type=\"module\" src=\"/static/");
        assert!(
            is_ours && script.contains("\"></script>"),
            "{page}: a script in place: {script:.80}"
        );
    }
}
