//! The query language: from text to a tree. What the tree matches is decided in `jql_match`.

use std::fmt;

use super::jql_words::{Token, shown, tokens};

/// How deep parentheses and negations may nest.
const DEPTH_LIMIT: usize = 50;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// All must hold.
    And(Vec<Condition>),
    /// One must hold.
    Or(Vec<Condition>),
    /// Must not hold.
    Not(Box<Condition>),
    /// A comparison of one field.
    Clause {
        /// Field as written, in lower case.
        field: String,
        /// How it is compared.
        operator: Operator,
        /// With what; one value except after `in`.
        values: Vec<Operand>,
    },
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    In,
    NotIn,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
    ContainsNot,
    Is,
    IsNot,
}

impl fmt::Display for Operator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Contains => "~",
            Self::ContainsNot => "!~",
            Self::Is => "is",
            Self::IsNot => "is not",
        })
    }
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    /// A word, a number or a quoted text.
    Text(String),
    /// `EMPTY` or `NULL`.
    Empty,
    /// A function without arguments, by its name in lower case.
    Function(String),
}

/// A whole query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// What issues must satisfy; `None` matches all.
    pub(super) condition: Option<Condition>,
    /// Fields to order by, with `true` for descending.
    pub(super) order: Vec<(String, bool)>,
}

/// Reads a query; the error is a sentence for the caller.
pub(super) fn parse(text: &str) -> Result<Query, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let condition = if parser.at_order() || parser.peek().is_none() { None } else { Some(parser.any(0)?) };
    let order = parser.order()?;
    match parser.peek() {
        None => Ok(Query { condition, order }),
        Some(token) => Err(format!("Error in the JQL Query: unexpected {}.", shown(token))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, String> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or_else(|| "Error in the JQL Query: it ends too early.".to_owned())
    }

    fn word_is(&self, ahead: usize, word: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word_is(0, word);
        self.at += usize::from(found);
        found
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(text)) if *text == symbol);
        self.at += usize::from(found);
        found
    }

    fn at_order(&self) -> bool {
        self.word_is(0, "order") && self.word_is(1, "by")
    }

    fn any(&mut self, depth: usize) -> Result<Condition, String> {
        let mut choices = vec![self.all(depth)?];
        while self.take_word("or") || self.take_symbol("||") {
            choices.push(self.all(depth)?);
        }
        Ok(single_or(choices, Condition::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.one(depth)?];
        while self.take_word("and") || self.take_symbol("&&") {
            parts.push(self.one(depth)?);
        }
        Ok(single_or(parts, Condition::And))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > DEPTH_LIMIT {
            return Err("Error in the JQL Query: it is nested too deeply.".to_owned());
        }
        if self.take_word("not") || self.take_symbol("!") {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.take_symbol("(") {
            let inner = self.any(depth + 1)?;
            return if self.take_symbol(")") {
                Ok(inner)
            } else {
                Err("Error in the JQL Query: a closing ')' is missing.".to_owned())
            };
        }
        self.clause()
    }

    fn clause(&mut self) -> Result<Condition, String> {
        let field = match self.next()? {
            Token::Word(name) | Token::Quoted(name) => name.to_lowercase(),
            symbol @ Token::Symbol(_) => {
                return Err(format!("Error in the JQL Query: expected a field, found {}.", shown(&symbol)));
            }
        };
        let operator = self.operator(&field)?;
        let values = match operator {
            Operator::In | Operator::NotIn => self.list()?,
            _ => vec![self.operand()?],
        };
        let says_empty = matches!(values.as_slice(), [Operand::Empty]);
        if matches!(operator, Operator::Is | Operator::IsNot) && !says_empty {
            return Err(format!("The operator 'is' at '{field}' must be followed by EMPTY."));
        }
        Ok(Condition::Clause { field, operator, values })
    }

    fn operator(&mut self, field: &str) -> Result<Operator, String> {
        let token = self.next()?;
        let operator = match &token {
            Token::Symbol("=") => Operator::Equal,
            Token::Symbol("!=") => Operator::NotEqual,
            Token::Symbol(">") => Operator::Greater,
            Token::Symbol(">=") => Operator::GreaterOrEqual,
            Token::Symbol("<") => Operator::Less,
            Token::Symbol("<=") => Operator::LessOrEqual,
            Token::Symbol("~") => Operator::Contains,
            Token::Symbol("!~") => Operator::ContainsNot,
            Token::Word(word) if word.eq_ignore_ascii_case("in") => Operator::In,
            Token::Word(word) if word.eq_ignore_ascii_case("not") && self.take_word("in") => Operator::NotIn,
            Token::Word(word) if word.eq_ignore_ascii_case("is") => {
                if self.take_word("not") {
                    Operator::IsNot
                } else {
                    Operator::Is
                }
            }
            other => {
                return Err(format!("Error in the JQL Query: expected an operator after '{field}', found {}.", shown(other)));
            }
        };
        Ok(operator)
    }

    fn list(&mut self) -> Result<Vec<Operand>, String> {
        if !self.take_symbol("(") {
            return Ok(vec![self.operand()?]);
        }
        let mut values = vec![self.operand()?];
        while self.take_symbol(",") {
            values.push(self.operand()?);
        }
        if self.take_symbol(")") {
            Ok(values)
        } else {
            Err("Error in the JQL Query: a list is not closed with ')'.".to_owned())
        }
    }

    fn operand(&mut self) -> Result<Operand, String> {
        match self.next()? {
            Token::Quoted(text) => Ok(Operand::Text(text)),
            Token::Word(word) if word.eq_ignore_ascii_case("empty") || word.eq_ignore_ascii_case("null") => Ok(Operand::Empty),
            Token::Word(word) if self.take_symbol("(") => {
                if self.take_symbol(")") {
                    Ok(Operand::Function(word.to_lowercase()))
                } else {
                    Err(format!("The function '{word}' takes no arguments here."))
                }
            }
            Token::Word(word) => Ok(Operand::Text(word)),
            symbol @ Token::Symbol(_) => Err(format!("Error in the JQL Query: expected a value, found {}.", shown(&symbol))),
        }
    }

    fn order(&mut self) -> Result<Vec<(String, bool)>, String> {
        let mut order = Vec::new();
        if !self.at_order() {
            return Ok(order);
        }
        self.at += 2;
        loop {
            match self.next()? {
                Token::Word(field) | Token::Quoted(field) => {
                    let descending = self.take_word("desc");
                    if !descending {
                        self.take_word("asc");
                    }
                    order.push((field.to_lowercase(), descending));
                }
                Token::Symbol(symbol) => {
                    return Err(format!("Error in the JQL Query: expected a field to order by, found '{symbol}'."));
                }
            }
            if !self.take_symbol(",") {
                return Ok(order);
            }
        }
    }
}

fn single_or(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

#[cfg(test)]
mod tests;
