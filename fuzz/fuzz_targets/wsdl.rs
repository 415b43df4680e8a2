//! Any bytes are a WSDL or have an error that says why not; from what is read, a request is built or refused with findings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use trackersync::formats::soap::Contract;

fuzz_target!(|bytes: &[u8]| {
    match Contract::read("fuzz.wsdl", bytes) {
        Ok(contract) => {
            for operation in contract.operations() {
                if let Err(refused) = contract.request(operation, &json!({ "a": "b", "@c": null, "#text": [1] }), &[]) {
                    assert!(!refused.findings.is_empty(), "refused without a reason");
                }
            }
        }
        Err(error) => assert!(!error.message.is_empty(), "refused without a reason"),
    }
});
