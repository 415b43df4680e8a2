//! `check`: the configuration, and with trackers at hand, that they answer and know us.

use std::path::PathBuf;

use serde_json::json;

use super::{CliError, Exit, Global, check_examples, output::Output};
use crate::{app, config::Loaded, telemetry::metrics::Metrics};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Do not ask the trackers
    #[arg(long)]
    offline: bool,
    /// Run the rule tests in this file instead, without asking the trackers; may be given several times
    #[arg(long, value_name = "FILE")]
    examples: Vec<PathBuf>,
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let Loaded { config, mut diagnostics } = global.load_all()?;
    if let Some(Err(found)) = config.as_ref().map(app::compile_rules) {
        diagnostics.extend(found);
    }
    let errors = diagnostics.iter().filter(|diagnostic| !diagnostic.is_warning).count();
    for diagnostic in &diagnostics {
        output.diagnostic(diagnostic);
    }
    let Some(config) = config.filter(|_| errors == 0) else {
        output.result(
            || json!({ "ok": false, "errors": errors, "warnings": diagnostics.len() - errors }),
            || format!("{errors} error{} in the configuration", if errors == 1 { "" } else { "s" }),
        );
        return Ok(Exit::Configuration);
    };
    if !arguments.examples.is_empty() {
        return check_examples::run(&arguments.examples, &config.syncs, output);
    }
    let mut unreachable = 0;
    if !arguments.offline {
        for (name, tracker) in &config.trackers {
            let asked = app::connect(name, tracker, &Metrics::default());
            let answer = match asked {
                Ok(tracker) => tracker.who_am_i().await,
                Err(fault) => Err(fault),
            };
            unreachable += usize::from(answer.is_err());
            let told = match &answer {
                Ok(account) => format!("{name}: answers, and knows us as {account}"),
                Err(fault) => format!("{name}: {fault}"),
            };
            output.result(|| json!({ "tracker": name, "ok": answer.is_ok(), "message": told }), || told.clone());
        }
    }
    let rules: usize = config.syncs.iter().map(|sync| sync.rules.len()).sum();
    let summary = format!(
        "{} trackers, {} syncs, {rules} rules, {} warnings: {}",
        config.trackers.len(),
        config.syncs.len(),
        diagnostics.len(),
        if unreachable == 0 { "ok" } else { "some trackers do not answer" },
    );
    output.result(|| json!({ "ok": unreachable == 0, "warnings": diagnostics.len() }), || summary);
    Ok(if unreachable == 0 { Exit::Done } else { Exit::Unreachable })
}
