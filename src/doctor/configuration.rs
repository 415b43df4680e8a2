//! The configuration itself.

use super::{Standing, Trial};
use crate::config::{Config, diagnostic::Diagnostic};

/// One trial for each finding; one that says that there is none.
pub(super) fn trials(config: &Config, findings: &[Diagnostic]) -> Vec<Trial> {
    if findings.is_empty() {
        let (trackers, syncs) = (config.trackers.len() + config.partners.len(), config.syncs.len());
        let trial = Trial::new("configuration", "reading it", "no error");
        return vec![trial.good(format!("{trackers} trackers, {syncs} syncs, no error"))];
    }
    findings.iter().map(|finding| of_finding("configuration", "reading it", "no error", finding)).collect()
}

/// A finding as the outcome of what was tried.
pub(super) fn of_finding(subject: &str, tried: &str, expected: &str, finding: &Diagnostic) -> Trial {
    let standing = if finding.is_warning { Standing::Warning } else { Standing::Wrong };
    let to_do = finding.hint.clone().unwrap_or_else(|| "mend it there".to_owned());
    Trial::new(subject, tried, expected).bad(standing, format!("{} ({})", finding.message, finding.place), to_do)
}
