//! Between plain text and the Atlassian document format that REST v3 speaks.
//!
//! Only what plain text can say is kept: paragraphs and line breaks. Marks are dropped on the way in.

use serde_json::{Value, json};

/// Documents nested deeper than this are refused.
const DEPTH_LIMIT: usize = 40;

/// A document with one paragraph per blank-line separated block.
pub(super) fn from_text(text: &str) -> Value {
    let blocks: Vec<Value> = text
        .replace("\r\n", "\n")
        .split("\n\n")
        .filter(|block| !block.is_empty())
        .map(|block| json!({"type": "paragraph", "content": inline(block)}))
        .collect();
    json!({"type": "doc", "version": 1, "content": blocks})
}

fn inline(block: &str) -> Vec<Value> {
    let mut nodes = Vec::new();
    for (number, line) in block.split('\n').enumerate() {
        if number > 0 {
            nodes.push(json!({"type": "hardBreak"}));
        }
        if !line.is_empty() {
            nodes.push(json!({"type": "text", "text": line}));
        }
    }
    nodes
}

/// The text of a document, or `None` if it is not one.
pub(super) fn to_text(document: &Value) -> Option<String> {
    if document.get("type")?.as_str()? != "doc" || document.get("version")?.as_u64()? != 1 {
        return None;
    }
    let blocks = document.get("content")?.as_array()?;
    let texts: Option<Vec<String>> = blocks.iter().map(|block| block_text(block, 0)).collect();
    Some(texts?.join("\n\n"))
}

fn block_text(node: &Value, depth: usize) -> Option<String> {
    if depth > DEPTH_LIMIT {
        return None;
    }
    let kind = node.get("type")?.as_str()?;
    let children = match node.get("content") {
        None => &[][..],
        Some(content) => content.as_array()?.as_slice(),
    };
    match kind {
        "text" => node.get("text")?.as_str().map(str::to_owned),
        "hardBreak" => Some("\n".to_owned()),
        "mention" | "emoji" => Some(node.pointer("/attrs/text").and_then(Value::as_str).unwrap_or_default().to_owned()),
        "bulletList" | "orderedList" => joined(children, depth, "\n", "* "),
        "listItem" | "blockquote" | "panel" => joined(children, depth, "\n", ""),
        _ => joined(children, depth, "", ""),
    }
}

fn joined(children: &[Value], depth: usize, between: &str, before: &str) -> Option<String> {
    let texts: Option<Vec<String>> =
        children.iter().map(|child| Some(format!("{before}{}", block_text(child, depth + 1)?))).collect();
    Some(texts?.join(between))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_both_ways() {
        for text in ["", "one", "one\ntwo", "first\n\nsecond\nline", "žluť ✓"] {
            assert_eq!(to_text(&from_text(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for bad in [
            json!("text"),
            json!({}),
            json!({"type": "doc", "version": 1}),
            json!({"type": "doc", "version": 2, "content": []}),
        ] {
            assert_eq!(to_text(&bad), None, "{bad}");
        }
        let mut deep = json!({"type": "text", "text": "x"});
        for _ in 0..60 {
            deep = json!({"type": "paragraph", "content": [deep]});
        }
        assert_eq!(to_text(&json!({"type": "doc", "version": 1, "content": [deep]})), None);
    }

    #[test]
    fn lists_and_marks_become_text() {
        let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "bulletList", "content": [
            {"type": "listItem", "content": [{"type": "paragraph", "content": [
                {"type": "text", "text": "bold", "marks": [{"type": "strong"}]}]}]},
        ]}]});
        assert_eq!(to_text(&document).as_deref(), Some("* bold"));
    }
}
