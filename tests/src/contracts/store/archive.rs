//! What operations give out: documents and announcements.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::{
    AnnouncementAct, AnnouncementActRow, AnnouncementFilter, AnnouncementRow, Audience,
    DocumentEnd, DocumentFilter, DocumentKind, DocumentRow,
};
use uuid::Uuid;

use super::{AWKWARD, Bench};

const OWNER: &str = "operations";

/// All that are given out, on one page.
const ALL: DocumentFilter = DocumentFilter {
    reader: None,
    kind: None,
    text: None,
    is_withdrawn: false,
    before: None,
    before_id: None,
    limit: 9,
};

/// All announcements, on one page.
const NEWS: AnnouncementFilter =
    AnnouncementFilter { reader: None, now: None, before: None, before_id: None, limit: 9 };

impl Bench {
    /// A version, not written yet; its file has a digest of this byte.
    fn document(&self, of: Option<&DocumentRow>, byte: &str) -> DocumentRow {
        self.clock.advance(Duration::from_millis(1));
        let id = self.clock.id();
        DocumentRow {
            id,
            document_id: of.map_or(id, |of| of.document_id),
            version: of.map_or(1, |of| of.version + 1),
            title_ja: AWKWARD.into(),
            title_en: String::new(),
            kind: DocumentKind::Manual,
            audience: Audience::Authorities,
            file_name: "手引き.pdf".into(),
            sha256: byte.repeat(32),
            size: 1,
            media_type: "application/pdf".into(),
            person: "key:one".into(),
            name: AWKWARD.into(),
            at: self.clock.now_ms(),
            ended_at: None,
            ended_how: None,
            ended_by: None,
            ended_by_name: None,
            gone_at: None,
        }
    }

    async fn give_out(&self, row: &DocumentRow) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.insert_document(row).await?;
        Ok(tx.commit().await?)
    }

    async fn end_version(&self, row: &DocumentRow, how: DocumentEnd) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let at = self.clock.now_ms();
        let is_first = tx.end_document((row.id, how), ("key:two", "二"), at).await?;
        tx.commit().await?;
        Ok(is_first)
    }

    async fn versions(&self, id: Uuid) -> Result<Vec<DocumentRow>> {
        Ok(self.store.versions_of_document(id).await?)
    }

    /// The ids of the versions in a list.
    async fn listed(&self, filter: &DocumentFilter) -> Result<Vec<Uuid>> {
        Ok(self.store.list_documents(filter).await?.iter().map(|row| row.id).collect())
    }

    async fn let_go(&self, before: i64, limit: usize) -> Result<usize> {
        let mut tx = self.store.begin().await?;
        let count = tx.let_documents_go(OWNER, (before, limit)).await?;
        tx.commit().await?;
        Ok(count)
    }

    async fn said(&self, row: &AnnouncementRow, kind: AnnouncementAct) -> Result<bool> {
        let act = act(row, kind, self.clock.now_ms());
        let mut tx = self.store.begin().await?;
        let is_said = tx.save_announcement(row, &act).await?;
        if is_said {
            tx.commit().await?;
        }
        Ok(is_said)
    }

    fn announcement(&self, audience: Audience, from_at: i64) -> AnnouncementRow {
        AnnouncementRow {
            id: self.clock.id(),
            version: 1,
            title_ja: AWKWARD.into(),
            title_en: String::new(),
            text_ja: AWKWARD.into(),
            text_en: String::new(),
            audience,
            from_at,
            until_at: None,
        }
    }
}

fn act(row: &AnnouncementRow, kind: AnnouncementAct, at: i64) -> AnnouncementActRow {
    AnnouncementActRow {
        announcement_id: row.id,
        version: row.version,
        kind,
        said: serde_json::json!(row).to_string(),
        person: "key:one".into(),
        name: AWKWARD.into(),
        at,
    }
}

/// The former one has to end first; whoever ends it second changes nothing, and all stay on record.
pub async fn a_document_is_given_out_in_one_version(bench: &Bench) -> Result<()> {
    let first = bench.document(None, "aa");
    bench.give_out(&first).await?;
    ensure!(bench.versions(first.document_id).await? == std::slice::from_ref(&first));
    let second = bench.document(Some(&first), "bb");
    ensure!(bench.give_out(&second).await.is_err(), "two are given out");
    let at = bench.clock.now_ms();
    ensure!(bench.end_version(&first, DocumentEnd::Replaced).await?);
    ensure!(!bench.end_version(&first, DocumentEnd::Withdrawn).await?, "it had ended");
    bench.give_out(&second).await?;
    let ended = DocumentRow {
        ended_at: Some(at),
        ended_how: Some(DocumentEnd::Replaced),
        ended_by: Some("key:two".into()),
        ended_by_name: Some("二".into()),
        ..first.clone()
    };
    ensure!(bench.versions(first.document_id).await? == [second.clone(), ended]);
    ensure!(bench.listed(&ALL).await? == [second.id]);
    let again = DocumentRow { id: bench.clock.id(), ..second.clone() };
    bench.end_version(&second, DocumentEnd::Withdrawn).await?;
    ensure!(bench.give_out(&again).await.is_err(), "a version comes once");
    ensure!(bench.listed(&ALL).await?.is_empty());
    let withdrawn = DocumentFilter { is_withdrawn: true, ..ALL };
    ensure!(bench.listed(&withdrawn).await? == [second.id], "as its newest version");
    let operators = bench.document(None, "cc");
    let operators = DocumentRow { audience: Audience::Operators, ..operators };
    ensure!(bench.give_out(&operators).await.is_err(), "for operators alone");
    ensure!(bench.versions(bench.clock.id()).await?.is_empty());
    Ok(())
}

/// By reader, kind and words, the newest first.
pub async fn documents_narrow_and_page(bench: &Bench) -> Result<()> {
    let mut rows = Vec::new();
    for (kind, audience, title_en) in [
        (DocumentKind::Manual, Audience::Authorities, "Manual 100%"),
        (DocumentKind::Leaflet, Audience::All, ""),
        (DocumentKind::Notice, Audience::All, ""),
    ] {
        let row = bench.document(None, "aa");
        rows.push(DocumentRow { kind, audience, title_en: title_en.into(), ..row });
        bench.give_out(&rows[rows.len() - 1]).await?;
    }
    let text = |text: &str| DocumentFilter { text: Some(text.into()), ..ALL };
    for (filter, expected) in [
        (ALL, vec![2, 1, 0]),
        (DocumentFilter { reader: Some(Audience::Authorities), ..ALL }, vec![2, 1, 0]),
        (DocumentFilter { reader: Some(Audience::Operators), ..ALL }, vec![2, 1]),
        (DocumentFilter { kind: Some(DocumentKind::Leaflet), ..ALL }, vec![1]),
        (text("manual 100%"), vec![0]),
        (text("_"), vec![2, 1, 0]),
        (text("手引き.PDF"), vec![2, 1, 0]),
        (text("none such"), vec![]),
        (DocumentFilter { limit: 2, ..ALL }, vec![2, 1]),
        (DocumentFilter { before: Some(rows[1].at), before_id: Some(rows[1].id), ..ALL }, vec![0]),
        (DocumentFilter { is_withdrawn: true, ..ALL }, vec![]),
    ] {
        let found = bench.listed(&filter).await?;
        let expected: Vec<_> = expected.into_iter().map(|place: usize| rows[place].id).collect();
        ensure!(found == expected, "{filter:?}: {found:?}");
    }
    Ok(())
}

/// No sweep takes what a version names; the files of what ended by a time are let go, except those
/// that another version has, or that were another's upload too.
pub async fn documents_keep_their_files_while_they_may_be_asked_for(bench: &Bench) -> Result<()> {
    bench.uploaded(OWNER, &["aa", "bb", "cc", "dd", "ee"]).await?;
    bench.uploaded("7000000000001", &["cc"]).await?;
    let mut rows = Vec::new();
    for byte in ["aa", "bb", "cc", "dd"] {
        ensure!(bench.named(OWNER, &[byte]).await? == [byte]);
        rows.push(bench.document(None, byte));
        bench.give_out(&rows[rows.len() - 1]).await?;
    }
    let same = bench.document(Some(&rows[1]), "bb");
    for row in &rows[..3] {
        ensure!(bench.end_version(row, DocumentEnd::Replaced).await?);
    }
    bench.give_out(&same).await?;
    ensure!(bench.taken(i64::MAX, 9).await? == ["ee"], "it takes what is named");
    let ended = bench.clock.now_ms();
    ensure!(bench.let_go(ended - 1, 9).await? == 0, "before their time");
    ensure!(bench.let_go(ended, 2).await? == 2, "more than a batch");
    bench.clock.advance(Duration::from_millis(1));
    ensure!(bench.let_go(ended, 9).await? == 1);
    ensure!(bench.let_go(ended, 9).await? == 0, "once");
    let first = bench.versions(rows[0].document_id).await?.pop().context("its row stays")?;
    ensure!(first.gone_at >= Some(ended), "{first:?}");
    ensure!(bench.taken(ended - 1, 9).await?.is_empty(), "as if it had been uploaded long ago");
    ensure!(bench.taken(i64::MAX, 9).await? == ["aa"], "bb has another version, cc another owner");
    Ok(())
}

/// Each act stays on record with what was said from then on; who comes second changes nothing.
pub async fn an_announcement_is_changed_on_top_of_what_was_seen(bench: &Bench) -> Result<()> {
    let now = bench.clock.now_ms();
    let first = bench.announcement(Audience::All, now);
    ensure!(bench.said(&first, AnnouncementAct::Made).await?);
    ensure!(bench.store.announcement(first.id).await?.as_ref() == Some(&first));
    let second = AnnouncementRow {
        version: 2,
        title_ja: "二".into(),
        title_en: "two".into(),
        text_ja: "二\n行".into(),
        text_en: "two\nlines".into(),
        audience: Audience::Operators,
        from_at: now + 1,
        until_at: Some(now + 2),
        ..first.clone()
    };
    ensure!(bench.said(&second, AnnouncementAct::Changed).await?);
    ensure!(!bench.said(&second, AnnouncementAct::Ended).await?, "someone was quicker");
    ensure!(bench.store.announcement(first.id).await?.as_ref() == Some(&second));
    let acts = bench.store.announcement_acts(first.id).await?;
    let expected =
        [act(&second, AnnouncementAct::Changed, now), act(&first, AnnouncementAct::Made, now)];
    ensure!(acts == expected, "{acts:?}");
    ensure!(bench.store.announcement(bench.clock.id()).await?.is_none());
    Ok(())
}

/// For whom they are, to the millisecond, the newest first.
pub async fn announcements_count_from_when_until_when(bench: &Bench) -> Result<()> {
    let now = bench.clock.now_ms();
    let mut rows = Vec::new();
    for (audience, from, until) in [
        (Audience::All, -9, None),
        (Audience::Authorities, -8, Some(1)),
        (Audience::Operators, 0, None),
        (Audience::All, -7, Some(0)),
        (Audience::All, 1, None),
    ] {
        let row = bench.announcement(audience, now + from);
        rows.push(AnnouncementRow { until_at: until.map(|it| now + it), ..row });
        ensure!(bench.said(&rows[rows.len() - 1], AnnouncementAct::Made).await?);
    }
    let read = |reader| AnnouncementFilter { reader: Some(reader), now: Some(now), ..NEWS };
    let later = AnnouncementFilter { before: Some(now - 7), before_id: Some(rows[3].id), ..NEWS };
    for (filter, expected) in [
        (NEWS, vec![4, 2, 3, 1, 0]),
        (read(Audience::Authorities), vec![1, 0]),
        (read(Audience::Operators), vec![2, 0]),
        (AnnouncementFilter { now: Some(now + 1), ..read(Audience::Authorities) }, vec![4, 0]),
        (AnnouncementFilter { limit: 2, ..NEWS }, vec![4, 2]),
        (later, vec![1, 0]),
    ] {
        let found = bench.store.list_announcements(&filter).await?;
        let expected: Vec<_> = expected.into_iter().map(|at: usize| rows[at].clone()).collect();
        ensure!(found == expected, "{filter:?}: {found:?}");
    }
    Ok(())
}
