//! `check --examples`: runs the rule tests of users for their own configuration.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::json;

use super::{CliError, Exit, output::Output};
use crate::{
    config::{
        diagnostic::Diagnostic,
        place::{Place, Source},
        sync::SyncConfig,
    },
    sync::rules::examples::{self, Report},
};

/// Runs the files one after the other; every case that does not hold is told with its difference.
pub(super) fn run(files: &[PathBuf], syncs: &[SyncConfig], output: &Output) -> Result<Exit, CliError> {
    let (mut cases, mut failed) = (0, 0);
    for file in files {
        let source = read(file)?;
        for report in examples::run(&source, syncs).map_err(CliError::Configuration)? {
            cases += 1;
            failed += usize::from(!report.failures.is_empty());
            tell(&report, output);
        }
    }
    output.result(
        || json!({ "ok": failed == 0, "cases": cases, "failed": failed }),
        || if failed == 0 { format!("{cases} examples: ok") } else { format!("{cases} examples: {failed} failed") },
    );
    Ok(if failed == 0 { Exit::Done } else { Exit::SomeFailed })
}

fn read(file: &Path) -> Result<Arc<Source>, CliError> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Arc::new(Source { name, text })),
        Err(error) => {
            let message = format!("cannot read the examples {name}: {error}");
            Err(CliError::Configuration(vec![Diagnostic::error("examples::file", message, Place::Default)]))
        }
    }
}

fn tell(report: &Report, output: &Output) {
    let Report { name, place, failures, actual } = report;
    let position = place.line_and_column();
    let ok = failures.is_empty();
    output.result_unless_empty(
        || {
            let line = position.map(|(line, _)| line);
            json!({ "case": name, "ok": ok, "place": place.to_string(), "line": line, "failures": failures, "actual": actual })
        },
        || if ok { String::new() } else { format!("{place}: {name}\n{}\n", failures.join("\n")) },
    );
}
