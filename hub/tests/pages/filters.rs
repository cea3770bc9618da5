//! Filters of the inbox that are saved: for oneself or for all, up to a limit, and deleted.

use reqwest::StatusCode;

use crate::answers::{colleague, staff_of};
use crate::browser::{Browser, Seen};
use crate::world::World;

const QUERY: &str = "view=all&kind=change&text=%E3%81%BF%E3%81%A9%E3%82%8A";

async fn save(clerk: &mut Browser<'_>, query: &str, fields: &[(&str, &str)]) -> Seen {
    clerk.get(&format!("/authority?{query}")).await;
    clerk.send(&format!("/authority/filters?{query}"), fields).await
}

/// The filters that someone is offered: where each leads.
async fn offered(clerk: &mut Browser<'_>) -> Vec<String> {
    let page = clerk.get("/authority").await.text;
    let Some(list) = page.split("aria-label=\"保存した条件\"").nth(1) else {
        return Vec::new();
    };
    let list = list.split("</nav>").next().expect("a list");
    let links = list.split("<a href=\"").skip(1).filter_map(|link| link.split('"').next());
    links.map(|link| link.replace("&#38;", "&")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_saved_chosen_and_deleted() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let key = colleague(&world, "鈴木").await;
    let mut other = Browser::with_key(&world, &key).await;
    assert!(offered(&mut clerk).await.is_empty());
    // Where one is in the list is not kept.
    let seen = save(&mut clerk, &format!("at=9&id=x&{QUERY}"), &[("name", " みどりの変更 ")]).await;
    assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, &*format!("/authority?{QUERY}")));
    let all = [("name", "全員の<加算>"), ("shared", "1")];
    assert_eq!(save(&mut clerk, "kind=addon", &all).await.to(), "/authority?view=todo&kind=addon");
    let own = format!("/authority?{QUERY}");
    let shared = "/authority?view=todo&kind=addon".to_owned();
    assert_eq!(offered(&mut clerk).await, [shared.clone(), own.clone()]);
    assert_eq!(offered(&mut other).await, [&*shared], "one's own is one's own");
    let page = clerk.get(&own).await.text;
    assert!(page.contains("aria-current=\"page\">みどりの変更</a>"), "{page}");
    assert!(page.contains("value=\"みどり\"") && page.contains("全員の&#60;加算&#62;"), "{page}");
    // The same name takes the place of the former; a colleague's of that name stays.
    save(&mut other, "view=answered", &[("name", "みどりの変更")]).await;
    assert_eq!(save(&mut clerk, "view=unread", &[("name", "みどりの変更")]).await.status, 303);
    assert_eq!(offered(&mut clerk).await, [shared.clone(), "/authority?view=unread".to_owned()]);
    assert_eq!(offered(&mut other).await, [shared, "/authority?view=answered".to_owned()]);
    // Whoever wants may delete what is for all, and nobody what is another's.
    let gone = [("name", "全員の<加算>"), ("shared", "1")];
    let seen = other.send("/authority/filters/remove?view=unread", &gone).await;
    assert_eq!(seen.to(), "/authority?view=unread");
    other.send("/authority/filters/remove", &[("name", "みどりの変更")]).await;
    assert_eq!(offered(&mut clerk).await, ["/authority?view=unread"]);
    assert!(offered(&mut other).await.is_empty());
    let key = staff_of(&world, "131016", "千代田").await;
    assert!(offered(&mut Browser::with_key(&world, &key).await).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_saved_is_told_and_kept() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let most = "名".repeat(40);
    let long = "名".repeat(41);
    for (name, told) in [("", "条件の名前を書いて"), (&*long, "名前が長すぎます")]
    {
        let seen = save(&mut clerk, QUERY, &[("name", name)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
        assert!(
            seen.text.contains(told) && seen.text.contains("value=\"みどり\""),
            "{}",
            seen.text
        );
        assert!(seen.text.contains(&format!("name=\"name\" value=\"{name}\"")), "{}", seen.text);
    }
    // Three each at most here.
    for name in [&*most, "二", "三", "三"] {
        let seen = save(&mut clerk, QUERY, &[("name", name)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{name}: {}", seen.text);
    }
    let seen = save(&mut clerk, QUERY, &[("name", "四")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("保存できる数に達しています"), "{}", seen.text);
    let seen = save(&mut clerk, QUERY, &[("name", "四"), ("shared", "1")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "those for all are counted apart");
    assert_eq!(offered(&mut clerk).await.len(), 4);
}
