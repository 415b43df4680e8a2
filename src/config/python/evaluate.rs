//! Expressions: literals, names assigned before, `+` between texts or lists, `dict(…)`, and calls of the predecessor's classes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ruff_python_ast::{self as ast, Expr, Number, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::{
    MOST_FINDINGS,
    limits::DEEPEST,
    refusal,
    rule::{self, MODULES},
    value::{Data, Value},
};
use crate::config::{
    diagnostic::Diagnostic,
    node::Node,
    place::{Place, Source},
    section::nearest,
};

/// Names that stand for values may be used again and again: what a file may amount to has a bound of its own.
const MOST_VALUES: usize = 200_000;
/// Names among which the nearest is looked for.
const MOST_NAMES: usize = 200;

/// What is known while a file is read from top to bottom.
pub(super) struct Evaluator<'s> {
    source: &'s Arc<Source>,
    pub names: BTreeMap<String, Value>,
    /// Other names under which modules and classes were imported.
    pub aliases: BTreeMap<String, String>,
    /// Names that another assignment made use of.
    pub used: BTreeSet<String>,
    pub findings: Vec<Diagnostic>,
    left: usize,
}

impl<'s> Evaluator<'s> {
    pub fn new(source: &'s Arc<Source>) -> Self {
        Self {
            source,
            names: BTreeMap::new(),
            aliases: BTreeMap::new(),
            used: BTreeSet::new(),
            findings: Vec::new(),
            left: MOST_VALUES,
        }
    }

    pub fn place(&self, range: TextRange) -> Place {
        Place::File { source: Arc::clone(self.source), span: range.to_std_range() }
    }

    pub fn error(&mut self, code: &'static str, message: impl Into<String>, range: TextRange, hint: impl Into<String>) {
        let diagnostic = Diagnostic::error(code, message, self.place(range)).hint(hint);
        self.findings.push(diagnostic);
    }

    /// Whether anybody would read another warning.
    pub fn may_tell_more(&self) -> bool {
        self.findings.len() < MOST_FINDINGS
    }

    /// The value of an expression; `None` after a finding was reported. All parts are looked at, whatever the others are.
    pub fn evaluate(&mut self, expression: &Expr) -> Option<Value> {
        let place = self.place(expression.range());
        let simple = |data| Some(Value::simple(data, place.clone()));
        let value = match expression {
            Expr::NoneLiteral(_) => simple(Data::None),
            Expr::BooleanLiteral(flag) => simple(Data::Flag(flag.value)),
            Expr::StringLiteral(text) => simple(Data::Text(text.value.to_str().to_owned())),
            Expr::NumberLiteral(number) => self.number(&number.value, false, expression.range()),
            Expr::UnaryOp(unary) => self.signed(unary),
            Expr::Tuple(tuple) => self.list(&tuple.elts, place),
            Expr::List(list) => self.list(&list.elts, place),
            Expr::Dict(dict) => self.dict(dict, place),
            Expr::Name(name) => self.named(name),
            Expr::BinOp(sum) if sum.op == Operator::Add => self.sum(sum, place),
            Expr::Call(call) => self.call(call),
            other => {
                let (message, hint) = refusal::of_expression(other);
                self.error("python::not_allowed", message, other.range(), hint);
                None
            }
        }?;
        self.charge(value, expression.range())
    }

    /// Takes a value off what a file may amount to.
    fn charge(&mut self, value: Value, range: TextRange) -> Option<Value> {
        if value.depth > DEEPEST {
            self.error("python::too_deep", format!("values are nested more than {DEEPEST} deep"), range, "use fewer levels");
            return None;
        }
        if value.size > self.left {
            // Told once: all that follows would be too much as well.
            if self.left > 0 {
                self.error("python::too_large", "the values of this file are too many", range, "use names less often");
            }
            self.left = 0;
            return None;
        }
        self.left -= value.size;
        Some(value)
    }

    fn number(&mut self, number: &Number, negative: bool, range: TextRange) -> Option<Value> {
        let data = match number {
            Number::Int(int) => int.as_i64().map(|number| Data::Integer(if negative { -number } else { number })),
            Number::Float(float) => Some(Data::Float(if negative { -float } else { *float })),
            Number::Complex { .. } => None,
        };
        if data.is_none() {
            self.error("python::value", "this number is too large, or complex", range, "whole numbers have up to 63 bits");
        }
        Some(Value::simple(data?, self.place(range)))
    }

    fn signed(&mut self, unary: &ast::ExprUnaryOp) -> Option<Value> {
        match (unary.op, &*unary.operand) {
            (UnaryOp::USub, Expr::NumberLiteral(number)) => self.number(&number.value, true, unary.range()),
            (UnaryOp::UAdd, Expr::NumberLiteral(number)) => self.number(&number.value, false, unary.range()),
            _ => {
                self.error("python::not_allowed", "only numbers have a sign", unary.range(), "write the value itself");
                None
            }
        }
    }

    fn list(&mut self, elements: &[Expr], place: Place) -> Option<Value> {
        // Each element is looked at before one of them is missed.
        let items: Vec<Option<Value>> = elements.iter().map(|element| self.evaluate(element)).collect();
        Some(Value::list(items.into_iter().collect::<Option<_>>()?, place))
    }

    fn dict(&mut self, dict: &ast::ExprDict, place: Place) -> Option<Value> {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let mut complete = true;
        for item in &dict.items {
            if let Some(key) = &item.key {
                let (key, value) = (self.evaluate(key), self.evaluate(&item.value));
                complete &= key.is_some() && value.is_some();
                keys.extend(key);
                values.extend(value);
            } else {
                self.error("python::not_allowed", "`**` is not allowed", item.value.range(), "write the entries themselves");
                complete = false;
            }
        }
        let unique = self.keys_are_unique(&keys);
        (complete && unique).then(|| Value::dict(keys.into_iter().zip(values).collect(), place))
    }

    fn keys_are_unique(&mut self, keys: &[Value]) -> bool {
        let mut seen: BTreeMap<String, &Place> = BTreeMap::new();
        let mut unique = true;
        for key in keys {
            let name = key_name(key);
            if let Some(first) = seen.get(&name) {
                let message = format!("the key {name} stands here twice; the other is at {first}");
                let finding = Diagnostic::error("python::duplicate", message, key.place.clone()).hint("keep one of them");
                self.findings.push(finding);
                unique = false;
            }
            seen.insert(name, &key.place);
        }
        unique
    }

    fn named(&mut self, name: &ast::ExprName) -> Option<Value> {
        if let Some(value) = self.names.get(name.id.as_str()) {
            self.used.insert(name.id.to_string());
            if value.size <= self.left {
                return Some(value.clone());
            }
            let value = Value { data: Data::None, place: value.place.clone(), ..*value };
            return self.charge(value, name.range());
        }
        let message = format!("`{}` is not defined above", name.id);
        let known: Vec<&str> = self.names.keys().map(String::as_str).take(MOST_NAMES).collect();
        let hint = if known.is_empty() || !self.may_tell_more() {
            "a text stands in quotes".to_owned()
        } else {
            nearest(&name.id, known.into_iter())
        };
        self.error("python::unknown_name", message, name.range(), hint);
        None
    }

    /// Texts, or lists, one behind the other. A long chain leans to the left: it is walked from its right end.
    fn sum(&mut self, sum: &ast::ExprBinOp, place: Place) -> Option<Value> {
        let (left, right) = (self.evaluate(&sum.left), self.evaluate(&sum.right));
        let (left, right) = (left?, right?);
        let (left_kind, right_kind) = (left.kind(), right.kind());
        match (left.data, right.data) {
            (Data::Text(left), Data::Text(right)) => Some(Value::simple(Data::Text(left + &right), place)),
            (Data::List(mut left), Data::List(right)) => {
                left.extend(right);
                Some(Value::list(left, place))
            }
            _ => {
                let message = format!("`+` does not join {left_kind} and {right_kind}");
                self.error("python::value", message, sum.range(), "it joins two strings, or two lists");
                None
            }
        }
    }

    fn call(&mut self, call: &ast::ExprCall) -> Option<Value> {
        let name = dotted(&call.func);
        if name.as_deref() == Some("dict") {
            return self.dict_call(call);
        }
        if let Some(class) = name.as_deref().and_then(|name| self.class_of(name)) {
            return rule::read(self, &class, call);
        }
        self.values_of(call);
        let what = name.map_or_else(|| "an expression".to_owned(), |name| format!("`{name}`"));
        let message = format!("this calls {what}, which is neither a Sync_Attribute class nor dict");
        self.error("python::not_allowed", message, call.func.range(), "nothing is executed: write the value itself");
        None
    }

    /// A value in the tree; `None` after a key was reported that no text can stand for.
    pub fn node_of(&mut self, value: Value) -> Option<Node> {
        let before = self.findings.len();
        self.check_keys(&value);
        (self.findings.len() == before).then(|| value.into_node())
    }

    fn check_keys(&mut self, value: &Value) {
        match &value.data {
            Data::List(items) => items.iter().for_each(|item| self.check_keys(item)),
            Data::Dict(items) => {
                for (key, value) in items {
                    if key.as_key().is_none() {
                        let message = format!("{} cannot be a key here", key.kind());
                        let finding = Diagnostic::error("python::value", message, key.place.clone());
                        self.findings.push(finding.hint("tuples are keys in the map of Sync_Attribute_Multi_To_Remote only"));
                    }
                    self.check_keys(value);
                }
            }
            _ => {}
        }
    }

    /// Looks at arguments for what is wrong in them.
    pub fn values_of(&mut self, call: &ast::ExprCall) {
        for argument in &call.arguments.args {
            self.evaluate(argument);
        }
        for keyword in &call.arguments.keywords {
            self.evaluate(&keyword.value);
        }
    }

    /// The name of a class, if a call is one of `Class`, `module.Class` or `trackersync.module.Class`.
    fn class_of(&self, name: &str) -> Option<String> {
        let (path, class) = name.rsplit_once('.').unwrap_or(("", name));
        let module = path.strip_prefix("trackersync.").unwrap_or(path);
        let module = self.aliases.get(module).map_or(module, String::as_str);
        let class = if path.is_empty() { self.aliases.get(class).map_or(class, String::as_str) } else { class };
        let known = module.is_empty() || MODULES.contains(&module);
        (known && class.starts_with("Sync_")).then(|| class.to_owned())
    }

    fn dict_call(&mut self, call: &ast::ExprCall) -> Option<Value> {
        let mut complete = true;
        for argument in &call.arguments.args {
            let hint = "write dict (name = value) or { name: value }";
            self.error("python::not_allowed", "dict takes names and values only", argument.range(), hint);
            complete = false;
        }
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                keys.push(Value::simple(Data::Text(name.id.to_string()), self.place(name.range())));
                let value = self.evaluate(&keyword.value);
                complete &= value.is_some();
                values.extend(value);
            } else {
                self.error("python::not_allowed", "`**` is not allowed", keyword.range(), "write the entries themselves");
                complete = false;
            }
        }
        let unique = self.keys_are_unique(&keys);
        (complete && unique).then(|| Value::dict(keys.into_iter().zip(values).collect(), self.place(call.range())))
    }
}

/// A key as people write it.
fn key_name(key: &Value) -> String {
    match &key.data {
        Data::List(items) => format!("({})", items.iter().map(key_name).collect::<Vec<_>>().join(", ")),
        Data::Dict(_) | Data::Rule(_) => "{…}".to_owned(),
        Data::None => "None".to_owned(),
        _ => format!("`{}`", key.as_key().unwrap_or_default()),
    }
}

/// `a.b.c` of names.
fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr)),
        _ => None,
    }
}
