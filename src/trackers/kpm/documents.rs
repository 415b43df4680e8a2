//! Documents of a problem. Their bytes are streamed in both directions.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    client::{self, Client},
    convert,
    failure::Failure,
    rights::{READ_DOCUMENT, Rights},
    times,
};
use crate::{
    formats::soap::Binary,
    sync::{
        fault::Fault,
        file_name::as_kept,
        issue::File,
        ports::{FileContent, FileStream},
    },
};

/// The access right of a document that we may read.
const READABLE: &str = "0";
/// Most characters of a suffix.
const LONGEST_SUFFIX: usize = 4;
/// The largest document that may come within an envelope; those that come beside it are streamed and have no limit of ours.
const MOST_INLINE: usize = 16 << 20;

/// All documents of a problem.
pub(super) async fn list(client: &Client, problem: &str, rights: &Rights) -> Result<Vec<File>, Failure> {
    let told = client.call("GetDocumentList", json!({ "ProblemNumber": problem })).await?;
    let may_read = rights.allow(READ_DOCUMENT);
    Ok(convert::elements(&told, "DocumentReference").iter().map(|document| file(document, may_read)).collect())
}

fn file(document: &Value, may_read: bool) -> File {
    let (name, suffix) = (convert::field(document, "Name"), convert::field(document, "Suffix"));
    File {
        id: times::id(&convert::field(document, "DocumentId")),
        name: if suffix.is_empty() { name } else { format!("{name}.{suffix}") },
        size: convert::field(document, "Size").parse().ok(),
        withheld: !may_read || !matches!(convert::field(document, "AccessRight").as_str(), READABLE | ""),
    }
}

/// The bytes of a document.
pub(super) async fn open(client: &Client, problem: &str, document: &str) -> Result<FileContent, Fault> {
    let fields = json!({ "ProblemNumber": problem, "DocumentId": document });
    let (told, mut answer) = client.open("GetDocument", fields).await?;
    let wrong = |why: String| Fault::transient(format!("document {document} of problem {problem}: {why}"));
    let stream: FileStream =
        match Binary::of(&told["Document"]["Data"], MOST_INLINE).map_err(|error| wrong(error.to_string()))? {
            Binary::Inline(bytes) => Box::pin(stream::once(async { Ok(Bytes::from(bytes)) })),
            Binary::Part(cid) => {
                loop {
                    match answer.next_part().await.map_err(|error| wrong(error.to_string()))? {
                        Some(part) if part.cid == cid => break,
                        Some(_) => {}
                        None => return Err(wrong("its bytes did not come".to_owned())),
                    }
                }
                Box::pin(client::part(answer))
            }
        };
    Ok(FileContent { size: None, media_type: None, stream })
}

/// Adds a document; its id.
pub(super) async fn add(client: &Client, problem: &str, name: &str, content: FileContent, most: u64) -> Result<String, Fault> {
    let name = as_kept(name);
    let (stem, suffix) = split(&name)?;
    if let Some(size) = content.size.filter(|size| *size > most) {
        return Err(too_large(&name, &format!("{size} bytes"), most));
    }
    // Stands for the bytes until they come; base64 of something, so that the request fits the WSDL.
    let stand_in = Uuid::new_v4().simple().to_string();
    let mut document = json!({ "Name": stem, "AccessRight": READABLE, "Data": stand_in });
    if !suffix.is_empty() {
        document["Suffix"] = json!(suffix);
    }
    let request = client.request("AddDocument", json!({ "ProblemNumber": problem, "Document": document }))?;
    if !request.envelope().contains(&stand_in) {
        return Err(Fault::bug("a request to add a document has no place for its bytes"));
    }
    let length = content.size.and_then(|size| {
        let around = u64::try_from(request.envelope().len() - stand_in.len()).ok()?;
        around.checked_add(size.div_ceil(3).checked_mul(4)?)
    });
    let is_too_large = Arc::new(AtomicBool::new(false));
    let bytes = limited(content.stream, most, Arc::clone(&is_too_large));
    let outcome = client.upload(request, length, |envelope| body(&envelope, &stand_in, bytes)).await;
    if is_too_large.load(Ordering::Relaxed) {
        return Err(too_large(&name, "more", most));
    }
    let id = convert::field(&outcome?["DocumentReference"], "DocumentId");
    if id.is_empty() {
        return Err(Fault::transient(format!("KPM took document \"{name}\" and did not tell its id; it is looked for")));
    }
    Ok(times::id(&id))
}

fn too_large(name: &str, size: &str, most: u64) -> Fault {
    Fault::refused(format!("\"{name}\" has {size}, and KPM takes {most} bytes at most"))
}

/// Name and suffix, as KPM keeps them apart.
fn split(name: &str) -> Result<(&str, &str), Fault> {
    let (stem, suffix) = match name.rsplit_once('.') {
        Some((stem, suffix)) if !stem.is_empty() => (stem, suffix),
        _ => (name, ""),
    };
    if suffix.chars().count() > LONGEST_SUFFIX {
        return Err(Fault::refused(format!("\"{name}\": KPM takes at most {LONGEST_SUFFIX} characters behind the dot"))
            .hint("give the file another name"));
    }
    Ok((stem, suffix))
}

/// The bytes, up to the limit.
fn limited(bytes: FileStream, most: u64, is_too_large: Arc<AtomicBool>) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    let mut so_far: u64 = 0;
    bytes.map(move |piece| {
        let piece = piece?;
        so_far = so_far.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if so_far > most {
            is_too_large.store(true, Ordering::Relaxed);
            return Err(std::io::Error::other("the file is larger than KPM takes"));
        }
        Ok(piece)
    })
}

/// The envelope with the bytes, in base64, where the stand-in is.
fn body(envelope: &str, stand_in: &str, bytes: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static) -> reqwest::Body {
    let (before, behind) = envelope.split_once(stand_in).unwrap_or((envelope, ""));
    let [before, behind] = [before, behind].map(|text| Bytes::from(text.to_owned()));
    let whole = stream::once(async { Ok(before) }).chain(in_base64(bytes)).chain(stream::once(async { Ok(behind) }));
    reqwest::Body::wrap_stream(whole)
}

/// Bytes in base64, as they come: three at a time are four characters.
fn in_base64(
    bytes: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    let state = (Box::pin(bytes), BytesMut::new(), false);
    stream::unfold(state, async |(mut bytes, mut left, is_over)| {
        if is_over {
            return None;
        }
        match bytes.next().await {
            Some(Ok(piece)) => {
                left.extend_from_slice(&piece);
                let whole = left.split_to(left.len() / 3 * 3);
                Some((Ok(Bytes::from(BASE64.encode(whole))), (bytes, left, false)))
            }
            Some(Err(error)) => Some((Err(error), (bytes, left, true))),
            None => Some((Ok(Bytes::from(BASE64.encode(&left))), (bytes, left, true))),
        }
    })
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_parted_at_the_last_dot() {
        assert_eq!(split("report.v2.docx").unwrap(), ("report.v2", "docx"));
        assert_eq!(split("README").unwrap(), ("README", ""));
        assert_eq!(split(".profile").unwrap(), (".profile", ""));
        let fault = split("page.xhtml").unwrap_err();
        assert!(fault.word() == "refused" && fault.to_string().contains("page.xhtml"), "{fault}");
    }

    #[test]
    fn a_document_that_we_may_not_read_is_named_and_withheld() {
        let document = json!({ "DocumentId": "2021-06-17 10:46:37.466190", "Name": "a", "Suffix": "txt", "Size": "3", "AccessRight": "1" });
        let told = file(&document, true);
        assert_eq!((told.name.as_str(), told.size, told.withheld), ("a.txt", Some(3), true));
        assert_eq!(told.id, "2021-06-17-10.46.37.466190");
        assert!(file(&json!({ "Name": "a", "AccessRight": "0" }), false).withheld);
        assert!(!file(&json!({ "Name": "a", "AccessRight": " 0" }), true).withheld);
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_make_the_same_base64(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..7), 0..6)) {
            let whole = pieces.concat();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let coded = runtime.block_on(async {
                let pieces = stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece))));
                in_base64(pieces).try_collect::<Vec<Bytes>>().await.unwrap().concat()
            });
            prop_assert_eq!(String::from_utf8(coded).unwrap(), BASE64.encode(&whole));
        }
    }
}
