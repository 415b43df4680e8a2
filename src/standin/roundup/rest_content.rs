//! The contents of messages and files in the REST interface.

use super::exchange::Answer;
use super::refusal::Refusal;
use super::rest::{Request, media_types, not_acceptable};
use super::rest_read::one_property;
use super::store::Store;
use super::value::Value;
use serde_json::json;
use std::fmt::Write as _;

/// `GET /rest/data/file/1/binary_content`: the bytes, for clients that ask for something else than JSON.
pub(super) fn binary_content(request: &Request, class: &str, id: &str) -> Result<Answer, Refusal> {
    let class = Store::class(class)?;
    request.tracker.read(|store| {
        let item = store.get(class.name, id)?;
        let Value::Content(bytes) = item.get("content") else {
            return Err(Refusal::usage("Invalid attribute binary_content"));
        };
        let default = if class.name == "msg" { "text/plain" } else { "application/octet-stream" };
        let mime = item.get("type").text().unwrap_or(default);
        let group = mime.split_once('/').map_or_else(|| mime.to_owned(), |(group, _)| format!("{group}/*"));
        let mut known = vec!["*/*", "application/octet-stream", group.as_str(), mime];
        known.sort_unstable();
        known.dedup();
        let accept = request.call.header("Accept").unwrap_or("application/json");
        for wanted in media_types(accept) {
            match wanted {
                "application/json" => {
                    let data = json!(python_bytes(bytes));
                    return Ok(one_property(request, class, item, "binary_content", "<class 'bytes'>", &data));
                }
                "*/*" => return Ok(Answer::new(200, mime, bytes.clone())),
                wanted if known.contains(&wanted) => {
                    return Ok(Answer::new(200, wanted, bytes.clone()));
                }
                _ => {}
            }
        }
        Err(not_acceptable(accept, &known))
    })
}

/// Bytes as Python writes them, which is all that JSON clients get to see of a content.
fn python_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\'' if quote == '\'' => text.push_str("\\'"),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => {
                // Writing to text cannot fail.
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(quote);
    text
}
