//! Decisions that authorities leave in their SFTP result folders.

use std::path::PathBuf;

use anyhow::Result;
use hub::delivery::Review;
use schemas::{Channel, FilingId};
use serde_json::{Value, json};
use tests::house::{House, change, code};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";

async fn delivered() -> Result<(House, FilingId)> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Sftp])
        .ladder(OTARU, &[Channel::Sftp])
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    Ok((house, filing))
}

fn drop_file(house: &House, name: &str, decision: &Value) -> Result<()> {
    let files: &[(&str, &[u8])] = &[("結果通知.pdf", b"%PDF-1.7 notice")];
    Ok(house.sandbox.drop_decision(code(SAPPORO), name, decision.to_string().as_bytes(), files)?)
}

fn results(house: &House) -> PathBuf {
    house.far_root().join(SAPPORO).join("sftp/results")
}

#[tokio::test]
async fn a_decision_file_is_recorded_and_cleared_away() -> Result<()> {
    let (mut house, filing) = delivered().await?;
    let delivery = house.delivery_to(filing, code(SAPPORO)).await?;
    let decision = json!({"delivery": delivery.id, "verdict": "returned",
                          "comment": "日付を直してください", "files": ["結果通知.pdf"]});
    drop_file(&house, "a", &decision)?;
    assert_eq!(house.stages.collector.step().await?, 1);
    house.settle().await?;
    assert_eq!(house.delivery_to(filing, code(SAPPORO)).await?.review, Review::Returned);
    let made = house.ctx.store.decision(delivery.id).await?.expect("a decision");
    assert_eq!((made.source.as_str(), made.comment.as_str()), ("sftp", "日付を直してください"));
    let files: Value = serde_json::from_str(&made.files)?;
    assert_eq!(files[0]["name"], "結果通知.pdf");
    assert_eq!(files[0]["media_type"], "application/pdf");
    assert!(results(&house).join("done/a.decision.json").is_file());
    assert!(results(&house).join("done/結果通知.pdf").is_file());
    assert_eq!(house.letters_about("差戻しのお知らせ")?.len(), 1);
    assert_eq!(house.stages.collector.step().await?, 0, "once is enough");
    house.finish().await
}

#[tokio::test]
async fn a_decision_file_that_is_wrong_is_kept_and_answered() -> Result<()> {
    let (mut house, filing) = delivered().await?;
    let own = house.delivery_to(filing, code(SAPPORO)).await?.id;
    let others = house.delivery_to(filing, code(OTARU)).await?.id;
    let accepted = |id| json!({"delivery": id, "verdict": "accepted"});
    for (name, decision, problem) in [
        ("broken", json!("accepted"), "write UTF-8 JSON"),
        ("verdict", json!({"delivery": own, "verdict": "ok"}), "accepted"),
        ("wordless", json!({"delivery": own, "verdict": "returned"}), "needs a comment"),
        ("foreign", accepted(others), "no such delivery"),
        (
            "beside",
            json!({"delivery": own, "verdict": "accepted", "files": ["none.pdf"]}),
            "does not lie beside it",
        ),
        (
            "path",
            json!({"delivery": own, "verdict": "accepted", "files": ["../x"]}),
            "a file name has no path",
        ),
    ] {
        drop_file(&house, name, &decision)?;
        assert_eq!(house.stages.collector.step().await?, 0, "{name}");
        let error = results(&house).join("error");
        assert!(error.join(format!("{name}.decision.json")).is_file(), "{name} is kept");
        let said: Value =
            serde_json::from_slice(&std::fs::read(error.join(format!("{name}.error.json")))?)?;
        let text = said["problem"].as_str().unwrap_or_default();
        assert!(text.contains(problem), "{name}: {said}");
        assert!(said["what_to_do"].is_string(), "{name}: {said}");
    }
    assert_eq!(house.delivery_to(filing, code(SAPPORO)).await?.review, Review::Unopened);
    // Corrected and put there again, it counts; another answer afterwards does not.
    drop_file(&house, "wordless", &accepted(own))?;
    assert_eq!(house.stages.collector.step().await?, 1);
    let late = json!({"delivery": own, "verdict": "returned", "comment": "やはり差し戻します"});
    drop_file(&house, "late", &late)?;
    // Nothing of theirs awaits a decision, so nobody looks; a further delivery brings the look.
    house.deliver(&change(SAPPORO, &[])).await?;
    assert_eq!(house.stages.collector.step().await?, 0);
    assert!(results(&house).join("error/late.error.json").is_file());
    assert_eq!(house.delivery_to(filing, code(SAPPORO)).await?.review, Review::Accepted);
    house.settle().await?;
    house.finish().await
}
