//! `todoke` as staff type it.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result, ensure};
use schemas::Channel;
use serde_json::Value;
use tests::house::{House, change};
use tests::servers::Postgres;

use crate::process::{Seat, Settings, settings};

const SAPPORO: &str = "011002";

/// What is typed, and what must be said then.
struct Typed<'s> {
    seat: &'s Seat,
    by: Settings,
}

impl Typed<'_> {
    async fn says(&self, words: &str, expected: &[&str]) -> Result<String> {
        let (code, said) = self.seat.end(words, &self.by).await?;
        ensure!(code == 0, "{words}: {code}\n{said}");
        holds(words, &said, expected)?;
        Ok(said)
    }

    async fn refuses(&self, words: &str, expected: &[&str]) -> Result<()> {
        let (code, said) = self.seat.end(words, &self.by).await?;
        ensure!(code == 1, "{words}: {code}\n{said}");
        holds(words, &said, expected)
    }
}

fn holds(words: &str, said: &str, expected: &[&str]) -> Result<()> {
    for part in expected {
        ensure!(said.contains(part), "{words}: {part:?} is not in\n{said}");
    }
    Ok(())
}

#[tokio::test]
async fn many_are_sent_again_by_two_people_and_on_record() -> Result<()> {
    let seat = Seat::new().await?;
    let store = format!("sqlite:{}", seat.folder().join("store.db").display());
    let house = House::build().store(&store).ladder(SAPPORO, &[Channel::Api]);
    let mut house = house.behaviour(SAPPORO, Behaviour::Refusing(410)).start().await?;
    for _ in 0..2 {
        house.deliver(&change(SAPPORO, &[])).await?;
    }
    house.finish().await?;
    let by = |name| Typed {
        seat: &seat,
        by: settings([
            ("TODOKE_STORE__URL", store.as_str()),
            ("TODOKE_OPERATIONS__REDRIVE_ALONE_MAX", "1"),
            ("SUDO_USER", name),
        ]),
    };
    let (one, other) = (by("hanako"), by("jiro"));

    one.refuses("redrive preview --cause http_418", &["nothing that is not delivered"]).await?;
    let told = ["previewed", "2 deliveries; 0 may have arrived already", "todoke redrive start"];
    let said = one.says("redrive preview --cause http_410", &told).await?;
    let id = said.split(' ').next().context("an id")?;
    let said = one.says(&format!("redrive start {id} --why mended"), &["somebody else"]).await?;
    ensure!(said.contains("proposed") && said.contains("started by hanako"), "{said}");
    one.refuses(&format!("redrive approve {id}"), &["hanako"]).await?;
    let told = ["running", "approved by jiro", "0 sent again, 0 passed over, 2 left"];
    other.says(&format!("redrive approve {id}"), &told).await?;
    let said = other.says("redrive list --json", &[]).await?;
    let listed: Value = serde_json::from_str(said.trim())?;
    ensure!((&listed[0]["id"], &listed[0]["left"]) == (&id.into(), &2.into()), "{listed}");
    let said = other.says(&format!("redrive show {id} --limit 1"), &["http_410"]).await?;
    ensure!(said.matches("http_410").count() == 1, "{said}");
    other.says(&format!("redrive cancel {id} --why later"), &["cancelled"]).await?;
    let again = format!("redrive cancel {id} --why later");
    one.refuses(&again, &["it was cancelled, by jiro"]).await?;
    let none = "00000000-0000-7000-8000-000000000000";
    one.refuses(&format!("redrive show {none}"), &["there is no redrive"]).await?;

    let said = one.says(&format!("audit list --subject redrive:{id} --json"), &[]).await?;
    let acts: Value = serde_json::from_str(said.trim())?;
    let acts = acts.as_array().context("acts")?.iter();
    let acts: Vec<_> = acts.map(|act| (act["what"].as_str(), act["person"].as_str())).collect();
    let expected = [
        ("redrive.cancel", "cli:jiro"),
        ("redrive.approve", "cli:jiro"),
        ("redrive.start", "cli:hanako"),
    ];
    ensure!(acts == expected.map(|(what, person)| (Some(what), Some(person))), "{acts:?}");
    one.says("audit list --person cli:hanako", &["redrive.start", "mended"]).await?;
    one.says("audit list --looks", &["nothing"]).await?;
    one.says("audit verify", &["3 acts, none altered"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_table_is_tried_then_taken_in_and_written_out() -> Result<()> {
    let seat = Seat::new().await?;
    let store = format!("sqlite:{}", seat.folder().join("store.db").display());
    let mut house = House::build().store(&store).start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    house.finish().await?;
    let one = Typed {
        seat: &seat,
        by: settings([("TODOKE_STORE__URL", store.as_str()), ("SUDO_USER", "hanako")]),
    };
    let table = seat.folder().join("table.csv");
    let table = table.to_str().context("a path")?;
    std::fs::write(table, "code6,status,launch_period\n011002,shut,9\n999999,open,1\n")?;
    let day = "--from 2099-04-01";
    let import = format!("master import {table} {day} --why late");
    let told = ["3 fault(s), nothing was changed", "line 2: status", "line 3: code6"];
    one.refuses(&import, &told).await?;
    std::fs::write(table, "code6,status\n011002,closed\n012033,open\n")?;
    let told = ["1 authorities change; of 1 filings asked, 1 would go elsewhere", "(not ready)"];
    one.says(&format!("master dry-run {table} {day}"), &told).await?;
    one.says(&format!("master dry-run {table} {day} --filings 0"), &["of 0 filings"]).await?;
    let said = one.says(&format!("{import} --dry-run --json"), &[]).await?;
    let told: Value = serde_json::from_str(said.trim())?;
    ensure!(told["filings"][0]["receipt_number"] == filing.receipt_number(), "{told}");
    one.says("master changes", &["nothing"]).await?;
    one.refuses(&format!("master import {table} --from 2000-01-01 --why x"), &["is over"]).await?;
    one.says(&import, &["1 authorities changed from 2099-04-01 on", "+1"]).await?;
    one.refuses(&import, &["nothing differs"]).await?;
    let said = one.says("master export --on 2099-04-01", &[]).await?;
    let row = said.lines().find(|line| line.starts_with("011002")).context("a row")?;
    ensure!(row.contains(",closed,") && row.ends_with(",2099-04-01,"), "{row}");
    one.says("master changes 011002", &["hanako", "late", "2099-04-01"]).await?;
    one.says("audit list --subject authority:011002", &["master.amend", "late"]).await?;
    Ok(())
}

#[tokio::test]
async fn unions_are_taken_in_and_written_out() -> Result<()> {
    let seat = Seat::new().await?;
    let store = format!("sqlite:{}", seat.folder().join("store.db").display());
    let mut house = House::build().store(&store).start().await?;
    house.deliver(&change("012033", &[])).await?;
    house.finish().await?;
    let one = Typed {
        seat: &seat,
        by: settings([("TODOKE_STORE__URL", store.as_str()), ("SUDO_USER", "hanako")]),
    };
    let table = seat.folder().join("unions.csv");
    let table = table.to_str().context("a path")?;
    let head = "union_id,name,prefecture_code,prefecture,kind,members,services,prepared,status,\
                alternative,valid_from";
    let row = "小樽広域連合,01,北海道,広域連合,012033,municipal,true,open,paper,2099-10-01";
    let bad = format!(
        "{head}\nU01999,{}\nU01998,{row}\n\nU1,{row}\nU01997,{}\n",
        row.replace("012033", "016047;012033"),
        row.replace("2099-10-01", "2099-01-01")
    );
    std::fs::write(table, bad)?;
    let import = format!("master import {table} --from 2099-04-01 --why founded");
    let told = ["2 fault(s), nothing was changed", "line 5: union_id", "line 6: valid_from"];
    one.refuses(&import, &told).await?;
    let clash = format!("{head}\nU01999,{}\n", row.replace("012033", "016047;012033"));
    std::fs::write(table, clash)?;
    one.refuses(&import, &["line 2: members: 016047 is a member of U01004 too", "構成市町村"])
        .await?;
    std::fs::write(table, format!("{head}\nU01999,{row}\n"))?;
    let told = ["1 unions change; of 1 filings asked, 1 would go elsewhere", "U01999 union"];
    one.says(&format!("{import} --dry-run"), &told).await?;
    one.says("master changes", &["nothing"]).await?;
    one.says(&import, &["1 unions changed", "+1"]).await?;
    let said = one.says("master export --unions --on 2099-10-01", &["union_id,name"]).await?;
    ensure!(said.contains("\nU01999,小樽広域連合,"), "{said}");
    let said = one.says("master export --unions --on 2099-09-30", &[]).await?;
    ensure!(!said.contains("U01999"), "{said}");
    one.says("master changes U01999", &["hanako", "founded", "2099-10-01"]).await?;
    Ok(())
}

#[tokio::test]
async fn channels_are_proposed_by_one_and_approved_by_another() -> Result<()> {
    let seat = Seat::new().await?;
    let store = format!("sqlite:{}", seat.folder().join("store.db").display());
    House::build().store(&store).ladder(SAPPORO, &[Channel::Api]).start().await?.finish().await?;
    let by = |name| Typed {
        seat: &seat,
        by: settings([("TODOKE_STORE__URL", store.as_str()), ("SUDO_USER", name)]),
    };
    let (one, other) = (by("hanako"), by("jiro"));
    let file = seat.folder().join("ladder.json");
    let file = file.to_str().context("a path")?;
    let propose = format!("authority propose {SAPPORO} {file} --why renewed");
    std::fs::write(file, "[]")?;
    one.refuses(&propose, &["at least one endpoint"]).await?;
    let api = r#"{"channel":"api","url":"https://new.example/in","signing_secret":"s3cret"}"#;
    std::fs::write(file, format!("[{api}]"))?;
    let said = one.says(&propose, &["proposed: "]).await?;
    let id = said.split([' ', ';']).nth(1).context("an id")?;
    let said = one.says("authority proposals --waiting", &[id, "new.example", "renewed"]).await?;
    ensure!(!said.contains("s3cret"), "{said}");
    one.refuses(&format!("authority approve {id}"), &["hanako proposed it"]).await?;
    other.refuses(&format!("authority reject {id}"), &["say why"]).await?;
    other.refuses(&format!("authority withdraw {id}"), &["hanako proposed it"]).await?;
    other.says(&format!("authority approve {id} --why seen"), &["approved, and in use"]).await?;
    one.says("authority list", &["https://new.example/in"]).await?;
    one.says("authority proposals --waiting", &["nothing"]).await?;
    let said = one.says(&format!("authority proposals {SAPPORO} --json"), &["jiro"]).await?;
    ensure!(!said.contains("s3cret"), "{said}");
    one.says("audit list --subject authority:011002", &["channels.approve", "seen"]).await?;
    // What is shown is taken as it stands, and with one field changed.
    let shown = one.says(&format!("authority show {SAPPORO}"), &["new.example", "****"]).await?;
    ensure!(!shown.contains("s3cret"), "{shown}");
    std::fs::write(file, &shown)?;
    let anew = format!("authority set {SAPPORO} {file}");
    one.says(&anew, &["this is how the authority is reached already"]).await?;
    let mut ladder: Value = serde_json::from_str(&shown)?;
    ladder[0]["answer_timeout_ms"] = 31_000.into();
    std::fs::write(file, ladder.to_string())?;
    one.says(&anew, &["is reached by api; every process knows it within 5 s"]).await?;
    one.says(&format!("authority show {SAPPORO}"), &["31000", "****"]).await?;
    Ok(())
}

/// A check at the command line waits for the hub that runs beside it; where none can, it says so.
#[tokio::test]
async fn a_check_is_sent_and_its_proof_waited_for() -> Result<()> {
    let seat = Seat::new().await?;
    let url = Postgres::shared().fresh_database().await?;
    let mut house = House::build().store(&url).ladder(SAPPORO, &[Channel::Api]).start().await?;
    let by = Typed { seat: &seat, by: settings([("TODOKE_STORE__URL", url.as_str())]) };
    let check = "authority check 011002";
    let answer = async |words: &str, house: &mut House| -> Result<(i32, String)> {
        let words = format!("{check} --send {words}");
        let mut typed = std::pin::pin!(by.seat.end(&words, &by.by));
        loop {
            tokio::select! {
                ended = &mut typed => return ended,
                () = tokio::time::sleep(Duration::from_millis(50)) => house.settle().await?,
            }
        }
    };
    let (code, said) = answer("--wait 60", &mut house).await?;
    ensure!(code == 0 && said.contains("proved") && said.contains("stored"), "{code}: {said}");
    house.sandbox.set_behaviour(SAPPORO.parse()?, Behaviour::Refusing(410))?;
    let (code, said) = answer("--channel api --wait 60", &mut house).await?;
    ensure!(code == 1 && said.contains("http_410"), "{code}: {said}");
    ensure!(said.contains("the test did not arrive"), "{said}");
    by.refuses(&format!("{check} --send --channel sftp"), &["no endpoint for sftp"]).await?;
    let listed = by.says(&format!("{check} --list --json"), &[]).await?;
    let listed: Value = serde_json::from_str(listed.trim())?;
    let states: Vec<_> = listed.as_array().context("rows")?.iter().map(|it| &it["state"]).collect();
    ensure!(states == ["failed", "proved"], "{listed}");
    let told = ["launch_period", "connectivity_check", "open_to_operators"];
    by.says("authority stages 011002", &told).await?;
    let all = by.says("authority stages --json", &[]).await?;
    let all: Value = serde_json::from_str(all.trim())?;
    let all = all.as_array().context("rows")?;
    ensure!(!all.is_empty() && all.iter().all(|row| row["done"] == false), "{all:?}");
    by.refuses("authority stages 019992", &["no authority of today"]).await?;
    house.finish().await?;
    // The embedded store is one process's: there is no hub beside it.
    let store = format!("sqlite:{}", seat.folder().join("checks.db").display());
    let alone = Typed { seat: &seat, by: settings([("TODOKE_STORE__URL", store.as_str())]) };
    alone.says(&format!("{check} --send"), &["when `todoke run` starts", "open"]).await?;
    alone.refuses(&format!("{check} --send"), &["still under way"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_statement_that_failed_is_sent_again() -> Result<()> {
    let seat = Seat::new().await?;
    let store = format!("sqlite:{}", seat.folder().join("store.db").display());
    let house = House::build().store(&store).start().await?;
    let failed = "INSERT INTO statement_handouts \
         (authority, day, way, state, tries, why, made_at, failed_at) \
         VALUES ('011002', '2026-07-14', 'email', 'failed', 1, '{\"code\": \"x\"}', 0, 1)";
    house.raw(failed.to_owned()).await?;
    house.finish().await?;
    let one = Typed {
        seat: &seat,
        by: settings([("TODOKE_STORE__URL", store.as_str()), ("SUDO_USER", "hanako")]),
    };
    let send = "reconcile send 011002 2026-07-14 --why mended";
    let other = send.replace("07-14", "07-13");
    one.refuses(&other, &["no such statement to be handed out"]).await?;
    one.says(send, &["due: a running hub hands it out by mail"]).await?;
    one.refuses(send, &["it waits to go out, by hanako", "mended"]).await?;
    let told = ["statement.send", "mended", "cli:hanako"];
    one.says("audit list --subject statement:011002/2026-07-14 --json", &told).await?;
    one.says("watch list --kind statement_failed", &["nothing"]).await?;
    Ok(())
}
