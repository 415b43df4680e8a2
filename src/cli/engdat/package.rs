//! A package on disk: its description, its files and what is wrong with them.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{super::CliError, finding::Told, parts};
use crate::formats::{
    archive::{Archive, Entry, Limits},
    edifact::{Finding, Gravity},
    engdat::{DataFile, Description, DescriptionError, FileName, Mode, Parts, ReadDescription},
};

/// More than any description may have, so that one that is too long is seen to be.
const MOST_DESCRIPTION: u64 = 4 << 20;

/// A package.
pub(super) struct Package {
    /// The name of the description's file.
    pub file: String,
    pub parts: Option<Parts>,
    /// What the description says, if it can be understood.
    pub description: Option<Description>,
    pub data: Vec<Data>,
    pub findings: Vec<Told>,
}

/// A file of data that is there, or that the description names, or both.
pub(super) struct Data {
    pub sequence: u16,
    /// Its name; the one it should have if it is not there.
    pub file: String,
    /// What the description says of it.
    pub named: Option<DataFile>,
    pub is_there: bool,
    pub archive: Option<Archive<File>>,
}

impl Package {
    /// Looks at a package, and reads no more of its archives than their directories.
    pub fn open(path: &Path) -> Result<Self, CliError> {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = read_description(path).map_err(|error| unreadable(path, &error))?;
        let mut package = Self { file, parts: None, description: None, data: Vec::new(), findings: Vec::new() };
        let name = match FileName::parse(&package.file) {
            Ok(name) if !name.is_description() => {
                let right = FileName::new(name.reference().clone(), name.total(), 1);
                let right = right.map(|right| format!(": {right}")).unwrap_or_default();
                let message = format!(
                    "{} is file {:03} of a package, and its description is needed{right}",
                    path.display(),
                    name.sequence()
                );
                return Err(CliError::Usage(message));
            }
            name => name,
        };
        package.read_description(&bytes);
        match name {
            Ok(name) => package.find_files(path, &name).map_err(|error| unreadable(path, &error))?,
            Err(error) => {
                let message = format!("the name is none of a package, so that its other files cannot be looked for: {error}");
                package.fault(message);
            }
        }
        Ok(package)
    }

    /// Whether something is a reason to refuse it, or some of it.
    pub fn is_refused(&self, strict: bool) -> bool {
        self.findings.iter().any(|finding| finding.refuses(strict))
    }

    /// Reads all archives to their ends, which tells whether they are damaged.
    pub fn check_content(&mut self) {
        for data in &mut self.data {
            let Some(archive) = &mut data.archive else { continue };
            for entry in archive.entries().to_vec().iter().filter(|entry| entry.refusal.is_none()) {
                let read = archive.read(entry.index).map_err(io::Error::other);
                if let Err(error) = read.and_then(|mut content| io::copy(&mut content, &mut io::sink())) {
                    self.findings.push(Told::of_entry(&data.file, entry, Gravity::Fault, error.to_string()));
                }
            }
        }
    }

    fn fault(&mut self, message: impl Into<String>) {
        self.findings.push(Told::new(&self.file, Gravity::Fault, message));
    }

    fn read_description(&mut self, bytes: &[u8]) {
        let findings = match Description::read(bytes, Mode::Tolerant) {
            Ok(ReadDescription { description, findings }) => {
                self.description = Some(description);
                findings
            }
            Err(DescriptionError::Refused(findings)) => findings,
            Err(DescriptionError::Edifact(error)) => {
                let finding = Finding { gravity: Gravity::Fault, place: error.place, message: error.problem.to_string() };
                self.findings.push(Told::of_description(&self.file, &finding));
                return;
            }
        };
        self.findings.extend(findings.iter().map(|finding| Told::of_description(&self.file, finding)));
    }

    fn find_files(&mut self, path: &Path, name: &FileName) -> io::Result<()> {
        let parts::Found { parts, paths, findings } = parts::find(path, name)?;
        self.findings.extend(findings);
        self.compare(name);
        let named = self.description.iter().flat_map(Description::sequences);
        let mut sequences: Vec<u16> = named.chain(2..=name.total()).chain(paths.keys().copied()).collect();
        sequences.sort_unstable();
        sequences.dedup();
        for sequence in sequences {
            self.take_data(sequence, paths.get(&sequence).map(PathBuf::as_path), name);
        }
        self.parts = Some(parts);
        Ok(())
    }

    /// Whether the description and its name tell the same.
    fn compare(&mut self, name: &FileName) {
        let Some(description) = &self.description else { return };
        let message = match description.reference() {
            Ok(reference) if reference == *name.reference() => return,
            Ok(other) => format!("the description is that of the package {other}, and its name says {}", name.reference()),
            Err(error) => format!("the document number is no reference of a package: {error}"),
        };
        self.findings.push(Told::new(&self.file, Gravity::Deviation, message));
    }

    fn take_data(&mut self, sequence: u16, path: Option<&Path>, name: &FileName) {
        let named = self.description.as_ref().and_then(|it| it.files.iter().find(|file| file.sequence == sequence)).cloned();
        let right = FileName::new(name.reference().clone(), name.total(), sequence);
        let file = path.and_then(Path::file_name).map(|file| file.to_string_lossy().into_owned());
        let file = file.unwrap_or_else(|| right.map_or_else(|_| format!("file {sequence:03}"), |right| right.to_string()));
        let disagreement = match path {
            None if sequence > name.total() => {
                let message = format!("the description names it, and the package has only {} files", name.total());
                Some((Gravity::Fault, message))
            }
            None => Some((Gravity::Fault, "the file is not there: the package is not complete".to_owned())),
            Some(_) if named.is_none() && self.description.is_some() => {
                Some((Gravity::Deviation, "the description does not name this file".to_owned()))
            }
            Some(_) => None,
        };
        self.findings.extend(disagreement.map(|(gravity, message)| Told::new(&file, gravity, message)));
        let archive = path.and_then(|path| self.open_archive(&file, path));
        self.data.push(Data { sequence, file, named, is_there: path.is_some(), archive });
    }

    fn open_archive(&mut self, file: &str, path: &Path) -> Option<Archive<File>> {
        let opened = match File::open(path) {
            Ok(opened) => Archive::open(opened, &Limits::default()).map_err(|error| error.to_string()),
            Err(error) => Err(format!("the file cannot be read: {error}")),
        };
        let archive = opened.map_err(|message| self.findings.push(Told::new(file, Gravity::Fault, message))).ok()?;
        self.findings.extend(archive_findings(file, &archive));
        Some(archive)
    }
}

/// What the directory of an archive tells of its entries.
pub(super) fn archive_findings(file: &str, archive: &Archive<File>) -> Vec<Told> {
    let entries = archive.entries();
    let of_entry = |entry: &Entry| {
        if let Some(refusal) = &entry.refusal {
            return Some(Told::of_entry(file, entry, Gravity::Fault, refusal.to_string()));
        }
        let other = entries.get(entry.same_but_case?)?;
        let message = format!("the name differs from {:?} only in small and capital letters", other.name);
        Some(Told::of_entry(file, entry, Gravity::Warning, message))
    };
    let mut findings: Vec<Told> = entries.iter().filter_map(of_entry).collect();
    if archive.documents().next().is_none() {
        findings.push(Told::new(file, Gravity::Warning, "there is no document in it: no .xml file outside of its folders"));
    }
    findings
}

fn read_description(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_DESCRIPTION).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> CliError {
    CliError::Usage(format!("{} cannot be read: {error}", path.display()))
}
