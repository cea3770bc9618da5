//! Work messages: what several stages write to and read from the broker in the same way.

use schemas::message::DeliveryDue;

use crate::broker::Incoming;
use crate::broker::topology;
use crate::context::Context;
use crate::delivery::{Delivery, State};
use crate::store::{DeadLetterRow, Tx};

/// A message that cannot be read, for the page of dead letters.
pub fn dead_letter(ctx: &Context, message: &Incoming, reason: &str) -> DeadLetterRow {
    tracing::error!(queue = message.queue, reason, "a message went to the dead letters");
    DeadLetterRow {
        id: ctx.clock.id(),
        queue: message.queue.clone(),
        reason: reason.to_owned(),
        body: hex::encode(&message.body),
        at: ctx.clock.now_ms(),
    }
}

/// The couriers' work message of a delivery that is due.
pub fn enqueue_due(tx: &mut Tx, delivery: &Delivery) -> anyhow::Result<()> {
    let (State::Due, Some(channel)) = (&delivery.state, delivery.channel) else { return Ok(()) };
    let message = DeliveryDue { delivery_id: delivery.id, turn: delivery.turn, trace: None };
    let key = topology::delivery_due(channel, delivery.authority);
    tx.enqueue(topology::WORK, key, &message)?;
    Ok(())
}
