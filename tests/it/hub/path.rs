//! From the operator's request to the authority's answer.

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result};
use hub::delivery::{Review, State};
use hub::filing::Status;
use hub::receipt;
use hub::review::Source;
use schemas::{Channel, Decision, FilingKind, ProofLevel, Verdict};
use tests::house::{House, OPERATOR_NAME, change, code, of_kind, one_stop};

fn accepted() -> Decision {
    Decision {
        verdict: Verdict::Accepted,
        comment: String::new(),
        files: Vec::new(),
        marks: Vec::new(),
    }
}

#[tokio::test]
async fn a_filing_is_delivered_proved_and_accepted() -> Result<()> {
    let mut house = House::build()
        .ladder("011002", &[Channel::Api])
        .ladder("012033", &[Channel::Sftp])
        .ladder("012025", &[Channel::Email])
        .start()
        .await?;
    for (authority, level) in [
        ("011002", ProofLevel::Stored),
        ("012033", ProofLevel::Stored),
        ("012025", ProofLevel::AcceptedByTransport),
    ] {
        let filing = house.deliver(&change(authority, &[])).await?;
        let delivery = house.delivery(filing).await?;
        assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
        assert_eq!((delivery.proof, delivery.review), (Some(level), Review::Unopened));
        house.reviewer().acknowledge(delivery.id, code(authority)).await?;
        let opened = house.delivery(filing).await?;
        assert_eq!((opened.proof, opened.review), (Some(ProofLevel::Acknowledged), Review::Opened));
        house.reviewer().decide(delivery.id, code(authority), &accepted(), Source::Api).await?;
        house.settle().await?;
        let deliveries = house.deliveries(filing).await?;
        assert_eq!(Status::of(&deliveries, false), Status::Accepted);
        let expected = [
            "filing.received",
            "filing.planned",
            "notice.sent",
            "delivery.delivered",
            "proof.acknowledged",
            "decision.made",
            "notice.sent",
        ];
        let mut events = house.events(filing).await?;
        // The receipt's mail and the delivery go side by side.
        events[2..4].sort_by(|a, b| b.cmp(a));
        assert_eq!(events, expected);
    }
    house.finish().await
}

#[tokio::test]
async fn what_nobody_pushes_waits_to_be_fetched() -> Result<()> {
    let mut house = House::build().start().await?;
    let filing = house.deliver(&change("011002", &[])).await?;
    let delivery = house.delivery(filing).await?;
    assert_eq!(house.wait_of(&delivery)?.1, "awaiting_pickup");
    house.reviewer().picked_up(delivery.id, code("011002")).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }));
    assert_eq!(delivery.proof, Some(ProofLevel::PickedUp));
    house.finish().await
}

#[tokio::test]
async fn notices_say_what_to_do_and_nothing_personal() -> Result<()> {
    let mut house = House::build().ladder("011002", &[Channel::Api]).start().await?;
    let submission = change("011002", &[]);
    let filing = house.deliver(&submission).await?;
    let delivery = house.delivery(filing).await?;
    house.reviewer().decide(delivery.id, code("011002"), &accepted(), Source::Api).await?;
    house.settle().await?;
    let notices = house.notices(filing).await?;
    let letters = house.letters()?;
    assert_eq!((notices.len(), letters.len()), (2, 2));
    let number = filing.receipt_number();
    for notice in &notices {
        assert_eq!(notice.state, "sent");
        let id = format!("notice-{}@todoke.example", notice.id);
        let letter = letters.iter().find(|letter| letter.id == id).context("its mail")?;
        assert!(letter.subject.starts_with("【届出】") && letter.subject.contains(&number));
        assert_eq!(letter.attachments, 0);
        for body in [&letter.text, &letter.html] {
            assert!(
                body.contains(&format!("https://todoke.example/operator/filings/{number}")),
                "{body}"
            );
            assert!(body.contains("変更届出"), "{body}");
            for personal in [OPERATOR_NAME, &submission.offices[0].name, "管理者の交代"] {
                assert!(!body.contains(personal) && !letter.subject.contains(personal), "{body}");
            }
        }
    }
    assert_eq!(house.letters_about("受付完了のお知らせ")?.len(), 1);
    assert_eq!(house.letters_about("届出を受け付けました")?.len(), 1);
    house.finish().await
}

#[tokio::test]
async fn a_one_stop_filing_reaches_each_authority_once() -> Result<()> {
    // 小樽市's home help goes to the prefecture, as 夕張市's does: once.
    let places =
        [("011002", "78"), ("011002", "11"), ("012033", "11"), ("012092", "11"), ("012025", "78")];
    let mut house = House::build()
        .ladder("010006", &[Channel::Api])
        .ladder("011002", &[Channel::Sftp])
        .ladder("012025", &[Channel::Email])
        .start()
        .await?;
    let filing = house.deliver(&one_stop(&places)).await?;
    let mut reached: Vec<_> =
        house.held()?.iter().map(|held| (held.authority.to_string(), held.arrivals)).collect();
    reached.sort();
    let expected = ["010006", "011002", "012025"].map(|code| (code.to_owned(), 1));
    assert_eq!(reached, expected);
    assert_eq!(house.deliveries(filing).await?.len(), 3);
    house.finish().await
}

#[tokio::test]
async fn every_kind_of_filing_arrives() -> Result<()> {
    let mut house = House::build()
        .ladder("011002", &[Channel::Api])
        .behaviour("011002", Behaviour::Healthy)
        .start()
        .await?;
    for kind in FilingKind::ALL {
        let service = match kind {
            FilingKind::Resignation => "51",
            FilingKind::FacilityChange
            | FilingKind::ManagerApproval
            | FilingKind::Advertisement => "52",
            FilingKind::DesignationChange => "33",
            FilingKind::DeemedOptOut => "13",
            FilingKind::Designation
            | FilingKind::Renewal
            | FilingKind::Change
            | FilingKind::Closure
            | FilingKind::Resumption
            | FilingKind::Addon
            | FilingKind::ElderlyWelfare
            | FilingKind::ProductivityReport => "11",
        };
        let filing = house.deliver(&of_kind(*kind, "011002", service)).await?;
        let delivery = house.delivery(filing).await?;
        assert!(matches!(delivery.state, State::Delivered { .. }), "{kind}: {delivery:?}");
    }
    assert_eq!(house.held()?.len(), FilingKind::ALL.len());
    house.finish().await
}

#[tokio::test]
async fn the_receipt_states_what_is_proved() -> Result<()> {
    let mut house = House::build().ladder("011002", &[Channel::Api]).start().await?;
    let filing = house.deliver(&change("011002", &[])).await?;
    let row = house.ctx.store.filing(filing).await?.context("the filing")?;
    let signed = receipt::make(&house.ctx, &row).await?;
    let text = serde_json::to_string_pretty(&signed)?;
    let fingerprint = house.ctx.signer.fingerprint();
    let verified = receipt::verify(&text, Some(&fingerprint))?;
    assert_eq!(verified.receipt_number, filing.receipt_number());
    assert_eq!(verified.received_at, row.received_at);
    assert_eq!(verified.fingerprint, fingerprint);
    assert_eq!(signed.statement["deliveries"][0]["proof"], "stored");
    house.finish().await
}

#[tokio::test]
async fn a_house_tells_what_is_left_over() -> Result<()> {
    let mut house = House::build().ladder("011002", &[Channel::Api]).start().await?;
    house.file(&change("011002", &[])).await?;
    house.stages.route().await?;
    let left_over = house.finish().await.expect_err("a delivery is due");
    assert_eq!(left_over.to_string(), "2 messages are left in the outbox");
    Ok(())
}
