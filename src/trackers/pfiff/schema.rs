//! What PFIFF knows of an issue: what the other side tells, and what we answer.

use super::Pfiff;
use crate::{
    formats::msr_issue::FIELDS,
    sync::{
        issue::READABLE,
        schema::{Class, Field, Kind, Schema},
    },
};

/// The class of issues.
const ISSUE: &str = "issue";

/// The state that we tell.
pub(super) const STATUS: &str = "supplier_status";
/// What we found out.
pub(super) const COMMENTS: &str = "supplier_comments";
/// The key of our issue: an answer is named after it.
pub(super) const KEY: &str = "supplier_company_id";
/// The release by which it is to be solved.
pub(super) const ESTIMATED: &str = "resolve_until_release";
/// The release in which it is solved.
pub(super) const DELIVERED: &str = "resolved_in_release";
/// When our issue was last changed.
pub(super) const UPDATED: &str = "updated";
/// The account that works on it.
pub(super) const ASSIGNEE_KEY: &str = "assignee_key";
/// The name of who works on it.
pub(super) const ASSIGNEE_NAME: &str = "assignee_name";

/// The number by which the other side knows the issue.
pub(super) const NUMBER: &str = "problem_number";

/// The states that we can tell.
pub(super) const STATES: [&str; 5] = ["RECEIVED", "ESTIMATED", "DELIVERED", "CLOSED", "REJECTED"];

/// What we answer; the other side never tells any of it.
pub(super) const OWN: [&str; 8] = [STATUS, COMMENTS, KEY, ESTIMATED, DELIVERED, UPDATED, ASSIGNEE_KEY, ASSIGNEE_NAME];

/// The attributes of an issue. There may be more: engineering objects of categories that nobody agreed on are kept, and labels are
/// numbered.
pub(super) fn read(pfiff: &Pfiff) -> Schema {
    let mut class = Class { open: true, ..Class::default() };
    for field in FIELDS {
        class.fields.insert(field.name.to_owned(), Field::new(Kind::Text).read_only());
    }
    class.fields.insert(NUMBER.to_owned(), Field::new(Kind::Text).read_only());
    for name in OWN {
        let kind = if name == UPDATED { Kind::Date } else { Kind::Text };
        let vocabulary = (name == STATUS).then(|| STATES.map(str::to_owned).to_vec());
        class.fields.insert(name.to_owned(), Field { vocabulary, ..Field::new(kind) });
    }
    class.fields.insert(READABLE.to_owned(), Field::new(Kind::Flag).read_only());
    let mut schema = Schema::new(pfiff.name.clone(), ISSUE);
    schema.classes.insert(ISSUE.to_owned(), class);
    schema
}
