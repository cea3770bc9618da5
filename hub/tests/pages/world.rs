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
use hub::store::{DeadLetterRow, NewEvent, NoticeRow, Tx};
use hub::web::access::Access;
use hub::web::demo::Door;
use hub::{app, web};
use reqwest::{Client, RequestBuilder, redirect};
use schemas::codes::corporate_number_of;
use schemas::{
    AuthorityId, Channel, DeliveryId, FilingId, NoticeId, Owner, ProofLevel, Submission,
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::rows::{
    TRACE, address_link, attempt, attempt_event, bulk, decision, deliveries_of_two, draft, erasure,
    filing, held, keys, narrow, one_stop, operator_number, outcome, proposal, redrive, revision,
    submission, verdict, why,
};
use crate::{archive, cases};

/// Sapporo: whose key the world has.
pub(crate) const AUTHORITY: &str = "011002";

/// A message that could not be worked on.
pub(crate) const DEAD_LETTER: &str = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3d";

/// A hub that serves its pages; its stages do not run, so that nothing moves.
pub(crate) struct World {
    pub(crate) ctx: Arc<Context>,
    pub(crate) address: String,
    pub(crate) filings: Vec<FilingId>,
    /// A filing to more than a hundred authorities.
    pub(crate) one_stop: FilingId,
    /// A delivery that failed.
    pub(crate) failed: DeliveryId,
    /// A redrive that nobody has started, with that delivery in it.
    pub(crate) redrive: Uuid,
    /// Deliveries of all filings.
    pub(crate) deliveries: usize,
    /// A delivery to the authority whose key the world has, and one to another.
    pub(crate) own_delivery: DeliveryId,
    pub(crate) foreign_delivery: DeliveryId,
    /// One with forms and a file, that nobody has opened.
    pub(crate) readable: DeliveryId,
    /// Another operator's filing.
    pub(crate) foreign_filing: FilingId,
    /// A draft, and an upload of many, of the operator whose key the world has, and of another.
    pub(crate) own_draft: Uuid,
    pub(crate) foreign_draft: Uuid,
    pub(crate) own_bulk: Uuid,
    pub(crate) foreign_bulk: Uuid,
    /// The links to an address that the operator, and another, asked for.
    pub(crate) links: [String; 2],
    pub(crate) operations_key: String,
    pub(crate) operator_key: String,
    pub(crate) authority_key: String,
    client: Client,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new(open_pages: bool) -> Self {
        Self::listening("127.0.0.1:0", open_pages, None).await
    }

    /// The demo environment.
    pub(crate) async fn behind(door: Door) -> Self {
        Self::listening("127.0.0.1:0", true, Some(door)).await
    }

    /// One whose public URL is this, where it is not empty.
    pub(crate) async fn reached_by(url: &str) -> Self {
        Self::made(("127.0.0.1:0", url), false, None).await
    }

    pub(crate) async fn listening(listen: &str, open_pages: bool, door: Option<Door>) -> Self {
        Self::made((listen, ""), open_pages, door).await
    }

    async fn made((listen, url): (&str, &str), open_pages: bool, door: Option<Door>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind(listen).await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let mut config = Config::load(None).expect("the defaults");
        config.data.folder = folder.path().to_owned();
        config.http.open_pages = open_pages;
        // Webhooks of these tests lead to this machine.
        config.endpoints.allow_private_addresses = true;
        config.http.public_url = if url.is_empty() { address.clone() } else { url.to_owned() };
        if config.store.url.starts_with("sqlite:") {
            config.store.url = format!("sqlite:{}", folder.path().join("pages.db").display());
        }
        narrow(&mut config, folder.path());
        config.mail.url = format!("spool:{}", folder.path().join("mail").display());
        let start = "2026-07-15T00:00:00Z".parse().expect("a time");
        let clock = Arc::new(Clock::manual(start, 7));
        let stop = CancellationToken::new();
        let (ctx, _) =
            app::open(config, clock, stop, &app::Patience::default()).await.expect("the engines");
        let mut filler = Filler { ctx: &ctx, all: Vec::new(), failed: None };
        let mut filings = Vec::new();
        for number in 0..60 {
            filings.push(filler.filing(number, &submission(number)).await);
        }
        let one_stop = filler.filing(60, &one_stop()).await;
        let others = Submission { corporate_number: corporate_number_of(2), ..submission(61) };
        let foreign_filing = filler.filing(61, &others).await;
        filings.push(foreign_filing);
        filler.lanes().await;
        // One more is made below.
        let (deliveries, failed) = (filler.all.len() + 1, filler.failed.expect("one failed"));
        let own = submission(2);
        let [own_draft, foreign_draft] = [draft(&ctx, &own).await, draft(&ctx, &others).await];
        let [own_bulk, foreign_bulk] = [bulk(&ctx, &own).await, bulk(&ctx, &others).await];
        let links = [address_link(&ctx, &own).await, address_link(&ctx, &others).await];
        let [operations_key, operator_key, authority_key] = keys(&ctx).await;
        let redrive = redrive(&ctx).await;
        proposal(&ctx).await;
        erasure(&ctx).await;
        serve(&ctx, listener, door);
        let [own_delivery, foreign_delivery] = deliveries_of_two(&ctx).await;
        cases::keep(&ctx, cases::PAPER_TEXT).await;
        archive::give_out(&ctx).await;
        let readable = cases::filed(&ctx, &cases::change(&ctx)).await;
        let row = ctx.store.delivery(readable).await.expect("a store").expect("a delivery");
        filings.push(row.filing_id);
        // Redirects are looked at, not followed.
        let client = Client::builder().redirect(redirect::Policy::none()).build().expect("one");
        Self {
            ctx,
            address,
            filings,
            one_stop,
            failed,
            redrive,
            deliveries,
            own_delivery,
            foreign_delivery,
            readable,
            foreign_filing,
            own_draft,
            foreign_draft,
            own_bulk,
            foreign_bulk,
            links,
            operations_key,
            operator_key,
            authority_key,
            client,
            _folder: folder,
        }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    /// Every authority accepts a filing.
    pub(crate) async fn accept(&self, id: FilingId) {
        let revision = self.ctx.store.revisions(id).await.expect("a store").remove(0);
        let submission = serde_json::from_str(&revision.document).expect("a submission");
        let now = self.ctx.clock.now_ms();
        let plan =
            routing::plan(&self.ctx.master(), &submission, day_in_japan(now)).expect("a plan");
        let filler = Filler { ctx: &self.ctx, all: Vec::new(), failed: None };
        let accepted = |target| Delivery {
            state: State::Delivered { at: now },
            review: Review::Accepted,
            ..filler.delivery(id, target, now)
        };
        let deliveries: Vec<_> = plan.targets.iter().map(accepted).collect();
        let mut tx = self.ctx.store.begin().await.expect("a store");
        tx.insert_deliveries(&deliveries, |_| None).await.expect("deliveries");
        tx.commit().await.expect("a commit");
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }
}

pub(crate) fn serve(ctx: &Arc<Context>, listener: TcpListener, door: Option<Door>) {
    let (intake, taking) = intake(ctx);
    tokio::spawn(taking.run());
    let desk = Arc::new(web::Desk {
        ctx: Arc::clone(ctx),
        intake,
        reviewer: Reviewer::new(Arc::clone(ctx)),
        access: Access::default(),
        counts: Arc::default(),
        issuers: web::Issuers::default(),
        door,
    });
    tokio::spawn(async move { axum::serve(listener, web::routes(desk)).await });
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
        let plan =
            routing::plan(&self.ctx.master(), submission, day_in_japan(now)).expect("a plan");
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
        tx.insert_deliveries(&deliveries, |_| None).await.expect("deliveries");
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
            faults: 0,
            proof: None,
            second_copy: false,
            package_sha256: Some("c0ffee".repeat(10)),
            rule: target.rule.as_str().to_owned(),
            article: target.article.clone(),
            created_at: now,
            channel_since: now,
            decided_at: None,
            updated_at: now,
            trace: TRACE.parse().ok(),
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
        let target = |d: &Delivery| json!({"authority": d.authority, "state": d.state.as_str()});
        let targets: Vec<_> = deliveries.iter().map(target).collect();
        let planned = json!({"revision": 1, "deliveries": targets});
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
            trace: None,
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
            id: DEAD_LETTER.parse().expect("an id"),
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
