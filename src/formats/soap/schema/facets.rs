//! Types of text: a built-in type and what restricts it.

use std::{borrow::Cow, sync::Arc};

use regex_lite::Regex;

use super::{builtin::Builtin, decimal::Decimal};

/// The longest list of allowed values that a message names.
const MOST_VALUES_SHOWN: usize = 20;

/// What becomes of the blanks of a text before it is checked (the facet `whiteSpace`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::formats::soap) enum Blanks {
    /// Nothing.
    Preserve,
    /// Tabs and line ends become spaces.
    Replace,
    /// Several become one, and those at the ends none.
    Collapse,
}

/// A type of text.
#[derive(Clone, Debug)]
pub(in crate::formats::soap) struct SimpleType {
    /// The built-in type that it comes from.
    pub builtin: Builtin,
    /// What becomes of blanks.
    pub blanks: Blanks,
    /// What restricts it, from the base type to the derived one.
    pub facets: Vec<Arc<Facets>>,
    /// A list or a union: any text passes.
    pub is_unchecked: bool,
}

/// One step of restriction.
#[derive(Clone, Debug, Default)]
pub(in crate::formats::soap) struct Facets {
    /// The values allowed; empty allows all.
    pub values: Vec<String>,
    /// Exactly so long.
    pub length: Option<usize>,
    /// At least so long.
    pub min_length: Option<usize>,
    /// At most so long.
    pub max_length: Option<usize>,
    /// One of these has to match. A step with a pattern that cannot be checked here has none.
    pub patterns: Vec<(String, Regex)>,
    /// `>=`.
    pub min_inclusive: Option<String>,
    /// `<=`.
    pub max_inclusive: Option<String>,
    /// `>`.
    pub min_exclusive: Option<String>,
    /// `<`.
    pub max_exclusive: Option<String>,
    /// Digits that count.
    pub total_digits: Option<usize>,
    /// Digits behind the point.
    pub fraction_digits: Option<usize>,
}

impl SimpleType {
    /// A built-in type.
    pub(super) fn builtin(builtin: Builtin, blanks: Blanks) -> Self {
        Self { builtin, blanks, facets: Vec::new(), is_unchecked: false }
    }

    /// A list or a union.
    pub fn unchecked() -> Self {
        Self { is_unchecked: true, ..Self::builtin(Builtin::Text, Blanks::Preserve) }
    }

    /// What is wrong with a text.
    pub fn check(&self, text: &str) -> Result<(), String> {
        if self.is_unchecked {
            return Ok(());
        }
        let text = self.blanks.apply(text);
        self.builtin.check(&text)?;
        self.facets.iter().try_for_each(|facets| facets.check(self.builtin, &text))
    }

    /// The values allowed; empty where they are not listed.
    pub fn values(&self) -> &[String] {
        self.facets.iter().rev().map(|facets| facets.values.as_slice()).find(|values| !values.is_empty()).unwrap_or_default()
    }
}

impl Blanks {
    fn apply(self, text: &str) -> Cow<'_, str> {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        match self {
            Self::Preserve => Cow::Borrowed(text),
            Self::Replace => Cow::Owned(text.replace(['\t', '\n', '\r'], " ")),
            Self::Collapse if !text.contains(is_blank) => Cow::Borrowed(text),
            Self::Collapse => {
                let words: Vec<&str> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
                Cow::Owned(words.join(" "))
            }
        }
    }
}

impl Facets {
    fn check(&self, builtin: Builtin, text: &str) -> Result<(), String> {
        self.check_values(builtin, text)?;
        self.check_length(builtin, text)?;
        if !self.patterns.is_empty() && !self.patterns.iter().any(|(_, regex)| regex.is_match(text)) {
            let patterns: Vec<&str> = self.patterns.iter().map(|(pattern, _)| pattern.as_str()).collect();
            return Err(format!("must have the form {}", patterns.join(" or ")));
        }
        if builtin.is_number() { self.check_number(text) } else { Ok(()) }
    }

    fn check_values(&self, builtin: Builtin, text: &str) -> Result<(), String> {
        let is_same = |value: &String| {
            let number = || Decimal::parse(value.trim()).zip(Decimal::parse(text));
            value == text || builtin.is_number() && number().is_some_and(|(value, text)| value == text)
        };
        if self.values.is_empty() || self.values.iter().any(is_same) {
            return Ok(());
        }
        let shown: Vec<&str> = self.values.iter().take(MOST_VALUES_SHOWN).map(String::as_str).collect();
        let more = if self.values.len() > MOST_VALUES_SHOWN { ", …" } else { "" };
        Err(format!("must be one of {}{more}", shown.join(", ")))
    }

    fn check_length(&self, builtin: Builtin, text: &str) -> Result<(), String> {
        if self.length.is_none() && self.min_length.is_none() && self.max_length.is_none() {
            return Ok(());
        }
        let length = builtin.length(text);
        if let Some(wanted) = self.length.filter(|wanted| *wanted != length) {
            return Err(format!("is {length} long and must be {wanted}"));
        }
        if let Some(least) = self.min_length.filter(|least| length < *least) {
            return Err(format!("is {length} long and must be at least {least}"));
        }
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            return Err(format!("is {length} long and may be at most {most}"));
        }
        Ok(())
    }

    fn check_number(&self, text: &str) -> Result<(), String> {
        let Some(number) = Decimal::parse(text) else { return Ok(()) };
        let bound = |bound: &Option<String>, breaks: fn(Decimal<'_>, Decimal<'_>) -> bool, words: &str| {
            let Some(bound) = bound.as_deref().map(str::trim) else { return Ok(()) };
            let is_broken = Decimal::parse(bound).is_some_and(|bound| breaks(number, bound));
            if is_broken { Err(format!("must be {words} {bound}")) } else { Ok(()) }
        };
        bound(&self.min_inclusive, |number, bound| number < bound, "at least")?;
        bound(&self.max_inclusive, |number, bound| number > bound, "at most")?;
        bound(&self.min_exclusive, |number, bound| number <= bound, "more than")?;
        bound(&self.max_exclusive, |number, bound| number >= bound, "less than")?;
        let digits = |most: Option<usize>, has: usize, words: &str| match most {
            Some(most) if has > most => Err(format!("has {has} {words} and may have at most {most}")),
            _ => Ok(()),
        };
        digits(self.total_digits, number.total_digits(), "digits")?;
        digits(self.fraction_digits, number.fraction_digits(), "digits behind the point")
    }
}

#[cfg(test)]
mod tests {
    use super::{super::builtin::builtin, *};

    fn restricted(base: &str, facets: Facets) -> SimpleType {
        SimpleType { facets: vec![Arc::new(facets)], ..builtin(base).unwrap() }
    }

    #[test]
    fn each_facet_refuses_what_it_must() {
        let some = |text: &str| Some(text.to_owned());
        let regex = super::super::pattern::compile("[A-Z]+").unwrap();
        for (base, facets, good, bad, words) in [
            ("string", Facets { values: vec!["A".into(), "B".into()], ..Facets::default() }, "B", " B", "one of A, B"),
            ("token", Facets { values: vec!["A".into()], ..Facets::default() }, " A ", "a", "one of A"),
            ("int", Facets { values: vec!["5".into()], ..Facets::default() }, "05", "6", "one of 5"),
            ("string", Facets { length: Some(2), ..Facets::default() }, "äö", "ä", "must be 2"),
            ("string", Facets { min_length: Some(2), ..Facets::default() }, "ab", "a", "at least 2"),
            ("string", Facets { max_length: Some(2), ..Facets::default() }, "ab", "abc", "at most 2"),
            ("base64Binary", Facets { max_length: Some(2), ..Facets::default() }, "YWI=", "YWJj", "at most 2"),
            ("string", Facets { patterns: vec![("[A-Z]+".into(), regex)], ..Facets::default() }, "AB", "Ab", "form [A-Z]+"),
            ("int", Facets { min_inclusive: some("3"), ..Facets::default() }, "3", "2", "at least 3"),
            ("decimal", Facets { max_inclusive: some("3.5"), ..Facets::default() }, "3.50", "3.51", "at most 3.5"),
            ("int", Facets { min_exclusive: some("3"), ..Facets::default() }, "4", "3", "more than 3"),
            ("int", Facets { max_exclusive: some("3"), ..Facets::default() }, "2", "3", "less than 3"),
            ("decimal", Facets { total_digits: Some(3), ..Facets::default() }, "1.230", "12.34", "at most 3"),
            ("decimal", Facets { fraction_digits: Some(1), ..Facets::default() }, "1.50", "1.55", "at most 1"),
        ] {
            let simple = restricted(base, facets);
            assert_eq!(simple.check(good), Ok(()), "{base} {good:?}");
            let message = simple.check(bad).unwrap_err();
            assert!(message.contains(words), "{base} {bad:?}: {message}");
        }
    }
}
