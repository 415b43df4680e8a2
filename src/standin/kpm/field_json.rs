//! Fields in JSON, for those who look into a stand-in or set something in it: groups are objects, fields that occur more than
//! once are lists, everything else is a text. A text with attributes is an object with the key `text` for the text.

use serde_json::{Map, Value};

use super::{
    contract::{Contract, Field, Kind},
    element::{Content, Element},
};

/// The fields as JSON.
pub(super) fn to_json(contract: &Contract, fields: &[Field], elements: &[Element]) -> Value {
    let mut object = Map::new();
    for element in elements {
        let field = fields.iter().find(|field| field.name == element.name);
        let value = value_of(contract, field, element);
        if field.is_some_and(|field| field.at_most.is_none()) {
            if let Value::Array(list) = object.entry(element.name.clone()).or_insert_with(|| Value::Array(Vec::new())) {
                list.push(value);
            }
        } else {
            object.insert(element.name.clone(), value);
        }
    }
    Value::Object(object)
}

fn value_of(contract: &Contract, field: Option<&Field>, element: &Element) -> Value {
    match &element.content {
        Content::Text(text) if element.attributes.is_empty() => Value::from(text.as_str()),
        Content::Text(text) => {
            let attributes = element.attributes.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
            let mut object: Map<String, Value> = attributes.collect();
            object.insert("text".to_owned(), Value::from(text.as_str()));
            Value::Object(object)
        }
        Content::Elements(elements) => match field.map(|field| &field.kind) {
            Some(Kind::Named(name)) => to_json(contract, contract.fields(name), elements),
            _ => Value::Null,
        },
        Content::Binary(bytes) => Value::from(bytes.len()),
    }
}

/// The fields in the order of the contract. Mandatory ones may be absent; null leaves a field out.
pub(super) fn from_json(contract: &Contract, fields: &[Field], json: &Value) -> Result<Vec<Element>, String> {
    let Value::Object(object) = json else {
        return Err(format!("{json} stands where an object has to stand"));
    };
    if let Some(unknown) = object.keys().find(|key| !fields.iter().any(|field| field.name == **key)) {
        return Err(format!("there is no field {unknown} here"));
    }
    let mut elements = Vec::new();
    for field in fields {
        match (object.get(&field.name), field.at_most) {
            (None | Some(Value::Null), _) => {}
            (Some(Value::Array(values)), None) => {
                for value in values {
                    elements.push(element_of(contract, field, value)?);
                }
            }
            (Some(value), _) => elements.push(element_of(contract, field, value)?),
        }
    }
    Ok(elements)
}

fn element_of(contract: &Contract, field: &Field, json: &Value) -> Result<Element, String> {
    let shape = match &field.kind {
        Kind::Named(name) => contract.named(name),
        _ => None,
    };
    match (shape, json) {
        (Some(shape), _) if !shape.fields.is_empty() => {
            let inner = from_json(contract, &shape.fields, json).map_err(|error| format!("{}: {error}", field.name))?;
            Ok(Element::group(&field.name, inner))
        }
        (Some(shape), Value::Object(object)) => {
            let part = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
            let mut element = Element::text(&field.name, part("text").unwrap_or_default());
            element.attributes = shape.attributes.iter().filter_map(|name| Some((name.clone(), part(name)?))).collect();
            Ok(element)
        }
        (_, Value::String(text)) => Ok(Element::text(&field.name, text.clone())),
        (_, Value::Number(_) | Value::Bool(_)) => Ok(Element::text(&field.name, json.to_string())),
        _ => Err(format!("{}: {json} is no text", field.name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::standin::kpm::contract::WSDL;

    fn read(json: &Value) -> Result<Vec<Element>, String> {
        let contract = Contract::read(WSDL).unwrap();
        from_json(&contract, contract.fields("DevelopmentProblem"), json)
    }

    #[test]
    fn fields_there_and_back() {
        let contract = Contract::read(WSDL).unwrap();
        let fields = json!({
            "ShortText": "Display bleibt dunkel",
            "Rating": "2",
            "TCB": "true",
            "Origin": {"Phase": "PVS"},
            "ModuleRelevant": {"ModuleRelevant": ["a", "b"]},
            "AdditionalCriteriaList": {"AdditionalCriteria": [{"description": "Land", "text": "DE"}, "plain"]},
        });
        let elements = read(&fields).unwrap();
        assert_eq!(elements[0].name, "Rating", "the order is that of the contract");
        assert_eq!(to_json(&contract, contract.fields("DevelopmentProblem"), &elements), fields);
    }

    #[test]
    fn what_no_field_is_is_refused() {
        for (json, said) in [
            (json!([]), "object"),
            (json!({"Shorttext": "a"}), "no field Shorttext"),
            (json!({"Origin": {"Fase": "a"}}), "Origin: there is no field Fase"),
            (json!({"Origin": "a"}), "Origin: \"a\" stands where"),
            (json!({"Rating": ["a"]}), "Rating: [\"a\"] is no text"),
        ] {
            let error = read(&json).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
