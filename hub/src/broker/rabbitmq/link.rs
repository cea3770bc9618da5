//! One connection with one channel, and the topology declared over it.

use std::time::Duration;

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties, Error, ErrorKind, ExchangeKind};
use serde_json::Value;
use tokio::time::timeout;

use super::super::topology::{self, EXCHANGES, Queue};

/// Time for connecting and signing in.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Time for the polite end of a connection.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);
/// Heartbeat in seconds where the URL names none: a silent peer is noticed after two of them.
const HEARTBEAT_S: u16 = 20;

/// Why the broker cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// Not an AMQP URL.
    #[error(
        "broker.url is not an AMQP URL: {0}; write amqp://USER:PASSWORD@HOST:PORT/VHOST, with %2f \
         for the virtual host `/`"
    )]
    Url(String),
    /// Nothing answers there, or not as a broker would.
    #[error(
        "broker.url: cannot reach RabbitMQ at {address}: {why}; check that the server runs, that \
         host and port are right and that no firewall is between"
    )]
    Unreachable {
        /// Host and port.
        address: String,
        /// What happened.
        why: String,
    },
    /// The server does not let us in.
    #[error(
        "broker.url: RabbitMQ at {address} refuses user {user}: {why}; check user and password \
         (`rabbitmqctl authenticate_user {user} PASSWORD`)"
    )]
    Login {
        /// Host and port.
        address: String,
        /// Who we said we are.
        user: String,
        /// What the server says.
        why: String,
    },
    /// The server has no such virtual host for us.
    #[error(
        "broker.url: RabbitMQ at {address} does not open the virtual host `{vhost}`: {why}; write \
         `/` as %2f, or make it (`rabbitmqctl add_vhost`) and let the user in \
         (`rabbitmqctl set_permissions -p`)"
    )]
    VirtualHost {
        /// Host and port.
        address: String,
        /// Its name.
        vhost: String,
        /// What the server says.
        why: String,
    },
    /// A queue or exchange is there, but made otherwise, or may not be made by us.
    #[error("RabbitMQ does not take our {what} {name}: {why}; {mend}")]
    Topology {
        /// `queue` or `exchange`.
        what: &'static str,
        /// Its name.
        name: String,
        /// What the server says; it names the difference.
        why: String,
        /// What to do.
        mend: String,
    },
    /// The connection ended meanwhile.
    #[error("the connection to RabbitMQ ended: {0}")]
    Lost(String),
}

impl BrokerError {
    /// Whether the same may work in a moment: the server is starting, or out of reach.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Lost(_) => true,
            Self::Url(_)
            | Self::Login { .. }
            | Self::VirtualHost { .. }
            | Self::Topology { .. } => false,
        }
    }
}

/// A connection with its channel; both end when it is dropped.
#[derive(Debug)]
pub(super) struct Link {
    pub connection: Connection,
    pub channel: Channel,
    vhost: String,
}

impl Link {
    /// Connects and opens a channel; `name` is shown in the broker's list of connections.
    pub(super) async fn open(uri: &AMQPUri, name: &str) -> Result<Self, BrokerError> {
        let named = ConnectionProperties::default().with_connection_name(name.into());
        let address = address(uri);
        let connecting = timeout(CONNECT_LIMIT, Connection::connect_uri(uri.clone(), named));
        let Ok(connected) = connecting.await else {
            let why = format!("no answer within {} s", CONNECT_LIMIT.as_secs());
            return Err(BrokerError::Unreachable { address, why });
        };
        let connection = connected.map_err(|error| refusal(uri, address, &error))?;
        let channel = connection.create_channel().await.map_err(lost)?;
        Ok(Self { connection, channel, vhost: uri.vhost.clone() })
    }

    /// Declares all exchanges and the given queues with their bindings; what is there already must
    /// be the same.
    pub(super) async fn declare(&self, queues: &[Queue]) -> Result<(), BrokerError> {
        for exchange in EXCHANGES {
            let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
            let kind = ExchangeKind::Custom(exchange.kind.to_owned());
            self.channel
                .exchange_declare(exchange.name.into(), kind, options, FieldTable::default())
                .await
                .map_err(|error| misfit(("exchange", exchange.name), &self.vhost, &error))?;
        }
        for queue in queues {
            let declared = self.declare_queue(queue).await;
            declared.map_err(|error| misfit(("queue", &queue.name), &self.vhost, &error))?;
        }
        Ok(())
    }

    async fn declare_queue(&self, queue: &Queue) -> lapin::Result<()> {
        let mut arguments = FieldTable::default();
        for (name, value) in topology::arguments(queue) {
            arguments.insert(name.into(), argument(&value));
        }
        let options = QueueDeclareOptions { durable: true, ..Default::default() };
        let name = short(&queue.name)?;
        self.channel.queue_declare(name.clone(), options, arguments).await?;
        self.channel
            .queue_bind(
                name,
                queue.exchange.into(),
                short(&queue.routing_key)?,
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await
    }

    /// Ends the connection politely, if the server still answers.
    pub(super) async fn close(self) {
        drop(timeout(CLOSE_LIMIT, self.connection.close(200, "goodbye".into())).await);
    }
}

/// Reads the URL, with a heartbeat short enough to notice a peer that vanished.
pub(super) fn parse(url: &str) -> Result<AMQPUri, BrokerError> {
    let mut uri: AMQPUri = url.parse().map_err(BrokerError::Url)?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
    Ok(uri)
}

/// A text as AMQP's short string, whose plain conversion panics over 255 bytes.
pub(super) fn short(text: &str) -> lapin::Result<ShortString> {
    ShortString::try_new(text).map_err(|error| std::io::Error::other(error).into())
}

/// For `map_err`: the link ended while we were at it.
#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
pub(super) fn lost(error: Error) -> BrokerError {
    BrokerError::Lost(error.to_string())
}

fn argument(value: &Value) -> AMQPValue {
    match value.as_i64() {
        Some(number) => AMQPValue::LongLongInt(number),
        None => AMQPValue::LongString(value.as_str().unwrap_or_default().into()),
    }
}

pub(super) fn address(uri: &AMQPUri) -> String {
    format!("{}:{}", uri.authority.host, uri.authority.port)
}

fn refusal(uri: &AMQPUri, address: String, error: &Error) -> BrokerError {
    let ErrorKind::ProtocolError(answer) = error.kind() else {
        return BrokerError::Unreachable { address, why: error.to_string() };
    };
    let why = answer.get_message().to_string();
    match answer.kind() {
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => {
            BrokerError::Login { address, user: uri.authority.userinfo.username.clone(), why }
        }
        AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => {
            BrokerError::VirtualHost { address, vhost: uri.vhost.clone(), why }
        }
        AMQPErrorKind::Soft(_) | AMQPErrorKind::Hard(_) => {
            BrokerError::Unreachable { address, why }
        }
    }
}

fn misfit((what, name): (&'static str, &str), vhost: &str, error: &Error) -> BrokerError {
    let ErrorKind::ProtocolError(answer) = error.kind() else {
        return BrokerError::Lost(error.to_string());
    };
    let why = answer.get_message().to_string();
    let mend = match answer.kind() {
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => {
            format!(
                "let the user configure, write and read `todoke.*` \
                 (`rabbitmqctl set_permissions --vhost {vhost}`)"
            )
        }
        AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => format!(
            "it was made otherwise: delete it with `{}` and start again; what it holds is \
             published again from the store",
            deletion(what, name, vhost)
        ),
        AMQPErrorKind::Hard(AMQPHardError::INTERNALERROR | AMQPHardError::NOTIMPLEMENTED)
            if what == "queue" =>
        {
            "it needs quorum queues: RabbitMQ 3.10 or later, with \
             `rabbitmqctl enable_feature_flag quorum_queue`"
                .to_owned()
        }
        AMQPErrorKind::Soft(_) | AMQPErrorKind::Hard(_) => "see the server's log".to_owned(),
    };
    BrokerError::Topology { what, name: name.to_owned(), why, mend }
}

/// The command that deletes it, on a server without plugins.
fn deletion(what: &str, name: &str, vhost: &str) -> String {
    if what == "queue" {
        return format!("rabbitmqctl delete_queue --vhost {vhost} {name}");
    }
    format!(
        "rabbitmqctl eval 'rabbit_exchange:delete(rabbit_misc:r(<<\"{vhost}\">>, exchange, \
         <<\"{name}\">>), false, <<\"todoke\">>).'"
    )
}
