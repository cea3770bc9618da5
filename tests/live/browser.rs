//! The pages in real Chromium, as people have them on a desk and on a phone.

use anyhow::{Context as _, Result};
use tests::browser::{Stage, routes_of_pages};

/// Names a folder for pictures of all pages.
const PICTURES_VARIABLE: &str = "TODOKE_TEST_SCREENSHOTS";

/// Routes that show no page of ours: they are others' (an issuer's), or files of the pages.
const NO_PAGES: [&str; 9] = [
    "/login/{issuer}",
    "/login/{issuer}/back",
    "/static/style.css",
    "/static/draft.js",
    "/static/files.js",
    "/static/live.js",
    "/live/numbers",
    "/live/lanes",
    "/static/icon.svg",
];

/// What is looked at says something: a notice stands above, watches begin and are told while
/// somebody looks, and two deliveries are many.
const OF_PICTURES: [(&str, &str); 6] = [
    ("TODOKE_MAINTENANCE__NOTICE_JA", "今夜22時に止まります。"),
    ("TODOKE_OPERATIONS__REDRIVE_ALONE_MAX", "1"),
    ("TODOKE_REMINDERS__OPERATIONS_MAIL", "unyou@todoke.example"),
    ("TODOKE_WATCHES__FAILING_MINUTES", "1"),
    ("TODOKE_WATCHES__GROUP_MS", "1000"),
    ("TODOKE_WATCHES__LOOK_MS", "1000"),
];

/// Filed, returned, corrected, accepted; and the mails.
#[tokio::test]
async fn a_filing_goes_its_whole_way_by_mouse_on_a_phone_and_by_the_keyboard_alone() -> Result<()> {
    // As many as it takes for 札幌市 to be among those who may be played.
    let stage = Stage::set(60, &[]).await?;
    let mail = stage.mail();
    let mail = mail.to_str().context("a plain path")?;
    for (width, way) in [("desktop", "mouse"), ("phone", "mouse"), ("desktop", "keyboard")] {
        stage.play("journey.mjs", &[mail, width, way]).await?;
    }
    stage.strike().await
}

/// Clicked twice, withdrawn, one change for many, a table of many, another address; handed over,
/// answered at length, accepted together, taken out; followed up; documents and announcements.
#[tokio::test]
async fn all_other_journeys_are_gone_on_a_desk_and_on_a_phone() -> Result<()> {
    let stage = Stage::set(60, &[]).await?;
    let mail = stage.mail();
    let mail = mail.to_str().context("a plain path")?;
    let colleague = stage.staff_key("011002", "佐藤 花子").await?;
    let prefecture = stage.staff_key("010006", "高橋 誠").await?;
    let widths = ["desktop", "phone"];
    let outside = async {
        for width in widths {
            stage.play("operator.mjs", &[mail, width]).await?;
            stage.play("archive.mjs", &[width]).await?;
        }
        anyhow::Ok(())
    };
    let inside = async {
        for width in widths {
            stage.play("authority.mjs", &[mail, width, &colleague, &prefecture]).await?;
        }
        anyhow::Ok(())
    };
    // People of all sorts work at the same time.
    tokio::try_join!(outside, inside)?;
    stage.strike().await
}

/// Beside another window, logged out, without a network; and without any script.
#[tokio::test]
async fn a_draft_saves_itself_and_loses_nobodys_words() -> Result<()> {
    let stage = Stage::set(10, &[("TODOKE_DRAFTS__AUTOSAVE_MS", "300")]).await?;
    stage.play("draft.mjs", &[]).await?;
    stage.strike().await
}

/// Dropped, chosen, cut at nine tenths, reloaded, given up, beside another window; and without any
/// script.
#[tokio::test]
async fn a_file_that_is_cut_goes_on_where_it_stopped() -> Result<()> {
    let pieces = [("TODOKE_UPLOADS__PIECE_BYTES", "65536")];
    let stage = Stage::set(10, &pieces).await?;
    stage.play("files.mjs", &[]).await?;
    stage.strike().await
}

#[tokio::test]
async fn axe_finds_nothing_on_operations_pages_at_either_width_and_in_the_dark() -> Result<()> {
    scan("operations").await
}

#[tokio::test]
async fn axe_finds_nothing_on_all_other_pages_at_either_width_and_in_the_dark() -> Result<()> {
    scan("others").await
}

async fn scan(whose: &str) -> Result<()> {
    let stage = Stage::set(60, &OF_PICTURES).await?;
    stage.hang_backdrop().await?;
    let mut routes = routes_of_pages()?;
    routes.retain(|route| !NO_PAGES.contains(&route.as_str()));
    let pictures = std::env::var(PICTURES_VARIABLE).ok();
    let routes = serde_json::to_string(&routes)?;
    let mail = stage.mail();
    let mail = mail.to_str().context("a plain path")?;
    let second = stage.operations_key("山本 次郎").await?;
    let arguments: Vec<_> =
        [whose, &routes, mail, &second].into_iter().chain(pictures.as_deref()).collect();
    stage.play("scan.mjs", &arguments).await?;
    stage.strike().await
}
