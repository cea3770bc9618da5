//! A delivery: one filing revision to one authority, with its two state machines.

mod state;
mod succession;

use schemas::{AuthorityId, Channel, DeliveryId, FilingId, ProofLevel};

use crate::trace::Trace;

pub use state::{Event, Refusal, Review, State};
pub use succession::WAITS_FOR_PREDECESSOR;

/// The code of a delivery that waits until its files are looked through for malware.
pub const SCAN_PENDING: &str = "scan_pending";

/// The code of a delivery with a file that holds malware.
pub const FILE_INFECTED: &str = "file_infected";

/// The code of a delivery that staff keeps from going.
pub const HELD_BY_HAND: &str = "held_by_hand";

/// The rule of a delivery that is a test of the way to its authority and brings no filing. Word for
/// word in the statements that count deliveries.
pub const TEST_RULE: &str = "test";

/// One filing revision on its way to one authority.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its id; every try carries it.
    pub id: DeliveryId,
    /// What is delivered.
    pub filing_id: FilingId,
    /// Which revision of it.
    pub revision: i32,
    /// To whom.
    pub authority: AuthorityId,
    /// Over which channel now; none while the authority has no way to be reached.
    pub channel: Option<Channel>,
    /// Place of that channel in the authority's ladder, from 0.
    pub ladder_step: i32,
    /// Transport side.
    pub state: State,
    /// Review side.
    pub review: Review,
    /// How often it has become due; a work message names the turn it was written for.
    pub turn: i32,
    /// Tries used up on this channel.
    pub tries: i32,
    /// Attempts made on all channels.
    pub attempts: i32,
    /// How often in a row its lane turned it away.
    pub postponed: i32,
    /// How often in a row a fault of ours kept it from being tried.
    pub faults: i32,
    /// What is proved.
    pub proof: Option<ProofLevel>,
    /// An earlier channel may already have brought it.
    pub second_copy: bool,
    /// SHA-256 of the sealed package, once it was built.
    pub package_sha256: Option<String>,
    /// The routing rule that named this authority.
    pub rule: String,
    /// The article behind that rule.
    pub article: String,
    /// When it was planned, in milliseconds.
    pub created_at: i64,
    /// Since when it is on this channel, in milliseconds.
    pub channel_since: i64,
    /// When the authority decided, in milliseconds.
    pub decided_at: Option<i64>,
    /// When it last changed, in milliseconds.
    pub updated_at: i64,
    /// Under which it was planned; none of builds before.
    pub trace: Option<Trace>,
}

impl Delivery {
    /// Moves the transport side; what does not fit the state is refused and changes nothing.
    pub fn apply(&mut self, event: Event, now: i64) -> Result<(), Refusal> {
        let counts = event.counts();
        let next = self.state.apply(event)?;
        if next == State::Due {
            self.turn += 1;
        }
        // Falling due in between does not end a row of postponements or faults; an attempt does.
        if counts.attempts > 0 {
            (self.postponed, self.faults) = (0, 0);
        }
        self.tries += counts.tries;
        self.attempts += counts.attempts;
        self.postponed += counts.postponed;
        self.faults += counts.faults;
        self.state = next;
        self.updated_at = now;
        Ok(())
    }

    /// What the operator withdrew while it was under way ends here, unless it has arrived: the
    /// authority is told by the withdrawal's own delivery.
    pub fn end_if_withdrawn(&mut self, now: i64) {
        if self.review == Review::Withdrawn {
            // Refused when it has arrived, which is as it should be.
            drop(self.apply(Event::Cancel, now));
        }
    }

    /// Staff starts it anew, with a fresh count of tries.
    pub fn start_anew(&mut self, now: i64) -> Result<(), Refusal> {
        self.apply(Event::Redrive, now)?;
        self.tries = 0;
        self.channel_since = now;
        Ok(())
    }

    /// Goes over to the next channel of the ladder, with a fresh count of tries.
    pub fn change_channel(&mut self, channel: Channel, step: i32, now: i64) {
        self.channel = Some(channel);
        self.ladder_step = step;
        self.tries = 0;
        self.channel_since = now;
    }

    /// Whether it tests the way to its authority and brings no filing.
    pub fn is_test(&self) -> bool {
        self.rule == TEST_RULE
    }

    /// Whether it is stopped because one of its files holds malware.
    pub fn is_infected(&self) -> bool {
        matches!(&self.state, State::Failed { why } if why.code == FILE_INFECTED)
    }

    /// Raises what is proved; a lower level changes nothing.
    pub fn prove(&mut self, level: ProofLevel) -> bool {
        let raised = self.proof < Some(level);
        if raised {
            self.proof = Some(level);
        }
        raised
    }
}
