//! The other side of PFIFF in the demo: makes packages, and reads those that we answer with, as its OFTP server would bring them.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
    path::PathBuf,
    sync::Mutex,
};

use jiff::civil::date;

use crate::formats::{
    archive::{Archive, ArchiveWriter, Limits},
    engdat::{DataFile, Description, FileName, Mode, Partner, Reference},
};

/// Folders of the OFTP server, beside the data of the demo.
pub(super) const FOLDERS: [&str; 3] = ["inbox", "outbox", "staging"];
/// The routing codes of both sides.
const PARTNER: &str = "OEM-PFIFF";
const OURS: &str = "SUPPLIER-PFIFF";

/// What the other side of PFIFF knows.
pub(super) struct PfiffPartner {
    folder: PathBuf,
    received: Mutex<BTreeMap<String, Answer>>,
}

/// A package of ours that it received.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The text of the first document.
    pub(super) document: String,
    /// Its other entries.
    pub(super) files: Vec<String>,
    /// Whether its description is as the standard says.
    pub(super) is_strict: bool,
}

impl PfiffPartner {
    /// That which meets us in these folders.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, received: Mutex::default() }
    }

    /// Sends a package with one document and one attachment. `ending`: what the OFTP server adds to the names of files.
    pub(super) fn send(&self, second: i8, document: &str, attachment: Option<(&str, &[u8])>, ending: &str) -> Option<String> {
        let made = date(2026, 11, 20).at(10, 0, second, 0);
        let reference = Reference::compose(made, 0, "OEM").ok()?;
        let mut archive = ArchiveWriter::new(Cursor::new(Vec::new()), made).ok()?;
        archive.add("./A.xml", &mut document.as_bytes()).ok()?;
        if let Some((name, bytes)) = attachment {
            archive.add(name, &mut &*bytes).ok()?;
        }
        let archive = archive.finish().ok()?.into_inner();
        let data = DataFile {
            sequence: 2,
            name: "002.zip".to_owned(),
            format_code: "NAT".to_owned(),
            format: "PKZIP-Archive".to_owned(),
            data_code: "OTH".to_owned(),
            data: "Other".to_owned(),
            status_code: "INF".to_owned(),
            ..DataFile::default()
        };
        let description = Description::new(&reference, made, end(PARTNER), end(OURS), vec![data]).write().ok()?;
        for (sequence, content) in [(2, archive), (1, description)] {
            let name = FileName::new(reference.clone(), 2, sequence).ok()?;
            std::fs::write(self.folder.join("inbox").join(format!("{name}{ending}")), content).ok()?;
        }
        Some(FileName::new(reference, 2, 1).ok()?.to_string())
    }

    /// All packages that it received, the oldest first. What is in the outbox is taken from there.
    pub(super) fn received(&self) -> Vec<Answer> {
        let mut received = self.received.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (reference, answer) in self.collect().unwrap_or_default() {
            received.insert(reference, answer);
        }
        received.values().cloned().collect()
    }

    fn collect(&self) -> std::io::Result<Vec<(String, Answer)>> {
        let outbox = self.folder.join("outbox");
        let mut collected = Vec::new();
        for entry in std::fs::read_dir(&outbox)? {
            let Ok(name) = FileName::parse(&entry?.file_name().to_string_lossy()) else { continue };
            let data = FileName::new(name.reference().clone(), 2, 2).map(|data| outbox.join(data.to_string()));
            if let (true, Ok(data)) = (name.is_description(), data) {
                let description = outbox.join(name.to_string());
                let answer = read(&std::fs::read(&description)?, std::fs::read(&data)?);
                collected.extend(answer.map(|answer| (name.reference().to_string(), answer)));
                std::fs::remove_file(description)?;
                std::fs::remove_file(data)?;
            }
        }
        Ok(collected)
    }
}

fn read(description: &[u8], data: Vec<u8>) -> Option<Answer> {
    let is_strict = Description::read(description, Mode::Strict).is_ok();
    let mut archive = Archive::open(Cursor::new(data), &Limits::default()).ok()?;
    let documents: Vec<usize> = archive.documents().map(|entry| entry.index).collect();
    let files = archive.entries().iter().filter(|entry| !entry.is_document()).map(|entry| entry.name.clone()).collect();
    let mut document = String::new();
    archive.read(*documents.first()?).ok()?.read_to_string(&mut document).ok()?;
    Some(Answer { document, files, is_strict })
}

fn end(routing: &str) -> Partner {
    Partner {
        code: format!("O0013{routing}"),
        country: "DE".to_owned(),
        routing: routing.to_owned(),
        technical_country: "DE".to_owned(),
        ..Partner::default()
    }
}

/// A document that tells of one issue, with an attachment or without.
pub(super) fn document(number: u32, title: &str, state: &str, attachment: Option<&str>) -> String {
    let named = attachment.map_or_else(String::new, |name| {
        format!("<ISSUE-RELATED-DOCUMENT><XDOC><LONG-NAME-1>{name}</LONG-NAME-1><URL>./{number}/{name}</URL></XDOC></ISSUE-RELATED-DOCUMENT>")
    });
    format!(
        "<MSR-ISSUE><COMPANY-DATAS><COMPANY-DATA><LONG-NAME>Porsche AG</LONG-NAME><SHORT-NAME>PAG</SHORT-NAME></COMPANY-DATA>\
         </COMPANY-DATAS><ISSUES><ISSUE><LONG-NAME>{title}</LONG-NAME><CATEGORY>FUNCTION</CATEGORY>\
         <ISSUE-DESC><P>After terminal 15 is on.</P><P>Expected: a calm picture.</P></ISSUE-DESC>\
         <COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF><ISSUE-ID>{number}</ISSUE-ID>\
         </COMPANY-ISSUE-INFO></COMPANY-ISSUE-INFOS><ISSUE-PROPERTIES><ISSUE-CURRENT-STATE><ISSUE-STATE>{state}</ISSUE-STATE>\
         </ISSUE-CURRENT-STATE><ISSUE-PRIORITY>TOP</ISSUE-PRIORITY></ISSUE-PROPERTIES>\
         <ISSUE-RELATED-DOCUMENTS>{named}</ISSUE-RELATED-DOCUMENTS></ISSUE></ISSUES></MSR-ISSUE>"
    )
}
