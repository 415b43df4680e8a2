//! Any bytes are read to the end or to an error with a place in them, and what is an issue can be answered; what is read of an
//! answer is answered the same.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use trackersync::formats::msr_issue::{Answer, Company, Issue, ReadOptions, Reader, SupplierStatus};

fn answer(issue: Issue) -> Answer {
    Answer {
        reference: "26112112000000TPZ".to_owned(),
        made: date(2026, 11, 21).at(12, 0, 0, 0),
        peer: Company { long_name: "Porsche AG".to_owned(), short_name: "PAG".to_owned() },
        own: Company { long_name: "Us".to_owned(), short_name: "TPZ".to_owned() },
        key: "KAN-7".to_owned(),
        problem_number: issue.number,
        assignee: None,
        attributes: issue.attributes,
        supplier_status: SupplierStatus::Received,
        resolve_until_release: String::new(),
        resolved_in_release: String::new(),
        supplier_comments: String::new(),
        documents: Vec::new(),
        annotations: Vec::new(),
    }
}

/// The issue of an answer.
fn read_answer(answer: Answer) -> Issue {
    let bytes = answer.write().bytes;
    let mut reader = Reader::new(&bytes[..], ReadOptions::default()).expect("an answer is a document");
    let issue = reader.next_issue().expect("it is well-formed").expect("it has an issue");
    issue.expect("the issue has its number")
}

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
    let reader = Reader::new(bytes, ReadOptions::default());
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => return assert!(error.place.line <= lines, "{error}"),
    };
    loop {
        match reader.next_issue() {
            Ok(Some(Ok(issue))) => {
                let second = read_answer(answer(issue));
                let third = read_answer(answer(second.clone()));
                assert_eq!(answer(third).write(), answer(second).write(), "the answer to what was read of an answer");
            }
            Ok(Some(Err(error))) => assert!(error.begins <= error.place && error.place.line <= lines, "{error}"),
            Ok(None) => return,
            Err(error) => return assert!(error.place.line <= lines, "{error}"),
        }
    }
});
