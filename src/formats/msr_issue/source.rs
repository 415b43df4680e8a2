//! The bytes of a document as UTF-8, piece by piece, with the place that was reached and with limits.

use std::io::{self, BufRead, Chain, Cursor};

use encoding_rs::{Decoder, DecoderResult};

use super::{
    encoding::{Undetected, detect},
    error::{DocumentError, DocumentProblem, Place},
    limits::Limits,
};

/// Bytes that are decoded at a time. The other side of the buffer has room for three times as many: what `ÿ` and `€` come to.
const PIECE: usize = 16 * 1024;

/// Decoded text. It is read by the XML reader, which knows only errors of input and output: what was really wrong is asked for with
/// [`Source::take_failure`].
#[derive(Debug)]
pub(super) struct Source<R> {
    bytes: Chain<Cursor<Vec<u8>>, R>,
    decoder: Decoder,
    /// Bytes of the document that were decoded.
    read: u64,
    most_bytes: u64,
    /// What was decoded and not yet consumed is `text[at..filled]`.
    text: Vec<u8>,
    at: usize,
    filled: usize,
    is_ended: bool,
    place: Place,
    /// Bytes that were consumed.
    consumed: u64,
    token: TokenState,
    most_token_bytes: usize,
    failure: Option<DocumentProblem>,
}

/// What is known of the tag or text that is being read.
#[derive(Debug, Default)]
struct TokenState {
    /// Its first byte.
    first: Option<u8>,
    /// Bytes of it that may still come.
    left: usize,
    /// Whether some of it was left out.
    is_cut: bool,
}

impl TokenState {
    /// Text can be cut: it ends before the next tag or reference.
    fn is_text(&self) -> bool {
        self.first.is_some_and(|byte| !matches!(byte, b'<' | b'&'))
    }
}

impl<R: BufRead> Source<R> {
    /// Finds out the encoding.
    pub fn new(mut bytes: R, limits: &Limits) -> Result<Self, DocumentError> {
        let detected = detect(&mut bytes).map_err(|undetected| {
            let problem = match undetected {
                Undetected::Unknown(name) => DocumentProblem::Encoding(name),
                Undetected::Source(error) => DocumentProblem::Source(error.to_string()),
            };
            DocumentError { place: Place::START, problem }
        })?;
        Ok(Self {
            bytes: io::Read::chain(Cursor::new(detected.head), bytes),
            decoder: detected.encoding.new_decoder_without_bom_handling(),
            read: detected.mark_bytes as u64,
            most_bytes: limits.document_bytes,
            text: vec![0; 3 * PIECE],
            at: 0,
            filled: 0,
            is_ended: false,
            place: Place::START,
            consumed: 0,
            token: TokenState::default(),
            most_token_bytes: limits.text_bytes,
            failure: None,
        })
    }

    /// Begins a tag or text: its limit is counted from here.
    pub fn begin_token(&mut self) {
        self.token = TokenState { first: None, left: self.most_token_bytes, is_cut: false };
    }

    /// Whether the text that was read is not all of it, because there is too much.
    pub fn is_cut(&self) -> bool {
        self.token.is_cut
    }

    /// The limit of one tag or text.
    pub fn most_token_bytes(&self) -> u64 {
        self.most_token_bytes as u64
    }

    /// The place that was reached.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Bytes of text that were consumed.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Why reading failed, after an error of input and output.
    pub fn take_failure(&mut self) -> Option<DocumentProblem> {
        self.failure.take()
    }

    fn fail(&mut self, problem: DocumentProblem) -> io::Error {
        self.failure = Some(problem);
        io::Error::from(io::ErrorKind::InvalidData)
    }

    /// Decodes the next piece, if all before was consumed.
    fn refill(&mut self) -> io::Result<()> {
        while self.at == self.filled && !self.is_ended {
            let bytes = match self.bytes.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let message = error.to_string();
                    return Err(self.fail(DocumentProblem::Source(message)));
                }
            };
            let is_last = bytes.is_empty();
            let allowed = usize::try_from(self.most_bytes.saturating_sub(self.read)).unwrap_or(usize::MAX);
            let piece = bytes.get(..bytes.len().min(PIECE).min(allowed)).unwrap_or_default();
            if piece.is_empty() && !is_last {
                return Err(self.fail(DocumentProblem::TooLarge { what: "bytes", limit: self.most_bytes }));
            }
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(piece, &mut self.text, is_last);
            self.bytes.consume(read);
            self.read += read as u64;
            (self.at, self.filled) = (0, written);
            match result {
                DecoderResult::InputEmpty => self.is_ended = is_last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, after) => {
                    // What comes before is still handed out; after it the decoder would go on, so this is kept.
                    self.is_ended = true;
                    let offset = self.read.saturating_sub(u64::from(bad) + u64::from(after));
                    let encoding = self.decoder.encoding().name();
                    self.failure = Some(DocumentProblem::Malformed { encoding, offset });
                }
            }
        }
        if self.at == self.filled && self.failure.is_some() {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        Ok(())
    }

    /// How many bytes of the buffer the token may have, to a whole character.
    fn allowed(&self) -> usize {
        let end = self.filled.min(self.at.saturating_add(self.token.left));
        let inside = |at: usize| at < self.filled && self.text.get(at).is_some_and(|byte| is_continuation(*byte));
        let end = (self.at..=end).rev().find(|at| !inside(*at)).unwrap_or(self.at);
        end - self.at
    }

    /// Leaves out the rest of a text.
    fn cut(&mut self) -> io::Result<()> {
        while self.at < self.filled {
            let rest = self.text.get(self.at..self.filled).unwrap_or_default();
            let end = rest.iter().position(|byte| matches!(byte, b'<' | b'&')).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            self.token.is_cut = true;
            self.pass(end);
            self.refill()?;
        }
        // The tag after it is seen, though not read.
        self.token.left = usize::MAX;
        Ok(())
    }

    /// Goes on by so many bytes.
    fn pass(&mut self, bytes: usize) {
        let end = self.filled.min(self.at + bytes);
        let passed = self.text.get(self.at..end).unwrap_or_default();
        let mut lines = passed.rsplit(|byte| *byte == b'\n');
        let last_line = lines.next().unwrap_or_default();
        let columns = last_line.iter().filter(|byte| !is_continuation(**byte)).count() as u64;
        let line_ends = lines.count() as u64;
        self.place.column = columns + if line_ends > 0 { 1 } else { self.place.column };
        self.place.line += line_ends;
        self.consumed += passed.len() as u64;
        self.at = end;
    }
}

impl<R: BufRead> io::Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = io::Read::read(&mut self.fill_buf()?, into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.refill()?;
        let mut allowed = self.allowed();
        if allowed == 0 && self.at < self.filled {
            if !self.token.is_text() {
                let limit = self.most_token_bytes as u64;
                return Err(self.fail(DocumentProblem::TooLarge { what: "bytes in one tag or section", limit }));
            }
            self.cut()?;
            allowed = self.allowed();
        }
        Ok(self.text.get(self.at..self.at + allowed).unwrap_or_default())
    }

    fn consume(&mut self, bytes: usize) {
        if bytes > 0 && self.token.first.is_none() {
            self.token.first = self.text.get(self.at).copied();
        }
        self.token.left = self.token.left.saturating_sub(bytes);
        self.pass(bytes);
    }
}

/// Whether a byte of UTF-8 is not the first of its character.
fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}
