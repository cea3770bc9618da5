//! `store.url` with one server or several, as libpq writes them: hosts separated by commas, each
//! with its own port or the usual one. User, password, database and options hold for all.

use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::store::StoreLimits;
use crate::store::engine::StoreError;

/// How to connect to each server, in the order of the URL.
pub(super) fn servers(url: &str, limits: StoreLimits) -> Result<Vec<PgConnectOptions>, StoreError> {
    each(url).iter().map(|url| options(url, limits)).collect()
}

fn options(url: &str, limits: StoreLimits) -> Result<PgConnectOptions, StoreError> {
    let StoreLimits { statement_ms, lock_ms, .. } = limits;
    let options = PgConnectOptions::from_str(url)
        .map_err(|e| StoreError::Open(format!("store.url is not a PostgreSQL URL: {e}")))?;
    Ok(options
        .application_name("todoke")
        .statement_cache_capacity(200)
        .options([("statement_timeout", statement_ms), ("lock_timeout", lock_ms)])
        .disable_statement_logging())
}

/// The same URL for each of its servers.
fn each(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, hosts) = authority.rsplit_once('@').unwrap_or_default();
    let (user, hosts) = if hosts.is_empty() { ("", authority) } else { (user, hosts) };
    let at = if user.is_empty() { "" } else { "@" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}{path}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_one_server_or_several() {
        for (url, expected) in [
            ("postgres:///db?host=/run", vec!["postgres:///db?host=/run"]),
            ("postgres://h/db", vec!["postgres://h/db"]),
            (
                "postgresql://u:p,w@h-1:5433,[::1]/db?sslmode=require",
                vec![
                    "postgresql://u:p,w@h-1:5433/db?sslmode=require",
                    "postgresql://u:p,w@[::1]/db?sslmode=require",
                ],
            ),
            ("postgres://h-1,h-2", vec!["postgres://h-1", "postgres://h-2"]),
        ] {
            assert_eq!(each(url), expected);
        }
        let servers = servers("postgres://u@h-1:5433,h-2/db", StoreLimits::default());
        let servers = servers.expect("two servers");
        let places = servers.iter().map(|it| (it.get_host(), it.get_port()));
        assert_eq!(places.collect::<Vec<_>>(), [("h-1", 5433), ("h-2", 5432)]);
        assert!(super::servers("postgres://h:port,h-2/db", StoreLimits::default()).is_err());
    }
}
