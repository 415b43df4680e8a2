//! Any body of a Jira webhook is answered, and no id that could leave its URL is taken out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trackersync::intake::decode::{Decoded, jira};

fuzz_target!(|body: &[u8]| {
    if let Ok(Decoded::Changes(changes)) = jira::decode(body) {
        assert!(!changes.is_empty());
        for change in changes {
            let id = change.issue.as_str();
            assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        }
    }
});
