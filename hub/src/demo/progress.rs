//! The live display: what is submitted, delivered, answered and notified so far.

use std::io::IsTerminal;
use std::sync::atomic::Ordering;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::scene::Scene;
use super::settle::Left;

/// Four bars on standard error; none when that is no terminal.
pub(super) struct Progress {
    submitted: ProgressBar,
    delivered: ProgressBar,
    answered: ProgressBar,
    notices: ProgressBar,
}

impl Progress {
    /// Bars for so many filings.
    pub(super) fn new(filings: usize, is_wanted: bool) -> Self {
        let all = MultiProgress::new();
        if !is_wanted || !std::io::stderr().is_terminal() {
            all.set_draw_target(ProgressDrawTarget::hidden());
        }
        let bar = |name: &'static str, length: u64| {
            let style =
                ProgressStyle::with_template("{prefix:>10} {wide_bar} {pos:>6}/{len:<6} {msg}");
            let bar = all.add(ProgressBar::new(length).with_prefix(name));
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        };
        Self {
            submitted: bar("submitted", filings as u64),
            delivered: bar("delivered", 0),
            answered: bar("answered", 0),
            notices: bar("notices", 0),
        }
    }

    /// Shows how far it is.
    pub(super) fn show(&self, scene: &Scene, left: &Left) {
        let tally = &scene.tally;
        let count =
            |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::Relaxed) as u64;
        self.submitted.set_position(count(&tally.submitted));
        let open = left.due + left.sending + left.waiting;
        self.delivered.set_length(left.delivered + left.apart + open);
        self.delivered.set_position(left.delivered);
        self.delivered.set_message(format!("{} held, failed or cancelled", left.apart));
        self.answered.set_length(left.delivered);
        self.answered.set_position(left.decided);
        self.answered.set_message(format!("{} under way", left.people));
        self.notices.set_length(left.notices_done + left.notices);
        self.notices.set_position(left.notices_done);
    }

    /// Takes the bars away.
    pub(super) fn clear(&self) {
        for bar in [&self.submitted, &self.delivered, &self.answered, &self.notices] {
            bar.finish_and_clear();
        }
    }
}
