//! `todoke`: the binary. Everything is in the library; see `cli`.

use std::process::ExitCode;

/// Filings are many small pieces, taken on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match hub::cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::debug!(?error, "ends with an error");
            hub::cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
