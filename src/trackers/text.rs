//! Text that goes from one tracker to the other.

use crate::sync::plan::NewMessage;

/// The text of a copied message with its author above it, since no tracker lets us write in another's name.
pub(super) fn with_author(message: &NewMessage) -> String {
    match &message.author {
        Some(author) => format!("{author}:\n\n{}", message.text),
        None => message.text.clone(),
    }
}

/// A file name that may stand in a multipart header and that classic Jira accepts: what it forbids becomes `_`.
pub(super) fn safe_file_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_control() || matches!(c, '"' | '\\' | '/' | ':' | '?' | '*' | '<' | '|' | '>') { '_' } else { c })
        .collect();
    if name.trim().is_empty() { "unnamed".to_owned() } else { name }
}
