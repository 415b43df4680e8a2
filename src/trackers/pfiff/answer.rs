//! An answer: what we say of one issue, as a document of the other side's dialect, and the attachments that go with it.

use std::collections::HashSet;

use jiff::{Timestamp, civil::DateTime};
use serde_json::Value;

use super::{
    Pfiff,
    outbox::civil,
    schema::{ASSIGNEE_KEY, ASSIGNEE_NAME, COMMENTS, DELIVERED, ESTIMATED, KEY, STATUS, UPDATED},
};
use crate::{
    formats::{
        engdat::Reference,
        msr_issue::{self, Company, Person, SupplierStatus},
    },
    ids::IssueId,
    sync::{
        fault::Fault,
        file_name::as_kept,
        instant,
        issue::Attributes,
        ports::{Annotation, MirroredFile, MirroredIssue, OutgoingAnswer, OutgoingFile, Unanswered},
    },
};

/// What one answer is made of, as it is now.
pub(super) struct Draft {
    number: IssueId,
    /// Since when it waits.
    pub since: Timestamp,
    /// The key of our issue.
    key: String,
    issue: MirroredIssue,
    annotations: Vec<Annotation>,
    /// Attachments that have not gone out.
    files: Vec<MirroredFile>,
}

/// Reads what an answer is made of; `None` while it lacks the key of our issue.
pub(super) async fn draft(pfiff: &Pfiff, unanswered: &Unanswered) -> Result<Option<Draft>, Fault> {
    let number = &unanswered.issue;
    // The version before the rest: what changes meanwhile is answered once more.
    let Some(issue) = pfiff.records()?.mirrored(&pfiff.name, number).await? else { return Ok(None) };
    let key = as_text(issue.own.get(KEY));
    if key.is_empty() {
        return Ok(None);
    }
    let annotations = pfiff.records()?.annotations(&pfiff.name, number).await?;
    let files = pfiff.records()?.mirrored_files(&pfiff.name, number).await?;
    let files = files.into_iter().filter(|file| file.ours && file.sent.is_none()).collect();
    Ok(Some(Draft { number: number.clone(), since: unanswered.since, key, issue, annotations, files }))
}

impl Draft {
    /// Bytes of its attachments.
    pub fn size(&self) -> u64 {
        self.files.iter().filter_map(|file| file.size).sum()
    }

    /// The answer as it goes out with a package.
    pub fn complete(&self, pfiff: &Pfiff, reference: &Reference, made: DateTime) -> Result<OutgoingAnswer, Fault> {
        let own = |path: &str| as_text(self.issue.own.get(path));
        let told = own(STATUS);
        let supplier_status = if told.is_empty() {
            SupplierStatus::Received
        } else {
            told.parse().map_err(|error: msr_issue::UnknownStatus| Fault::permanent(error.to_string()))?
        };
        // A key is plain text of a tracker's; in names of entries it must be no folder.
        let folder = as_kept(&self.key);
        let names = unique_names(&self.files);
        let assignee = Person { name: own(ASSIGNEE_NAME), short_name: own(ASSIGNEE_KEY) };
        let assignee = (assignee != Person::default()).then_some(assignee);
        let remarks = self.annotations.iter().map(|annotation| remark(pfiff, annotation, assignee.as_ref())).collect();
        let answer = msr_issue::Answer {
            reference: reference.as_str().to_owned(),
            made: instant::parse(&own(UPDATED)).map_or(made, |moment| civil(pfiff, moment)),
            peer: Company { long_name: pfiff.config.peer_company.clone(), short_name: pfiff.config.peer_company_short.clone() },
            own: Company { long_name: pfiff.config.company.clone(), short_name: pfiff.config.company_short.clone() },
            key: self.key.clone(),
            problem_number: self.number.as_str().to_owned(),
            assignee,
            attributes: texts(&self.issue.incoming),
            supplier_status,
            resolve_until_release: own(ESTIMATED),
            resolved_in_release: own(DELIVERED),
            supplier_comments: own(COMMENTS),
            documents: names.clone(),
            annotations: remarks,
        };
        let written = answer.write();
        for note in &written.notes {
            tracing::warn!(tracker = %pfiff.name, issue = %self.number, "in the answer: {note}");
        }
        let files = self.files.iter().zip(&names).filter_map(|(file, name)| {
            Some(OutgoingFile { id: file.id.clone(), entry: format!("./{folder}/{name}"), stored: file.stored.clone()? })
        });
        Ok(OutgoingAnswer {
            issue: self.number.clone(),
            version: self.issue.version,
            document: (format!("./{folder}.xml"), String::from_utf8_lossy(&written.bytes).into_owned()),
            files: files.collect(),
        })
    }
}

fn remark(pfiff: &Pfiff, annotation: &Annotation, assignee: Option<&Person>) -> msr_issue::Annotation {
    let author = annotation.author.as_deref().map(|name| person(name, assignee));
    msr_issue::Annotation { text: annotation.text.clone(), author, date: civil(pfiff, annotation.at) }
}

/// The person of a name. Trackers tell one name of an author, which may be either of those of the assignee.
fn person(name: &str, assignee: Option<&Person>) -> Person {
    let is_it = |assignee: &&Person| name == assignee.name || name == assignee.short_name;
    assignee.filter(is_it).cloned().unwrap_or_else(|| Person { name: name.to_owned(), short_name: name.to_owned() })
}

/// The names of the attachments; a name that comes twice gets a number before its ending.
fn unique_names(files: &[MirroredFile]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(files.len());
    for file in files {
        let name = as_kept(&file.name);
        let (stem, ending) =
            name.rsplit_once('.').map_or((name.as_str(), String::new()), |(stem, ending)| (stem, format!(".{ending}")));
        let numbered = (2..).map(|number| format!("{stem}-{number}{ending}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        names.extend(free);
    }
    names
}

/// A value as one text.
pub(super) fn as_text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => {
            values.iter().map(|value| as_text(Some(value))).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}

/// What was told of an issue, in as many texts as it was told in.
fn texts(attributes: &Attributes) -> msr_issue::Attributes {
    let value = |value: &Value| match value {
        Value::Array(values) => msr_issue::Value::Several(values.iter().map(|value| as_text(Some(value))).collect()),
        value => as_text(Some(value)).into(),
    };
    attributes.iter().map(|(path, told)| (path.clone(), value(told))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> MirroredFile {
        MirroredFile { id: name.to_owned(), name: name.to_owned(), size: None, stored: None, ours: true, sent: None }
    }

    #[test]
    fn names_of_attachments_are_told_apart() {
        let files = ["a.txt", "A.txt", "a-2.txt", "b", "b", "../x"].map(file);
        assert_eq!(unique_names(&files), ["a.txt", "A-2.txt", "a-2-2.txt", "b", "b-2", ".._x"]);
    }

    #[test]
    fn an_author_is_the_assignee_by_either_name() {
        let jane = Person { name: "Jane Doe".to_owned(), short_name: "jane".to_owned() };
        assert_eq!(person("jane", Some(&jane)), jane);
        assert_eq!(person("Jane Doe", Some(&jane)), jane);
        let bob = Person { name: "bob".to_owned(), short_name: "bob".to_owned() };
        assert_eq!(person("bob", Some(&jane)), bob);
        assert_eq!(person("bob", None), bob);
    }

    #[test]
    fn what_was_told_in_several_texts_is_answered_in_as_many() {
        let several = msr_issue::Value::Several(vec!["J1-VP-007".to_owned(), "HIL, 3".to_owned()]);
        let told = msr_issue::Attributes::from([("vehicle".to_owned(), several), ("priority".to_owned(), "TOP".into())]);
        assert_eq!(texts(&super::super::unpack::attributes(&told)), told);
    }

    #[test]
    fn values_of_rules_become_texts() {
        let text = |value: Value| as_text(Some(&value));
        assert_eq!(text(serde_json::json!(["1.0", null, "2.0"])), "1.0, 2.0");
        assert_eq!(text(serde_json::json!(3)), "3");
        assert_eq!(as_text(None), "");
    }
}
