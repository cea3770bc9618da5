//! What authorities asked to be corrected when they returned a filing: shown on its page, and
//! beside the fields and files of the draft that corrects it.

use schemas::{Attachment, FilingId, Submission, Verdict};

use crate::delivery::Delivery;
use crate::filing::is_to_correct;
use crate::store::{DecisionRow, RevisionRow};
use crate::web::Desk;
use crate::web::fault::Fault;

/// What is marked; nothing, in a filing that nobody has returned.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Places in the submission (JSON Pointers).
    pub(super) places: Vec<String>,
    /// Files, as they were in the revision that was returned.
    files: Vec<Attachment>,
}

impl Marks {
    /// The marks of those whose last answer was to return it.
    pub(super) fn of(
        revisions: &[RevisionRow],
        deliveries: &[Delivery],
        decisions: &[DecisionRow],
    ) -> Self {
        let mut marks = Self::default();
        for decision in decisions.iter().filter(|it| it.verdict == Verdict::Returned) {
            let delivery = deliveries.iter().find(|it| it.id == decision.delivery_id);
            let Some(delivery) = delivery.filter(|it| is_to_correct(it, deliveries)) else {
                continue;
            };
            let places: Vec<String> = serde_json::from_str(&decision.marks).unwrap_or_default();
            let text = revisions.iter().find(|it| it.revision == delivery.revision);
            let text = text.and_then(|it| serde_json::from_str::<Submission>(&it.document).ok());
            // By what they are: in the draft another file may have come to stand at the same place.
            let files = text.map(|it| it.attachments).unwrap_or_default();
            let marked = |place: &String| {
                let number = place.strip_prefix("/attachments/")?.split('/').next()?;
                files.get(number.parse::<usize>().ok()?).cloned()
            };
            marks.files.extend(places.iter().filter_map(marked));
            marks.places.extend(places);
        }
        marks
    }

    /// The same of a filing, read from the store.
    pub(super) async fn read(desk: &Desk, filing: FilingId) -> Result<Self, Fault> {
        let store = &desk.ctx.store;
        let revisions = store.revisions(filing).await?;
        let deliveries = store.deliveries_of(filing).await?;
        let decisions = store.decisions_of(filing).await?;
        Ok(Self::of(&revisions, &deliveries, &decisions))
    }

    /// Whether a file is one that was marked: of that name, with the same bytes.
    pub(super) fn is_on(&self, file: &Attachment) -> bool {
        self.files.iter().any(|it| it.name == file.name && it.sha256 == file.sha256)
    }
}
