//! The rules of all syncs of a configuration, compiled together.

use std::collections::HashMap;

use crate::{
    config::{Config, diagnostic::Diagnostic},
    ids::SyncName,
    sync::rules::{RuleSet, diagnose},
};

/// The rules of all syncs that could be compiled, and what was found on the way.
#[derive(Debug, Default)]
pub struct CompiledRules {
    /// By sync.
    pub rules: HashMap<SyncName, RuleSet>,
    /// Errors and warnings.
    pub findings: Vec<Diagnostic>,
}

/// Compiles the rules of all syncs, and looks for rules that work against each other.
#[must_use]
pub fn compile(config: &Config) -> CompiledRules {
    let CompiledRules { rules: mut compiled, mut findings } = CompiledRules::default();
    for sync in &config.syncs {
        match RuleSet::compile(&sync.rules, sync.users.as_ref()) {
            Ok(rules) => {
                findings.extend(diagnose::quarrels(&rules));
                if sync.create_remote && !rules.picks_local_issues() {
                    let message = "create_remote needs a rule of kind `check` that says which local issues get a remote one";
                    let hint = "without it every local issue that somebody edits would be created there";
                    findings.push(Diagnostic::error("rules::create_remote", message, sync.place.clone()).hint(hint));
                }
                compiled.insert(sync.name.clone(), rules);
            }
            Err(diagnostics) => findings.extend(diagnostics),
        }
    }
    CompiledRules { rules: compiled, findings }
}

/// The rules of all syncs, for a program that needs all of them.
///
/// # Errors
/// Every finding, with its place, if one of them is an error.
pub fn compile_all(config: &Config) -> Result<HashMap<SyncName, RuleSet>, Vec<Diagnostic>> {
    let CompiledRules { rules, findings } = compile(config);
    if findings.iter().all(|finding| finding.is_warning) { Ok(rules) } else { Err(findings) }
}
