//! What a segment may hold, as tables that messages are checked against.

use super::{
    component::{Charset, Component},
    error::Place,
    finding::{Findings, Gravity},
    segment::Segment,
};

/// Which characters a component may consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `a`: letters.
    Letters,
    /// `n`: digits.
    Digits,
    /// `an`: any.
    Any,
}

/// What a component may be.
#[derive(Clone, Copy, Debug)]
pub struct ComponentRule {
    /// What it is, in words.
    pub name: &'static str,
    /// Its characters.
    pub kind: Kind,
    /// The fewest characters, if it is there.
    pub least: usize,
    /// The most characters.
    pub most: usize,
    /// Whether it has to be there.
    pub is_mandatory: bool,
    /// What it has to be, if it is there.
    pub fixed: Option<&'static str>,
    /// How bad it is if it is not as this rule says.
    pub gravity: Gravity,
}

impl ComponentRule {
    /// Any characters, up to so many.
    #[must_use]
    pub const fn any(name: &'static str, most: usize) -> Self {
        Self { name, kind: Kind::Any, least: 1, most, is_mandatory: false, fixed: None, gravity: Gravity::Deviation }
    }

    /// Digits, up to so many.
    #[must_use]
    pub const fn digits(name: &'static str, most: usize) -> Self {
        Self { kind: Kind::Digits, ..Self::any(name, most) }
    }

    /// Letters, up to so many.
    #[must_use]
    pub const fn letters(name: &'static str, most: usize) -> Self {
        Self { kind: Kind::Letters, ..Self::any(name, most) }
    }

    /// The same, and not shorter than this.
    #[must_use]
    pub const fn least(self, least: usize) -> Self {
        Self { least, ..self }
    }

    /// The same, and it has to be there.
    #[must_use]
    pub const fn mandatory(self) -> Self {
        Self { is_mandatory: true, ..self }
    }

    /// The same, and it has to be this.
    #[must_use]
    pub const fn fixed(self, value: &'static str) -> Self {
        Self { fixed: Some(value), ..self }
    }

    /// The same, and nothing is clear without it.
    #[must_use]
    pub const fn essential(self) -> Self {
        Self { gravity: Gravity::Fault, ..self }
    }
}

/// The components of an element.
pub type ElementRule = &'static [ComponentRule];

/// The elements of a segment.
#[derive(Clone, Copy, Debug)]
pub struct SegmentRule {
    /// Its tag.
    pub tag: &'static str,
    /// Its elements.
    pub elements: &'static [ElementRule],
}

impl SegmentRule {
    /// Checks a segment. Components that the table does not know are deviations; the others are as grave as their rules say.
    pub fn check(&self, segment: &Segment<'_, '_>, findings: &mut Findings) {
        for (element, rules) in (1..).zip(self.elements) {
            for (component, rule) in (1..).zip(*rules) {
                rule.check(&segment.component(element, component), findings);
            }
        }
        for element in 1..=segment.elements() {
            let known = self.elements.get(element - 1).map_or(0, |rules| rules.len());
            let more = (known + 1..=segment.components(element)).map(|component| segment.component(element, component));
            if let Some(more) = more.into_iter().find(|component| !component.is_empty()) {
                let message = format!("{} knows no such component", self.tag);
                findings.add(Gravity::Deviation, more.place, message);
            }
        }
    }
}

impl ComponentRule {
    fn check(&self, component: &Component<'_>, findings: &mut Findings) {
        let name = self.name;
        let mut add = |place: Place, message: String| findings.add(self.gravity, place, message);
        if component.is_empty() {
            if self.is_mandatory {
                add(component.place, format!("the {name} is missing"));
            }
            return;
        }
        let text = component.text();
        match text.charset {
            Charset::Latin1 => {}
            Charset::Utf8 => add(component.place, format!("the {name} is in UTF-8, where UNOC is ISO 8859-1")),
            Charset::Neither => {
                add(component.place, format!("the {name} has bytes that are no characters of ISO 8859-1, nor UTF-8"));
            }
        }
        let length = text.value.chars().count();
        if length < self.least || length > self.most {
            add(component.place, format!("the {name} has {length} characters, not {}", self.lengths()));
        }
        match self.kind {
            Kind::Digits if !text.value.bytes().all(|byte| byte.is_ascii_digit()) => {
                add(component.place, format!("the {name} has other characters than digits"));
            }
            Kind::Letters if !text.value.chars().all(|c| c.is_alphabetic() || c == ' ') => {
                add(component.place, format!("the {name} has other characters than letters"));
            }
            _ => {}
        }
        if let Some(fixed) = self.fixed.filter(|fixed| *fixed != text.value) {
            add(component.place, format!("the {name} is not {fixed}"));
        }
    }

    fn lengths(&self) -> String {
        match (self.least, self.most) {
            (least, most) if least == most => most.to_string(),
            (1, most) => format!("at most {most}"),
            (least, most) => format!("{least} to {most}"),
        }
    }
}
