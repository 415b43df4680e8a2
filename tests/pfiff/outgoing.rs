//! What went out, read as the other side reads it.

use std::{collections::BTreeMap, io::Read, path::Path, process::Command};

use roxmltree::Node;
use trackersync::formats::{
    archive::{Archive, Limits},
    engdat::{Description, FileName, Mode},
    msr_issue::{ReadOptions, Reader},
};

use crate::{
    package::{OWN_ROUTING, PEER_ROUTING},
    site::Site,
};

/// A package of ours.
#[derive(Debug)]
pub struct Sent {
    pub reference: String,
    pub answers: Vec<Answer>,
}

/// What one document of a package says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The number of the other side.
    pub number: String,
    /// The key of ours.
    pub key: String,
    pub state: String,
    pub transaction: String,
    pub comments: Option<String>,
    /// As `CATEGORY label`.
    pub milestones: Vec<String>,
    pub annotations: Vec<String>,
    /// Names and contents of the new attachments.
    pub attachments: BTreeMap<String, Vec<u8>>,
    /// What is echoed: the parts of the issue by their names, and the objects as `CATEGORY label revision`.
    pub echo: BTreeMap<&'static str, String>,
    pub objects: Vec<String>,
}

impl Site {
    /// All packages in the outbox, oldest first. Each has to be as the standard says. One whose description has not come yet, which is
    /// the last of its files, is on its way.
    pub fn sent(&self) -> Vec<Sent> {
        let mut packages: BTreeMap<String, Vec<FileName>> = BTreeMap::new();
        for name in self.names_in("outbox") {
            let name = FileName::parse(&name).unwrap();
            packages.entry(name.reference().as_str().to_owned()).or_default().push(name);
        }
        packages.retain(|_, files| files.iter().any(FileName::is_description));
        packages.into_iter().map(|(reference, files)| self.read_sent(reference, &files)).collect()
    }

    /// All answers in the outbox, oldest first.
    pub fn answers(&self) -> Vec<Answer> {
        self.sent().into_iter().flat_map(|sent| sent.answers).collect()
    }

    /// The answers of one package.
    pub fn answers_of(&self, reference: &str) -> Vec<Answer> {
        self.sent().into_iter().find(|sent| sent.reference == reference).unwrap().answers
    }

    fn read_sent(&self, reference: String, files: &[FileName]) -> Sent {
        let told: Vec<(u16, u16)> = files.iter().map(|file| (file.total(), file.sequence())).collect();
        assert_eq!(told, [(2, 1), (2, 2)], "{reference}");
        let content = |file: &FileName| std::fs::read(self.folder("outbox").join(file.to_string())).unwrap();
        check_description(&content(&files[0]), &reference);
        Sent { answers: read_archive(content(&files[1]), &reference), reference }
    }
}

/// All descriptions of an outbox pass `trackersync engdat check --strict`; how many there are.
pub fn check_with_the_command(outbox: &Path) -> usize {
    let names = std::fs::read_dir(outbox).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let descriptions: Vec<String> = names.filter(|name| FileName::parse(name).unwrap().is_description()).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.current_dir(outbox).args(["--json", "engdat", "check", "--strict"]).args(&descriptions);
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let findings: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["findings"].clone()).collect();
    assert_eq!(findings, vec![serde_json::json!([]); descriptions.len()], "{told}");
    descriptions.len()
}

fn check_description(bytes: &[u8], reference: &str) {
    let read = Description::read(bytes, Mode::Strict).unwrap();
    assert_eq!(read.findings.to_string(), "");
    assert_eq!(read.description.document.number, reference);
    read.description.check_route(OWN_ROUTING, PEER_ROUTING).unwrap();
    assert_eq!(read.description.sequences().collect::<Vec<_>>(), [2]);
    assert_eq!(read.description.write().unwrap(), bytes, "written again, it is the same");
}

fn read_archive(bytes: Vec<u8>, reference: &str) -> Vec<Answer> {
    let mut archive = Archive::open(std::io::Cursor::new(bytes), &Limits::default()).unwrap();
    let mut entries = BTreeMap::new();
    for (index, name) in archive.entries().iter().map(|entry| (entry.index, entry.name.clone())).collect::<Vec<_>>() {
        let mut content = Vec::new();
        archive.read(index).unwrap().read_to_end(&mut content).unwrap();
        assert!(entries.insert(name, content).is_none());
    }
    let documents: Vec<String> = archive.documents().map(|entry| entry.name.clone()).collect();
    let answers: Vec<Answer> = documents.iter().map(|name| read_answer(name, &mut entries, reference)).collect();
    assert!(entries.is_empty(), "no document tells of {:?}", entries.keys());
    answers
}

/// Reads a document, and takes it and what it names out of the entries.
fn read_answer(name: &str, entries: &mut BTreeMap<String, Vec<u8>>, reference: &str) -> Answer {
    let bytes = entries.remove(name).unwrap();
    let options = ReadOptions {
        peer_company: "TestPrj Zulieferer".to_owned(),
        peer_company_short: "TPZ".to_owned(),
        own_company_short: Some("PAG".to_owned()),
        ..ReadOptions::default()
    };
    let mut reader = Reader::new(bytes.as_slice(), options).unwrap();
    assert_eq!(format!("{:?}", reader.head().notes), "[]");
    let issue = reader.next_issue().unwrap().unwrap().unwrap();
    assert!(reader.next_issue().unwrap().is_none(), "one issue in a document");
    assert_eq!(name, format!("{}.xml", issue.number));

    let text = String::from_utf8(bytes).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root();
    let attachments = all(root, "XDOC").into_iter().map(|xdoc| {
        let name = text_of(xdoc, "LONG-NAME").unwrap();
        let url = text_of(xdoc, "URL").unwrap();
        assert_eq!(url, format!("./{}/{name}", issue.number));
        (name, entries.remove(&url[2..]).unwrap_or_else(|| panic!("{url} is not in the package")))
    });
    let solutions = all(root, "ISSUE-SOLUTION");
    assert!(solutions.iter().all(|solution| text_of(*solution, "CATEGORY").as_deref() == Some("ANALYSIS")));
    let told = ["LONG-NAME", "CATEGORY", "ISSUE-DESC", "ISSUE-PRIORITY", "REPRODUCIBILITY"];
    let element = all(root, "ISSUE")[0];
    let transaction = text_of(all(root, "COMPANY-ISSUE-INFO")[0], "TRANSACTION-ID").unwrap();
    assert_eq!(transaction, format!("{reference}-{}", issue.number));
    Answer {
        number: issue.supplier_number.unwrap(),
        key: issue.number.clone(),
        state: text_of(element, "ISSUE-STATE").unwrap(),
        transaction,
        comments: solutions.first().map(|solution| paragraphs(*solution, "ISSUE-SOLUTION-DESC")),
        milestones: all(root, "DELIVERY-MILESTONE")
            .into_iter()
            .map(|milestone| {
                assert_eq!(text_of(milestone, "COMPANY-DATA-REF").as_deref(), Some("TPZ"));
                format!("{} {}", text_of(milestone, "CATEGORY").unwrap(), text_of(milestone, "SHORT-LABEL").unwrap())
            })
            .collect(),
        annotations: all(root, "ANNOTATION").into_iter().map(|note| paragraphs(note, "ANNOTATION-TEXT")).collect(),
        attachments: attachments.collect(),
        echo: told
            .into_iter()
            .map(|name| (name, if name == "ISSUE-DESC" { paragraphs(element, name) } else { text_of(element, name).unwrap() }))
            .collect(),
        objects: objects(root),
    }
}

fn objects(root: Node<'_, '_>) -> Vec<String> {
    let mut objects: Vec<String> = all(root, "ENGINEERING-OBJECT")
        .into_iter()
        .map(|object| {
            let parts = ["CATEGORY", "SHORT-LABEL", "REVISION-LABEL"].map(|name| text_of(object, name));
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        })
        .collect();
    objects.sort();
    objects
}

fn all<'a>(node: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
    node.descendants().filter(|node| node.has_tag_name(name)).collect()
}

/// The text of the first element of a name.
fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    let found = node.descendants().find(|node| node.has_tag_name(name))?;
    Some(found.text().unwrap_or_default().to_owned())
}

/// The paragraphs of the first element of a name, one a line.
fn paragraphs(node: Node<'_, '_>, name: &str) -> String {
    let Some(found) = node.descendants().find(|node| node.has_tag_name(name)) else { return String::new() };
    all_texts(found).join("\n")
}

fn all_texts(node: Node<'_, '_>) -> Vec<String> {
    let paragraphs = node.children().filter(|node| node.has_tag_name("P"));
    paragraphs.map(|paragraph| paragraph.text().unwrap_or_default().to_owned()).collect()
}
