//! Who may do what. Everybody who is signed in may do everything until something is taken away, but administer the site.

use std::{collections::BTreeSet, sync::Mutex};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    call::Call,
    changes::Actor,
    model::Issue,
    options::Dialect,
    reply::{Answer, Reply},
    site::{Site, locked},
    store::Store,
};

/// The permissions a site knows: name, id, and whether it is for the whole site.
const KNOWN: [(&str, u32, bool); 22] = [
    ("ADMINISTER", 0, true),
    ("BROWSE_PROJECTS", 10, false),
    ("CREATE_ISSUES", 11, false),
    ("EDIT_ISSUES", 12, false),
    ("ASSIGN_ISSUES", 13, false),
    ("ADD_COMMENTS", 15, false),
    ("DELETE_ISSUES", 16, false),
    ("ASSIGNABLE_USER", 17, false),
    ("CREATE_ATTACHMENTS", 19, false),
    ("LINK_ISSUES", 21, false),
    ("ADMINISTER_PROJECTS", 23, false),
    ("MODIFY_REPORTER", 30, false),
    ("SET_ISSUE_SECURITY", 26, false),
    ("EDIT_ALL_COMMENTS", 34, false),
    ("EDIT_OWN_COMMENTS", 35, false),
    ("DELETE_ALL_COMMENTS", 36, false),
    ("DELETE_OWN_COMMENTS", 37, false),
    ("DELETE_ALL_ATTACHMENTS", 38, false),
    ("DELETE_OWN_ATTACHMENTS", 39, false),
    ("TRANSITION_ISSUES", 46, false),
    ("WORK_ON_ISSUES", 20, false),
    ("MANAGE_WATCHERS", 32, false),
];

/// A permission that somebody does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// Login name.
    pub user: String,
    /// Key of the project; `None` for all of them, and for what concerns the site.
    #[serde(default)]
    pub project: Option<String>,
    /// The permission, such as `EDIT_ISSUES`.
    pub permission: String,
}

impl Denial {
    /// Whether there is such a permission.
    pub(super) fn is_known(&self) -> bool {
        KNOWN.iter().any(|(name, ..)| *name == self.permission)
    }
}

/// All that is denied.
#[derive(Debug, Default)]
pub(super) struct Permissions {
    denied: Mutex<BTreeSet<Denial>>,
}

impl Permissions {
    pub(super) fn deny(&self, denial: Denial) {
        locked(&self.denied).insert(denial);
    }

    pub(super) fn allow(&self, denial: &Denial) {
        locked(&self.denied).remove(denial);
    }

    pub(super) fn list(&self) -> Vec<Denial> {
        locked(&self.denied).iter().cloned().collect()
    }
}

impl Site {
    /// Whether a user has a permission, in a project if it is one of a project.
    pub(super) fn may(&self, user: &str, permission: &str, project: Option<usize>) -> bool {
        if permission == "ADMINISTER" && !self.options.administrators.iter().any(|name| name == user) {
            return false;
        }
        let key = project.and_then(|index| self.options.projects.get(index)).map(|spec| spec.key.as_str());
        !locked(&self.permissions.denied).iter().any(|denial| {
            denial.user == user
                && denial.permission == permission
                && denial.project.as_deref().is_none_or(|denied| key.is_some_and(|key| key.eq_ignore_ascii_case(denied)))
        })
    }

    /// The issue, if the user may see it.
    pub(super) fn visible<'s>(&self, store: &'s Store, user: &str, id: &str) -> Result<&'s Issue, Answer> {
        store.issue(id).ok().filter(|issue| self.sees(user, issue)).ok_or_else(Answer::no_issue)
    }

    /// Whether the user may see the issue.
    pub(super) fn sees(&self, user: &str, issue: &Issue) -> bool {
        self.may(user, "BROWSE_PROJECTS", Some(issue.project))
    }
}

impl Actor<'_> {
    pub(super) fn may(&self, permission: &str, project: usize) -> bool {
        self.site.may(self.name, permission, Some(project))
    }

    /// Refuses with the status of Cloud or that of Data Center.
    pub(super) fn need(&self, permission: &str, project: usize, statuses: (u16, u16), doing: &str) -> Result<(), Answer> {
        if self.may(permission, project) {
            return Ok(());
        }
        let status = if self.site.options.dialect == Dialect::Cloud { statuses.0 } else { statuses.1 };
        Err(Answer::message(status, &format!("You do not have permission to {doing}.")))
    }

    /// For what people may do to all things, or only to their own.
    pub(super) fn need_for(
        &self,
        what: (&str, &str),
        project: usize,
        own: bool,
        status: u16,
        doing: &str,
    ) -> Result<(), Answer> {
        let (all, only_own) = what;
        if self.may(all, project) || own && self.may(only_own, project) {
            return Ok(());
        }
        Err(Answer::message(status, &format!("You do not have permission to {doing}.")))
    }
}

/// `GET mypermissions`. Cloud wants to know which ones; a project or an issue can be named.
pub(super) fn mine(call: &Call) -> Reply {
    let asked = call.query_list("permissions");
    if call.cloud() && asked.is_none() {
        return Err(Answer::message(400, "The 'permissions' query parameter is required."));
    }
    let project = project_asked(call)?;
    let all = KNOWN.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let mut shown = serde_json::Map::new();
    for name in asked.unwrap_or(all) {
        let Some((_, id, global)) = KNOWN.iter().find(|(known, ..)| *known == name) else {
            return Err(Answer::message(400, &format!("Unrecognized permission: {name}")));
        };
        let has = call.caller.name().is_some_and(|user| match (global, project) {
            (true, _) => call.site.may(user, &name, None),
            (false, Some(project)) => call.site.may(user, &name, Some(project)),
            (false, None) => call.site.options.projects.iter().enumerate().any(|(at, _)| call.site.may(user, &name, Some(at))),
        });
        let words = name.replace('_', " ").to_lowercase();
        let mut entry = json!({
            "id": id.to_string(), "key": name, "name": words, "description": "",
            "type": if *global { "GLOBAL" } else { "PROJECT" }, "havePermission": has,
        });
        if !call.cloud() {
            entry["deprecatedKey"] = json!(false);
        }
        shown.insert(name, entry);
    }
    Ok(Answer::ok(json!({"permissions": Value::Object(shown)})))
}

fn project_asked(call: &Call) -> Result<Option<usize>, Answer> {
    let issue = call.query("issueKey").or_else(|| call.query("issueId"));
    if let Some(issue) = issue {
        let user = call.sees_issues()?;
        return Ok(Some(call.site.visible(&call.site.store(), user, issue)?.project));
    }
    let Some(project) = call.query("projectKey").or_else(|| call.query("projectId")) else {
        return Ok(None);
    };
    let spec = super::projects::visible(call, project)?;
    Ok(call.site.options.projects.iter().position(|known| known.id == spec.id))
}
