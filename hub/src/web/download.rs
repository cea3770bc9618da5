//! Files that people open or keep: as they came, and never as a page of ours.

use axum::body::Body;
use axum::http::HeaderName;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use axum::response::{IntoResponse, Response};
use schemas::Attachment;

use super::fault::Fault;
use crate::context::Context;
use crate::scans::{Scans, Standing, passed_before};

/// Types that browsers show by themselves, without running anything that stands in them.
const SHOWN: [&str; 3] = ["application/pdf", "image/jpeg", "image/png"];

/// Nothing in the file may load or run, and only pages of ours may frame it.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; \
                      object-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'";

/// A file of a filing or of an answer: to be kept, or shown where browsers can.
pub(super) async fn serve(
    ctx: &Context,
    file: &Attachment,
    may_show: bool,
) -> Result<Response, Fault> {
    check(ctx, std::slice::from_ref(file)).await?;
    let bytes = ctx.objects.get_sound(&file.sha256).await.map_err(|error| {
        tracing::error!(%error, "a file cannot be read");
        Fault::Away(error.to_string())
    })?;
    let is_shown = may_show && is_shown(&file.media_type);
    let headers = [
        (CONTENT_TYPE, file.media_type.clone()),
        (CONTENT_LENGTH, file.size.to_string()),
        (CONTENT_DISPOSITION, disposition(&file.name, is_shown)),
        (CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

/// Whether files of a type are shown; all others are only kept.
pub(super) fn is_shown(media_type: &str) -> bool {
    SHOWN.contains(&media_type)
}

/// Whether files may go to anyone; else why not.
pub(super) async fn check(ctx: &Context, files: &[Attachment]) -> Result<(), Fault> {
    let scans = Scans::read(ctx, files).await?;
    let mut pending = Vec::new();
    for file in files {
        match scans.of(&file.sha256) {
            Standing::Off | Standing::Clean => {}
            Standing::Pending(_) => pending.push(file.sha256.clone()),
            Standing::Infected(_) => return Err(Fault::FileInfected),
        }
    }
    if pending.is_empty() {
        return Ok(());
    }
    ask_for_scans(ctx, &pending).await?;
    Err(Fault::FileWaits)
}

/// Has files looked through that nobody has asked for, or whose time as clean ones is over.
async fn ask_for_scans(ctx: &Context, digests: &[String]) -> Result<(), Fault> {
    let mut tx = ctx.store.begin().await?;
    tx.queue_scans(digests, passed_before(ctx)).await?;
    tx.commit().await?;
    ctx.scan_asked.notify_one();
    Ok(())
}

/// The header of a file that is kept under its name.
pub(super) fn attachment(name: &str) -> (HeaderName, String) {
    (CONTENT_DISPOSITION, disposition(name, false))
}

/// RFC 6266: the name in UTF-8, and one in ASCII for what does not know that.
pub(super) fn disposition(name: &str, is_shown: bool) -> String {
    let how = if is_shown { "inline" } else { "attachment" };
    let plain = |c: char| {
        let is_plain = c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if is_plain { c } else { '_' }
    };
    let ascii: String = name.chars().map(plain).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    format!("{how}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_break_no_header() {
        let told = disposition("運営 規程;\"\r\n.pdf", true);
        assert_eq!(
            told,
            "inline; filename=\"_________.pdf\"; \
             filename*=UTF-8''%E9%81%8B%E5%96%B6%20%E8%A6%8F%E7%A8%8B%3B%22%0D%0A.pdf"
        );
        assert!(disposition("a.csv", false).starts_with("attachment; filename=\"a.csv\""));
    }
}
