//! Compares answers with an `OpenAPI` description: far from everything, but names and types near the top.

use serde_json::{Map, Value};

/// How deep references are followed.
const DEPTH_LIMIT: usize = 3;

/// A loaded description.
pub struct Description {
    document: Value,
}

impl Description {
    pub fn load(path: &std::path::Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        Self { document: serde_json::from_str(&text).unwrap() }
    }

    /// The description of one operation.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        self.document["paths"].get(path)?.get(method.to_lowercase())
    }

    fn resolved<'a>(&'a self, schema: &'a Value, depth: usize) -> &'a Value {
        let target = schema["$ref"].as_str().and_then(|link| self.document.pointer(link.trim_start_matches('#')));
        match target {
            Some(target) if depth < 10 => self.resolved(target, depth + 1),
            _ => schema,
        }
    }

    /// Complaints about an answer; none if it is as described.
    pub fn complaints(&self, method: &str, path: &str, status: u16, body: &Value) -> Vec<String> {
        let Some(operation) = self.operation(method, path) else {
            return vec![format!("{method} {path} is not described")];
        };
        let Some(response) = operation["responses"].get(status.to_string()) else {
            return vec![format!("{method} {path}: status {status} is not described")];
        };
        let content = response["content"].as_object().and_then(|kinds| kinds.values().next());
        let Some(schema) = content.and_then(|content| content.get("schema")) else {
            return Vec::new();
        };
        let mut complaints = Vec::new();
        self.compare(schema, body, 0, &format!("{method} {path}"), &mut complaints);
        complaints
    }

    fn compare(&self, schema: &Value, value: &Value, depth: usize, at: &str, complaints: &mut Vec<String>) {
        let schema = self.resolved(schema, 0);
        if depth > DEPTH_LIMIT || value.is_null() {
            return;
        }
        if let Some(parts) = schema["allOf"].as_array() {
            for part in parts {
                self.compare(part, value, depth, at, complaints);
            }
            return;
        }
        if let Some(kind) = schema["type"].as_str()
            && !fits(kind, value)
        {
            // The Data Center description shows the element where the answer is a list of them.
            match value.as_array() {
                Some(entries) if kind == "object" => {
                    for entry in entries {
                        self.compare(schema, entry, depth + 1, at, complaints);
                    }
                }
                _ => complaints.push(format!("{at}: described as {kind}, is {value}")),
            }
            return;
        }
        match value {
            Value::Object(entries) => self.compare_object(schema, entries, depth, at, complaints),
            Value::Array(entries) if !schema["items"].is_null() => {
                for entry in entries {
                    self.compare(&schema["items"], entry, depth + 1, at, complaints);
                }
            }
            _ => {}
        }
    }

    fn compare_object(
        &self,
        schema: &Value,
        entries: &Map<String, Value>,
        depth: usize,
        at: &str,
        complaints: &mut Vec<String>,
    ) {
        let Some(known) = schema["properties"].as_object() else {
            return;
        };
        let open = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
        for (name, value) in entries {
            match known.get(name) {
                Some(schema) => self.compare(schema, value, depth + 1, &format!("{at} .{name}"), complaints),
                None if open => {}
                None => complaints.push(format!("{at}: '{name}' is not described")),
            }
        }
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => true,
    }
}
