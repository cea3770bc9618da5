//! The mail channel against the sandbox's SMTP sink, and the far sides' own account of all.

use adapters::email::{Email, Mail, MailSettings, Mailer};
use adapters::sandbox::{Behaviour, Sandbox, arrivals, far_side};
use adapters::{Adapter, Endpoint, Parcel};
use schemas::{Channel, Outcome, ProofLevel};

use crate::support::{assert_outcome, code, now, parcel, sandbox};

fn mailer(sandbox: &Sandbox) -> Mailer {
    let settings = MailSettings {
        url: sandbox.mail_url(),
        from: "Todoke <no-reply@todoke.test>".into(),
        domain: "todoke.test".into(),
        connections_max: 2,
    };
    Mailer::open(&settings).expect("a mailer")
}

async fn deliver(sandbox: &Sandbox, parcel: &Parcel) -> Outcome {
    let endpoint = Endpoint::Email(sandbox.email_endpoint(code()));
    Email::new(mailer(sandbox)).deliver(&endpoint, parcel).await
}

#[track_caller]
fn assert_taken(outcome: &Outcome) {
    let Outcome::Delivered { proof } = outcome else { panic!("{outcome:?}") };
    assert_eq!(proof.level, ProofLevel::AcceptedByTransport);
}

#[tokio::test]
async fn a_mail_brings_the_package_and_a_repeat_lies_over_it() {
    let far = sandbox().await;
    let parcel = parcel().await;
    assert_taken(&deliver(&far.sandbox, &parcel).await);
    assert_taken(&deliver(&far.sandbox, &parcel).await);
    let held: Vec<_> = far_side(far.folder.path())
        .expect("a far side")
        .collect::<Result<_, _>>()
        .expect("packages");
    assert_eq!(held.len(), 1);
    assert_eq!((held[0].channel, held[0].arrivals), (Channel::Email, 2));
    assert_eq!((&held[0].sha256, held[0].size), (&parcel.package.sha256, parcel.package.size));
    assert_eq!(held[0].delivery, parcel.delivery.to_string());
    let bytes = held[0].package().expect("bytes");
    assert_eq!(bytes, parcel.package.bytes().expect("bytes")[..]);
}

#[tokio::test]
async fn behaviours_show_in_outcomes() {
    let far = sandbox().await;
    let parcel = parcel().await;
    let set = |behaviour| far.sandbox.set_behaviour(code(), behaviour).expect("a behaviour");
    set(Behaviour::Refusing(403));
    assert_eq!(deliver(&far.sandbox, &parcel).await.as_str(), "refused");
    set(Behaviour::Refusing(503));
    assert_eq!(deliver(&far.sandbox, &parcel).await.as_str(), "deferred");
    set(Behaviour::Dead);
    assert_eq!(deliver(&far.sandbox, &parcel).await.as_str(), "deferred");
    set(Behaviour::Flapping { fail_every: 0, fail_first: 1 });
    assert_eq!(deliver(&far.sandbox, &parcel).await.as_str(), "deferred");
    assert_taken(&deliver(&far.sandbox, &parcel).await);
    set(Behaviour::LoseAnswer);
    let other =
        Parcel { delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3c".parse().expect("id"), ..parcel };
    assert_eq!(deliver(&far.sandbox, &other).await.as_str(), "unknown");
    assert_taken(&deliver(&far.sandbox, &other).await);
}

#[tokio::test]
async fn a_package_too_large_to_attach_goes_as_a_link() {
    let far = sandbox().await;
    let config =
        adapters::email::Config { attach_bytes_max: 10, ..far.sandbox.email_endpoint(code()) };
    let (email, endpoint) = (Email::new(mailer(&far.sandbox)), Endpoint::Email(config));
    let mut parcel = parcel().await;
    assert_taken(&email.deliver(&endpoint, &parcel).await);
    assert_eq!(far.sandbox.arrivals()[0].sha256, "");
    parcel.link = None;
    let outcome = email.deliver(&endpoint, &parcel).await;
    assert_eq!(outcome.as_str(), "refused");
}

#[tokio::test]
async fn notices_to_operators_lie_apart() {
    let far = sandbox().await;
    let notice = Mail {
        id: "notice-1".into(),
        to: "sakura@operator.test".into(),
        subject: "受付のお知らせ".into(),
        text: "受け付けました。".into(),
        html: Some("<p>受け付けました。</p>".into()),
        attachment: None,
        date: now(),
    };
    let mailer = mailer(&far.sandbox);
    assert_taken(&mailer.send(&notice).await);
    let path = far.folder.path().join("mail/sakura@operator.test/notice-1-todoke-test.eml");
    assert!(path.exists());
    let injected = Mail { subject: "a\r\nBcc: all@example.test".into(), ..notice };
    let outcome = mailer.send(&injected).await;
    assert_outcome(&outcome, "refused", "header_injection");
}

#[tokio::test]
async fn the_far_sides_tell_of_every_channel() {
    let far = sandbox().await;
    let parcel = parcel().await;
    assert_taken(&deliver(&far.sandbox, &parcel).await);
    let guard = adapters::guard::Guard { allow_private: true };
    let api = adapters::api::Settings { guard, ..adapters::api::Settings::default() };
    let api = adapters::api::Api::new(api).expect("a client");
    let mut again = parcel.clone();
    again.second_copy = true;
    api.deliver(&Endpoint::Api(far.sandbox.api_endpoint(code())), &again).await;
    let sftp = adapters::sftp::Sftp::new(guard, adapters::sftp::PoolLimits::default());
    sftp.deliver(&Endpoint::Sftp(far.sandbox.sftp_endpoint(code())), &again).await;
    let held: Vec<_> = far_side(far.folder.path())
        .expect("a far side")
        .collect::<Result<_, _>>()
        .expect("packages");
    let told: Vec<_> = held.iter().map(|held| (held.channel, held.second_copy)).collect();
    assert_eq!(told, [(Channel::Api, true), (Channel::Sftp, true), (Channel::Email, false)]);
    assert!(held.iter().all(|held| held.sha256 == parcel.package.sha256));
    let logged = arrivals(far.folder.path()).expect("a log");
    assert_eq!(logged.len(), 3);
}
