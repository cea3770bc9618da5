//! Events and attempts lie in partitions by month on PostgreSQL: what was there before stays where
//! it is, what comes finds its month, and what finds none is kept, told of, and moved.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::review::Source;
use hub::store::{AttemptRow, Chain, FilingRow, Kept, Mark, NewEvent, Part, Term, verify_chain};
use schemas::{Channel, Decision, Verdict};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tests::contracts::store::{Bench, authorities};
use tests::house::{House, change, code};
use tests::servers::Postgres;

const SAPPORO: &str = "011002";

const DAY: Duration = Duration::from_hours(24);

async fn bench() -> Result<(Bench, PgConnection)> {
    let url = Postgres::shared().fresh_database().await?;
    let bench = Bench::open(url.clone(), None).await?;
    Ok((bench, PgConnection::connect(&url).await?))
}

/// Moves the clock beyond the last month that there is.
async fn leave_the_months(bench: &Bench, connection: &mut PgConnection) -> Result<()> {
    let last: i64 = number(
        connection,
        "SELECT max(('x' || substr(bound, 1, 8) || substr(bound, 10, 4))::bit(48)::bigint) FROM ( \
         SELECT substring(pg_get_expr(relpartbound, oid) FROM 'TO \\(''(.*)''\\)') AS bound \
         FROM pg_class WHERE relname ~ '^events_') AS bounds",
    )
    .await?;
    let ms = u64::try_from(last - bench.clock.now_ms())?;
    bench.clock.advance(Duration::from_millis(ms) + 10 * DAY);
    Ok(())
}

async fn number(connection: &mut PgConnection, statement: &str) -> Result<i64> {
    let statement = AssertSqlSafe(statement.to_owned());
    Ok(sqlx::query_scalar(statement).fetch_one(connection).await?)
}

/// A filing with a delivery and one try of it.
async fn tried(bench: &Bench) -> Result<(FilingRow, Delivery)> {
    let filing = bench.filed(1).await?.remove(0);
    let delivery = bench.delivery(&filing, authorities()?[0], State::Due);
    bench.planned(std::slice::from_ref(&delivery)).await?;
    attempted(bench, &delivery).await?;
    Ok((filing, delivery))
}

/// The same in tables as they were before deliveries had a recipe, and rows a trace: what this
/// build writes of it is taken away again.
async fn tried_by_former_build(bench: &Bench) -> Result<(FilingRow, Delivery)> {
    for table in ["revisions", "attempts"] {
        bench.raw(format!("ALTER TABLE {table} ADD COLUMN trace TEXT")).await?;
    }
    let filing = bench.filed(1).await?.remove(0);
    let delivery = bench.delivery(&filing, authorities()?[0], State::Due);
    let (id, to) = (delivery.id, delivery.authority);
    let statement = format!(
        "INSERT INTO deliveries (id, filing_id, revision, authority, channel, ladder_step, state, \
         turn, tries, attempts, postponed, review, second_copy, rule, article, created_at, \
         channel_since, updated_at) VALUES ('{id}', '{}', 1, '{to}', 'api', 0, 'due', 1, 0, 0, 0, \
         'unopened', 0, '', '', 0, 0, 0)",
        filing.id,
    );
    bench.raw(statement).await?;
    attempted(bench, &delivery).await?;
    for table in ["revisions", "attempts"] {
        bench.raw(format!("ALTER TABLE {table} DROP COLUMN trace")).await?;
    }
    Ok((filing, delivery))
}

async fn attempted(bench: &Bench, delivery: &Delivery) -> Result<()> {
    let attempt = AttemptRow {
        delivery_id: delivery.id,
        number: 1,
        channel: Channel::Api,
        started_at: bench.clock.now_ms(),
        finished_at: bench.clock.now_ms(),
        outcome: "unknown".into(),
        detail: "{}".into(),
        trace: None,
    };
    let mut tx = bench.store.begin().await?;
    // Twice: the key holds in every partition.
    tx.insert_attempts(&[attempt.clone(), attempt.clone()]).await?;
    tx.insert_attempts(&[attempt]).await?;
    Ok(tx.commit().await?)
}

async fn is_whole(bench: &Bench, (filing, delivery): &(FilingRow, Delivery)) -> Result<()> {
    let events = bench.store.events(filing.id).await?;
    ensure!(verify_chain(&events)? == filing.event_head, "{events:?}");
    let attempts = bench.store.attempts(delivery.id).await?;
    ensure!(attempts.len() == 1, "{attempts:?}");
    ensure!(bench.store.attempts_of_filing(filing.id).await? == attempts);
    Ok(())
}

#[tokio::test]
async fn what_comes_without_a_month_is_told_of_and_moved_when_there_is_one() -> Result<()> {
    let (bench, mut connection) = bench().await?;
    let old = tried(&bench).await?;
    ensure!(bench.store.strays().await?.is_empty(), "what is old has its place");
    leave_the_months(&bench, &mut connection).await?;
    let stray = tried(&bench).await?;
    let told = bench.store.strays().await?;
    ensure!(told == [("attempts", 1), ("events", 1)], "{told:?}");

    // Two at once: what one makes the other does not.
    let (one, other) = tokio::join!(bench.store.make_months(2), bench.store.make_months(2));
    let (one, other) = (one?, other?);
    let again = bench.store.make_months(2).await?;
    let made: Vec<_> = [one.made, other.made, again.made].concat();
    ensure!(made.len() == 6, "two tables for three months: {made:?}");
    ensure!(one.moved + other.moved + again.moved == 2, "each stray once");
    ensure!(again.strays.is_empty() && bench.store.make_months(2).await?.made.is_empty());
    let month = made.iter().filter(|name| name.starts_with("events_")).min().context("a month")?;
    let there = number(&mut connection, &format!("SELECT count(*) FROM ONLY {month}")).await?;
    ensure!(there == 1, "{there} events in {month}");
    is_whole(&bench, &old).await?;
    is_whole(&bench, &stray).await?;

    // A year on: the month is made for who came first. A clock that is far ahead is only told of.
    bench.clock.advance(400 * DAY);
    let ahead = tried(&bench).await?;
    let kept = bench.store.make_months(0).await?;
    ensure!(kept.moved == 2 && kept.made.len() == 2 && kept.strays.is_empty(), "{kept:?}");
    is_whole(&bench, &ahead).await?;
    bench
        .raw(
            "INSERT INTO events VALUES ('0fffffff-ffff-7000-8000-000000000000', 1, 0, '', '', '')"
                .to_owned(),
        )
        .await?;
    let far = bench.store.make_months(0).await?;
    ensure!(far.made.is_empty() && far.strays == [("events", 1)], "{far:?}");
    bench.store.close().await;
    Ok(())
}

#[tokio::test]
async fn a_filing_is_read_from_its_own_month_alone() -> Result<()> {
    let (bench, mut connection) = bench().await?;
    leave_the_months(&bench, &mut connection).await?;
    bench.store.make_months(11).await?;
    let (filing, delivery) = tried(&bench).await?;
    let asked = [
        ("events", "filing_id", filing.id.to_string()),
        ("attempts", "delivery_id", delivery.id.to_string()),
    ];
    for (table, key, id) in asked {
        // As the driver does it, often enough that one plan is taken for all ids.
        for statement in [
            format!("PREPARE asked (text) AS SELECT * FROM {table} WHERE {key} = $1::uuid"),
            "SET plan_cache_mode = force_generic_plan".to_owned(),
        ] {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
        let explain = format!("EXPLAIN (ANALYZE) EXECUTE asked ('{id}')");
        let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut connection).await?;
        let lines: Vec<String> =
            rows.iter().map(|row| sqlx::Row::try_get(row, 0)).collect::<Result<_, _>>()?;
        let read = lines
            .iter()
            .filter(|line| {
                line.contains(&format!(" on {table}_")) && !line.contains("Bitmap Index")
            })
            .count();
        let removed = lines.iter().any(|line| line.contains("Subplans Removed: "));
        ensure!(read == 1 && removed, "{}", lines.join("\n"));
        sqlx::raw_sql("DEALLOCATE asked").execute(&mut connection).await?;
    }
    bench.store.close().await;
    Ok(())
}

/// The tables as a build before the months left them.
#[tokio::test]
async fn rows_of_before_the_months_stay_where_they_are() -> Result<()> {
    let url = Postgres::shared().fresh_database().await?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hub/src/store/postgres/migrations");
    let mut connection = PgConnection::connect(&url).await?;
    Migrator::new(folder).await?.run_to(5, &mut connection).await?;
    let bench = Bench::of_former_build(url, None).await?;
    let old = tried_by_former_build(&bench).await?;
    let file_of = "SELECT relfilenode::bigint FROM pg_class WHERE relname = ";
    let before = number(&mut connection, &format!("{file_of}'events'")).await?;

    bench.store.migrate().await?;
    is_whole(&bench, &old).await?;
    let after = number(&mut connection, &format!("{file_of}'events_before'")).await?;
    ensure!(before == after, "the rows were written anew");
    // What comes before the months begin lies with the old.
    let months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass";
    ensure!(number(&mut connection, months).await? == 3, "before, the month after, default");
    let new = tried(&bench).await?;
    is_whole(&bench, &new).await?;
    ensure!(number(&mut connection, "SELECT count(*) FROM ONLY events_before").await? == 2);
    ensure!(bench.store.strays().await?.is_empty());
    bench.store.close().await;
    Ok(())
}

/// Finishes a filing: its delivery has arrived and is accepted.
async fn finish(bench: &Bench, (filing, delivery): &mut (FilingRow, Delivery)) -> Result<()> {
    let mut revision = bench.store.revisions(filing.id).await?.pop().context("a revision")?;
    revision.routed_at = Some(bench.clock.now_ms());
    delivery.state = State::Delivered { at: bench.clock.now_ms() };
    delivery.review = Review::Accepted;
    let mut tx = bench.store.begin().await?;
    tx.save_routed(&[revision]).await?;
    tx.save_deliveries(std::slice::from_ref(delivery)).await?;
    Ok(tx.commit().await?)
}

async fn names(bench: &Bench, term: &Term) -> Result<Vec<String>> {
    let months = bench.store.old_months(term).await?;
    Ok(months.into_iter().map(|month| month.name).collect())
}

#[tokio::test]
async fn a_month_goes_as_a_whole_unless_something_in_it_has_to_stay() -> Result<()> {
    let (bench, mut connection) = bench().await?;
    leave_the_months(&bench, &mut connection).await?;
    let mut filings = Vec::new();
    // Three months: all finished, one not, all finished but the last too late.
    for _ in 0..3 {
        bench.store.make_months(0).await?;
        for _ in 0..3 {
            let mut filed = tried(&bench).await?;
            finish(&bench, &mut filed).await?;
            filings.push(filed);
        }
        bench.clock.advance(31 * DAY);
    }
    let (_, open) = &mut filings[4];
    open.state = State::Due;
    let mut tx = bench.store.begin().await?;
    tx.save_deliveries(std::slice::from_ref(open)).await?;
    tx.commit().await?;
    let late = NewEvent::about(&filings[7].1, "proof.opened");
    let mut tx = bench.store.begin().await?;
    tx.append(&[late]).await?;
    tx.commit().await?;

    for what in [Kept::Attempts, Kept::Events] {
        let all = bench.store.old_months(&term(what, i64::MAX - 1)).await?;
        let end = all.last().and_then(|month| month.to).context("a last month")?;
        let early = names(&bench, &term(what, end - 2)).await?;
        let over = names(&bench, &term(what, end - 1)).await?;
        ensure!(early.len() + 1 == over.len(), "the last millisecond: {early:?}, {over:?}");

        let term = term(what, end - 1);
        for really in [false, true] {
            let mut stay = Vec::new();
            for month in bench.store.old_months(&term).await? {
                if !bench.store.retire_month(&term, &month, really).await? {
                    stay.push(month.name);
                }
            }
            ensure!(stay == over[over.len() - 2..], "{stay:?} of {over:?}");
        }
        ensure!(names(&bench, &term).await? == over[over.len() - 2..], "the others are gone");
        // Of the months that stay, what has had its time goes row by row.
        let (mut gone, mut kept, mut after) = (0, 0, Some(Mark::default()));
        while let Some(from) = after {
            let mut tx = bench.store.begin().await?;
            let batch = tx.retire(&term, from, true).await?;
            tx.commit().await?;
            (gone, kept, after) = (gone + batch.gone, kept + batch.kept, batch.next);
        }
        ensure!((gone, kept) == (4, 2), "{what:?}: {gone} gone, {kept} kept");
    }
    for (at, (filing, delivery)) in filings.iter().enumerate() {
        let events = bench.store.events(filing.id).await?;
        let attempts = bench.store.attempts(delivery.id).await?;
        let stays = at == 4 || at == 7;
        ensure!(attempts.len() == usize::from(stays), "{at}: {attempts:?}");
        let row = bench.store.filing(filing.id).await?.context("a filing")?;
        let chain = bench.store.chain(&row, &events).await?;
        ensure!(matches!(chain, Chain::Whole { .. }) == stays, "{at}: {chain:?}");
        ensure!(stays || chain == Chain::Retired, "{at}: {chain:?}");
    }
    bench.store.close().await;
    Ok(())
}

/// Of one table: those that there are, the oldest first.
async fn months(house: &House, what: Kept) -> Result<Vec<Part>> {
    Ok(house.ctx.store.old_months(&term(what, i64::MAX - 1)).await?)
}

/// The clock goes on, and upkeep does all that it does from time to time.
async fn later(house: &mut House, by: Duration) -> Result<()> {
    house.clock.advance(by);
    house.tend().await
}

/// Nobody but upkeep's own rounds.
#[tokio::test]
async fn upkeep_makes_the_months_ahead_and_drops_those_that_are_over() -> Result<()> {
    let builder = House::build().store(Postgres::shared().fresh_database().await?);
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).with(|config| {
        config.retention.months_ahead = 3;
        config.retention.attempt_months = 2;
        config.retention.event_years = 1;
    });
    let mut house = builder.start().await?;
    house.tend().await?;
    let before = months(&house, Kept::Events).await?;
    let end = before.last().and_then(|month| month.to).context("a last month")?;
    let there = Duration::from_millis(u64::try_from(end - house.clock.now_ms())?);
    later(&mut house, there + 10 * DAY).await?;
    let mut held = Vec::new();
    for what in [Kept::Events, Kept::Attempts] {
        let mut all = months(&house, what).await?;
        ensure!(all.iter().filter(|month| month.from >= Some(end)).count() == 4, "{all:?}");
        all.retain(|month| month.from == Some(end));
        held.extend(all);
    }
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?.id;
    let (verdict, comment) = (Verdict::Accepted, String::new());
    let answer = Decision { verdict, comment, files: Vec::new(), marks: Vec::new() };
    house.reviewer().decide(delivery, code(SAPPORO), &answer, Source::Api).await?;
    house.settle().await?;

    // Months are over with the last day of theirs: at most 31 days, and 2 months or a year.
    for (days, left) in [(45, [true, true]), (55, [true, false]), (300, [false, false])] {
        later(&mut house, days * DAY).await?;
        for ((what, month), left) in [Kept::Events, Kept::Attempts].into_iter().zip(&held).zip(left)
        {
            let all = months(&house, what).await?;
            ensure!(all.contains(month) == left, "{month:?} after {days} days more: {all:?}");
        }
    }
    house.finish().await
}

fn term(what: Kept, before: i64) -> Term {
    Term { what, before, undecided: 0, limit: 2 }
}
