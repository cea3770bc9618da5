//! How an authority is reached, proposed by a form with a field for each setting, and over HTTP.

use adapters::Endpoint;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::answers::staff_of;
use crate::browser::{Browser, Seen};
use crate::world::{AUTHORITY, World};

const OWN: &str = "/authority/master";
const CHANNELS: &str = "/authority/master/channels";
const API: &str = "https://new.example/in";
const FINGERPRINT: &str = "SHA256:uNiVztksCsDhcc0u9e8BrHUqMnCgjCF0OHCDbcfmYx4";

async fn propose(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Seen {
    browser.get(OWN).await;
    let all = [&[("endpoints", "1"), ("why", "鍵の更新")][..], fields].concat();
    browser.send(CHANNELS, &all).await
}

/// Approves what is proposed.
async fn approve(browser: &mut Browser<'_>) {
    let page = browser.get(OWN).await.text;
    let rest = page.split(&format!("action=\"{CHANNELS}/")).nth(1).expect("a button");
    let path = rest.split('"').next().expect("its end");
    let seen = browser.send(&format!("{CHANNELS}/{path}"), &[]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
}

fn ladder(world: &World) -> Vec<Endpoint> {
    world.ctx.directory.load().ladder(AUTHORITY.parse().expect("a code")).to_vec()
}

/// The part of a page about one field, to the end of it.
fn field<'p>(page: &'p str, name: &str) -> &'p str {
    let rest = page.split(&format!("<label for=\"{name}\">")).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split("</div>").next().expect("its end")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_never_shown_and_stays_where_its_field_is_empty() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.authority_key).await;
    let key = staff_of(&world, AUTHORITY, "同僚").await;
    let mut other = Browser::with_key(&world, &key).await;
    let fields = [
        ("api-rank", "2"),
        ("api-url", API),
        ("api-signing_secret", "s3cret"),
        ("api-bearer", "t0ken"),
        ("sftp-rank", "1"),
        ("sftp-host", "sftp.example"),
        ("sftp-user", "todoke"),
        ("sftp-login", "password"),
        ("sftp-password", "pa55word"),
        ("sftp-host_keys", FINGERPRINT),
    ];
    let seen = propose(&mut one, &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    approve(&mut other).await;
    let in_use = json!(ladder(&world));
    assert_eq!((&in_use[0]["channel"], &in_use[0]["port"]), (&json!("sftp"), &json!(22)));
    assert_eq!(
        (&in_use[1]["signing_secret"], &in_use[1]["bearer"]),
        (&"s3cret".into(), &"t0ken".into())
    );
    let page = one.get(OWN).await.text;
    for secret in ["s3cret", "t0ken", "pa55word"] {
        assert!(!page.contains(secret), "{page}");
    }
    assert!(field(&page, "api-url").contains(&format!("value=\"{API}\"")), "{page}");
    assert!(field(&page, "sftp-host_keys").contains(FINGERPRINT), "{page}");
    assert!(field(&page, "api-bearer").contains("設定済み"), "{page}");
    assert!(!field(&page, "api-former_signing_secret").contains("設定済み"), "{page}");
    assert!(field(&page, "api-answer_timeout_ms").contains("30000"), "{page}");
    // Empty is as it is; what is ticked goes.
    let fields = [
        ("api-rank", "1"),
        ("api-url", API),
        ("api-answer_timeout_ms", "31000"),
        ("api-bearer-clear", "1"),
        ("pull-rank", "2"),
    ];
    let seen = propose(&mut one, &fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    approve(&mut other).await;
    let in_use = json!(ladder(&world));
    assert_eq!(
        (&in_use[0]["signing_secret"], &in_use[0]["answer_timeout_ms"]),
        (&json!("s3cret"), &json!(31_000))
    );
    assert!(in_use[0].get("bearer").is_none() && in_use[1]["channel"] == "pull", "{in_use}");
    // A page that shows what was in use before undoes nothing unseen.
    let late = [("seen", seen_on(&page)), ("pull-rank", "1".to_owned())];
    let late = late.each_ref().map(|(name, value)| (*name, value.as_str()));
    let seen = propose(&mut one, &late).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    assert!(seen.text.contains("ほかの人が変更しました"), "{}", seen.text);
    let anew = [("seen", seen_on(&seen.text)), ("pull-rank", "1".to_owned())];
    let anew = anew.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(propose(&mut one, &anew).await.status, StatusCode::SEE_OTHER);
}

/// What a page says is in use, as a browser sends it back.
fn seen_on(page: &str) -> String {
    let field = page.split("name=\"seen\" value=\"").nth(1).expect("a field");
    field.split('"').next().expect("its end").replace("&#34;", "\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_at_its_field_in_both_languages() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.authority_key).await;
    let fields = [
        ("api-rank", "1"),
        ("api-url", "ftp://a.example"),
        ("api-signing_secret", "s3cret"),
        ("api-expires_on", "soon"),
        ("sftp-rank", "1"),
        ("sftp-host", "s.example"),
        ("sftp-port", "0"),
        ("sftp-login", "key"),
        ("sftp-user", "u"),
        ("sftp-host_keys", "MD5:1"),
        ("email-rank", "3"),
        ("email-to", "nobody"),
    ];
    for (lang, alert, words) in [
        (
            "ja",
            "誤りのある欄",
            ["https:// で始まる", "65535", "必須です", "43文字", "メールアドレス"],
        ),
        (
            "en",
            "Some fields are wrong",
            ["begins with https://", "65535", "needed", "43", "one mail"],
        ),
    ] {
        one.get(&format!("{OWN}?lang={lang}")).await;
        let seen = propose(&mut one, &fields).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
        let page = &seen.text;
        assert!(page.contains(alert) && !page.contains("s3cret"), "{page}");
        let names = ["api-url", "sftp-port", "sftp-private_key", "sftp-host_keys", "email-to"];
        for (name, words) in names.iter().zip(words) {
            let of = field(page, name);
            assert!(of.contains("aria-invalid=\"true\"") && of.contains(words), "{name}: {of}");
            assert!(of.contains(&format!("id=\"{name}-wrong\"")), "{of}");
        }
        assert!(field(page, "sftp-rank").contains("sftp-rank-wrong"), "{page}");
        // What was written stays, but for secrets.
        assert!(field(page, "api-url").contains("value=\"ftp://a.example\""), "{page}");
        assert!(field(page, "api-expires_on").contains("value=\"soon\""), "{page}");
        assert!(page.contains("value=\"鍵の更新\""), "{page}");
        assert!(!field(page, "sftp-user").contains("aria-invalid"), "{page}");
    }
    let none = propose(&mut one, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", none.text);
    assert!(none.text.contains("at least one endpoint"), "{}", none.text);
    let proposals = async || {
        let all = world.ctx.store.list_proposals((None, None), 9).await.expect("a store");
        all.iter().map(|it| it.why.clone()).collect::<Vec<_>>()
    };
    assert_eq!(proposals().await, ["試験"], "nothing but what was there");
}

#[tokio::test(flavor = "multi_thread")]
async fn proposals_are_made_and_decided_over_the_interface() {
    let world = World::new(false).await;
    let other = staff_of(&world, AUTHORITY, "同僚").await;
    let foreign = staff_of(&world, "012033", "小樽").await;
    let base = format!("/v1/authorities/{AUTHORITY}/channels");
    let send = async |key: &str, path: &str, body: Value| {
        let answer = world.post(path).bearer_auth(key).json(&body).send().await;
        let answer = answer.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let get = async |key: &str, path: &str| {
        let answer = world.get(path).bearer_auth(key).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let api = |secret: &str| json!([{"channel": "api", "url": API, "signing_secret": secret}]);
    for (ladder, why, code) in [
        (json!([]), "x", "ladder_invalid"),
        (json!("x"), "x", "ladder_invalid"),
        (api("********"), "x", "secret_missing"),
        (api("s3cret"), " ", "why_invalid"),
    ] {
        let body = json!({"ladder": ladder, "why": why});
        let (status, told) = send(&world.authority_key, &base, body).await;
        assert_eq!((status, told["code"].as_str()), (422, Some(code)), "{told}");
    }
    let body = json!({"ladder": api("s3cret"), "why": "鍵の更新"});
    assert_eq!(send(&foreign, &base, body.clone()).await.0, 404);
    let (status, made) = send(&world.authority_key, &base, body).await;
    assert_eq!((status, made["state"].as_str()), (201, Some("proposed")), "{made}");
    assert!(!made.to_string().contains("s3cret"), "{made}");
    let of = |act: &str| format!("{base}/{}/{act}", made["id"].as_str().expect("an id"));
    let (status, told) = send(&world.authority_key, &of("approve"), json!({})).await;
    assert_eq!((status, told["code"].as_str()), (409, Some("second_person")), "{told}");
    let (status, told) = send(&other, &of("withdraw"), json!({})).await;
    assert_eq!((status, told["code"].as_str()), (409, Some("not_theirs")), "{told}");
    let (status, told) = send(&other, &of("reject"), json!({})).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("why_invalid")), "{told}");
    let elsewhere = of("approve").replace(AUTHORITY, "012033");
    assert_eq!(send(&foreign, &elsewhere, json!({})).await.0, 404);
    let (status, waiting) = get(&world.operations_key, "/v1/operations/proposals?limit=5").await;
    assert_eq!((status, &waiting[0]["id"]), (200, &made["id"]), "{waiting}");
    let (status, told) = send(&other, &of("approve"), json!({"why": "確認した"})).await;
    assert_eq!((status, told["state"].as_str()), (200, Some("approved")), "{told}");
    assert_eq!(told["decided"]["why"], "確認した", "{told}");
    let (status, told) = send(&other, &of("reject"), json!({"why": "x"})).await;
    assert_eq!((status, told["code"].as_str()), (409, Some("overtaken")), "{told}");
    let (status, told) = get(&other, &base).await;
    assert_eq!((status, told["ladder"][0]["signing_secret"].as_str()), (200, Some("********")));
    assert_eq!(told["proposals"][0]["state"], "approved", "{told}");
    assert_eq!(json!(ladder(&world))[0]["signing_secret"], "s3cret");
    let body = json!({"ladder": told["ladder"], "why": "x"});
    let (status, told) = send(&other, &base, body).await;
    assert_eq!((status, told["code"].as_str()), (422, Some("nothing_differs")), "{told}");
}
