//! Any bytes are EDIFACT or have an error with a place; what is read and written is read the same, and then written the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trackersync::formats::edifact::{EdifactError, Limits, Reader, Writer};

/// All components, and all of it written again.
fn read(bytes: &[u8]) -> Result<(Vec<Vec<u8>>, Vec<u8>), EdifactError> {
    let mut reader = Reader::new(bytes, Limits::default())?;
    let mut writer = if reader.has_una() { Writer::with_una(reader.separators()) } else { Writer::new(reader.separators()) };
    let mut components = Vec::new();
    while let Some(segment) = reader.next_segment()? {
        writer.copy(&segment).expect("the separators are the same");
        components.push(segment.tag().as_str().as_bytes().to_vec());
        for element in 1..=segment.elements() {
            for component in 1..=segment.components(element) {
                let component = segment.component(element, component);
                assert!(component.is_empty() || !component.text().value.is_empty());
                components.push(component.bytes().into_owned());
            }
        }
    }
    Ok((components, writer.into_bytes()))
}

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Ok((components, written)) => {
        assert_eq!(read(&written), Ok((components, written.clone())), "what was written");
    }
    Err(error) => assert!(error.place.offset <= bytes.len(), "{error}"),
});
