//! Files whose length is not known before they end, as KPM sends them. The servers that Roundup runs under take a request without a
//! length for one without a body, so such a file waits on the disk until its length is known.

use futures_util::StreamExt;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio_util::io::ReaderStream;

use crate::sync::{fault::Fault, ports::FileContent};

/// The content with its length. One that is known already is passed on as it is.
///
/// # Errors
/// Transient ones: its source breaks off, or the folder for temporary files does not take it.
pub(super) async fn measured(content: FileContent) -> Result<FileContent, Fault> {
    if content.size.is_some() {
        return Ok(content);
    }
    let FileContent { media_type, mut stream, .. } = content;
    // Without a name: it is gone with the last one who holds it, however that ends.
    let mut kept = tokio::fs::File::from_std(tempfile::tempfile().map_err(|error| not_kept(&error))?);
    let mut size = 0_u64;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| Fault::transient(format!("the file broke off after {size} bytes: {error}")))?;
        kept.write_all(&piece).await.map_err(|error| not_kept(&error))?;
        size = size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
    }
    kept.rewind().await.map_err(|error| not_kept(&error))?;
    Ok(FileContent { size: Some(size), media_type, stream: Box::pin(ReaderStream::new(kept)) })
}

fn not_kept(error: &std::io::Error) -> Fault {
    let folder = std::env::temp_dir();
    Fault::transient(format!("a file on its way cannot be kept in {}: {error}", folder.display()))
        .hint("make room there, or name another folder in the variable TMPDIR")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::{TryStreamExt, stream};

    use super::*;

    fn content(size: Option<u64>, pieces: Vec<std::io::Result<Bytes>>) -> FileContent {
        FileContent { size, media_type: Some("text/plain".to_owned()), stream: Box::pin(stream::iter(pieces)) }
    }

    async fn read(content: FileContent) -> (Option<u64>, Vec<u8>) {
        (content.size, content.stream.try_collect::<Vec<Bytes>>().await.unwrap().concat())
    }

    #[tokio::test]
    async fn a_length_is_found_and_the_bytes_are_the_same() {
        let long = vec![0; 100_000];
        let pieces = || vec![Ok(Bytes::from_static(b"ab")), Ok(Bytes::new()), Ok(Bytes::from(long.clone()))];
        let whole = [&b"ab"[..], &long].concat();
        let found = measured(content(None, pieces())).await.unwrap();
        assert_eq!(found.media_type.as_deref(), Some("text/plain"));
        assert_eq!(read(found).await, (Some(100_002), whole.clone()));
        assert_eq!(read(measured(content(Some(7), pieces())).await.unwrap()).await, (Some(7), whole), "nobody looks");
        assert_eq!(read(measured(content(None, Vec::new())).await.unwrap()).await, (Some(0), Vec::new()));
    }

    #[tokio::test]
    async fn a_file_that_breaks_off_is_tried_again() {
        let pieces = vec![Ok(Bytes::from_static(b"ab")), Err(std::io::Error::other("hung up"))];
        let Err(fault) = measured(content(None, pieces)).await else { panic!("it has no end") };
        assert!(fault.is_transient() && fault.to_string().contains("after 2 bytes: hung up"), "{fault}");
    }
}
