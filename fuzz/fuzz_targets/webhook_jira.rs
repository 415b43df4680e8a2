//! Any body and any query of a Jira webhook are answered, and no id that could leave its URL is taken out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trackersync::intake::decode::{Decoded, jira};

fuzz_target!(|body: &[u8]| {
    // The same bytes once as the body, and once as the query of the URL.
    let decoded = [jira::decode(body, ""), jira::decode(b"", &String::from_utf8_lossy(body))];
    for changes in decoded.into_iter().filter_map(Result::ok) {
        let Decoded::Changes(changes) = changes else { continue };
        assert!(!changes.is_empty());
        for change in changes {
            let id = change.issue.as_str();
            assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        }
    }
});
