//! What the world is made of: submissions, and rows as the stages would write them.

use hub::actor::Actor;
use hub::addresses::{self, By};
use hub::config::Config;
use hub::context::Context;
use hub::delivery::{Delivery, Review, State};
use hub::store::{
    AttemptRow, BulkLine, BulkRow, Choice, DecisionRow, DraftRow, ErasureRow, ErasureState,
    FilingRow, Filter, NewEvent, ProposalRow, ProposalState, RevisionRow, UploadRow,
};
use hub::web::access::{Scope, new_key};
use schemas::{
    CorporateNumber, DeliveryId, FilingId, FilingKind, Finding, Outcome, Owner, Proof, ProofLevel,
    Submission, Verdict, Why,
};
use serde_json::json;
use uuid::Uuid;

use crate::world::AUTHORITY;

/// Under which everything of the world came to be.
pub(crate) const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Limits that tests come up to.
pub(crate) fn narrow(config: &mut Config, folder: &std::path::Path) {
    config.limits.attachment_bytes_max = 4_096;
    config.limits.attachments_max = 2;
    config.forms.folder = forms_of_its_own(folder);
    config.drafts.operator_max = 3;
    config.drafts.filings_looked_max = 65;
    config.uploads.piece_bytes = 1_000;
    config.uploads.draft_max = 3;
    config.bulk.rows_max = 300;
    config.bulk.bytes_max = 200_000;
    config.bulk.at_once = 3;
    config.bulk.operator_max = 4;
    config.review.export_max = 2;
    // As many as the world has of its operator.
    config.webhook.filings_looked_max = 62;
    config.review.filters_max = 3;
    // What would be sent for long ends at once.
    config.operations.live_minutes = 0;
    config.operations.redrive_alone_max = 3;
    config.operations.redrive_items_max = 20;
    config.reports.months = 2;
    config.reconciliation.answer_bytes_max = 4_000;
    config.reports.batch_max = 40;
}

/// A folder of forms with what Sapporo asks of the files of one kind of filing.
fn forms_of_its_own(below: &std::path::Path) -> String {
    let whose = json!({"authority": "011002", "name": "札幌市", "kinds": ["resumption"],
                       "source": "札幌市の案内", "sure": "?"});
    let rule = |limit: serde_json::Value| {
        let mut all = whose.as_object().expect("a rule").clone();
        all.extend(limit.as_object().expect("a limit").clone());
        all
    };
    let rules = json!({"rules": [
        rule(json!({"files_max": 1, "bytes_max": 2048})),
        rule(json!({"items": ["operating_rules"], "bytes_max": 1024,
                    "media_types": ["application/pdf"]})),
    ]});
    let folder = below.join("forms");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("limits-own.json"), rules.to_string()).expect("a file");
    folder.to_string_lossy().into_owned()
}

/// An upload with a row that fits and one that does not.
pub(crate) async fn bulk(ctx: &Context, submission: &Submission) -> Uuid {
    let (id, corporate_number) = (ctx.clock.id(), submission.corporate_number);
    let row = BulkRow {
        id,
        corporate_number,
        idempotency_key: "page:x".into(),
        sha256: "00".repeat(32),
        file_name: "7月の変更<b>.xlsx".into(),
        head: json!(["手続", "事業所名"]).to_string(),
        saved_by: "tests".into(),
        created_at: ctx.clock.now_ms(),
        chosen_at: None,
    };
    let finding = Finding::new("", "place_unknown", "no such place").ja("ありません");
    let found = json!([{"cell": "C3", "column": "所在地の市区町村", "path": finding.path,
                        "level": finding.level, "code": finding.code, "message": finding.message,
                        "message_ja": finding.message_ja}]);
    let line = |number, state: &str| BulkLine {
        bulk_id: id,
        number,
        corporate_number,
        state: state.into(),
        office_name: submission.offices[0].name.clone(),
        body: serde_json::to_string(submission).ok(),
        cells: json!(["変更届出", "<b>"]).to_string(),
        findings: if state == "bad" { found.to_string() } else { "[]".into() },
        filing_id: None,
        draft_id: None,
    };
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.insert_bulk(&row, &[line(2, "good"), line(3, "bad")]).await.expect("an upload");
    tx.commit().await.expect("a commit");
    id
}

/// An erasure that waits for approval.
pub(crate) const ERASURE: &str = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3e";

pub(crate) async fn erasure(ctx: &Context) {
    let row = ErasureRow {
        id: ERASURE.parse().expect("an id"),
        state: ErasureState::Proposed,
        filing_id: None,
        corporate_number: operator_number(),
        filings: 62,
        done: 0,
        kept: 0,
        reached_at: None,
        reached_id: None,
        why: "廃業 <b>".into(),
        made_at: ctx.clock.now_ms(),
        made_by: "tests".into(),
        made_name: "tests".into(),
        approved_at: None,
        approved_by: None,
        approved_name: None,
        ended_at: None,
    };
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.insert_erasure(&row).await.expect("an erasure");
    tx.commit().await.expect("a commit");
}

/// A redrive of what was refused for good, that nobody has started.
pub(crate) async fn redrive(ctx: &Context) -> Uuid {
    let choice = Choice { cause: Some("http_410".into()), ..Choice::default() };
    let staff = Actor { person: "tests".into(), name: "tests".into() };
    hub::operate::redrive::preview(ctx, &choice, &staff).await.expect("a preview").id
}

/// Somebody's proposal of how Sapporo is reached.
pub(crate) const PROPOSAL: &str = "01932c07-209c-7a36-8d4f-7c1f4d1c2b4a";

pub(crate) async fn proposal(ctx: &Context) {
    let row = ProposalRow {
        id: PROPOSAL.parse().expect("an id"),
        authority: AUTHORITY.parse().expect("a code"),
        state: ProposalState::Proposed,
        ladder: r#"[{"channel":"pull"}]"#.into(),
        shown: r#"[{"channel":"pull"}]"#.into(),
        was: r#"[{"channel":"pull"}]"#.into(),
        why: "試験".into(),
        by_whom: "authority".into(),
        person: "key:somebody".into(),
        name: "somebody".into(),
        at: ctx.clock.now_ms(),
        decided_at: None,
        decided_by: None,
        decided_name: None,
        decided_why: None,
    };
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.insert_proposal(&row).await.expect("a proposal");
    tx.commit().await.expect("a commit");
}

pub(crate) fn operator_number() -> CorporateNumber {
    schemas::codes::corporate_number_of(100_001_234_567)
}

fn office(name: &str, municipality: &str, service: &str) -> serde_json::Value {
    json!({"name": name, "municipality": municipality, "services": [{"service": service}]})
}

const PLACES: [&str; 12] = [
    "011002", "012033", "041009", "131016", "131041", "141003", "231002", "261009", "271004",
    "281000", "401307", "472018",
];

pub(crate) fn submission(number: usize) -> Submission {
    let kinds = [FilingKind::Designation, FilingKind::Renewal, FilingKind::Change];
    let (kind, place) = (kinds[number % kinds.len()], PLACES[number % PLACES.len()]);
    let name = format!("ケアステーション第{}<b>&amp;", number + 1);
    let service = if number.is_multiple_of(2) { "78" } else { "11" };
    serde_json::from_value(json!({
        "kind": kind, "corporate_number": operator_number(),
        "operator_name": "社会福祉法人 ひだまり会", "offices": [office(&name, place, service)],
    }))
    .expect("a submission")
}

pub(crate) fn one_stop() -> Submission {
    let master = routing::Master::embedded().expect("the master");
    let cities = master.authorities().iter().filter(|row| row.class == routing::Class::City);
    let offices: Vec<_> =
        cities.step_by(5).map(|row| office(&row.name, row.code.as_str(), "78")).collect();
    serde_json::from_value(json!({
        "kind": FilingKind::Change, "corporate_number": operator_number(), "one_stop": true,
        "operator_name": "株式会社 全国ケアネットワーク", "offices": offices,
    }))
    .expect("a submission")
}

pub(crate) fn filing(id: FilingId, submission: &Submission, received_at: i64) -> FilingRow {
    FilingRow {
        id,
        receipt_number: id.receipt_number(),
        corporate_number: submission.corporate_number,
        operator_name: submission.operator_name.clone(),
        kind: submission.kind,
        office_name: submission.offices[0].name.clone(),
        received_at,
        revision: 1,
        withdrawn_at: None,
        event_seq: 0,
        event_head: String::new(),
    }
}

pub(crate) fn revision(
    filing_id: FilingId,
    document: String,
    plan: &routing::Plan,
    at: i64,
) -> RevisionRow {
    RevisionRow {
        filing_id,
        revision: 1,
        action: "submit".into(),
        received_at: at,
        corporate_number: operator_number(),
        idempotency_key: filing_id.to_string(),
        document,
        document_sha256: "00".repeat(32),
        only_authorities: None,
        routed_at: Some(at + 40),
        plan: serde_json::to_string(plan).ok(),
        problem: None,
        trace: TRACE.parse().ok(),
    }
}

pub(crate) fn why(code: &str, owner: Owner) -> Why {
    let mut why = Why::new(code, owner, "the far side said no; look at its answer");
    if let Some(status) = code.strip_prefix("http_") {
        let reason = if status == "410" { "Gone" } else { "Service Unavailable" };
        let body = "<h1>maintenance</h1>".to_owned();
        why.response = Some(schemas::Response { status: format!("{status} {reason}"), body });
    }
    why
}

/// As the router words it.
pub(crate) fn held() -> Why {
    let sentence = "システムの利用準備が済んでいない。書面(郵送または窓口)で提出してください。\
                    (not ready: not_prepared; file by: paper)";
    Why::new("authority_not_prepared", Owner::Authority, sentence)
}

/// What the last try of a delivery came to, if there was one.
pub(crate) fn outcome(delivery: &Delivery) -> Option<Outcome> {
    match &delivery.state {
        State::Delivered { .. } => {
            let evidence = json!({"status": "201 Created", "body": "{\"stored\":true}"});
            Some(Outcome::Delivered { proof: Proof { level: ProofLevel::Stored, evidence } })
        }
        State::Waiting { why, .. } => {
            Some(Outcome::Deferred { why: why.clone(), not_before: None })
        }
        State::Failed { why } => Some(Outcome::Refused { why: why.clone() }),
        State::Due | State::Sending { .. } | State::Held { .. } | State::Cancelled => None,
    }
}

pub(crate) fn attempt(delivery: &Delivery, outcome: &Outcome) -> AttemptRow {
    AttemptRow {
        delivery_id: delivery.id,
        number: 1,
        channel: delivery.channel.expect("a channel"),
        started_at: delivery.created_at + 50,
        finished_at: delivery.created_at + 1_200,
        outcome: outcome.as_str().to_owned(),
        detail: serde_json::to_string(outcome).expect("a text"),
        trace: TRACE.parse().ok(),
    }
}

pub(crate) fn attempt_event(delivery: &Delivery, outcome: &Outcome) -> NewEvent {
    let mut body = json!({
        "delivery": delivery.id, "authority": delivery.authority, "channel": delivery.channel,
        "attempt": 1, "state": delivery.state.as_str(),
    });
    let kind = match outcome {
        Outcome::Delivered { proof } => {
            body["proof"] = json!(proof);
            "delivery.delivered"
        }
        Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
            body["code"] = json!(why.code);
            body["outcome"] = json!(outcome.as_str());
            "delivery.attempted"
        }
    };
    NewEvent::new(delivery.filing_id, kind, body)
}

pub(crate) fn verdict(review: Review) -> Option<Verdict> {
    match review {
        Review::Accepted => Some(Verdict::Accepted),
        Review::Returned => Some(Verdict::Returned),
        Review::Unopened | Review::Opened | Review::Withdrawn => None,
    }
}

pub(crate) fn decision(delivery: &Delivery, verdict: Verdict) -> DecisionRow {
    DecisionRow {
        delivery_id: delivery.id,
        verdict,
        comment: "運営規程の写しを添付してください。".into(),
        files: "[]".into(),
        marks: "[]".into(),
        source: "api".into(),
        decided_at: delivery.created_at + 60_000,
    }
}

fn draft_row(id: uuid::Uuid, submission: &Submission, now: i64) -> DraftRow {
    DraftRow {
        id,
        corporate_number: submission.corporate_number,
        version: 1,
        kind: submission.kind,
        office_name: submission.offices[0].name.clone(),
        body: serde_json::to_string(&submission).expect("a text"),
        saved_by: "tests".into(),
        corrects: None,
        filed_as: None,
        created_at: now,
        saved_at: now,
    }
}

/// A draft with one form in which nothing is written, and a file on its way that has its id.
pub(crate) async fn draft(ctx: &Context, submission: &Submission) -> uuid::Uuid {
    let form = json!({"forms": [{"form": "s1-change", "version": "2024-10-01", "fields": {}}]});
    let submission = Submission { form, ..submission.clone() };
    let (id, now) = (ctx.clock.id(), ctx.clock.now_ms());
    let row = draft_row(id, &submission, now);
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.insert_draft(&row).await.expect("a draft");
    let upload = UploadRow {
        id,
        draft_id: id,
        corporate_number: row.corporate_number,
        file_name: "平面図.pdf".into(),
        media_type: "application/pdf".into(),
        size: 8,
        modified_at: now,
        received: 0,
        added_as: None,
        touched_at: now,
    };
    tx.begin_upload(&upload, 1).await.expect("a store").expect("an upload");
    tx.commit().await.expect("a commit");
    id
}

/// Where the link leads that an operator asked for, to another address for its notices.
pub(crate) async fn address_link(ctx: &Context, of: &Submission) -> String {
    let by = By { operator: of.corporate_number, person: "tests", name: "tests" };
    let id = addresses::ask(ctx, by, "tests@todoke.example").await.expect("an address");
    let link = addresses::link(ctx, id);
    link[ctx.config.http.public_url.len()..].to_owned()
}

/// The newest that arrived at Sapporo, and the newest that arrived in Tokyo.
pub(crate) async fn deliveries_of_two(ctx: &Context) -> [DeliveryId; 2] {
    let mut found = Vec::new();
    for code in [AUTHORITY, "131041"] {
        let authority = Some(code.parse().expect("a code"));
        let state = Some("delivered".to_owned());
        let filter = Filter { authority, state, limit: 1, ..Filter::default() };
        let rows = ctx.store.list_deliveries(&filter).await.expect("a store");
        found.push(rows.first().expect("one that arrived").id);
    }
    [found[0], found[1]]
}

pub(crate) async fn keys(ctx: &Context) -> [String; 3] {
    let authority = Scope::Authority(AUTHORITY.parse().expect("a code"));
    let scopes = [Scope::Operations, Scope::Operator(operator_number()), authority];
    let made = scopes.map(|scope| new_key(&ctx.clock, scope, "tests"));
    let rows: Vec<_> = made.iter().map(|(_, row)| row.clone()).collect();
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.insert_api_keys(&rows).await.expect("keys");
    tx.commit().await.expect("a commit");
    made.map(|(key, _)| key)
}
