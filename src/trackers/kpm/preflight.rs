//! What a KPM cannot do of what a sync asks of it, by the configuration alone.
//!
//! | code | found |
//! | --- | --- |
//! | `preflight::filter` | `remote_filter` is anything but `mailbox` |
//! | `preflight::required` | problems are created, and no rule gives them our key |
//! | `preflight::permission` | a rule changes what KPM takes with a new problem only, or edits messages |

use super::{creation::EXTERNAL_NUMBER, statement::SETTABLE};
use crate::{
    config::{diagnostic::Diagnostic, partner::KpmConfig},
    sync::{
        issue::Side,
        requirements::{ContentWrite, Requirements},
    },
};

/// All findings.
pub(super) fn find(asked: &Requirements) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if let Some(filter) = asked.filter.as_ref().filter(|filter| *filter != KpmConfig::FILTER) {
        let message = format!("KPM knows no filter `{filter}`");
        findings.push(
            Diagnostic::error("preflight::filter", message, asked.place.clone())
                .hint("leave `remote_filter` out: the problems are those in the mailbox"),
        );
    }
    let names_our_key = || asked.fields.iter().any(|write| write.path == EXTERNAL_NUMBER && write.on_creation);
    if asked.creates && asked.side == Side::Remote && !names_our_key() {
        let message = format!(
            "problems are created, and no rule sets {EXTERNAL_NUMBER}: one whose answer is lost could not be found again"
        );
        findings.push(
            Diagnostic::error("preflight::required", message, asked.place.clone())
                .hint(format!("add a rule to_remote from our key to {EXTERNAL_NUMBER} with only_create = true")),
        );
    }
    for write in asked.fields.iter().filter(|write| write.on_update && !SETTABLE.contains(&write.path.as_str())) {
        let message = format!("{}: KPM takes {} only with a new problem", write.cause.rule, write.path);
        findings.push(
            Diagnostic::warning("preflight::permission", message, write.cause.place.clone())
                .hint("give the rule only_create = true; each change is refused else"),
        );
    }
    for (content, cause) in &asked.contents {
        if matches!(content, ContentWrite::EditMessage | ContentWrite::RemoveMessage) {
            let message = format!("{}: process steps of KPM can neither be changed nor taken away", cause.rule);
            findings.push(Diagnostic::warning("preflight::permission", message, cause.place.clone()));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::place::Place,
        sync::requirements::{Cause, FieldWrite},
    };

    fn asked(filter: &str, writes: &[(&str, bool)]) -> Requirements {
        let cause = || Cause { rule: "to_remote".to_owned(), place: Place::Default };
        let write = |(path, on_update): &(&str, bool)| FieldWrite {
            path: (*path).to_owned(),
            cause: cause(),
            on_creation: true,
            on_update: *on_update,
            only_if_unset: false,
            constants: Vec::new(),
        };
        Requirements {
            side: Side::Remote,
            counterpart: "local".into(),
            place: Place::Default,
            filter: Some(filter.to_owned()),
            linked: Vec::new(),
            creates: true,
            fields: writes.iter().map(write).collect(),
            contents: vec![(ContentWrite::AddMessage, cause())],
        }
    }

    #[test]
    fn what_it_cannot_do_is_found_and_nothing_else() {
        assert_eq!(find(&asked("mailbox", &[(EXTERNAL_NUMBER, false), ("SupplierStatus", true)])), []);
        let codes =
            |asked: &Requirements| find(asked).iter().map(|finding| (finding.code, finding.is_warning)).collect::<Vec<_>>();
        assert_eq!(
            codes(&asked("status = open", &[("ShortText", true)])),
            [("preflight::filter", false), ("preflight::required", false), ("preflight::permission", true)]
        );
        let mut edits = asked("mailbox", &[(EXTERNAL_NUMBER, false)]);
        edits.contents[0].0 = ContentWrite::EditMessage;
        assert_eq!(codes(&edits), [("preflight::permission", true)]);
    }
}
