//! Coming in and going out: keys, sessions, forms, the demo's door.

use std::time::Duration;

use hub::web::access::Scope;
use hub::web::demo::Door;
use reqwest::StatusCode;
use reqwest::header::SET_COOKIE;
use schemas::codes::corporate_number_of;

use crate::answers::{key_of, staff_of};
use crate::browser::{Browser, Seen};
use crate::world::{AUTHORITY, World};

fn cookies(seen: &Seen) -> Vec<String> {
    let all = seen.headers.get_all(SET_COOKIE).iter();
    all.map(|value| value.to_str().expect("text").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_the_pages_of_its_role() {
    let world = World::new(false).await;
    for (key, home, shown) in [
        (&world.operations_key, "/", "全国の送達状況"),
        (&world.authority_key, "/authority", "札幌市"),
        (&world.operator_key, "/operator", "申請・届出の一覧"),
    ] {
        let mut browser = Browser::new(&world);
        let form = browser.get("/login?next=%2Flanes").await;
        assert!(form.text.contains(r#"name="next" value="/lanes""#), "{}", form.text);
        let seen = browser.send("/login", &[("key", key), ("next", "//evil.example/")]).await;
        assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, home));
        let cookie = cookies(&seen).pop().expect("a cookie");
        assert!(
            cookie.starts_with("todoke=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax")
        );
        let page = browser.get(home).await;
        assert_eq!(page.status, StatusCode::OK, "{home}");
        assert!(page.text.contains(shown) && page.text.contains("ログアウト"), "{}", page.text);
    }
    // The page that was asked for is gone to only by whose it is.
    for (key, to) in [(&world.operations_key, "/lanes"), (&world.operator_key, "/operator")] {
        let mut browser = Browser::new(&world);
        browser.get("/login").await;
        let seen = browser.send("/login", &[("key", key), ("next", "/lanes")]).await;
        assert_eq!(seen.to(), to);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_opens_nothing() {
    let world = World::new(false).await;
    let mut browser = Browser::new(&world);
    browser.get("/login").await;
    let cut = &world.operations_key[..world.operations_key.len() - 1];
    for wrong in [cut, "", "tdk_", "tdk_a_b", "\u{0}\n"] {
        let seen = browser.send("/login", &[("key", wrong)]).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert!(seen.text.contains("このキーでは入れません") && cookies(&seen).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_login_has_a_new_secret_and_logging_out_ends_it() {
    let world = World::new(false).await;
    let mut browser = Browser::new(&world);
    let planted = "ab".repeat(32);
    browser.set_cookie("todoke", &planted);
    browser.log_in(&world.operations_key).await;
    let first = browser.cookie("todoke").to_owned();
    assert_ne!(first, planted);
    browser.log_in(&world.operations_key).await;
    let second = browser.cookie("todoke").to_owned();
    assert_ne!(first, second);
    browser.set_cookie("todoke", &first);
    assert_eq!(browser.get("/lanes").await.to(), "/login?next=%2Flanes", "the former one is over");
    browser.set_cookie("todoke", &second);
    assert_eq!(browser.get("/lanes").await.status, StatusCode::OK);
    let seen = browser.send("/logout", &[]).await;
    assert_eq!(seen.to(), "/login?left=1");
    assert!(browser.get("/login?left=1").await.text.contains("ログアウトしました。"));
    assert_eq!(cookies(&seen), ["todoke=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]);
    browser.set_cookie("todoke", &second);
    assert_eq!(browser.get("/lanes").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_time_to_the_millisecond() {
    let world = World::new(false).await;
    let pass = |ms: i64| {
        world.ctx.clock.advance(Duration::from_millis(u64::try_from(ms).expect("forward")));
    };
    let limits = world.ctx.config.sessions.clone();
    let (idle, absolute) = (limits.idle_minutes * 60_000, limits.absolute_minutes * 60_000);
    let mut browser = Browser::with_key(&world, &world.operations_key).await;
    pass(idle - 1);
    assert_eq!(browser.get("/lanes").await.status, StatusCode::OK, "and seen");
    pass(idle - 1);
    assert_eq!(browser.get("/lanes").await.status, StatusCode::OK);
    pass(idle);
    assert_eq!(browser.get("/lanes").await.status, StatusCode::SEE_OTHER, "too long away");

    browser.log_in(&world.operations_key).await;
    let step = idle / 2;
    let mut passed = 0;
    while passed + step < absolute {
        pass(step);
        passed += step;
        assert_eq!(browser.get("/lanes").await.status, StatusCode::OK, "after {passed} ms");
    }
    pass(absolute - passed - 1);
    assert_eq!(browser.get("/lanes").await.status, StatusCode::OK);
    pass(1);
    assert_eq!(browser.get("/lanes").await.status, StatusCode::SEE_OTHER, "in for too long");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hard_to_undo_asks_anew_who_it_is() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let path = format!("/operator/filings/{}/withdraw", world.filings[3].receipt_number());
    let fields = [("reason", "書いた理由"), ("sure", "1")];
    let again_ms = world.ctx.config.login.again_minutes * 60_000;
    let almost = u64::try_from(again_ms - 1).expect("minutes");
    world.ctx.clock.advance(Duration::from_millis(almost));
    assert_eq!(browser.get(&path).await.status, StatusCode::OK, "it is not long ago yet");
    world.ctx.clock.advance(Duration::from_millis(1));
    let seen = browser.send(&path, &fields).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    assert!(seen.text.contains("書いた理由") && seen.text.contains("/login?again=1"));
    let login = browser.get(&path).await.to().to_owned();
    assert!(login.starts_with("/login?again=1&next=%2Foperator%2Ffilings%2F"), "{login}");
    assert!(browser.get(&login).await.text.contains("ご本人の確認"));
    assert_eq!(browser.get("/operator").await.status, StatusCode::OK, "the rest goes on");
    browser.log_in(&world.operator_key).await;
    browser.get(&path).await;
    let seen = browser.send(&path, &fields).await;
    assert!(seen.to().starts_with("/operator/filings/"), "{} {}", seen.status, seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_the_key_that_opened_it() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.authority_key).await;
    assert_eq!(browser.get("/authority").await.status, StatusCode::OK);
    let id = world.authority_key.split('_').nth(1).expect("the public part");
    let mut tx = world.ctx.store.begin().await.expect("a store");
    assert!(tx.revoke_api_key(id).await.expect("a store"));
    tx.commit().await.expect("a commit");
    assert_eq!(browser.get("/authority").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_counts_only_from_a_page_of_the_same_browser() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operations_key).await;
    let mut other = Browser::new(&world);
    let page = other.get("/login").await;
    let token = page.text.split("name=\"token\" value=\"").nth(1).expect("a token");
    let foreign = token.split('"').next().expect("an end");
    for fields in [&[][..], &[("token", "")], &[("token", foreign)]] {
        let seen = browser.send_bare("/logout", fields).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{fields:?}");
        assert!(seen.text.contains("このフォームは送れません"), "{}", seen.text);
        assert_eq!(browser.get("/lanes").await.status, StatusCode::OK, "nothing was done");
    }
    assert_eq!(browser.get("/logout").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_logged_in_as_another_is_told_whose_page_it_is() {
    let world = World::new(false).await;
    for (key, path, whose) in [
        (&world.operator_key, "/lanes", "運用担当者だけ"),
        (&world.operator_key, "/authority", "宛先の指定権者の職員だけ"),
        (&world.authority_key, "/operator", "届出を出した事業者の方だけ"),
    ] {
        let seen = Browser::with_key(&world, key).await.get(path).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path}");
        assert!(seen.text.contains(whose) && seen.text.contains("別の人として"), "{}", seen.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_a_door_and_nothing_else_has() {
    let world = World::new(true).await;
    let seen = Browser::new(&world).get("/demo").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "open pages alone make no door");
    let sapporo = Scope::Authority(AUTHORITY.parse().expect("a code"));
    let door = Door { roles: vec![sapporo, Scope::Operations] };
    let world = World::behind(door).await;
    let mut browser = Browser::new(&world);
    let seen = browser.get("/demo").await;
    assert!(seen.text.contains("デモ環境だけの入口") && seen.text.contains(">札幌市</button>"));
    let seen = browser.send("/demo", &[("role", "0")]).await;
    assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, "/authority"));
    let seen = browser.get("/authority").await;
    assert!(seen.text.contains("デモの利用者"), "{}", seen.text);
    for wrong in ["2", "-1", "x", ""] {
        let seen = browser.send("/demo", &[("role", wrong)]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

/// The link of a mail, followed by someone of another body or sort: told by name whose it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_a_mail_that_is_anothers_names_who_may_follow_it() {
    let world = World::new(false).await;
    let tokyo = staff_of(&world, "131016", "千代田").await;
    let theirs = Scope::Operator(corporate_number_of(2));
    let theirs = key_of(&world, theirs, "別の人").await;
    let filing = world.filings[3].receipt_number();
    let delivery = format!("/authority/deliveries/{}", world.readable);
    let own = format!("/operator/filings/{filing}");
    for (key, path, whose) in [
        (&tokyo, delivery.clone(), "札幌市"),
        (&tokyo, format!("{delivery}/files/0"), "札幌市"),
        (&world.operator_key, delivery.clone(), "札幌市"),
        (&world.operations_key, delivery, "札幌市"),
        (&theirs, own.clone(), "社会福祉法人 ひだまり会"),
        (&theirs, format!("{own}/withdraw"), "社会福祉法人 ひだまり会"),
        (&world.authority_key, own, "社会福祉法人 ひだまり会"),
    ] {
        let seen = Browser::with_key(&world, key).await.get(&path).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path}");
        let told = format!("<strong>開ける方: {whose}</strong>");
        assert!(seen.text.contains(&told) && seen.text.contains("別の人として"), "{}", seen.text);
    }
    // Who is not logged in is asked to, and told nothing.
    let seen = Browser::new(&world).get(&format!("/operator/filings/{filing}")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    // What is not there is nobody's.
    let none = format!("/authority/deliveries/{}", uuid::Uuid::nil());
    let seen = Browser::with_key(&world, &tokyo).await.get(&none).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert!(!seen.text.contains("開ける方"), "{}", seen.text);
}

/// As the public URL says: behind https browsers keep the cookies to this host and to https.
#[tokio::test(flavor = "multi_thread")]
async fn behind_https_all_secrets_are_kept_to_this_host() {
    for (url, prefix, secure) in
        [("https://todoke.example", "__Host-todoke", true), ("", "todoke", false)]
    {
        let world = World::reached_by(url).await;
        let given = async |request: reqwest::RequestBuilder| {
            let seen = request.send().await.expect("an answer");
            let all = seen.headers().get_all(reqwest::header::SET_COOKIE).iter();
            let all: Vec<_> = all.map(|it| it.to_str().expect("text").to_owned()).collect();
            (seen.status(), all, seen.text().await.expect("a page"))
        };
        let (_, first, page) = given(world.get("/login")).await;
        let token = page.split("name=\"token\" value=\"").nth(1).expect("a token");
        let token = token.split('"').next().expect("an end");
        let form = first[0].split(';').next().expect("a pair");
        let fields = [("token", token), ("key", world.operator_key.as_str())];
        let sent = world.post("/login").header("cookie", form).form(&fields);
        let (status, second, text) = given(sent).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        let names = [format!("{prefix}-form="), format!("{prefix}=")];
        for (cookie, name) in [(&first[0], &names[0]), (&second[0], &names[1])] {
            assert!(cookie.starts_with(name), "{cookie}");
            for rule in ["; Path=/;", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.contains(rule), "{rule}: {cookie}");
            }
            assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
            assert!(!cookie.contains("Domain="), "{cookie}");
        }
        // Another host's cookie, of the plain name, opens nothing behind https.
        let session = second[0].split(';').next().expect("a pair");
        let value = session.split_once('=').expect("a pair").1;
        let opened =
            async |cookie: String| given(world.get("/operator").header("cookie", cookie)).await.0;
        assert_eq!(opened(session.to_owned()).await, StatusCode::OK);
        let plain = opened(format!("todoke={value}")).await;
        assert_eq!(plain == StatusCode::OK, !secure, "{plain}");
    }
}
