//! Packages: those of the samples, and those that a test makes.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use jiff::civil::{DateTime, date};
use trackersync::formats::{
    archive::ArchiveWriter,
    engdat::{Address, DataFile, Description, FileName, Partner, Reference},
};

/// The routes and companies of the samples.
pub const PEER_ROUTING: &str = "PAG-PFIFF-EXPORT";
pub const OWN_ROUTING: &str = "SUPPLIER-PFIFF";

/// The files of a sample, by name.
pub fn sample(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pfiff").join(name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A package that a test makes.
pub struct Package {
    reference: Reference,
    made: DateTime,
    archives: Vec<Vec<(String, Vec<u8>)>>,
}

impl Package {
    /// One of that second of a day, with one archive.
    pub fn at(second: i8, running: u8) -> Self {
        Self::coded(second, running, "PAG")
    }

    /// The same, with another end of its name.
    pub fn coded(second: i8, running: u8, code: &str) -> Self {
        let made = date(2026, 11, 20).at(12, 0, second, 0);
        let reference = Reference::compose(made, running, code).unwrap();
        Self { reference, made, archives: vec![Vec::new()] }
    }

    pub fn reference(&self) -> &str {
        self.reference.as_str()
    }

    /// Adds an entry to the last archive.
    pub fn with(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.archives.last_mut().unwrap().push((name.to_owned(), content.into()));
        self
    }

    /// Adds a document with these issues to the last archive, and their attachments, each of which says its name.
    pub fn with_issues(self, issues: &[Issue]) -> Self {
        let attachments = issues.iter().flat_map(|issue| issue.attachments.iter().map(move |name| (issue.number, name)));
        let with_document = self.with_document(issues);
        attachments.fold(with_document, |package, (number, name)| package.with(&format!("./{number}/{name}"), name.as_bytes()))
    }

    /// Adds a document with these issues to the last archive.
    pub fn with_document(self, issues: &[Issue]) -> Self {
        let number = self.archives.last().unwrap().len();
        self.with(&format!("D{number}.xml"), document(issues))
    }

    /// Begins another archive.
    pub fn and_another(mut self) -> Self {
        self.archives.push(Vec::new());
        self
    }

    /// Its files: name and content, the description first.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let total = u16::try_from(self.archives.len() + 1).unwrap();
        let name = |sequence| FileName::new(self.reference.clone(), total, sequence).unwrap().to_string();
        let data = (2..=total).map(|sequence| DataFile {
            sequence,
            name: format!("{sequence:03}.zip"),
            format_code: "NAT".to_owned(),
            format: "PKZIP-Archive".to_owned(),
            data_code: "OTH".to_owned(),
            data: "Other".to_owned(),
            status_code: "INF".to_owned(),
            ..DataFile::default()
        });
        let partner = |code: &str, routing: &str, name: &str| Partner {
            code: code.to_owned(),
            address: Address { name: name.to_owned(), ..Address::default() },
            country: "DE".to_owned(),
            routing: routing.to_owned(),
            technical_address: Address { name: name.to_owned(), ..Address::default() },
            technical_country: "DE".to_owned(),
            ..Partner::default()
        };
        let description = Description::new(
            &self.reference,
            self.made,
            partner("O0013009999PEER", PEER_ROUTING, "Beispiel Sportwagen AG"),
            partner("O0013008888SUPP", OWN_ROUTING, "Zulieferer GmbH"),
            data.collect(),
        );
        let mut files = vec![(name(1), description.write().unwrap())];
        for (entries, sequence) in self.archives.iter().zip(2..) {
            let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()), self.made).unwrap();
            for (entry, content) in entries {
                writer.add(entry, &mut content.as_slice()).unwrap();
            }
            files.push((name(sequence), writer.finish().unwrap().into_inner()));
        }
        files
    }
}

/// An issue as a document tells it.
#[derive(Clone)]
pub struct Issue {
    pub number: u32,
    pub title: String,
    pub state: &'static str,
    /// Names of attachments, each in a folder of the issue's number.
    pub attachments: Vec<String>,
}

impl Issue {
    pub fn new(number: u32, title: &str) -> Self {
        Self { number, title: title.to_owned(), state: "NEW", attachments: Vec::new() }
    }

    pub fn state(self, state: &'static str) -> Self {
        Self { state, ..self }
    }

    pub fn attaching(mut self, name: &str) -> Self {
        self.attachments.push(name.to_owned());
        self
    }
}

/// A document as the other side writes them.
pub fn document(issues: &[Issue]) -> Vec<u8> {
    let issues: String = issues.iter().map(issue_element).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<MSR-ISSUE><COMPANY-DATAS>\
         <COMPANY-DATA><LONG-NAME>Dr. Ing. h.c. F. Porsche AG</LONG-NAME><SHORT-NAME>PAG</SHORT-NAME></COMPANY-DATA>\
         <COMPANY-DATA><LONG-NAME>TestPrj Zulieferer</LONG-NAME><SHORT-NAME>TPZ</SHORT-NAME></COMPANY-DATA>\
         </COMPANY-DATAS><ISSUES>{issues}</ISSUES></MSR-ISSUE>"
    )
    .into_bytes()
}

fn issue_element(issue: &Issue) -> String {
    let Issue { number, title, state, attachments } = issue;
    let documents: String = attachments
        .iter()
        .map(|name| {
            format!(
                "<ISSUE-RELATED-DOCUMENT><XDOC><LONG-NAME-1>{name}</LONG-NAME-1><URL>./{number}/{name}</URL></XDOC>\
                 </ISSUE-RELATED-DOCUMENT>"
            )
        })
        .collect();
    format!(
        "<ISSUE><LONG-NAME>{title}</LONG-NAME><SHORT-NAME>{number}</SHORT-NAME><CATEGORY>FUNCTION</CATEGORY>\
         <ISSUE-DESC><P>What is wrong with {number}.</P></ISSUE-DESC>\
         <COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>{number}</ISSUE-ID>\
         </COMPANY-ISSUE-INFO></COMPANY-ISSUE-INFOS>\
         <ISSUE-PROPERTIES><ISSUE-CURRENT-STATE><ISSUE-STATE>{state}</ISSUE-STATE></ISSUE-CURRENT-STATE>\
         <ISSUE-PRIORITY>HIGH</ISSUE-PRIORITY></ISSUE-PROPERTIES>\
         <ISSUE-RELATED-DOCUMENTS>{documents}</ISSUE-RELATED-DOCUMENTS></ISSUE>"
    )
}
