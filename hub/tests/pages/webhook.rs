//! An operator's webhook: set, tried and removed on its page, and all of it on record.

use std::time::Duration;

use hub::store::NoticeRow;
use hub::webhooks;
use reqwest::StatusCode;
use schemas::{NoticeId, Owner, Response, Why};

use crate::browser::{Browser, Seen};
use crate::cases::{change, filed};
use crate::rows::{operator_number, why};
use crate::world::World;

const HERE: &str = "/operator/webhook";
/// Nobody listens there.
const URL: &str = "https://127.0.0.1:9/todoke";

async fn send((world, browser): (&World, &mut Browser<'_>), act: &str, url: &str) -> Seen {
    browser.get(HERE).await;
    world.ctx.clock.advance(Duration::from_secs(1));
    browser.send(HERE, &[("act", act), ("url", url)]).await
}

async fn secret(world: &World) -> Option<String> {
    let set = webhooks::current(&world.ctx, operator_number()).await.expect("a store");
    set.map(|set| webhooks::secret(&world.ctx, &set).expose().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_set_tried_renewed_and_removed() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    assert!(browser.get(HERE).await.text.contains("通知はメールだけで送られます"));
    for act in ["try", "renew", "remove"] {
        let seen = send((&world, &mut browser), act, "").await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        assert!(seen.text.contains("先に設定してください"), "{}", seen.text);
    }
    assert_eq!(
        send((&world, &mut browser), "set", &format!(" {URL} ")).await.to(),
        "/operator/webhook?done=1"
    );
    let first = secret(&world).await.expect("a secret");
    let page = browser.get(HERE).await.text;
    assert!(page.contains(&first) && page.contains(URL) && page.contains("whsec_"), "{page}");
    assert!(send((&world, &mut browser), "set", URL).await.text.contains("すでにこの URL"));
    assert_eq!(secret(&world).await.as_ref(), Some(&first), "a second click makes no other");
    assert_eq!(send((&world, &mut browser), "try", "").await.to(), "/operator/webhook?tried=1");
    let page = browser.get("/operator/webhook?tried=1").await.text;
    assert!(page.contains("試しに送った結果") && page.contains("接続できませんでした"), "{page}");
    assert!(send((&world, &mut browser), "renew", "").await.to().ends_with("done=1"));
    let second = secret(&world).await.expect("another");
    assert_ne!(second, first);
    assert!(send((&world, &mut browser), "remove", "").await.to().ends_with("done=1"));
    assert_eq!(secret(&world).await, None);
    let page = browser.get(HERE).await.text;
    for shown in ["設定", "試験", "終了", "tests", URL, "filing.accepted"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let english = browser.get("/operator/webhook?lang=en").await.text;
    assert!(english.contains("Record of changes") && !english.contains("送り先"), "{english}");
}

/// Of one's own filings, with what the other end said: what waits, and what was given up; neither
/// what arrived, nor a mail.
#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_is_listed() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    assert!(browser.get(HERE).await.text.contains("届いていない通知はありません"));
    let now = world.ctx.clock.now_ms();
    let mut refused = why("http_410", Owner::Operator);
    let lost = why("connect_failed", Owner::Network);
    refused.response = Some(Response { status: "410 Gone <b>".into(), body: String::new() });
    let notice = |place: usize, state: &str, why: Option<&Why>| NoticeRow {
        id: NoticeId(world.ctx.clock.id()),
        filing_id: world.filings[place],
        delivery_id: None,
        kind: "accepted".into(),
        recipient: "webhook".into(),
        state: state.into(),
        turn: 1,
        tries: 12,
        next_attempt_at: (state == "waiting").then_some(now + 7_200_000),
        lease_until: None,
        why: why.and_then(|why| serde_json::to_string(why).ok()),
        created_at: now,
        sent_at: None,
        updated_at: now,
        trace: None,
    };
    let foreign =
        NoticeRow { filing_id: world.foreign_filing, ..notice(0, "failed", Some(&refused)) };
    let mail = NoticeRow { recipient: "a@b.example".into(), ..notice(3, "failed", Some(&refused)) };
    let rows = [
        notice(0, "failed", Some(&refused)),
        notice(1, "failed", Some(&refused)),
        notice(2, "waiting", Some(&lost)),
        notice(4, "sent", None),
        foreign,
        mail,
    ];
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_notices(&rows).await.expect("notices");
    tx.commit().await.expect("a commit");
    let lines = failed(&browser.get(HERE).await.text);
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (place, told) in [
        (0, &["410 Gone &#60;b&#62;", "送るのをやめました"][..]),
        (1, &["410 Gone &#60;b&#62;", "送るのをやめました"]),
        (2, &["接続できませんでした。", "2時間後"]),
    ] {
        let number = world.filings[place].receipt_number();
        let line = lines.iter().find(|it| it.contains(&number)).expect("its line");
        assert!(told.iter().all(|it| line.contains(it)), "{line}");
        assert!(line.contains("受付完了") && line.contains(">12<"), "{line}");
    }
    // One more filing, and the oldest is not looked through any more.
    filed(&world.ctx, &change(&world.ctx)).await;
    let lines = failed(&browser.get(HERE).await.text);
    let oldest = world.filings[0].receipt_number();
    assert!(lines.len() == 2 && !lines.iter().any(|it| it.contains(&oldest)), "{lines:?}");
}

/// The lines of what did not arrive.
fn failed(page: &str) -> Vec<String> {
    let table = page.split("<h2 id=\"h-failed\">").nth(1).expect("a list");
    let table = table.split("</section>").next().expect("its end");
    table.split("<th scope=\"row\">").skip(1).map(str::to_owned).collect()
}

/// The last trial of a day is one, however many ask for it at once.
#[tokio::test(flavor = "multi_thread")]
async fn of_trials_at_once_none_is_one_too_many() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.operator_key).await;
    let mut other = Browser::with_key(&world, &world.operator_key).await;
    assert!(send((&world, &mut one), "set", URL).await.to().ends_with("done=1"));
    let max = world.ctx.config.webhook.tries_a_day;
    for number in 1..max {
        assert!(send((&world, &mut one), "try", "").await.to().ends_with("tried=1"), "{number}");
    }
    one.get(HERE).await;
    other.get(HERE).await;
    let fields = [("act", "try"), ("url", "")];
    let (first, second) = tokio::join!(one.send(HERE, &fields), other.send(HERE, &fields));
    let mut told = [first.status, second.status];
    told.sort_unstable();
    assert_eq!(told, [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
    let acts = world.ctx.store.webhook_acts(operator_number(), Some("tried"), max + 1).await;
    let acts = acts.expect("a store");
    assert_eq!(acts.len(), max);
    assert!(acts.iter().all(|act| act.said.as_deref() == Some("connect_failed")), "{acts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_at_its_limit() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let settings = &world.ctx.config.webhook;
    let of = |bytes: usize| format!("{URL}{}", "x".repeat(bytes - URL.len()));
    let long = of(settings.url_bytes_max + 1);
    for (url, told) in [
        ("", "https:// で始まる"),
        ("office@example.jp", "https:// で始まる"),
        ("ftp://files.example/x", "https:// で始まる"),
        (long.as_str(), "上限"),
    ] {
        let seen = send((&world, &mut browser), "set", url).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        assert!(seen.text.contains(told), "{url}: {}", seen.text);
        assert_eq!(secret(&world).await, None, "{url}");
    }
    let longest = of(settings.url_bytes_max);
    assert!(send((&world, &mut browser), "set", &longest).await.to().ends_with("done=1"));
    for number in 1..=settings.tries_a_day {
        assert!(
            send((&world, &mut browser), "try", "").await.to().ends_with("tried=1"),
            "{number}"
        );
    }
    let seen = send((&world, &mut browser), "try", "").await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("試せる回数に達しました"), "{}", seen.text);
}
