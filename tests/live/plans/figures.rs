//! What is counted of months and written down of days, and what had failed and arrived since.

use serde_json::json;

use super::asked::{Asked, Known};

pub(super) fn figures(known: &Known) -> Vec<Asked> {
    let Known { now, authority, .. } = known;
    let ids = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff");
    let round = json!({"month": "2026-07", "round": 1, "authority": null});
    let of_one = json!({"month": "2026-07", "round": 1, "authority": authority});
    let handout = json!({"authority": authority, "day": "2026-07-14", "way": "email", "at": now});
    let span = json!({"authority": authority, "authorities": [authority], "limit": 20_001,
                      "from": now - 86_400_000, "until": now});
    vec![
        ("brought", span.clone(), Some("deliveries_delivered")),
        ("brought_to", span, Some("deliveries_delivered")),
        ("list_statements", json!({"day": "2026-07-14", "authority": null, "limit": 4_000}), None),
        ("list_statements", json!({"day": null, "authority": authority, "limit": 62}), None),
        (
            "statement_answers",
            json!({"authority": authority, "day": "2026-07-14", "limit": 20}),
            None,
        ),
        ("claim_handouts", json!({"now": now, "until": now + 300_000, "limit": 8}), None),
        ("handed_out_to", json!("2026-07-14"), Some("statement_handouts_sent")),
        ("failed_handouts", json!("2026-07-14"), Some("statement_handouts_open")),
        ("lock_handout", handout.clone(), Some("statement_handouts_pkey")),
        (
            "send_handout_again",
            handout.clone(),
            Some("statement_handouts_pkey|statement_handouts_open"),
        ),
        ("turn_handouts", handout, None),
        ("drop_handouts", json!(authority), None),
        ("month_counts", json!(14), None),
        ("lock_month_count", json!("2026-07"), None),
        (
            "counted_deliveries",
            json!({"after": ids.0, "end": ids.1, "limit": 500}),
            Some("deliveries_pkey"),
        ),
        ("month_figures", round.clone(), None),
        ("month_figures", of_one, None),
        ("unfinished_figures", round.clone(), None),
        ("delete_figures", round, None),
        ("last_fixed", json!(now), Some("reminders_fixed")),
        (
            "fixed_deliveries",
            json!({"since": now - 86_400_000, "until": now, "lasted": 3_600_000, "limit": 5_000}),
            Some("deliveries_fixed"),
        ),
    ]
}
