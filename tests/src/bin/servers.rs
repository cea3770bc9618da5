//! Starts the private servers once for a whole test run.
//!
//! `servers COMMAND…` runs the command with `TODOKE_TEST_SERVERS` set and ends with its status;
//! `servers` alone prints that variable and runs until its standard input closes.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;

use anyhow::{Context, Result, anyhow};
use tests::servers::{Clamd, FOLDER_VARIABLE, Postfix, Postgres, RabbitMq, Sshd, describe};

fn main() -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("todoke-servers-").tempdir()?;
    let (postgres, rabbitmq, sshd, postfix, clamd) = thread::scope(|scope| {
        let postgres = scope.spawn(Postgres::start);
        let rabbitmq = scope.spawn(RabbitMq::start);
        let sshd = scope.spawn(Sshd::start);
        let postfix = scope.spawn(Postfix::start);
        let clamd = scope.spawn(Clamd::start);
        (postgres.join(), rabbitmq.join(), sshd.join(), postfix.join(), clamd.join())
    });
    let postgres = started("PostgreSQL", postgres)?;
    let rabbitmq = started("RabbitMQ", rabbitmq)?;
    let sshd = started("OpenSSH", sshd)?;
    let postfix = started("Postfix", postfix)?;
    let clamd = started("ClamAV", clamd)?;
    describe(folder.path(), "postgres", &postgres)?;
    describe(folder.path(), "rabbitmq", &rabbitmq)?;
    describe(folder.path(), "sshd", &sshd)?;
    describe(folder.path(), "postfix", &postfix)?;
    describe(folder.path(), "clamd", &clamd)?;

    let mut command = std::env::args_os().skip(1);
    let Some(program) = command.next() else {
        return until_input_ends(folder.path());
    };
    let status = Command::new(&program)
        .args(command)
        .env(FOLDER_VARIABLE, folder.path())
        .status()
        .with_context(|| format!("run {}", program.display()))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn started<T>(name: &str, server: thread::Result<Result<T>>) -> Result<T> {
    server.map_err(|_| anyhow!("{name} panicked"))?.with_context(|| format!("start {name}"))
}

fn until_input_ends(folder: &Path) -> Result<ExitCode> {
    writeln!(std::io::stdout(), "export {FOLDER_VARIABLE}={}", folder.display())?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(ExitCode::SUCCESS)
}
