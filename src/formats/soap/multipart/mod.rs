//! `multipart/related` as it arrives: piece by piece, with chunk borders anywhere, and never more in memory than one chunk and the
//! longest boundary or header.

mod content_type;
mod delimiter;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

pub(super) use self::content_type::{ContentType, PartHeaders, without_brackets};
use self::delimiter::{Delimiter, Found};
use super::{
    answer::AnswerError,
    limits::{MOST_BOUNDARY_BYTES, MOST_HEADER_BYTES, MOST_PREAMBLE_BYTES},
};

/// The end of the headers of a part.
const END_OF_HEADERS: &[u8] = b"\r\n\r\n";

/// Reads parts from a stream.
#[derive(Debug)]
pub(super) struct Multipart<S> {
    stream: S,
    buffer: BytesMut,
    delimiter: Delimiter,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first boundary.
    Preamble,
    /// Behind a boundary.
    Headers,
    /// Inside of a part.
    Body,
    /// Behind the last boundary.
    End,
    /// An error was told; nothing more can be read.
    Failed,
}

impl<S, E> Multipart<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// A reader at the beginning of a stream.
    pub fn new(stream: S, boundary: &str) -> Result<Self, AnswerError> {
        if boundary.is_empty() || boundary.len() > MOST_BOUNDARY_BYTES {
            let message = format!("its boundary has {} bytes; 1 to {MOST_BOUNDARY_BYTES} are allowed", boundary.len());
            return Err(AnswerError::Multipart(message));
        }
        // The first boundary may stand at the very beginning. With a line end put before it is like the others.
        let buffer = BytesMut::from(&b"\r\n"[..]);
        Ok(Self { stream, buffer, delimiter: Delimiter::new(boundary), state: State::Preamble })
    }

    /// Goes to the next part, over what is left of the one before; `None` behind the last.
    pub async fn next_part(&mut self) -> Result<Option<PartHeaders>, AnswerError> {
        let read = self.find_part().await;
        self.failed(read)
    }

    async fn find_part(&mut self) -> Result<Option<PartHeaders>, AnswerError> {
        let mut preamble = 0;
        while matches!(self.state, State::Preamble | State::Body) {
            let is_preamble = self.state == State::Preamble;
            let Some(bytes) = self.piece().await? else { continue };
            preamble += if is_preamble { bytes.len() } else { 0 };
            if preamble > MOST_PREAMBLE_BYTES {
                let message = format!("there is no boundary in the first {MOST_PREAMBLE_BYTES} bytes");
                return Err(AnswerError::Multipart(message));
            }
        }
        match self.state {
            State::Headers => self.headers().await.map(Some),
            State::Failed => Err(AnswerError::Multipart("it was found to be wrong before".to_owned())),
            _ => Ok(None),
        }
    }

    /// The next piece of this part; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, AnswerError> {
        if self.state != State::Body {
            return Ok(None);
        }
        let read = self.piece().await;
        self.failed(read)
    }

    fn failed<T>(&mut self, read: Result<T, AnswerError>) -> Result<T, AnswerError> {
        if read.is_err() {
            self.state = State::Failed;
        }
        read
    }

    /// Bytes up to the next boundary; `None`, and another state, when it is reached.
    async fn piece(&mut self) -> Result<Option<Bytes>, AnswerError> {
        loop {
            match self.delimiter.find(&self.buffer) {
                Found::Content(length) => return Ok(Some(self.buffer.split_to(length).freeze())),
                Found::Delimiter { length, is_last } => {
                    let _ = self.buffer.split_to(length);
                    self.state = if is_last { State::End } else { State::Headers };
                    return Ok(None);
                }
                Found::Incomplete => {
                    let place = if self.state == State::Preamble { "before its first part" } else { "a part" };
                    self.fill(place).await?;
                }
            }
        }
    }

    async fn headers(&mut self) -> Result<PartHeaders, AnswerError> {
        let mut searched = 0;
        loop {
            if self.buffer.starts_with(b"\r\n") {
                let _ = self.buffer.split_to(2);
                self.state = State::Body;
                return Ok(PartHeaders::default());
            }
            let rest = self.buffer.get(searched..).unwrap_or_default();
            if let Some(at) = rest.windows(END_OF_HEADERS.len()).position(|window| window == END_OF_HEADERS) {
                if searched + at > MOST_HEADER_BYTES {
                    return Err(too_long_headers());
                }
                let headers = self.buffer.split_to(searched + at + END_OF_HEADERS.len());
                self.state = State::Body;
                return Ok(PartHeaders::parse(&headers));
            }
            if self.buffer.len() > MOST_HEADER_BYTES {
                return Err(too_long_headers());
            }
            searched = self.buffer.len().saturating_sub(END_OF_HEADERS.len() - 1);
            self.fill("the headers of a part").await?;
        }
    }

    /// Takes one more chunk from the stream.
    async fn fill(&mut self, place: &'static str) -> Result<(), AnswerError> {
        match self.stream.next().await {
            Some(Ok(bytes)) => {
                self.buffer.extend_from_slice(&bytes);
                Ok(())
            }
            Some(Err(error)) => Err(AnswerError::Stream(error.into())),
            None => Err(AnswerError::Truncated(place)),
        }
    }
}

fn too_long_headers() -> AnswerError {
    AnswerError::Multipart(format!("the headers of a part are longer than {MOST_HEADER_BYTES} bytes"))
}
