//! What operations give out: documents for authorities and operators, in versions, on record.

use bytes::Bytes;
use futures::stream;
use hub::archive::OWNER;
use hub::context::Context;
use hub::store::{
    AnnouncementAct, AnnouncementActRow, AnnouncementRow, Audience, DocumentKind, DocumentRow,
};
use hub::uploads;
use reqwest::StatusCode;
use uuid::Uuid;

use crate::browser::{Browser, Seen};
use crate::cases::paper;
use crate::world::World;

const PDF: &str = "application/pdf";
const FIRST: &[u8] = b"%PDF-1.4\nfirst\n";
const SECOND: &[u8] = b"%PDF-1.4\nsecond\n";

/// What the world's operations have given out, under ids of its own: tests are sure of the ids that
/// the clock gives.
pub(crate) const TO_ALL: Uuid = Uuid::from_u128(1);
pub(crate) const TO_AUTHORITIES: Uuid = Uuid::from_u128(2);
pub(crate) const ANNOUNCEMENT: Uuid = Uuid::from_u128(3);

/// Gives it out.
pub(crate) async fn give_out(ctx: &Context) {
    let bytes = Bytes::from_static(b"%PDF-1.4\ngiven out\n");
    let file = paper("案内.pdf", PDF, &bytes);
    let body = stream::iter([Ok::<_, std::io::Error>(bytes)]);
    let upload = ctx.objects.receive(body, "given-out", 4_096).await.expect("an upload");
    uploads::keep(ctx, upload, OWNER.into(), PDF.into()).await.expect("an upload");
    let document = |id, audience| DocumentRow {
        id,
        document_id: id,
        version: 1,
        title_ja: "ご案内".into(),
        title_en: "A guide".into(),
        kind: DocumentKind::Leaflet,
        audience,
        file_name: file.name.clone(),
        sha256: file.sha256.clone(),
        size: 19,
        media_type: PDF.into(),
        person: "key:x".into(),
        name: "運用".into(),
        at: ctx.clock.now_ms(),
        ended_at: None,
        ended_how: None,
        ended_by: None,
        ended_by_name: None,
        gone_at: None,
    };
    let to_come = AnnouncementRow {
        id: ANNOUNCEMENT,
        version: 1,
        title_ja: "来年のこと".into(),
        title_en: String::new(),
        text_ja: "まだ出ません。".into(),
        text_en: String::new(),
        audience: Audience::All,
        from_at: ctx.clock.now_ms() + 365 * 86_400_000,
        until_at: None,
    };
    let made = AnnouncementActRow {
        announcement_id: ANNOUNCEMENT,
        version: 1,
        kind: AnnouncementAct::Made,
        said: String::new(),
        person: "key:x".into(),
        name: "運用".into(),
        at: ctx.clock.now_ms(),
    };
    let mut tx = ctx.store.begin().await.expect("a store");
    tx.name_objects(&[(OWNER, &file)]).await.expect("a file");
    for row in [document(TO_ALL, Audience::All), document(TO_AUTHORITIES, Audience::Authorities)] {
        tx.insert_document(&row).await.expect("a document");
    }
    tx.save_announcement(&to_come, &made).await.expect("an announcement");
    tx.commit().await.expect("a commit");
}

/// Sends the form of a page as it is now shown, with these fields over it, and perhaps a file.
async fn put(
    staff: &mut Browser<'_>,
    path: &str,
    fields: &[(&str, &str)],
    file: Option<(&str, &[u8])>,
) -> Seen {
    let page = staff.get(path).await.text;
    let seen = page.split("name=\"seen\" value=\"").nth(1).expect("a form");
    let seen = seen.split('"').next().expect("a number").to_owned();
    send(staff, path, (&seen, fields), file).await
}

async fn send(
    staff: &mut Browser<'_>,
    path: &str,
    (seen, fields): (&str, &[(&str, &str)]),
    file: Option<(&str, &[u8])>,
) -> Seen {
    let token = staff.token();
    let mut all = vec![("token", &*token), ("seen", seen)];
    for (name, value) in
        [("title_ja", "操作の手引き"), ("kind", "manual"), ("audience", "authorities")]
    {
        let over = fields.iter().find(|(it, _)| *it == name);
        all.push((name, over.map_or(value, |(_, value)| value)));
    }
    all.extend(fields.iter().filter(|(name, _)| *name == "title_en"));
    let files: Vec<_> = file.iter().map(|(name, bytes)| (*name, PDF, *bytes)).collect();
    staff.send_files(path, &all, &files).await
}

/// Adds a document; its page.
async fn added(staff: &mut Browser<'_>, fields: &[(&str, &str)], bytes: &[u8]) -> String {
    let seen = put(staff, "/archive", fields, Some(("手引き 1.pdf", bytes))).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    seen.to().split('?').next().expect("a page").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_given_out_replaced_and_withdrawn_and_all_stays_on_record() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    world.ctx.clock.advance(std::time::Duration::from_secs(1));
    let english = [("title_ja", "手引き<初版>"), ("title_en", "A manual")];
    let own = added(&mut staff, &english, FIRST).await;
    let theirs = format!("/authority{own}");
    let page = clerk.get("/authority/archive").await.text;
    assert!(page.contains(&theirs) && page.contains("手引き&#60;初版&#62;"), "{page}");
    assert!(page.find(&theirs) < page.find("ご案内"), "the newest first: {page}");
    let english = clerk.get("/authority/archive?lang=en").await.text;
    assert!(english.contains("lang=\"en\">A manual") && !english.contains("初版"), "{english}");
    let seen = clerk.get(&theirs).await;
    assert_eq!((seen.status, &*seen.bytes), (StatusCode::OK, FIRST));
    assert!(!operator.get("/operator/archive").await.text.contains("初版"));
    let seen = operator.get(&format!("/operator{own}")).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);

    world.ctx.clock.advance(std::time::Duration::from_mins(9));
    let seen = put(&mut staff, &own, &[("audience", "all")], Some(("第2版.pdf", SECOND))).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    for (reader, path) in [(&mut clerk, &theirs), (&mut operator, &format!("/operator{own}"))] {
        assert_eq!(&*reader.get(path).await.bytes, SECOND, "{path}");
    }
    // Another title alone: the file stays.
    let seen = put(&mut staff, &own, &[("title_ja", "手引き<第3版>")], None).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(&*clerk.get(&theirs).await.bytes, SECOND);
    assert_eq!(operator.get(&format!("/operator{own}")).await.status, StatusCode::FORBIDDEN);
    let page = staff.get(&own).await.text;
    assert_eq!(page.matches("差替え済み").count(), 2, "{page}");
    assert_eq!(page.matches("data-label=\"載せた人\"><span class=\"pair\">tests").count(), 3);
    assert!(page.contains("手引き&#60;初版&#62;"), "{page}");
    assert_eq!(&*staff.get(&format!("{own}/files/1")).await.bytes, FIRST);
    assert_eq!(staff.get(&format!("{own}/files/4")).await.status, StatusCode::NOT_FOUND);

    let withdraw = format!("{own}/withdraw");
    assert_eq!(staff.send(&withdraw, &[("seen", "2")]).await.status, StatusCode::CONFLICT);
    let seen = staff.send(&withdraw, &[("seen", "3")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    assert_eq!(staff.send(&withdraw, &[("seen", "3")]).await.status, StatusCode::CONFLICT);
    assert_eq!(clerk.get(&theirs).await.status, StatusCode::NOT_FOUND);
    assert!(!clerk.get("/authority/archive").await.text.contains("第3版"));
    assert!(!staff.get("/archive").await.text.contains("第3版"));
    assert!(staff.get("/archive?view=withdrawn").await.text.contains("第3版"));
    assert_eq!(&*staff.get(&format!("{own}/files/3")).await.bytes, SECOND);
    let seen = staff.get(&own).await.text;
    assert!(seen.contains("取下げ済み") && !seen.contains("enctype"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_told_and_no_word_is_lost() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    let (most, long) = ("題".repeat(100), "題".repeat(101));
    let large = [b"%PDF-1.4\n".as_slice(), &[b'x'; 4_096]].concat();
    let exe = b"MZ\x90\0".as_slice();
    for (fields, file, told) in [
        ([("title_ja", ""), ("title_en", "A <manual>")], Some(("a.pdf", FIRST)), "題名を日本語で"),
        ([("title_ja", &*long), ("title_en", "")], Some(("a.pdf", FIRST)), "101 / 100"),
        ([("title_ja", "手引き"), ("title_en", &*long)], Some(("a.pdf", FIRST)), "101 / 100"),
        ([("title_ja", "手<引き"), ("title_en", "")], None, "ファイルを選んで"),
        ([("title_ja", "手引き"), ("title_en", "")], Some(("a.pdf", exe)), "この種類のファイル"),
        ([("title_ja", "手引き"), ("title_en", "")], Some(("a.pdf", &*large)), "大きすぎます"),
    ] {
        let seen = put(&mut staff, "/archive", &fields, file).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}: {}", seen.text);
        assert!(seen.text.contains(told), "{told}: {}", seen.text);
        for (name, value) in fields {
            let (value, name) = (value.replace('<', "&#60;").replace('>', "&#62;"), name);
            let kept = format!("name=\"{name}\" value=\"{value}\"");
            assert!(seen.text.contains(&kept), "{kept}: {}", seen.text);
        }
    }
    let page = staff.get("/archive").await.text;
    assert_eq!(page.matches("<a href=\"/archive/").count(), 2, "nothing was added: {page}");
    let own = added(&mut staff, &[("title_ja", &most)], FIRST).await;
    // A colleague has replaced it since the page was shown.
    put(&mut staff, &own, &[], None).await;
    let fields = [("title_ja", "遅れた題名")];
    let seen = send(&mut staff, &own, ("1", &fields), Some(("a.pdf", SECOND))).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
    assert!(seen.text.contains("ほかの人が変更") && seen.text.contains("value=\"遅れた題名\""));
    assert!(seen.text.contains("ファイルはもう一度選んで"), "{}", seen.text);
    assert!(!staff.get(&own).await.text.contains("遅れた題名"));
    for path in ["/archive/junk", "/archive/01932c07-209c-7a36-8d4f-7c1f4d1c2b3a"] {
        assert_eq!(staff.get(path).await.status, StatusCode::NOT_FOUND);
        let mut clerk = Browser::with_key(&world, &world.authority_key).await;
        let seen = clerk.get(&format!("/authority{path}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND);
        assert!(seen.text.contains("資料の一覧から"), "{}", seen.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_of_documents_pages_and_narrows() {
    let world = World::new(false).await;
    let mut staff = Browser::with_key(&world, &world.operations_key).await;
    staff.get("/archive").await;
    for number in 0..50 {
        world.ctx.clock.advance(std::time::Duration::from_secs(1));
        let (title, kind) =
            (format!("資料その{number}"), if number == 7 { "notice" } else { "manual" });
        let fields = [("title_ja", &*title), ("kind", kind), ("audience", "all")];
        let seen = send(&mut staff, "/archive", ("0", &fields), Some(("a.pdf", FIRST))).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    }
    for (key, section) in [(&world.authority_key, "/authority"), (&world.operator_key, "/operator")]
    {
        let mut reader = Browser::with_key(&world, key).await;
        let list = format!("{section}/archive");
        let link = format!("<a href=\"{list}/");
        let first = reader.get(&list).await.text;
        assert_eq!(first.matches(&link).count(), 50, "{first}");
        let next = first.split("rel=\"next\" href=\"").nth(1).expect("another page");
        let next = next.split('"').next().expect("a link").replace("&#38;", "&");
        let second = reader.get(&next).await.text;
        assert_eq!(second.matches(&link).count(), if section == "/operator" { 1 } else { 2 });
        for (query, count) in
            [("kind=notice", 1), ("text=その4", 11), ("kind=leaflet&text=その", 0)]
        {
            let found = reader.get(&format!("{list}?{query}")).await.text;
            assert_eq!(found.matches(&link).count(), count, "{query}: {found}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_around_in_a_demo_changes_nothing_in_the_archive() {
    let world = World::new(true).await;
    let mut visitor = Browser::new(&world);
    let own = format!("/archive/{TO_ALL}");
    assert_eq!(visitor.get(&own).await.status, StatusCode::OK);
    let seen = put(&mut visitor, &own, &[], Some(("a.pdf", FIRST))).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{}", seen.text);
    let page = format!("/announcements/{ANNOUNCEMENT}");
    visitor.get(&page).await;
    let seen = visitor.send(&format!("{page}/end"), &[("seen", "1")]).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
}
