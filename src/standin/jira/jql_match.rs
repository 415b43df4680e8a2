//! Which issues a query matches, and in which order.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    catalogue::Choice,
    jql::{Condition, Operand, Operator, Query},
    model::Issue,
    options::{CustomFieldKind, UserSpec},
    site::Site,
    store::Store,
};

/// What a query field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
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
    Custom(u64, CustomFieldKind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Person {
    Assignee,
    Reporter,
    Creator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Summary,
    Description,
    Comment,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Created,
    Updated,
    Resolved,
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
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn check_condition(&self, condition: &Condition, errors: &mut Vec<String>) {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                parts
                    .iter()
                    .for_each(|part| self.check_condition(part, errors));
            }
            Condition::Not(inner) => self.check_condition(inner, errors),
            Condition::Clause {
                field: name,
                operator,
                values,
            } => match self.field(name) {
                None => errors.push(format!(
                    "Field '{name}' does not exist or you do not have permission to view it."
                )),
                Some(field) if !allowed(field, *operator) => {
                    errors.push(format!(
                        "The operator {operator:?} is not supported by the '{name}' field."
                    ));
                }
                Some(field) => {
                    let complaints = values
                        .iter()
                        .filter_map(|value| self.check_value(field, name, value));
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
                    (Field::Person(_), "currentuser") | (Field::Time(_), "now")
                );
                return (!known).then(|| {
                    format!("The function '{function}' cannot be used with the '{name}' field.")
                });
            }
            Operand::Text(text) => text,
        };
        let known = match field {
            Field::Project => self.project(text).is_some(),
            Field::Key => self.store.find(text).is_some(),
            Field::Choice(choice) => choice.find(&self.site.options, text).is_some(),
            Field::Person(_) => self.person(text).is_some(),
            Field::Time(_) => self.site.clock.read_query_date(text).is_some(),
            _ => true,
        };
        (!known).then(|| match field {
            Field::Time(_) => format!("Date value '{text}' for field '{name}' is invalid."),
            Field::Key => format!("An issue with key '{text}' does not exist for field '{name}'."),
            _ => format!("The value '{text}' does not exist for the field '{name}'."),
        })
    }

    fn field(&self, name: &str) -> Option<Field> {
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
            other => return self.custom(other),
        };
        Some(field)
    }

    fn custom(&self, name: &str) -> Option<Field> {
        let number = name
            .strip_prefix("cf[")
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|n| n.parse().ok());
        let mut known = self.site.options.custom_fields.iter();
        let spec = known
            .find(|spec| Some(spec.number) == number || spec.name.eq_ignore_ascii_case(name))?;
        Some(Field::Custom(spec.number, spec.kind))
    }

    fn project(&self, text: &str) -> Option<usize> {
        self.site.options.projects.iter().position(|project| {
            project.key.eq_ignore_ascii_case(text)
                || project.name.eq_ignore_ascii_case(text)
                || project.id.to_string() == text
        })
    }

    fn person(&self, text: &str) -> Option<&UserSpec> {
        let mut users = self.site.options.users.iter();
        users.find(|user| {
            user.account_id == text
                || user.name.eq_ignore_ascii_case(text)
                || user.email.eq_ignore_ascii_case(text)
                || user.display_name.eq_ignore_ascii_case(text)
        })
    }

    /// The matching issues in the wanted order; without one, newest first.
    pub(super) fn find(&self, query: &Query) -> Vec<&Issue> {
        let all = self.store.issues.values();
        let mut found: Vec<&Issue> = all
            .filter(|issue| {
                query
                    .condition
                    .as_ref()
                    .is_none_or(|condition| self.holds(condition, issue))
            })
            .collect();
        found.sort_by(|one, other| self.order(query, one, other).then(other.id.cmp(&one.id)));
        found
    }

    fn order(&self, query: &Query, one: &Issue, other: &Issue) -> Ordering {
        let by_field = |(name, descending): &(String, bool)| {
            let Some(field) = self.field(name) else {
                return Ordering::Equal;
            };
            let order = self.sort_key(field, one).cmp(&self.sort_key(field, other));
            if *descending { order.reverse() } else { order }
        };
        query
            .order
            .iter()
            .map(by_field)
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    fn sort_key(&self, field: Field, issue: &Issue) -> (i64, String) {
        let number = |number: u64| (i64::try_from(number).unwrap_or(i64::MAX), String::new());
        match field {
            Field::Key => (
                issue.project as i64,
                format!("{:020}", key_number(&issue.key)),
            ),
            Field::Time(time) => (
                at(time, issue).map_or(i64::MAX, Timestamp::as_millisecond),
                String::new(),
            ),
            Field::Choice(Choice::Priority) => number(issue.fields.priority as u64),
            Field::Choice(Choice::Status) => number(issue.fields.status as u64),
            _ => (0, self.words(field, issue).join(" ").to_lowercase()),
        }
    }

    fn holds(&self, condition: &Condition, issue: &Issue) -> bool {
        match condition {
            Condition::And(parts) => parts.iter().all(|part| self.holds(part, issue)),
            Condition::Or(parts) => parts.iter().any(|part| self.holds(part, issue)),
            Condition::Not(inner) => !self.holds(inner, issue),
            Condition::Clause {
                field,
                operator,
                values,
            } => self
                .field(field)
                .is_some_and(|field| self.clause_holds(field, *operator, values, issue)),
        }
    }

    fn clause_holds(
        &self,
        field: Field,
        operator: Operator,
        values: &[Operand],
        issue: &Issue,
    ) -> bool {
        let empty = match field {
            Field::Time(time) => at(time, issue).is_none(),
            _ => self.words(field, issue).is_empty(),
        };
        let any = values.iter().any(|value| match value {
            Operand::Empty => empty,
            value => self.equals(field, value, issue),
        });
        let names_empty = values.contains(&Operand::Empty);
        match operator {
            Operator::Equal | Operator::In | Operator::Is => any,
            // An empty field differs from no value: only IS finds it.
            Operator::NotEqual | Operator::NotIn | Operator::IsNot => {
                !any && (names_empty || !empty)
            }
            Operator::Contains => values
                .iter()
                .any(|value| self.contains(field, value, issue)),
            Operator::ContainsNot => {
                !empty
                    && !values
                        .iter()
                        .any(|value| self.contains(field, value, issue))
            }
            _ => values
                .first()
                .is_some_and(|value| self.compares(field, operator, value, issue)),
        }
    }

    /// The value of a field as words, none if it is empty.
    fn words(&self, field: Field, issue: &Issue) -> Vec<String> {
        let options = &self.site.options;
        let fields = &issue.fields;
        let chosen = |choice: Choice, index: usize| {
            choice
                .names(options)
                .get(index)
                .map(|name| (*name).to_owned())
        };
        let text = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
        match field {
            Field::Project => options
                .projects
                .get(issue.project)
                .map(|project| project.key.clone())
                .into_iter()
                .collect(),
            Field::Key => vec![issue.key.clone()],
            Field::Person(Person::Assignee) => text(&fields.assignee),
            Field::Person(Person::Reporter) => text(&fields.reporter),
            Field::Person(Person::Creator) => vec![issue.creator.clone()],
            Field::Choice(choice) => {
                let index = match choice {
                    Choice::IssueType => Some(fields.issue_type),
                    Choice::Priority => Some(fields.priority),
                    Choice::Status => Some(fields.status),
                    Choice::Resolution => fields.resolution,
                };
                index
                    .and_then(|index| chosen(choice, index))
                    .into_iter()
                    .collect()
            }
            Field::StatusCategory => {
                let category =
                    options
                        .statuses
                        .get(fields.status)
                        .map(|status| match status.category {
                            super::options::StatusCategory::ToDo => "To Do",
                            super::options::StatusCategory::InProgress => "In Progress",
                            super::options::StatusCategory::Done => "Done",
                        });
                category.map(str::to_owned).into_iter().collect()
            }
            Field::Labels => fields.labels.clone(),
            Field::Component => fields.components.clone(),
            Field::FixVersion => fields.fix_versions.clone(),
            Field::AffectedVersion => fields.versions.clone(),
            Field::Text(part) => texts(part, issue),
            Field::Time(_) => Vec::new(),
            Field::Custom(number, _) => match fields.custom.get(&number) {
                None => Vec::new(),
                Some(Value::Array(list)) => list
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
                Some(Value::String(text)) => vec![text.clone()],
                Some(other) => vec![other.to_string()],
            },
        }
    }

    fn equals(&self, field: Field, value: &Operand, issue: &Issue) -> bool {
        let text = match value {
            Operand::Text(text) => text.as_str(),
            Operand::Function(name) if name == "currentuser" => self.caller,
            _ => "",
        };
        match field {
            Field::Project => self.project(text) == Some(issue.project),
            Field::Key => self.store.find(text) == Some(issue.id),
            Field::Person(_) => {
                let wanted = self.person(text).map(|user| user.name.as_str());
                self.words(field, issue)
                    .iter()
                    .any(|name| Some(name.as_str()) == wanted)
            }
            Field::Choice(choice) => {
                let options = &self.site.options;
                let wanted = choice.find(options, text);
                self.words(field, issue)
                    .iter()
                    .any(|name| choice.find(options, name) == wanted)
            }
            Field::Time(time) => self
                .time(value)
                .is_some_and(|wanted| at(time, issue) == Some(wanted)),
            _ => self
                .words(field, issue)
                .iter()
                .any(|word| word.eq_ignore_ascii_case(text)),
        }
    }

    /// Every word of the sought text occurs.
    fn contains(&self, field: Field, value: &Operand, issue: &Issue) -> bool {
        let Operand::Text(sought) = value else {
            return false;
        };
        let text = self.words(field, issue).join("\n").to_lowercase();
        let sought = sought.to_lowercase();
        let mut words = sought
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty());
        words.all(|word| text.contains(word))
    }

    fn time(&self, value: &Operand) -> Option<Timestamp> {
        match value {
            Operand::Text(text) => self.site.clock.read_query_date(text),
            Operand::Function(name) if name == "now" => Some(Timestamp::now()),
            _ => None,
        }
    }

    fn compares(&self, field: Field, operator: Operator, value: &Operand, issue: &Issue) -> bool {
        let order = match field {
            Field::Time(time) => at(time, issue)
                .zip(self.time(value))
                .map(|(own, wanted)| own.cmp(&wanted)),
            Field::Key => match value {
                Operand::Text(text) => self.store.issue(text).ok().and_then(|other| {
                    (other.project == issue.project)
                        .then(|| key_number(&issue.key).cmp(&key_number(&other.key)))
                }),
                _ => None,
            },
            Field::Choice(Choice::Priority) => match value {
                // The list runs from the highest priority to the lowest.
                Operand::Text(text) => Choice::Priority
                    .find(&self.site.options, text)
                    .map(|wanted| wanted.cmp(&issue.fields.priority)),
                _ => None,
            },
            _ => match (value, self.words(field, issue).first()) {
                (Operand::Text(wanted), Some(own)) => own
                    .parse::<f64>()
                    .ok()
                    .zip(wanted.parse::<f64>().ok())
                    .and_then(|(own, wanted)| own.partial_cmp(&wanted)),
                _ => None,
            },
        };
        order.is_some_and(|order| match operator {
            Operator::Greater => order.is_gt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            _ => false,
        })
    }
}

/// Which comparisons a field knows.
fn allowed(field: Field, operator: Operator) -> bool {
    let about_text = matches!(operator, Operator::Contains | Operator::ContainsNot);
    let about_order = matches!(
        operator,
        Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual
    );
    match field {
        Field::Text(_) | Field::Custom(_, CustomFieldKind::Text | CustomFieldKind::TextArea) => {
            about_text || matches!(operator, Operator::Is | Operator::IsNot)
        }
        Field::Time(_)
        | Field::Key
        | Field::Choice(Choice::Priority)
        | Field::Custom(_, CustomFieldKind::Number) => !about_text,
        _ => !about_text && !about_order,
    }
}

fn at(time: Time, issue: &Issue) -> Option<Timestamp> {
    match time {
        Time::Created => Some(issue.created),
        Time::Updated => Some(issue.updated),
        Time::Resolved => issue.resolved,
    }
}

fn texts(part: Text, issue: &Issue) -> Vec<String> {
    let summary = issue.fields.summary.clone();
    let description = issue.fields.description.clone();
    let comments = issue.comments.iter().map(|comment| comment.body.clone());
    match part {
        Text::Summary => vec![summary],
        Text::Description => description.into_iter().collect(),
        Text::Comment => comments.collect(),
        Text::All => std::iter::once(summary)
            .chain(description)
            .chain(comments)
            .collect(),
    }
}

fn key_number(key: &str) -> u64 {
    key.rsplit('-')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}
