//! The words of a query.

/// How many words a query may have.
const TOKEN_LIMIT: usize = 20_000;

/// A word, a quoted text or a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Quoted(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 15] = ["!=", ">=", "<=", "!~", "&&", "||", "=", ">", "<", "~", "!", "(", ")", ",", ";"];

/// A word as error messages show it.
pub(super) fn shown(token: &Token) -> String {
    match token {
        Token::Word(text) | Token::Quoted(text) => format!("'{text}'"),
        Token::Symbol(symbol) => format!("'{symbol}'"),
    }
}

/// Takes a query apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if tokens.len() == TOKEN_LIMIT {
            return Err("Error in the JQL Query: it is too long.".to_owned());
        }
        if first == '"' || first == '\'' {
            let (value, tail) = quoted(rest, first)?;
            tokens.push(Token::Quoted(value));
            rest = tail;
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            tokens.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
        } else {
            let end = rest.find(|letter: char| letter.is_whitespace() || "=!<>~()&|,;\"'".contains(letter));
            let (word, tail) = rest.split_at(end.unwrap_or(rest.len()));
            if word.is_empty() {
                return Err(format!("Error in the JQL Query: the character '{first}' is reserved."));
            }
            tokens.push(Token::Word(word.to_owned()));
            rest = tail;
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if escaped {
            value.push(match letter {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if letter == quote {
            return Ok((value, &text[at + letter.len_utf8()..]));
        } else {
            value.push(letter);
        }
    }
    Err("Error in the JQL Query: a quoted string has not been completed.".to_owned())
}
