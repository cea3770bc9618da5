//! A filing with forms and papers at the authority whose key the world has, and its corrections.

use bytes::Bytes;
use hub::context::{Context, day_in_japan};
use hub::delivery::{Delivery, Review, State};
use hub::store::{NewEvent, RevisionRow};
use schemas::forms::{Sheet, sheets};
use schemas::{Attachment, DeliveryId, FilingId, FilingKind, ServiceCode, Submission};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::rows;
use crate::world::AUTHORITY;

/// The paper's name.
pub(crate) const PAPER: &str = "運営規程 (改正後).pdf";
/// What stands in it.
pub(crate) const PAPER_TEXT: &[u8] = b"%PDF-1.4\n%%EOF\n";

/// A change notice of a community day care centre, filled in as its forms ask.
pub(crate) fn change(ctx: &Context) -> Submission {
    let service: ServiceCode = "78".parse().expect("a code");
    let day = day_in_japan(ctx.clock.now_ms());
    let mut filing = Submission {
        kind: FilingKind::Change,
        offices: serde_json::from_value(
            json!([{"name": "みどりデイ<b>", "municipality": AUTHORITY,
            "services": [{"service": service}]}]),
        )
        .expect("an office"),
        attachments: vec![paper(PAPER, "application/pdf", PAPER_TEXT)],
        ..rows::submission(2)
    };
    let forms = ctx.forms.used_for(FilingKind::Change, service, day);
    let sheet = |form: &schemas::forms::Form| {
        let mut fields = form.sample(day, &mut |_| 0);
        filing.sign(&mut fields);
        let version = Some(form.version.clone());
        Sheet { form: form.id.clone(), version, office: None, service: None, fields }
    };
    let sheets: Vec<Sheet> = forms.map(sheet).collect();
    filing.form = json!({"forms": sheets, "checklist": {"operating_rules": PAPER}});
    filing
}

/// The place of a change notice's main form among its sheets.
pub(crate) fn main_form(filing: &Submission) -> usize {
    let all = sheets(&filing.form).expect("sheets");
    all.iter().position(|sheet| sheet.fields.get("before").is_some()).expect("a main form")
}

/// A value of the main form.
pub(crate) fn field<'a>(filing: &'a mut Submission, path: &str) -> &'a mut Value {
    let path = format!("/forms/{}/fields{path}", main_form(filing));
    filing.form.pointer_mut(&path).expect("a field")
}

pub(crate) fn paper(name: &str, media_type: &str, bytes: &[u8]) -> Attachment {
    Attachment {
        name: name.to_owned(),
        sha256: hex::encode(Sha256::digest(bytes)),
        size: bytes.len() as u64,
        media_type: media_type.to_owned(),
    }
}

/// Keeps a paper's bytes.
pub(crate) async fn keep(ctx: &Context, bytes: &'static [u8]) {
    let stream = futures::stream::iter([Ok::<_, String>(Bytes::from_static(bytes))]);
    ctx.objects.put(stream, &ctx.clock.id().to_string(), 1 << 20).await.expect("an object");
}

/// Files it; it has just arrived, and nobody has looked.
pub(crate) async fn filed(ctx: &Context, filing: &Submission) -> DeliveryId {
    filed_to(ctx, filing, AUTHORITY).await
}

/// The same at another authority.
pub(crate) async fn filed_to(ctx: &Context, filing: &Submission, to: &str) -> DeliveryId {
    let now = ctx.clock.now_ms();
    let id = FilingId(ctx.clock.id());
    let plan = routing::plan(&ctx.master(), filing, day_in_japan(now)).expect("a plan");
    let document = serde_json::to_string(filing).expect("a text");
    let revision = rows::revision(id, document, &plan, now);
    let event = NewEvent::new(id, "filing.received", json!({"revision": 1}));
    let mut row = [rows::filing(id, filing, now)];
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.insert_filings(&mut row, &[revision], &[event]).await.expect("a filing");
    let delivery = arrived(ctx, (id, 1), to);
    tx.insert_deliveries(std::slice::from_ref(&delivery), |_| None).await.expect("a delivery");
    tx.commit().await.expect("a commit");
    delivery.id
}

/// The next revision of what was filed, at the same authority.
pub(crate) async fn revised(
    ctx: &Context,
    before: DeliveryId,
    (action, filing): (&str, &Submission),
) -> DeliveryId {
    let before = ctx.store.delivery(before).await.expect("a store").expect("a delivery");
    let id = before.filing_id;
    let former = ctx.store.revisions(id).await.expect("a store").pop().expect("a revision");
    let number = former.revision + 1;
    let revision = RevisionRow {
        revision: number,
        action: action.to_owned(),
        document: serde_json::to_string(filing).expect("a text"),
        received_at: ctx.clock.now_ms(),
        idempotency_key: format!("{id} {number}"),
        only_authorities: Some(AUTHORITY.to_owned()),
        ..former
    };
    let delivery = arrived(ctx, (id, number), AUTHORITY);
    let mut tx = ctx.store.begin().await.expect("a store");
    let mut row = tx.lock_filing(id).await.expect("a store").expect("a filing");
    row.revision = number;
    row.withdrawn_at = (action == "withdraw").then(|| ctx.clock.now_ms());
    tx.insert_revision(&revision).await.expect("a revision");
    tx.save_filing(&row).await.expect("a filing");
    tx.insert_deliveries(std::slice::from_ref(&delivery), |_| None).await.expect("a delivery");
    tx.commit().await.expect("a commit");
    delivery.id
}

fn arrived(ctx: &Context, (filing_id, revision): (FilingId, i32), to: &str) -> Delivery {
    let now = ctx.clock.now_ms();
    Delivery {
        id: DeliveryId(ctx.clock.id()),
        filing_id,
        revision,
        authority: to.parse().expect("a code"),
        channel: Some(schemas::Channel::Pull),
        ladder_step: 0,
        state: State::Delivered { at: now },
        review: Review::Unopened,
        turn: 1,
        tries: 1,
        attempts: 1,
        postponed: 0,
        faults: 0,
        proof: None,
        second_copy: false,
        package_sha256: None,
        rule: "municipal_location".into(),
        article: "法第78条の2".into(),
        created_at: now,
        channel_since: now,
        decided_at: None,
        updated_at: now,
        trace: None,
    }
}
