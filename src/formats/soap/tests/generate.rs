//! Values that fit a schema, for property tests.

use proptest::{
    collection::vec,
    prelude::*,
    strategy::{BoxedStrategy, Union},
};
use serde_json::{Map, Value};

use crate::formats::soap::schema::{Builtin, ComplexType, Particle, Schema, SimpleType, Term, Type, TypeId};

/// Types that contain themselves end here.
const DEEPEST: usize = 5;

/// Fields of an object, by name; more than one value where an element may repeat.
type Fields = Vec<(String, Value)>;

/// Any value of a type.
pub(super) fn any_value(schema: &Schema, id: TypeId, depth: usize) -> BoxedStrategy<Value> {
    match schema.type_of(id) {
        Type::Simple(simple) => any_text(simple).prop_map(Value::String).boxed(),
        Type::Complex(complex) => any_complex(schema, complex, depth),
        Type::Anything => "[a-z ]{0,5}".prop_map(Value::String).boxed(),
    }
}

fn any_complex(schema: &Schema, complex: &ComplexType, depth: usize) -> BoxedStrategy<Value> {
    let attributes: Vec<BoxedStrategy<Fields>> = complex
        .attributes
        .iter()
        .map(|attribute| {
            let name = format!("@{}", attribute.name.local);
            let one = any_value(schema, attribute.type_id, depth + 1).prop_map(move |value| vec![(name.clone(), value)]);
            if attribute.is_required { one.boxed() } else { prop_oneof![Just(Vec::new()), one].boxed() }
        })
        .collect();
    if let Some(text) = &complex.text {
        let has_attributes = !attributes.is_empty();
        return (any_text(text), attributes)
            .prop_map(move |(text, attributes)| {
                if !has_attributes {
                    return Value::String(text);
                }
                let text = vec![("#text".to_owned(), Value::String(text))];
                object([text].into_iter().chain(attributes), |_| false)
            })
            .boxed();
    }
    let content: Vec<BoxedStrategy<Fields>> =
        complex.content.iter().map(|particle| any_fields(schema, particle, depth)).collect();
    let many: Vec<String> = complex.fields.iter().filter(|(_, field)| field.is_many).map(|(name, _)| name.clone()).collect();
    (attributes, content)
        .prop_map(move |(attributes, content)| {
            object(attributes.into_iter().chain(content), |name| many.iter().any(|many| many == name))
        })
        .boxed()
}

fn object(parts: impl Iterator<Item = Fields>, is_many: impl Fn(&str) -> bool) -> Value {
    let mut object = Map::new();
    for (name, value) in parts.flatten() {
        if is_many(&name) {
            let list = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut().unwrap().push(value);
        } else {
            assert!(object.insert(name, value).is_none());
        }
    }
    Value::Object(object)
}

fn any_fields(schema: &Schema, particle: &Particle, depth: usize) -> BoxedStrategy<Fields> {
    let min = usize::try_from(particle.min).unwrap();
    let max = particle.max.map_or(min + 3, |max| usize::try_from(max).unwrap());
    let max = if depth > DEEPEST { min } else { max };
    let once = match &particle.term {
        Term::Any => return Just(Vec::new()).boxed(),
        Term::Element(_) if max == 0 => return Just(Vec::new()).boxed(),
        Term::Element(element) => {
            let name = element.name.local.clone();
            let value = any_value(schema, element.type_id, depth + 1);
            let value = if element.is_nillable { prop_oneof![value, Just(Value::Null)].boxed() } else { value };
            value.prop_map(move |value| vec![(name.clone(), value)]).boxed()
        }
        Term::Sequence(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| any_fields(schema, part, depth)).collect();
            parts.prop_map(|parts| parts.concat()).boxed()
        }
        Term::Choice(parts) => Union::new(parts.iter().map(|part| any_fields(schema, part, depth))).boxed(),
    };
    vec(once, min..=max).prop_map(|times| times.concat()).boxed()
}

fn any_text(simple: &SimpleType) -> BoxedStrategy<String> {
    if let [first, ..] = simple.values() {
        let values: Vec<String> = simple.values().iter().chain([first]).cloned().collect();
        return proptest::sample::select(values).boxed();
    }
    let pattern = simple.facets.iter().find_map(|facets| facets.patterns.first());
    if let Some((pattern, _)) = pattern {
        return proptest::string::string_regex(pattern).unwrap().boxed();
    }
    let text = match simple.builtin {
        Builtin::Boolean => "true|false|1|0| true",
        Builtin::Integer(..) => "-?[0-9]{1,5}| 7",
        // Small enough for every bound in the contracts.
        Builtin::Decimal => "[0-9]|[1-9]\\.[0-9]",
        Builtin::Form("a date (2024-12-31, with or without zone)", _) => "20[0-9]{2}-0[1-9]-[12][0-9](Z|\\+02:00)?",
        Builtin::Form(..) => "20[0-9]{2}-0[1-9]-[12][0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?",
        Builtin::Base64 => "([A-Za-z0-9+/]{4}){0,3}",
        Builtin::NcName => "[a-z_][a-z0-9.-]{0,5}",
        _ => return any_xml_text(),
    };
    proptest::string::string_regex(text).unwrap().boxed()
}

/// Any text that XML can hold, with more of what is special in it.
pub(super) fn any_xml_text() -> BoxedStrategy<String> {
    let special = proptest::sample::select(vec![
        '<',
        '>',
        '&',
        '"',
        '\'',
        ']',
        ' ',
        '\t',
        '\n',
        '\r',
        '\u{85}',
        '\u{2028}',
        'ä',
        '\u{1F600}',
    ]);
    let any = any::<char>().prop_filter("XML holds it", |c| crate::formats::soap::name::is_xml_char(*c));
    vec(prop_oneof![special, any], 0..12).prop_map(|chars| chars.into_iter().collect()).boxed()
}
