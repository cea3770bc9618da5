//! One box: operations find filings by the names and numbers in them.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::web::access::Scope;
use schemas::codes::office_number_of;
use schemas::{Channel, Submission};

use super::SAPPORO;
use crate::house::{Builder, House, change};

/// A filing of an operator and an office with these names.
fn of(operator: &str, office: &str) -> Submission {
    let mut submission = change(SAPPORO, &[]);
    operator.clone_into(&mut submission.operator_name);
    office.clone_into(&mut submission.offices[0].name);
    submission
}

/// What operations read when they look for this.
async fn look(house: &House, asked: &str) -> Result<String> {
    let front = house.front().await?;
    let cookies = front.log_in(&house.key(Scope::Operations).await?).await?;
    let query = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect::<String>();
    let page = front.page(&format!("/search?q={query}"), &cookies).await?;
    ensure!(page.status.is_success(), "{page:?}");
    Ok(page.text())
}

/// Whatever way it is typed; the filings of a name, of an office, of an operator and no others.
pub async fn a_filing_is_found_by_the_names_and_numbers_in_it(builder: Builder) -> Result<()> {
    let mut house = builder.start().await?;
    let mut submission = of("社会福祉法人 さくら会", "ｻｸﾗ Ｃａｒｅ");
    let office = office_number_of("017010001")?;
    submission.offices[0].office_number = Some(office);
    let sakura = house.deliver(&submission).await?;
    let mut submission = of("株式会社みらい", "デイサービスゆり");
    submission.offices[0].office_number = Some(office_number_of("017010002")?);
    let other = house.deliver(&submission).await?;
    let (sakura, other) = (sakura.receipt_number(), other.receipt_number());
    for asked in ["さくら", "サクラ会", "社会福祉法人さくら", "ｻｸﾗ", "サクラ care"]
    {
        let page = look(&house, asked).await?;
        ensure!(
            page.contains("href=\"/filings?word=") && !page.contains("ユリ"),
            "{asked}: {page}"
        );
    }
    ensure!(look(&house, "くら会").await?.contains("見つかりませんでした"), "not its beginning");

    let front = house.front().await?;
    let cookies = front.log_in(&house.key(Scope::Operations).await?).await?;
    for (path, there, elsewhere) in [
        ("/filings?word=さくら会", &sakura, &other),
        ("/filings?word=サクラCARE", &sakura, &other),
        ("/filings?word=みらい", &other, &sakura),
    ] {
        let page = front.page(path, &cookies).await?.text();
        ensure!(
            page.contains(there.as_str()) && !page.contains(elsewhere.as_str()),
            "{path}: {page}"
        );
    }
    // By a number straight there: an operator's, an office's.
    let submission = of("株式会社みらい", "x");
    let number = submission.corporate_number.to_string();
    let page = look(&house, &number).await?;
    ensure!(page.contains(&sakura) && page.contains(&other) && page.contains(&number), "{page}");
    let page = look(&house, office.as_str()).await?;
    ensure!(page.contains(&sakura) && !page.contains(&other), "{page}");
    let page = look(&house, office_number_of("017010003")?.as_str()).await?;
    ensure!(!page.contains(&sakura) && !page.contains(&other), "{page}");
    drop(front);
    house.finish().await
}

/// By upkeep: what was there before, and what a process of the build before took in meanwhile.
pub async fn filings_of_builds_before_are_found_too(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).start().await?;
    for place in 0..5 {
        house.file(&of("社会福祉法人さくら会", &format!("事業所{place}"))).await?;
    }
    house.settle().await?;
    let forget = async |house: &House| house.raw("DELETE FROM filing_words".into()).await;
    let found = async |house: &House| -> Result<usize> {
        Ok(house.ctx.store.filings_of_word("サクラ会", None, 50).await?.len())
    };
    ensure!(found(&house).await? == 5, "as intake writes them");
    let again = "UPDATE filing_word_passes SET ended = 0, next_at = 0, \
                 below = 'ffffffff-ffff-ffff-ffff-ffffffffffff'";
    house.raw(again.into()).await?;
    forget(&house).await?;
    house.tend().await?;
    ensure!(found(&house).await? == 5, "the first pass");
    forget(&house).await?;
    house.tend().await?;
    ensure!(found(&house).await? == 0, "not before a day is over");
    house.advance(Duration::from_hours(24)).await?;
    house.tend().await?;
    ensure!(found(&house).await? == 5, "the second pass");
    forget(&house).await?;
    house.advance(Duration::from_hours(48)).await?;
    house.tend().await?;
    ensure!(found(&house).await? == 0, "and no third");
    house.finish().await
}
