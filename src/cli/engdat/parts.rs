//! The files of a package that lie in a folder.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::finding::Told;
use crate::formats::{
    edifact::Gravity,
    engdat::{FileName, Parts},
};

/// Which files of a package are there, and where.
pub(super) struct Found {
    pub parts: Parts,
    /// The data files by their numbers.
    pub paths: BTreeMap<u16, PathBuf>,
    /// What is strange about them.
    pub findings: Vec<Told>,
}

/// Looks for the other files of a package beside its description.
pub(super) fn find(description: &Path, name: &FileName) -> io::Result<Found> {
    let parent = description.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<(FileName, String)> = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let Ok(text) = entry.file_name().into_string() else { continue };
        if let Ok(parsed) = FileName::parse(&text)
            && parsed.reference() == name.reference()
            && entry.path().is_file()
        {
            names.push((parsed, text));
        }
    }
    // The one without a suffix comes first.
    names.sort_by(|one, other| one.1.cmp(&other.1));
    let mut found = Found { parts: Parts::of(name.clone()), paths: BTreeMap::new(), findings: Vec::new() };
    for (parsed, text) in names {
        found.take(parsed, &text, parent);
    }
    Ok(found)
}

impl Found {
    fn take(&mut self, name: FileName, text: &str, parent: &Path) {
        let sequence = name.sequence();
        match self.parts.add(name) {
            Err(error) => self.findings.push(Told::new(text, Gravity::Deviation, error.to_string())),
            // The description is there, whatever others there are of it.
            Ok(_) if sequence == 1 => {}
            Ok(true) => {
                self.paths.insert(sequence, parent.join(text));
            }
            Ok(false) => {
                let message = format!("there is another file {sequence:03} of the package, and that one is taken");
                self.findings.push(Told::new(text, Gravity::Warning, message));
            }
        }
    }
}
