//! The `fields` parameter: which fields of an issue are shown.

use serde_json::{Map, Value};

/// Which fields a caller wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldFilter {
    all: bool,
    navigable: bool,
    named: Vec<String>,
    not: Vec<String>,
}

/// Fields too long for lists.
const NOT_NAVIGABLE: [&str; 4] = ["comment", "attachment", "worklog", "timetracking"];

impl FieldFilter {
    /// Reads a list such as `summary,-comment` or `*all`; `default` stands for an absent or purely negative list.
    pub(super) fn new(given: Option<&[String]>, default: &str) -> Self {
        let mut filter = Self { all: false, navigable: false, named: Vec::new(), not: Vec::new() };
        let given = given.unwrap_or_default();
        let only_negative = given.iter().all(|name| name.starts_with('-'));
        let implied = only_negative.then(|| default.to_owned());
        for name in given.iter().chain(implied.as_ref()) {
            match name.as_str() {
                "*all" => filter.all = true,
                "*navigable" => filter.navigable = true,
                name => match name.strip_prefix('-') {
                    Some(name) => filter.not.push(name.to_owned()),
                    None => filter.named.push(name.to_owned()),
                },
            }
        }
        filter
    }

    fn wants(&self, field: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == field);
        !named(&self.not) && (self.all || (self.navigable && !NOT_NAVIGABLE.contains(&field)) || named(&self.named))
    }

    /// Whether nothing but ids and keys is wanted.
    pub(super) fn only(&self, what: &str) -> bool {
        !self.all && !self.navigable && self.named.iter().all(|name| name == what)
    }

    pub(super) fn apply(&self, mut fields: Map<String, Value>) -> Map<String, Value> {
        fields.retain(|name, _| self.wants(name));
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(given: &[&str], default: &str) -> Vec<String> {
        let given: Vec<String> = given.iter().map(|name| (*name).to_owned()).collect();
        let fields = ["attachment", "labels", "summary"];
        let all = fields.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        let given = (!given.is_empty()).then_some(given.as_slice());
        FieldFilter::new(given, default).apply(all).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn lists_stars_and_exclusions() {
        assert_eq!(shown(&[], "*all"), ["attachment", "labels", "summary"]);
        assert_eq!(shown(&[], "*navigable"), ["labels", "summary"]);
        assert_eq!(shown(&["-labels"], "*all"), ["attachment", "summary"]);
        assert_eq!(shown(&["summary", "nonsense"], "*all"), ["summary"]);
        assert_eq!(shown(&["*all", "-summary"], "id"), ["attachment", "labels"]);
        assert!(shown(&[], "id").is_empty());
    }
}
