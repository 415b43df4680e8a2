//! Any body of a Standard Webhooks event is answered, and no id that could leave its URL is taken out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trackersync::intake::decode::{Decoded, standard};

fuzz_target!(|body: &[u8]| {
    if let Ok(Decoded::Changes(changes)) = standard::decode(body) {
        assert_eq!(changes.len(), 1);
        let id = changes[0].issue.as_str();
        assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    }
});
