//! What Jira's answers mean: its words in the five shapes of errors, what they say against our credentials, and whose words they are.

use reqwest::StatusCode;
use serde_json::Value;

use super::super::http::Answer;
use crate::sync::{fault::Fault, value::to_text};

/// The JSON of a success, or the fault with Jira's words.
pub(super) fn value(answer: &Answer) -> Result<Value, Fault> {
    if answer.status.is_success() {
        // 204 comes with a content type and no body.
        return if answer.body.is_empty() { Ok(Value::Null) } else { answer.json() };
    }
    let (words, fields) = words_of(&answer.body).unwrap_or_else(|| (answer.beginning(), Vec::new()));
    Err(Fault { fields, ..answer.fault(&words) })
}

/// What an answer says against our credentials.
pub(super) fn refusal(answer: &Answer) -> Option<Fault> {
    let said = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let reason = said("x-seraph-loginreason");
    let status = answer.status;
    let locked = status == StatusCode::FORBIDDEN
        && (reason.contains("AUTHENTICATION_DENIED") || !said("x-authentication-denied-reason").is_empty());
    let words = match status {
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => words_of(&answer.body).map(|(words, _)| words),
        _ => None,
    };
    let words = words.unwrap_or_else(|| answer.beginning());
    if locked {
        let hint =
            "log in by hand once as this account and answer the CAPTCHA; until then Jira refuses even the right password";
        return Some(Fault::credentials(format!("{status}: {words}")).hint(hint));
    }
    if status == StatusCode::FORBIDDEN && words.contains("Connect Session Auth Token") {
        let hint = "Jira Cloud takes no such token: use `username` (the e-mail address) and `password` (an API token)";
        return Some(Fault::credentials(format!("{status}: {words}")).hint(hint));
    }
    if status == StatusCode::UNAUTHORIZED {
        return Some(answer.fault(&words));
    }
    let stranger = reason.contains("AUTHENTICATED_FAILED") || said("x-ausername") == "anonymous";
    let is_answer = !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS;
    (stranger && is_answer)
        .then(|| Fault::credentials(format!("{status}, as to a stranger")).hint("look at username and password (or token)"))
}

/// The fault of a 404 that is none of Jira's: whatever stands before it says so of all that it does not know.
pub(super) fn not_jiras(answer: &Answer) -> Option<Fault> {
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let gateways = told["timestamp"].is_string() || told["timestamp"].is_number();
    if !gateways && !answer.is_page() {
        return None;
    }
    let words = words_of(&answer.body).map_or_else(|| answer.beginning(), |(words, _)| words);
    let fault = Fault::transient(format!("{}, and not from Jira: {words}", answer.status));
    Some(fault.hint("is a proxy in between, or the tracker's url wrong?"))
}

/// Jira's own words in an error, and the fields that it names.
pub(super) fn words_of(body: &[u8]) -> Option<(String, Vec<String>)> {
    let told: Value = serde_json::from_slice(body).ok()?;
    let mut words: Vec<String> = Vec::new();
    let general = told["errorMessages"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    words.extend(general.iter().filter_map(Value::as_str).map(str::to_owned));
    let mut fields = Vec::new();
    if let Some(errors) = told["errors"].as_object() {
        for (field, message) in errors {
            words.push(format!("{field}: {}", to_text(message, ", ")));
            fields.push(field.clone());
        }
    }
    for key in ["detail", "title", "message", "error"] {
        if words.is_empty() {
            words.extend(told[key].as_str().map(str::to_owned));
        }
    }
    (!words.is_empty()).then(|| (words.join("; "), fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_shapes_of_errors_keep_jiras_words() {
        let words = |body: &str| words_of(body.as_bytes());
        let both = words(r#"{"errorMessages":["no"],"errors":{"summary":"is required"}}"#).unwrap();
        assert_eq!(both, ("no; summary: is required".to_owned(), vec!["summary".to_owned()]));
        assert_eq!(words(r#"{"errorMessages":["no"]}"#).unwrap().0, "no");
        assert_eq!(words(r#"{"type":"x","title":"t","detail":"d"}"#).unwrap().0, "d");
        assert_eq!(words(r#"{"timestamp":1,"status":404,"error":"Not Found","message":"m","path":"/"}"#).unwrap().0, "m");
        assert_eq!(words("<html>"), None);
        assert_eq!(words(r#"{"errors":{"summary":["too long","too dull"]}}"#).unwrap().0, "summary: too long, too dull");
    }
}
