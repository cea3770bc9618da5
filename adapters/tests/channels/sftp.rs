//! The SFTP channel against the sandbox's SSH server.

use std::collections::BTreeSet;
use std::time::Duration;

use adapters::guard::Guard;
use adapters::sandbox::Behaviour;
use adapters::sftp::{Config, DroppedDecision, Login, PoolLimits, Sftp};
use adapters::{Adapter, Endpoint, Parcel, Secret};
use schemas::{Outcome, Owner, ProofLevel, Verdict};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{assert_outcome, code, large_parcel, now, parcel, sandbox, scripted, why};

fn sftp() -> Sftp {
    Sftp::new(Guard { allow_private: true }, PoolLimits::default())
}

async fn deliver(config: &Config, parcel: &Parcel) -> Outcome {
    sftp().deliver(&Endpoint::Sftp(config.clone()), parcel).await
}

#[track_caller]
fn assert_stored(outcome: &Outcome, duplicate: bool) {
    let Outcome::Delivered { proof } = outcome else { panic!("{outcome:?}") };
    assert_eq!(proof.level, ProofLevel::Stored);
    assert_eq!(proof.evidence["duplicate"], duplicate);
}

#[tokio::test]
async fn a_package_is_dropped_once_with_its_marker_last() {
    let far = sandbox().await;
    let (config, mut parcel) = (far.sandbox.sftp_endpoint(code()), parcel().await);
    parcel.second_copy = true;
    let (sftp, endpoint) = (sftp(), Endpoint::Sftp(config));
    assert_stored(&sftp.deliver(&endpoint, &parcel).await, false);
    assert_stored(&sftp.deliver(&endpoint, &parcel).await, true);
    let folder = far.folder.path().join("011002/sftp/in");
    let path = folder.join(parcel.file_name());
    assert_eq!(std::fs::read(&path).expect("a file"), &parcel.package.bytes().expect("bytes")[..]);
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    assert_eq!(names, [parcel.file_name(), format!("{}.done", parcel.file_name())]);
    let arrivals = far.sandbox.arrivals();
    assert_eq!(arrivals.len(), 1);
    assert_eq!((&arrivals[0].sha256, arrivals[0].second_copy), (&parcel.package.sha256, true));
    // Taken away by the authority, whose marker stays: still the same delivery.
    std::fs::remove_file(&path).expect("taken");
    assert_stored(&sftp.deliver(&endpoint, &parcel).await, true);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_key_opens_the_account_too() {
    let far = sandbox().await;
    let login = far.sandbox.sftp_key();
    let config = Config { login, ..far.sandbox.sftp_endpoint(code()) };
    assert_stored(&deliver(&config, &parcel().await).await, false);
}

#[tokio::test]
async fn a_large_package_is_streamed_with_few_or_many_writes_under_way() {
    let far = sandbox().await;
    let mut parcel = large_parcel().await;
    for (n, (writes_in_flight, write_bytes)) in
        [(1, 32 * 1024), (64, 255 * 1024)].into_iter().enumerate()
    {
        parcel.delivery.0 = uuid::Uuid::from_u128(n as u128);
        let config = Config { writes_in_flight, write_bytes, ..far.sandbox.sftp_endpoint(code()) };
        assert_stored(&deliver(&config, &parcel).await, false);
        assert_eq!(far.sandbox.arrivals()[n].sha256, parcel.package.sha256);
    }
}

#[tokio::test]
async fn an_unknown_host_key_alerts_before_the_password_goes_out() {
    let far = sandbox().await;
    let known = far.sandbox.sftp_endpoint(code());
    let other = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let config = Config { host_keys: vec![other.clone()], ..known.clone() };
    let outcome = deliver(&config, &parcel().await).await;
    assert_outcome(&outcome, "refused", "host_key_unknown");
    assert_eq!(why(&outcome).owner, Owner::Authority);
    assert!(why(&outcome).sentence.contains(&known.host_keys[0]), "{}", why(&outcome).sentence);
    let probe = sftp().probe(&Endpoint::Sftp(config)).await;
    assert!(!probe.ok);
    assert_eq!(probe.observed, Some(format!("{} (ssh-ed25519)", known.host_keys[0])));
    let rotated = Config { host_keys: vec![other, known.host_keys[0].clone()], ..known.clone() };
    assert!(sftp().probe(&Endpoint::Sftp(rotated)).await.ok);
    let none = Config { host_keys: vec![], ..known };
    assert_outcome(&deliver(&none, &parcel().await).await, "refused", "host_key_unknown");
}

#[tokio::test]
async fn logins_that_cannot_work_are_refused() {
    let far = sandbox().await;
    let (config, parcel) = (far.sandbox.sftp_endpoint(code()), parcel().await);
    let with = |login| Config { login, ..config.clone() };
    let wrong = with(Login::Password(Secret::new("wrong")));
    assert_outcome(&deliver(&wrong, &parcel).await, "refused", "login_refused");
    let key = |text: &str| Login::Key { private_key: Secret::new(text), passphrase: None };
    let rsa = with(key(include_str!("rsa_key.pem")));
    assert_outcome(&deliver(&rsa, &parcel).await, "refused", "login_key_not_taken");
    let broken = with(key("-----BEGIN OPENSSH PRIVATE KEY-----\nxx\n"));
    assert_outcome(&deliver(&broken, &parcel).await, "refused", "endpoint_malformed");
    let stranger = Config { user: "nobody".into(), ..config };
    assert_outcome(&deliver(&stranger, &parcel).await, "refused", "login_refused");
}

/// A server's port, behind a line that is lost after so many bytes from the server.
async fn cut_after(far: u16, bytes: u64) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.expect("somebody");
        let mut far = TcpStream::connect(("127.0.0.1", far)).await.expect("the server");
        let (far_out, mut far_in) = far.split();
        let mut far_out = far_out.take(bytes);
        let (mut near_out, mut near_in) = near.split();
        tokio::select! {
            _ = tokio::io::copy(&mut near_out, &mut far_in) => {}
            _ = tokio::io::copy(&mut far_out, &mut near_in) => {}
        }
    });
    port
}

/// A line can be lost anywhere, and nothing of that is anybody's refusal.
#[tokio::test]
async fn a_line_that_is_lost_is_tried_again_wherever_it_was() {
    let far = sandbox().await;
    let (config, parcel) = (far.sandbox.sftp_endpoint(code()), parcel().await);
    let mut told = BTreeSet::new();
    for bytes in (0..).step_by(41) {
        let port = cut_after(config.port, bytes).await;
        let outcome = deliver(&Config { port, ..config.clone() }, &parcel).await;
        match &outcome {
            Outcome::Delivered { .. } => break,
            Outcome::Deferred { why, .. } | Outcome::Unknown { why } => {
                assert_eq!(why.owner, Owner::Network, "after {bytes} bytes: {why:?}");
                told.insert(why.code.clone());
            }
            Outcome::Refused { why } => panic!("after {bytes} bytes: {why:?}"),
        }
    }
    let all: Vec<_> = told.iter().map(String::as_str).collect();
    assert_eq!(all, ["connection_lost", "ssh_handshake"]);
    assert_stored(&deliver(&config, &parcel).await, true);
    assert_eq!(far.sandbox.arrivals().len(), 1, "one effective copy");
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_repeat_finds_it() {
    let far = sandbox().await;
    far.sandbox.set_behaviour(code(), Behaviour::LoseAnswer).expect("a behaviour");
    let (config, parcel) = (far.sandbox.sftp_endpoint(code()), parcel().await);
    assert_outcome(&deliver(&config, &parcel).await, "unknown", "connection_lost");
    assert_stored(&deliver(&config, &parcel).await, true);
    assert_eq!(far.sandbox.arrivals().len(), 1);
}

#[tokio::test]
async fn behaviours_show_in_outcomes() {
    let far = sandbox().await;
    let parcel = parcel().await;
    let table = [
        (Behaviour::Refusing(403), "refused", "sftp_permission_denied"),
        (Behaviour::Refusing(503), "deferred", "sftp_failure"),
        (Behaviour::Dead, "deferred", "connect_failed"),
    ];
    for (behaviour, word, expected) in table {
        far.sandbox.set_behaviour(code(), behaviour).expect("a behaviour");
        let config = far.sandbox.sftp_endpoint(code());
        assert_outcome(&deliver(&config, &parcel).await, word, expected);
    }
    let slow = Behaviour::Slow(Duration::from_millis(500));
    far.sandbox.set_behaviour(code(), slow).expect("a behaviour");
    let config = Config { idle_timeout_ms: 100, ..far.sandbox.sftp_endpoint(code()) };
    assert_outcome(&deliver(&config, &parcel).await, "unknown", "sftp_timeout");
}

#[tokio::test]
async fn what_lies_there_is_never_touched() {
    let far = sandbox().await;
    let (config, parcel) = (far.sandbox.sftp_endpoint(code()), parcel().await);
    let folder = far.folder.path().join("011002/sftp/in");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(parcel.file_name());
    std::fs::write(&path, "another file").expect("a file");
    assert_outcome(&deliver(&config, &parcel).await, "refused", "target_differs");
    assert_eq!(std::fs::read(&path).expect("a file"), b"another file");
}

#[tokio::test]
async fn a_missing_folder_is_the_authoritys_to_make() {
    let far = sandbox().await;
    let config = Config { folder: "nowhere".into(), ..far.sandbox.sftp_endpoint(code()) };
    assert_outcome(&deliver(&config, &parcel().await).await, "refused", "sftp_no_such_file");
    let probe = sftp().probe(&Endpoint::Sftp(config)).await;
    assert_eq!(probe.why.map(|why| why.code).as_deref(), Some("sftp_no_such_file"));
}

#[tokio::test]
async fn private_addresses_are_refused() {
    let login = || Login::Password(Secret::new("x"));
    for host in ["127.0.0.1", "::1", "localhost", "10.0.0.1"] {
        let strict = Sftp::new(Guard { allow_private: false }, PoolLimits::default());
        let endpoint = Endpoint::Sftp(Config::new(host, "user", login()));
        let outcome = strict.deliver(&endpoint, &parcel().await).await;
        assert_outcome(&outcome, "refused", "address_not_allowed");
    }
}

#[tokio::test]
async fn a_server_that_is_no_ssh_server_breaks_the_handshake() {
    let port = scripted(4, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let login = Login::Password(Secret::new("x"));
    let config = Config { port, ..Config::new("127.0.0.1", "user", login) };
    assert_outcome(&deliver(&config, &parcel().await).await, "deferred", "ssh_handshake");
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let config = Config { port, connect_timeout_ms: 50, ..config };
    assert_outcome(&deliver(&config, &parcel().await).await, "deferred", "connect_timeout");
}

#[tokio::test]
async fn sessions_are_used_again_and_replaced_when_they_died() {
    let support = sandbox().await;
    let (sftp, endpoint) = (sftp(), Endpoint::Sftp(support.sandbox.sftp_endpoint(code())));
    let mut parcel = parcel().await;
    for n in 0..5 {
        parcel.delivery.0 = uuid::Uuid::from_u128(n);
        assert_stored(&sftp.deliver(&endpoint, &parcel).await, false);
    }
    assert_eq!(support.sandbox.ssh_connections(), 1);
    support.sandbox.set_behaviour(code(), Behaviour::Dead).expect("a behaviour");
    parcel.delivery.0 = uuid::Uuid::from_u128(9);
    let outcome = sftp.deliver(&endpoint, &parcel).await;
    assert_outcome(&outcome, "deferred", "connection_lost");
    support.sandbox.set_behaviour(code(), Behaviour::Healthy).expect("a behaviour");
    assert_stored(&sftp.deliver(&endpoint, &parcel).await, false);
    assert_eq!(support.sandbox.ssh_connections(), 2);
}

#[tokio::test]
async fn decisions_come_back() {
    let far = sandbox().await;
    let (sftp, config) = (sftp(), far.sandbox.sftp_endpoint(code()));
    let delivery = parcel().await.delivery;
    let accepted = format!(r#"{{ "delivery": "{delivery}", "verdict": "accepted" }}"#);
    let returned = format!(
        r#"{{ "delivery": "{delivery}", "verdict": "returned",
             "comment": "人員基準", "files": ["指摘.pdf"] }}"#
    );
    let leave = |name: &str, text: &str, files: &[(&str, &[u8])]| {
        far.sandbox.drop_decision(code(), name, text.as_bytes(), files).expect("a decision");
    };
    leave("a", &accepted, &[]);
    leave("b", &returned, &[("指摘.pdf", b"PDF")]);
    let found = sftp.collect(&config, now()).await.expect("a collection").decisions;
    assert_eq!(found.len(), 2);
    let decision = found[1].decision.as_ref().expect("a decision");
    assert_eq!((decision.delivery, decision.verdict), (delivery, Verdict::Returned));
    let mut bytes = Vec::new();
    let copied = sftp.fetch(&config, &found[1].files[0], 10, &mut bytes).await.expect("a file");
    assert_eq!((copied, &bytes[..]), (3, &b"PDF"[..]));
    let error = sftp.fetch(&config, &found[1].files[0], 2, &mut bytes).await.expect_err("too long");
    assert_eq!(error.code, "endpoint_malformed");
    for dropped in &found {
        sftp.conclude(&config, dropped, Ok(())).await.expect("concluded");
    }
    assert_eq!(sftp.collect(&config, now()).await.expect("a collection").decisions, []);
    let results = far.folder.path().join("011002/sftp/results");
    for name in ["done/a.decision.json", "done/b.decision.json", "done/指摘.pdf"] {
        assert!(results.join(name).exists(), "{name}");
    }
    // Once more under the same name: nothing is lost.
    leave("a", &accepted, &[]);
    let found = sftp.collect(&config, now()).await.expect("a collection").decisions;
    sftp.conclude(&config, &found[0], Ok(())).await.expect("concluded");
    assert!(results.join("done/1-a.decision.json").exists());
    sftp.conclude(&config, &found[0], Ok(())).await.expect("concluded twice is concluded");
}

#[tokio::test]
async fn broken_decisions_are_kept_and_answered() {
    let far = sandbox().await;
    let (sftp, config) = (sftp(), far.sandbox.sftp_endpoint(code()));
    let delivery = parcel().await.delivery;
    let table = [
        ("a-cut", r#"{ "delivery": "#.to_owned(), "UTF-8 JSON"),
        ("b-word", format!(r#"{{ "delivery": "{delivery}", "verdict": "maybe" }}"#), "accepted"),
        ("c-mute", format!(r#"{{ "delivery": "{delivery}", "verdict": "returned" }}"#), "comment"),
        (
            "d-file",
            format!(r#"{{ "delivery": "{delivery}", "verdict": "accepted", "files": ["x.pdf"] }}"#),
            "does not lie beside it",
        ),
        (
            "e-path",
            format!(r#"{{ "delivery": "{delivery}", "verdict": "accepted", "files": ["../x"] }}"#),
            "path",
        ),
    ];
    for (name, text, _) in &table {
        far.sandbox.drop_decision(code(), name, text.as_bytes(), &[]).expect("a decision");
    }
    // The sandbox's files are new by the machine's clock; the test's own is far from it.
    let found = sftp.collect(&config, now()).await.expect("a collection").decisions;
    assert_eq!(found.len(), table.len());
    let results = far.folder.path().join("011002/sftp/results");
    for (dropped, (name, _, part)) in found.iter().zip(&table) {
        let problem = dropped.decision.as_ref().expect_err("broken");
        assert!(problem.contains(part), "{name}: {problem}");
        sftp.conclude(&config, dropped, Err(problem)).await.expect("concluded");
        assert!(results.join(format!("error/{name}.decision.json")).exists());
        let told = std::fs::read_to_string(results.join(format!("error/{name}.error.json")));
        assert!(told.expect("an explanation").contains("what_to_do"));
    }
    let modified = std::fs::metadata(results.join("error/a-cut.decision.json"))
        .and_then(|metadata| metadata.modified())
        .expect("a time");
    far.sandbox.drop_decision(code(), "f-cut", b"{", &[]).expect("a decision");
    let now = jiff::Timestamp::try_from(modified).expect("a time");
    let found = sftp.collect(&config, now).await.expect("a collection").decisions;
    assert_eq!(found, [], "it may still be being written");
}

#[cfg(unix)]
#[tokio::test]
async fn a_decision_that_cannot_be_asked_for_is_told_of_and_in_nobodys_way() {
    use std::os::unix::ffi::OsStrExt;
    let far = sandbox().await;
    let (sftp, config) = (sftp(), far.sandbox.sftp_endpoint(code()));
    let delivery = parcel().await.delivery;
    let text = format!(r#"{{ "delivery": "{delivery}", "verdict": "accepted" }}"#);
    far.sandbox.drop_decision(code(), "z", text.as_bytes(), &[]).expect("a decision");
    let results = far.folder.path().join("011002/sftp/results");
    // 決定 as Windows writes it, and が in two parts as macOS does.
    let windows = std::ffi::OsStr::from_bytes(b"\x8c\x88\x92\xe8.decision.json");
    let macos = std::ffi::OsStr::new("か\u{3099}.decision.json");
    for name in [windows, macos] {
        std::fs::write(results.join(name), &text).expect("a decision");
    }
    let found = sftp.collect(&config, now()).await.expect("a collection").decisions;
    assert_eq!(found.iter().filter(|dropped| dropped.decision.is_ok()).count(), 1);
    for part in ["not UTF-8", "NFC"] {
        let has = |dropped: &&DroppedDecision| {
            dropped.decision.as_ref().is_err_and(|problem| problem.contains(part))
        };
        let dropped = found.iter().find(has).unwrap_or_else(|| panic!("{part}: {found:?}"));
        sftp.conclude(&config, dropped, Err(part)).await.expect("concluded");
        let stem = dropped.name.trim_end_matches(".decision.json");
        assert!(results.join(format!("error/{stem}.error.json")).exists(), "{part}");
    }
}
