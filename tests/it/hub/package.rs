//! The package: the same bytes on every try, over every channel and in the inbox.

use adapters::Endpoint;
use adapters::package::{Opened, read_package};
use adapters::sandbox::{Behaviour, Held};
use anyhow::{Context, Result, anyhow};
use encoding_rs::SHIFT_JIS;
use futures::stream;
use hub::courier::held_package;
use hub::delivery::State;
use hub::uploads;
use hub::web::access::Scope;
use reqwest::StatusCode;
use schemas::{Channel, Submission};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tests::house::{House, attachment, change, code, one_stop, operator};

const SAPPORO: &str = "011002";
const OSAKA: &str = "271004";

/// A change notice with a file that the operator has uploaded.
pub(super) async fn with_upload(
    house: &mut House,
    municipality: &str,
    bytes: &'static [u8],
) -> Result<Submission> {
    let body = stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
    let upload = house.ctx.objects.receive(body, "upload", 1 << 20).await?;
    let file = attachment("平面図.pdf", bytes);
    let owner = operator().to_string();
    let row = uploads::keep(&house.ctx, upload, owner, file.media_type.clone()).await?;
    assert_eq!(row.sha256, file.sha256);
    Ok(Submission { attachments: vec![file], ..change(municipality, &[]) })
}

#[tokio::test]
async fn every_try_brings_the_same_bytes_as_the_inbox() -> Result<()> {
    for channel in [Channel::Api, Channel::Sftp, Channel::Email] {
        let mut house = House::build()
            .ladder(SAPPORO, &[channel])
            .behaviour(SAPPORO, Behaviour::Flapping { fail_every: 0, fail_first: 3 })
            .start()
            .await?;
        let submission = with_upload(&mut house, SAPPORO, b"%PDF-1.7 floor plan").await?;
        let filing = house.deliver(&submission).await?;
        let sealed = house.delivery(filing).await?.package_sha256.context("a package")?;
        house.outlast(10).await?;
        let delivery = house.delivery(filing).await?;
        assert!(matches!(delivery.state, State::Delivered { .. }), "{channel}: {delivery:?}");
        assert_eq!(delivery.package_sha256.as_ref(), Some(&sealed));
        assert_eq!(house.held()?[0].sha256, sealed);

        let front = house.front().await?;
        let key = house.key(Scope::Authority(code(SAPPORO))).await?;
        let got = front.get(&format!("/v1/inbox/{}/package", delivery.id), &key).await?;
        assert_eq!((got.status, got.media_type.as_str()), (StatusCode::OK, "application/zip"));
        assert_eq!(hex::encode(Sha256::digest(&got.bytes)), sealed, "{channel}");
        let opened = read_package(std::io::Cursor::new(got.bytes))?;
        assert_eq!(opened.attachments.len(), 1);
        assert_eq!(opened.attachments[0].sha256, submission.attachments[0].sha256);
        house.finish().await?;
    }
    Ok(())
}

/// The package that an authority's far side holds.
fn opened(house: &House) -> Result<Opened> {
    let held = house.held()?.pop().context("a package")?;
    Ok(read_package(std::io::Cursor::new(std::fs::read(held.path)?))?)
}

#[tokio::test]
async fn a_package_is_built_as_it_was_planned_whatever_the_profiles_say_since() -> Result<()> {
    let own = tempfile::tempdir()?;
    let write = |name: &str, text: &str| std::fs::write(own.path().join(name), text);
    let assigned = r#"{"default": "register", "authorities": {"011002": "standard-cp932"}}"#;
    write("authorities.json", assigned)?;
    let folder = own.path().to_string_lossy().into_owned();
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Sftp])
        .behaviour(SAPPORO, Behaviour::Flapping { fail_every: 0, fail_first: 1 })
        .with(move |config| config.package.ledgers.clone_from(&folder))
        .start()
        .await?;
    let operator_name = "𠮷野\u{301c}家".to_owned();
    let submission = Submission { operator_name, ..change(SAPPORO, &[]) };
    let filing = house.deliver(&submission).await?;
    let sealed = house.delivery(filing).await?.package_sha256.context("a package")?;

    let other =
        r#"{"title": "x", "encoding": "utf-8", "columns": [{"name": "a", "from": "kind"}]}"#;
    write("standard-cp932.json", other)?;
    house.restart().await?;
    house.outlast(10).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    assert_eq!(delivery.package_sha256.as_ref(), Some(&sealed));
    let package = opened(&house)?;
    let table = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&package.filing_csv);
    let table = table.context("CP932")?;
    assert!(table.contains(",〓野\u{ff5e}家,"), "{table}");
    let manifest: Value = serde_json::from_slice(&package.manifest_json.context("one")?)?;
    assert_eq!(manifest["ledger"]["encoding"], "cp932");
    let replaced = manifest["ledger"]["replaced"].as_array().context("a list")?;
    let replaced: Vec<_> =
        replaced.iter().map(|it| (it["code_point"].as_str(), it["written"].as_str())).collect();
    assert_eq!(replaced, [(Some("U+301C"), Some("\u{ff5e}")), (Some("U+20BB7"), Some("〓"))]);

    // What builds from before have planned is in the first layout, and stays in it.
    let mut row = house.ctx.store.parcel(delivery.id).await?.context("a row")?;
    row.recipe = None;
    let first =
        held_package(&house.ctx, &delivery, &row).await.map_err(|why| anyhow!("{why:?}"))?;
    let first = read_package(std::io::Cursor::new(first.bytes().context("in memory")?.clone()))?;
    assert!(first.filing_xml.is_none(), "{first:?}");
    assert!(std::str::from_utf8(&first.filing_csv)?.contains("𠮷野"), "UTF-8, as it was filed");
    row.recipe = Some(r#"{"layout": 3, "profile": ""}"#.to_owned());
    let why = held_package(&house.ctx, &delivery, &row).await.expect_err("of a newer build");
    assert_eq!(why.code, "recipe_unreadable");
    house.finish().await
}

#[tokio::test]
async fn one_print_serves_all_authorities_and_stays() -> Result<()> {
    let places = [(SAPPORO, "11"), (OSAKA, "11")];
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Sftp])
        .ladder(OSAKA, &[Channel::Sftp])
        .with(|config| config.package.prints_bytes_max = 0)
        .start()
        .await?;
    let filing = house.deliver(&one_stop(&places)).await?;
    let held = house.held()?;
    let open = |held: &Held| read_package(std::io::Cursor::new(std::fs::read(&held.path)?));
    let prints = held.iter().map(|held| open(held)?.filing_pdf.context("a print"));
    let prints = prints.collect::<Result<Vec<_>>>()?;
    assert_eq!(prints.len(), 2);
    assert_eq!(prints[0], prints[1]);
    let kept = house.ctx.store.print(filing, 1).await?.context("a row")?;
    assert_eq!(kept.sha256, hex::encode(Sha256::digest(&prints[0])));
    let manifest = open(&held[0])?.manifest_json.context("a manifest")?;
    let manifest: Value = serde_json::from_slice(&manifest)?;
    assert_eq!(manifest["print"]["pages"], kept.pages);

    // Whatever a later build would draw: what was printed once is what there is.
    let other = hub::store::PrintRow { sha256: "00".repeat(32), pages: 9, ..kept.clone() };
    let mut tx = house.ctx.store.begin().await?;
    assert!(tx.insert_prints(&[other]).await?.is_empty(), "a print is never changed");
    tx.commit().await?;
    house.restart_with(|build| build.set_config(|config| config.package.print = false)).await?;
    for delivery in house.deliveries(filing).await? {
        let row = house.ctx.store.parcel(delivery.id).await?.context("a row")?;
        let again = held_package(&house.ctx, &delivery, &row).await;
        let again = again.map_err(|why| anyhow!("{why:?}"))?;
        assert_eq!(delivery.package_sha256.as_ref(), Some(&again.sha256));
    }
    let without = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(without).await?;
    let row = house.ctx.store.parcel(delivery.id).await?.context("a row")?;
    let package =
        held_package(&house.ctx, &delivery, &row).await.map_err(|why| anyhow!("{why:?}"))?;
    let package = read_package(std::io::Cursor::new(package.bytes().context("it")?.clone()))?;
    assert!(package.filing_pdf.is_none() && package.filing_xml.is_some());
    assert!(house.ctx.store.print(without, 1).await?.is_none());
    house.finish().await
}

#[tokio::test]
async fn a_package_too_large_for_a_mail_comes_as_a_link_that_expires() -> Result<()> {
    let mut house = House::build().start().await?;
    let mut mailbox = house.sandbox.email_endpoint(code(SAPPORO));
    mailbox.attach_bytes_max = 100;
    house.set_endpoints(code(SAPPORO), &[Endpoint::Email(mailbox)]).await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let mail = std::fs::read(&house.held()?[0].path)?;
    let mail = mail_parser::MessageParser::default().parse(&mail).context("a mail")?;
    assert_eq!(mail.attachment_count(), 0);
    let text = mail.body_text(0).context("a text")?;
    let link = text.split_whitespace().find(|word| word.contains("/packages/"));
    let link = link.context("a link")?.strip_prefix("https://todoke.example").context("ours")?;

    let front = house.front().await?;
    let get = |path: String| {
        let request = front.bare(reqwest::Method::GET, &path);
        front.ask(request)
    };
    let got = get(link.to_owned()).await?;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(Some(hex::encode(Sha256::digest(&got.bytes))), delivery.package_sha256);
    let forged = get(link.replace("until=1", "until=9")).await?;
    assert_eq!((forged.status, &forged.json["code"]), (StatusCode::NOT_FOUND, &"not_found".into()));
    let hours = u64::try_from(house.ctx.config.package.link_hours)?;
    house.clock.advance(std::time::Duration::from_secs(hours * 3_600 + 1));
    let late = get(link.to_owned()).await?;
    assert_eq!((late.status, &late.json["code"]), (StatusCode::GONE, &"link_expired".into()));
    house.finish().await
}
