//! What checks and the stages of onboarding are asked for.

use serde_json::json;

use super::asked::{Asked, Known};

pub(super) fn checks(known: &Known) -> Vec<Asked> {
    let Known { authority, filing, delivery, now, .. } = known;
    let purge = |authority: Option<&str>, delivery: Option<&str>| {
        let with =
            json!({"authority": authority, "delivery": delivery, "before": now, "limit": 500});
        ("purgeable_checks", with, None)
    };
    vec![
        ("check", json!(filing), None),
        ("checks_of_authority", json!({"authority": authority, "limit": 20}), None),
        ("open_checks", json!({"authority": null, "late": 0, "limit": 500}), None),
        ("open_checks", json!({"authority": authority, "late": 0, "limit": 500}), None),
        ("retire_newest_check", json!({"authority": authority, "channel": "api"}), None),
        purge(Some(authority), None),
        purge(Some(authority), Some(delivery)),
        purge(None, None),
        ("save_purged", json!({"ids": [filing], "at": now}), None),
        ("delete_old_checks", json!({"before": now, "limit": 500}), None),
        ("stages_told_by", json!("2026-07-15-stages-011002"), None),
    ]
}
