//! What a correction or withdrawal owes to the deliveries before it. Pure.

use schemas::{Owner, Why};

use super::{Delivery, Event, State};

/// The code of a delivery that waits for the try of an earlier revision.
pub const WAITS_FOR_PREDECESSOR: &str = "waits_for_predecessor";

impl Delivery {
    /// What has to happen to a due delivery before it may go out; nothing, when it may go now.
    /// `all` holds the deliveries of its filing, and may hold those of others.
    ///
    /// Two revisions never go to one authority at once. And who got nothing of a filing is not told
    /// that it is withdrawn: only a withdrawal follows what was cancelled.
    pub fn before_going(&self, all: &[Self]) -> Option<Event> {
        let is_earlier = |other: &&Self| {
            other.filing_id == self.filing_id
                && other.authority == self.authority
                && other.revision < self.revision
        };
        let mut earlier = all.iter().filter(is_earlier).peekable();
        earlier.peek()?;
        if earlier.clone().any(|d| matches!(d.state, State::Due | State::Sending { .. })) {
            let sentence = "the revision before it is on its way to this authority; this one \
                            follows when that try is over";
            return Some(Event::Hold {
                why: Why::new(WAITS_FOR_PREDECESSOR, Owner::Hub, sentence),
            });
        }
        let never_sent = earlier.all(|d| d.state == State::Cancelled && !d.second_copy);
        never_sent.then_some(Event::Cancel)
    }
}
