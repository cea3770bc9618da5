//! What the staff of a drill are given, and what a colleague does.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Connection, ConnectionProperties};
use schemas::AuthorityId;
use tokio::process::Command;

use super::desk::Desk;
use super::troubles::ABOUT;
use crate::cast::Cast;
use crate::engines::Hub;

/// Where the hub tells operations of what begins.
pub(super) const MAIL: &str = "operations@todoke.test";

/// Who watches the hub.
pub(super) struct Staff {
    folder: PathBuf,
    program: PathBuf,
    variables: Vec<(String, String)>,
    pages: Vec<String>,
    key: String,
}

impl Staff {
    pub(super) async fn new(hub: &Hub, folder: &Path) -> Result<Self> {
        fs::create_dir(folder)
            .with_context(|| format!("--drill {}: it takes a new folder", folder.display()))?;
        let folder = folder.canonicalize()?;
        let data = folder.join("data");
        fs::create_dir(&data)?;
        fs::write(data.join("signing.key"), &hub.signing_key)?;
        let mut variables = hub.variables.clone();
        variables.push(("TODOKE_DATA__FOLDER".to_owned(), data.display().to_string()));
        let program = tests::demo::program().await?;
        let (pages, key) = (hub.intakes.clone(), hub.operations_key.clone());
        Ok(Self { folder, program, variables, pages, key })
    }

    /// Writes down how to get at everything.
    pub(super) fn write(&self, cast: &Cast, desk: &Desk, mails: &Path) -> Result<()> {
        let mut settings = String::new();
        for (name, value) in &self.variables {
            writeln!(settings, "export {name}='{value}'")?;
        }
        fs::write(self.folder.join("hub.env"), settings)?;
        let codes: Vec<_> = cast.authorities.iter().map(AuthorityId::as_str).collect();
        let text = format!(
            "You watch this hub. Authorities and parts of it will be in trouble, one beside the \
             other, and nothing is told to you but by the hub itself.\n\n\
             Pages: {pages}\n\
             Log in at /login with the key {key}\n\
             Mails to operations ({MAIL}) lie in {mails}\n\n\
             The command line, as one of the staff (SUDO_USER says who you are; a second person \
             is another name):\n\n    . {folder}/hub.env; SUDO_USER=suzuki {program} --help\n\n\
             Call an authority; about is one of {about}:\n\n    \
             curl -X POST '{desk}/authorities/CODE/call?about=server'\n\n\
             Let a part on our machines be started:\n\n    \
             curl -X POST {desk}/parts/NAME/start\n\n\
             Parts: {parts}\n\nAuthorities: {codes}\n",
            pages = self.pages.join(" and "),
            key = self.key,
            mails = mails.join(MAIL).display(),
            folder = self.folder.display(),
            program = self.program.display(),
            about = ABOUT.join(", "),
            desk = desk.url,
            parts = desk.parts.join(", "),
            codes = codes.join(", "),
        );
        Ok(fs::write(self.folder.join("README.md"), text)?)
    }

    /// Somebody's command.
    pub(super) async fn todoke(&self, who: &str, words: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.args(words).env("SUDO_USER", who);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let done = command.kill_on_drop(true).output().await?;
        ensure!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    }

    /// What a program that is not ours might put into our exchange.
    pub(super) async fn publish_garbage(&self) -> Result<()> {
        let (_, url) = self
            .variables
            .iter()
            .find(|(name, _)| name == "TODOKE_BROKER__URL")
            .context("a broker")?;
        let connection = Connection::connect(url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let (exchange, key) =
            (hub::broker::topology::WORK, hub::broker::topology::FILING_SUBMITTED);
        let publish = channel.basic_publish(
            exchange.into(),
            key.into(),
            BasicPublishOptions::default(),
            b"<filing/>",
            BasicProperties::default(),
        );
        publish.await?.await?;
        Ok(connection.close(200, "done".into()).await?)
    }
}
