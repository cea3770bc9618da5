//! The rows of operations' pages, and of what is everyone's.

use super::{DOCUMENT, Row, Whose, row};
use crate::archive::{ANNOUNCEMENT, TO_AUTHORITIES};
use crate::rows::{ERASURE, PROPOSAL};
use crate::world::{DEAD_LETTER, World};

pub(super) fn rows(world: &World) -> Vec<Row> {
    use Whose::Operations;
    let filing = world.filings[3].receipt_number();
    let redrive = format!("/redrives/{}", world.redrive);
    let erasure = format!("/erasures/{ERASURE}");
    let reroute = format!("/deliveries/{}/reroute", world.failed);
    let mut rows = of_authorities();
    rows.extend(of_documents());
    rows.extend([
        row("/", Operations),
        row("/filings", Operations),
        row("/filings/{key}", Operations).at(format!("/filings/{filing}")),
        row("/deliveries", Operations),
        row("/deliveries/{id}", Operations).at(format!("/deliveries/{}", world.failed)),
        row("/reminders", Operations),
        row("/prefectures/{code}", Operations).at("/prefectures/01"),
        row("/lanes", Operations),
        row("/processes", Operations),
        row("/live/numbers", Operations),
        row("/live/lanes", Operations),
        row("/authorities/{code}/lanes/{channel}/pause", Operations)
            .at("/authorities/011002/lanes/api/pause")
            .sent(),
        row("/authorities/{code}/lanes/{channel}/resume", Operations)
            .at("/authorities/011002/lanes/api/resume")
            .sent(),
        row("/deliveries/{id}/retry", Operations)
            .at(format!("/deliveries/{}/retry", world.failed))
            .sent(),
        row("/deliveries/{id}/hold", Operations)
            .at(format!("/deliveries/{}/hold", world.failed))
            .sent(),
        row("/deliveries/{id}/release", Operations)
            .at(format!("/deliveries/{}/release", world.failed))
            .sent(),
        row("/deliveries/{id}/given", Operations)
            .at(format!("/deliveries/{}/given", world.failed))
            .sent(),
        row("/deliveries/{id}/reroute", Operations).at(&reroute),
        row("/deliveries/{id}/reroute", Operations).at(&reroute).sent(),
        row("/dead-letters", Operations),
        row("/dead-letters/{id}/settle", Operations)
            .at(format!("/dead-letters/{DEAD_LETTER}/settle"))
            .sent(),
        row("/troubles", Operations),
        row("/watches", Operations),
        row("/redrives", Operations),
        row("/redrives", Operations).with(&[("cause", "http_410")]),
        row("/redrives/{id}", Operations).at(&redrive),
        row("/redrives/{id}/start", Operations).at(format!("{redrive}/start")).sent(),
        row("/redrives/{id}/approve", Operations).at(format!("{redrive}/approve")).sent(),
        row("/redrives/{id}/cancel", Operations).at(format!("{redrive}/cancel")).sent(),
        row("/erasures", Operations).at(format!("/erasures?filing={filing}")),
        row("/erasures", Operations).with(&[("filing", "x")]),
        row("/erasures/{id}", Operations).at(&erasure),
        row("/erasures/{id}/approve", Operations).at(format!("{erasure}/approve")).sent(),
        row("/erasures/{id}/cancel", Operations).at(format!("{erasure}/cancel")).sent(),
        row("/reconciliation", Operations),
        row("/reconciliation/{code}/{day}", Operations).at("/reconciliation/011002/2026-07-14"),
        row("/reconciliation/{code}/{day}/send", Operations)
            .at("/reconciliation/011002/2026-07-14/send")
            .sent(),
        row("/reports", Operations),
        row("/reports.csv", Operations).at("/reports.csv?month=2026-07"),
        row("/audit", Operations),
        row("/search", Operations).at("/search?q=x"),
    ]);
    rows
}

/// What operations see and change of authorities, and of all of them.
fn of_authorities() -> Vec<Row> {
    use Whose::Operations;
    let master = "/authorities/011002/master";
    vec![
        row("/launch", Operations),
        row("/authorities/{code}", Operations).at("/authorities/011002"),
        row("/authorities/{code}/contacts", Operations).at("/authorities/011002/contacts"),
        row("/authorities/{code}/contacts", Operations)
            .at("/authorities/011002/contacts")
            .with(&[("remove", "1")]),
        row("/authorities/{code}/master", Operations).at(master),
        row("/authorities/{code}/master", Operations).at(master).sent(),
        row("/authorities/{code}/master/channels", Operations)
            .at(format!("{master}/channels"))
            .sent(),
        row("/authorities/{code}/master/channels/{id}/{ruling}", Operations)
            .at(format!("{master}/channels/{PROPOSAL}/reject"))
            .sent(),
        row("/master", Operations),
        row("/master.csv", Operations),
        row("/master/import", Operations).file(),
        row("/master/apply", Operations).sent(),
        row("/authorities/{code}/stages", Operations).at("/authorities/011002/stages").sent(),
        row("/authorities/{code}/check", Operations).at("/authorities/011002/check").sent(),
        row("/authorities/{code}/statements", Operations)
            .at("/authorities/011002/statements")
            .sent(),
        row("/onboarding", Operations),
        row("/onboarding.csv", Operations),
    ]
}

/// What operations give out and announce.
fn of_documents() -> Vec<Row> {
    use Whose::Operations;
    let document = format!("/archive/{TO_AUTHORITIES}");
    let announcement = format!("/announcements/{ANNOUNCEMENT}");
    vec![
        row("/archive", Operations),
        row("/archive", Operations).with(DOCUMENT),
        row("/archive/{id}", Operations).at(&document),
        row("/archive/{id}", Operations).at(&document).with(DOCUMENT),
        row("/archive/{id}/withdraw", Operations).at(format!("{document}/withdraw")).sent(),
        row("/archive/{id}/files/{version}", Operations).at(format!("{document}/files/1")),
        row("/announcements", Operations),
        row("/announcements", Operations).with(DOCUMENT),
        row("/announcements/{id}", Operations).at(&announcement),
        row("/announcements/{id}", Operations).at(&announcement).with(DOCUMENT),
        row("/announcements/{id}/end", Operations).at(format!("{announcement}/end")).sent(),
    ]
}

/// What needs no log-in.
pub(super) fn rows_of_anyone() -> Vec<Row> {
    use Whose::Anyones;
    vec![
        row("/authorities", Anyones).at("/authorities?prefecture=01"),
        row("/authorities.csv", Anyones),
        row("/login", Anyones),
        row("/login", Anyones).sent(),
        row("/login/{issuer}", Anyones).at("/login/operators"),
        row("/login/{issuer}/back", Anyones).at("/login/operators/back"),
        row("/logout", Anyones).sent(),
        row("/static/style.css", Anyones),
        row("/static/draft.js", Anyones),
        row("/static/files.js", Anyones),
        row("/static/live.js", Anyones),
        row("/static/icon.svg", Anyones),
    ]
}
