//! Any text is the name of a file of a package or is none; what is one is written as it was read, and is complete when all are there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trackersync::formats::engdat::{FileName, Parts, Reference};

fuzz_target!(|text: &str| {
    let _ = Reference::parse(text).map(|reference| assert_eq!(reference.as_str(), text));
    match FileName::parse(text) {
        Ok(name) => {
            assert!(text.starts_with(&name.to_string()));
            assert_eq!(FileName::parse(&name.to_string()).as_ref(), Ok(&name));
            let _ = name.reference().time();
            let missing = Parts::of(name.clone()).missing();
            assert_eq!(missing.len() + 1, usize::from(name.total()));
            assert!(!missing.contains(&name.sequence()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
