//! What was accepted, taken out for the authority's ledger: once, by its profile, on record.

use std::io::{Cursor, Read as _};

use reqwest::StatusCode;
use schemas::DeliveryId;
use zip::ZipArchive;

use crate::answers::staff_of;
use crate::browser::Browser;
use crate::cases::{change, filed};
use crate::world::World;

const EXPORTS: &str = "/authority/exports";

async fn accept(clerk: &mut Browser<'_>, delivery: DeliveryId) {
    let path = format!("/authority/deliveries/{delivery}");
    clerk.get(&path).await;
    let seen = clerk.send(&format!("{path}/decision"), &[("verdict", "accepted")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
}

/// Makes an export; its address, none when there was nothing to take out.
async fn export(clerk: &mut Browser<'_>) -> Option<String> {
    clerk.get(EXPORTS).await;
    let seen = clerk.send(EXPORTS, &[]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let (_, id) = seen.to().split_once("#x")?;
    Some(format!("{EXPORTS}/{id}"))
}

/// The lines below the names.
async fn rows(clerk: &mut Browser<'_>, export: &str) -> Vec<String> {
    let seen = clerk.get(&format!("{export}/csv")).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    assert!(seen.text.starts_with('\u{feff}'), "the profile says UTF-8");
    seen.text.lines().skip(1).map(str::to_owned).collect()
}

async fn number(world: &World, delivery: DeliveryId) -> String {
    let delivery = world.ctx.store.delivery(delivery).await.expect("a store").expect("a delivery");
    delivery.filing_id.receipt_number()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_taken_out_once_and_fetched_again() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    assert!(clerk.get(EXPORTS).await.text.contains("まだ書き出していません"));
    assert_eq!(export(&mut clerk).await, None, "nothing was accepted yet");
    let mut deliveries = vec![world.readable];
    for _ in 0..2 {
        world.ctx.clock.advance(std::time::Duration::from_mins(1));
        deliveries.push(filed(&world.ctx, &change(&world.ctx)).await);
    }
    let mut numbers = Vec::new();
    for delivery in &deliveries {
        world.ctx.clock.advance(std::time::Duration::from_mins(1));
        accept(&mut clerk, *delivery).await;
        numbers.push(number(&world, *delivery).await);
    }
    // One export takes two at most here; the third waits for the next.
    assert!(clerk.get(EXPORTS).await.text.contains("残りは次の書出しに入ります"));
    let first = export(&mut clerk).await.expect("an export");
    let second = export(&mut clerk).await.expect("an export");
    assert_eq!(export(&mut clerk).await, None, "each is taken out once");
    let (one, other) = (rows(&mut clerk, &first).await, rows(&mut clerk, &second).await);
    assert!(one[0].contains(&numbers[0]) && one.iter().any(|row| row.contains(&numbers[1])));
    assert!(!one.iter().any(|row| row.contains(&numbers[2])), "{one:?}");
    assert!(other.iter().all(|row| row.contains(&numbers[2])), "{other:?}");
    assert_eq!(rows(&mut clerk, &first).await, one, "the same whenever it is fetched");
    let page = clerk.get(EXPORTS).await.text;
    assert_eq!(page.matches(" CSV</span>").count(), 3, "each time is on record:\n{page}");
    assert!(page.contains(">tests</td>"), "and who it was:\n{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_says_what_was_taken_out_and_nobody_else_gets_it() {
    let world = World::new(false).await;
    let mut clerk = Browser::with_key(&world, &world.authority_key).await;
    accept(&mut clerk, world.readable).await;
    let made = export(&mut clerk).await.expect("an export");
    let path = format!("{made}/zip");
    let seen = clerk.get(&path).await;
    let mut archive = ZipArchive::new(Cursor::new(seen.bytes)).expect("an archive");
    let mut manifest = String::new();
    let mut file = archive.by_name("manifest.json").expect("a manifest");
    file.read_to_string(&mut manifest).expect("text");
    drop(file);
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let held = &manifest["deliveries"][0];
    assert_eq!(held["delivery"], world.readable.to_string());
    assert_eq!(held["receipt_number"], number(&world, world.readable).await);
    assert_eq!(
        (&manifest["profile"], &manifest["encoding"]),
        (&"standard".into(), &"utf-8".into())
    );
    let mut table = String::new();
    archive.by_name("ledger.csv").expect("a table").read_to_string(&mut table).expect("text");
    assert_eq!(table.lines().skip(1).collect::<Vec<_>>(), rows(&mut clerk, &made).await);
    let key = staff_of(&world, "131016", "千代田").await;
    let mut stranger = Browser::with_key(&world, &key).await;
    for path in [format!("{made}/csv"), path] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(clerk.get(&format!("{made}/doc")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(clerk.get(&format!("{EXPORTS}/junk/csv")).await.status, StatusCode::NOT_FOUND);
}
