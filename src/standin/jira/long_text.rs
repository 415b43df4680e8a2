//! Long texts as clients give them: documents in the third API version, plain text in the second.

use serde_json::Value;

use super::{adf, site::Site, view::Api};

/// A long text; none if it is empty.
pub(super) fn read(site: &Site, api: Api, value: &Value) -> Result<Option<String>, String> {
    let text = match (value, api) {
        (Value::Null, _) => return Ok(None),
        (Value::String(text), Api::V2) => text.clone(),
        (_, Api::V2) => return Err("Operation value must be a string".to_owned()),
        (document, Api::V3) => {
            adf::to_text(document).ok_or("Operation value must be an Atlassian Document (see the Atlassian Document Format)")?
        }
    };
    let limit = site.options.text_limit;
    if text.chars().count() > limit {
        return Err(format!("The entered text is too long. It exceeds the allowed limit of {} characters.", grouped(limit)));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// `32,767`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([7, 999, 1_000, 32_767, 1_234_567].map(grouped), ["7", "999", "1,000", "32,767", "1,234,567"]);
    }
}
