//! Under which trace a request's work stands: the caller's, or one that begins here.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::context::Context;
use crate::trace::{Arrival, HEADER};

/// Around every request: its log lines carry the trace, and what it hands in is kept under it.
pub(super) async fn traced(
    State(ctx): State<Arc<Context>>,
    request: Request,
    next: Next,
) -> Response {
    let mut headers = request.headers().get_all(HEADER).iter();
    // Two say nothing: W3C Trace Context allows one.
    let header = headers.next().filter(|_| headers.next().is_none());
    let header = header.and_then(|value| value.to_str().ok());
    Arrival::new(header, &ctx.clock).during(next.run(request)).await
}
