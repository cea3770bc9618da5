//! A private Postfix that takes mail for every address and puts it into one Maildir.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::place;
use super::supervise::{Program, answers, own};

const BINARIES: &str = "/usr/lib/postfix/sbin";

/// What a Postfix needs to receive and keep mail; nothing here sends any onwards.
const SERVICES: &str = "\
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error    unix - - n - - error
retry    unix - - n - - error
virtual  unix - n n - - virtual
anvil    unix - - n - 1 anvil
tlsmgr   unix - - n 1000? 1 tlsmgr
postlog  unix-dgram n - n - 1 postlogd
";

/// Not a certificate authority: rustls refuses one as a server's own certificate.
const CERTIFICATE_REQUEST: &str = "\
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost
";

/// A Postfix on a free loopback port. It answers 550 for `unknown@…` and 451 for `later@…`,
/// offers STARTTLS with a certificate for `localhost`, and takes mails of up to 32 MiB.
#[derive(Debug, Serialize, Deserialize)]
pub struct Postfix {
    port: u16,
    folder: PathBuf,
    #[serde(skip)]
    program: Option<Program>,
}

impl Postfix {
    /// The one of this run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postfix> = OnceLock::new();
        super::shared(&SHARED, "postfix", Self::start)
    }

    /// One of your own, for tests that stop or kill it. Postfix takes root to start.
    pub fn start() -> Result<Self> {
        ensure!(place::is_root()?, "Postfix must be started by root: run tests/run as root");
        let postfix = place::program("postfix", "postfix")?;
        let folder = place::folder("postfix")?;
        let port = place::port()?;
        let server = Self { port, folder, program: None };
        server.lay_out()?;
        place::run(Command::new(postfix).arg("-c").arg(server.folder.join("etc")).arg("check"))?;

        let mut master = Command::new(format!("{BINARIES}/master"));
        master.arg("-s").arg("-c").arg(server.folder.join("etc"));
        let program = Program::start(&master, "TERM", server.folder.clone())?;
        let server = Self { program: Some(program), ..server };
        server.wait()?;
        Ok(server)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that its STARTTLS shows, in PEM; its name is `localhost`.
    pub fn certificate(&self) -> Result<String> {
        fs::read_to_string(self.folder.join("etc/certificate.pem")).context("certificate")
    }

    /// The mails that were delivered to this address so far, whole, in no order.
    pub fn mails_to(&self, address: &str) -> Result<Vec<Vec<u8>>> {
        let line = format!("Delivered-To: {address}\n");
        let mut mails = Vec::new();
        let Ok(files) = fs::read_dir(self.folder.join("mail/all/new")) else {
            return Ok(mails);
        };
        for file in files {
            let mail = fs::read(file?.path())?;
            if mail.windows(line.len()).any(|part| part.eq_ignore_ascii_case(line.as_bytes())) {
                mails.push(mail);
            }
        }
        Ok(mails)
    }

    /// Waits until this many mails have come for the address.
    pub async fn wait_for_mails(&self, address: &str, count: usize) -> Result<Vec<Vec<u8>>> {
        let arrival = async {
            loop {
                let mails = self.mails_to(address)?;
                if mails.len() >= count {
                    return Ok(mails);
                }
                // A Maildir gives no signal.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let limit = Duration::from_secs(30);
        tokio::time::timeout(limit, arrival)
            .await
            .with_context(|| format!("no {count} mails for {address}; log:\n{}", self.log()))?
    }

    /// Stops listening and cuts every connection.
    pub fn kill(&mut self) -> Result<()> {
        own(&mut self.program)?.order("kill")
    }

    /// Starts it again with the same port, queue and mails.
    pub fn restart(&mut self) -> Result<()> {
        own(&mut self.program)?.order("start")?;
        self.wait()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("mail.log")).unwrap_or_default()
    }

    fn wait(&self) -> Result<()> {
        let program = self.program.as_ref().context("no program")?;
        program.wait(Duration::from_secs(30), || answers(self.port)).with_context(|| self.log())
    }

    fn lay_out(&self) -> Result<()> {
        for name in ["etc", "queue", "data", "mail"] {
            fs::create_dir(self.folder.join(name))?;
        }
        place::run(Command::new("chown").arg("postfix").arg(self.folder.join("data")))?;
        place::run(Command::new("chown").arg("nobody").arg(self.folder.join("mail")))?;
        let etc = self.folder.join("etc");
        fs::write(etc.join("request"), CERTIFICATE_REQUEST)?;
        let mut openssl = Command::new(place::program("openssl", "openssl")?);
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-nodes", "-days", "30", "-config", "request", "-keyout", "key.pem"]);
        place::run(openssl.args(["-out", "certificate.pem"]).current_dir(&etc))?;
        fs::write(
            etc.join("recipients"),
            "/^unknown@/ 550 5.1.1 no such address\n\
            /^later@/ 451 4.2.1 the mailbox is busy\n",
        )?;
        fs::write(etc.join("main.cf"), self.configuration()?)?;
        let smtpd = format!("127.0.0.1:{} inet n - n - - smtpd\n", self.port);
        fs::write(etc.join("master.cf"), smtpd + SERVICES)?;
        Ok(())
    }

    fn configuration(&self) -> Result<String> {
        let folder = place::text(&self.folder);
        let nobody = place::run(Command::new("id").args(["-u", "nobody"]))?;
        let nobody = nobody.trim();
        Ok(format!(
            "compatibility_level = 3.6\n\
             queue_directory = {folder}/queue\n\
             data_directory = {folder}/data\n\
             daemon_directory = {BINARIES}\n\
             maillog_file = {folder}/mail.log\n\
             maillog_file_prefixes = {folder}\n\
             myhostname = mail.todoke.test\n\
             mydestination =\n\
             inet_protocols = ipv4\n\
             mynetworks = 127.0.0.0/8\n\
             alias_maps =\n\
             smtpd_recipient_restrictions = \
               check_recipient_access regexp:{folder}/etc/recipients, permit_mynetworks, reject\n\
             smtpd_client_connection_count_limit = 0\n\
             smtpd_tls_security_level = may\n\
             smtpd_tls_cert_file = {folder}/etc/certificate.pem\n\
             smtpd_tls_key_file = {folder}/etc/key.pem\n\
             message_size_limit = 33554432\n\
             mailbox_size_limit = 0\n\
             virtual_mailbox_limit = 0\n\
             virtual_mailbox_domains = static:all\n\
             virtual_mailbox_base = {folder}/mail\n\
             virtual_mailbox_maps = static:all/\n\
             virtual_uid_maps = static:{nobody}\n\
             virtual_gid_maps = static:{nobody}\n\
             virtual_minimum_uid = 1\n\
             default_transport = error:no mail leaves the tests\n\
             in_flow_delay = 0\n"
        ))
    }
}
