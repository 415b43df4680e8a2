//! Any bytes are a multipart answer or have an error, and the same one whatever the chunks: the first byte is their size.
#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use libfuzzer_sys::fuzz_target;
use trackersync::formats::soap::{AnswerError, AnswerLimits, Contract};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    Contract::read("kpm.wsdl", include_bytes!("../../src/standin/kpm/kpm.wsdl")).expect("our own contract can be read")
});

async fn read(bytes: &[u8], size: usize) -> Result<Vec<(String, Vec<u8>)>, AnswerError> {
    let operation = CONTRACT.operation("GetDocument").expect("our own contract has it");
    let chunks: Vec<_> = bytes.chunks(size).map(|chunk| Ok::<_, std::io::Error>(Bytes::copy_from_slice(chunk))).collect();
    let content_type = "multipart/related; boundary=b; start=\"<a>\"";
    let mut answer = CONTRACT.answer(operation, content_type, stream::iter(chunks), AnswerLimits::default()).await?;
    let mut parts = Vec::new();
    while let Some(part) = answer.next_part().await? {
        let mut whole = Vec::new();
        while let Some(bytes) = answer.chunk().await? {
            whole.extend_from_slice(&bytes);
        }
        parts.push((part.cid, whole));
    }
    Ok(parts)
}

fuzz_target!(|bytes: &[u8]| {
    let [size, bytes @ ..] = bytes else { return };
    let size = usize::from(*size).max(1);
    let parts = |size| read(bytes, size).now_or_never().expect("nothing is waited for").map_err(|error| error.to_string());
    assert_eq!(parts(size), parts(bytes.len().max(1)), "chunks of {size}");
});
