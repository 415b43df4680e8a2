//! Which issues a query matches, and in which order.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    catalogue::Choice,
    jql::{Condition, Operand, Operator, Query},
    jql_fields::{Field, Matcher, Person, Sort, texts},
    model::Issue,
    specs::StatusCategory,
};

impl Matcher<'_> {
    /// The matching issues in the wanted order; without one, newest first.
    pub(super) fn find(&self, query: &Query) -> Vec<&Issue> {
        let all = self.store.issues.values().filter(|issue| self.site.sees(self.caller, issue));
        let mut found: Vec<&Issue> = all.filter(|issue| self.matches(query, issue)).collect();
        found.sort_by(|one, other| self.order(query, one, other).then(other.id.cmp(&one.id)));
        found
    }

    /// Whether one issue matches.
    pub(super) fn matches(&self, query: &Query, issue: &Issue) -> bool {
        query.condition.as_ref().is_none_or(|condition| self.holds(condition, issue))
    }

    fn order(&self, query: &Query, one: &Issue, other: &Issue) -> Ordering {
        let by_field = |(name, descending): &(String, bool)| {
            let Some(field) = self.field(name) else {
                return Ordering::Equal;
            };
            let order = self.sort_key(field, one).cmp(&self.sort_key(field, other));
            if *descending { order.reverse() } else { order }
        };
        query.order.iter().map(by_field).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    fn sort_key(&self, field: Field, issue: &Issue) -> (i64, String) {
        let number = |number: u64| (i64::try_from(number).unwrap_or(i64::MAX), String::new());
        match field {
            Field::Key => (i64::try_from(issue.project).unwrap_or(i64::MAX), format!("{:020}", key_number(&issue.key))),
            Field::Time(time) => (self.at(time, issue).map_or(i64::MAX, Timestamp::as_millisecond), String::new()),
            Field::Custom(id, Sort::Time) => {
                (self.custom_time(id, issue).map_or(i64::MAX, Timestamp::as_millisecond), String::new())
            }
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
            Condition::Clause { field, operator, values } => {
                self.field(field).is_some_and(|field| self.clause_holds(field, *operator, values, issue))
            }
        }
    }

    fn clause_holds(&self, field: Field, operator: Operator, values: &[Operand], issue: &Issue) -> bool {
        let empty = match field {
            Field::Time(time) => self.at(time, issue).is_none(),
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
            Operator::NotEqual | Operator::NotIn | Operator::IsNot => !any && (names_empty || !empty),
            Operator::Contains => values.iter().any(|value| self.contains(field, value, issue)),
            Operator::ContainsNot => !empty && !values.iter().any(|value| self.contains(field, value, issue)),
            _ => values.first().is_some_and(|value| self.compares(field, operator, value, issue)),
        }
    }

    /// The value of a field as words, none if it is empty.
    fn words(&self, field: Field, issue: &Issue) -> Vec<String> {
        let options = &self.site.options;
        let fields = &issue.fields;
        let chosen = |choice: Choice, index: usize| choice.names(options).get(index).map(|name| (*name).to_owned());
        let text = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
        match field {
            Field::Project => options.projects.get(issue.project).map(|project| project.key.clone()).into_iter().collect(),
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
                index.and_then(|index| chosen(choice, index)).into_iter().collect()
            }
            Field::StatusCategory => {
                let category = options.statuses.get(fields.status).map(|status| match status.category {
                    StatusCategory::ToDo => "To Do",
                    StatusCategory::InProgress => "In Progress",
                    StatusCategory::Done => "Done",
                });
                category.map(str::to_owned).into_iter().collect()
            }
            Field::Labels => fields.labels.clone(),
            Field::Component => fields.components.clone(),
            Field::FixVersion => fields.fix_versions.clone(),
            Field::AffectedVersion => fields.versions.clone(),
            Field::Text(part) => texts(part, issue),
            Field::Time(_) => Vec::new(),
            Field::Parent => fields.parent.map(|id| id.to_string()).into_iter().collect(),
            Field::SecurityLevel => text(&fields.security),
            Field::Custom(number, _) => match fields.custom.get(&number) {
                None => Vec::new(),
                Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
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
            Field::Person(_) | Field::Custom(_, Sort::Person) => {
                let wanted = self.person(text).map(|user| user.name.as_str());
                self.words(field, issue).iter().any(|name| Some(name.as_str()) == wanted)
            }
            Field::Choice(choice) => {
                let options = &self.site.options;
                let wanted = choice.find(options, text);
                self.words(field, issue).iter().any(|name| choice.find(options, name) == wanted)
            }
            Field::Parent => issue.fields.parent.is_some() && self.store.find(text) == issue.fields.parent,
            Field::Time(time) => self.time(value).is_some_and(|wanted| self.at(time, issue) == Some(wanted)),
            Field::Custom(id, Sort::Time) => self.time(value).is_some_and(|wanted| self.custom_time(id, issue) == Some(wanted)),
            Field::Custom(_, Sort::Number) => {
                let number = |text: &str| text.parse::<f64>().ok();
                self.words(field, issue).iter().any(|word| number(word) == number(text))
            }
            _ => self.words(field, issue).iter().any(|word| word.eq_ignore_ascii_case(text)),
        }
    }

    /// Every word of the sought text occurs.
    fn contains(&self, field: Field, value: &Operand, issue: &Issue) -> bool {
        let Operand::Text(sought) = value else {
            return false;
        };
        let text = self.words(field, issue).join("\n").to_lowercase();
        let sought = sought.to_lowercase();
        let mut words = sought.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
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
            Field::Time(time) => self.at(time, issue).zip(self.time(value)).map(|(own, wanted)| own.cmp(&wanted)),
            Field::Custom(id, Sort::Time) => {
                self.custom_time(id, issue).zip(self.time(value)).map(|(own, wanted)| own.cmp(&wanted))
            }
            Field::Key => match value {
                Operand::Text(text) => self.store.issue(text).ok().and_then(|other| {
                    (other.project == issue.project).then(|| key_number(&issue.key).cmp(&key_number(&other.key)))
                }),
                _ => None,
            },
            Field::Choice(Choice::Priority) => match value {
                // The list runs from the highest priority to the lowest.
                Operand::Text(text) => {
                    Choice::Priority.find(&self.site.options, text).map(|wanted| wanted.cmp(&issue.fields.priority))
                }
                _ => None,
            },
            _ => match (value, self.words(field, issue).first()) {
                (Operand::Text(wanted), Some(own)) => {
                    own.parse::<f64>().ok().zip(wanted.parse::<f64>().ok()).and_then(|(own, wanted)| own.partial_cmp(&wanted))
                }
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

fn key_number(key: &str) -> u64 {
    key.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
