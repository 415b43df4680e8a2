//! Unpacking an archive of a package: its documents are read, and the attachments that they name are stored. What is wrong with one
//! issue or one attachment leaves the others alone.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::{Pfiff, findings::Findings};
use crate::{
    formats::{
        archive::{Archive, ArchiveError, EntryUrl, Limits},
        msr_issue::{self, ReadOptions, Reader},
    },
    ids::IssueId,
    sync::{
        fault::Fault,
        file_name::as_kept,
        issue::Attributes,
        ports::{ArrivedIssue, MirroredFile},
    },
};

/// What the issues of one package come to at most, in bytes: all of them are in memory at once. The exports that we know have some ten
/// thousand bytes for an issue.
const MOST_HELD: usize = 64 << 20;
/// What a text costs beside its bytes.
const OVERHEAD: usize = 100;
/// The attachments of one issue that are looked at; each becomes a row, whether it came or not.
const MOST_ATTACHMENTS: usize = 1_000;

/// What an archive told.
#[derive(Debug, Default)]
pub(super) struct Unpacked {
    pub issues: Vec<ArrivedIssue>,
    /// What was found wrong.
    pub findings: Findings,
    /// What the issues of this archive and of those before it come to, in bytes.
    pub held: usize,
}

/// An attachment that was stored.
#[derive(Clone)]
struct Stored {
    digest: String,
    size: u64,
    key: String,
}

/// Unpacks an archive. `held` is what the issues of earlier archives of the package come to. The inner error is about the archive as a whole.
pub(super) async fn unpack(
    pfiff: &Pfiff,
    file: &Path,
    sequence: u16,
    work: &Path,
    held: usize,
) -> Result<Result<Unpacked, ArchiveError>, Fault> {
    let options = ReadOptions {
        peer_company: pfiff.config.peer_company.clone(),
        peer_company_short: pfiff.config.peer_company_short.clone(),
        own_company_short: Some(pfiff.config.company_short.clone()),
        ..ReadOptions::default()
    };
    let path = file.to_owned();
    let read = blocking(move || Ok(read_documents(&path, sequence, &options, held))).await?;
    let (mut archive, documents) = match read {
        Ok(read) => read,
        Err(ArchiveError::Io(error)) => return Err(unreadable(file, &error)),
        Err(error) => return Ok(Err(error)),
    };
    let mut unpacked = Unpacked { issues: Vec::new(), findings: documents.findings, held: documents.held };
    let mut stored: HashMap<usize, Result<Stored, String>> = HashMap::new();
    for issue in documents.issues {
        let mut files = Vec::new();
        if issue.documents.len() > MOST_ATTACHMENTS {
            let message = format!("issue {}: all but its first {MOST_ATTACHMENTS} attachments", issue.number);
            unpacked.findings.add_left_out(&message);
        }
        for document in issue.documents.iter().take(MOST_ATTACHMENTS) {
            let told = |why: &str| format!("issue {}: the attachment {:?}: {why}", issue.number, as_kept(&document.name));
            match entry_of(&archive, &document.url) {
                // The other side sends only what is new.
                Ok(None) => files.push(named_only(&document.name)),
                Err(why) => unpacked.findings.add_left_out(&told(&why)),
                Ok(Some(index)) => {
                    if let std::collections::hash_map::Entry::Vacant(vacant) = stored.entry(index) {
                        let (returned, outcome) = store(pfiff, archive, index, work).await?;
                        archive = returned;
                        vacant.insert(outcome);
                    }
                    match stored.get(&index) {
                        Some(Ok(stored)) => files.push(arrived(&document.name, stored)),
                        Some(Err(why)) => unpacked.findings.add_left_out(&told(why)),
                        None => {}
                    }
                }
            }
        }
        unpacked.issues.push(ArrivedIssue {
            attributes: attributes(&issue.attributes),
            issue: IssueId::new(issue.number),
            files,
        });
    }
    Ok(Ok(unpacked))
}

/// All issues of all documents of an archive.
#[derive(Default)]
struct Documents {
    issues: Vec<msr_issue::Issue>,
    findings: Findings,
    held: usize,
}

/// An archive and what its documents tell.
type Opened = (Archive<File>, Documents);

fn read_documents(file: &Path, sequence: u16, options: &ReadOptions, held: usize) -> Result<Opened, ArchiveError> {
    let mut archive = Archive::open(File::open(file).map_err(ArchiveError::Io)?, &Limits::default())?;
    let mut documents = Documents { held, ..Documents::default() };
    let names: Vec<(usize, String)> =
        archive.documents().map(|entry| (entry.index, format!("{sequence:03}: {}", entry.name))).collect();
    for entry in archive.entries().iter().filter(|entry| !entry.is_document()) {
        if let Some(refusal) = &entry.refusal {
            documents.findings.add_left_out(&format!("{sequence:03}: {:?}: {refusal}", entry.name));
        }
    }
    if names.is_empty() {
        documents.findings.add_left_out(&format!("{sequence:03}: there is no document in it: no *.xml lies at its root"));
    }
    for (index, name) in names {
        if let Err(damage) = check(&mut archive, index) {
            documents.findings.add_left_out(&format!("{name}: {damage}"));
            continue;
        }
        match archive.read(index) {
            Ok(entry) => read_document(BufReader::new(entry), &name, options, &mut documents),
            Err(error) => documents.findings.add_left_out(&format!("{name}: {error}")),
        }
    }
    Ok((archive, documents))
}

/// Unpacks an entry once for its checksum, which comes at the end: nothing that a damaged document tells can be trusted.
fn check(archive: &mut Archive<File>, index: usize) -> Result<(), String> {
    let mut entry = archive.read(index).map_err(|error| error.to_string())?;
    std::io::copy(&mut entry, &mut std::io::sink()).map_err(|error| error.to_string())?;
    Ok(())
}

/// Reads a document as far as it can be read.
fn read_document(source: impl std::io::BufRead, name: &str, options: &ReadOptions, documents: &mut Documents) {
    let mut reader = match Reader::new(source, options.clone()) {
        Ok(reader) => reader,
        Err(error) => return documents.findings.add_left_out(&format!("{name}: {error}")),
    };
    reader.head().notes.iter().for_each(|note| documents.findings.add(&format!("{name}: {note}")));
    loop {
        match reader.next_issue() {
            Ok(None) => return,
            Ok(Some(Ok(issue))) => {
                for note in &issue.notes {
                    documents.findings.add(&format!("{name}: issue {}: {note}", issue.number));
                }
                documents.held = documents.held.saturating_add(weight(&issue));
                if documents.held > MOST_HELD {
                    let why = format!("the issues of one package may come to {MOST_HELD} bytes, and these come to more");
                    return documents.findings.add_left_out(&format!("the rest of {name}: {why}"));
                }
                documents.issues.push(issue);
            }
            Ok(Some(Err(error))) => documents.findings.add_left_out(&format!("{name}: {error}")),
            Err(error) => return documents.findings.add_left_out(&format!("the rest of {name}: {error}")),
        }
    }
}

/// What an issue comes to in memory, in bytes.
fn weight(issue: &msr_issue::Issue) -> usize {
    let values = issue.attributes.iter().flat_map(|(name, value)| std::iter::once(name).chain(value.texts()));
    let documents = issue.documents.iter().flat_map(|document| [&document.name, &document.url]);
    let owner = issue.owner.iter().flat_map(|owner| [&owner.name, &owner.phone, &owner.email]);
    let notes = issue.notes.iter().map(|note| &note.message);
    let texts = values.chain(documents).chain(owner).chain(notes).chain(&issue.own_annotations);
    texts.map(|text| text.len() + OVERHEAD).sum::<usize>() + OVERHEAD
}

/// The entry that a URL names, if it is there.
fn entry_of(archive: &Archive<File>, url: &str) -> Result<Option<usize>, String> {
    let url = EntryUrl::parse(url).map_err(|error| error.to_string())?;
    match archive.find(&url) {
        None => Ok(None),
        Some(entry) => match &entry.refusal {
            None => Ok(Some(entry.index)),
            Some(refusal) => Err(refusal.to_string()),
        },
    }
}

/// Stores an attachment under the digest of its content. The inner error is about the attachment alone.
async fn store(
    pfiff: &Pfiff,
    archive: Archive<File>,
    index: usize,
    work: &Path,
) -> Result<(Archive<File>, Result<Stored, String>), Fault> {
    let local = work.join("attachment");
    let to = local.clone();
    let (archive, copied) = blocking(move || {
        let mut archive = archive;
        let copied = copy_out(&mut archive, index, &to);
        Ok((archive, copied))
    })
    .await?;
    let (digest, size) = match copied {
        Ok(copied) => copied,
        Err(CopyError::Local(error)) => return Err(unreadable(&local, &error)),
        Err(CopyError::Attachment(why)) => return Ok((archive, Err(why))),
    };
    let key = format!("{}/in/{digest}", pfiff.name);
    pfiff.storage()?.put(&key, &local).await?;
    Ok((archive, Ok(Stored { digest, size, key })))
}

/// Why an entry could not be copied.
enum CopyError {
    /// It cannot be read; the reason is for people.
    Attachment(String),
    /// The local file cannot be written.
    Local(std::io::Error),
}

/// Copies an entry into a local file; the digest and the size of its content.
fn copy_out(archive: &mut Archive<File>, index: usize, to: &Path) -> Result<(String, u64), CopyError> {
    let mut to = File::create(to).map_err(CopyError::Local)?;
    let mut from = archive.read(index).map_err(|error| CopyError::Attachment(error.to_string()))?;
    let (mut digest, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; 64 << 10]);
    loop {
        let read = from.read(&mut piece).map_err(|error| CopyError::Attachment(error.to_string()))?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        digest.update(bytes);
        to.write_all(bytes).map_err(CopyError::Local)?;
        size += bytes.len() as u64;
    }
    to.flush().map_err(CopyError::Local)?;
    Ok((hex::encode(digest.finalize()), size))
}

fn arrived(name: &str, stored: &Stored) -> MirroredFile {
    MirroredFile {
        // The same name with the same content is the same file, however often it comes.
        id: digest_of(&[stored.digest.as_bytes(), name.as_bytes()]),
        name: as_kept(name),
        size: Some(stored.size),
        stored: Some(stored.key.clone()),
        ours: false,
        sent: None,
    }
}

fn named_only(name: &str) -> MirroredFile {
    let id = format!("named-{}", digest_of(&[name.as_bytes()]));
    MirroredFile { id, name: as_kept(name), size: None, stored: None, ours: false, sent: None }
}

fn digest_of(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex::encode(&digest.finalize()[..16])
}

/// What was told of an issue. Several texts stay several: the answer has each of them again.
pub(super) fn attributes(told: &msr_issue::Attributes) -> Attributes {
    let value = |value: &msr_issue::Value| match value {
        msr_issue::Value::One(text) => text.as_str().into(),
        msr_issue::Value::Several(texts) => texts.as_slice().into(),
    };
    told.iter().map(|(name, told)| (name.clone(), value(told))).collect()
}

fn unreadable(file: &Path, error: &std::io::Error) -> Fault {
    Fault::transient(format!("{} cannot be worked on: {error}", file.display())).hint("is there room?")
}

/// Work that reads and unpacks, on a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => Err(Fault::bug("reading an archive ended in a panic; the log has its place")),
        Err(error) => Err(Fault::transient(format!("reading an archive was cut off: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issues(count: usize, text: &str) -> String {
        let one = |number| {
            format!(
                "<ISSUE><LONG-NAME>{text}</LONG-NAME><COMPANY-ISSUE-INFOS><COMPANY-ISSUE-INFO><COMPANY-DATA-REF>PAG</COMPANY-DATA-REF>\
                 <ISSUE-ID>{number}</ISSUE-ID></COMPANY-ISSUE-INFO></COMPANY-ISSUE-INFOS></ISSUE>"
            )
        };
        let issues: String = (0..count).map(one).collect();
        format!("<MSR-ISSUE><ISSUES>{issues}</ISSUES></MSR-ISSUE>")
    }

    fn read(text: &str, held: usize) -> (usize, Vec<String>) {
        let mut documents = Documents { held, ..Documents::default() };
        read_document(text.as_bytes(), "002: A.xml", &ReadOptions::default(), &mut documents);
        let findings = documents.findings.left_out().map(str::to_owned).collect();
        (documents.issues.len(), findings)
    }

    #[test]
    fn the_issues_of_a_package_are_held_up_to_a_limit() {
        let long = "x".repeat(10_000);
        assert_eq!(read(&issues(20, &long), MOST_HELD - 300_000), (20, Vec::new()));
        let (taken, left_out) = read(&issues(20, &long), MOST_HELD - 100_000);
        assert_eq!(taken, 9);
        assert_eq!(
            left_out,
            ["the rest of 002: A.xml: the issues of one package may come to 67108864 bytes, and these come to more"]
        );
        // Those that say nothing are no lighter than what is kept of them.
        assert!(read(&issues(1_000, "x"), MOST_HELD - 100_000).0 < 500);
    }
}
