//! Reading: the newest known state of an issue, as the packages told it, and what we answer.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Pfiff,
    answer::as_text,
    schema::{NUMBER, OWN},
};
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        file_name::as_kept,
        issue::{File, Message, READABLE, Snapshot},
        ports::{Annotation, MirroredFile, MirroredIssue},
        rules::Needs,
    },
};

/// An issue as it is known now; `None` if no package told of it.
pub(super) async fn snapshot(pfiff: &Pfiff, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
    let Some(issue) = pfiff.records()?.mirrored(&pfiff.name, id).await? else { return Ok(None) };
    let annotations = if needs.messages { pfiff.records()?.annotations(&pfiff.name, id).await? } else { Vec::new() };
    let files = if needs.files { pfiff.records()?.mirrored_files(&pfiff.name, id).await? } else { Vec::new() };
    Ok(Some(Snapshot {
        attributes: needs.paths.iter().map(|path| (path.clone(), attribute(&issue, id, path))).collect(),
        messages: annotations.into_iter().map(|annotation| message(pfiff, annotation)).collect(),
        files: without_mentions(files).into_iter().map(file).collect(),
        // What arrives is for us.
        assigned_to_us: true,
        revision: Some(issue.version.to_string()),
        updated: needs.updated.then_some(issue.changed_at),
        largest_file: needs.files.then_some(pfiff.config.max_attachment),
        ..Snapshot::empty(id.clone(), id.as_str())
    }))
}

fn attribute(issue: &MirroredIssue, id: &IssueId, path: &str) -> Value {
    let known = match path {
        READABLE => return Value::Bool(true),
        NUMBER => return Value::from(id.as_str()),
        path if OWN.contains(&path) => issue.own.get(path),
        // For rules, several texts are one.
        path => return issue.incoming.get(path).map_or(Value::Null, |told| as_text(Some(told)).into()),
    };
    match known {
        // Several engineering objects of one kind are one text for rules, as they always were.
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ").into(),
        known => known.cloned().unwrap_or_default(),
    }
}

fn message(pfiff: &Pfiff, annotation: Annotation) -> Message {
    Message {
        id: annotation.id,
        author: annotation.author.unwrap_or_else(|| pfiff.config.company.clone()),
        date: annotation.at,
        text: annotation.text,
        keywords: Vec::new(),
        kind: None,
    }
}

/// Without those that are only named while a file of that name is there, of whichever side: it is that one which is meant, and a further
/// one of that name on our side is another.
fn without_mentions(files: Vec<MirroredFile>) -> Vec<MirroredFile> {
    let there: HashSet<String> = files.iter().filter(|file| file.stored.is_some()).map(|file| as_kept(&file.name)).collect();
    files.into_iter().filter(|file| file.stored.is_some() || !there.contains(&as_kept(&file.name))).collect()
}

fn file(file: MirroredFile) -> File {
    File { withheld: file.stored.is_none(), id: file.id, name: file.name, size: file.size }
}
