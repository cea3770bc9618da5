//! The threads that draw: as many as there are processors, and for nothing else.
//!
//! More at once would only hold each other up. And drawing takes megabytes for a moment, of which
//! an allocator keeps some for each thread that ever drew: among all threads for blocking work that
//! came to half a gigabyte.

use std::num::NonZero;

use adapters::print::{Paper, Print, print};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::OnceCell;

/// The threads, once there was something to draw.
#[derive(Debug, Default)]
pub(super) struct Presses(OnceCell<Runtime>);

impl Presses {
    /// Draws a paper when its turn has come.
    pub(super) async fn draw(&self, paper: Paper) -> anyhow::Result<Print> {
        let threads = self.0.get_or_try_init(async || {
            let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
            Builder::new_current_thread().max_blocking_threads(processors).build()
        });
        Ok(threads.await?.spawn_blocking(move || print(&paper)).await??)
    }
}

impl Drop for Presses {
    fn drop(&mut self) {
        if let Some(threads) = self.0.take() {
            // It may be dropped where nothing may wait.
            threads.shutdown_background();
        }
    }
}
