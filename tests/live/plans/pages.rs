//! What lists ask for: of operations, of authorities, of operators.

use serde_json::{Value, json};

use super::asked::{Asked, Known};

/// Lists with all that can be asked for, on the first page and on a later one.
pub(super) fn pages(known: &Known) -> Vec<Asked> {
    let Known { filing, delivery, authority, operator, .. } = known;
    let with = |base: &Value, more: Value| {
        let mut with = base.clone();
        for (key, value) in more.as_object().into_iter().flatten() {
            with[key] = value.clone();
        }
        with
    };
    let earlier = known.now - 10_000_000_000;
    let all = json!({"corporate_number": null, "kind": null, "unplanned": false, "authority": null,
                     "state": null, "review": null, "channel": null, "before": null,
                     "before_id": null, "limit": 51});
    let inbox = json!({"authority": authority, "review": null, "kind": null, "service": null,
                       "text": null, "assignee": null, "at": null, "id": null, "limit": 51});
    let mut asked = Vec::new();
    for more in [
        json!({}),
        json!({"corporate_number": operator}),
        json!({"kind": "change"}),
        json!({"kind": "one of which there is none"}),
        json!({"unplanned": true}),
        json!({"before": earlier, "before_id": filing}),
        json!({"corporate_number": operator, "kind": "change", "before": earlier}),
    ] {
        asked.push(("list_filings", with(&all, more), None));
    }
    for state in ["due", "sending", "waiting", "delivered", "held", "failed", "cancelled"] {
        let by = (state == "cancelled").then_some("deliveries_cancelled");
        asked.push(("list_deliveries", with(&all, json!({"state": state})), by));
        let narrow = json!({"state": state, "authority": authority});
        asked.push(("list_deliveries", with(&all, narrow), None));
    }
    for review in ["unopened", "opened", "accepted", "returned", "withdrawn"] {
        asked.push(("list_deliveries", with(&all, json!({"review": review})), None));
        asked.push(("inbox", with(&inbox, json!({"review": review})), None));
    }
    for more in [
        json!({}),
        json!({"authority": authority}),
        json!({"channel": "api"}),
        json!({"before": earlier, "before_id": delivery}),
    ] {
        asked.push(("list_deliveries", with(&all, more), None));
    }
    asked.push(("inbox", inbox.clone(), Some("deliveries_undecided")));
    let narrow = json!({"kind": "change", "service": "15"});
    asked.push(("inbox", with(&inbox, narrow), Some("deliveries_undecided")));
    for review in ["unopened", "opened"] {
        let page = json!({"review": review, "at": earlier, "id": delivery});
        for more in [json!({"review": review}), page] {
            asked.push(("inbox_undecided", with(&inbox, more), Some("deliveries_undecided")));
        }
    }
    for more in [
        json!({}),
        json!({"review": "accepted returned"}),
        json!({"kind": "change", "text": "office"}),
        json!({"assignee": "key:one"}),
        json!({"at": earlier, "id": delivery}),
    ] {
        asked.push(("inbox_newest", with(&inbox, more), Some("deliveries_by_authority")));
    }
    let like = json!({"authority": authority, "corporate_number": operator, "kind": "change",
                      "office_name": "office", "before": known.now});
    asked.push(("accepted_before", like.clone(), None));
    asked.push(("accepted_before", with(&like, json!({"office_name": "none such"})), None));
    asked.push(("inbox_counts", json!(authority), Some("deliveries_undecided")));
    asked
}

/// An operator's list of what it has filed.
pub(super) fn own_pages(known: &Known) -> Vec<Asked> {
    let Known { filing, operator, now, .. } = known;
    let ask = |kind: Option<&str>, state: Option<&str>, text: Option<&str>| {
        json!({"corporate_number": operator, "kind": kind, "state": state, "text": text,
               "before": null, "before_id": null, "limit": 51})
    };
    let mut later = ask(None, None, None);
    later["before"] = json!(now - 10_000_000_000);
    later["before_id"] = json!(filing);
    let first = ask(None, None, None);
    let named = ask(Some("change"), None, Some("office"));
    let returned = ask(None, Some("returned"), None);
    let asked = [first, named, returned, later];
    asked.map(|with| ("own_filings", with, Some("filings_by_operator"))).into()
}
