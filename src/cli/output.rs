//! Results go to standard output, everything else to standard error.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use super::CliError;
use crate::{app::StartError, config::diagnostic::Diagnostic};

/// How results are printed.
pub(crate) struct Output {
    json: bool,
    colour: bool,
}

impl Output {
    pub(super) fn new(json: bool, colour: bool) -> Self {
        Self { json, colour: colour && std::env::var_os("NO_COLOR").is_none() && std::io::stderr().is_terminal() }
    }

    /// Prints a result: as JSON where that was asked for, else the text.
    pub(super) fn result(&self, json: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
        let line = if self.json { json().to_string() } else { text() };
        self.line(&line);
    }

    /// Prints a result that people need not read where it has no text.
    pub(super) fn result_unless_empty(&self, json: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
        let line = if self.json { json().to_string() } else { text() };
        if !line.is_empty() {
            self.line(&line);
        }
    }

    /// Prints one line of a result.
    #[allow(clippy::unused_self, reason = "printing is this type's business")]
    pub(super) fn line(&self, line: &str) {
        // Whoever closes the pipe has seen enough.
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    /// Tells people what is no result.
    #[allow(clippy::unused_self, reason = "printing is this type's business")]
    pub(super) fn remark(&self, remark: &str) {
        eprintln!("{remark}");
    }

    /// Prints a finding about the configuration.
    pub(super) fn diagnostic(&self, diagnostic: &Diagnostic) {
        if self.json {
            eprintln!("{}", diagnostic.to_json());
        } else {
            eprintln!("{}", diagnostic.render(self.colour).trim_end());
        }
    }

    /// Prints why the program ends.
    pub(super) fn error(&self, error: &CliError) {
        match error {
            CliError::Configuration(diagnostics) | CliError::Start(StartError::Configuration(diagnostics)) => {
                for diagnostic in diagnostics {
                    self.diagnostic(diagnostic);
                }
                let errors = diagnostics.iter().filter(|diagnostic| !diagnostic.is_warning).count();
                if !self.json {
                    eprintln!("{errors} error{} in the configuration", if errors == 1 { "" } else { "s" });
                }
            }
            other if self.json => eprintln!("{}", json!({ "error": other.to_string() })),
            other => eprintln!("error: {other}"),
        }
    }
}
