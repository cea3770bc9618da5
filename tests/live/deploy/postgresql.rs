//! Users of the database who may no more than they need, and the server's settings.

use anyhow::{Context, Result, bail, ensure};
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tests::servers::Postgres;

use super::{deploy, read};

/// What each user is refused, since it is another's to do.
const REFUSED: [(&str, &[&str]); 3] = [
    (
        "todoke_app",
        &[
            "DROP TABLE filings",
            "ALTER TABLE filings ADD COLUMN more TEXT",
            "TRUNCATE filings",
            "CREATE TABLE more (id INTEGER)",
            "CREATE TEMPORARY TABLE more (id INTEGER)",
            "UPDATE staff_acts SET why = ''",
            "DELETE FROM staff_acts",
            "UPDATE events SET body = ''",
            "DELETE FROM events",
            "DELETE FROM attempts",
            "DELETE FROM events_before",
            "UPDATE _sqlx_migrations SET version = 1",
            "SET ROLE todoke_months",
            "SET ROLE todoke_owner",
        ],
    ),
    (
        "todoke_upkeep",
        &[
            "DROP TABLE filings",
            "ALTER TABLE staff_acts DISABLE TRIGGER ALL",
            "DROP TABLE staff_acts",
            "UPDATE staff_acts SET why = ''",
            "SET ROLE todoke_owner",
        ],
    ),
    (
        "todoke_read",
        &[
            "INSERT INTO retired VALUES ('events', 1)",
            "UPDATE deliveries SET state = 'due'",
            "DELETE FROM outbox",
            "CREATE TABLE more (id INTEGER)",
            "SELECT operator_name FROM filings",
            "SELECT document FROM revisions",
            "SELECT recipient FROM notices",
            "SELECT detail FROM attempts",
            "SELECT body FROM events",
            "SELECT config FROM endpoints",
            "SELECT secret_sha256 FROM api_keys",
            "SELECT id FROM sessions",
        ],
    ),
];

/// A database with the users of `deploy/`.
pub(super) struct Database {
    name: String,
}

impl Database {
    /// Makes it on the shared server; once in a run, since users are the server's.
    pub(super) async fn make() -> Result<Self> {
        let server = Postgres::shared();
        let url = server.fresh_database().await?;
        let name = format!("{}_least", url.rsplit_once('/').context("a database")?.1);
        let file = deploy().join("postgresql/roles.sql");
        Postgres::script(&server.url(), &file, &[("database", &name)])?;
        Ok(Self { name })
    }

    /// Its URL for one of the users.
    pub(super) fn url(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{}", Postgres::shared().port(), self.name)
    }

    /// What follows every `todoke migrate`.
    pub(super) fn grant(&self) -> Result<()> {
        let file = deploy().join("postgresql/rights.sql");
        Postgres::script(&self.url("todoke_migrator"), &file, &[]).map(drop)
    }

    async fn connect(&self, user: &str) -> Result<PgConnection> {
        PgConnection::connect(&self.url(user)).await.with_context(|| user.to_owned())
    }

    /// Waits until upkeep has made as many months as it was told to, and looks whose they are.
    pub(super) async fn months_are_of_upkeep(&self, ahead: i64) -> Result<()> {
        let mut connection = self.connect("todoke_migrator").await?;
        let count = "SELECT count(*) FILTER (WHERE c.relname ~ '_[0-9]{4}_[0-9]{2}$'), \
                     count(*) FILTER (WHERE c.relowner <> 'todoke_months'::regrole) \
                     FROM pg_class AS c JOIN pg_inherits AS i ON i.inhrelid = c.oid \
                     WHERE i.inhparent IN ('events'::regclass, 'attempts'::regclass)";
        let waiting = async {
            loop {
                let (months, others): (i64, i64) =
                    sqlx::query_as(count).fetch_one(&mut connection).await?;
                ensure!(others == 0, "{others} months are another's");
                if months == 2 * (ahead + 1) {
                    return Ok(());
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        let limit = std::time::Duration::from_secs(20);
        tokio::time::timeout(limit, waiting).await.context("no months were made")?
    }

    /// Nobody may do another's work; all may do their own.
    pub(super) async fn keeps_its_rights(&self) -> Result<()> {
        for (user, statements) in REFUSED {
            let mut connection = self.connect(user).await?;
            // Whoever logs in may take this off.
            let open = "SET default_transaction_read_only = off";
            sqlx::raw_sql(open).execute(&mut connection).await?;
            for statement in statements {
                let done = sqlx::raw_sql(*statement).execute(&mut connection).await;
                let Err(error) = done else { bail!("{user} may {statement}") };
                let code =
                    error.as_database_error().and_then(DatabaseError::code).unwrap_or_default();
                ensure!(code == "42501", "{user}: {statement}: {error}");
            }
        }
        for (user, statement) in [
            ("todoke_read", "SELECT state, count(*) FROM deliveries GROUP BY state"),
            (
                "todoke_read",
                "SELECT channel, max(finished_at - started_at) FROM attempts GROUP BY 1",
            ),
            ("todoke_upkeep", "DROP TABLE events_before"),
            ("todoke_migrator", "ALTER TABLE events ADD COLUMN more TEXT"),
            ("todoke_migrator", "CREATE INDEX more ON attempts (outcome)"),
            ("todoke_migrator", "ALTER TABLE filings ADD COLUMN more TEXT"),
        ] {
            let mut connection = self.connect(user).await?;
            let tried = format!("BEGIN; {statement}; ROLLBACK");
            let done = sqlx::raw_sql(AssertSqlSafe(tried)).execute(&mut connection).await;
            done.with_context(|| format!("{user} may not {statement}"))?;
        }
        Ok(())
    }
}

#[test]
fn postgresql_takes_the_settings() -> Result<()> {
    let settings = read("postgresql/todoke.conf")?;
    Postgres::takes(&settings)?;
    ensure!(
        Postgres::takes(&format!("{settings}\nmax_wall_size = 1GB\n")).is_err(),
        "it takes all"
    );
    Ok(())
}
