//! `todoke`: the binary. Everything is in the library; see `cli`.

use std::process::ExitCode;

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
