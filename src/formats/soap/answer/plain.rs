//! An answer that is nothing but its envelope.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::AnswerError;

/// All bytes of a stream, up to a limit.
pub(super) async fn whole<S, E>(mut stream: S, most: usize) -> Result<Vec<u8>, AnswerError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut whole = Vec::new();
    while let Some(bytes) = stream.next().await {
        append(&mut whole, &bytes.map_err(|error| AnswerError::Stream(error.into()))?, most)?;
    }
    Ok(whole)
}

/// Adds bytes to an envelope.
pub(super) fn append(whole: &mut Vec<u8>, bytes: &[u8], most: usize) -> Result<(), AnswerError> {
    if whole.len() + bytes.len() > most {
        let limit = u64::try_from(most).unwrap_or(u64::MAX);
        return Err(AnswerError::TooLarge { what: "more bytes in its envelope", limit });
    }
    whole.extend_from_slice(bytes);
    Ok(())
}
