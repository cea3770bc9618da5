//! An operator's webhook: set, tried and removed on its page, and all of it on record.

use std::time::Duration;

use hub::webhooks;
use reqwest::StatusCode;

use crate::browser::{Browser, Seen};
use crate::rows::operator_number;
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
