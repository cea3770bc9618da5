//! The demo environment: the whole hub, all authorities with a far side each, operators who file
//! and authorities who answer; at the end, what the far sides hold against what was receipted.
//!
//! `place` is the folder, `cast` the authorities and how they behave, `people`, `filings`, `forms`
//! and `papers` what is filed, `archive` what operations give out, `door` whom a visitor may play.
//! `submit` plays the operators and `answer` the authorities, over the public HTTP interface alone
//! (`hub`); `settle` waits, `compare` reads the far sides (`far`) and `report` tells. Everything
//! random comes from the seed (`chance`).

mod answer;
mod archive;
mod cast;
mod chance;
mod compare;
mod door;
mod far;
mod filings;
mod forms;
mod hub;
mod journal;
mod papers;
mod people;
mod place;
mod progress;
mod report;
mod scene;
mod settings;
mod settle;
mod submit;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use adapters::Endpoint;
use adapters::sandbox::{self, Sandbox};
use anyhow::bail;
use routing::Master;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::Config;
use crate::context::day_in_japan;
use crate::store::{EndpointRow, Filter, OperatorRow, Store};
use crate::web::access::{Scope, new_key};
use cast::Member;
use filings::Writer;
use journal::Journal;
use people::{Operator, operators};
use place::{Marker, Place};
use progress::Progress;
pub use report::Report;
use scene::{Keys, Scene, Tally};

/// Authorities that read a package at once.
const READERS: usize = 16;

/// What a demo is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Filings to submit.
    pub filings: usize,
    /// From which everything random is made.
    pub seed: u64,
    /// The folder that stays; a temporary one without.
    pub data: Option<PathBuf>,
    /// Where to listen; 127.0.0.1:8080 or a free port without.
    pub listen: Option<String>,
    /// Whether progress is shown.
    pub progress: bool,
}

/// A running demo.
pub struct Demo {
    scene: Arc<Scene>,
    app: App,
    progress: Progress,
    people: TaskTracker,
    engines: String,
    place: Place,
}

impl Demo {
    /// Starts the far sides and the hub; nobody files yet.
    pub async fn start(options: Options, config: Config) -> anyhow::Result<Self> {
        app::install_crypto();
        let clock = Arc::new(Clock::system());
        let master = Arc::new(Master::embedded()?);
        let day = day_in_japan(clock.now_ms());
        let wanted = Marker { seed: options.seed, filings: options.filings, day };
        let place = Place::open(options.data.as_deref(), wanted)?;
        let marker = place.marker.clone();
        let members = cast::members(marker.seed, &master, marker.day);
        let sandbox = start_sandbox(&place, &members, &clock).await?;
        let mut config = settings::of_demo(config, &options, &place, sandbox.mail_url());
        if config.package.ledgers.is_empty() {
            config.package.ledgers =
                place.lay_out_ledgers(&cast::ledgers(marker.seed, &members))?;
        }
        let operators = operators(marker.seed);
        let ladders: HashMap<_, _> =
            members.iter().map(|it| (it.code, it.ladder(marker.seed, &sandbox))).collect();
        let keys = furnish(&config, &clock, &place, (&operators, &ladders)).await?;
        place.mark()?;
        let catalogue = crate::forms::open(&config.forms.folder)?;
        let filings = Writer::new((&master, &catalogue), &operators, &marker).all();
        if filings.len() < marker.filings {
            bail!("only {} of {} filings could be made", filings.len(), marker.filings);
        }
        let engines = settings::engines(&config);
        let door = door::of_cast((&master, &operators), &filings, marker.day);
        let unhurried = door.authorities();
        let app = App::start_demo(config, door).await?;
        archive::lay_out(&app.ctx, marker.seed).await?;
        let (returned, returns) = mpsc::unbounded_channel();
        let channels = |ladder: &Vec<Endpoint>| ladder.iter().map(Endpoint::channel).collect();
        let mail_readers = members.iter().filter(|it| it.reads_mail_alone()).map(|it| it.code);
        let scene = Arc::new(Scene {
            hub: hub::Hub::new(format!("http://{}", app.address))?,
            keys,
            filings,
            master,
            sandbox,
            root: place.far_side(),
            journal: Journal::open(&place)?,
            clock,
            ladders: ladders.iter().map(|(code, ladder)| (*code, channels(ladder))).collect(),
            mail_readers: mail_readers.collect(),
            unhurried,
            tally: Tally::default(),
            underway: TaskTracker::new(),
            readers: Semaphore::new(READERS),
            returned,
            stop: CancellationToken::new(),
            places: std::sync::Mutex::default(),
            awaited: std::sync::Mutex::default(),
            troubles: std::sync::Mutex::default(),
            marker,
        });
        let progress = Progress::new(scene.filings.len(), options.progress);
        let people = TaskTracker::new();
        people.spawn(submit::correct_all(Arc::clone(&scene), returns));
        Ok(Self { scene, app, progress, people, engines, place })
    }

    /// The address of the pages.
    pub fn page(&self) -> &str {
        &self.app.ctx.config.http.public_url
    }

    /// Lets everyone do their part, until nothing is left to do; then compares.
    pub async fn play(&self) -> anyhow::Result<Report> {
        let scene = &self.scene;
        scene.tally.began_at.store(scene.clock.now_ms(), Ordering::Relaxed);
        self.people.spawn(answer::read_arrivals(Arc::clone(scene)));
        self.people.spawn(answer::fetch_inboxes(Arc::clone(scene)));
        self.people.spawn(submit::submit_all(Arc::clone(scene)));
        let (summary, settled_at) = settle::settle(scene, &self.progress).await?;
        self.progress.clear();
        let findings = compare::compare(scene).await?;
        let mut report = Report::new(scene, &findings, (&summary, settled_at))?;
        self.page().clone_into(&mut report.page);
        report.engines.clone_from(&self.engines);
        report.resumed = self.place.is_resumed;
        Ok(report)
    }

    /// Breaks off what the hub has in hand, once its stop takes too long.
    pub fn break_off(&self) -> CancellationToken {
        self.app.break_off()
    }

    /// Sends everyone home and stops the hub softly.
    pub async fn stop(self) {
        self.progress.clear();
        self.scene.stop.cancel();
        self.people.close();
        self.scene.underway.close();
        let home = async {
            self.people.wait().await;
            self.scene.underway.wait().await;
        };
        // Whoever waits for an answer is not waited for.
        drop(tokio::time::timeout(Duration::from_secs(2), home).await);
        self.app.stop().await;
    }
}

async fn start_sandbox(
    place: &Place,
    members: &[Member],
    clock: &Arc<Clock>,
) -> anyhow::Result<Sandbox> {
    let time = Arc::clone(clock);
    let mut settings = sandbox::Settings::new(place.far_side(), Arc::new(move || time.now()));
    settings.behaviours = cast::behaviours(members);
    Ok(Sandbox::start(settings).await?)
}

type Ladders = HashMap<schemas::AuthorityId, Vec<Endpoint>>;

/// Writes operators, keys and ladders into the store, before any stage looks.
async fn furnish(
    config: &Config,
    clock: &Arc<Clock>,
    place: &Place,
    (operators, ladders): (&[Operator], &Ladders),
) -> anyhow::Result<Keys> {
    let store = Store::open(&config.store.url, config.store.limits(), Arc::clone(clock)).await?;
    store.migrate().await?;
    let any = Filter { limit: 1, ..Filter::default() };
    if !place.is_resumed && !store.list_filings(&any).await?.is_empty() {
        bail!(
            "store.url: this store holds filings already; a demo wants an empty one, or with \
             --data the folder of the demo that filled it"
        );
    }
    let now = clock.now_ms();
    let mut rows = Vec::new();
    let mut key = |scope| {
        let (key, row) = new_key(clock, scope, "デモの鍵");
        rows.push(row);
        key
    };
    let keys = Keys {
        operators: operators.iter().map(|it| key(Scope::Operator(it.number))).collect(),
        authorities: ladders.keys().map(|code| (*code, key(Scope::Authority(*code)))).collect(),
        operations: key(Scope::Operations),
    };
    let operators: Vec<_> = operators
        .iter()
        .map(|it| OperatorRow {
            corporate_number: it.number,
            name: it.name.clone(),
            mail: Some(it.mail.clone()),
            created_at: now,
        })
        .collect();
    let mut tx = store.begin().await?;
    tx.save_operators(&operators).await?;
    tx.insert_api_keys(&rows).await?;
    for (code, ladder) in ladders {
        tx.save_endpoints(*code, &EndpointRow::of_ladder(ladder, *code, now)?).await?;
    }
    tx.commit().await?;
    store.close().await;
    Ok(keys)
}
