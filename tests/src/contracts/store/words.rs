//! Words by which filings are found.

use anyhow::{Context, Result, ensure};
use hub::store::WordRow;
use schemas::FilingId;
use uuid::Uuid;

use super::Bench;

/// Each once and in order, however many filings have it; those of a word the newest first.
pub async fn a_filing_is_found_by_its_words(bench: &Bench) -> Result<()> {
    let mut filings: Vec<FilingId> = bench.filed(5).await?.iter().map(|row| row.id).collect();
    filings.sort();
    let word = |word: &str, filing: usize| {
        let filing_id = filings[filing];
        WordRow { word: word.into(), filing_id }
    };
    let mut words: Vec<_> = (0..5).map(|filing| word("サクラ会", filing)).collect();
    words.extend([word("サクラ", 0), word("サクラ𠮷", 1), word("サク", 2), word("1370000001", 3)]);
    // Twice: what is there stays.
    for _ in 0..2 {
        let mut tx = bench.store.begin().await?;
        tx.insert_filing_words(&words).await?;
        tx.commit().await?;
    }
    let begin = async |start: &str, limit: usize| bench.store.filed_words(start, limit).await;
    ensure!(begin("サクラ", 50).await? == ["サクラ", "サクラ会", "サクラ𠮷"]);
    ensure!(begin("サクラ", 2).await? == ["サクラ", "サクラ会"], "so many at most");
    ensure!(begin("サクラ会", 50).await? == ["サクラ会"]);
    ensure!(begin("13", 50).await? == ["1370000001"]);
    ensure!(begin("%", 50).await?.is_empty() && begin("サ_ラ", 50).await?.is_empty());

    let mut found = Vec::new();
    let mut before: Option<Uuid> = None;
    loop {
        let rows = bench.store.filings_of_word("サクラ会", before, 2).await?;
        let Some(last) = rows.last() else { break };
        before = Some(last.id.0);
        found.extend(rows.iter().map(|row| row.id));
    }
    found.reverse();
    ensure!(found == filings, "{found:?}");
    ensure!(bench.store.filings_of_word("サクラ会は", None, 2).await?.is_empty());
    Ok(())
}

/// One process at a time, when it is time, so many times; from the newest filing back.
pub async fn words_of_before_are_written_by_one_at_a_time(bench: &Bench) -> Result<()> {
    let mut filings: Vec<FilingId> = bench.filed(3).await?.iter().map(|row| row.id).collect();
    filings.sort();
    let mut tx = bench.store.begin().await?;
    let mut pass = tx.lock_word_pass(2).await?.context("a first pass")?;
    ensure!((pass.ended, pass.below) == (0, Uuid::max()), "{pass:?}");
    let texts = tx.revisions_below(pass.below, 2).await?;
    let ids: Vec<_> = texts.iter().map(|text| text.filing_id).collect();
    ensure!(ids == [filings[2], filings[1]], "{ids:?}");
    ensure!(texts.iter().all(|text| text.document.starts_with('{')), "{texts:?}");
    (pass.below, pass.ended, pass.next_at) = (ids[1].0, 1, bench.clock.now_ms() + 1);
    tx.save_word_pass(&pass).await?;
    tx.commit().await?;

    let look = async |passes| {
        let mut tx = bench.store.begin().await?;
        let found = tx.lock_word_pass(passes).await?;
        anyhow::Ok(found)
    };
    ensure!(look(2).await?.is_none(), "before its time");
    bench.clock.advance(std::time::Duration::from_millis(1));
    ensure!(look(2).await? == Some(pass.clone()) && look(1).await?.is_none(), "{pass:?}");
    let mut tx = bench.store.begin().await?;
    let rest = tx.revisions_below(pass.below, 2).await?;
    ensure!(rest.len() == 1 && rest[0].filing_id == filings[0], "{rest:?}");
    Ok(())
}
