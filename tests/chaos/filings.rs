//! The filings of a run: each a function of the seed and its number.

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use routing::plan;
use schemas::{AuthorityId, Submission};
use tests::house::{attachment, change};

use crate::cast::Cast;

/// Every so many filings one has a file of this size, which takes several pieces on any line.
const LARGE_EVERY: usize = 25;
const LARGE_BYTES: usize = 300_000;
/// Every so many filings one is for two insurers more.
const SHARED_EVERY: usize = 3;

/// One filing, before it is handed in.
pub(crate) struct Planned {
    pub(crate) submission: Submission,
    /// Its text as it is sent.
    pub(crate) document: String,
    /// The bytes of its attachments.
    pub(crate) files: Vec<Vec<u8>>,
    /// Who must get it.
    pub(crate) targets: Vec<AuthorityId>,
}

/// The filing of that number.
pub(crate) fn filing(seed: u64, number: usize, cast: &Cast) -> anyhow::Result<Planned> {
    let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
    let all = &cast.authorities;
    let place = |step: usize| all[(number + step) % all.len()];
    let insurers =
        if number.is_multiple_of(SHARED_EVERY) { vec![place(1), place(2)] } else { vec![] };
    let files: Vec<Vec<u8>> = (0..rng.random_range(0..3))
        .map(|at| {
            let is_large = at == 0 && number.is_multiple_of(LARGE_EVERY);
            let size = if is_large { LARGE_BYTES } else { rng.random_range(1..16_000) };
            let mut bytes = vec![0; size];
            rng.fill_bytes(&mut bytes);
            [b"%PDF-1.7".to_vec(), bytes].concat()
        })
        .collect();
    let mut submission = change(place(0).as_str(), &[]);
    submission.form["変更内容"] = format!("第{number}号の変更").into();
    submission.attachments =
        (1..).zip(&files).map(|(at, bytes)| attachment(&format!("添付{at}.pdf"), bytes)).collect();
    let targets = |submission: &Submission| -> anyhow::Result<Vec<AuthorityId>> {
        let plan = plan(&cast.master, submission, cast.day)?;
        Ok(plan.targets.iter().map(|target| target.authority).collect())
    };
    let mut shared = submission.clone();
    shared.offices[0].services[0].insurers = insurers;
    // Insurers in another prefecture, or outside the cast, would lead elsewhere.
    if targets(&shared).is_ok_and(|found| found.iter().all(|code| all.contains(code))) {
        submission = shared;
    }
    let targets = targets(&submission)?;
    let document = serde_json::to_string(&submission)?;
    Ok(Planned { submission, document, files, targets })
}
