//! What the tables are made of: a package, and what has to become of it.

use crate::package::{Issue, Package, document};

/// A name and a content.
pub type File = (String, Vec<u8>);

/// Makes the files of a package.
type Make = dyn Fn(&Base) -> Vec<File>;

/// One package.
pub struct Row {
    pub name: &'static str,
    /// Its files.
    pub make: Box<Make>,
    pub outcome: Outcome,
    /// What is told of it. Each stands in the fault, or all of them in one finding; a package of which nothing is told has no finding.
    pub words: &'static [&'static str],
    /// Which of its issues are in Jira afterwards, from 0.
    pub issues: &'static [u32],
    /// The attachments of the first one.
    pub files: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Refused,
    Taken,
}

/// A package that is refused.
pub fn refused(name: &'static str, words: &'static [&'static str], make: impl Fn(&Base) -> Vec<File> + 'static) -> Row {
    Row { name, make: Box::new(make), outcome: Outcome::Refused, words, issues: &[], files: &[] }
}

/// A package whose first issue is taken in.
pub fn taken(name: &'static str, words: &'static [&'static str], make: impl Fn(&Base) -> Vec<File> + 'static) -> Row {
    Row { name, make: Box::new(make), outcome: Outcome::Taken, words, issues: &[0], files: &[] }
}

impl Row {
    pub fn with_issues(self, issues: &'static [u32]) -> Self {
        Self { issues, ..self }
    }

    pub fn with_files(self, files: &'static [&'static str]) -> Self {
        Self { files, ..self }
    }
}

/// What tells the package of one row from those of the others.
pub struct Base(pub u8);

impl Base {
    /// The number of an issue, from 0.
    pub fn number(&self, issue: u32) -> u32 {
        4_712_000 + u32::from(self.0) * 10 + issue
    }

    pub fn issue(&self, issue: u32) -> Issue {
        Issue::new(self.number(issue), &format!("issue {issue} of row {}", self.0))
    }

    /// An empty package.
    pub fn package(&self) -> Package {
        Package::at(i8::try_from(self.0 % 60).unwrap(), self.0)
    }

    /// A package of its first issue.
    pub fn good(&self) -> Package {
        self.package().with_issues(&[self.issue(0)])
    }

    /// The document of its first issue.
    pub fn good_document(&self) -> Vec<u8> {
        document(&[self.issue(0)])
    }

    /// A package with this archive.
    pub fn archive(&self, archive: Vec<u8>) -> Vec<File> {
        let mut files = self.good().files();
        files[1].1 = archive;
        files
    }

    /// A package with a document of three issues, of which the second has this for its description.
    pub fn three(&self, second: &str) -> Vec<u8> {
        let text = String::from_utf8(document(&[self.issue(0), self.issue(1), self.issue(2)])).unwrap();
        text.replace(&format!("What is wrong with {}.", self.number(1)), second).into_bytes()
    }

    /// A document of its first issue, with this in the issue.
    pub fn inside(&self, content: &str) -> Vec<u8> {
        let text = String::from_utf8(self.good_document()).unwrap();
        text.replace("</ISSUE>", &format!("{content}</ISSUE>")).into_bytes()
    }

    /// The files of a package with this document alone.
    pub fn one(&self, document: impl Into<Vec<u8>>) -> Vec<File> {
        self.package().with("D0.xml", document).files()
    }

    /// The files of a package with this document, and after it that of its first issue.
    pub fn beside_good(&self, document: impl Into<Vec<u8>>) -> Vec<File> {
        self.package().with("D0.xml", document).with("D1.xml", self.good_document()).files()
    }
}

/// Bytes in which something stands for something else, which was there.
pub fn swapped(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|part| part == from.as_bytes()).unwrap_or_else(|| panic!("no {from}"));
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}
