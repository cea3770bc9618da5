//! Statements reach who asked for them, as a file over SFTP or by mail, and are answered over SFTP.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use adapters::Endpoint;
use anyhow::{Context, Result, ensure};
use hub::config::Whom;
use hub::contacts::{Entry, Writer, write};
use hub::context::day_in_japan;
use hub::statements::{Statement, handout, verify};
use hub::store::{HandoutState, HandoutWay, StatementLine};
use hub::teller::Teller;
use jiff::civil::Date;
use schemas::{Channel, DeliveryId};
use serde_json::{Value, json};

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, OPERATOR_NAME, change, code};

pub(super) const HAKODATE: &str = "012025";
pub(super) const MAIL: &str = "kaigo@sapporo.example";
pub(super) const DAY: Duration = Duration::from_hours(24);

pub(super) fn asked_by(builder: Builder, whom: Whom) -> Builder {
    builder.with(move |config| config.reconciliation.hand_out_to = vec![whom])
}

/// Two filings arrive, and the day after their statements are written down.
pub(super) async fn stated(house: &mut House) -> Result<(Date, Vec<DeliveryId>)> {
    let today = day_in_japan(house.clock.now_ms());
    let mut ids = Vec::new();
    for _ in 0..2 {
        let filing = house.deliver(&change(SAPPORO, &[OTARU])).await?;
        ids.push(house.delivery_to(filing, code(SAPPORO)).await?.id);
    }
    house.advance(DAY).await?;
    house.tend().await?;
    Ok((today, ids))
}

pub(super) async fn line(house: &House, authority: &str, day: Date) -> Result<StatementLine> {
    let asked = (Some(day), Some(code(authority)));
    house.ctx.store.list_statements(asked, 1).await?.pop().context("a line")
}

pub(super) fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a name")?;
        if name.starts_with("statement-") {
            files.push((name.to_owned(), fs::read(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

/// It lies there signed and with its marker, once: whoever else tries, whatever was forgotten.
pub async fn a_statement_lies_in_the_folder_once(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Sftp]).ladder(OTARU, &[Channel::Sftp]);
    let mut house = asked_by(builder, Whom::One(code(SAPPORO))).start().await?;
    let (day, _) = stated(&mut house).await?;
    ensure!(house.stages.teller.step().await? == 1);
    let folder = |authority: &str| house.far_root().join(authority).join("sftp/in");
    let lying = files(&folder(SAPPORO))?;
    let [(name, text), (marker, _)] = lying.as_slice() else { anyhow::bail!("{lying:?}") };
    ensure!(*name == format!("statement-{SAPPORO}-{day}.json"), "{name}");
    ensure!(*marker == format!("{name}.done"), "{marker}");
    let text = std::str::from_utf8(text)?;
    let verified = verify(text, Some(&house.ctx.signer.fingerprint()))?;
    ensure!(verified.packages == 2 && verified.authority == SAPPORO, "{verified:?}");
    ensure!(!text.contains(OPERATOR_NAME) && !text.contains("みどり"), "{text}");
    let of_sapporo = line(&house, SAPPORO, day).await?;
    ensure!(of_sapporo.way == Some(HandoutWay::Sftp), "{of_sapporo:?}");
    ensure!(of_sapporo.handed == Some(HandoutState::Sent), "{of_sapporo:?}");
    // Who did not ask for it gets nothing.
    ensure!(files(&folder(OTARU))?.is_empty());
    ensure!(line(&house, OTARU, day).await?.handed.is_none());
    let folder = folder(SAPPORO);
    house.restart().await?;
    house.tend().await?;
    ensure!(house.stages.teller.step().await? == 0, "written down again is not handed out again");
    // The try whose end was never recorded is made again, by one of two.
    let lost = "UPDATE statement_handouts SET state = 'due', sent_at = NULL, next_try_at = 0";
    house.raw(lost.to_owned()).await?;
    let other = Teller::new(Arc::clone(&house.ctx));
    let (one, two) = tokio::join!(house.stages.teller.step(), other.step());
    ensure!(one? + two? == 1);
    ensure!(files(&folder)? == lying, "another file");
    ensure!(line(&house, SAPPORO, day).await?.handed == Some(HandoutState::Sent));
    house.finish().await
}

/// What time mends is tried again; what it does not is told, with why.
pub async fn a_statement_outlasts_a_server_that_is_away(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Sftp]).ladder(OTARU, &[Channel::Sftp]);
    let mut house = asked_by(builder, Whom::All).start().await?;
    let (day, _) = stated(&mut house).await?;
    let (sapporo, otaru) = (code(SAPPORO), code(OTARU));
    let whole = house.sandbox.sftp_endpoint(sapporo);
    let mut away = whole.clone();
    away.port = 1;
    let mut elsewhere = house.sandbox.sftp_endpoint(otaru);
    elsewhere.folder = "nowhere".into();
    house.set_endpoints(sapporo, &[Endpoint::Sftp(away)]).await?;
    house.set_endpoints(otaru, &[Endpoint::Sftp(elsewhere)]).await?;
    ensure!(house.stages.teller.step().await? == 2);
    let failed = line(&house, OTARU, day).await?;
    let why = failed.why.unwrap_or_default();
    ensure!(failed.handed == Some(HandoutState::Failed), "{why}");
    ensure!(why.contains("sftp_no_such_file"), "{why}");
    let waiting = line(&house, SAPPORO, day).await?;
    let why = waiting.why.unwrap_or_default();
    ensure!(waiting.handed == Some(HandoutState::Due) && why.contains("connect_failed"), "{why}");
    ensure!(house.stages.teller.step().await? == 0, "its time has not come");
    house.set_endpoints(sapporo, &[Endpoint::Sftp(whole)]).await?;
    house.clock.advance(Duration::from_secs(house.ctx.config.notices.ladder_seconds[0]));
    ensure!(house.stages.teller.step().await? == 1);
    let sent = line(&house, SAPPORO, day).await?;
    ensure!(sent.handed == Some(HandoutState::Sent) && sent.why.is_none(), "{sent:?}");
    house.finish().await
}

/// One mail with the list, to who has neither SFTP nor API; who asks over API is left alone.
pub async fn a_statement_goes_by_mail_where_there_is_nothing_else(builder: Builder) -> Result<()> {
    let builder = builder
        .ladder(SAPPORO, &[Channel::Email])
        .ladder(OTARU, &[Channel::Api])
        .ladder(HAKODATE, &[Channel::Email])
        .with(|config| config.reconciliation.attach_bytes_max = 9_000);
    let mut house = asked_by(builder, Whom::All).start().await?;
    let now = house.clock.now_ms();
    let by = Writer { whom: "operations", person: "key:o".into(), name: "運営".into() };
    let (authority, mail) = (code(SAPPORO), Some(MAIL.to_owned()));
    let entry = Entry { authority, mail, from_day: day_in_japan(now) };
    ensure!(write(&house.ctx.store, (&entry, 0), &by, now).await?);
    house.deliver(&change(HAKODATE, &[])).await?;
    let (day, _) = stated(&mut house).await?;
    ensure!(house.stages.teller.step().await? == 2);
    let letters = house.letters_to(MAIL)?;
    let [letter] = letters.as_slice() else { anyhow::bail!("{letters:?}") };
    let statement = Statement::read(&house.ctx, authority, day).await?;
    ensure!(letter.subject == format!("【届出】到達の一覧 {day}(2件)"), "{letter:?}");
    let link = format!("https://todoke.example/authority/statements/{day}");
    for words in ["札幌市 御中", "件数: 2件", &statement.digest(), &link, "添付しています"]
    {
        ensure!(letter.text.contains(words), "{words}: {}", letter.text);
    }
    ensure!(letter.attachments == 1 && !letter.text.contains(OPERATOR_NAME), "{letter:?}");
    let sent = line(&house, SAPPORO, day).await?;
    ensure!((sent.way, sent.handed) == (Some(HandoutWay::Email), Some(HandoutState::Sent)));
    ensure!(line(&house, OTARU, day).await?.handed.is_none());
    let failed = line(&house, HAKODATE, day).await?;
    ensure!(failed.handed == Some(HandoutState::Failed), "{failed:?}");
    ensure!(failed.why.unwrap_or_default().contains("handout_no_address"));
    for (bytes, attached) in [(9_000, true), (9_001, false)] {
        let mail = handout::letter(&house.ctx, (&statement, vec![b' '; bytes].into()), MAIL)?;
        ensure!(mail.attachment.is_some() == attached, "{bytes}");
        ensure!(mail.text.contains("添付していません") != attached, "{}", mail.text);
    }
    house.finish().await
}

pub(super) fn results(house: &House) -> PathBuf {
    house.far_root().join(SAPPORO).join("sftp/results")
}

/// Leaves an answer, and tells how much the collector took.
async fn left(house: &House, name: &str, text: &str) -> Result<usize> {
    fs::create_dir_all(results(house))?;
    fs::write(results(house).join(name), text)?;
    house.stages.collector.step().await
}

/// All of them are decided on: nothing of theirs keeps the folder looked into.
pub(super) async fn decided(house: &mut House, ids: &[DeliveryId]) -> Result<()> {
    for id in ids {
        let decision = json!({"delivery": id, "verdict": "accepted"}).to_string();
        let sandbox = &house.sandbox;
        sandbox.drop_decision(code(SAPPORO), &id.to_string(), decision.as_bytes(), &[])?;
    }
    ensure!(house.stages.collector.step().await? == ids.len());
    house.settle().await
}

/// Taken where a statement was handed out of late, compared, and cleared away; the same again says
/// nothing new.
pub async fn an_answer_comes_back_over_sftp(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Sftp]).ladder(OTARU, &[Channel::Sftp]);
    let mut house = asked_by(builder, Whom::One(code(SAPPORO))).start().await?;
    let (day, ids) = stated(&mut house).await?;
    decided(&mut house, &ids).await?;
    let name = format!("statement-{day}.csv");
    let one = format!("delivery\n{}\n", ids[0]);
    ensure!(left(&house, &name, &one).await? == 0, "nothing makes anyone look there");
    ensure!(results(&house).join(&name).is_file());
    ensure!(house.stages.teller.step().await? == 1);
    ensure!(house.stages.collector.step().await? == 1);
    ensure!(results(&house).join("done").join(&name).is_file());
    let store = house.ctx.store.clone();
    let answers = async || store.statement_answers(code(SAPPORO), day, 9).await;
    let kept = answers().await?;
    let [answer] = kept.as_slice() else { anyhow::bail!("{kept:?}") };
    ensure!(answer.via == "sftp" && answer.missing == 1, "{answer:?}");
    house.clock.advance(Duration::from_mins(1));
    ensure!(left(&house, &name, &one).await? == 1);
    ensure!(answers().await?.len() == 1, "the same again, as after a file that was not cleared");
    let both = format!("delivery\n{}\n{}\n", ids[0], ids[1]);
    ensure!(left(&house, &format!("statement-{SAPPORO}-{day}.csv"), &both).await? == 1);
    let kept = answers().await?;
    ensure!(kept.len() == 2 && kept[0].missing == 0, "{kept:?}");
    let of_other = format!("statement-{OTARU}-{day}.csv");
    ensure!(left(&house, &of_other, &both).await? == 0);
    ensure!(results(&house).join(&of_other).is_file(), "another's, in a folder that they share");
    // It is looked for up to `answer_days` after that day, and no longer.
    house.advance(DAY * 13).await?;
    ensure!(left(&house, &name, &one).await? == 1);
    house.advance(DAY).await?;
    ensure!(left(&house, &name, &one).await? == 0);
    ensure!(results(&house).join(&name).is_file());
    house.finish().await
}

/// A broken answer is moved aside with what is wrong with it, up to the limit and behind it.
pub async fn a_broken_answer_is_told_beside_it(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Sftp]).ladder(OTARU, &[Channel::Sftp]);
    let builder = builder.with(|config| config.reconciliation.answer_bytes_max = 400);
    let mut house = asked_by(builder, Whom::One(code(SAPPORO))).start().await?;
    let (day, ids) = stated(&mut house).await?;
    let own = format!("delivery\n{}\n", ids[0]);
    let padded = |bytes: usize| format!("{own}{}", "\n".repeat(bytes - own.len()));
    let name = format!("statement-{day}");
    let today = format!("statement-{}", day_in_japan(house.clock.now_ms()));
    for (number, (stem, text, problem)) in [
        (name.as_str(), "a,b\n1,2\n".to_owned(), "列「delivery」がありません"),
        (name.as_str(), format!("{own}{}\n", ids[0]), "2回書かれています"),
        (name.as_str(), padded(401), "400バイトまでです"),
        ("statement-x", own.clone(), "日付を読み取れません"),
        (today.as_str(), own.clone(), "まだ一覧のない日です"),
    ]
    .into_iter()
    .enumerate()
    {
        ensure!(left(&house, &format!("{stem}.csv"), &text).await? == 0, "{problem}");
        ensure!(!results(&house).join(format!("{stem}.csv")).exists(), "{problem}");
        let error = results(&house).join("error");
        // One of the same name lies there already: it is kept, too.
        let kept = if (1..3).contains(&number) { format!("{number}-{stem}") } else { stem.into() };
        ensure!(error.join(format!("{kept}.csv")).is_file(), "{kept}");
        let said: Value =
            serde_json::from_slice(&fs::read(error.join(format!("{kept}.error.json")))?)?;
        ensure!(said["problem"].as_str().is_some_and(|it| it.contains(problem)), "{said}");
    }
    ensure!(house.ctx.store.statement_answers(code(SAPPORO), day, 9).await?.is_empty());
    ensure!(left(&house, &format!("{name}.csv"), &padded(400)).await? == 1);
    ensure!(house.ctx.store.statement_answers(code(SAPPORO), day, 9).await?.len() == 1);
    house.finish().await
}
