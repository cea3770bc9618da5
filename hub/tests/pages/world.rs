//! A hub with a store full of filings in every state, and its pages on a loopback port.

use std::sync::Arc;
use std::time::Duration;

use hub::clock::Clock;
use hub::config::Config;
use hub::context::{Context, day_in_japan};
use hub::delivery::{Delivery, Review, State};
use hub::intake::intake;
use hub::lane::{Breaker, Lane};
use hub::review::Reviewer;
use hub::store::{
    AttemptRow, DeadLetterRow, DecisionRow, FilingRow, NewEvent, NoticeRow, RevisionRow, Tx,
};
use hub::web::access::{Access, Scope, new_key};
use hub::{app, web};
use reqwest::{Client, RequestBuilder};
use schemas::{
    AuthorityId, Channel, CorporateNumber, DeliveryId, FilingId, FilingKind, NoticeId, Outcome,
    Owner, Proof, ProofLevel, Submission, Verdict, Why,
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A hub that serves its pages; its stages do not run, so that nothing moves.
pub(crate) struct World {
    pub(crate) ctx: Arc<Context>,
    pub(crate) address: String,
    pub(crate) filings: Vec<FilingId>,
    /// A filing to more than a hundred authorities.
    pub(crate) one_stop: FilingId,
    /// A delivery that failed.
    pub(crate) failed: DeliveryId,
    /// Deliveries of all filings.
    pub(crate) deliveries: usize,
    pub(crate) operations_key: String,
    pub(crate) operator_key: String,
    client: Client,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new(open_pages: bool) -> Self {
        Self::listening("127.0.0.1:0", open_pages).await
    }

    pub(crate) async fn listening(listen: &str, open_pages: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind(listen).await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let mut config = Config::load(None).expect("the defaults");
        config.data.folder = folder.path().to_owned();
        config.http.open_pages = open_pages;
        config.http.public_url.clone_from(&address);
        config.store.url = format!("sqlite:{}", folder.path().join("pages.db").display());
        config.mail.url = format!("spool:{}", folder.path().join("mail").display());
        let start = "2026-07-15T00:00:00Z".parse().expect("a time");
        let clock = Arc::new(Clock::manual(start, 7));
        let stop = CancellationToken::new();
        let (ctx, _) = app::open(config, clock, stop).await.expect("the engines");
        let mut filler = Filler { ctx: &ctx, all: Vec::new(), failed: None };
        let mut filings = Vec::new();
        for number in 0..60 {
            filings.push(filler.filing(number, &submission(number)).await);
        }
        let one_stop = filler.filing(60, &one_stop()).await;
        filler.lanes().await;
        let (deliveries, failed) = (filler.all.len(), filler.failed.expect("one failed"));
        let (operations_key, operator_key) = keys(&ctx).await;
        serve(&ctx, listener);
        // Redirects are looked at, not followed.
        let client = Client::builder().redirect(reqwest::redirect::Policy::none());
        let client = client.build().expect("a client");
        Self {
            ctx,
            address,
            filings,
            one_stop,
            failed,
            deliveries,
            operations_key,
            operator_key,
            client,
            _folder: folder,
        }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }
}

fn serve(ctx: &Arc<Context>, listener: TcpListener) {
    let (intake, _) = intake(ctx);
    let desk = Arc::new(web::Desk {
        ctx: Arc::clone(ctx),
        intake,
        reviewer: Reviewer::new(Arc::clone(ctx)),
        access: Access::default(),
    });
    tokio::spawn(async move { axum::serve(listener, web::routes(desk)).await });
}

async fn keys(ctx: &Context) -> (String, String) {
    let (operations, first) = new_key(&ctx.clock, Scope::Operations, "tests");
    let (operator, second) = new_key(&ctx.clock, Scope::Operator(operator_number()), "tests");
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.insert_api_keys(&[first, second]).await.expect("two keys");
    tx.commit().await.expect("a commit");
    (operations, operator)
}

fn operator_number() -> CorporateNumber {
    schemas::codes::corporate_number_of(100_001_234_567)
}

fn office(name: &str, municipality: &str, service: &str) -> serde_json::Value {
    json!({"name": name, "municipality": municipality, "services": [{"service": service}]})
}

const PLACES: [&str; 12] = [
    "011002", "012033", "041009", "131016", "131041", "141003", "231002", "261009", "271004",
    "281000", "401307", "472018",
];

fn submission(number: usize) -> Submission {
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

fn one_stop() -> Submission {
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

/// Fills the store as the stages would.
struct Filler<'a> {
    ctx: &'a Context,
    all: Vec<DeliveryId>,
    failed: Option<DeliveryId>,
}

impl Filler<'_> {
    fn pass(&self, seconds: u64) -> i64 {
        self.ctx.clock.advance(Duration::from_secs(seconds));
        self.ctx.clock.now_ms()
    }

    async fn filing(&mut self, number: usize, submission: &Submission) -> FilingId {
        let now = self.pass(97);
        let id = FilingId(self.ctx.clock.id());
        let plan = routing::plan(&self.ctx.master, submission, day_in_japan(now)).expect("a plan");
        let mut tx = self.ctx.store.begin().await.expect("a store");
        let document = serde_json::to_string(submission).expect("a text");
        let revision = revision(id, document, &plan, now);
        let received = json!({"revision": 1, "corporate_number": operator_number()});
        let received = NewEvent::new(id, "filing.received", received);
        let withdrawn_at = (number == 5).then_some(now + 60_000);
        let mut filing = filing(id, submission, now);
        filing.withdrawn_at = withdrawn_at;
        let filings = std::slice::from_mut(&mut filing);
        tx.insert_filings(filings, &[revision], &[received]).await.expect("a filing");
        // Number 7 is not planned yet.
        let targets = if number == 7 { &[][..] } else { &plan.targets };
        let mut deliveries = Vec::new();
        for (place, target) in targets.iter().enumerate() {
            let mut delivery = self.delivery(id, target, now);
            self.settle(&mut delivery, number, place);
            deliveries.push(delivery);
        }
        tx.insert_deliveries(&deliveries).await.expect("deliveries");
        self.tell(&mut tx, id, &deliveries).await;
        tx.insert_notices(&[self.notice(id, number)]).await.expect("a notice");
        tx.commit().await.expect("a commit");
        id
    }

    fn delivery(&self, filing_id: FilingId, target: &routing::Target, now: i64) -> Delivery {
        let channel = Channel::ALL[target.authority.as_str().as_bytes()[4] as usize % 4];
        Delivery {
            id: DeliveryId(self.ctx.clock.id()),
            filing_id,
            revision: 1,
            authority: target.authority,
            channel: Some(channel),
            ladder_step: 0,
            state: State::Due,
            review: Review::Unopened,
            turn: 1,
            tries: 1,
            attempts: 1,
            postponed: 0,
            proof: None,
            second_copy: false,
            package_sha256: Some("c0ffee".repeat(10)),
            rule: target.rule.as_str().to_owned(),
            article: target.article.clone(),
            created_at: now,
            channel_since: now,
            decided_at: None,
            updated_at: now,
        }
    }

    fn settle(&mut self, delivery: &mut Delivery, number: usize, place: usize) {
        let now = delivery.created_at;
        self.all.push(delivery.id);
        let waiting = |code: &str, after: i64| State::Waiting {
            next_attempt_at: now + after,
            why: why(code, Owner::Authority),
        };
        delivery.state = match (number + place) % 20 {
            5 if number == 5 => State::Cancelled,
            1 => State::Due,
            2 => State::Sending { lease_until: now + 900_000, lease_owner: "courier-1".into() },
            3 => waiting("http_503", 60_000),
            4 => waiting("breaker_open", 5_400_000),
            6 => State::Held { why: held() },
            8 => {
                self.failed = self.failed.or(Some(delivery.id));
                State::Failed { why: why("http_410", Owner::Authority) }
            }
            _ => State::Delivered { at: now + 1_200 },
        };
        let delivered = matches!(delivery.state, State::Delivered { .. });
        if delivered {
            delivery.proof = Some(ProofLevel::Stored);
            delivery.review = match number % 12 {
                0 => Review::Accepted,
                10 => Review::Opened,
                11 if number < 40 => Review::Returned,
                _ => Review::Unopened,
            };
        }
    }

    async fn tell(&self, tx: &mut Tx, id: FilingId, deliveries: &[Delivery]) {
        let targets: Vec<_> = deliveries
            .iter()
            .map(|d| json!({"authority": d.authority, "state": d.state.as_str()}))
            .collect();
        let planned = json!({"revision": 1, "deliveries": targets, "problem": null});
        let mut events = vec![NewEvent::new(id, "filing.planned", planned)];
        let mut attempts = Vec::new();
        for delivery in deliveries {
            let Some(outcome) = outcome(delivery) else { continue };
            events.push(attempt_event(delivery, &outcome));
            attempts.push(attempt(delivery, &outcome));
            if let Some(verdict) = verdict(delivery.review) {
                let decision = decision(delivery, verdict);
                tx.insert_decision(&decision).await.expect("a decision");
                let body = json!({"delivery": delivery.id, "authority": delivery.authority,
                                  "verdict": verdict});
                events.push(NewEvent::new(id, "decision.made", body));
            }
        }
        let sent = json!({"kind": "received", "state": "sent"});
        events.push(NewEvent::new(id, "notice.sent", sent));
        self.pass(2);
        tx.insert_attempts(&attempts).await.expect("attempts");
        tx.append(&events).await.expect("events");
    }

    fn notice(&self, filing_id: FilingId, number: usize) -> NoticeRow {
        let now = self.ctx.clock.now_ms();
        let sent = !number.is_multiple_of(15);
        NoticeRow {
            id: NoticeId(self.ctx.clock.id()),
            filing_id,
            delivery_id: None,
            kind: "received".into(),
            recipient: "kaigo@hidamari.example".into(),
            state: if sent { "sent" } else { "due" }.into(),
            turn: 1,
            tries: i32::from(sent),
            next_attempt_at: None,
            lease_until: None,
            why: None,
            created_at: now,
            sent_at: sent.then_some(now),
            updated_at: now,
        }
    }

    async fn lanes(&self) {
        let now = self.pass(30);
        let lane = |code: &str, channel| {
            let authority: AuthorityId = code.parse().expect("a code");
            Lane { updated_at: now, ..Lane::fresh(authority, channel) }
        };
        let dead = Lane {
            breaker: Breaker::Open,
            failures: 12,
            openings: 3,
            open_until: Some(now + 240_000),
            last_error: Some("http_503".into()),
            ..lane("011002", Channel::Api)
        };
        let paused = Lane {
            paused_at: Some(now),
            paused_why: Some("夜間保守".into()),
            ..lane("131016", Channel::Sftp)
        };
        let probing = Lane {
            breaker: Breaker::HalfOpen,
            failures: 5,
            last_error: Some("connect_timeout".into()),
            ..lane("271004", Channel::Email)
        };
        let letter = DeadLetterRow {
            id: self.ctx.clock.id(),
            queue: "todoke.router".into(),
            reason: "no schema has this fingerprint".into(),
            body: "deadbeef".repeat(60),
            at: now,
        };
        let mut tx = self.ctx.store.begin().await.expect("a store");
        let healthy = lane("141003", Channel::Api);
        tx.save_lanes(&[dead, paused, probing, healthy]).await.expect("lanes");
        tx.insert_dead_letters(&[letter]).await.expect("a dead letter");
        tx.commit().await.expect("a commit");
    }
}

fn filing(id: FilingId, submission: &Submission, received_at: i64) -> FilingRow {
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

fn revision(filing_id: FilingId, document: String, plan: &routing::Plan, at: i64) -> RevisionRow {
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
    }
}

fn why(code: &str, owner: Owner) -> Why {
    let mut why = Why::new(code, owner, "the far side said no; look at its answer");
    if let Some(status) = code.strip_prefix("http_") {
        let reason = if status == "410" { "Gone" } else { "Service Unavailable" };
        let body = "<h1>maintenance</h1>".to_owned();
        why.response = Some(schemas::Response { status: format!("{status} {reason}"), body });
    }
    why
}

/// As the router words it.
fn held() -> Why {
    let sentence = "システムの利用準備が済んでいない。書面(郵送または窓口)で提出してください。\
                    (not ready: not_prepared; file by: paper)";
    Why::new("authority_not_prepared", Owner::Authority, sentence)
}

/// What the last try of a delivery came to, if there was one.
fn outcome(delivery: &Delivery) -> Option<Outcome> {
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

fn attempt(delivery: &Delivery, outcome: &Outcome) -> AttemptRow {
    AttemptRow {
        delivery_id: delivery.id,
        number: 1,
        channel: delivery.channel.expect("a channel"),
        started_at: delivery.created_at + 50,
        finished_at: delivery.created_at + 1_200,
        outcome: outcome.as_str().to_owned(),
        detail: serde_json::to_string(outcome).expect("a text"),
    }
}

fn attempt_event(delivery: &Delivery, outcome: &Outcome) -> NewEvent {
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

fn verdict(review: Review) -> Option<Verdict> {
    match review {
        Review::Accepted => Some(Verdict::Accepted),
        Review::Returned => Some(Verdict::Returned),
        Review::Unopened | Review::Opened | Review::Withdrawn => None,
    }
}

fn decision(delivery: &Delivery, verdict: Verdict) -> DecisionRow {
    DecisionRow {
        delivery_id: delivery.id,
        verdict,
        comment: "運営規程の写しを添付してください。".into(),
        files: "[]".into(),
        source: "api".into(),
        decided_at: delivery.created_at + 60_000,
    }
}
