//! What PFIFF cannot do of what a sync asks of it, by the configuration alone.
//!
//! | code | found |
//! | --- | --- |
//! | `preflight::filter` | `remote_filter` is anything but `received` |
//! | `preflight::permission` | issues are created there, or a rule writes what only the other side tells |
//! | `preflight::required` | no rule tells the key of our issue, without which nothing can be answered; `own`, `peer` or `filename_code` make no package |

use jiff::civil::date;

use super::{
    outbox,
    schema::{KEY, OWN},
};
use crate::{
    config::{diagnostic::Diagnostic, partner::PfiffConfig},
    formats::engdat::Reference,
    sync::{fault::Fault, issue::Side, requirements::Requirements},
};

/// All findings.
pub(super) fn find(asked: &Requirements) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if let Some(filter) = asked.filter.as_ref().filter(|filter| *filter != PfiffConfig::FILTER) {
        let message = format!("PFIFF knows no filter `{filter}`");
        findings.push(
            Diagnostic::error("preflight::filter", message, asked.place.clone())
                .hint("leave `remote_filter` out: the issues are those that arrived"),
        );
    }
    if asked.creates && asked.side == Side::Remote {
        let message = "PFIFF takes no issues that begin with us";
        findings
            .push(Diagnostic::error("preflight::permission", message, asked.place.clone()).hint("leave `create_remote` out"));
    }
    for write in asked.fields.iter().filter(|write| !OWN.contains(&write.path.as_str())) {
        let message = format!("{}: PFIFF takes no {} from us", write.cause.rule, write.path);
        findings.push(
            Diagnostic::error("preflight::permission", message, write.cause.place.clone())
                .hint(format!("what can be answered is {}", OWN.join(", "))),
        );
    }
    let answers = !asked.fields.is_empty() || !asked.contents.is_empty();
    if answers && !asked.fields.iter().any(|write| write.path == KEY) {
        let message = format!("no rule sets {KEY}: without the key of our issue nothing can be answered");
        findings.push(
            Diagnostic::error("preflight::required", message, asked.place.clone())
                .hint(format!("add a rule to_remote from the key of the local issue to {KEY}")),
        );
    }
    findings
}

/// Whether packages can be made of what is configured. `has_folders`: without any none have to be.
pub(super) fn check_packages(config: &PfiffConfig, has_folders: bool) -> Vec<Diagnostic> {
    let example = date(2026, 1, 1).at(0, 0, 0, 0);
    let routing = config.peer.as_ref().map(|peer| peer.routing.as_str());
    let code = config.filename_code.as_deref().or(routing).unwrap_or_default();
    let made = match Reference::compose(example, 0, code) {
        Ok(reference) => outbox::describe(config, &reference, example).map(drop),
        Err(error) => Err(Fault::permanent(format!("no names can be made for packages: {error}"))
            .hint("give `filename_code` three capital letters or digits")),
    };
    match made {
        Err(fault) if has_folders => {
            let finding = Diagnostic::error("preflight::required", fault.message, config.place.clone());
            vec![match fault.hint {
                Some(hint) => finding.hint(hint),
                None => finding,
            }]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::place::Place,
        sync::requirements::{Cause, ContentWrite, FieldWrite},
    };

    fn asked(filter: &str, paths: &[&str], creates: bool) -> Requirements {
        let cause = || Cause { rule: "to_remote".to_owned(), place: Place::Default };
        let write = |path: &&str| FieldWrite {
            path: (*path).to_owned(),
            cause: cause(),
            on_creation: true,
            on_update: true,
            only_if_unset: false,
            constants: Vec::new(),
        };
        Requirements {
            side: Side::Remote,
            counterpart: "local".into(),
            place: Place::Default,
            filter: Some(filter.to_owned()),
            linked: Vec::new(),
            creates,
            fields: paths.iter().map(write).collect(),
            contents: vec![(ContentWrite::AddMessage, cause())],
        }
    }

    #[test]
    fn what_it_cannot_do_is_found_and_nothing_else() {
        let codes = |asked: &Requirements| find(asked).iter().map(|finding| finding.code).collect::<Vec<_>>();
        assert_eq!(codes(&asked("received", &["supplier_company_id", "supplier_status"], false)), [""; 0]);
        assert_eq!(
            codes(&asked("status = open", &["priority"], true)),
            ["preflight::filter", "preflight::permission", "preflight::permission", "preflight::required"]
        );
        let only_reads = Requirements { contents: Vec::new(), ..asked("received", &[], false) };
        assert_eq!(codes(&only_reads), [""; 0]);
    }
}
