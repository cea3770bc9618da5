//! Forms, by the rows of the matrix: none is taken without its token, and what is hard to undo only
//! from people who proved not long ago who they are.

use std::time::Duration;

use reqwest::StatusCode;

use super::{Row, Way, Whose, rows};
use crate::browser::{Browser, Seen};
use crate::world::World;

impl Row {
    /// Asks for it, or sends it with the token of the page seen last.
    pub(super) async fn ask(&self, browser: &mut Browser<'_>) -> Seen {
        match self.way {
            Way::File => {
                let bytes: &[u8] = if self.path.contains("/drafts/") { b"%PDF" } else { b"x" };
                browser.upload(&self.path, ("", "a.pdf", "application/pdf"), bytes).await
            }
            Way::Piece => browser.piece(&self.path, (0, b"%PDF"), None).await,
            Way::Form if self.is_sent => browser.send(&self.path, self.fields).await,
            Way::Form => browser.get(&self.path).await,
        }
    }
}

/// A browser of whoever may, which has seen a page.
async fn browser_of(world: &World, whose: Whose) -> Browser<'_> {
    let mut browser = Browser::new(world);
    match whose {
        Whose::Anyones => {}
        Whose::Operations => browser.log_in(&world.operations_key).await,
        Whose::Authority => browser.log_in(&world.authority_key).await,
        Whose::Operator => browser.log_in(&world.operator_key).await,
    }
    browser.get("/login").await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_of_a_page_of_ours_is_refused_everywhere() {
    let world = World::new(false).await;
    let mut sent = 0;
    for row in rows(&world).iter().filter(|row| row.is_sent && row.own) {
        let mut browser = browser_of(&world, row.whose).await;
        for token in ["", "forged"] {
            browser.set_token(token);
            let seen = row.ask(&mut browser).await;
            let (path, status) = (&row.path, seen.status);
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} {token:?}: {}", seen.text);
            sent += 1;
        }
    }
    assert!(sent >= 60, "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hard_to_undo_asks_anew_who_it_is_and_nothing_else_does() {
    let world = World::new(false).await;
    let mut browsers = Vec::new();
    for whose in [Whose::Operations, Whose::Authority, Whose::Operator] {
        browsers.push((whose, browser_of(&world, whose).await));
    }
    let minutes = u64::try_from(world.ctx.config.login.again_minutes).expect("minutes");
    world.ctx.clock.advance(Duration::from_mins(minutes));
    for (whose, browser) in &mut browsers {
        for row in rows(&world).iter().filter(|row| row.whose == *whose && row.own) {
            let seen = row.ask(browser).await;
            let (path, status) = (&row.path, seen.status);
            let is_asked =
                status == StatusCode::UNAUTHORIZED || seen.to().starts_with("/login?again=1");
            assert_eq!(is_asked, row.is_fresh, "{path}: {status}");
            assert_ne!(status, StatusCode::FORBIDDEN, "{path}: they are who they are");
        }
    }
}
