//! MSR-ISSUE, the XML dialect of Porsche's PFIFF: issues that a manufacturer and its suppliers exchange in files. It carries the name of an
//! ASAM standard, and none of the published schemas fits it.
//!
//! The [`Reader`] reads what the peer sends, one issue at a time, however many there are. What is wrong with one issue is told as
//! [`IssueError`], and the next one is still read; what is wrong with the document as a whole ends it ([`DocumentError`]). What can be read
//! but is not quite as it should be has a [`Note`]. An [`Answer`] is what we write.
//!
//! Nothing is resolved: a DTD is refused, entities are the five of XML, and the URL of a document is only text.
//!
//! ```
//! use trackersync::formats::msr_issue::{ReadOptions, Reader};
//!
//! let document = br#"<?xml version="1.0" encoding="utf-8"?>
//! <MSR-ISSUE><COMPANY-DATAS><COMPANY-DATA><LONG-NAME>Dr. Ing. h.c. F. Porsche AG</LONG-NAME><SHORT-NAME>PAG</SHORT-NAME>
//! </COMPANY-DATA></COMPANY-DATAS><ISSUES><ISSUE><LONG-NAME>Display flickers</LONG-NAME>
//! <ISSUE-DESC><P>Now and <B>then</B>.</P><P>R&amp;D saw it.</P></ISSUE-DESC>
//! <COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>4711001</ISSUE-ID>
//! </COMPANY-ISSUE-INFO></COMPANY-ISSUE-INFOS></ISSUE><ISSUE><LONG-NAME>No number</LONG-NAME></ISSUE></ISSUES></MSR-ISSUE>"#;
//!
//! let mut reader = Reader::new(&document[..], ReadOptions::default())?;
//! assert_eq!(reader.head().peer, "PAG");
//! let issue = reader.next_issue()?.unwrap()?;
//! assert_eq!(issue.number, "4711001");
//! assert_eq!(issue.attributes["problem_description"].to_string(), "Now and then.\nR&D saw it.");
//! let error = reader.next_issue()?.unwrap().unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     r#"the issue "No number" at line 6, column 52: it has no ISSUE-ID in a COMPANY-ISSUE-INFO of the company "PAG""#
//! );
//! assert!(reader.next_issue()?.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod date;
mod element;
mod encoding;
mod engineering;
mod error;
mod fields;
mod head;
mod issue;
mod limits;
mod note;
mod options;
mod pull;
mod reader;
mod rich_text;
mod source;
#[cfg(test)]
mod tests;
mod value;
mod write;
mod xml_out;

pub use self::{
    answer::{Annotation, Answer, Person, SupplierStatus, UnknownStatus},
    error::{DocumentError, DocumentProblem, IssueError, IssueProblem, Place},
    fields::{CONTROL_UNIT, FIELDS, Field, Origin, UNKNOWN_CATEGORY},
    head::{Company, Head, TeamMember},
    issue::{Document, Issue},
    limits::{DEEPEST, LONGEST_NUMBER, Limits, MOST_ATTRIBUTES, MOST_NOTES},
    note::Note,
    options::ReadOptions,
    reader::{IssueResult, Reader},
    value::{Attributes, Value},
    write::Written,
};
