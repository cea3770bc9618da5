//! Mail: the bytes that a mailbox gets, and what every misfortune of a relay comes to.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use adapters::email::{Config, Email, Mail, MailAttachment, MailSettings, Mailer};
use adapters::{Action, Adapter, Endpoint, Parcel, Sealed};
use bytes::Bytes;
use mail_parser::{Message, MessageParser, MimeHeaders};
use schemas::{FilingKind, Outcome, Owner, Why};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const ID: &str = "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a";

fn settings(url: String) -> MailSettings {
    let from = "Todoke 届出ハブ <no-reply@todoke.test>".to_owned();
    MailSettings { url, from, domain: "todoke.test".into(), connections_max: 2 }
}

fn spool(folder: &Path) -> Mailer {
    Mailer::open(&settings(format!("spool:{}", folder.display()))).expect("a folder")
}

fn mail(text: &str) -> Mail {
    Mail {
        id: ID.into(),
        to: "介護保険課 <desk@authority.test>".into(),
        subject: "【届出】変更届出 受付番号 TTKVW-3X6H-RAST の受付についてのとても長い件名".into(),
        text: text.into(),
        html: None,
        attachment: None,
        date: "2026-04-01T00:00:00+09:00".parse().expect("a time"),
    }
}

fn parcel(second_copy: bool) -> Parcel {
    Parcel {
        delivery: ID.parse().expect("an id"),
        filing: ID.parse().expect("an id"),
        receipt_number: "TTKVW-3X6H-RAST".into(),
        revision: 2,
        authority: "011002".parse().expect("a code"),
        authority_name: "札幌市".into(),
        kind: FilingKind::Change,
        attempt: 1,
        package: Sealed::in_memory((0..=255).cycle().take(5000).collect::<Vec<u8>>().into()),
        second_copy,
        is_test: false,
        action: Action::Correct,
        link: Some("https://hub.test/packages/1?until=2".into()),
        trace: None,
        now: "2026-04-01T00:00:00+09:00".parse().expect("a time"),
    }
}

fn only_file(folder: &Path) -> Vec<u8> {
    let files: Vec<_> = folder.read_dir().expect("a folder").flatten().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].file_name().to_str(), Some(format!("{ID}.eml").as_str()));
    std::fs::read(files[0].path()).expect("a mail")
}

fn parse(bytes: &[u8]) -> Message<'_> {
    assert!(bytes.is_ascii(), "a relay may know no 8BITMIME");
    MessageParser::default().parse(bytes).expect("a mail")
}

fn header<'a>(message: &'a Message<'_>, name: &'static str) -> Option<&'a str> {
    message.header(name).and_then(mail_parser::HeaderValue::as_text)
}

fn why(outcome: Outcome) -> (&'static str, Why) {
    let word = outcome.as_str();
    match outcome {
        Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
            (word, why)
        }
        Outcome::Delivered { proof } => panic!("delivered: {proof:?}"),
    }
}

#[tokio::test]
async fn a_mail_has_all_its_parts_and_a_repeat_is_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let mailer = spool(folder.path());
    let bytes = Bytes::from_static(b"a\nb\r\n.\r\n\x00\xff");
    let attachment = MailAttachment {
        file_name: "写し 1.csv".into(),
        media_type: "application/octet-stream".into(),
        bytes: bytes.clone(),
    };
    let html = Some("<p>受付しました</p>".to_owned());
    let mail = Mail {
        html, attachment: Some(attachment), ..mail("受付しました。\n.\n終わり\n")
    };
    assert_eq!(mailer.send(&mail).await.as_str(), "delivered");
    let first = only_file(folder.path());
    assert_eq!(mailer.send(&mail).await.as_str(), "delivered");
    assert_eq!(only_file(folder.path()), first, "the same mail, the same bytes");

    let message = parse(&first);
    assert_eq!(message.message_id(), Some(format!("{ID}@todoke.test").as_str()));
    assert_eq!(message.subject(), Some(mail.subject.as_str()));
    assert_eq!(header(&message, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(message.date().expect("a date").to_timestamp(), mail.date.as_second());
    let from = message.from().and_then(|from| from.first()).expect("a sender");
    assert_eq!(
        (from.name(), from.address()),
        (Some("Todoke 届出ハブ"), Some("no-reply@todoke.test"))
    );
    assert_eq!(message.body_text(0).expect("text").replace('\r', ""), mail.text);
    assert_eq!(message.body_html(0).as_deref(), mail.html.as_deref());
    let attached = message.attachment(0).expect("an attachment");
    assert_eq!((attached.contents(), attached.attachment_name()), (&bytes[..], Some("写し 1.csv")));
}

#[tokio::test]
async fn header_injection_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mailer = spool(folder.path());
    let subject = Mail { subject: "a\r\nBcc: all@authority.test".into(), ..mail("x") };
    let to = Mail { to: "desk@authority.test\nBcc: a@b.test".into(), ..mail("x") };
    for mail in [subject, to] {
        let (word, why) = why(mailer.send(&mail).await);
        assert_eq!(
            (word, why.code.as_str(), why.owner),
            ("refused", "header_injection", Owner::Hub)
        );
    }
    let path = Mail { id: "../x".into(), ..mail("x") };
    let two = Mail { to: "a@b.test, c@d.test".into(), ..mail("x") };
    let wide = Mail { to: "窓口@authority.test".into(), ..mail("x") };
    for mail in [path, two, wide] {
        assert_eq!(why(mailer.send(&mail).await).1.code, "mail_malformed");
    }
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
}

#[tokio::test]
async fn settings_name_themselves() {
    let bad = |change: fn(&mut MailSettings)| {
        let mut settings = settings("smtp://relay.test".into());
        change(&mut settings);
        Mailer::open(&settings).err().expect("an error")
    };
    assert!(bad(|s| s.url = "spool:".into()).starts_with("mail.url"));
    assert!(bad(|s| s.url = "ftp://relay.test".into()).starts_with("mail.url"));
    assert!(bad(|s| s.from = "nobody".into()).starts_with("mail.from"));
    assert!(bad(|s| s.from = "a@b.test\r\nBcc: c@d.test".into()).starts_with("mail.from"));
    assert!(bad(|s| s.domain = "a b".into()).starts_with("mail.domain"));
}

#[tokio::test]
async fn a_delivery_carries_its_package() {
    let folder = tempfile::tempdir().expect("a folder");
    let email = Email::new(spool(folder.path()));
    let endpoint = Endpoint::Email(Config::new("desk@authority.test"));
    let parcel = parcel(true);
    assert!(email.probe(&endpoint).await.ok);
    assert_eq!(email.deliver(&endpoint, &parcel).await.as_str(), "delivered");
    let bytes = only_file(folder.path());
    let message = parse(&bytes);
    let subject = "【補正】変更届出 受付番号 TTKVW-3X6H-RAST(再送・重複の可能性)";
    assert_eq!(message.subject(), Some(subject));
    assert_eq!(header(&message, "Todoke-Delivery"), Some(ID));
    assert_eq!(header(&message, "Todoke-Second-Copy"), Some("true"));
    let attached = message.attachment(0).expect("the package");
    assert_eq!(attached.contents(), &parcel.package.bytes().expect("in memory")[..]);
    assert_eq!(attached.attachment_name(), Some(format!("todoke-{ID}.zip").as_str()));
    let text = message.body_text(0).expect("a text");
    for part in ["札幌市 御中", "第2版", "5000 バイト", ID, &parcel.package.sha256] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("https://"), "{text}");
}

#[tokio::test]
async fn a_large_package_goes_as_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let email = Email::new(spool(folder.path()));
    let config = Config { attach_bytes_max: 4999, ..Config::new("desk@authority.test") };
    let endpoint = Endpoint::Email(config);
    let (linked, unlinked) = (parcel(false), Parcel { link: None, ..parcel(false) });
    assert_eq!(why(email.deliver(&endpoint, &unlinked).await).1.code, "package_too_large");
    assert_eq!(email.deliver(&endpoint, &linked).await.as_str(), "delivered");
    let bytes = only_file(folder.path());
    let message = parse(&bytes);
    assert_eq!(message.attachment_count(), 0);
    let text = message.body_text(0).expect("a text");
    assert!(text.contains("https://hub.test/packages/1?until=2"), "{text}");
    assert_eq!(header(&message, "Todoke-Second-Copy"), None);
}

/// How the test's relay treats a mail.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Takes,
    /// Answers `RCPT TO` with this.
    Recipient(&'static str),
    /// Answers the dot with this.
    Dot(&'static str),
    /// Ends the connection after the dot, without a word.
    DropsAfterDot,
    /// Ends it at `DATA`.
    DropsAtData,
    /// Ends it after each mail that it took.
    OneEach,
}

struct Relay {
    url: String,
    connections: Arc<AtomicUsize>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let relay = Self { url, connections: Arc::default(), mails: Arc::default() };
        let (connections, mails) = (Arc::clone(&relay.connections), Arc::clone(&relay.mails));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(socket, manner, Arc::clone(&mails)));
            }
        });
        relay
    }

    fn mailer(&self) -> Mailer {
        Mailer::open(&settings(self.url.clone())).expect("a mailer")
    }
}

/// One connection, until it ends; `None` is that end.
async fn serve(socket: TcpStream, manner: Manner, mails: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut socket = BufReader::new(socket);
    socket.write_all(b"220 relay.test ESMTP\r\n").await.ok()?;
    loop {
        let line = line(&mut socket).await?;
        let answer = match line.split(' ').next().unwrap_or_default().trim_end() {
            "EHLO" => "250-relay.test\r\n250 ENHANCEDSTATUSCODES",
            "RCPT" => match manner {
                Manner::Recipient(answer) => answer,
                Manner::Takes
                | Manner::Dot(_)
                | Manner::DropsAfterDot
                | Manner::DropsAtData
                | Manner::OneEach => "250 2.1.5 ok",
            },
            "DATA" if matches!(manner, Manner::DropsAtData) => return None,
            "DATA" => {
                socket.write_all(b"354 go on\r\n").await.ok()?;
                let mail = content(&mut socket).await?;
                mails.lock().expect("mails").push(mail);
                match manner {
                    Manner::DropsAfterDot => return None,
                    Manner::Dot(answer) => answer,
                    Manner::Takes | Manner::OneEach => "250 2.0.0 queued as 7A1",
                    Manner::Recipient(_) | Manner::DropsAtData => "503 5.5.1 not now",
                }
            }
            _ => "250 2.0.0 ok",
        };
        socket.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        if matches!(manner, Manner::OneEach) && answer.contains("queued") {
            return None;
        }
    }
}

async fn line(socket: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let count = socket.read_line(&mut line).await.ok()?;
    (count > 0).then_some(line)
}

async fn content(socket: &mut BufReader<TcpStream>) -> Option<String> {
    let mut mail = String::new();
    loop {
        let line = line(socket).await?;
        match line.as_str() {
            ".\r\n" => return Some(mail),
            stuffed => mail.push_str(stuffed.strip_prefix('.').unwrap_or(stuffed)),
        }
    }
}

#[tokio::test]
async fn a_relay_gets_the_mail_whole_over_few_connections() {
    let relay = Relay::start(Manner::Takes).await;
    let mailer = relay.mailer();
    let text = format!("plain\n.\n..two\n{}", "long line\n".repeat(20_000));
    let mails: Vec<_> = (0..20).map(|n| Mail { id: format!("n{n}"), ..mail(&text) }).collect();
    for outcome in futures::future::join_all(mails.iter().map(|mail| mailer.send(mail))).await {
        let Outcome::Delivered { proof } = outcome else { panic!("{outcome:?}") };
        assert_eq!(proof.evidence["reply"], "250 2.0.0 queued as 7A1");
    }
    let got = relay.mails.lock().expect("mails").clone();
    assert_eq!(got.len(), 20);
    for mail in &got {
        assert_eq!(
            parse(mail.as_bytes()).body_text(0).expect("text").replace("\r\n", "\n").trim_end(),
            text.trim_end()
        );
    }
    assert_eq!(relay.connections.load(Ordering::SeqCst), 2, "connections_max");
    let seen = mailer.probe().await.expect("a relay");
    assert!(seen.ends_with("answers as relay.test"), "{seen}");
}

#[tokio::test]
async fn every_misfortune_has_its_outcome() {
    let table = [
        (Manner::Recipient("450 4.2.0 greylisted"), "deferred", "smtp_450", Owner::Authority),
        (Manner::Recipient("550 5.1.1 no such user"), "refused", "smtp_550", Owner::Authority),
        (Manner::Dot("451 4.3.0 later"), "deferred", "smtp_451", Owner::Authority),
        (Manner::Dot("554-5.7.1 spam\r\n554 5.7.1 truly"), "refused", "smtp_554", Owner::Authority),
        (Manner::DropsAtData, "deferred", "connection_lost", Owner::Network),
        (Manner::DropsAfterDot, "unknown", "answer_lost", Owner::Network),
    ];
    for (manner, word, code, owner) in table {
        let relay = Relay::start(manner).await;
        let mailer = relay.mailer();
        let seen = why(mailer.send(&mail("text")).await);
        assert_eq!((seen.0, seen.1.code.as_str(), seen.1.owner), (word, code, owner), "{manner:?}");
        if let Manner::Recipient(reply) | Manner::Dot(reply) = manner {
            let response = seen.1.response.expect("the reply");
            assert!(response.body.starts_with(&reply[4..9]), "{response:?}");
            mailer.send(&mail("text")).await;
            assert_eq!(relay.connections.load(Ordering::SeqCst), 1, "a no keeps the connection");
        }
    }
}

#[tokio::test]
async fn a_relay_that_is_not_there_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mailer = Mailer::open(&settings(format!("smtp://{address}"))).expect("a mailer");
    let (word, why) = why(mailer.send(&mail("text")).await);
    assert_eq!(
        (word, why.code.as_str(), why.owner),
        ("deferred", "connect_failed", Owner::Network)
    );
    assert_eq!(mailer.probe().await.expect_err("no relay").code, "connect_failed");
}

#[tokio::test]
async fn a_kept_connection_that_ended_is_replaced() {
    let relay = Relay::start(Manner::OneEach).await;
    let mailer = relay.mailer();
    for _ in 0..3 {
        assert_eq!(mailer.send(&mail("text")).await.as_str(), "delivered");
    }
    assert_eq!(relay.mails.lock().expect("mails").len(), 3);
    assert_eq!(relay.connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_relay_without_tls_gets_nothing() {
    let relay = Relay::start(Manner::Takes).await;
    for (scheme, code) in [("smtps", "tls_handshake"), ("smtp+starttls", "starttls_not_offered")] {
        let url = relay.url.replace("smtp://", &format!("{scheme}://"));
        let mailer = Mailer::open(&settings(url)).expect("a mailer");
        let (word, why) = why(mailer.send(&mail("text")).await);
        assert_eq!((word, why.code.as_str()), ("deferred", code));
    }
    assert!(relay.mails.lock().expect("mails").is_empty());
}
