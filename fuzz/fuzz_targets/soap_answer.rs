//! Any bytes are the envelope of an answer or have an error; what is read can be written down.
#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use libfuzzer_sys::fuzz_target;
use trackersync::formats::soap::{AnswerLimits, Contract, MOST_FINDINGS};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    Contract::read("kpm.wsdl", include_bytes!("../../src/standin/kpm/kpm.wsdl")).expect("our own contract can be read")
});

fuzz_target!(|bytes: &[u8]| {
    let operation = CONTRACT.operation("GetDocument").expect("our own contract has it");
    let whole = stream::iter([Ok::<_, std::io::Error>(Bytes::copy_from_slice(bytes))]);
    let read = CONTRACT.answer(operation, "text/xml", whole, AnswerLimits::default()).now_or_never();
    let Ok(answer) = read.expect("nothing is waited for") else { return };
    assert!(answer.deviations.len() <= MOST_FINDINGS);
    match answer.outcome {
        Ok(value) => assert!(!value.to_string().is_empty()),
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
