//! `files`: files of the remote issue are copied to the local one; with `prefix`, local files whose names begin with it (the
//! empty prefix: all) are copied to the remote one.
//!
//! A file that the remote side names and did not send is known and not missing.
//!
//! A file is known by the copy that we recorded, else by its name, which a tracker may have had to change. A file that came from one
//! side is never sent back to it. One that is larger than the other side takes is not sent; a warning names it.

use std::collections::BTreeSet;

use super::{
    Access, Direction, Rule,
    common::local_name,
    copies::Copies,
    evaluation::{Evaluation, Verdict},
    messages::Crossing,
};
use crate::{
    config::section::Section,
    sync::{
        file_name::as_kept,
        issue::{CopyKind, File, Side, Snapshot},
        requirements::ContentWrite,
    },
};

#[derive(Debug)]
struct Files {
    prefix: Option<String>,
}

#[allow(clippy::unnecessary_wraps, reason = "all kinds compile alike")]
pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    // The predecessor's name of the attribute that holds the files; there is one such attribute everywhere.
    local_name(section);
    Some(Box::new(Files { prefix: section.text("prefix").map(|text| text.value) }))
}

impl Rule for Files {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.files = true;
        access.remote.files = true;
        access.contents.insert((Side::Local, ContentWrite::AddFile));
        if self.prefix.is_some() {
            access.contents.insert((Side::Remote, ContentWrite::AddFile));
        }
        access
    }

    fn direction(&self) -> Direction {
        Direction::Both
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let remote_files = &evaluation.remote().files;
        let local_files = evaluation.local_files();
        let to_local = missing(evaluation, Side::Remote, remote_files, local_files);
        let to_remote: Vec<&File> = match &self.prefix {
            Some(prefix) => missing(evaluation, Side::Local, local_files, remote_files)
                .into_iter()
                .filter(|file| file.name.starts_with(prefix))
                .collect(),
            None => Vec::new(),
        };
        let (to_local, withheld): (Vec<&File>, Vec<&File>) = to_local.into_iter().partition(|file| !file.withheld);
        let (to_local, too_large) = fitting(to_local, Side::Local, evaluation.local());
        let (to_remote, too_large_there) = fitting(to_remote, Side::Remote, Some(evaluation.remote()));
        let mut crossing = Crossing::default();
        for (side, files) in [(Side::Local, to_local), (Side::Remote, to_remote)] {
            let names = files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
            crossing.to(side, &format!("file(s) ({names})"), files, evaluation, |evaluation, file| {
                evaluation.copy_file(side, file);
            });
        }
        let (remote, local) = (remote_files.len(), local_files.len());
        let verdict = crossing.verdict(&format!("{remote} remote and {local} local files, none to be copied"));
        let names = withheld.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
        let withheld = (!withheld.is_empty()).then(|| format!("named by the remote side, not sent, and not here: {names}"));
        let warnings: Vec<String> = [withheld, too_large, too_large_there].into_iter().flatten().collect();
        if warnings.is_empty() { verdict } else { verdict.warning(warnings.join("; ")) }
    }
}

/// The files that a side takes, and a warning of the others.
fn fitting<'f>(files: Vec<&'f File>, to: Side, issue: Option<&Snapshot>) -> (Vec<&'f File>, Option<String>) {
    let Some(limit) = issue.and_then(|issue| issue.largest_file) else { return (files, None) };
    let fits = |file: &&File| limit > 0 && file.size.is_none_or(|size| size <= limit);
    let (fitting, others): (Vec<&File>, Vec<&File>) = files.into_iter().partition(fits);
    if others.is_empty() {
        return (fitting, None);
    }
    let names = others.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    let why = if limit == 0 { "takes no files".to_owned() } else { format!("takes no file larger than {limit} bytes") };
    (fitting, Some(format!("not copied, since the {to} side {why}: {names}")))
}

/// Files of one side that the other does not have. Each file there can stand for one file here: two files of one name are two.
fn missing<'f>(evaluation: &Evaluation<'_>, side: Side, here: &'f [File], there: &[File]) -> Vec<&'f File> {
    let copies = Copies::of(evaluation.base());
    let mut unclaimed: BTreeSet<(String, &str)> = there
        .iter()
        .filter(|file| !copies.know(CopyKind::File, side.other(), &file.id))
        .map(|file| (as_kept(&file.name), file.id.as_str()))
        .collect();
    here.iter()
        .filter(|file| !copies.know(CopyKind::File, side, &file.id))
        .filter(|file| {
            let name = as_kept(&file.name);
            let first = unclaimed.range((name.clone(), "")..).next().cloned();
            let same_name = first.filter(|(there, _)| *there == name);
            same_name.is_none_or(|claimed| {
                unclaimed.remove(&claimed);
                false
            })
        })
        .collect()
}
