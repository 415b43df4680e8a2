//! Tests of the codec as a whole.

mod answers;
mod envelopes;
mod generate;
mod multipart;
mod properties;
mod releases;
mod requests;
mod wsdl;

use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::Value;

use super::*;

/// The contract of the stand-in.
const KPM: &str = include_str!("../../../standin/kpm/kpm.wsdl");
/// A contract with what that one does not use.
const RICH: &str = include_str!("rich.wsdl");

fn kpm() -> &'static Contract {
    static READ: LazyLock<Contract> = LazyLock::new(|| Contract::read("kpm.wsdl", KPM.as_bytes()).unwrap());
    &READ
}

fn rich() -> &'static Contract {
    static READ: LazyLock<Contract> = LazyLock::new(|| Contract::read("rich.wsdl", RICH.as_bytes()).unwrap());
    &READ
}

/// A contract with a text replaced, which has to be there.
fn edited(wsdl: &str, from: &str, to: &str) -> Result<Contract, WsdlError> {
    assert!(wsdl.contains(from), "{from} is not there");
    Contract::read("edited.wsdl", wsdl.replace(from, to).as_bytes())
}

/// An envelope with this in its body.
fn envelope(body: &str) -> String {
    format!("<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>{body}</e:Body></e:Envelope>")
}

type Chunks = futures_util::stream::Iter<std::vec::IntoIter<Result<Bytes, std::io::Error>>>;

/// Bytes in chunks of a size.
fn chunks(bytes: &[u8], size: usize) -> Chunks {
    let chunks: Vec<_> = bytes.chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    futures_util::stream::iter(chunks)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Reads an answer that is nothing but an envelope.
fn read(contract: &Contract, operation: &str, text: &str) -> Result<Answer<Chunks>, AnswerError> {
    let operation = contract.operation(operation).unwrap();
    block_on(contract.answer(operation, "text/xml; charset=utf-8", chunks(text.as_bytes(), 1000), AnswerLimits::default()))
}

/// The value of an answer that has to be one.
fn value(contract: &Contract, operation: &str, body: &str) -> Value {
    read(contract, operation, &envelope(body)).unwrap().outcome.unwrap()
}

/// What is inside of the body of a request.
fn body(request: &str) -> &str {
    let (_, rest) = request.split_once("<soapenv:Body>").unwrap();
    rest.split_once("</soapenv:Body>").unwrap().0
}
