//! The access matrix: every route of the pages, every role, one's own things and another's. What
//! has no row here fails, and what a row does not name is refused.

mod forms;
mod operations;

use std::collections::BTreeSet;

use reqwest::StatusCode;

use crate::archive::{TO_ALL, TO_AUTHORITIES};
use crate::browser::Browser;
use crate::rows::PROPOSAL;
use crate::world::World;

/// Where routes are written down.
const ROUTES: [&str; 6] = [
    include_str!("../../src/web/mod.rs"),
    include_str!("../../src/web/operations/mod.rs"),
    include_str!("../../src/web/authority/mod.rs"),
    include_str!("../../src/web/operator/mod.rs"),
    include_str!("../../src/web/operator/draft/mod.rs"),
    include_str!("../../src/web/operator/bulk/mod.rs"),
];

/// What a form has to say of a document or an announcement to be read.
const DOCUMENT: &[(&str, &str)] = &[("kind", "manual"), ("audience", "all")];

/// For whom a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Anyones,
    Operations,
    Authority,
    Operator,
}

/// How something is sent: a form, one with a file, a piece of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Form,
    File,
    Piece,
}

/// One thing behind a route.
struct Row {
    /// The route as it is written down.
    route: &'static str,
    /// The address of the thing.
    path: String,
    is_sent: bool,
    fields: &'static [(&'static str, &'static str)],
    /// How it is sent.
    way: Way,
    whose: Whose,
    /// Whether it is a thing of the authority or operator whose key the world has.
    own: bool,
    /// Whether they have to have proved not long ago who they are.
    is_fresh: bool,
}

fn row(route: &'static str, whose: Whose) -> Row {
    Row {
        route,
        path: route.to_owned(),
        is_sent: false,
        way: Way::Form,
        fields: &[],
        whose,
        own: true,
        is_fresh: false,
    }
}

impl Row {
    fn at(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    fn sent(self) -> Self {
        Self { is_sent: true, ..self }
    }

    fn with(self, fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { fields, ..self.sent() }
    }

    fn file(self) -> Self {
        Self { is_sent: true, way: Way::File, ..self }
    }

    fn piece(self) -> Self {
        Self { is_sent: true, way: Way::Piece, ..self }
    }

    fn foreign(self) -> Self {
        Self { own: false, ..self }
    }

    fn fresh(self) -> Self {
        Self { is_fresh: true, ..self }
    }
}

fn rows(world: &World) -> Vec<Row> {
    let mut rows = fixed_rows(world);
    rows.extend(draft_rows(world));
    rows.extend(bulk_rows(world));
    rows
}

/// The routes of drafts, each on a draft of the operator's own and on another's.
fn draft_rows(world: &World) -> Vec<Row> {
    let at = |route: &'static str, base: &str| {
        let below = route.strip_prefix("/operator/drafts/{id}").expect("a route of drafts");
        // The file on its way has the id of its draft.
        let id = base.rsplit('/').next().expect("an id");
        let path = format!("{base}{}", below.replace("{place}", "0").replace("{upload}", id));
        row(route, Whose::Operator).at(path)
    };
    let own = format!("/operator/drafts/{}", world.own_draft);
    let foreign = format!("/operator/drafts/{}", world.foreign_draft);
    let mut all = vec![
        row("/operator/offices", Whose::Operator),
        row("/operator/start", Whose::Operator),
        row("/operator/one-stop", Whose::Operator),
        row("/operator/one-stop", Whose::Operator).sent(),
        row("/operator/drafts", Whose::Operator).sent(),
    ];
    // Thrown away last.
    for base in [&foreign, &own] {
        let one = |row: Row| if base == &own { row } else { row.foreign() };
        let file = &[("name", "a.pdf"), ("size", "4"), ("modified", "0")];
        all.push(one(at("/operator/drafts/{id}/uploads", base).with(file)));
        all.push(one(at("/operator/drafts/{id}/uploads/{upload}", base).piece()));
        for (route, is_shown, is_sent) in [
            ("/operator/drafts/{id}", true, false),
            ("/operator/drafts/{id}/forms/{place}", true, true),
            ("/operator/drafts/{id}/forms/{place}/copy", true, true),
            ("/operator/drafts/{id}/files", true, false),
            ("/operator/drafts/{id}/files/again", false, true),
            ("/operator/drafts/{id}/files/remove", false, true),
            ("/operator/drafts/{id}/uploads/{upload}/end", false, true),
            ("/operator/drafts/{id}/uploads/{upload}/cancel", false, true),
            ("/operator/drafts/{id}/review", true, false),
            ("/operator/drafts/{id}/submit", false, true),
            ("/operator/drafts/{id}/discard", false, true),
        ] {
            all.extend(is_shown.then(|| one(at(route, base))));
            all.extend(is_sent.then(|| one(at(route, base).sent())));
        }
        all.push(one(at("/operator/drafts/{id}/files", base).file()));
    }
    all
}

/// The routes of uploads of many filings, each on one of the operator's own and on another's.
fn bulk_rows(world: &World) -> Vec<Row> {
    let mut all = vec![
        row("/operator/bulk", Whose::Operator),
        row("/operator/bulk", Whose::Operator).file(),
        row("/operator/bulk/template", Whose::Operator)
            .at("/operator/bulk/template?kind=change&service=15"),
    ];
    for (id, is_own) in [(world.foreign_bulk, false), (world.own_bulk, true)] {
        let one = |route: &'static str| {
            let path = route.replace("{id}", &id.to_string());
            let row = row(route, Whose::Operator).at(path);
            if is_own { row } else { row.foreign() }
        };
        all.push(one("/operator/bulk/{id}"));
        all.push(one("/operator/bulk/{id}/remainder"));
        all.push(one("/operator/bulk/{id}/draft").sent());
        all.push(one("/operator/bulk/{id}/discard").sent());
        all.push(one("/operator/bulk/{id}/file").sent());
    }
    all
}

fn fixed_rows(world: &World) -> Vec<Row> {
    let mut all = operations::rows(world);
    all.extend(operations::rows_of_anyone());
    all.extend(authority_rows(world));
    all.extend(statement_rows());
    all.extend(operator_rows(world));
    all
}

fn authority_rows(world: &World) -> Vec<Row> {
    use Whose::Authority;
    let delivery = "/authority/deliveries/{id}";
    let file = "/authority/deliveries/{id}/files/{place}";
    let decision = "/authority/deliveries/{id}/decision";
    let answer = "/authority/deliveries/{id}/answer/{place}";
    let hand = "/authority/deliveries/{id}/hand";
    let accept: &[_] = &[("verdict", "accepted")];
    let package = "/authority/deliveries/{id}/package";
    vec![
        row("/authority", Authority),
        // The world's key is of a city.
        row("/authority/followed", Authority).foreign(),
        row("/authority/contacts", Authority),
        row("/authority/contacts", Authority).sent(),
        row("/authority/master", Authority),
        row("/authority/master", Authority).sent(),
        row("/authority/master/channels", Authority).sent(),
        row("/authority/master/channels/{id}/{ruling}", Authority)
            .at(format!("/authority/master/channels/{PROPOSAL}/approve"))
            .sent(),
        row("/authority/archive", Authority),
        row("/authority/archive/{id}", Authority)
            .at(format!("/authority/archive/{TO_AUTHORITIES}")),
        row("/authority/announcements", Authority),
        row("/authority/filters", Authority).sent(),
        row("/authority/filters/remove", Authority).sent(),
        row("/authority/onboarding", Authority),
        row("/authority/onboarding", Authority).sent(),
        row("/authority/check", Authority).sent(),
        row("/authority/tests/purge", Authority).sent(),
        row("/authority/reports", Authority),
        row("/authority/reports.csv", Authority),
        row("/authority/exports", Authority),
        row("/authority/exports", Authority).sent(),
        row("/authority/exports/{id}/{format}", Authority)
            .at("/authority/exports/01932c07-209c-7a36-8d4f-7c1f4d1c2b3a/csv")
            .foreign(),
        row(package, Authority).at(format!("/authority/deliveries/{}/package", world.own_delivery)),
        row(package, Authority)
            .at(format!("/authority/deliveries/{}/package", world.foreign_delivery))
            .foreign(),
        row(delivery, Authority).at(format!("/authority/deliveries/{}", world.readable)),
        row(delivery, Authority)
            .at(format!("/authority/deliveries/{}", world.foreign_delivery))
            .foreign(),
        row(file, Authority).at(format!("/authority/deliveries/{}/files/0", world.readable)),
        row(file, Authority)
            .at(format!("/authority/deliveries/{}/files/0", world.foreign_delivery))
            .foreign(),
        row(decision, Authority)
            .at(format!("/authority/deliveries/{}/decision", world.readable))
            .with(accept),
        row(decision, Authority)
            .at(format!("/authority/deliveries/{}/decision", world.foreign_delivery))
            .with(accept)
            .foreign(),
        row(hand, Authority).at(format!("/authority/deliveries/{}/hand", world.readable)).sent(),
        row(hand, Authority)
            .at(format!("/authority/deliveries/{}/hand", world.foreign_delivery))
            .sent()
            .foreign(),
        row(answer, Authority)
            .at(format!("/authority/deliveries/{}/answer/0", world.foreign_delivery))
            .foreign(),
        row("/authority/accept", Authority).sent().fresh(),
    ]
}

/// What an authority sees and says of its statements.
fn statement_rows() -> Vec<Row> {
    use Whose::Authority;
    vec![
        row("/authority/statements", Authority),
        row("/authority/statements", Authority).sent(),
        row("/authority/statements/{day}", Authority).at("/authority/statements/2026-07-14"),
        row("/authority/statements/{day}", Authority).at("/authority/statements/2026-07-14").sent(),
        row("/authority/statements/{day}/{format}", Authority)
            .at("/authority/statements/2026-07-14/json"),
    ]
}

fn operator_rows(world: &World) -> Vec<Row> {
    use Whose::Operator;
    let filing = world.filings[3].receipt_number();
    let own = format!("/operator/filings/{filing}");
    let others = format!("/operator/filings/{}", world.foreign_filing);
    let of_filing = |route: &'static str, base: &str| {
        let below = route.strip_prefix("/operator/filings/{key}").expect("a route of filings");
        row(route, Operator).at(format!("{base}{below}"))
    };
    vec![
        row("/operator", Operator),
        row("/operator/archive", Operator),
        row("/operator/archive/{id}", Operator).at(format!("/operator/archive/{TO_ALL}")),
        row("/operator/archive/{id}", Operator)
            .at(format!("/operator/archive/{TO_AUTHORITIES}"))
            .foreign(),
        row("/operator/announcements", Operator),
        row("/operator/address", Operator),
        row("/operator/address", Operator).sent().fresh(),
        row("/operator/webhook", Operator),
        row("/operator/webhook", Operator).with(&[("act", "remove")]).fresh(),
        row("/operator/address/{id}", Operator).at(&world.links[0]),
        row("/operator/address/{id}", Operator).at(&world.links[1]).foreign(),
        row("/operator/address/{id}", Operator).at(&world.links[0]).sent(),
        row("/operator/address/{id}", Operator).at(&world.links[1]).sent().foreign(),
        of_filing("/operator/filings/{key}", &own),
        of_filing("/operator/filings/{key}", &others).foreign(),
        of_filing("/operator/filings/{key}/receipt", &own),
        of_filing("/operator/filings/{key}/receipt", &others).foreign(),
        of_filing("/operator/filings/{key}/receipt/print", &own),
        of_filing("/operator/filings/{key}/receipt/print", &others).foreign(),
        of_filing("/operator/filings/{key}/set", &own),
        of_filing("/operator/filings/{key}/set", &others).foreign(),
        of_filing("/operator/filings/{key}/withdraw", &own).fresh(),
        of_filing("/operator/filings/{key}/withdraw", &others).foreign(),
        of_filing("/operator/filings/{key}/withdraw", &own).sent().fresh(),
        of_filing("/operator/filings/{key}/withdraw", &others).sent().foreign(),
        of_filing("/operator/filings/{key}/correct", &own).sent(),
        of_filing("/operator/filings/{key}/correct", &others).sent().foreign(),
        of_filing("/operator/filings/{key}/files/{sha256}", &own).foreign(),
        of_filing("/operator/filings/{key}/files/{sha256}", &others).foreign(),
    ]
}

/// What an operator may open and read of their own.
pub(crate) fn operators_pages(world: &World) -> Vec<String> {
    let theirs = |row: &Row| row.whose == Whose::Operator && row.own && !row.is_sent;
    let paths: Vec<_> = rows(world).into_iter().filter(theirs).map(|row| row.path).collect();
    let number = world.filings.last().expect("the one with forms").receipt_number();
    let other = world.filings[3].receipt_number();
    // The same pages of the filing that the authority's staff worked on.
    paths.iter().flat_map(|path| [path.clone(), path.replace(&other, &number)]).collect()
}

#[test]
fn every_route_has_its_row() {
    let world = tokio::runtime::Runtime::new().expect("a runtime").block_on(World::new(false));
    let told: BTreeSet<_> = rows(&world).iter().map(|row| row.route).collect();
    let routes = ROUTES.iter().flat_map(|text| text.split(".route(").skip(1));
    let routes = routes.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    let routes: BTreeSet<_> = routes.filter_map(|rest| rest.split('"').next()).collect();
    assert!(routes.len() >= 18, "{routes:?}");
    let missing: Vec<_> = routes.difference(&told).collect();
    assert!(missing.is_empty(), "no row says who may: {missing:?}");
    let gone: Vec<_> = told.difference(&routes).collect();
    assert!(gone.is_empty(), "rows of routes that are gone: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_what_is_not_theirs() {
    let world = World::new(false).await;
    crate::reports::count(&world).await;
    crate::statements::write_down(&world).await;
    let people = [
        (None, None),
        (Some(Whose::Operations), Some(&world.operations_key)),
        (Some(Whose::Authority), Some(&world.authority_key)),
        (Some(Whose::Operator), Some(&world.operator_key)),
    ];
    for (who, key) in people {
        for row in rows(&world).iter().filter(|row| row.path != "/logout") {
            let mut browser = Browser::new(&world);
            if let Some(key) = key {
                browser.log_in(key).await;
            }
            browser.get("/login").await;
            let seen = row.ask(&mut browser).await;
            let may = row.whose == Whose::Anyones || (who == Some(row.whose) && row.own);
            let expected: &[StatusCode] = match (may, who) {
                (true, _) if row.path == "/login" && row.is_sent => &[StatusCode::UNAUTHORIZED],
                // This hub has no issuer, so none of its ways in.
                (true, _) if row.path.starts_with("/login/") => &[StatusCode::NOT_FOUND],
                // What is sent has nothing in it: it was let in, and told so.
                (true, _) if row.is_sent => &[
                    StatusCode::OK,
                    StatusCode::SEE_OTHER,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    StatusCode::CONFLICT,
                ],
                (true, _) => &[StatusCode::OK, StatusCode::SEE_OTHER],
                (false, None) if row.is_sent && row.way != Way::File => &[StatusCode::UNAUTHORIZED],
                (false, None) => &[StatusCode::SEE_OTHER],
                (false, Some(_)) => &[StatusCode::FORBIDDEN],
            };
            let (path, status) = (&row.path, seen.status);
            assert!(expected.contains(&status), "{who:?} at {path}: {status}\n{}", seen.text);
            let is_to_login = seen.to().starts_with("/login");
            let is_form = row.is_sent && row.way != Way::File;
            assert_eq!(is_to_login, !may && who.is_none() && !is_form, "{who:?} at {path}");
        }
    }
}
