//! The paths into this crate that a piece of code names: `use` trees and paths within the code.

/// All paths that begin with `crate` or `super`, from the root of the crate.
pub fn paths(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = at == 0 || tokens[at - 1] != "::";
        match tokens[at].as_str() {
            "crate" if begins && tokens.get(at + 1).is_some_and(|next| next == "::") => {
                at = tree(&tokens, at + 2, &[], &mut found);
            }
            // `pub(super)` is no path.
            "super" if begins && tokens.get(at + 1).is_some_and(|next| next == "::") => {
                let mut base = module.to_vec();
                while tokens.get(at).is_some_and(|word| word == "super") && tokens.get(at + 1).is_some_and(|next| next == "::")
                {
                    base.pop();
                    at += 2;
                }
                at = tree(&tokens, at, &base, &mut found);
            }
            _ => at += 1,
        }
    }
    found.retain(|path| !path.is_empty());
    found
}

/// Reads one tree from behind its `::`; where it ends.
fn tree(tokens: &[String], mut at: usize, base: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = base.to_vec();
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("super") => {
                path.pop();
                at += 1;
            }
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    let before = at;
                    at = if tokens[at] == "," { at + 1 } else { tree(tokens, at, &path, found) };
                    assert!(at > before, "stuck at {}", tokens[at]);
                }
                return at + 1;
            }
            Some(word) if is_word(word) || word == "*" => {
                path.push(word.to_owned());
                at += 1;
            }
            _ => break,
        }
        if tokens.get(at).is_none_or(|next| next != "::") {
            break;
        }
        at += 1;
    }
    if tokens.get(at).is_some_and(|next| next == "as") {
        at += 2;
    }
    if path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    found.push(path);
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// All identifiers.
pub fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            let mut word = c.to_string();
            while let Some(next) = chars.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(next);
            }
            tokens.push(word);
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            tokens.push("::".to_owned());
        } else if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    tokens
}

#[test]
fn trees_and_paths_are_found_wherever_they_stand() {
    let module = ["queue".to_owned(), "consumer".to_owned()];
    let code =
        "use crate::{ids::{A, B as C}, worker}; use super::{job::Job, super::store}; pub(super) fn f() { crate::x::y(1) }";
    let found: Vec<String> = paths(code, &module).into_iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["ids::A", "ids::B", "worker", "queue::job::Job", "store", "x::y"]);
    let found = paths("use super::super::http::Http;", &module);
    assert_eq!(found, [["http", "Http"]]);
}
