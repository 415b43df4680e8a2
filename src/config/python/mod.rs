//! The predecessor's configuration files. They are Python, and are read without running any of it: assignments of literals, of names
//! assigned before, of `+` between texts or lists, of `dict (…)`, tuples and lists, and calls of its `Sync_Attribute_…` classes. Its own
//! modules may be imported, which has no effect. Anything else is an error at its line.
//!
//! The file becomes the same tree as a TOML file: what it names its settings decides which trackers and syncs there are ([`settings`]),
//! each call becomes a rule ([`rule`]), and values become what [`value`] says, `None` in particular.

mod evaluate;
mod imports;
mod limits;
mod local;
mod names;
mod pfiff;
mod refusal;
mod rule;
mod settings;
mod value;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use ruff_python_ast::{Expr, ModModule, Stmt, token::TokenKind};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::Ranged;

use self::evaluate::Evaluator;
pub use self::limits::{DEEPEST, MOST_BYTES};
use super::{
    diagnostic::Diagnostic,
    node::Table,
    place::{Place, Source},
};

/// A parser that recovers finds errors that are none: more than this are not told.
const MOST_SYNTAX_ERRORS: usize = 20;
/// Nobody reads more errors than this at once.
const MOST_FINDINGS: usize = 100;

/// A file that was read.
#[derive(Debug)]
pub struct Read {
    /// What a TOML file would have given.
    pub table: Table,
    /// What was found on the way and is no error.
    pub warnings: Vec<Diagnostic>,
    /// The comments that have a line of their own, by line, with their `#`.
    pub comments: BTreeMap<usize, String>,
}

/// Whether a file is in Python syntax, by its name.
#[must_use]
pub fn is_python(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "py")
}

/// The finding about a file that is longer than any configuration.
pub(super) fn too_long(name: String, length: usize) -> Diagnostic {
    let message = format!("this file has {length} bytes; a configuration in Python syntax has at most {MOST_BYTES}");
    let source = Arc::new(Source { name, text: String::new() });
    Diagnostic::error("python::too_large", message, Place::File { source, span: 0..0 })
        .hint("is this the right file? else write it as TOML")
}

/// Reads a file of the predecessor.
///
/// # Errors
/// Every finding, with its place.
pub fn from_python(source: &Arc<Source>) -> Result<Read, Vec<Diagnostic>> {
    limits::check(source).map_err(|refused| vec![refused])?;
    let parsed = parse_unchecked(&source.text, ParseOptions::from(Mode::Module)).try_into_module();
    let Some(parsed) = parsed else { return Err(Vec::new()) };
    if let Some(span) = limits::first_too_deep(parsed.syntax()) {
        // Dropping it would overflow the stack; it is at most some megabytes, and the program ends soon.
        std::mem::forget(parsed);
        let message = format!("this is nested more than {DEEPEST} deep");
        let place = Place::File { source: Arc::clone(source), span };
        return Err(vec![Diagnostic::error("python::too_deep", message, place).hint("a configuration is flat")]);
    }
    let errors = syntax_errors(source, &parsed);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut evaluator = Evaluator::new(source);
    let mut settings = settings::Settings::default();
    for statement in &parsed.syntax().body {
        read_statement(&mut evaluator, &mut settings, statement);
    }
    let table = settings.into_table(&mut evaluator, source);
    let (mut warnings, mut errors): (Vec<_>, Vec<_>) = evaluator.findings.into_iter().partition(|finding| finding.is_warning);
    warnings.truncate(MOST_FINDINGS);
    errors.truncate(MOST_FINDINGS);
    if errors.is_empty() {
        Ok(Read { table, warnings, comments: comments(source, &parsed) })
    } else {
        Err([errors, warnings].concat())
    }
}

/// One error for each line: those that follow on the same one come from the first.
fn syntax_errors(source: &Arc<Source>, parsed: &Parsed<ModModule>) -> Vec<Diagnostic> {
    let mut lines = std::collections::BTreeSet::new();
    parsed
        .errors()
        .iter()
        .take(10 * MOST_SYNTAX_ERRORS)
        .filter_map(|error| {
            let place = Place::File { source: Arc::clone(source), span: error.location.to_std_range() };
            lines
                .insert(place.line_and_column()?.0)
                .then(|| Diagnostic::error("python::syntax", format!("this is not Python: {}", error.error), place))
        })
        .take(MOST_SYNTAX_ERRORS)
        .collect()
}

fn read_statement(evaluator: &mut Evaluator<'_>, settings: &mut settings::Settings, statement: &Stmt) {
    match statement {
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [Expr::Name(name)] => {
                let value = evaluator.evaluate(&assign.value);
                let place = evaluator.place(name.range());
                settings.assign(evaluator, &name.id, place, value);
            }
            targets => {
                let range = targets.first().map_or(statement.range(), Ranged::range);
                evaluator.evaluate(&assign.value);
                let message = "one name is assigned at a time";
                evaluator.error("python::not_allowed", message, range, "write NAME = value");
            }
        },
        Stmt::Import(import) => imports::read(evaluator, import),
        Stmt::ImportFrom(import) => imports::read_from(evaluator, import),
        // A docstring.
        Stmt::Expr(expression) if expression.value.is_string_literal_expr() => {}
        Stmt::Expr(expression) => {
            let before = evaluator.findings.len();
            evaluator.evaluate(&expression.value);
            if evaluator.findings.len() == before {
                let (message, hint) = refusal::of_statement(statement);
                evaluator.error("python::not_allowed", message, statement.range(), hint);
            }
        }
        other => {
            let (message, hint) = refusal::of_statement(other);
            evaluator.error("python::not_allowed", message, other.range(), hint);
        }
    }
}

fn comments(source: &Arc<Source>, parsed: &Parsed<ModModule>) -> BTreeMap<usize, String> {
    let text = &source.text;
    let alone = |start: usize| {
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        text[line..start].trim().is_empty()
    };
    let (mut comments, mut line, mut counted) = (BTreeMap::new(), 1, 0);
    for token in parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment) {
        let span = token.range().to_std_range();
        line += text[counted..span.start].matches('\n').count();
        counted = span.start;
        if alone(span.start) {
            comments.insert(line, text[span].trim_end().to_owned());
        }
    }
    comments
}
