//! Values of single fields that need no knowledge of the site.

use serde_json::Value;

pub(super) fn cannot_be_set(field: &str) -> String {
    format!("Field '{field}' cannot be set. It is not on the appropriate screen, or unknown.")
}

pub(super) fn summary(value: &Value) -> Result<String, String> {
    let text = value.as_str().ok_or("Operation value must be a string")?;
    if text.trim().is_empty() {
        return Err("You must specify a summary of the issue.".to_owned());
    }
    if text.contains(['\n', '\r']) {
        return Err("The summary is invalid because it contains newline characters.".to_owned());
    }
    if text.chars().count() > 255 {
        return Err("Summary must be less than 255 characters.".to_owned());
    }
    Ok(text.trim().to_owned())
}

pub(super) fn labels(value: &Value) -> Result<Vec<String>, String> {
    let list = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err("data was not an array".to_owned()),
    };
    let mut labels = Vec::new();
    for entry in list {
        let label = entry.as_str().ok_or("string expected at index 0")?;
        if label.is_empty() || label.contains(char::is_whitespace) {
            return Err(format!("The label '{label}' contains spaces which is invalid."));
        }
        if label.chars().count() > 255 {
            return Err(format!("The label '{label}' exceeds the maximum length for a single label of 255 characters."));
        }
        if !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
    }
    // Jira keeps labels as a set and shows them in alphabetical order.
    labels.sort();
    Ok(labels)
}

pub(super) fn date(value: &Value) -> Result<Option<String>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let text = value.as_str().ok_or("Operation value must be a string")?;
    let parsed = jiff::civil::Date::strptime("%Y-%m-%d", text);
    parsed.map(|_| Some(text.to_owned())).map_err(|_| format!("Error parsing date string: {text}. Expected format: yyyy-MM-dd"))
}
