//! Where something stands in the configuration: file, line and column, a variable, or the command line.

use std::{fmt, ops::Range, sync::Arc};

/// One text that configuration was read from.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name as it was given, or a name in brackets for built-in texts.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// The place of one key or value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A range of bytes in a file.
    File {
        /// The file.
        source: Arc<Source>,
        /// Bytes from its start.
        span: Range<usize>,
    },
    /// An environment variable, by its name.
    Variable(String),
    /// A `--set` argument, as given, up to its `=`.
    CommandLine(String),
    /// Not written anywhere: a default.
    Default,
}

impl Place {
    /// Line and column, each from 1, the column counted in characters; `None` outside of files.
    #[must_use]
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        let Place::File { source, span } = self else { return None };
        let before = source.text.get(..span.start.min(source.text.len()))?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Some((line, column))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.line_and_column()) {
            (Place::File { source, .. }, Some((line, _))) => write!(f, "{}:{line}", source.name),
            (Place::File { source, .. }, None) => f.write_str(&source.name),
            (Place::Variable(name), _) => write!(f, "variable {name}"),
            (Place::CommandLine(argument), _) => write!(f, "--set {argument}"),
            (Place::Default, _) => f.write_str("default"),
        }
    }
}
