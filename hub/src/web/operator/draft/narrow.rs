//! The narrower limits of a draft's attachments: those of its kind, of its papers and of the
//! authorities that it goes to, told before a file is sent and looked at when it comes.

use schemas::forms::FileLimit;
use schemas::{Attachment, AuthorityId};

use super::Draft;
use super::files::add;
use super::show::Note;
use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::visit::Visit;

/// The limits that hold for a draft as it would be filed now.
pub(super) struct Narrow<'a> {
    desk: &'a Desk,
    pub(super) draft: &'a Draft,
    pub(super) visit: &'a Visit,
    authorities: Vec<AuthorityId>,
}

impl<'a> Narrow<'a> {
    pub(super) fn new(desk: &'a Desk, draft: &'a Draft, visit: &'a Visit) -> Self {
        let day = day_in_japan(visit.now);
        let plan = routing::plan(&desk.ctx.master(), &draft.submission, day).ok();
        let targets = plan.iter().flat_map(|plan| &plan.targets);
        Self { desk, draft, visit, authorities: targets.map(|it| it.authority).collect() }
    }

    fn limits(&self) -> impl Iterator<Item = &FileLimit> {
        self.desk.ctx.forms.file_limits(self.draft.submission.kind, &self.authorities)
    }

    /// Bytes that a file may have that is this paper.
    pub(super) fn bytes_max(&self, item: &str) -> u64 {
        let item = Some(item).filter(|item| !item.is_empty());
        let theirs = self.limits().filter(|limit| limit.is_about(item));
        let ours = self.desk.ctx.config.limits.attachment_bytes_max;
        theirs.filter_map(|limit| limit.bytes_max).fold(ours, u64::min)
    }

    /// Why a file cannot be added as this paper, of all that can be wrong or of this alone.
    pub(super) fn refusal(
        &self,
        file: &Attachment,
        item: &str,
        code: Option<&str>,
    ) -> Option<String> {
        let check = |it| self.desk.ctx.forms.check_files(it, &self.authorities);
        let before = check(&self.draft.submission);
        let mut with = self.draft.submission.clone();
        drop(add(&mut with, file, (item, &file.name)));
        let found = check(&with).into_iter().find(|finding| {
            !before.contains(finding) && code.is_none_or(|code| finding.code == code)
        });
        found.map(|finding| Note::new(&finding, self.visit.lang).text)
    }

    /// All of them: the papers that each is about, and what it says.
    pub(super) fn told(&self) -> Vec<(String, String)> {
        let (forms, lang) = (&self.desk.ctx.forms, self.visit.lang);
        let told = |limit: &FileLimit| {
            let items = limit.items.iter().filter_map(|id| forms.item(id));
            let items: Vec<_> = items.map(|it| &**lang.pick(&it.title, &it.title_en)).collect();
            let (ja, en) = limit.sentence();
            (items.join(lang.pick("、", ", ")), lang.pick(ja, en))
        };
        self.limits().map(told).collect()
    }
}
