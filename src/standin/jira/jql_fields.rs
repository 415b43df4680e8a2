//! What the fields of a query mean on a site, and what can be compared with them.

use jiff::Timestamp;

use super::{
    catalogue::Choice,
    custom_fields::{CustomFieldKind, CustomFieldSpec},
    jql::{Condition, Operand, Operator, Query},
    model::Issue,
    projects::PartKind,
    site::Site,
    specs::UserSpec,
    store::Store,
};

/// What a query field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Project,
    Key,
    Person(Person),
    Choice(Choice),
    StatusCategory,
    Labels,
    Component,
    FixVersion,
    AffectedVersion,
    Text(Text),
    Time(Time),
    Parent,
    SecurityLevel,
    Custom(u64, Sort),
}

/// What a custom field can be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Number,
    Time,
    Person,
    Option,
    Word,
}

impl Sort {
    fn of(spec: &CustomFieldSpec) -> Self {
        match spec.kind {
            CustomFieldKind::Text | CustomFieldKind::TextArea => Self::Text,
            CustomFieldKind::Number => Self::Number,
            CustomFieldKind::Date | CustomFieldKind::DateTime => Self::Time,
            CustomFieldKind::User | CustomFieldKind::MultiUser => Self::Person,
            CustomFieldKind::Select(_) | CustomFieldKind::MultiSelect(_) | CustomFieldKind::Cascading(_) => Self::Option,
            _ => Self::Word,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    Assignee,
    Reporter,
    Creator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Summary,
    Description,
    Environment,
    Comment,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    Created,
    Updated,
    Resolved,
    Due,
}

/// Decides matches for one caller.
pub(super) struct Matcher<'a> {
    pub(super) site: &'a Site,
    pub(super) store: &'a Store,
    /// Login name of the caller.
    pub(super) caller: &'a str,
}

impl Matcher<'_> {
    /// Complains about everything in a query that means nothing on this site.
    pub(super) fn check(&self, query: &Query) -> Result<(), Vec<String>> {
        let mut errors = Vec::new();
        if let Some(condition) = &query.condition {
            self.check_condition(condition, &mut errors);
        }
        for (name, _) in &query.order {
            if self.field(name).is_none() {
                errors.push(format!("Not able to sort using field '{name}'."));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn check_condition(&self, condition: &Condition, errors: &mut Vec<String>) {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                for part in parts {
                    self.check_condition(part, errors);
                }
            }
            Condition::Not(inner) => self.check_condition(inner, errors),
            Condition::Clause { field: name, operator, values } => match self.field(name) {
                None => errors.push(format!("Field '{name}' does not exist or you do not have permission to view it.")),
                Some(field) if !allowed(field, *operator) => {
                    errors.push(format!("The operator '{operator}' is not supported by the '{name}' field."));
                }
                Some(field) => {
                    let complaints = values.iter().filter_map(|value| self.check_value(field, name, value));
                    errors.extend(complaints);
                }
            },
        }
    }

    fn check_value(&self, field: Field, name: &str, value: &Operand) -> Option<String> {
        let text = match value {
            Operand::Empty => return None,
            Operand::Function(function) => {
                let known = matches!(
                    (field, function.as_str()),
                    (Field::Person(_) | Field::Custom(_, Sort::Person), "currentuser")
                        | (Field::Time(_) | Field::Custom(_, Sort::Time), "now")
                );
                return (!known).then(|| format!("The function '{function}' cannot be used with the '{name}' field."));
            }
            Operand::Text(text) => text,
        };
        let known = match field {
            Field::Project => self.project(text).is_some(),
            Field::Key | Field::Parent => self.store.issue(text).is_ok_and(|issue| self.site.sees(self.caller, issue)),
            Field::Component => self.has_part(PartKind::Component, text),
            Field::FixVersion | Field::AffectedVersion => self.has_part(PartKind::Version, text),
            Field::SecurityLevel => {
                self.site.projects().any(|(_, spec)| spec.security_levels.iter().any(|level| level == text))
            }
            Field::Custom(number, Sort::Option) => self.has_option(number, text),
            Field::Choice(choice) => choice.find(&self.site.options, text).is_some(),
            Field::Person(_) | Field::Custom(_, Sort::Person) => self.person(text).is_some(),
            Field::Time(_) | Field::Custom(_, Sort::Time) => self.site.clock.read_query_date(text).is_some(),
            _ => true,
        };
        (!known).then(|| match field {
            Field::Time(_) | Field::Custom(_, Sort::Time) => format!("Date value '{text}' for field '{name}' is invalid."),
            Field::Key | Field::Parent if text.parse::<u64>().is_ok() => {
                format!("A value with ID '{text}' does not exist for the field '{name}'.")
            }
            Field::Custom(_, Sort::Option) => format!("The option '{text}' for field '{name}' does not exist."),
            Field::Key | Field::Parent => format!("An issue with key '{text}' does not exist for field '{name}'."),
            _ => format!("The value '{text}' does not exist for the field '{name}'."),
        })
    }

    pub(super) fn field(&self, name: &str) -> Option<Field> {
        let field = match name {
            "project" => Field::Project,
            "key" | "id" | "issuekey" | "issue" => Field::Key,
            "assignee" => Field::Person(Person::Assignee),
            "reporter" => Field::Person(Person::Reporter),
            "creator" => Field::Person(Person::Creator),
            "status" => Field::Choice(Choice::Status),
            "issuetype" | "type" => Field::Choice(Choice::IssueType),
            "priority" => Field::Choice(Choice::Priority),
            "resolution" => Field::Choice(Choice::Resolution),
            "statuscategory" => Field::StatusCategory,
            "labels" => Field::Labels,
            "component" => Field::Component,
            "fixversion" => Field::FixVersion,
            "affectedversion" => Field::AffectedVersion,
            "summary" => Field::Text(Text::Summary),
            "description" => Field::Text(Text::Description),
            "comment" => Field::Text(Text::Comment),
            "text" => Field::Text(Text::All),
            "created" | "createddate" => Field::Time(Time::Created),
            "updated" | "updateddate" => Field::Time(Time::Updated),
            "resolved" | "resolutiondate" => Field::Time(Time::Resolved),
            "due" | "duedate" => Field::Time(Time::Due),
            "environment" => Field::Text(Text::Environment),
            "parent" => Field::Parent,
            "level" => Field::SecurityLevel,
            other => return self.custom(other),
        };
        Some(field)
    }

    fn custom(&self, name: &str) -> Option<Field> {
        let number = name.strip_prefix("cf[").and_then(|rest| rest.strip_suffix(']')).and_then(|n| n.parse().ok());
        let mut known = self.site.options.custom_fields.iter();
        let spec = known.find(|spec| Some(spec.number) == number || spec.name.eq_ignore_ascii_case(name))?;
        Some(Field::Custom(spec.number, Sort::of(spec)))
    }

    pub(super) fn project(&self, text: &str) -> Option<usize> {
        let mut seen = self.site.projects().filter(|(at, _)| self.site.may(self.caller, "BROWSE_PROJECTS", Some(*at)));
        let found = seen.find(|(_, project)| {
            project.key.eq_ignore_ascii_case(text) || project.name.eq_ignore_ascii_case(text) || project.id.to_string() == text
        });
        found.map(|(at, _)| at)
    }

    fn has_part(&self, kind: PartKind, text: &str) -> bool {
        let mut all = self.site.projects().flat_map(|(_, spec)| self.site.projects.of(kind, spec.id));
        all.any(|part| part.name.eq_ignore_ascii_case(text) || part.id.to_string() == text)
    }

    fn has_option(&self, number: u64, text: &str) -> bool {
        let spec = self.site.options.custom_fields.iter().find(|spec| spec.number == number);
        let options = spec.map(CustomFieldSpec::options).unwrap_or_default();
        options
            .iter()
            .any(|(name, below)| name.eq_ignore_ascii_case(text) || below.iter().any(|name| name.eq_ignore_ascii_case(text)))
    }

    pub(super) fn person(&self, text: &str) -> Option<&UserSpec> {
        let mut users = self.site.options.users.iter();
        users.find(|user| {
            user.account_id == text
                || user.name.eq_ignore_ascii_case(text)
                || user.email.eq_ignore_ascii_case(text)
                || user.display_name.eq_ignore_ascii_case(text)
        })
    }
}

/// Which comparisons a field knows.
fn allowed(field: Field, operator: Operator) -> bool {
    let about_text = matches!(operator, Operator::Contains | Operator::ContainsNot);
    let about_order = matches!(operator, Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual);
    match field {
        Field::Text(_) | Field::Custom(_, Sort::Text) => about_text || matches!(operator, Operator::Is | Operator::IsNot),
        Field::Time(_) | Field::Key | Field::Choice(Choice::Priority) | Field::Custom(_, Sort::Number | Sort::Time) => {
            !about_text
        }
        _ => !about_text && !about_order,
    }
}

impl Matcher<'_> {
    /// The point in time a field holds.
    pub(super) fn at(&self, time: Time, issue: &Issue) -> Option<Timestamp> {
        match time {
            Time::Created => Some(issue.created),
            Time::Updated => Some(issue.updated),
            Time::Resolved => issue.resolved,
            Time::Due => issue.fields.due.as_deref().and_then(|due| self.site.clock.read_query_date(due)),
        }
    }

    /// The point in time a custom field holds; a day begins at midnight of the site.
    pub(super) fn custom_time(&self, number: u64, issue: &Issue) -> Option<Timestamp> {
        let kept = issue.fields.custom.get(&number)?.as_str()?;
        kept.parse().ok().or_else(|| self.site.clock.read_query_date(kept))
    }
}

/// The texts a field searches.
pub(super) fn texts(part: Text, issue: &Issue) -> Vec<String> {
    let summary = issue.fields.summary.clone();
    let description = issue.fields.description.clone();
    let comments = issue.comments.iter().map(|comment| comment.body.clone());
    match part {
        Text::Summary => vec![summary],
        Text::Description => description.into_iter().collect(),
        Text::Environment => issue.fields.environment.clone().into_iter().collect(),
        Text::Comment => comments.collect(),
        Text::All => std::iter::once(summary).chain(description).chain(comments).collect(),
    }
}
