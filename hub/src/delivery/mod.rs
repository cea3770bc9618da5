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

    /// Staff sends it over another channel of the ladder, from the first try there.
    pub fn switch(&mut self, (channel, step): (Channel, i32), now: i64) -> Result<(), Refusal> {
        self.apply(Event::Switch, now)?;
        (self.postponed, self.faults) = (0, 0);
        self.change_channel(channel, step, now);
        Ok(())
    }

    /// Staff takes it from an authority that has nothing of it: another gets it.
    pub fn take_away(&mut self, now: i64) -> Result<(), Refusal> {
        let review = self.review.withdraw()?;
        self.apply(Event::Cancel, now)?;
        self.review = review;
        Ok(())
    }

    /// Staff gives it back to an authority from which they had taken it, from the first try.
    pub fn give_back(&mut self, now: i64) -> Result<(), Refusal> {
        self.apply(Event::Restore, now)?;
        self.review = Review::Unopened;
        (self.tries, self.postponed, self.faults) = (0, 0, 0);
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

#[cfg(test)]
mod tests {
    use schemas::{Owner, Why};

    use super::*;

    fn in_state(state: State) -> Delivery {
        let nil = uuid::Uuid::nil();
        Delivery {
            id: DeliveryId(nil),
            filing_id: FilingId(nil),
            revision: 1,
            authority: "011002".parse().expect("a code"),
            channel: Some(Channel::Api),
            ladder_step: 0,
            state,
            review: Review::Unopened,
            turn: 3,
            tries: 2,
            attempts: 2,
            postponed: 1,
            faults: 1,
            proof: None,
            second_copy: true,
            package_sha256: None,
            rule: "union".to_owned(),
            article: String::new(),
            created_at: 0,
            channel_since: 0,
            decided_at: None,
            updated_at: 0,
            trace: None,
        }
    }

    fn states() -> [State; 7] {
        let why = Why::new("http_410", Owner::Authority, "gone");
        [
            State::Due,
            State::Waiting { next_attempt_at: 9, why: why.clone() },
            State::Held { why: why.clone() },
            State::Failed { why },
            State::Sending { lease_until: 9, lease_owner: "courier".to_owned() },
            State::Delivered { at: 1 },
            State::Cancelled,
        ]
    }

    #[test]
    fn another_channel_begins_anew_and_never_while_a_try_is_under_way() {
        for (place, state) in states().into_iter().enumerate() {
            let before = in_state(state);
            let mut delivery = before.clone();
            let switched = delivery.switch((Channel::Sftp, 1), 5);
            assert_eq!(switched.is_ok(), place < 4, "{:?}", before.state);
            if switched.is_err() {
                assert_eq!(delivery, before, "it changed nothing");
                continue;
            }
            let now = (delivery.channel, delivery.ladder_step, delivery.tries, delivery.turn);
            assert_eq!(now, (Some(Channel::Sftp), 1, 0, 4));
            assert_eq!((&delivery.state, delivery.attempts), (&State::Due, 2));
            assert!(delivery.second_copy, "the former channel may have brought it");
        }
    }

    #[test]
    fn what_is_not_there_is_taken_away_and_given_back() {
        for (place, state) in states().into_iter().enumerate() {
            let before = in_state(state);
            let mut delivery = before.clone();
            let taken = delivery.take_away(5);
            assert_eq!(taken.is_ok(), place < 4, "{:?}", before.state);
            if taken.is_err() {
                assert_eq!(delivery, before, "it changed nothing");
                continue;
            }
            assert_eq!((&delivery.state, delivery.review), (&State::Cancelled, Review::Withdrawn));
            delivery.give_back(6).expect("it goes");
            assert_eq!((&delivery.state, delivery.review), (&State::Due, Review::Unopened));
            assert_eq!((delivery.tries, delivery.turn), (0, 4));
            assert!(delivery.give_back(7).is_err(), "only once");
        }
    }
}
