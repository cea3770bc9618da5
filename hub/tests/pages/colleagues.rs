//! Handing over among an authority's staff, which no operator ever sees.

use reqwest::StatusCode;

use crate::answers::colleague;
use crate::browser::Browser;
use crate::world::World;

const REMARK: &str = "現地確認のうえ<判断>してください。";

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_handed_over_and_found_by_who_has_it() {
    let world = World::new(false).await;
    let page = format!("/authority/deliveries/{}", world.readable);
    let hand = format!("{page}/hand");
    let other = colleague(&world, "鈴木 花子").await;
    let person = format!("key:{}", other.split('_').nth(1).expect("its public part"));
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let seen = clerk.get(&page).await;
    assert!(seen.text.contains("事業者には見えません") && seen.text.contains("鈴木 花子"));
    let seen = clerk.send(&hand, &[("to", &person), ("remark", REMARK)]).await;
    assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, &*format!("{page}#hands")));
    let seen = clerk.get(&page).await;
    assert!(seen.text.contains("<strong>鈴木 花子</strong>"), "{}", seen.text);
    assert!(seen.text.contains("現地確認のうえ&#60;判断&#62;してください。"), "{}", seen.text);
    let mut second = Browser::with_key(&world, &other).await;
    for (clerk, count) in [(&mut clerk, 0), (&mut second, 1)] {
        let mine = clerk.get("/authority?hand=mine").await;
        assert_eq!(mine.text.matches("data-label=\"担当\">鈴木 花子").count(), count);
    }
    let chars_max = world.ctx.config.review.remark_chars_max;
    let long = "あ".repeat(chars_max + 1);
    let seen = clerk.send(&hand, &[("remark", &long)]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("庁内メモが長すぎます") && seen.text.contains(&long));
    let seen = clerk.send(&hand, &[("remark", &"あ".repeat(chars_max))]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "at the limit");
    let seen = clerk.send(&hand, &[("to", "key:nobody-of-theirs")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    // Of two hand-overs in one moment either may be the later.
    world.ctx.clock.advance(std::time::Duration::from_secs(1));
    clerk.send(&hand, &[("to", "nobody")]).await;
    let mine = second.get("/authority?hand=mine").await;
    assert!(mine.text.contains("この条件に合うものはありません。"), "{}", mine.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_an_operator_shows_it() {
    let world = World::new(false).await;
    let hand = format!("/authority/deliveries/{}/hand", world.readable);
    let mut clerk = Browser::with_key(&world, &colleague(&world, "庁内の佐藤").await).await;
    clerk.get(&format!("/authority/deliveries/{}", world.readable)).await;
    let seen = clerk.send(&hand, &[("to", "nobody"), ("remark", REMARK)]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    for path in crate::access::operators_pages(&world) {
        let seen = operator.get(&path).await;
        for secret in ["庁内の佐藤", "現地確認のうえ"] {
            assert!(!seen.text.contains(secret), "{path} shows {secret}");
        }
    }
}
