//! What we answered, read as the other side would: strictly, and every entry to its end.

use std::io::{Cursor, Read};

use roxmltree::{Document, Node};
use sha2::{Digest, Sha256};
use trackersync::formats::{
    archive::{Archive, Limits},
    engdat::{Description, Mode},
};

use super::package::{OWN_ROUTING, PEER_ROUTING};

/// What a package says of one issue.
#[derive(Debug)]
pub struct Answer {
    /// The number of the other side.
    pub number: u32,
    /// The key of our issue.
    pub key: String,
    /// `supplier_status`.
    pub state: String,
    /// The texts of all annotations, in order.
    pub annotations: Vec<String>,
    /// The attachments that came with it: name and digest.
    pub files: Vec<(String, String)>,
}

/// Reads a description; what is wrong with it, in words.
pub fn check_description(reference: &str, bytes: &[u8]) -> Result<(), String> {
    let read = Description::read(bytes, Mode::Strict).map_err(|error| error.to_string())?.description;
    read.check_route(OWN_ROUTING, PEER_ROUTING).map_err(|error| error.to_string())?;
    if read.document.number != reference || read.sequences().ne([2]) {
        return Err(format!("it is of {:?}, with the files {:?}", read.document.number, read.sequences().collect::<Vec<_>>()));
    }
    Ok(())
}

/// Reads an archive whole; what is wrong with it, in words.
pub fn read_archive(bytes: &[u8]) -> Result<Vec<Answer>, String> {
    let mut archive = Archive::open(Cursor::new(bytes), &Limits::default()).map_err(|error| error.to_string())?;
    let entries: Vec<(usize, String, bool)> =
        archive.entries().iter().map(|entry| (entry.index, entry.name.clone(), entry.is_document())).collect();
    let (mut answers, mut files) = (Vec::new(), Vec::new());
    for (index, name, is_document) in entries {
        let mut content = Vec::new();
        let wrong = |error: &dyn ToString| format!("{name}: {}", error.to_string());
        let mut entry = archive.read(index).map_err(|error| wrong(&error))?;
        entry.read_to_end(&mut content).map_err(|error| wrong(&error))?;
        let name = name.trim_start_matches("./").to_owned();
        if is_document {
            let text = String::from_utf8(content).map_err(|error| error.to_string())?;
            answers.push(read_document(&text).map_err(|error| format!("{name}: {error}"))?);
        } else {
            let (key, file) = name.split_once('/').ok_or(format!("{name} is in no folder"))?;
            files.push((key.to_owned(), (file.to_owned(), hex::encode(Sha256::digest(&content)))));
        }
    }
    for (key, file) in files {
        let of = answers.iter_mut().find(|answer| answer.key == key);
        of.ok_or(format!("{file:?} is of no issue"))?.files.push(file);
    }
    Ok(answers)
}

fn read_document(text: &str) -> Result<Answer, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let all = |of: Node<'_, '_>, name: &str| {
        let found = of.descendants().filter(|node| node.has_tag_name(name));
        found.map(text_of).collect::<Vec<String>>()
    };
    let root = document.root();
    let ids = all(root, "ISSUE-ID");
    let [key, number] = &ids[..] else { return Err(format!("its numbers are {ids:?}")) };
    let states = all(root, "ISSUE-STATE");
    let [state] = &states[..] else { return Err(format!("its states are {states:?}")) };
    Ok(Answer {
        number: number.parse().map_err(|_| format!("the number {number}"))?,
        key: key.clone(),
        state: state.clone(),
        annotations: all(root, "ANNOTATION-TEXT"),
        files: Vec::new(),
    })
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect::<String>().trim().to_owned()
}
