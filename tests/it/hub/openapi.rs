//! The description of the interface names every route.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::Value;
use tests::house::House;

/// What asks for a key.
const ROUTES: [(&str, &str); 68] = [
    ("post", "/v1/attachments"),
    ("post", "/v1/filings"),
    ("get", "/v1/filings"),
    ("get", "/v1/filings/{id}"),
    ("get", "/v1/filings/{id}/events"),
    ("get", "/v1/filings/{id}/receipt"),
    ("post", "/v1/filings/{id}/revisions"),
    ("post", "/v1/filings/{id}/withdrawal"),
    ("get", "/v1/offices"),
    ("post", "/v1/bulk"),
    ("get", "/v1/bulk"),
    ("get", "/v1/bulk/{id}"),
    ("get", "/v1/bulk/{id}/rows"),
    ("get", "/v1/bulk/{id}/remainder"),
    ("post", "/v1/bulk/{id}/filing"),
    ("get", "/v1/inbox"),
    ("get", "/v1/inbox/{delivery}/package"),
    ("post", "/v1/inbox/{delivery}/acknowledgement"),
    ("post", "/v1/inbox/{delivery}/decision"),
    ("post", "/v1/inbox/tests/purge"),
    ("post", "/v1/exports"),
    ("get", "/v1/exports"),
    ("get", "/v1/exports/{id}"),
    ("get", "/v1/authorities/{authority}/statements/{day}"),
    ("post", "/v1/authorities/{authority}/statements/{day}/answer"),
    ("get", "/v1/authorities/{authority}/master"),
    ("post", "/v1/authorities/{authority}/master"),
    ("get", "/v1/authorities/{authority}/channels"),
    ("post", "/v1/authorities/{authority}/channels"),
    ("post", "/v1/authorities/{authority}/channels/{id}/approve"),
    ("post", "/v1/authorities/{authority}/channels/{id}/reject"),
    ("post", "/v1/authorities/{authority}/channels/{id}/withdraw"),
    ("get", "/v1/operations/master/{table}"),
    ("post", "/v1/operations/master"),
    ("get", "/v1/operations/proposals"),
    ("get", "/v1/operations/processes"),
    ("get", "/v1/operations/reconciliation"),
    ("post", "/v1/operations/reconciliation/{authority}/{day}/send"),
    ("get", "/v1/reports/{month}"),
    ("get", "/v1/operations/reports/{month}"),
    ("get", "/v1/operations/summary"),
    ("get", "/v1/operations/deliveries"),
    ("get", "/v1/operations/deliveries/{id}"),
    ("post", "/v1/operations/deliveries/{id}/retry"),
    ("post", "/v1/operations/deliveries/{id}/hold"),
    ("post", "/v1/operations/deliveries/{id}/release"),
    ("post", "/v1/operations/deliveries/{id}/given"),
    ("post", "/v1/operations/deliveries/{id}/reroute"),
    ("post", "/v1/operations/erasures"),
    ("get", "/v1/operations/erasures"),
    ("get", "/v1/operations/erasures/{id}"),
    ("post", "/v1/operations/erasures/{id}/approve"),
    ("post", "/v1/operations/erasures/{id}/cancel"),
    ("get", "/v1/operations/troubles"),
    ("post", "/v1/operations/redrives"),
    ("get", "/v1/operations/redrives"),
    ("get", "/v1/operations/redrives/{id}"),
    ("post", "/v1/operations/redrives/{id}/start"),
    ("post", "/v1/operations/redrives/{id}/approve"),
    ("post", "/v1/operations/redrives/{id}/cancel"),
    ("get", "/v1/operations/watches"),
    ("post", "/v1/operations/authorities/{authority}/check"),
    ("get", "/v1/operations/authorities/{authority}/checks"),
    ("get", "/v1/operations/lanes"),
    ("post", "/v1/operations/lanes/{authority}/{channel}/pause"),
    ("post", "/v1/operations/lanes/{authority}/{channel}/resume"),
    ("get", "/v1/operations/dead-letters"),
    ("post", "/v1/operations/dead-letters/{id}/settle"),
];

#[tokio::test]
async fn the_description_is_openapi_3_1_and_whole() -> Result<()> {
    let house = House::build().start().await?;
    let front = house.front().await?;
    let answer = front.ask(front.bare(Method::GET, "/openapi.json")).await?;
    assert_eq!(answer.status.as_u16(), 200);
    let described = &answer.json;
    assert!(described["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")), "{described}");
    assert_eq!(*described, serde_json::to_value(hub::web::api::description())?);
    for (method, path) in ROUTES {
        let operation = &described["paths"][path][method];
        assert!(operation["summary"].is_string(), "{method} {path}: {operation}");
        assert_eq!(operation["security"][0]["key"], Value::Array(Vec::new()), "{method} {path}");
        let problem = &operation["responses"]["4XX"]["content"]["application/json"]["schema"];
        assert!(problem.is_object(), "{method} {path}: {}", operation["responses"]);
    }
    // And nothing with a key is described that is not among them.
    let paths = described["paths"].as_object().context("paths")?;
    let methods = paths.iter().flat_map(|(path, item)| {
        let keyed = |it: &&Value| it["security"][0]["key"].is_array();
        let item = item.as_object().into_iter().flatten();
        item.filter(move |(_, it)| keyed(it))
            .map(move |(method, _)| (method.as_str(), path.as_str()))
    });
    let unlisted: Vec<_> = methods.filter(|it| !ROUTES.contains(it)).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
    for path in ["/livez", "/readyz", "/metrics", "/v1/signing-key"] {
        let answer = front.ask(front.bare(Method::GET, path)).await?;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
    }
    drop(front);
    house.finish().await
}
