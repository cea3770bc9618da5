//! Settings that are wrong, and servers that are not there: the start ends in time and says what it
//! tried and what to do, shows no password, and leaves nothing that would trouble the next start.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tests::servers::{Postgres, RabbitMq, S3};
use tokio::task::block_in_place;

use super::process::{Seat, Settings, settings};

const PASSWORD: &str = "himitsu-no-kotoba";
const STORE: &str = "TODOKE_STORE__URL";
const BROKER: &str = "TODOKE_BROKER__URL";
const OBJECTS: &str = "TODOKE_OBJECTS__URL";
const WAIT: &str = "TODOKE_START__WAIT_SECONDS";

/// One mistake, and what must be said of it.
struct Mistake {
    settings: Settings,
    /// Setting, what was tried, advice.
    says: Vec<String>,
    /// The commands that meet it.
    commands: &'static [&'static str],
}

impl Mistake {
    fn new<const N: usize>(
        settings: Settings,
        commands: &'static [&'static str],
        says: [&str; N],
    ) -> Self {
        Self { settings, says: says.map(str::to_owned).to_vec(), commands }
    }

    /// Each command ends with an error that says all of it, and the same folder serves afterwards.
    async fn is_told(&self, seat: &Seat) -> Result<()> {
        for command in self.commands {
            let (code, said) = seat.end(command, &self.settings).await?;
            ensure!(code == 1, "{command} ended with {code}: {said}");
            for words in &self.says {
                ensure!(said.contains(words), "{command} does not say {words:?}: {said}");
            }
            ensure!(!said.contains(PASSWORD), "{command} shows the password: {said}");
        }
        seat.serve(&Settings::new()).await?.stop().await
    }
}

async fn count_tables(url: &str) -> Result<i64> {
    let mut connection = PgConnection::connect(url).await?;
    let count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
    Ok(sqlx::query_scalar(count).fetch_one(&mut connection).await?)
}

/// None of them passes with time: nobody waits for `start.wait_seconds`.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_store_ends_the_start_at_once_and_is_named() -> Result<()> {
    const ALL: &[&str] = &["run", "migrate", "doctor"];
    let (server, seat) = (Postgres::shared(), Seat::new().await?);
    let database = server.fresh_database().await?;
    let right = server.guard(&database, "right").await?;
    let wrong = right.replace("right", PASSWORD);
    let name = database.rsplit_once('/').context("a database")?.1;
    let nowhere = right.replace(name, "nowhere").replace("right", PASSWORD);
    let nowhere = nowhere.replace("guarded", "postgres");
    let place = format!("PostgreSQL at 127.0.0.1:{}", server.port());
    let look = "check user, password and database in the URL";
    let bare = settings([(STORE, &right), ("TODOKE_STORE__MIGRATE_AT_START", "false")]);
    for mistake in [
        Mistake::new(
            settings([(STORE, &wrong)]),
            ALL,
            ["store.url: ", &place, "password authentication failed for user \"guarded\"", look],
        ),
        Mistake::new(
            settings([(STORE, &nowhere)]),
            ALL,
            ["store.url: ", &place, "database \"nowhere\" does not exist", look],
        ),
        Mistake::new(
            bare.clone(),
            &["run", "doctor"],
            ["store.url: the tables lack migration 1,", "todoke migrate", "migrate_at_start"],
        ),
        Mistake::new(
            settings([(STORE, &format!("mysql://u:{PASSWORD}@127.0.0.1/x"))]),
            ALL,
            ["store.url: write sqlite:PATH", "or postgres://USER:PASSWORD@HOST:PORT/DATABASE"],
        ),
    ] {
        mistake.is_told(&seat).await?;
    }
    ensure!(count_tables(&database).await? == 0, "they have left tables");

    let (code, said) = seat.end("migrate", &settings([(STORE, &right)])).await?;
    ensure!(code == 0 && count_tables(&database).await? > 0, "{said}");
    seat.serve(&bare).await?.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_of_broker_and_objects_end_the_start_at_once_and_are_named() -> Result<()> {
    let (server, seat) = (RabbitMq::shared(), Seat::new().await?);
    let url = server.url().replace("guest:guest", &format!("guest:{PASSWORD}"));
    let place = format!("broker.url: RabbitMQ at 127.0.0.1:{} refuses user guest", server.port());
    let look = "check user and password";
    let broker =
        Mistake::new(settings([(BROKER, &url)]), &["run", "doctor"], [place.as_str(), look]);
    broker.is_told(&seat).await?;

    let bucket = S3::start()?;
    let mut objects = bucket.variables();
    objects.extend(settings([(OBJECTS, &bucket.url()), ("AWS_SECRET_ACCESS_KEY", PASSWORD)]));
    let look = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    let objects = Mistake::new(objects, &["run", "doctor"], ["objects.url: ", "/probe", look]);
    objects.is_told(&seat).await?;
    ensure!(bucket.bucket().read_dir()?.next().is_none(), "something is in the bucket");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_without_quorum_queues_ends_the_start_at_once_with_the_command_that_mends_it()
-> Result<()> {
    let (server, seat) = (block_in_place(RabbitMq::without_quorum_queues)?, Seat::new().await?);
    let flag = "rabbitmqctl enable_feature_flag quorum_queue";
    let told = ["RabbitMQ does not take our queue todoke.", "it needs quorum queues", flag];
    let broker = settings([(BROKER, &server.url())]);
    Mistake::new(broker.clone(), &["run", "doctor"], told).is_told(&seat).await?;
    // What the command does.
    server.call("ok = rabbit_feature_flags:enable(quorum_queue)")?;
    seat.serve(&broker).await?.stop().await
}

/// A file is in the way: what holds for root, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_written_to_is_named_before_all_else() -> Result<()> {
    let (server, seat) = (Postgres::shared(), Seat::new().await?);
    let file = seat.folder().join("file");
    std::fs::write(&file, "in the way")?;
    let folder = file.join("data").display().to_string();
    let database = server.fresh_database().await?;
    let settings = settings([(STORE, &database), ("TODOKE_DATA__FOLDER", &folder)]);
    let tried = format!("data.folder: cannot write in {folder}");
    let mistake = Mistake::new(settings, &["run"], [&tried, "name a folder of a disk with room"]);
    mistake.is_told(&seat).await?;
    ensure!(count_tables(&database).await? == 0, "it has left tables");
    Ok(())
}

/// Nobody is at port 1.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_away_is_waited_for_as_long_as_set_and_named() -> Result<()> {
    let seat = Seat::new().await?;
    let look = "no firewall is between";
    let store = format!("postgres://todoke:{PASSWORD}@127.0.0.1:1/todoke");
    let broker = format!("amqp://todoke:{PASSWORD}@127.0.0.1:1/%2f");
    let mut objects = settings([(OBJECTS, "s3://bucket"), ("AWS_ENDPOINT", "http://127.0.0.1:1")]);
    objects.extend(settings([("AWS_ALLOW_HTTP", "true"), ("AWS_REGION", "us-east-1")]));
    objects
        .extend(settings([("AWS_ACCESS_KEY_ID", "todoke"), ("AWS_SECRET_ACCESS_KEY", PASSWORD)]));
    for (away, commands, tried) in [
        (
            settings([(STORE, &store)]),
            &["run", "migrate"][..],
            "store.url: cannot connect to PostgreSQL at 127.0.0.1:1",
        ),
        (
            settings([(BROKER, &broker)]),
            &["run"][..],
            "broker.url: cannot reach RabbitMQ at 127.0.0.1:1",
        ),
        (objects, &["run"][..], "objects.url: "),
    ] {
        let wait = |seconds| [away.clone(), settings([(WAIT, seconds)])].concat();
        let waited = "waited 1 s (start.wait_seconds) in vain";
        let waiting = Mistake::new(wait("1"), commands, [waited, tried, "127.0.0.1:1", look]);
        waiting.is_told(&seat).await?;
        let at_once = wait("0");
        for command in [commands, &["doctor"]].concat() {
            let (code, said) = seat.end(command, &at_once).await?;
            ensure!(code == 1 && said.contains(tried) && said.contains(look), "{said}");
            ensure!(!said.contains("wait") && !said.contains(PASSWORD), "{said}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_in_time_is_waited_for() -> Result<()> {
    let mut server = block_in_place(Postgres::start)?;
    let (database, seat) = (server.fresh_database().await?, Seat::new().await?);
    block_in_place(|| server.stop())?;
    let mut process = seat.begin(&settings([(STORE, &database)]))?;
    process.says("waiting for what does not answer yet").await?;
    let is_told = |ready: &serde_json::Value| ready["parts"]["store"].is_string();
    let ready = seat.readyz_until(is_told).await?;
    let why = ready["parts"]["store"].as_str().unwrap_or_default();
    ensure!(why.starts_with("store.url: cannot connect to PostgreSQL at 127.0.0.1:"), "{ready}");
    ensure!(ready["parts"]["process"] == "it is starting", "{ready}");
    let refused = seat.post("/v1/filings").body("{}").send().await?.status().as_u16();
    ensure!(refused == 503, "a filing is answered {refused}: who sends it would not try again");
    block_in_place(|| server.restart())?;
    process.says("listening").await?;
    let ready = seat.readyz_until(|ready| ready["ready"] == true).await?;
    ensure!(ready["parts"]["store"] == "ok", "{ready}");
    process.stop().await
}

/// Open pages and the log-in by one click are the demo environment's: no setting brings them here.
#[tokio::test(flavor = "multi_thread")]
async fn no_setting_opens_what_only_the_demo_opens() -> Result<()> {
    let seat = Seat::new().await?;
    let open = settings([("TODOKE_HTTP__OPEN_PAGES", "true")]);
    let says = ["http.open_pages", "todoke demo", "TODOKE_HTTP__OPEN_PAGES"];
    Mistake::new(open, &["run"], says).is_told(&seat).await?;
    let process = seat.serve(&Settings::new()).await?;
    for (path, status, ends_at) in [("/demo", 404, "/demo"), ("/", 200, "/login")] {
        let seen = seat.get(path).send().await?;
        let (told, at) = (seen.status(), seen.url().path().to_owned());
        ensure!(told == status && at == ends_at, "{path}: {told} at {at}");
        let text = seen.text().await?;
        ensure!(!text.contains("デモ環境"), "{path}: {text}");
    }
    process.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_text_or_json_and_a_wrong_wish_is_told() -> Result<()> {
    const ALL: &[&str] = &["run", "doctor"];
    const FORMAT: &str = "TODOKE_LOG__FORMAT";
    let seat = Seat::new().await?;
    let format = Mistake::new(settings([(FORMAT, "xml")]), ALL, ["LOG.FORMAT", "json", "xml"]);
    format.is_told(&seat).await?;
    for (name, filter) in [("log.filter", "TODOKE_LOG__FILTER"), ("RUST_LOG", "RUST_LOG")] {
        let wrong = settings([(filter, "hub=aloud")]);
        Mistake::new(wrong, ALL, [name, "hub=aloud", "for example"]).is_told(&seat).await?;
    }
    let process = seat.serve(&settings([(FORMAT, "json")])).await?;
    process.terminate().await?;
    let (code, said) = process.ended().await?;
    ensure!(code == 0, "{said}");
    let mut messages = Vec::new();
    for line in said.lines() {
        let line: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        ensure!(line["level"].is_string() && line["target"].is_string(), "{line}");
        line["timestamp"].as_str().context("a time")?.parse::<jiff::Timestamp>()?;
        messages.push(line["fields"]["message"].as_str().context("a message")?.to_owned());
    }
    ensure!(messages.iter().any(|it| it == "listening"), "{messages:?}");
    Ok(())
}
