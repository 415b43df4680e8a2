//! Text that goes from one tracker to the other.

use crate::sync::plan::NewMessage;

/// The text of a copied message with its author above it, since no tracker lets us write in another's name.
pub(super) fn with_author(message: &NewMessage) -> String {
    authored(message.author.as_deref(), &message.text)
}

/// A text with its author above it, if there is one to be named.
pub(super) fn authored(author: Option<&str>, text: &str) -> String {
    author.map_or_else(|| text.to_owned(), |author| format!("{author}:\n\n{text}"))
}
