//! Forms that are sent with files, which are streamed to the object store as they come.
//!
//! Who sends is looked at before the first file is taken; text fields have to stand before files to
//! be kept when its sender was logged out. Files of a form that is then refused are named by
//! nothing, and the sweep of uploads clears them away.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use schemas::Attachment;
use schemas::filing::{check_file_name, safe_file_name};

use super::Desk;
use super::fault::Fault;
use super::roles::Role;
use super::sent::{Fields, Sent, TOKEN, refused};
use super::sessions::is_own_form;
use super::visit::Visit;
use super::words::Lang;
use crate::content;
use crate::objects::ObjectError;
use crate::uploads::{self, UploadProblem};

/// A form that someone of a role sent, with files.
pub(super) struct Enclosed<R> {
    /// Their visit, in their role.
    pub(super) by: R,
    /// What they wrote.
    pub(super) fields: Fields,
    /// The files, kept as uploads of theirs.
    pub(super) files: Vec<Attachment>,
    /// Why a file was not taken.
    pub(super) problem: Option<FileProblem>,
}

/// Why a file was not taken; with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileProblem {
    Name(String),
    Type(String),
    TooLarge(String),
    TooMany(String),
}

impl FileProblem {
    /// What to do about it.
    pub(super) fn sentence(&self, lang: Lang) -> String {
        let (name, ja, en) = match self {
            Self::Name(name) => (
                name,
                "ファイル名に使えない文字があるか、長すぎます。名前を変えてください。",
                "has a name with characters that cannot be used, or too many; rename it",
            ),
            Self::Type(name) => (
                name,
                "この種類のファイルは受け付けません。PDF・画像・Office・CSV・ZIP にしてください。",
                "is of a type that is not taken; make it a PDF, picture, Office, CSV or ZIP file",
            ),
            Self::TooLarge(name) => {
                (name, "大きすぎます。分けるか圧縮してください。", "is too large; split it")
            }
            Self::TooMany(name) => {
                (name, "ファイルが多すぎます。まとめてください。", "is one file too many")
            }
        };
        lang.pick(
            format!("「{name}」: {ja}記録していません。"),
            format!("{name:?} {en}. Nothing was recorded."),
        )
    }
}

/// What has been read so far.
#[derive(Default)]
struct Taken {
    fields: Fields,
    bytes: usize,
    files: Vec<Attachment>,
    problem: Option<FileProblem>,
}

impl<R: Role + Send> FromRequest<Arc<Desk>> for Enclosed<R> {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        if !is_multipart(&parts.headers) {
            // The same form from a page that holds its fields alone.
            let visit = Visit::read(&parts, desk).await;
            let bytes = to_bytes(body, desk.ctx.config.http.body_bytes_max).await;
            let bytes = bytes.map_err(|_| visit.fault(&Fault::FormUnreadable))?;
            let request = Request::from_parts(parts, Body::from(bytes));
            let Sent { by, fields, .. } = Sent::<R>::from_request(request, desk).await?;
            return Ok(Self { by, fields, files: Vec::new(), problem: None });
        }
        let visit = Visit::read(&parts, desk).await;
        let (headers, action) = (parts.headers.clone(), parts.uri.path().to_owned());
        let unreadable = || visit.fault(&Fault::FormUnreadable);
        let request = Request::from_parts(parts, body);
        let mut form = Multipart::from_request(request, desk).await.map_err(|_| unreadable())?;
        let mut taken = Taken::default();
        let mut may_enclose = None;
        while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
            match field.file_name().map(str::to_owned) {
                None => taken.text(desk, field).await.map_err(|fault| visit.fault(&fault))?,
                // No file was chosen.
                Some(name) if name.is_empty() => {}
                Some(name) => {
                    if may_enclose.is_none() {
                        own_form(desk, &headers, &taken.fields)
                            .map_err(|fault| visit.fault(&fault))?;
                        may_enclose = Some(R::of(&visit).is_ok());
                    }
                    if may_enclose == Some(true) && taken.problem.is_none() {
                        let done = taken.file(desk, &visit, (name, field)).await;
                        done.map_err(|fault| visit.fault(&fault))?;
                    }
                }
            }
        }
        let Taken { fields, files, problem, .. } = taken;
        own_form(desk, &headers, &fields).map_err(|fault| visit.fault(&fault))?;
        let by = R::of(&visit).map_err(|refusal| refused(&visit, refusal, &action, &fields))?;
        Ok(Self { by, fields, files, problem })
    }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|text| text.starts_with("multipart/form-data"))
}

fn own_form(desk: &Desk, headers: &HeaderMap, fields: &Fields) -> Result<(), Fault> {
    let token = fields.get(TOKEN).unwrap_or_default();
    if is_own_form(&desk.ctx, headers, token) { Ok(()) } else { Err(Fault::ForeignForm) }
}

impl Taken {
    async fn text(&mut self, desk: &Desk, mut field: Field<'_>) -> Result<(), Fault> {
        let name = field.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(|_| Fault::FormUnreadable)? {
            self.bytes += piece.len();
            if self.bytes > desk.ctx.config.http.body_bytes_max {
                return Err(Fault::FormUnreadable);
            }
            bytes.extend_from_slice(&piece);
        }
        let text = String::from_utf8(bytes).map_err(|_| Fault::FormUnreadable)?;
        self.fields.0.push((name, text));
        Ok(())
    }

    /// Keeps a file, or the reason why not.
    async fn file(
        &mut self,
        desk: &Desk,
        visit: &Visit,
        (name, field): (String, Field<'_>),
    ) -> Result<(), Fault> {
        let ctx = &desk.ctx;
        let limits = &ctx.config.limits;
        let name = safe_file_name(&name);
        let told = content::told(field.content_type().unwrap_or_default(), &name);
        let is_there = self.files.iter().any(|file| file.name == name);
        self.problem = match () {
            () if is_there || check_file_name(&name, limits.name_chars_max).is_err() => {
                Some(FileProblem::Name(name.clone()))
            }
            () if !limits.media_types.contains(&told) => Some(FileProblem::Type(name.clone())),
            () if self.files.len() >= limits.attachments_max => {
                Some(FileProblem::TooMany(name.clone()))
            }
            () => None,
        };
        if self.problem.is_some() {
            return Ok(());
        }
        let Ok(scope) = visit.scope() else { return Err(Fault::FormUnreadable) };
        let (word, subject) = scope.words();
        let owner = subject.unwrap_or_else(|| word.to_owned());
        let upload_id = ctx.clock.id().to_string();
        let upload = match ctx.objects.receive(field, &upload_id, limits.attachment_bytes_max).await
        {
            Ok(upload) => upload,
            Err(ObjectError::TooLarge { .. }) => {
                self.problem = Some(FileProblem::TooLarge(name));
                return Ok(());
            }
            Err(ObjectError::Broken(_)) => return Err(Fault::FormUnreadable),
            Err(error) => return Err(Fault::Away(error.to_string())),
        };
        let size = upload.stored.size;
        let kept = uploads::keep(ctx, upload, owner, told).await;
        let row = match kept {
            Ok(row) => row,
            Err(UploadProblem::Type { .. }) => {
                self.problem = Some(FileProblem::Type(name));
                return Ok(());
            }
            Err(UploadProblem::Store(error)) => return Err(error.into()),
            Err(problem @ (UploadProblem::Object(_) | UploadProblem::Clearing)) => {
                return Err(Fault::Away(problem.to_string()));
            }
        };
        let (sha256, media_type) = (row.sha256, row.media_type);
        self.files.push(Attachment { name, sha256, size, media_type });
        Ok(())
    }
}
