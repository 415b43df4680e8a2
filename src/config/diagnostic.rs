//! What is wrong with a configuration: code, place, the line shown, and a hint.

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity};
use serde_json::json;

use super::{masking::masked, place::Place};

/// One finding about the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code such as `config::unknown_key`, for scripts and searches.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: Place,
    /// Whether the configuration is usable in spite of it.
    pub is_warning: bool,
}

impl Diagnostic {
    /// A finding that makes the configuration unusable.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>, place: Place) -> Self {
        Self { code, message: message.into(), hint: None, place, is_warning: false }
    }

    /// A finding to be told, and no more.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>, place: Place) -> Self {
        Self { is_warning: true, ..Self::error(code, message, place) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The finding as people read it: file, line, column, the line itself with the place marked, and the hint.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(120).with_links(false);
        let mut text = String::new();
        // Writing to a string does not fail; were it to, the plain message still tells what is wrong.
        if handler.render_report(&mut text, self.report().as_ref()).is_err() {
            text = format!("{}: {}", self.place, self.message);
        }
        text
    }

    /// The finding for scripts.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let position = self.place.line_and_column();
        json!({
            "code": self.code,
            "severity": if self.is_warning { "warning" } else { "error" },
            "message": self.message,
            "hint": self.hint,
            "place": self.place.to_string(),
            "line": position.map(|(line, _)| line),
            "column": position.map(|(_, column)| column),
        })
    }

    fn report(&self) -> Report {
        let severity = if self.is_warning { Severity::Warning } else { Severity::Error };
        let mut message = self.message.clone();
        if !matches!(self.place, Place::File { .. } | Place::Default) {
            message = format!("{message} ({})", self.place);
        }
        let mut diagnostic = MietteDiagnostic::new(message).with_code(self.code).with_severity(severity);
        if let Some(hint) = &self.hint {
            diagnostic = diagnostic.with_help(hint.clone());
        }
        let Place::File { source, span } = &self.place else { return Report::new(diagnostic) };
        let end = span.end.min(source.text.len());
        let start = span.start.min(end);
        diagnostic = diagnostic.with_label(LabeledSpan::underline(start..end.max(start)));
        Report::new(diagnostic).with_source_code(NamedSource::new(&source.name, masked(&source.text)))
    }
}
