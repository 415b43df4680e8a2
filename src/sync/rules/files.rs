//! `files`: files of the remote issue are copied to the local one; with `prefix`, local files whose names begin with it (the
//! empty prefix: all) are copied to the remote one.
//!
//! A file is known by the copy that we recorded, else by its name. A file that came from one side is never sent back to it.

use std::collections::BTreeSet;

use super::{
    Access, Rule,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::Section,
    sync::{
        issue::{CopyKind, File, Side},
        plan::RuleOutcome,
    },
};

#[derive(Debug)]
struct Files {
    prefix: Option<String>,
}

#[allow(clippy::unnecessary_wraps, reason = "all kinds compile alike")]
pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(Files { prefix: section.text("prefix").map(|text| text.value) }))
}

impl Rule for Files {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.files = true;
        access.remote.files = true;
        access
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let remote_files = &evaluation.remote().files;
        let local_files: &[File] = evaluation.local().map_or(&[], |issue| &issue.files);
        let to_local = missing(evaluation, Side::Remote, remote_files, local_files);
        let to_remote: Vec<&File> = match &self.prefix {
            Some(prefix) => missing(evaluation, Side::Local, local_files, remote_files)
                .into_iter()
                .filter(|file| file.name.starts_with(prefix))
                .collect(),
            None => Vec::new(),
        };
        let mut told = Vec::new();
        for (side, files) in [(Side::Local, to_local), (Side::Remote, to_remote)] {
            if files.is_empty() {
                continue;
            }
            if let Some(refusal) = evaluation.refusal(side) {
                told.push(refusal.to_owned());
                continue;
            }
            let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
            told.push(format!("copy to the {side} side: {}", names.join(", ")));
            for file in files {
                evaluation.copy_file(side, file);
            }
        }
        if told.is_empty() {
            return Verdict::unchanged(format!(
                "{} remote and {} local files, all known",
                remote_files.len(),
                local_files.len()
            ));
        }
        Verdict::new(RuleOutcome::Change, told.join("; "))
    }
}

/// Files of one side that the other does not have. Each file there can stand for one file here: two files of one name are two.
fn missing<'f>(evaluation: &Evaluation<'_>, side: Side, here: &'f [File], there: &[File]) -> Vec<&'f File> {
    let base = evaluation.base();
    let mut unclaimed: BTreeSet<(&str, &str)> = there
        .iter()
        .filter(|file| !base.knows(CopyKind::File, side.other(), &file.id))
        .map(|file| (file.name.as_str(), file.id.as_str()))
        .collect();
    here.iter()
        .filter(|file| !base.knows(CopyKind::File, side, &file.id))
        .filter(|file| {
            let same_name = unclaimed.iter().find(|(name, _)| *name == file.name).copied();
            same_name.is_none_or(|claimed| {
                unclaimed.remove(&claimed);
                false
            })
        })
        .collect()
}
