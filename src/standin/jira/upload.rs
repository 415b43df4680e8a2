//! Reading uploads: `multipart/form-data`, straight to the disk.

use std::io;

use actix_web::{http::header::HeaderMap, web};
use bytes::Bytes;
use futures_util::{StreamExt, future::join, stream};
use reqwest::header::HeaderValue;
use tokio::sync::mpsc;

use super::stored_file::{Draft, StoredFile};

/// Most parts one body may have.
const PART_LIMIT: usize = 100;
/// Most bytes that are read and thrown away so that the sender gets its answer.
const DRAIN_LIMIT: u64 = 256 << 20;

/// A file that was sent.
#[derive(Debug)]
pub(super) struct Part {
    /// Name of the form field.
    pub(super) name: String,
    /// File name as sent.
    pub(super) file_name: Option<String>,
    /// Whether the file name came in the extended notation (`filename*=`), which old Jira servers choke on.
    pub(super) extended_name: bool,
    /// Media type as sent.
    pub(super) media_type: Option<String>,
    /// The content.
    pub(super) content: StoredFile,
}

/// Why an upload could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    /// The content type is not `multipart/form-data` with a boundary.
    ContentType,
    /// The form is not one, or breaks off.
    Form,
    /// A file is larger than allowed.
    TooLarge,
    /// There is no room on the disk.
    Disk,
}

/// What came with a request to attach something.
pub(super) type Upload = Result<Vec<Part>, Malformed>;

/// Reads an upload to its end; the error is a connection that broke.
pub(super) async fn read(headers: &HeaderMap, payload: web::Payload, limit: u64) -> Result<Upload, Broken> {
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (sender, pieces) = mpsc::channel(4);
    // Both go on at once: whatever becomes of the form, the body is read to its end, so that the sender gets its answer.
    let (passed_on, upload) = join(pass_on(payload, sender, limit), parts(kind, pieces, limit)).await;
    passed_on.map(|()| upload)
}

/// The connection broke, or more came than anybody wants to read.
#[derive(Debug)]
pub(super) struct Broken;

async fn pass_on(mut payload: web::Payload, sender: mpsc::Sender<io::Result<Bytes>>, limit: u64) -> Result<(), Broken> {
    let mut seen: u64 = 0;
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Broken)?;
        seen += piece.len() as u64;
        if seen > DRAIN_LIMIT.max(limit.saturating_mul(2)) {
            return Err(Broken);
        }
        // Nobody listens any more once the form has turned out to be useless.
        let _ = sender.send(Ok(piece)).await;
    }
    Ok(())
}

async fn parts(content_type: &str, pieces: mpsc::Receiver<io::Result<Bytes>>, limit: u64) -> Upload {
    let boundary = multer::parse_boundary(content_type).map_err(|_| Malformed::ContentType)?;
    let pieces = stream::unfold(pieces, |mut pieces| async { Some((pieces.recv().await?, pieces)) });
    let mut form = multer::Multipart::new(Box::pin(pieces), boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| Malformed::Form)? {
        if parts.len() == PART_LIMIT {
            return Err(Malformed::Form);
        }
        parts.push(part(field, limit).await?);
    }
    Ok(parts)
}

async fn part(mut field: multer::Field<'_>, limit: u64) -> Result<Part, Malformed> {
    let name = field.name().ok_or(Malformed::Form)?.to_owned();
    let disposition = field.headers().get("content-disposition").map(HeaderValue::as_bytes).unwrap_or_default();
    let extended_name = extended_name(&String::from_utf8_lossy(disposition));
    let file_name = extended_name.clone().or_else(|| field.file_name().map(str::to_owned));
    let media_type = field.content_type().map(ToString::to_string);
    let mut draft = Draft::new().map_err(|_| Malformed::Disk)?;
    while let Some(piece) = field.chunk().await.map_err(|_| Malformed::Form)? {
        if draft.length() + piece.len() as u64 > limit {
            return Err(Malformed::TooLarge);
        }
        draft.write(&piece).map_err(|_| Malformed::Disk)?;
    }
    Ok(Part { name, file_name, extended_name: extended_name.is_some(), media_type, content: draft.finish() })
}

/// The file name in the extended notation, `filename*=utf-8''na%C3%AFve.txt`.
fn extended_name(disposition: &str) -> Option<String> {
    let (_, coded) = disposition.split_once("filename*=")?;
    let coded = coded.split(';').next()?.trim().splitn(3, '\'').nth(2)?;
    // The query decoder also turns plus signs into blanks, which a name must keep.
    let query = format!("n={}", coded.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, name)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::extended_name;

    #[test]
    fn extended_names_are_read() {
        let name = extended_name("form-data; name=file; filename*=utf-8''na%C3%AFve+x.txt; x=y");
        assert_eq!(name.as_deref(), Some("naïve+x.txt"));
        assert_eq!(extended_name("form-data; name=file; filename=plain"), None);
    }
}
