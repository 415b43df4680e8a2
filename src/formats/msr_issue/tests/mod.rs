//! Tests of reading and writing.

mod answers;
mod hostile;
mod oddities;
mod properties;
mod samples;
mod tables;

use std::io::Read;

use super::*;

/// The archives of two packages: 1-good has two documents, 2-two-zips has one in each of two archives.
const ARCHIVES: [&[u8]; 3] = [
    include_bytes!("../../../../tests/data/pfiff/1-good/ENG26112010000000PAG002002"),
    include_bytes!("../../../../tests/data/pfiff/2-two-zips/ENG26112011000001PAG003002"),
    include_bytes!("../../../../tests/data/pfiff/2-two-zips/ENG26112011000001PAG003003"),
];

/// A document out of an archive.
fn sample(archive: &[u8], name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut bytes = Vec::new();
    archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// What a document came to: its issues, and how it ended.
type Everything = (Vec<IssueResult>, Result<(), DocumentError>);

fn read_with(bytes: &[u8], options: ReadOptions) -> Everything {
    let mut reader = match Reader::new(bytes, options) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Err(error)),
    };
    let mut issues = Vec::new();
    loop {
        match reader.next_issue() {
            Ok(Some(issue)) => issues.push(issue),
            Ok(None) => return (issues, Ok(())),
            Err(error) => return (issues, Err(error)),
        }
    }
}

fn read(bytes: &[u8]) -> Everything {
    read_with(bytes, ReadOptions::default())
}

/// A document whose head tells the peer, with these issues in it.
fn document(issues: &str) -> String {
    format!(
        "<MSR-ISSUE><COMPANY-DATAS><COMPANY-DATA><LONG-NAME>Dr. Ing. h.c. F. Porsche AG</LONG-NAME><SHORT-NAME>PAG</SHORT-NAME>\
         <TEAM-MEMBERS><TEAM-MEMBER ID=\"TM1\"><LONG-NAME>Petra Prüfer</LONG-NAME><PHONE>1</PHONE><EMAIL>p@x</EMAIL></TEAM-MEMBER>\
         </TEAM-MEMBERS></COMPANY-DATA></COMPANY-DATAS>\n<ISSUES>\n{issues}</ISSUES></MSR-ISSUE>"
    )
}

/// An issue with this number and content.
fn issue(number: &str, content: &str) -> String {
    format!(
        "<ISSUE><LONG-NAME>Title {number}</LONG-NAME>{content}<COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO>\
         <COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>{number}</ISSUE-ID></COMPANY-ISSUE-INFO></COMPANY-ISSUE-INFOS></ISSUE>\n"
    )
}

/// The one issue of a document that is fine.
fn only(document: &str) -> Issue {
    let (mut issues, end) = read(document.as_bytes());
    end.unwrap();
    assert_eq!(issues.len(), 1);
    issues.remove(0).unwrap()
}

/// The issue with this content.
fn only_with(content: &str) -> Issue {
    only(&document(&issue("1", content)))
}

/// An attribute as one text; empty if there is none.
fn shown(issue: &Issue, name: &str) -> String {
    issue.attributes.get(name).map(ToString::to_string).unwrap_or_default()
}

/// The notes, without their places.
fn messages(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.message.as_str()).collect()
}

/// The numbers of what was read, and `!` for what was not.
fn numbers(issues: &[IssueResult]) -> String {
    let number = |issue: &IssueResult| issue.as_ref().map_or("!".to_owned(), |issue| issue.number.clone());
    issues.iter().map(number).collect::<Vec<_>>().join(" ")
}
