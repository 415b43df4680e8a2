//! Values of single fields that need no knowledge of the site.

use jiff::{Timestamp, civil::Date};
use serde_json::Value;

/// Most characters of a single line.
const LINE_LIMIT: usize = 255;

pub(super) fn cannot_be_set(field: &str) -> String {
    format!("Field '{field}' cannot be set. It is not on the appropriate screen, or unknown.")
}

pub(super) fn string(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "Operation value must be a string".to_owned())
}

pub(super) fn summary(value: &Value) -> Result<String, String> {
    let text = string(value)?;
    if text.trim().is_empty() {
        return Err("You must specify a summary of the issue.".to_owned());
    }
    if text.contains(['\n', '\r']) {
        return Err("The summary is invalid because it contains newline characters.".to_owned());
    }
    if text.chars().count() > LINE_LIMIT {
        return Err("Summary must be less than 255 characters.".to_owned());
    }
    Ok(text.trim().to_owned())
}

pub(super) fn line(value: &Value) -> Result<String, String> {
    let text = string(value)?;
    if text.chars().count() > LINE_LIMIT {
        return Err(format!("The entered text is too long. It exceeds the allowed limit of {LINE_LIMIT} characters."));
    }
    Ok(text.to_owned())
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
        if label.chars().count() > LINE_LIMIT {
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

/// `2011-10-19`, and nothing else.
pub(super) fn date(value: &Value) -> Result<Option<String>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let text = string(value)?;
    let parsed = Date::strptime("%Y-%m-%d", text).ok().filter(|date| date.to_string() == text);
    parsed
        .map(|_| Some(text.to_owned()))
        .ok_or_else(|| "Operation value must be a string in the format 'yyyy-MM-dd'".to_owned())
}

/// `2011-10-19T10:29:29.908+1100`: the offset has no colon. Cloud takes RFC 3339 beside that.
pub(super) fn point_in_time(value: &Value, cloud: bool) -> Result<Timestamp, String> {
    let text = string(value)?;
    let classic = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.3f%z", text).ok().and_then(|parsed| parsed.to_timestamp().ok());
    // Reading takes an offset with a colon for the same.
    let classic = classic.filter(|_| text.rfind(['+', '-']).is_some_and(|at| !text[at..].contains(':')));
    let found = classic.or_else(|| cloud.then(|| text.parse::<Timestamp>().ok()).flatten());
    found.ok_or_else(|| "Operation value must be a string in the format \"yyyy-MM-dd'T'HH:mm:ss.SSSZ\"".to_owned())
}

pub(super) fn address(value: &Value) -> Result<String, String> {
    let text = line(value)?;
    let absolute = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "ftp" | "mailto" | "file"));
    if absolute { Ok(text) } else { Err("Not a valid URL".to_owned()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn points_in_time_are_read_strictly() {
        let instant = "2011-10-18T23:29:29.908Z".parse::<Timestamp>().unwrap();
        for cloud in [true, false] {
            assert_eq!(point_in_time(&json!("2011-10-19T10:29:29.908+1100"), cloud), Ok(instant));
            for bad in ["2011-10-19", "2011-10-19 10:29", "19/Oct/11", "2011-10-19T10:29:29", ""] {
                assert!(point_in_time(&json!(bad), cloud).is_err(), "{bad}");
            }
        }
        for zoned in ["2011-10-19T10:29:29.908+11:00", "2011-10-18T23:29:29.908Z"] {
            assert_eq!(point_in_time(&json!(zoned), true), Ok(instant));
            assert!(point_in_time(&json!(zoned), false).is_err(), "{zoned}");
        }
    }

    #[test]
    fn dates_have_one_form() {
        assert_eq!(date(&json!("2011-10-09")), Ok(Some("2011-10-09".to_owned())));
        assert_eq!(date(&Value::Null), Ok(None));
        for bad in ["2011-10-9", "9/Oct/11", "2011-13-01", "2011-10-09T00:00:00.000+0000", ""] {
            assert!(date(&json!(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_are_absolute() {
        assert!(address(&json!("https://example.org/x")).is_ok());
        assert_eq!(address(&json!("example.org")), Err("Not a valid URL".to_owned()));
    }
}
