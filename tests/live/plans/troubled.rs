//! What is asked about deliveries in trouble and what is watched, and the index by which it is
//! found.

use serde_json::json;

use super::asked::{Asked, Known};

/// What is in trouble, and what staff start anew of it.
pub(super) fn troubles(known: &Known) -> Vec<Asked> {
    let Known { filing, authority, now, .. } = known;
    let by = Some("deliveries_in_trouble");
    let groups = |cause: Option<&str>, prefecture: Option<&str>| {
        json!({"cause": cause, "owner": null, "prefecture": prefecture, "looked": 3, "offset": 0,
               "limit": 51})
    };
    let list = |cause: Option<&str>, owner: Option<&str>| {
        json!({"cause": cause, "owner": owner, "authority": null, "state": null, "review": null,
               "channel": null, "before": null, "before_id": null, "limit": 51})
    };
    let choice = |cause: Option<&str>, to: Option<&str>, from: Option<i64>| {
        json!({"cause": cause, "owner": null, "authority": to, "channel": null, "from_at": from,
               "until_at": null, "limit": 10_001})
    };
    let cause = Some("lane_suspended");
    let listed = json!({"before": null, "before_id": null, "limit": 51});
    let items = json!({"redrive_id": filing, "after": 0, "state": "left", "limit": 500});
    let watches = json!({"firing": true, "kind": "lane_failing", "authority": authority,
                         "before": now, "before_id": filing, "limit": 51});
    let lanes = json!({"lanes": [{"authority": authority, "channel": "sftp"}], "before": now});
    let ended = json!({"before": now, "limit": 500});
    let claim = json!({"now": now, "until": now, "limit": 32});
    let old = json!({"made_before": 0, "ended_before": 0, "limit": 500});
    vec![
        ("troubles", groups(None, None), by),
        ("troubles", groups(cause, None), by),
        ("troubles", groups(None, Some("00")), by),
        ("list_troubled", list(cause, None), by),
        ("list_troubled", list(None, Some("hub")), by),
        ("list_troubled", list(Some("none such"), Some("hub")), by),
        ("list_deliveries", list(Some("awaiting_pickup"), None), None),
        ("choose_troubled", choice(None, None, None), by),
        ("choose_troubled", choice(cause, None, None), by),
        ("choose_troubled", choice(None, Some(authority), None), by),
        ("choose_troubled", choice(None, None, Some(now - 86_400_000)), by),
        ("watched_deliveries", json!(5_000), by),
        ("unanswered_lanes", lanes, Some("deliveries_undecided")),
        ("list_watches", watches, None),
        ("delete_old_watches", ended.clone(), None),
        ("delete_old_alerts", ended, None),
        ("claim_alerts", claim, None),
        ("newest_alerts", json!(20), None),
        ("save_watch_look", json!({"number": 1, "looked_at": 1}), None),
        ("redrive", json!(filing), Some("redrives_pkey")),
        ("lock_redrive", json!(filing), Some("redrives_pkey")),
        ("running_redrive", json!(""), Some("redrives_running")),
        ("list_redrives", listed.clone(), None),
        ("redrive_items", items, Some("redrive_items_pkey")),
        ("erasure", json!(filing), None),
        ("lock_erasure", json!(filing), None),
        ("running_erasure", json!(""), None),
        ("list_erasures", listed, None),
        ("delete_old_redrives", old, None),
        ("delete_redrive_items", json!(filing), None),
    ]
}
