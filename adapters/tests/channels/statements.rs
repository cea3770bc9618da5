//! What is no package: a statement that is dropped, and the answers to it, over SFTP.

use adapters::Sealed;
use adapters::guard::Guard;
use adapters::sftp::{ANSWERS_MAX, PoolLimits, Sftp};
use bytes::Bytes;
use schemas::Outcome;

use crate::support::{assert_outcome, code, now, sandbox};

fn sftp() -> Sftp {
    Sftp::new(Guard { allow_private: true }, PoolLimits::default())
}

#[track_caller]
fn assert_there(outcome: &Outcome, duplicate: bool) {
    let Outcome::Delivered { proof } = outcome else { panic!("{outcome:?}") };
    assert_eq!(proof.evidence["duplicate"], duplicate);
}

#[tokio::test]
async fn a_file_is_dropped_as_packages_are_and_overwrites_nothing() {
    let far = sandbox().await;
    let (sftp, config) = (sftp(), far.sandbox.sftp_endpoint(code()));
    let file = |text: &'static str| Sealed::in_memory(Bytes::from_static(text.as_bytes()));
    let (own, other) = (file("{}\n"), file("{ }\n"));
    let name = "statement-011002-2026-07-14.json";
    assert_there(&sftp.put(&config, name, &own).await, false);
    assert_there(&sftp.put(&config, name, &own).await, true);
    assert_outcome(&sftp.put(&config, name, &other).await, "refused", "target_differs");
    let folder = far.folder.path().join("011002/sftp/in");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");
    assert_eq!(read(name), "{}\n");
    assert!(read(&format!("{name}.done")).contains(&own.sha256));
    // Taken away by the authority, whose marker stays: it is not brought again.
    std::fs::remove_file(folder.join(name)).expect("taken");
    assert_there(&sftp.put(&config, name, &own).await, true);
    assert!(!folder.join(name).exists());
}

#[tokio::test]
async fn answers_are_listed_when_they_are_whole_and_cleared_away() {
    let far = sandbox().await;
    let (sftp, config) = (sftp(), far.sandbox.sftp_endpoint(code()));
    let results = far.folder.path().join("011002/sftp/results");
    std::fs::create_dir_all(&results).expect("a folder");
    let leave = |name: &str| std::fs::write(results.join(name), "delivery\n").expect("a file");
    for name in ["statement-2026-07-14.csv", "statement-2026-07-14.txt", "ledger.csv"] {
        leave(name);
    }
    let found = sftp.collect(&config, now()).await.expect("a collection");
    let names: Vec<_> = found.answers.iter().map(|it| (it.name.as_str(), it.size)).collect();
    assert_eq!(names, [("statement-2026-07-14.csv", 9)]);
    let path = results.join("statement-2026-07-14.csv");
    let modified = std::fs::metadata(&path).and_then(|it| it.modified()).expect("a time");
    let young = jiff::Timestamp::try_from(modified).expect("a time");
    let found_young = sftp.collect(&config, young).await.expect("a collection");
    assert!(found_young.answers.is_empty(), "what is cut at a line's end reads, too");
    sftp.conclude_answer(&config, &found.answers[0], Err("why")).await.expect("concluded");
    assert!(results.join("error/statement-2026-07-14.csv").is_file());
    let told = std::fs::read_to_string(results.join("error/statement-2026-07-14.error.json"));
    assert!(told.expect("an explanation").contains("why"));
    for number in 0..=ANSWERS_MAX {
        leave(&format!("statement-{number}.csv"));
    }
    let found = sftp.collect(&config, now()).await.expect("a collection");
    assert_eq!(found.answers.len(), ANSWERS_MAX);
    sftp.conclude_answer(&config, &found.answers[0], Ok(())).await.expect("concluded");
    assert!(results.join("done").join(&found.answers[0].name).is_file());
}
