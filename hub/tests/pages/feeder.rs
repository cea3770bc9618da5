//! An upload whose filing was cut off between two rows is gone on with by itself.

use std::sync::Arc;
use std::time::Duration;

use hub::feeder::Feeder;
use hub::intake::{IntakeProblem, intake};
use hub::revision::Request;
use hub::store::LineFilter;
use serde_json::Value;
use uuid::Uuid;

use crate::bulk::{counts, filings, id, operator, table};
use crate::world::World;

async fn view(world: &World, id: &str) -> Value {
    operator(world).get(&format!("/v1/bulk/{id}")).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_between_two_rows_is_filed_to_the_end_once() {
    let world = World::new(false).await;
    let ctx = &world.ctx;
    let (_, uploaded) = operator(&world).csv("cut", &table(8, &[])).await;
    assert_eq!(counts(&uploaded), [8, 0, 0, 0], "{uploaded}");
    let id: Uuid = id(&uploaded).parse().expect("an id");
    let at_once = ctx.config.bulk.at_once;

    // The process ends after the first rows: its intake takes no more.
    let (way_in, mut desk) = intake(ctx);
    let feeder = Feeder::new(Arc::clone(ctx), way_in);
    let mut taken = 0;
    let filed = {
        let filing = feeder.file(id);
        tokio::pin!(filing);
        while taken < at_once {
            tokio::select! {
                ended = &mut filing => panic!("it ended: {ended:?}"),
                () = tokio::time::sleep(Duration::from_millis(1)) => taken += desk.step().await,
            }
        }
        drop(desk);
        filing.await
    };
    assert!(matches!(filed, Err(IntakeProblem::Unavailable(_))), "{filed:?}");
    let first = i64::try_from(at_once).expect("few");
    assert_eq!(counts(&view(&world, &id.to_string()).await), [8 - first, 0, first, 0]);
    // Another ended between a row's receipt and writing that down.
    let (way_in, desk) = intake(ctx);
    let desk = tokio::spawn(desk.run());
    let filter = LineFilter { bulk_id: id, states: &["good", "warned"], after: 0, limit: 1 };
    let line = ctx.store.bulk_lines(&filter).await.expect("a store").remove(0);
    let document = line.body.expect("a text");
    let request = Request {
        submission: serde_json::from_str(&document).expect("a submission"),
        document,
        idempotency_key: format!("bulk:{id}:{}", line.number),
    };
    way_in.submit(request).await.expect("a receipt");
    let receipted = at_once + 1;
    assert_eq!(filings(&world).await, receipted);

    // Not before it has stood for as long as it may; then to the end, each row once.
    let feeder = Feeder::new(Arc::clone(ctx), way_in);
    let rest = Duration::from_millis(ctx.config.bulk.resume_ms);
    ctx.clock.advance(rest.saturating_sub(Duration::from_millis(1)));
    assert_eq!(feeder.step().await.expect("a store"), 0);
    assert_eq!(filings(&world).await, receipted);
    ctx.clock.advance(Duration::from_millis(1));
    assert_eq!(feeder.step().await.expect("a store"), 1);
    assert_eq!(counts(&view(&world, &id.to_string()).await), [0, 0, 8, 0]);
    assert_eq!(filings(&world).await, 8);
    ctx.clock.advance(10 * rest);
    assert_eq!(feeder.step().await.expect("a store"), 0, "it is done");
    desk.abort();
}
