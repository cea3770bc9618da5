//! The topology as plain data: declared on RabbitMQ, emulated in process, printed as definitions.

use schemas::{AuthorityId, Channel};
use serde_json::{Value, json};

/// Direct exchange for work.
pub const WORK: &str = "todoke.work";
/// Topic exchange for subscribers outside.
pub const EVENTS: &str = "todoke.events";
/// Fanout exchange for what nobody could work on.
pub const DEAD: &str = "todoke.dead";

/// Queue of the router.
pub const ROUTER: &str = "todoke.router";
/// Queue of the notifier.
pub const NOTIFIER: &str = "todoke.notifier";
/// Queue of dead letters.
pub const DEAD_LETTERS: &str = "todoke.dead_letters";

/// Routing key of a receipted filing.
pub const FILING_SUBMITTED: &str = "filing.submitted";
/// Routing key of a due notice.
pub const NOTICE_DUE: &str = "notice.due";

/// Courier queues of one channel.
pub const SHARDS: u32 = 16;

/// How often RabbitMQ hands out a message before it is dead-lettered as poison.
pub const DELIVERY_LIMIT: u32 = 20;

/// The shard of an authority: FNV-1a over its code, computed by us so that it never changes with a
/// ring or a restart.
pub fn shard(authority: AuthorityId) -> u32 {
    let hash = authority
        .as_str()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193));
    hash % SHARDS
}

/// Queue of one shard of a channel's courier.
pub fn courier_queue(channel: Channel, shard: u32) -> String {
    format!("todoke.courier.{channel}.{shard:02}")
}

/// Routing key of a due delivery.
pub fn delivery_due(channel: Channel, authority: AuthorityId) -> String {
    format!("delivery.due.{channel}.{:02}", shard(authority))
}

/// All courier queues of a channel.
pub fn courier_queues(channel: Channel) -> Vec<String> {
    (0..SHARDS).map(|shard| courier_queue(channel, shard)).collect()
}

/// An exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its name.
    pub name: &'static str,
    /// `direct`, `topic` or `fanout`.
    pub kind: &'static str,
}

/// A queue bound to an exchange by a routing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// The exchange.
    pub exchange: &'static str,
    /// The routing key; empty on a fanout exchange.
    pub routing_key: String,
}

/// All exchanges.
pub const EXCHANGES: [Exchange; 3] = [
    Exchange { name: WORK, kind: "direct" },
    Exchange { name: EVENTS, kind: "topic" },
    Exchange { name: DEAD, kind: "fanout" },
];

/// All queues with their one binding each.
pub fn queues() -> Vec<Queue> {
    let queue = |name: &str, exchange, key: &str| Queue {
        name: name.to_owned(),
        exchange,
        routing_key: key.to_owned(),
    };
    let mut all = vec![
        queue(ROUTER, WORK, FILING_SUBMITTED),
        queue(NOTIFIER, WORK, NOTICE_DUE),
        queue(DEAD_LETTERS, DEAD, ""),
    ];
    for channel in Channel::ALL {
        for shard in 0..SHARDS {
            let key = format!("delivery.due.{channel}.{shard:02}");
            all.push(queue(&courier_queue(*channel, shard), WORK, &key));
        }
    }
    all
}

/// Whether a queue of ours takes this routing key on this exchange.
pub fn has_route(exchange: &str, routing_key: &str) -> bool {
    queues().iter().any(|queue| queue.exchange == exchange && queue.routing_key == routing_key)
}

/// The arguments of a queue, all explicit so that RabbitMQ 3.10 to 4.x behave alike: 4.0 would set
/// a limit of its own, and at-least-once dead lettering needs `reject-publish`.
pub fn arguments(queue: &Queue) -> Vec<(&'static str, Value)> {
    let mut arguments = vec![("x-queue-type", json!("quorum"))];
    if queue.exchange == WORK {
        arguments.extend([
            ("x-delivery-limit", json!(DELIVERY_LIMIT)),
            ("x-overflow", json!("reject-publish")),
            ("x-dead-letter-exchange", json!(DEAD)),
            ("x-dead-letter-strategy", json!("at-least-once")),
        ]);
    }
    arguments
}

/// The topology as RabbitMQ imports it (`rabbitmqctl import_definitions`), for one virtual host.
pub fn definitions(vhost: &str) -> Value {
    let exchanges: Vec<_> = EXCHANGES
        .iter()
        .map(|e| {
            json!({"name": e.name, "vhost": vhost, "type": e.kind, "durable": true,
                   "auto_delete": false, "internal": false, "arguments": {}})
        })
        .collect();
    let all = queues();
    let queues: Vec<_> = all
        .iter()
        .map(|q| {
            let arguments: serde_json::Map<String, Value> =
                arguments(q).into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
            json!({"name": q.name, "vhost": vhost, "durable": true, "auto_delete": false,
                   "arguments": arguments})
        })
        .collect();
    let bindings: Vec<_> = all
        .iter()
        .map(|q| {
            json!({"source": q.exchange, "vhost": vhost, "destination": q.name,
                   "destination_type": "queue", "routing_key": q.routing_key, "arguments": {}})
        })
        .collect();
    json!({"vhosts": [{"name": vhost}], "exchanges": exchanges, "queues": queues,
           "bindings": bindings})
}
