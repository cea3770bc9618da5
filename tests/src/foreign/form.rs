//! Forms with files, as browsers send them: `multipart/form-data` (RFC 7578).

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use futures::stream;
use hub::content;
use schemas::filing::{check_file_name, safe_file_name};

use super::assert_sentence;

/// Characters of a file name at most, as far as a package's names can be long.
const NAME_CHARS_MAX: usize = 200;

/// The first line is the content type, with the boundary; the rest is the body, in pieces as a
/// network may cut them.
pub(super) fn form(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (head, body) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    for size in [1, 7, body.len().max(1)] {
        let pieces: Vec<_> = body.chunks(size).map(Bytes::copy_from_slice).collect();
        let pieces = stream::iter(pieces.into_iter().map(Ok::<_, Infallible>));
        let request = Request::post("/").header(CONTENT_TYPE, head);
        let Ok(request) = request.body(Body::from_stream(pieces)) else { return };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let read = runtime.block_on(read(request));
        assert!(read <= body.len(), "{read} bytes came out of {}", body.len());
    }
}

/// Reads all of it as pages do; the bytes of what the fields hold.
async fn read(request: Request) -> usize {
    let mut form = match Multipart::from_request(request, &()).await {
        Ok(form) => form,
        Err(error) => {
            assert_sentence(&error);
            return 0;
        }
    };
    let mut total = 0;
    loop {
        let mut field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return total,
            Err(error) => {
                assert_sentence(&error);
                return total;
            }
        };
        let name = field.file_name().map(safe_file_name);
        let told = content::told(
            field.content_type().unwrap_or_default(),
            field.name().unwrap_or_default(),
        );
        let mut head = Vec::new();
        loop {
            match field.chunk().await {
                Ok(Some(piece)) => {
                    total += piece.len();
                    head.extend(piece.iter().take(content::HEAD_BYTES.saturating_sub(head.len())));
                }
                Ok(None) => break,
                Err(error) => {
                    assert_sentence(&error);
                    return total;
                }
            }
        }
        look(name.as_deref(), &head, &told);
    }
}

/// A name that was made fit stays as it is, and is fit unless it is empty or too long; a type is
/// said, or what it seems to be.
fn look(name: Option<&str>, head: &[u8], told: &str) {
    if let Some(name) = name {
        assert_eq!(safe_file_name(name), name, "made fit once more");
        let is_long = name.chars().count() > NAME_CHARS_MAX || name.len() > 240;
        if !name.is_empty() && !is_long {
            assert_eq!(check_file_name(name, NAME_CHARS_MAX), Ok(()), "{name:?}");
        }
    }
    let kind = content::media_type(head, told);
    assert!(!kind.unwrap_or_else(str::to_owned).is_empty(), "neither a type nor why not");
}
