//! Where notices go: changed by a link to the new address, not too often, and all of it on record.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hub::notifier::Postman;
use hub::store::OperatorRow;
use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::NoticeId;
use schemas::codes::corporate_number_of;

use crate::answers::key_of;
use crate::browser::{Browser, Seen};
use crate::rows::operator_number;
use crate::world::World;

const HERE: &str = "/operator/address";
const OLD: &str = "old@hidamari.example";
const NEW: &str = "new@hidamari.example";
const DAY: Duration = Duration::from_hours(24);

/// The mails that went out since the last look, by recipient.
async fn mails(world: &World) -> Vec<(String, String)> {
    Postman::new(world.ctx.clone()).step().await.expect("a store");
    let folder = world.ctx.config.data.folder.join("mail");
    let mut mails = Vec::new();
    for file in std::fs::read_dir(folder).expect("the spool") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a mail");
        std::fs::remove_file(path).expect("it was read");
        let to = text.lines().find_map(|line| line.strip_prefix("To: ")).expect("a recipient");
        mails.push((to.trim().to_owned(), bodies(&text)));
    }
    mails
}

/// The texts of a mail's parts.
fn bodies(mail: &str) -> String {
    let parts = mail.split("Content-Transfer-Encoding: base64").skip(1);
    let coded = parts.map(|part| part.split("--").next().unwrap_or_default());
    let coded = coded.map(|text| text.split_whitespace().collect::<String>());
    let bytes = coded.flat_map(|text| STANDARD.decode(text).expect("base64"));
    String::from_utf8(bytes.collect()).expect("UTF-8")
}

/// The link in a mail, as a path of this hub.
fn link(world: &World, mail: &str) -> String {
    let start = format!("{}{HERE}/", world.address);
    let at = mail.find(&start).unwrap_or_else(|| panic!("no link in\n{mail}"));
    let link = mail[at..].split(|c: char| c.is_whitespace() || c == '"' || c == '<');
    link.take(1).collect::<String>()[world.address.len()..].to_owned()
}

/// Asks for an address, at a time of its own: what was asked last is known by its time.
async fn ask(world: &World, browser: &mut Browser<'_>, address: &str) -> Seen {
    world.ctx.clock.advance(Duration::from_millis(1));
    browser.get(HERE).await;
    browser.send(HERE, &[("address", address)]).await
}

/// Asks for an address, and follows the link to the end.
async fn change(world: &World, browser: &mut Browser<'_>, address: &str) {
    // What was mailed before is none of this.
    mails(world).await;
    assert_eq!(ask(world, browser, address).await.status, StatusCode::SEE_OTHER);
    let path = link(world, &mails(world).await[0].1);
    browser.get(&path).await;
    assert_eq!(browser.send(&path, &[]).await.to(), "/operator/address?done=1");
}

async fn current(world: &World) -> Option<String> {
    let operator = world.ctx.operator(operator_number()).await.expect("a store");
    operator.and_then(|row| row.mail)
}

async fn known(world: &World, number: u64, mail: &str) {
    let corporate_number =
        if number == 0 { operator_number() } else { corporate_number_of(number) };
    let (name, mail) = (format!("法人{number}"), Some(mail.to_owned()));
    let row = OperatorRow { corporate_number, name, mail, created_at: 0 };
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.save_operators(&[row]).await.expect("an operator");
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_counts_once_its_link_was_opened() {
    let world = World::new(false).await;
    known(&world, 0, OLD).await;
    mails(&world).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let seen = ask(&world, &mut browser, NEW).await;
    assert_eq!((seen.status, seen.to()), (StatusCode::SEE_OTHER, HERE));
    assert!(browser.get(HERE).await.text.contains("確認メールを送信中です"));
    let sent = mails(&world).await;
    assert_eq!(sent.len(), 1);
    let (to, mail) = &sent[0];
    assert_eq!(to, NEW);
    for address in [OLD, "法人0", "tests"] {
        assert!(!mail.contains(address), "a stranger may read it: {address}");
    }
    let page = browser.get(HERE).await.text;
    assert!(page.contains("届いたリンクを開くと変わります") && page.contains(NEW), "{page}");
    assert_eq!(current(&world).await.as_deref(), Some(OLD), "not before");
    let path = link(&world, mail);
    let page = browser.get(&path).await.text;
    assert!(page.contains(OLD) && page.contains(NEW), "{page}");
    assert_eq!(current(&world).await.as_deref(), Some(OLD), "looking changes nothing");
    // A notice that has not gone out, and the record that stays.
    let waiting = notice(&world, OLD).await;
    assert_eq!(browser.send(&path, &[]).await.to(), "/operator/address?done=1");
    assert_eq!(current(&world).await.as_deref(), Some(NEW), "from this moment on");
    let row = world.ctx.store.notice(waiting).await.expect("a store").expect("the notice");
    assert_eq!(row.recipient, NEW);
    let told = mails(&world).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, OLD);
    assert!(!told[0].1.contains(NEW) && told[0].1.contains(HERE), "{}", told[0].1);
    let page = browser.get("/operator/address?done=1").await.text;
    for shown in ["通知先を変えました", "申出", "変更", OLD, NEW, "tests"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let english = browser.get("/operator/address?lang=en").await.text;
    assert!(english.contains("Record of changes") && !english.contains("通知先"), "{english}");
}

/// A notice that is due, to this address.
async fn notice(world: &World, recipient: &str) -> NoticeId {
    let id = world.filings[1];
    let mut row = world.ctx.store.notices_of(id).await.expect("a store").remove(0);
    row.id = NoticeId(world.ctx.clock.id());
    recipient.clone_into(&mut row.recipient);
    "due".clone_into(&mut row.state);
    (row.next_attempt_at, row.lease_until, row.sent_at) = (None, None, None);
    let mut tx = world.ctx.store.begin().await.expect("a store");
    tx.insert_notices(&[row.clone()]).await.expect("a notice");
    tx.commit().await.expect("a commit");
    row.id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_once_for_a_while_and_for_its_operator() {
    let world = World::new(false).await;
    known(&world, 0, OLD).await;
    mails(&world).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    ask(&world, &mut browser, "first@hidamari.example").await;
    let first = link(&world, &mails(&world).await[0].1);
    ask(&world, &mut browser, NEW).await;
    let second = link(&world, &mails(&world).await[0].1);
    let seen = browser.get(&first).await;
    assert_eq!(seen.status, StatusCode::GONE);
    assert!(seen.text.contains("新しいものに替わりました"), "{}", seen.text);
    // Another operator's people, and whoever made a link up.
    let key = key_of(&world, Scope::Operator(corporate_number_of(9)), "よそ").await;
    let mut stranger = Browser::with_key(&world, &key).await;
    let seen = stranger.get(&second).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert!(seen.text.contains("申し出た事業者: 法人0"), "{}", seen.text);
    assert!(!seen.text.contains(NEW) && !seen.text.contains(OLD), "{}", seen.text);
    assert_eq!(stranger.send(&second, &[]).await.status, StatusCode::FORBIDDEN);
    let (path, _) = second.split_once('?').expect("a token");
    for forged in [
        path.to_owned(),
        format!("{path}?token=00"),
        first.replace(&first[18..54], &second[18..54]),
    ] {
        assert_eq!(browser.get(&forged).await.status, StatusCode::FORBIDDEN, "{forged}");
    }
    // To the moment; a session does not last that long.
    world.ctx.clock.advance(Duration::from_millis(86_399_999));
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    assert_eq!(browser.get(&second).await.status, StatusCode::OK);
    world.ctx.clock.advance(Duration::from_millis(1));
    let seen = browser.get(&second).await;
    assert_eq!(seen.status, StatusCode::GONE);
    assert!(seen.text.contains("期限は切れています"), "{}", seen.text);
    assert_eq!(browser.send(&second, &[]).await.status, StatusCode::GONE);
    assert_eq!(current(&world).await.as_deref(), Some(OLD));
    ask(&world, &mut browser, NEW).await;
    let third = link(&world, &mails(&world).await[0].1);
    browser.get(&third).await;
    assert_eq!(browser.send(&third, &[]).await.status, StatusCode::SEE_OTHER);
    let again = browser.send(&third, &[]).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert!(again.text.contains("もう使われました"), "{}", again.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_changed_once_a_quarter() {
    let world = World::new(false).await;
    mails(&world).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    assert!(browser.get(HERE).await.text.contains("登録されていません"));
    for (written, told) in [
        ("", "メールアドレスを確かめてください"),
        ("office", "メールアドレスを確かめてください"),
        ("a@b.example, c@d.example", "メールアドレスを確かめてください"),
        ("届@hidamari.example", "メールアドレスを確かめてください"),
        ("a@b.example\r\nBcc: c@d.example", "メールアドレスを確かめてください"),
    ] {
        let seen = ask(&world, &mut browser, written).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{written}");
        assert!(seen.text.contains(told), "{}", seen.text);
    }
    // A first address is no change.
    change(&world, &mut browser, OLD).await;
    assert!(mails(&world).await.is_empty(), "there was no former address");
    let seen = ask(&world, &mut browser, OLD).await;
    assert!(seen.text.contains("すでにこのアドレスに"), "{}", seen.text);
    change(&world, &mut browser, NEW).await;
    let seen = ask(&world, &mut browser, OLD).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("次に変更できる日: 2026-10-15"), "{}", seen.text);
    assert!(seen.text.contains(&format!("value=\"{OLD}\"")), "what was written is kept");
    // The last minute in Japan before that day, and its first.
    let day = "2026-10-14T14:59:00Z".parse::<jiff::Timestamp>().expect("a time");
    let until = day.as_millisecond() - world.ctx.clock.now_ms();
    world.ctx.clock.advance(Duration::from_millis(until.try_into().expect("it is to come")));
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    assert!(ask(&world, &mut browser, OLD).await.text.contains("2026-10-15"));
    world.ctx.clock.advance(Duration::from_mins(1));
    // As many links as may be, and no more until the first of them is a day old.
    for _ in 0..world.ctx.config.address.asked_max {
        assert_eq!(ask(&world, &mut browser, OLD).await.status, StatusCode::SEE_OTHER);
    }
    let seen = ask(&world, &mut browser, OLD).await;
    assert!(seen.text.contains("24時間に送れるリンク"), "{}", seen.text);
    world.ctx.clock.advance(DAY);
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    change(&world, &mut browser, OLD).await;
    assert_eq!(current(&world).await.as_deref(), Some(OLD));
}
