//! The channels against the real servers: drops on OpenSSH, mails through Postfix.

use adapters::email::{Email, MailSettings, Mailer};
use adapters::guard::Guard;
use adapters::sftp::{PoolLimits, Sftp};
use adapters::{Adapter, Endpoint, Parcel, Sealed, email};
use anyhow::{Context, Result};
use bytes::Bytes;
use hub::clock::Clock;
use schemas::{Outcome, ProofLevel};
use tests::parcels::parcel_of;
use tests::servers::{Postfix, Sshd};

fn parcel() -> Result<Parcel> {
    parcel_of(Sealed::in_memory(Bytes::from(vec![0x50; 300_000])))
}

fn sftp() -> Sftp {
    Sftp::new(Guard { allow_private: true }, PoolLimits::default())
}

#[tokio::test]
async fn openssh_gets_a_package_once_and_its_marker_last() -> Result<()> {
    let (config, folder) = Sshd::shared().drop_box()?;
    let (sftp, parcel) = (sftp(), parcel()?);
    let endpoint = Endpoint::Sftp(config);
    for duplicate in [false, true] {
        let outcome = sftp.deliver(&endpoint, &parcel).await;
        let Outcome::Delivered { proof } = outcome else { anyhow::bail!("{outcome:?}") };
        assert_eq!(proof.level, ProofLevel::Stored);
        assert_eq!(proof.evidence["duplicate"], duplicate);
    }
    let name = parcel.file_name();
    let dropped = std::fs::read(folder.join(&name))?;
    assert_eq!(&dropped[..], &parcel.package.bytes().context("in memory")?[..]);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        names.push(entry?.file_name().into_string().unwrap_or_default());
    }
    names.sort();
    assert_eq!(names, [name.clone(), format!("{name}.done")]);
    assert!(sftp.probe(&endpoint).await.ok);
    Ok(())
}

#[tokio::test]
async fn openssh_with_a_key_that_is_not_pinned_is_refused() -> Result<()> {
    let (mut config, folder) = Sshd::shared().drop_box()?;
    config.host_keys = vec!["SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU".to_owned()];
    let outcome = sftp().deliver(&Endpoint::Sftp(config), &parcel()?).await;
    let Outcome::Refused { why } = outcome else { anyhow::bail!("{outcome:?}") };
    assert_eq!(why.code, "host_key_unknown");
    assert_eq!(std::fs::read_dir(folder)?.count(), 0, "nothing was sent");
    Ok(())
}

#[tokio::test]
async fn decisions_are_collected_from_openssh_and_cleared_away() -> Result<()> {
    let (config, folder) = Sshd::shared().drop_box()?;
    let delivery = parcel()?.delivery;
    let text = format!(r#"{{"delivery": "{delivery}", "verdict": "accepted"}}"#);
    std::fs::write(folder.join("a.decision.json"), text)?;
    std::fs::write(folder.join("b.decision.json"), "{ broken")?;
    // Later than any upload could still be going on.
    let now = Clock::system().now() + jiff::SignedDuration::from_hours(1);
    let sftp = sftp();
    let found = sftp.collect(&config, now).await.map_err(|why| anyhow::anyhow!(why.sentence))?;
    let found = found.decisions;
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].decision.as_ref().map(|file| file.delivery), Ok(delivery));
    let problem = found[1].decision.as_ref().err().context("it is broken")?.clone();
    for (dropped, recorded) in [(&found[0], Ok(())), (&found[1], Err(problem.as_str()))] {
        let cleared = sftp.conclude(&config, dropped, recorded).await;
        cleared.map_err(|why| anyhow::anyhow!(why.sentence))?;
    }
    assert!(folder.join("done/a.decision.json").is_file());
    assert!(folder.join("error/b.decision.json").is_file());
    assert!(folder.join("error/b.error.json").is_file());
    Ok(())
}

#[tokio::test]
async fn a_statement_lies_at_openssh_once_and_overwrites_nothing() -> Result<()> {
    let (config, folder) = Sshd::shared().drop_box()?;
    let (sftp, name) = (sftp(), "statement-011002-2026-07-14.json");
    let file = |text: &'static str| Sealed::in_memory(Bytes::from_static(text.as_bytes()));
    for _ in 0..2 {
        let outcome = sftp.put(&config, name, &file("{}\n")).await;
        assert!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
    }
    let other = sftp.put(&config, name, &file("{ }\n")).await;
    let Outcome::Refused { why } = other else { anyhow::bail!("{other:?}") };
    assert_eq!(why.code, "target_differs");
    assert_eq!(std::fs::read_to_string(folder.join(name))?, "{}\n");
    assert!(folder.join(format!("{name}.done")).is_file());
    Ok(())
}

fn email(server: &Postfix) -> Result<Email> {
    let settings = MailSettings {
        url: format!("smtp://127.0.0.1:{}", server.port()),
        from: "Todoke <no-reply@todoke.example>".to_owned(),
        domain: "todoke.example".to_owned(),
        connections_max: 2,
    };
    Ok(Email::new(Mailer::open(&settings).map_err(anyhow::Error::msg)?))
}

async fn mail(to: &str, parcel: &Parcel) -> Result<Outcome> {
    let endpoint = Endpoint::Email(email::Config::new(to));
    Ok(email(Postfix::shared())?.deliver(&endpoint, parcel).await)
}

#[tokio::test]
async fn postfix_takes_a_package_and_keeps_its_message_id() -> Result<()> {
    let parcel = parcel()?;
    let to = format!("a{}@example.test", parcel.delivery.0.simple());
    let outcome = mail(&to, &parcel).await?;
    let Outcome::Delivered { proof } = outcome else { anyhow::bail!("{outcome:?}") };
    assert_eq!(proof.level, ProofLevel::AcceptedByTransport);
    let mails = Postfix::shared().wait_for_mails(&to, 1).await?;
    let mail = mail_parser::MessageParser::default().parse(&mails[0]).context("a mail")?;
    assert!(mail.message_id().is_some_and(|id| id.contains(&parcel.delivery.to_string())));
    let attachment = mail.attachment(0).context("the package")?;
    assert_eq!(attachment.contents(), &parcel.package.bytes().context("in memory")?[..]);
    Ok(())
}

#[tokio::test]
async fn postfix_saying_never_and_not_now_are_told_apart() -> Result<()> {
    let parcel = parcel()?;
    let refused = mail("unknown@example.test", &parcel).await?;
    assert!(matches!(&refused, Outcome::Refused { .. }), "{refused:?}");
    let deferred = mail("later@example.test", &parcel).await?;
    assert!(matches!(&deferred, Outcome::Deferred { .. }), "{deferred:?}");
    Ok(())
}
