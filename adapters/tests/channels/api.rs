//! The API channel against the sandbox and against far sides that misbehave.

use std::time::Duration;

use crate::support::{assert_outcome, code, large_parcel, parcel, sandbox, scripted, why};
use adapters::api::{Api, Config, Settings};
use adapters::guard::Guard;
use adapters::sandbox::{Behaviour, Sandbox};
use adapters::{Adapter, Endpoint, Parcel, Secret};
use schemas::{Outcome, ProofLevel, Response};
use tokio::net::TcpListener;

fn api() -> Api {
    let guard = Guard { allow_private: true };
    Api::new(Settings { guard, ..Settings::default() }).expect("a client")
}

fn endpoint(port: u16) -> Config {
    Config::new(format!("http://127.0.0.1:{port}/filings"), "secret")
}

async fn deliver(config: &Config, parcel: &Parcel) -> Outcome {
    api().deliver(&Endpoint::Api(config.clone()), parcel).await
}

#[track_caller]
fn assert_stored(outcome: &Outcome, duplicate: bool) {
    let Outcome::Delivered { proof } = outcome else { panic!("{outcome:?}") };
    assert_eq!(proof.level, ProofLevel::Stored);
    assert_eq!(proof.evidence["duplicate"], duplicate);
}

#[tokio::test]
async fn a_package_arrives_once_however_often_it_is_sent() {
    let far = sandbox().await;
    let (config, parcel) = (far.sandbox.api_endpoint(code()), parcel().await);
    assert_stored(&deliver(&config, &parcel).await, false);
    assert_stored(&deliver(&config, &parcel).await, true);
    let path = far.folder.path().join("011002/api").join(parcel.file_name());
    assert_eq!(std::fs::read(path).expect("a file"), &parcel.package.bytes().expect("bytes")[..]);
    let arrivals = far.sandbox.arrivals();
    assert_eq!(arrivals.iter().map(|a| a.repeat).collect::<Vec<_>>(), [false, true]);
    assert_eq!(arrivals[0].sha256, parcel.package.sha256);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_repeat_finds_it() {
    let far = sandbox().await;
    far.sandbox.set_behaviour(code(), Behaviour::LoseAnswer).expect("a behaviour");
    let (config, parcel) = (far.sandbox.api_endpoint(code()), parcel().await);
    assert_outcome(&deliver(&config, &parcel).await, "unknown", "answer_lost");
    assert_eq!(far.sandbox.arrivals().len(), 1);
    assert_stored(&deliver(&config, &parcel).await, true);
}

#[tokio::test]
async fn a_sandbox_that_starts_again_knows_what_it_holds() {
    let far = sandbox().await;
    let mut parcel = parcel().await;
    parcel.second_copy = true;
    assert_stored(&deliver(&far.sandbox.api_endpoint(code()), &parcel).await, false);
    let crate::support::Far { folder, sandbox } = far;
    drop(sandbox);
    let sandbox = Sandbox::start(crate::support::settings(folder.path())).await.expect("a sandbox");
    assert_stored(&deliver(&sandbox.api_endpoint(code()), &parcel).await, true);
    assert!(sandbox.arrivals().iter().all(|arrival| arrival.second_copy && arrival.repeat));
}

#[tokio::test]
async fn a_large_package_is_streamed() {
    let far = sandbox().await;
    let (config, parcel) = (far.sandbox.api_endpoint(code()), large_parcel().await);
    assert!(parcel.package.bytes().is_none());
    assert_stored(&deliver(&config, &parcel).await, false);
    assert_eq!(far.sandbox.arrivals()[0].sha256, parcel.package.sha256);
}

#[tokio::test]
async fn behaviours_show_in_outcomes() {
    let far = sandbox().await;
    let parcel = parcel().await;
    let set = |behaviour| far.sandbox.set_behaviour(code(), behaviour).expect("a behaviour");
    set(Behaviour::Refusing(403));
    assert_outcome(
        &deliver(&far.sandbox.api_endpoint(code()), &parcel).await,
        "refused",
        "http_403",
    );
    set(Behaviour::Refusing(503));
    let outcome = deliver(&far.sandbox.api_endpoint(code()), &parcel).await;
    assert_outcome(&outcome, "deferred", "http_503");
    let Outcome::Deferred { not_before, .. } = outcome else { panic!("deferred") };
    assert_eq!(not_before.map(jiff::Timestamp::as_second), Some(parcel.now.as_second() + 1));
    set(Behaviour::Dead);
    let dead = far.sandbox.api_endpoint(code());
    assert_outcome(&deliver(&dead, &parcel).await, "deferred", "connect_failed");
    set(Behaviour::Flapping { fail_every: 0, fail_first: 2 });
    let other =
        Parcel { delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3c".parse().expect("id"), ..parcel };
    let config = far.sandbox.api_endpoint(code());
    assert_outcome(&deliver(&config, &other).await, "deferred", "http_503");
    assert_outcome(&deliver(&config, &other).await, "deferred", "http_503");
    assert_stored(&deliver(&config, &other).await, false);
    set(Behaviour::Slow(Duration::from_millis(200)));
    let config = Config { answer_timeout_ms: 20, ..config };
    assert_outcome(&deliver(&config, &other).await, "unknown", "answer_timeout");
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let far = sandbox().await;
    let url = far.sandbox.api_endpoint(code()).url;
    let outcome = deliver(&Config::new(url, "whsec_d3Jvbmc="), &parcel().await).await;
    assert_outcome(&outcome, "refused", "http_401");
    assert_eq!(why(&outcome).owner, schemas::Owner::Hub);
    assert!(far.sandbox.arrivals().is_empty());
}

/// A far side that knows the old secret alone, and later the new one alone, refuses nothing.
#[tokio::test]
async fn a_secret_is_changed_without_a_refused_try() {
    let other = Secret::new("whsec_bmV3");
    for parcel in [parcel().await, large_parcel().await] {
        let far = sandbox().await;
        let knows = far.sandbox.api_endpoint(code());
        let before = Some(knows.signing_secret.clone());
        let now = |new: &Secret, former| Config {
            signing_secret: new.clone(),
            former_signing_secret: former,
            ..knows.clone()
        };
        assert_stored(&deliver(&now(&other, before), &parcel).await, false);
        let after = now(&knows.signing_secret, Some(other.clone()));
        assert_stored(&deliver(&after, &parcel).await, true);
        assert_outcome(&deliver(&now(&other, None), &parcel).await, "refused", "http_401");
    }
    let knows = Config::new("https://intake.example/", "whsec_bmV3");
    // What a build before reads says nothing of it, unless it is set.
    let text = serde_json::to_string(&Endpoint::Api(knows)).expect("settings");
    assert!(!text.contains("former"), "{text}");
}

#[tokio::test]
async fn private_addresses_and_plain_http_are_refused() {
    let strict = Api::new(Settings::default()).expect("a client");
    let parcel = parcel().await;
    let table = [
        ("https://127.0.0.1/x", "address_not_allowed"),
        ("https://[::1]/x", "address_not_allowed"),
        ("https://[::ffff:10.0.0.1]/x", "address_not_allowed"),
        ("https://169.254.169.254/latest", "address_not_allowed"),
        ("https://0x7f000001/x", "address_not_allowed"),
        ("https://localhost/x", "address_not_allowed"),
        ("http://authority.example/x", "https_required"),
        ("ftp://authority.example/x", "endpoint_malformed"),
        ("authority", "endpoint_malformed"),
    ];
    for (url, expected) in table {
        let endpoint = Endpoint::Api(Config::new(url, "secret"));
        assert_outcome(&strict.deliver(&endpoint, &parcel).await, "refused", expected);
        let probe = strict.probe(&endpoint).await;
        assert_eq!(probe.why.map(|why| why.code).as_deref(), Some(expected), "{url}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let goal = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let to = goal.local_addr().expect("an address");
    let answer = format!("HTTP/1.1 307 X\r\nlocation: http://{to}/\r\ncontent-length: 0\r\n\r\n");
    let port = scripted(100, answer).await;
    let outcome = deliver(&endpoint(port), &parcel().await).await;
    assert_outcome(&outcome, "refused", "http_307");
    let told = &why(&outcome).response.as_ref().expect("an answer").body;
    assert!(told.contains(&to.to_string()), "{told}");
}

#[tokio::test]
async fn a_long_answer_is_cut() {
    let body = "あ".repeat(Response::BODY_BYTES_MAX);
    let port = scripted(100, format!("HTTP/1.1 400 X\r\n\r\n{body}")).await;
    let outcome = deliver(&endpoint(port), &parcel().await).await;
    let kept = &why(&outcome).response.as_ref().expect("an answer").body;
    assert!(kept.len() <= Response::BODY_BYTES_MAX && kept.len() > Response::BODY_BYTES_MAX - 4);
}

#[tokio::test]
async fn nonsense_and_silence_after_the_package_are_unknown() {
    let parcel = parcel().await;
    let port = scripted(4000, "SSH-2.0-what\r\n").await;
    assert_outcome(&deliver(&endpoint(port), &parcel).await, "unknown", "answer_lost");
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let config = Config { answer_timeout_ms: 50, ..endpoint(port) };
    assert_outcome(&deliver(&config, &parcel).await, "unknown", "answer_timeout");
}

#[tokio::test]
async fn what_was_not_sent_whole_is_deferred() {
    let parcel = large_parcel().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let config = Config { idle_timeout_ms: 50, ..endpoint(port) };
    assert_outcome(&deliver(&config, &parcel).await, "deferred", "upload_stalled");
    let port = scripted(100_000, "").await;
    assert_outcome(&deliver(&endpoint(port), &parcel).await, "deferred", "connection_lost");
}

#[tokio::test]
async fn a_far_side_without_tls_breaks_the_handshake() {
    let port = scripted(10, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let config = Config::new(format!("https://127.0.0.1:{port}/"), "secret");
    assert_outcome(&deliver(&config, &parcel().await).await, "deferred", "tls_handshake");
}

#[tokio::test]
async fn names_that_lead_nowhere_wait() {
    let config = Config::new("https://intake.invalid/", "secret");
    assert_outcome(&deliver(&config, &parcel().await).await, "deferred", "dns_failed");
}

#[tokio::test]
async fn line_breaks_cannot_enter_a_header() {
    let mut parcel = parcel().await;
    parcel.trace = Some("00-aa\r\nx-injected: 1".into());
    assert_outcome(&deliver(&endpoint(1), &parcel).await, "refused", "endpoint_malformed");
}

#[tokio::test]
async fn probing_leaves_nothing() {
    let far = sandbox().await;
    let probe = api().probe(&Endpoint::Api(far.sandbox.api_endpoint(code()))).await;
    assert!(probe.ok, "{probe:?}");
    assert_eq!(probe.observed.as_deref(), Some("HTTP 405"));
    far.sandbox.set_behaviour(code(), Behaviour::Dead).expect("a behaviour");
    let probe = api().probe(&Endpoint::Api(far.sandbox.api_endpoint(code()))).await;
    assert_eq!(probe.why.map(|why| why.code).as_deref(), Some("connect_failed"));
}
