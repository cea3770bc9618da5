//! The nodes that `broker.url` names: one, or those of a cluster.

use std::sync::atomic::{AtomicUsize, Ordering};

use lapin::uri::AMQPUri;

use super::link::{BrokerError, Link, address, parse};

/// Where to connect; each connection begins with another node.
#[derive(Debug)]
pub(super) struct Nodes {
    uris: Vec<AMQPUri>,
    next: AtomicUsize,
}

impl Nodes {
    /// Reads one URL, or several with commas between them.
    pub(super) fn parse(text: &str) -> Result<Self, BrokerError> {
        let uris = split(text).iter().map(|url| parse(url)).collect::<Result<Vec<_>, _>>()?;
        if let Some(other) = uris.iter().find(|uri| uri.vhost != uris[0].vhost) {
            let (one, other) = (&uris[0].vhost, &other.vhost);
            return Err(BrokerError::Url(format!(
                "its nodes have two virtual hosts, `{one}` and `{other}`: name the nodes of one \
                 cluster"
            )));
        }
        Ok(Self { uris, next: AtomicUsize::new(0) })
    }

    /// Connects to the first node that answers, beginning after the one that was begun with before.
    pub(super) async fn connect(&self, name: &str) -> Result<Link, BrokerError> {
        let count = self.uris.len();
        let first = self.next.fetch_add(1, Ordering::Relaxed) % count;
        let mut away = Vec::with_capacity(count);
        for uri in self.uris.iter().cycle().skip(first).take(count) {
            match Link::open(uri, name).await {
                Err(error) if error.is_away() => away.push((address(uri), error)),
                done => return done,
            }
        }
        Err(all_away(away))
    }
}

/// A comma that no `amqp` follows is part of a URL, of its password perhaps.
fn split(text: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    for part in text.split(',') {
        match urls.last_mut() {
            Some(url) if !part.trim_start().starts_with("amqp") => {
                url.push(',');
                url.push_str(part);
            }
            _ => urls.push(part.trim().to_owned()),
        }
    }
    urls
}

fn all_away(mut away: Vec<(String, BrokerError)>) -> BrokerError {
    if away.len() == 1
        && let Some((_, error)) = away.pop()
    {
        return error;
    }
    let reason = |(address, error): &(String, BrokerError)| {
        if let BrokerError::Unreachable { why, .. } = error {
            return format!("{address}: {why}");
        }
        format!("{address}: {error}")
    };
    BrokerError::Unreachable {
        why: away.iter().map(reason).collect::<Vec<_>>().join("; "),
        address: away.into_iter().map(|(address, _)| address).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_separated_by_commas_and_passwords_may_hold_some() {
        let one = ["amqp://guest:a,b@one:5672/hub"];
        assert_eq!(split(one[0]), one);
        let three = "amqp://g:a,b@one/hub, amqps://g:g@two/hub,amqp://g:g@three/hub";
        let nodes = Nodes::parse(three).expect("three nodes");
        let addresses: Vec<_> = nodes.uris.iter().map(address).collect();
        assert_eq!(addresses, ["one:5672", "two:5671", "three:5672"]);
    }

    #[test]
    fn two_virtual_hosts_are_no_cluster() {
        let error = Nodes::parse("amqp://one/a,amqp://two/b").expect_err("two virtual hosts");
        assert!(error.to_string().contains("`a` and `b`"), "{error}");
    }
}
