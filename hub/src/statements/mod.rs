//! Statements: what an authority was brought on a day of Japan's calendar, signed with the hub's
//! key, so that the two can be sure that they have the same.
//!
//! A statement is read from the deliveries each time, and comes out the same each time, to the
//! byte: nothing in it tells when it was asked for. Its digest is over the lines `DELIVERY SHA256`
//! (`-` where something was given by hand), sorted, each with a line end: anyone can make it.

mod compare;
pub mod handout;
pub mod wish;

use jiff::civil::Date;
use schemas::{AuthorityId, DeliveryId};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::context::{Context, end_in_japan};
use crate::signer::{SignatureProblem, Signed};
use crate::store::{AnswerRow, BroughtRow, StatementRow, StoreError};

pub use compare::{Answer, AnswerProblem, Difference, Differing, Given, compare, read_csv};

/// The word that marks a statement of this form.
const TYPE: &str = "todoke.statement.v1";

/// What an authority was brought on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose.
    pub authority: AuthorityId,
    /// The day in Japan.
    pub day: Date,
    /// What, by when it arrived.
    pub packages: Vec<BroughtRow>,
}

/// Why there is no statement, or an answer to it is not taken.
#[derive(Debug, thiserror::Error)]
pub enum StatementProblem {
    /// The day is not over, or only just.
    #[error(
        "{0} is not over: a statement is of a whole day in Japan, and is there \
         reconciliation.settle_minutes after its end"
    )]
    NotOver(Date),
    /// There are more packages than one statement may hold.
    #[error("on {0} more packages arrived than one statement holds (reconciliation.packages_max)")]
    TooLarge(Date),
    /// What is wrong with the answer.
    #[error(transparent)]
    Answer(#[from] AnswerProblem),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Statement {
    /// What an authority was brought on a day that is over.
    pub async fn read(
        ctx: &Context,
        authority: AuthorityId,
        day: Date,
    ) -> Result<Self, StatementProblem> {
        let settings = &ctx.config.reconciliation;
        let span = span(day).ok_or(StatementProblem::NotOver(day))?;
        if ctx.clock.now_ms() < span.1 + settings.settle_minutes * 60_000 {
            return Err(StatementProblem::NotOver(day));
        }
        let max = settings.packages_max;
        let packages = ctx.store.brought(authority, span, max + 1).await?;
        if packages.len() > max {
            return Err(StatementProblem::TooLarge(day));
        }
        Ok(Self { authority, day, packages })
    }

    /// The digest over the list, as hex.
    pub fn digest(&self) -> String {
        let of = |it: &BroughtRow| (it.delivery, it.package_sha256.clone());
        digest(self.packages.iter().map(of).collect())
    }

    /// The statement with the hub's signature.
    pub fn sign(&self, ctx: &Context) -> Signed {
        ctx.signer.sign(json!({
            "type": TYPE, "issuer": ctx.config.http.public_url, "authority": self.authority,
            "day": self.day, "count": self.packages.len(), "digest": self.digest(),
            "packages": self.packages,
        }))
    }

    /// Its name as a file: a function of authority and day.
    pub fn file_name(&self, format: &str) -> String {
        format!("statement-{}-{}.{format}", self.authority, self.day)
    }

    /// With the hub's signature, as a file.
    pub fn file(&self, ctx: &Context) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(&self.sign(ctx))
    }

    /// The day in sum.
    pub fn row(&self, now: i64) -> StatementRow {
        StatementRow {
            authority: self.authority,
            day: self.day,
            packages: i32::try_from(self.packages.len()).unwrap_or(i32::MAX),
            digest: self.digest(),
            made_at: now,
        }
    }

    /// Compares what the authority says it has, and keeps that with what differs.
    pub async fn answer(
        &self,
        ctx: &Context,
        answer: &Answer,
        by: (&str, Actor),
    ) -> Result<AnswerRow, StatementProblem> {
        let row = self.compared(ctx, answer, by, None)?;
        self.keep(ctx, &row).await?;
        Ok(row)
    }

    /// Compares what the authority says it has; `source` names the file that it came in.
    pub fn compared(
        &self,
        ctx: &Context,
        answer: &Answer,
        (via, by): (&str, Actor),
        source: Option<String>,
    ) -> Result<AnswerRow, AnswerProblem> {
        answer.check(ctx.config.reconciliation.answer_max)?;
        let now = ctx.clock.now_ms();
        let differences = compare(&self.packages, &answer.packages);
        let count = |of: Differing| {
            let count = differences.iter().filter(|it| it.what == of).count();
            i32::try_from(count).unwrap_or(i32::MAX)
        };
        let max = ctx.config.reconciliation.differences_max;
        let first: Vec<_> = differences.iter().take(max).collect();
        Ok(AnswerRow {
            authority: self.authority,
            day: self.day,
            id: ctx.clock.id(),
            digest: self.digest(),
            packages: i32::try_from(self.packages.len()).unwrap_or(i32::MAX),
            answered: i32::try_from(answer.packages.len()).unwrap_or(i32::MAX),
            missing: count(Differing::Missing),
            unknown: count(Differing::Unknown),
            other: count(Differing::OtherDigest),
            differences: serde_json::to_string(&first).unwrap_or_default(),
            via: via.to_owned(),
            person: by.person,
            name: by.name,
            at: now,
            source,
        })
    }

    /// Keeps an answer that was compared. False where it came in a file and says nothing new: the
    /// file was taken before, whatever came since and whoever took it, or says what the newest
    /// answer says.
    pub async fn keep(&self, ctx: &Context, row: &AnswerRow) -> Result<bool, StoreError> {
        let mut tx = ctx.store.begin().await?;
        // What is listed is what was written down: here, too, so that each answer shows. Who
        // answers the same day meanwhile waits here.
        tx.save_statements(&[self.row(row.at)]).await?;
        let is_known = row.source.is_some()
            && tx
                .newest_answer(self.authority, self.day)
                .await?
                .is_some_and(|newest| newest.is_same(row));
        if is_known || !tx.insert_statement_answer(row).await? {
            return Ok(false);
        }
        tx.commit().await?;
        tracing::info!(
            authority.code = %self.authority, day = %self.day, missing = row.missing,
            unknown = row.unknown, other = row.other, "an authority answered a statement"
        );
        Ok(true)
    }
}

/// A day in Japan, in milliseconds: its first, and the first behind it.
pub fn span(day: Date) -> Option<(i64, i64)> {
    Some((end_in_japan(day.yesterday().ok()?)?, end_in_japan(day)?))
}

fn digest(packages: Vec<(DeliveryId, Option<String>)>) -> String {
    let line = |(delivery, sha256): (DeliveryId, Option<String>)| {
        format!("{delivery} {}\n", sha256.as_deref().unwrap_or("-"))
    };
    let mut lines: Vec<String> = packages.into_iter().map(line).collect();
    lines.sort_unstable();
    hex::encode(Sha256::digest(lines.concat()))
}

/// In which way a statement is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyProblem {
    /// It is not JSON of the right shape.
    #[error("this is no Todoke statement: {0}")]
    Shape(String),
    /// Its signature does not stand.
    #[error("{0}")]
    Signature(#[from] SignatureProblem),
    /// Another key than the one that is trusted signed it.
    #[error("it was signed with the key {found}, not with the trusted key {trusted}")]
    OtherKey {
        /// Fingerprint of the key in the statement.
        found: String,
        /// Fingerprint that was asked for.
        trusted: String,
    },
    /// Count or digest do not fit the list.
    #[error("its {0} does not fit its list of packages")]
    Sum(&'static str),
}

/// What a statement that stands says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whose.
    pub authority: String,
    /// The day in Japan.
    pub day: String,
    /// How many packages.
    pub packages: usize,
    /// The digest over their list.
    pub digest: String,
    /// Fingerprint of the key that signed it.
    pub fingerprint: String,
}

/// Checks a statement's text without any hub: shape, signature, key, count and digest.
pub fn verify(text: &str, trusted: Option<&str>) -> Result<Verified, VerifyProblem> {
    let shape = VerifyProblem::Shape;
    let signed: Signed = serde_json::from_str(text).map_err(|e| shape(e.to_string()))?;
    let statement = &signed.statement;
    if statement["type"] != TYPE {
        return Err(shape(format!("its type is {}, not {TYPE:?}", statement["type"])));
    }
    signed.verify()?;
    let fingerprint = signed.fingerprint();
    if let Some(trusted) = trusted.filter(|trusted| *trusted != fingerprint) {
        return Err(VerifyProblem::OtherKey { found: fingerprint, trusted: trusted.to_owned() });
    }
    let packages: Vec<BroughtRow> = serde_json::from_value(statement["packages"].clone())
        .map_err(|e| shape(format!("its packages do not read: {e}")))?;
    let count = packages.len();
    if statement["count"] != json!(count) {
        return Err(VerifyProblem::Sum("count"));
    }
    let digest = digest(packages.into_iter().map(|it| (it.delivery, it.package_sha256)).collect());
    if statement["digest"] != json!(digest) {
        return Err(VerifyProblem::Sum("digest"));
    }
    let text = |name: &str| statement[name].as_str().unwrap_or_default().to_owned();
    Ok(Verified {
        authority: text("authority"),
        day: text("day"),
        packages: count,
        digest,
        fingerprint,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::signer::Signer;

    fn statement() -> Value {
        let digest = "2dbce5e30ba5fbcb55bbe8f0c0a5bcbb4c5a9f0fd2f1d5c2e9b0a9f1b4b2a0c1";
        let packages = json!([
            {"delivery": "01932c07-209c-7a36-8d4f-7c1f4d1c2b3d", "receipt_number": "T1",
             "revision": 1, "channel": "api", "delivered_at": 2, "package_sha256": digest},
            {"delivery": "01932c07-209c-7a36-8d4f-7c1f4d1c2b3c", "receipt_number": "T2",
             "revision": 1, "channel": null, "delivered_at": 3, "package_sha256": null},
        ]);
        let lines = format!(
            "01932c07-209c-7a36-8d4f-7c1f4d1c2b3c -\n\
             01932c07-209c-7a36-8d4f-7c1f4d1c2b3d {digest}\n"
        );
        json!({"type": TYPE, "issuer": "https://hub", "authority": "011002", "day": "2026-07-14",
               "count": 2, "digest": hex::encode(Sha256::digest(lines)), "packages": packages})
    }

    #[test]
    fn a_stranger_finds_out_what_was_altered() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Signer::open(folder.path()).expect("a key");
        let check = |statement: Value, trusted: Option<&str>| {
            verify(&serde_json::to_string(&key.sign(statement)).expect("a text"), trusted)
        };
        let verified = check(statement(), Some(&key.fingerprint())).expect("it stands");
        assert_eq!((verified.packages, verified.day.as_str()), (2, "2026-07-14"));
        let mut signed = key.sign(statement());
        signed.statement["packages"][0]["revision"] = json!(2);
        let altered = serde_json::to_string(&signed).expect("a text");
        assert_eq!(verify(&altered, None), Err(SignatureProblem::Wrong.into()));
        let mut short = statement();
        short["packages"].as_array_mut().expect("a list").pop();
        assert_eq!(check(short, None), Err(VerifyProblem::Sum("count")));
        let mut other = statement();
        other["packages"][1]["package_sha256"] = json!("00");
        assert_eq!(check(other, None), Err(VerifyProblem::Sum("digest")));
        let wrong = check(statement(), Some("0000000000000000"));
        assert!(matches!(wrong, Err(VerifyProblem::OtherKey { .. })), "{wrong:?}");
        assert!(matches!(verify("{}", None), Err(VerifyProblem::Shape(_))));
    }
}
