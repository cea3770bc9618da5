//! What the record of acts and looks is asked for.

use serde_json::json;

use super::asked::{Asked, Known};

pub(super) fn staff_acts(_: &Known) -> Vec<Asked> {
    let listed = |looks: bool, subject: Option<&str>, person: Option<&str>, by| {
        let with = json!({"looks": i32::from(looks), "subject": subject, "person": person,
                          "before": 1_000_000, "limit": 51});
        ("list_staff_acts", with, Some(by))
    };
    vec![
        listed(false, None, None, "staff_acts_by_sort"),
        listed(true, None, Some("key:1"), "staff_acts_by_person"),
        listed(true, Some("delivery:1"), None, "staff_acts_by_subject"),
        ("last_staff_act", json!(""), None),
        ("staff_acts_after", json!({"after": 0, "limit": 1_000}), None),
    ]
}
