//! `check`: the configuration, and with trackers at hand, that they know us and have what the rules name. All findings are told.

use std::path::PathBuf;

use serde_json::json;

use super::{CliError, Exit, Global, check_examples, output::Output};
use crate::{
    app,
    config::{Config, Loaded},
    preflight::{self, Lacks, Linked},
    rulebook::{self, CompiledRules},
};

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
    let Loaded { config, partial, diagnostics: mut findings } = global.load_all()?;
    let CompiledRules { rules, findings: of_rules } = rulebook::compile(&partial);
    findings.extend(of_rules);
    // Where the configuration cannot be used, a tracker may be taken for another one.
    let trackers = match &config {
        Some(config) if !arguments.offline && arguments.examples.is_empty() => app::connect_all(config)?,
        _ => Vec::new(),
    };
    let asked = preflight::ask(&trackers).await;
    let syncs = || partial.syncs.iter().filter_map(|sync| Some((sync, rules.get(&sync.name)?)));
    let by_schema = preflight::diagnose(syncs(), &asked);
    let Lacks { findings: lacking, faults } = preflight::lacks(&trackers, syncs(), &asked, &by_schema, &Linked::new()).await;
    findings.extend(by_schema.into_iter().chain(lacking));
    for finding in &findings {
        output.diagnostic(finding);
    }
    if !arguments.examples.is_empty() && findings.iter().all(|finding| finding.is_warning) {
        return check_examples::run(&arguments.examples, &partial.syncs, output);
    }
    for (name, answer) in &asked {
        let (ok, told) = (answer.fault().is_none(), format!("{name}: {}", answer.words()));
        output.result(|| json!({ "tracker": name, "ok": ok, "message": told }), || told.clone());
    }
    for (name, fault) in &faults {
        output.result(|| json!({ "tracker": name, "ok": false, "message": fault.to_string() }), || format!("{name}: {fault}"));
    }
    let errors = findings.iter().filter(|finding| !finding.is_warning).count();
    let (warnings, away) = (findings.len() - errors, preflight::faults(&asked).count() + faults.len());
    output.result(
        || json!({ "ok": errors == 0 && away == 0, "errors": errors, "warnings": warnings }),
        || summary(&partial, errors, warnings, away),
    );
    Ok(match (errors, away) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::Unreachable,
        _ => Exit::Configuration,
    })
}

fn summary(config: &Config, errors: usize, warnings: usize, away: usize) -> String {
    let rules: usize = config.syncs.iter().map(|sync| sync.rules.len()).sum();
    let verdict = match (errors, away) {
        (0, 0) => "ok".to_owned(),
        (0, _) => "some trackers could not be asked".to_owned(),
        (1, _) => "1 error in the configuration".to_owned(),
        _ => format!("{errors} errors in the configuration"),
    };
    let (trackers, syncs) = (config.trackers.len() + config.partners.len(), config.syncs.len());
    format!("{trackers} trackers, {syncs} syncs, {rules} rules, {warnings} warnings: {verdict}")
}
