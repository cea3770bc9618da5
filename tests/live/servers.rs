//! Each private server answers the client library that the product uses, and ends when told to.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use lapin::options::{BasicGetOptions, BasicPublishOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, ConnectionProperties};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use russh::client::{self, Handle};
use russh::keys::{PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate, decode_secret_key};
use russh_sftp::client::SftpSession;
use sqlx::{Connection, PgConnection};
use tests::servers::{Postfix, Postgres, RabbitMq, Sshd};

#[tokio::test]
async fn postgres_gives_every_test_its_own_database() -> Result<()> {
    let server = Postgres::shared();
    let (one, other) = (server.fresh_database().await?, server.fresh_database().await?);
    let mut one = PgConnection::connect(&one).await?;
    sqlx::query("CREATE TABLE filing (id int)").execute(&mut one).await?;
    let mut other = PgConnection::connect(&other).await?;
    let count = "SELECT count(*) FROM pg_tables WHERE tablename = 'filing'";
    let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut other).await?;
    ensure!(seen == 0, "the other database has the table too");
    let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut other).await?;
    ensure!(fsync == "on", "fsync is {fsync}");
    Ok(())
}

#[tokio::test]
async fn postgres_keeps_what_was_committed_when_it_is_killed() -> Result<()> {
    let mut server = Postgres::start()?;
    let url = server.fresh_database().await?;
    let mut before = PgConnection::connect(&url).await?;
    sqlx::raw_sql("CREATE TABLE filing (id int); INSERT INTO filing VALUES (7)")
        .execute(&mut before)
        .await?;
    server.kill()?;
    ensure!(PgConnection::connect(&url).await.is_err(), "it still answers");
    server.restart()?;
    let mut after = PgConnection::connect(&url).await?;
    let id: i32 = sqlx::query_scalar("SELECT id FROM filing").fetch_one(&mut after).await?;
    ensure!(id == 7, "it holds {id}");
    Ok(())
}

#[tokio::test]
async fn rabbitmq_carries_a_message_in_a_virtual_host_of_the_test() -> Result<()> {
    let url = RabbitMq::shared().fresh_vhost()?;
    put(&url, "filings", b"one").await?;
    ensure!(get(&url, "filings").await?.as_deref() == Some(b"one".as_slice()), "it was lost");
    let elsewhere = RabbitMq::shared().fresh_vhost()?;
    ensure!(get(&elsewhere, "filings").await?.is_none(), "two tests share a queue");
    Ok(())
}

#[tokio::test]
async fn rabbitmq_keeps_what_was_confirmed_when_it_is_killed() -> Result<()> {
    let mut server = RabbitMq::start()?;
    let url = server.fresh_vhost()?;
    put(&url, "filings", b"one").await?;
    server.settle()?;
    server.kill()?;
    ensure!(connect(&url).await.is_err(), "it still answers");
    server.restart()?;
    ensure!(get(&url, "filings").await?.as_deref() == Some(b"one".as_slice()), "it was lost");
    Ok(())
}

#[tokio::test]
async fn sshd_stores_what_sftp_brings() -> Result<()> {
    let server = Sshd::shared();
    let folder = server.fresh_folder()?;
    let session = sign_in(server).await?;
    let channel = session.channel_open_session().await?;
    channel.request_subsystem(true, "sftp").await?;
    let sftp = SftpSession::new(channel.into_stream()).await?;
    let name = format!("{folder}/届出.zip");
    sftp.create(name.as_str()).await?;
    sftp.write(name.as_str(), b"package").await?;
    let stored = std::fs::read(server.home().join(&name))?;
    ensure!(stored == b"package", "it holds {stored:?}");
    Ok(())
}

#[tokio::test]
async fn postfix_delivers_a_mail_over_tls() -> Result<()> {
    let server = Postfix::shared();
    let address = "kaigo@city.example.jp";
    mailer(server)?.send(mail_to(address)?).await?;
    let mails = server.wait_for_mails(address, 1).await?;
    let text = String::from_utf8_lossy(&mails[0]);
    ensure!(text.contains("Message-ID: <delivery-1@todoke.test>"), "it reads {text}");
    Ok(())
}

#[tokio::test]
async fn postfix_refuses_for_ever_or_for_now_as_the_address_asks() -> Result<()> {
    let mailer = mailer(Postfix::shared())?;
    let refused = mailer.send(mail_to("unknown@city.example.jp")?).await.err();
    ensure!(
        refused.as_ref().is_some_and(lettre::transport::smtp::Error::is_permanent),
        "it said {refused:?}"
    );
    let deferred = mailer.send(mail_to("later@city.example.jp")?).await.err();
    ensure!(
        deferred.as_ref().is_some_and(lettre::transport::smtp::Error::is_transient),
        "it said {deferred:?}"
    );
    Ok(())
}

#[test]
fn a_dropped_server_leaves_nothing_behind() -> Result<()> {
    let server = Sshd::start()?;
    let (port, home) = (server.port(), server.home());
    drop(server);
    ensure!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "it still answers");
    ensure!(!home.exists(), "its folder is still there");
    Ok(())
}

async fn connect(url: &str) -> lapin::Result<lapin::Connection> {
    lapin::Connection::connect(url, ConnectionProperties::default()).await
}

async fn declare(url: &str, queue: &str) -> Result<(lapin::Connection, lapin::Channel)> {
    let connection = connect(url).await?;
    let channel = connection.create_channel().await?;
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), lapin::types::AMQPValue::LongString("quorum".into()));
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(queue.into(), durable, arguments).await?;
    Ok((connection, channel))
}

async fn put(url: &str, queue: &str, body: &[u8]) -> Result<()> {
    let (_connection, channel) = declare(url, queue).await?;
    channel.confirm_select(lapin::options::ConfirmSelectOptions::default()).await?;
    let persistent = BasicProperties::default().with_delivery_mode(2);
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let publish = channel.basic_publish("".into(), queue.into(), options, body, persistent);
    let confirm = publish.await?.await?;
    ensure!(confirm.is_ack(), "not confirmed: {confirm:?}");
    Ok(())
}

async fn get(url: &str, queue: &str) -> Result<Option<Vec<u8>>> {
    let (_connection, channel) = declare(url, queue).await?;
    let message = channel.basic_get(queue.into(), BasicGetOptions::default()).await?;
    Ok(message.map(|message| message.delivery.data))
}

/// Takes the one host key that it was given.
struct Pinned(PublicKey);

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        Ok(matches!(shown, PublicKeyOrCertificate::PublicKey { key, .. }
            if key.key_data() == self.0.key_data()))
    }
}

async fn sign_in(server: &Sshd) -> Result<Handle<Pinned>> {
    let pinned = Pinned(PublicKey::from_openssh(&server.host_key()?)?);
    let address = ("127.0.0.1", server.port());
    let mut session = client::connect(Arc::default(), address, pinned).await?;
    let key = Arc::new(decode_secret_key(&server.user_key()?, None)?);
    let key = PrivateKeyWithHashAlg::new(key, None);
    let answer = session.authenticate_publickey(server.user(), key).await?;
    ensure!(answer.success(), "the key was refused");
    Ok(session)
}

fn mailer(server: &Postfix) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let certificate = Certificate::from_pem(server.certificate()?.as_bytes())?;
    let tls = TlsParameters::builder("localhost".into())
        .add_root_certificate(certificate)
        .build()
        .context("TLS parameters")?;
    Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(server.port())
        .tls(Tls::Required(tls))
        .build())
}

fn mail_to(address: &str) -> Result<Message> {
    Ok(Message::builder()
        .from("hub@todoke.test".parse()?)
        .to(address.parse()?)
        .subject("届出の到達")
        .message_id(Some("<delivery-1@todoke.test>".into()))
        .body("届出が届きました。".to_owned())?)
}
