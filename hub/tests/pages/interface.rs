//! The access matrix of the HTTP interface: every route of `/openapi.json`, every key, one's own
//! things and others'. What has no row here fails, and what a row does not name is refused.

use std::collections::BTreeSet;

use hub::actor::Actor;
use hub::operate::By;
use hub::operate::master::Whom;
use hub::operate::proposal::propose;
use hub::recipe::Recipe;
use hub::store::ExportRow;
use reqwest::StatusCode;
use schemas::DeliveryId;
use serde_json::{Value, json};

use crate::answers::staff_of;
use crate::cases::{change, filed_to};
use crate::rows::ERASURE;
use crate::world::{AUTHORITY, DEAD_LETTER, World};

/// Routes that ask for no key: by a link with a token, or anyone's.
const KEYLESS: [&str; 4] = ["/packages/{delivery}", "/v1/signing-key", "/metrics", "/openapi.json"];

const UNION: &str = "U01001";
/// A town whose designations that union makes.
const MEMBER: &str = "012271";
const PREFECTURE: &str = "010006";
const ELSEWHERE: &str = "131041";

/// For whom a route is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Operators,
    Authorities,
    Operations,
}
use Whose::{Authorities, Operations, Operators};

/// What a route's id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// There is none, or it is everyone's who may ask.
    Nothing,
    Filing,
    DeadLetter,
    Redrive,
    Erasure,
    Bulk,
    Delivery,
    Export,
    Day,
    Proposal,
}

/// A route, for whom it is, what its id is of, and what is sent.
struct Row(&'static str, &'static str, &'static [Whose], Of, &'static str);

const ACCEPTED: &str = r#"{"verdict": "accepted"}"#;

const ROWS: [Row; 68] = [
    Row("post", "/v1/attachments", &[Operators, Authorities], Of::Nothing, "%PDF-1.4\n%%EOF\n"),
    Row("get", "/v1/filings", &[Operators, Operations], Of::Nothing, ""),
    Row("post", "/v1/filings", &[Operators], Of::Nothing, "{filing}"),
    Row("get", "/v1/filings/{id}", &[Operators, Operations], Of::Filing, ""),
    Row("get", "/v1/filings/{id}/events", &[Operators, Operations], Of::Filing, ""),
    Row("get", "/v1/filings/{id}/receipt", &[Operators, Operations], Of::Filing, ""),
    Row("post", "/v1/filings/{id}/revisions", &[Operators], Of::Filing, "{filing}"),
    Row("post", "/v1/filings/{id}/withdrawal", &[Operators], Of::Filing, "{}"),
    Row("get", "/v1/offices", &[Operators], Of::Nothing, ""),
    Row("get", "/v1/bulk", &[Operators], Of::Nothing, ""),
    Row("post", "/v1/bulk", &[Operators], Of::Nothing, "[]"),
    Row("get", "/v1/bulk/{id}", &[Operators], Of::Bulk, ""),
    Row("get", "/v1/bulk/{id}/rows", &[Operators], Of::Bulk, ""),
    Row("get", "/v1/bulk/{id}/remainder", &[Operators], Of::Bulk, ""),
    Row("post", "/v1/bulk/{id}/filing", &[Operators], Of::Bulk, r#"{"rows": "good"}"#),
    Row("get", "/v1/inbox", &[Authorities], Of::Nothing, ""),
    Row("get", "/v1/inbox/{delivery}/package", &[Authorities], Of::Delivery, ""),
    Row("post", "/v1/inbox/{delivery}/acknowledgement", &[Authorities], Of::Delivery, ""),
    Row("post", "/v1/inbox/{delivery}/decision", &[Authorities], Of::Delivery, ACCEPTED),
    Row("post", "/v1/inbox/tests/purge", &[Authorities], Of::Nothing, ""),
    Row("get", "/v1/exports", &[Authorities], Of::Nothing, ""),
    Row("post", "/v1/exports", &[Authorities], Of::Nothing, ""),
    Row("get", "/v1/exports/{id}", &[Authorities], Of::Export, ""),
    Row("get", "/v1/authorities/{authority}/statements/{day}", &[Authorities], Of::Day, ""),
    Row("post", COMPARED, &[Authorities], Of::Day, r#"{"packages": []}"#),
    Row("get", MASTER, &[Authorities, Operations], Of::Day, ""),
    Row("post", MASTER, &[Authorities, Operations], Of::Day, CLOSED),
    Row("get", CHANNELS, &[Authorities, Operations], Of::Day, ""),
    Row("post", CHANNELS, &[Authorities, Operations], Of::Day, PULL),
    Row("post", REJECT, &[Authorities, Operations], Of::Proposal, WHY),
    Row("post", WITHDRAW, &[Authorities, Operations], Of::Proposal, WHY),
    Row("post", APPROVE, &[Authorities, Operations], Of::Proposal, ""),
    Row("get", "/v1/operations/proposals", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/master/{table}", &[Operations], Of::Nothing, ""),
    Row("post", "/v1/operations/master", &[Operations], Of::Nothing, r#"{"csv": "union_id"}"#),
    Row("get", "/v1/operations/reconciliation", &[Operations], Of::Nothing, ""),
    Row("post", SEND, &[Operations], Of::Day, WHY),
    Row("get", "/v1/reports/{month}", &[Authorities], Of::Nothing, ""),
    Row("get", "/v1/operations/reports/{month}", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/summary", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/deliveries", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/deliveries/{id}", &[Operations], Of::Delivery, ""),
    Row("post", "/v1/operations/deliveries/{id}/retry", &[Operations], Of::Delivery, WHY),
    Row("post", "/v1/operations/deliveries/{id}/hold", &[Operations], Of::Delivery, WHY),
    Row("post", "/v1/operations/deliveries/{id}/release", &[Operations], Of::Delivery, WHY),
    Row("post", "/v1/operations/deliveries/{id}/given", &[Operations], Of::Delivery, GIVEN),
    Row("post", "/v1/operations/deliveries/{id}/reroute", &[Operations], Of::Delivery, WHY),
    Row("get", "/v1/operations/erasures", &[Operations], Of::Nothing, ""),
    Row("post", "/v1/operations/erasures", &[Operations], Of::Nothing, WHY),
    Row("get", "/v1/operations/erasures/{id}", &[Operations], Of::Erasure, ""),
    Row("post", "/v1/operations/erasures/{id}/approve", &[Operations], Of::Erasure, ""),
    Row("post", "/v1/operations/erasures/{id}/cancel", &[Operations], Of::Erasure, WHY),
    Row("get", "/v1/operations/troubles", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/watches", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/redrives", &[Operations], Of::Nothing, ""),
    Row("post", "/v1/operations/redrives", &[Operations], Of::Nothing, GONE),
    Row("get", "/v1/operations/redrives/{id}", &[Operations], Of::Redrive, ""),
    Row("post", "/v1/operations/redrives/{id}/start", &[Operations], Of::Redrive, WHY),
    Row("post", "/v1/operations/redrives/{id}/approve", &[Operations], Of::Redrive, ""),
    Row("post", "/v1/operations/redrives/{id}/cancel", &[Operations], Of::Redrive, WHY),
    Row("post", CHECK, &[Operations], Of::Nothing, ""),
    Row("get", CHECKS, &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/processes", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/lanes", &[Operations], Of::Nothing, ""),
    Row("get", "/v1/operations/dead-letters", &[Operations], Of::Nothing, ""),
    Row("post", SETTLE, &[Operations], Of::DeadLetter, WHY),
    Row("post", PAUSE, &[Operations], Of::Nothing, WHY),
    Row("post", RESUME, &[Operations], Of::Nothing, ""),
];
const WHY: &str = r#"{"why": "test"}"#;
const GIVEN: &str = r#"{"on": "2026-07-15", "to": "x", "why": "test"}"#;
const GONE: &str = r#"{"cause": "http_410"}"#;
const COMPARED: &str = "/v1/authorities/{authority}/statements/{day}/answer";
const MASTER: &str = "/v1/authorities/{authority}/master";
const CHANNELS: &str = "/v1/authorities/{authority}/channels";
const APPROVE: &str = "/v1/authorities/{authority}/channels/{id}/approve";
const REJECT: &str = "/v1/authorities/{authority}/channels/{id}/reject";
const WITHDRAW: &str = "/v1/authorities/{authority}/channels/{id}/withdraw";
const PULL: &str = r#"{"why": "test", "ladder": [{"channel": "pull"}]}"#;
const CLOSED: &str = r#"{"why": "test", "cells": {"status": "closed"}}"#;
const SEND: &str = "/v1/operations/reconciliation/{authority}/{day}/send";
const CHECK: &str = "/v1/operations/authorities/{authority}/check";
const CHECKS: &str = "/v1/operations/authorities/{authority}/checks";
const SETTLE: &str = "/v1/operations/dead-letters/{id}/settle";
const PAUSE: &str = "/v1/operations/lanes/{authority}/{channel}/pause";
const RESUME: &str = "/v1/operations/lanes/{authority}/{channel}/resume";

/// Who comes, and with which key.
struct Caller {
    whose: Option<Whose>,
    /// Whose things are its own.
    name: &'static str,
    key: Option<String>,
}

async fn callers(world: &World) -> Vec<Caller> {
    let caller = |whose, name, key: &str| Caller { whose, name, key: Some(key.to_owned()) };
    let mut all = vec![
        Caller { whose: None, name: "nobody", key: None },
        caller(None, "a key of nobody", "tdk_000000000000_00"),
        caller(Some(Operations), "operations", &world.operations_key),
        caller(Some(Operators), "operator", &world.operator_key),
        caller(Some(Authorities), AUTHORITY, &world.authority_key),
    ];
    for name in [UNION, MEMBER, PREFECTURE] {
        all.push(caller(Some(Authorities), name, &staff_of(world, name, "tests").await));
    }
    all
}

/// A thing, whose it is, and the id that asks for it.
type Thing = (Of, &'static str, String);

async fn things(world: &World) -> Vec<Thing> {
    let mut all = vec![
        (Of::Nothing, "", String::new()),
        (Of::Filing, "operator", world.filings[3].receipt_number()),
        (Of::Filing, "another", world.foreign_filing.to_string()),
        (Of::DeadLetter, "", DEAD_LETTER.to_owned()),
        (Of::Day, AUTHORITY, "2026-07-14".to_owned()),
        (Of::Redrive, "", world.redrive.to_string()),
        (Of::Erasure, "", ERASURE.to_owned()),
        (Of::Proposal, AUTHORITY, proposed(world).await),
        (Of::Bulk, "operator", world.own_bulk.to_string()),
        (Of::Bulk, "another", world.foreign_bulk.to_string()),
        (Of::Delivery, ELSEWHERE, world.foreign_delivery.to_string()),
    ];
    let mut filing = change(&world.ctx);
    filing.offices[0].municipality = MEMBER.parse().expect("a code");
    // What is filed for the town goes to the union in its place.
    let now = hub::context::day_in_japan(world.ctx.clock.now_ms());
    let plan = routing::plan(&world.ctx.master(), &filing, now).expect("a plan");
    assert_eq!(plan.targets[0].authority.as_str(), UNION);
    let of_union = filed_to(&world.ctx, &filing, UNION).await;
    let of_prefecture = filed_to(&world.ctx, &change(&world.ctx), PREFECTURE).await;
    for (whose, delivery) in
        [(AUTHORITY, world.readable), (UNION, of_union), (PREFECTURE, of_prefecture)]
    {
        all.push((Of::Delivery, whose, delivery.to_string()));
        all.push((Of::Export, whose, exported(world, whose, delivery).await));
    }
    let elsewhere = exported(world, ELSEWHERE, world.foreign_delivery).await;
    all.push((Of::Export, ELSEWHERE, elsewhere));
    all
}

/// Proposes how the authority is reached.
async fn proposed(world: &World) -> String {
    let actor = Actor { person: "test:one".into(), name: "tests".into() };
    let by = By { actor: &actor, why: "test" };
    let ladder = r#"[{"channel": "email", "to": "kaigo@city.example"}]"#;
    let what = (AUTHORITY.parse().expect("a code"), ladder);
    let row = propose(&world.ctx, what, (by, Whom::Operations)).await.expect("a proposal");
    row.id.to_string()
}

/// Takes a delivery out.
async fn exported(world: &World, whose: &str, delivery: DeliveryId) -> String {
    let authority = whose.parse().expect("a code");
    let (id, now) = (world.ctx.clock.id(), world.ctx.clock.now_ms());
    let row = ExportRow {
        id,
        authority,
        profile: Recipe::now(&world.ctx, authority).profile,
        deliveries: 1,
        decided_until: now,
        person: "key:one".into(),
        name: "tests".into(),
        at: now,
    };
    let mut tx = world.ctx.store.begin().await.expect("a store");
    assert!(tx.insert_export(&row, &[delivery]).await.expect("a store"));
    tx.commit().await.expect("a commit");
    id.to_string()
}

/// The route with everything filled in.
fn path(route: &str, id: &str) -> String {
    let path = route.replace("{id}", id).replace("{delivery}", id).replace("{day}", id);
    let path = path.replace("{table}", "unions");
    path.replace("{authority}", AUTHORITY).replace("{channel}", "api").replace("{month}", "2026-07")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_interface_has_its_row() {
    let world = World::new(false).await;
    let described = world.get("/openapi.json").send().await.expect("an answer");
    let described: Value = described.json().await.expect("JSON");
    let mut routes = BTreeSet::new();
    for (path, methods) in described["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            assert_eq!(operation["security"], json!([{"key": []}]), "{method} {path}");
            routes.insert((method.as_str(), path.as_str()));
        }
    }
    let told: BTreeSet<_> = ROWS.iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(told.len(), ROWS.len(), "a row twice");
    let missing: Vec<_> = routes.difference(&told).collect();
    assert!(missing.is_empty(), "no row says who may: {missing:?}");
    let gone: Vec<_> = told.difference(&routes).collect();
    assert!(gone.is_empty(), "rows of routes that are gone: {gone:?}");
    // What is not described asks for no key, and is named here.
    let text = include_str!("../../src/web/api/mod.rs");
    let keyless = text.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
    assert_eq!(keyless.collect::<BTreeSet<_>>(), KEYLESS.into_iter().collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_opens_what_is_not_its_own() {
    let world = World::new(false).await;
    let (callers, things) = (callers(&world).await, things(&world).await);
    crate::reports::count(&world).await;
    crate::statements::fail(&world).await;
    let filing = serde_json::to_string(&crate::rows::submission(2)).expect("a text");
    let mut asked = 0;
    for Row(method, route, whose, of, body) in &ROWS {
        for (caller, thing) in callers.iter().flat_map(|it| things.iter().map(move |of| (it, of))) {
            let (kind, owner, id) = thing;
            if kind != of {
                continue;
            }
            let path = path(route, id);
            let request = if *method == "get" { world.get(&path) } else { world.post(&path) };
            asked += 1;
            let media_type =
                if body.starts_with('%') { "application/pdf" } else { "application/json" };
            let request = request
                .header("idempotency-key", format!("matrix {asked}"))
                .header("content-type", media_type)
                .body(body.replace("{filing}", &filing));
            let request = match &caller.key {
                Some(key) => request.bearer_auth(key),
                None => request,
            };
            let answer = request.send().await.expect("an answer");
            let (status, media_type) = (answer.status(), answer.headers().get("content-type"));
            let media_type = media_type.map(|it| it.to_str().expect("text").to_owned());
            let text = answer.text().await.expect("a body");
            let is_theirs = caller.whose.is_some_and(|it| whose.contains(&it));
            let is_own =
                *of == Of::Nothing || caller.name == *owner || caller.whose == Some(Operations);
            let told = format!("{} at {method} {path}: {status}\n{text}", caller.name);
            if is_theirs && is_own {
                let is_in = match *method {
                    "get" => status == StatusCode::OK,
                    // It was let in, and perhaps told that it comes too late or is not whole.
                    _ => status.is_success() || [409, 422].contains(&status.as_u16()),
                };
                assert!(is_in, "{told}");
            } else {
                let expected: &[u16] = if caller.whose.is_none() { &[401] } else { &[403, 404] };
                assert!(expected.contains(&status.as_u16()), "{told}");
                assert_eq!(media_type.as_deref(), Some("application/problem+json"), "{told}");
            }
        }
    }
    assert!(asked > 400, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_files_for_another() {
    let world = World::new(false).await;
    let mut filing = crate::rows::submission(2);
    filing.corporate_number = schemas::codes::corporate_number_of(2);
    let own = format!("/v1/filings/{}/revisions", world.filings[3].receipt_number());
    for path in ["/v1/filings", &own] {
        let request = world.post(path).bearer_auth(&world.operator_key);
        let request = request.header("idempotency-key", "another's").json(&filing);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
}
