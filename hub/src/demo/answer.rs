//! The authorities: they read what arrives, fetch what waits for them, and answer.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use adapters::sandbox::{Arrival, Facts, arrivals, open_package};
use anyhow::{Context as _, bail};
use futures::StreamExt;
use reqwest::StatusCode;
use schemas::decision::DecisionFile;
use schemas::{Attachment, AuthorityId, Channel, Decision, DeliveryId, Verdict};
use serde_json::Value;

use super::chance::percent;
use super::far;
use super::hub::Ask;
use super::papers::Paper;
use super::scene::{Scene, count};

/// Inboxes looked into at once.
const AT_ONCE: usize = 8;
/// Looks for a decision that was left as a file, a second apart.
const LOOKS_MAX: u32 = 180;

type Seen = HashSet<(AuthorityId, String)>;

/// Answers what arrives, until the stop.
pub(super) async fn read_arrivals(scene: Arc<Scene>) {
    let mut changes = scene.sandbox.count();
    let mut seen = Seen::new();
    // What arrived before this process began may not be answered yet.
    match arrivals(&scene.root) {
        Ok(before) => begin(&scene, &before, &mut seen),
        Err(error) => scene.trouble(format!("the far sides cannot be read: {error}")),
    }
    let mut read = 0;
    loop {
        let all = scene.sandbox.arrivals();
        begin(&scene, all.get(read..).unwrap_or_default(), &mut seen);
        read = all.len();
        tokio::select! {
            () = scene.stop.cancelled() => return,
            news = changes.changed() => if news.is_err() { return },
        }
        // Not for each alone.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn begin(scene: &Arc<Scene>, arrivals: &[Arrival], seen: &mut Seen) {
    for arrival in arrivals {
        let is_unread =
            arrival.channel != Channel::Email && scene.mail_readers.contains(&arrival.authority);
        if is_unread || !seen.insert((arrival.authority, arrival.delivery.clone())) {
            continue;
        }
        let Ok(delivery) = arrival.delivery.parse::<DeliveryId>() else { continue };
        let (scene, authority, channel) = (Arc::clone(scene), arrival.authority, arrival.channel);
        scene.underway.clone().spawn(async move {
            if let Err(error) = read(&scene, (authority, channel), delivery).await {
                scene.trouble(format!("{authority} and delivery {delivery}: {error:#}"));
            }
        });
    }
}

async fn read(
    scene: &Scene,
    (authority, channel): (AuthorityId, Channel),
    delivery: DeliveryId,
) -> anyhow::Result<()> {
    let pause = percent(scene.marker.seed, &delivery.to_string());
    tokio::time::sleep(Duration::from_millis(1_000 + u64::from(pause) * 10)).await;
    let _reader = scene.readers.acquire().await?;
    let mut package = far::arrived(&scene.root, (authority, channel), delivery)?;
    if package.is_none() {
        let link = far::link(&scene.root, authority, delivery)?;
        let key = scene.keys.authorities.get(&authority).context("no key")?;
        let answer = scene.hub.ask(&Ask::get(key, link)).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::GONE if answer.code() == "withdrawn" => {
                return Ok(far::note_taken_back(&scene.root, authority, delivery)?);
            }
            status => bail!("the mail's link answers {status} {}", answer.code()),
        }
        far::store(&scene.root, (authority, delivery), channel, &answer)?;
        package = far::arrived(&scene.root, (authority, channel), delivery)?;
    }
    let facts = open(package.context("there is no package")?).await?;
    decide(scene, (authority, channel), &facts).await
}

/// Opens a package off the async threads.
async fn open(package: Vec<u8>) -> anyhow::Result<Facts> {
    Ok(tokio::task::spawn_blocking(move || open_package(package)).await??.0)
}

/// Fetches what waits in the inboxes, until the stop.
pub(super) async fn fetch_inboxes(scene: Arc<Scene>) {
    loop {
        let awaited: Vec<AuthorityId> = {
            let awaited = scene.awaited.lock().unwrap_or_else(PoisonError::into_inner);
            awaited.iter().copied().collect()
        };
        let looks = awaited.into_iter().map(|authority| {
            let scene = Arc::clone(&scene);
            async move {
                if let Err(error) = fetch(&scene, authority).await {
                    scene.trouble(format!("the inbox of {authority}: {error:#}"));
                }
            }
        });
        let round = futures::stream::iter(looks).buffer_unordered(AT_ONCE);
        tokio::select! {
            () = scene.stop.cancelled() => return,
            () = round.for_each(async |()| {}) => {}
        }
        tokio::select! {
            () = scene.stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

async fn fetch(scene: &Arc<Scene>, authority: AuthorityId) -> anyhow::Result<()> {
    let key = scene.keys.authorities.get(&authority).context("no key")?;
    let rows = scene.hub.json(key, "/v1/inbox?review=unopened&limit=500").await?;
    for row in rows.as_array().map(Vec::as_slice).unwrap_or_default() {
        let waits =
            row["channel"] == "pull" && (row["state"] == "waiting" || row["state"] == "delivered");
        let delivery = row["delivery"].as_str().and_then(|id| id.parse::<DeliveryId>().ok());
        let (true, Some(delivery)) = (waits, delivery) else { continue };
        let path = format!("/v1/inbox/{delivery}");
        if !far::has_pulled(&scene.root, authority, delivery) {
            let answer = scene.hub.ask(&Ask::get(key, format!("{path}/package"))).await?;
            match answer.status {
                StatusCode::OK => {}
                // Taken back by its operator in the meantime.
                StatusCode::GONE => continue,
                status => bail!("the package answers {status} {}", answer.code()),
            }
            far::store(&scene.root, (authority, delivery), Channel::Pull, &answer)?;
        }
        let told = scene.hub.ask(&Ask::post(key, format!("{path}/acknowledgement"), "")).await?;
        if told.status != StatusCode::NO_CONTENT {
            bail!("the acknowledgement answers {} {}", told.status, told.code());
        }
        let scene = Arc::clone(scene);
        scene.underway.clone().spawn(async move {
            if let Err(error) = read(&scene, (authority, Channel::Pull), delivery).await {
                scene.trouble(format!("{authority} and delivery {delivery}: {error:#}"));
            }
        });
    }
    Ok(())
}

/// Accepts most, returns some, leaves some lying.
async fn decide(
    scene: &Scene,
    (authority, channel): (AuthorityId, Channel),
    facts: &Facts,
) -> anyhow::Result<()> {
    let index = index(scene, facts).await?;
    let thing = format!("decision on {index} at {authority} revision {}", facts.revision);
    let verdict = match (facts.action.as_str(), percent(scene.marker.seed, &thing)) {
        (_, 40..) if scene.unhurried.contains(&authority) => return Ok(()),
        ("correct", _) | ("submit", 0..85) => Verdict::Accepted,
        ("submit", 85..95) => Verdict::Returned,
        _ => return Ok(()),
    };
    // Who means to withdraw does so before anyone decides.
    if scene.filings.get(index).is_some_and(|planned| planned.is_withdrawn) {
        return Ok(());
    }
    let comment = match verdict {
        Verdict::Accepted => "",
        Verdict::Returned => {
            "付表の営業時間と運営規程の記載が異なります。ご確認のうえ補正してください。"
        }
    };
    let paper = (percent(scene.marker.seed, &format!("paper of {thing}")) < 10).then(|| {
        Paper::new(
            scene.marker.seed,
            thing.clone(),
            &format!("受付票-{}.pdf", facts.delivery),
            2048,
        )
    });
    let answer = Answer { authority, delivery: facts.delivery, verdict, comment, paper };
    if channel == Channel::Sftp {
        answer.by_file(scene, &thing).await?;
    } else {
        answer.by_request(scene).await?;
    }
    match verdict {
        Verdict::Accepted => count(&scene.tally.accepted),
        Verdict::Returned => {
            count(&scene.tally.returned);
            // Nobody corrects any more once the demo stops.
            let _ = scene.returned.send(index);
        }
    }
    Ok(())
}

/// The filing's place; its operator may not have the receipt in hand yet.
async fn index(scene: &Scene, facts: &Facts) -> anyhow::Result<usize> {
    for _ in 0..LOOKS_MAX {
        if let Some(planned) = scene.planned(facts.filing) {
            return Ok(planned.index);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    bail!("filing {} arrived, but no operator has a receipt for it", facts.filing)
}

/// An authority's answer.
struct Answer<'a> {
    authority: AuthorityId,
    delivery: DeliveryId,
    verdict: Verdict,
    comment: &'a str,
    paper: Option<Paper>,
}

impl Answer<'_> {
    async fn by_request(&self, scene: &Scene) -> anyhow::Result<()> {
        let key = scene.keys.authorities.get(&self.authority).context("no key")?;
        let mut files: Vec<Attachment> = Vec::new();
        if let Some(paper) = &self.paper {
            scene.hub.upload(key, &paper.attachment.media_type, paper.bytes()).await?;
            files.push(paper.attachment.clone());
        }
        let (verdict, comment) = (self.verdict, self.comment.to_owned());
        let decision = Decision { verdict, comment, files, marks: Vec::new() };
        let path = format!("/v1/inbox/{}/decision", self.delivery);
        let ask = Ask::post(key, path, serde_json::to_vec(&decision)?);
        let answer = scene.hub.ask(&ask).await?;
        if answer.status != StatusCode::NO_CONTENT {
            bail!("the decision answers {} {}", answer.status, answer.code());
        }
        Ok(())
    }

    /// Leaves a decision file, sometimes after a broken one, and waits until the hub has it.
    async fn by_file(&self, scene: &Scene, thing: &str) -> anyhow::Result<()> {
        if self.is_recorded(scene).await? {
            return Ok(());
        }
        let name = self.delivery.to_string();
        if percent(scene.marker.seed, &format!("clumsiness of {thing}")) < 5 {
            self.leave_broken(scene, &format!("{name}-0"))?;
        }
        let bytes = self.paper.as_ref().map(|paper| (&paper.attachment.name, paper.bytes()));
        let files: Vec<(&str, &[u8])> =
            bytes.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let file = DecisionFile {
            delivery: self.delivery,
            verdict: self.verdict,
            comment: self.comment.to_owned(),
            files: files.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        scene.sandbox.drop_decision(self.authority, &name, &serde_json::to_vec(&file)?, &files)?;
        count(&scene.tally.by_file);
        for _ in 0..LOOKS_MAX {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.is_recorded(scene).await? {
                return Ok(());
            }
        }
        bail!("the decision file was not collected")
    }

    fn leave_broken(&self, scene: &Scene, name: &str) -> anyhow::Result<()> {
        scene.sandbox.drop_decision(self.authority, name, b"{\"verdict\": \"accep", &[])?;
        let folder = scene.root.join(self.authority.as_str()).join("sftp/results");
        let file = std::fs::File::options()
            .write(true)
            .open(folder.join(format!("{name}.decision.json")))?;
        // Old enough not to be still being written.
        let long_ago = u64::try_from(scene.clock.now_ms() - 600_000).unwrap_or(0);
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(long_ago))?;
        count(&scene.tally.broken_files);
        Ok(())
    }

    async fn is_recorded(&self, scene: &Scene) -> anyhow::Result<bool> {
        let path = format!("/v1/operations/deliveries/{}", self.delivery);
        let delivery: Value = scene.hub.json(&scene.keys.operations, &path).await?;
        let review = delivery["delivery"]["review"].as_str().unwrap_or_default();
        Ok(matches!(review, "accepted" | "returned" | "withdrawn"))
    }
}
