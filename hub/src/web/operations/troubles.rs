//! `/troubles`: what is not delivered and has a cause, by cause, authority and who has to act.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use routing::NotReadyReason;
use schemas::{DeliveryId, Owner, Why};
use url::form_urlencoded;

use super::map::prefectures;
use crate::judgement::nearest_deadline;
use crate::store::{ParcelRow, ProbeRow, Trouble, TroubleFilter};
use crate::web::Desk;
use crate::web::cursor::ROWS;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{Badge, Choice, Stamp, grouped};
use crate::web::reasons;
use crate::web::redrive_words::Words;
use crate::web::roles::Staff;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "operations/troubles.html")]
struct TroublesPage {
    shell: Shell,
    w: &'static Words,
    cause: String,
    owners: Vec<Choice>,
    prefectures: Vec<Choice>,
    /// Of each group so many of the oldest were asked for their deadline.
    looked: usize,
    lines: Vec<Line>,
    newest: Option<String>,
    older: Option<String>,
}

/// One group.
struct Line {
    cause: String,
    sentence: Option<String>,
    owner: &'static str,
    is_network: bool,
    /// What the last look at each of its endpoints found.
    looks: Vec<Badge>,
    code: String,
    authority: String,
    count: String,
    first: Stamp,
    last: Stamp,
    /// The nearest deadline of the oldest, and whether it has passed.
    due: Option<(Stamp, bool)>,
    example: Option<DeliveryId>,
    /// What narrows a list, or a redrive, to this group.
    query: String,
}

/// `GET /troubles?cause=…&owner=…&prefecture=…&page=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<TroublesPage, Fault> {
    let lang = visit.lang;
    let owner: Option<Owner> = visit.get("owner").and_then(|word| word.parse().ok());
    let known = |code: &&str| prefectures(lang).any(|(it, _)| it == *code);
    let prefecture = visit.get("prefecture").filter(known);
    let page = visit.get("page").and_then(|text| text.parse().ok()).unwrap_or(1);
    // Beyond this nothing is but a number that somebody typed.
    let page: usize = usize::clamp(page, 1, 1_000_000);
    let looked = desk.ctx.config.operations.troubles_looked;
    let filter = TroubleFilter {
        cause: visit.get("cause").map(str::to_owned),
        owner,
        prefecture: prefecture.map(str::to_owned),
        // The example is one of them.
        looked: looked.max(1),
        offset: (page - 1) * ROWS,
        limit: ROWS + 1,
    };
    let mut groups = desk.ctx.store.troubles(&filter).await?;
    let more = groups.len() > ROWS;
    groups.truncate(ROWS);
    let parcels = parcels(desk, &groups, looked).await?;
    let probes = desk.ctx.store.probes().await?;
    let at = |page: usize| visit.link(&[("page", &page.to_string())]);
    Ok(TroublesPage {
        shell: visit.living_shell("/troubles"),
        w: Words::of(lang),
        cause: filter.cause.unwrap_or_default(),
        owners: owners(owner, visit),
        prefectures: prefectures(lang)
            .map(|(code, name)| Choice {
                word: code.to_owned(),
                name: name.to_owned(),
                chosen: prefecture == Some(code),
            })
            .collect(),
        looked,
        lines: groups
            .iter()
            .map(|group| Line::new(desk, (group, &parcels), &looks(&probes, group, visit), visit))
            .collect(),
        newest: (page > 1).then(|| visit.link(&[("page", "")])),
        older: more.then(|| at(page + 1)),
    })
}

/// What the last look at each endpoint of a group's authority found.
fn looks(probes: &[ProbeRow], group: &Trouble, visit: &Visit) -> Vec<Badge> {
    let own = probes.iter().filter(|it| it.authority == group.authority && it.looked_at.is_some());
    own.map(|probe| super::steps::look(probe, visit.lang)).collect()
}

/// Everyone who may have to act, as a choice.
pub(super) fn owners(chosen: Option<Owner>, visit: &Visit) -> Vec<Choice> {
    let choice = |it: &Owner| Choice {
        word: it.as_str().to_owned(),
        name: labels::owner(*it, visit.lang).to_owned(),
        chosen: chosen == Some(*it),
    };
    Owner::ALL.iter().map(choice).collect()
}

async fn parcels(
    desk: &Desk,
    groups: &[Trouble],
    looked: usize,
) -> Result<HashMap<DeliveryId, ParcelRow>, Fault> {
    let ids = groups.iter().flat_map(|group| group.oldest.iter().take(looked).copied());
    let parcels = desk.ctx.store.parcels(&ids.collect::<Vec<_>>()).await?;
    Ok(parcels.into_iter().map(|parcel| (parcel.id, parcel)).collect())
}

/// What is told of a cause beside its code; in English the code says it.
pub(super) fn sentence(cause: &str, owner: Option<Owner>, visit: &Visit) -> Option<String> {
    if let Some(reason) = not_ready(cause) {
        return visit.lang.pick(Some(reason.label_ja().to_owned()), None);
    }
    let why = Why::new(cause, owner.unwrap_or(Owner::Hub), cause);
    let sentence = reasons::sentence(&why, visit.lang);
    (sentence != cause).then_some(sentence)
}

/// The same where nobody knows any more who has to act: none where the sentence depends on that.
pub(super) fn anyones(cause: &str, visit: &Visit) -> Option<String> {
    let told = sentence(cause, Some(Owner::Authority), visit);
    told.filter(|told| sentence(cause, Some(Owner::Hub), visit).as_ref() == Some(told))
}

/// Why the authority does not take it, where that is the cause.
fn not_ready(cause: &str) -> Option<NotReadyReason> {
    cause.strip_prefix("authority_").and_then(|word| word.parse().ok())
}

impl Line {
    fn new(
        desk: &Desk,
        (group, parcels): (&Trouble, &HashMap<DeliveryId, ParcelRow>),
        looks: &[Badge],
        visit: &Visit,
    ) -> Self {
        let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
        let ends = group.oldest.iter().filter_map(|id| {
            nearest_deadline(&desk.ctx, parcels.get(id)?, group.authority, visit.now)
        });
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("cause", &group.cause);
        query.append_pair("authority", group.authority.as_str());
        if let Some(owner) = group.owner {
            query.append_pair("owner", owner.as_str());
        }
        Self {
            cause: group.cause.clone(),
            sentence: sentence(&group.cause, group.owner, visit),
            owner: group.owner.map_or("–", |owner| labels::owner(owner, visit.lang)),
            is_network: group.owner == Some(Owner::Network),
            looks: looks.to_vec(),
            code: group.authority.to_string(),
            authority: desk.ctx.master().name(group.authority),
            count: grouped(group.count),
            first: stamp(group.first_at),
            last: stamp(group.last_at),
            due: ends.min().map(|end| (stamp(end), end <= visit.now)),
            example: group.oldest.first().copied(),
            query: query.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_that_is_not_ready_is_told_in_the_masters_words() {
        assert_eq!(not_ready("authority_not_prepared"), Some(NotReadyReason::NotPrepared));
        assert_eq!(not_ready("authority_kind_not_taken"), Some(NotReadyReason::KindNotTaken));
        assert_eq!(not_ready("http_410"), None);
    }
}
