//! What the rules of a sync ask of its trackers, gathered from what each of them may write and when it runs.

use super::{RuleSet, compiled::Compiled, origin::Use};
use crate::{
    config::sync::SyncConfig,
    sync::{
        issue::Side,
        requirements::{Cause, Constant, FieldWrite, Requirements},
    },
};

/// Kinds that give an attribute of an issue that exists a value only while it has none.
const ONLY_IF_UNSET: [&str; 5] =
    ["to_local_default", "to_local_multilink_default", "to_local_multistring_default", "to_remote_default", "check"];

impl RuleSet {
    /// What a sync with these rules asks of the tracker on a side. A dry run writes nothing there. Which issues are linked, the
    /// rules do not know.
    #[must_use]
    pub fn requirements(&self, sync: &SyncConfig, side: Side) -> Requirements {
        let writes = side == Side::Local || !sync.remote_dry_run;
        let rules = if writes { self.rules.as_slice() } else { &[] };
        Requirements {
            side,
            counterpart: if side == Side::Local { sync.remote.clone() } else { sync.local.clone() },
            place: sync.place.clone(),
            filter: sync.remote_filter.clone().filter(|_| side == Side::Remote),
            linked: Vec::new(),
            creates: writes && if side == Side::Local { sync.remote_filter.is_some() } else { sync.create_remote },
            fields: rules.iter().flat_map(|compiled| compiled.field_writes(side)).collect(),
            contents: rules
                .iter()
                .flat_map(|compiled| {
                    let of_side = compiled.rule.access().contents.into_iter().filter(move |(written, _)| *written == side);
                    of_side.map(|(_, content)| (content, compiled.cause(None)))
                })
                .collect(),
        }
    }
}

impl Compiled {
    fn field_writes(&self, side: Side) -> Vec<FieldWrite> {
        let on_creation = self.gates.may_write_new_issues(side);
        let on_update = self.gates.may_write_issues_that_exist(side, self.direction);
        let paths = self.rule.access().writes.into_iter().filter(|(written, _)| *written == side).map(|(_, path)| path);
        paths
            .map(|path| FieldWrite {
                cause: self.cause(Some((side, &path))),
                on_creation,
                on_update,
                only_if_unset: ONLY_IF_UNSET.contains(&self.kind),
                constants: self.constants(side, &path),
                path,
            })
            .collect()
    }

    fn cause(&self, named: Option<(Side, &str)>) -> Cause {
        let rule = format!("{} {}", self.kind, self.subject).trim_end().to_owned();
        let place = named.map_or(&self.origin.place, |(side, path)| self.origin.place_of(side, path)).clone();
        Cause { rule, place }
    }

    /// The values that the configuration gives for a path of this rule.
    pub(super) fn constants(&self, side: Side, path: &str) -> Vec<Constant> {
        if self.origin.path(side) != Some(path) {
            return Vec::new();
        }
        let set = self.origin.values.iter().filter(|value| value.side == side && value.usage == Use::Set);
        set.map(|value| Constant { text: value.text.clone(), place: value.place.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{requirements::ContentWrite, rules::tests::rules};

    const RULES: &str = r#"
        [[rule]]
        kind = "check"
        local_name = "Mark"
        r_default = "yes"
        [[rule]]
        kind = "to_local_default"
        local_name = "project.key"
        r_default = "HOME"
        l_only_create = true
        [[rule]]
        kind = "to_remote_default"
        remote_name = "issuetype"
        l_default = "Bug"
        only_create = true
        [[rule]]
        kind = "two_way"
        local_name = "prio"
        remote_name = "priority.name"
        map = { high = "High", low = "Low" }
        only_update = true
        [[rule]]
        kind = "messages"
        prefix = "[public]"
        edits = "update"
        [[rule]]
        kind = "files"
    "#;

    fn sync(more: &str) -> SyncConfig {
        let text = format!(
            "[trackers.a]\nkind = \"roundup\"\nurl = \"http://a/\"\nusername = \"u\"\npassword = {{ env = \"P\" }}\n\
             insecure_no_signature = true\n[trackers.b]\nkind = \"jira\"\nurl = \"http://b/\"\nusername = \"u\"\n\
             password = {{ env = \"P\" }}\ninsecure_no_signature = true\n\
             [[sync]]\nname = \"s\"\nlocal = \"a\"\nremote = \"b\"\n{more}\n"
        );
        let source = std::sync::Arc::new(crate::config::place::Source { name: "sync.toml".to_owned(), text });
        let environment = crate::config::environment::Environment::of_variables([("P", "p")]);
        crate::config::load(&[source], &environment, &[]).partial.syncs.remove(0)
    }

    /// Path, on creation, on update, constants.
    fn told(requirements: &Requirements) -> Vec<(&str, bool, bool, Vec<&str>)> {
        requirements
            .fields
            .iter()
            .map(|write| {
                let constants = write.constants.iter().map(|constant| constant.text.as_str()).collect();
                (write.path.as_str(), write.on_creation, write.on_update, constants)
            })
            .collect()
    }

    #[test]
    fn each_side_is_asked_for_what_is_written_there_and_when() {
        let rules = rules(RULES);
        let local = rules.requirements(&sync("remote_filter = \"project = UP\""), Side::Local);
        assert_eq!(
            told(&local),
            [
                ("Mark", true, true, vec!["yes"]),
                ("project.key", true, false, vec!["HOME"]),
                ("prio", true, true, vec!["high", "low"]),
            ]
        );
        assert!(local.creates && local.filter.is_none());
        assert_eq!(local.fields[1].cause.rule, "to_local_default project.key");
        assert_eq!(local.fields[1].cause.place.line_and_column(), Some((8, 22)));
        let contents = |requirements: &Requirements| requirements.contents.iter().map(|(what, _)| *what).collect::<Vec<_>>();
        assert_eq!(contents(&local), [ContentWrite::AddMessage, ContentWrite::EditMessage, ContentWrite::AddFile]);
        let remote = rules.requirements(&sync("create_remote = true"), Side::Remote);
        assert_eq!(
            told(&remote),
            [("issuetype", true, false, vec!["Bug"]), ("priority.name", false, true, vec!["High", "Low"])]
        );
        assert!(remote.creates);
        assert_eq!(contents(&remote), [ContentWrite::AddMessage, ContentWrite::EditMessage], "files come only");
    }

    #[test]
    fn a_dry_run_asks_for_nothing_to_be_written() {
        let sync = sync("remote_filter = \"project = UP\"\ncreate_remote = true\nremote_dry_run = true");
        let remote = rules(RULES).requirements(&sync, Side::Remote);
        assert!(!remote.creates && remote.fields.is_empty() && remote.contents.is_empty());
        assert_eq!(remote.filter.as_deref(), Some("project = UP"));
    }
}
