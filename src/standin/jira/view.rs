//! How things look in answers and webhooks: the JSON of users, projects and everything with a name.

use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::{
    adf,
    catalogue::Choice,
    options::Dialect,
    site::Site,
    specs::{ProjectSpec, StatusCategory},
};

/// Version of the REST interface a caller uses; it decides how texts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    V2,
    V3,
}

/// Shows things to a caller of one API version.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) site: &'a Site,
    pub(super) api: Api,
}

/// Text inside an address.
pub(super) fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

impl View<'_> {
    /// An address inside the REST interface.
    pub(super) fn link(&self, path: &str) -> String {
        let version = if self.api == Api::V3 { 3 } else { 2 };
        format!("{}/rest/api/{version}/{path}", self.site.base)
    }

    pub(super) fn cloud(&self) -> bool {
        self.site.options.dialect == Dialect::Cloud
    }

    fn avatars(&self, kind: &str) -> Value {
        let of = |size: &str| format!("{}/secure/{kind}avatar?{size}avatarId=10122", self.site.base);
        json!({"48x48": of(""), "24x24": of("size=small&"), "16x16": of("size=xsmall&"), "32x32": of("size=medium&")})
    }

    /// A person by login name, null for nobody.
    pub(super) fn user(&self, name: Option<&str>) -> Value {
        let Some(user) = name.and_then(|name| self.site.user(name)) else {
            return Value::Null;
        };
        let mut shown = json!({
            "emailAddress": user.email,
            "avatarUrls": self.avatars("user"),
            "displayName": user.display_name,
            "active": user.active,
            "timeZone": self.site.zone_name(),
        });
        if self.cloud() {
            shown["self"] = json!(self.link(&format!("user?accountId={}", encoded(&user.account_id))));
            shown["accountId"] = json!(user.account_id);
            shown["accountType"] = json!("atlassian");
        } else {
            shown["self"] = json!(self.link(&format!("user?username={}", encoded(&user.name))));
            shown["name"] = json!(user.name);
            shown["key"] = json!(user.name);
        }
        shown
    }

    /// Text as this API version shows it.
    pub(super) fn text(&self, text: Option<&str>) -> Value {
        match text {
            None => Value::Null,
            Some(text) if self.api == Api::V3 => adf::from_text(text),
            Some(text) => json!(text),
        }
    }

    pub(super) fn choice(&self, choice: Choice, index: usize) -> Value {
        let names = choice.names(&self.site.options);
        let name = names.get(index).copied().unwrap_or_default();
        let id = choice.id(index);
        let base = &self.site.base;
        match choice {
            Choice::IssueType => {
                let subtask = self.site.options.subtask_types.iter().any(|known| known == name);
                let mut shown = json!({
                    "self": self.link(&format!("issuetype/{id}")), "id": id, "description": "",
                    "iconUrl": format!("{base}/images/icons/issuetypes/{}.svg", name.to_lowercase()),
                    "name": name, "subtask": subtask, "avatarId": 10_315,
                });
                if self.cloud() {
                    shown["hierarchyLevel"] = json!(if subtask { -1 } else { 0 });
                }
                shown
            }
            Choice::Priority => json!({
                "self": self.link(&format!("priority/{id}")),
                "iconUrl": format!("{base}/images/icons/priorities/{}.svg", name.to_lowercase()),
                "name": name, "id": id,
            }),
            Choice::Status => json!({
                "self": self.link(&format!("status/{id}")), "description": "", "iconUrl": format!("{base}/"),
                "name": name, "id": id, "statusCategory": self.category(index),
            }),
            Choice::Resolution => json!({
                "self": self.link(&format!("resolution/{id}")), "id": id, "description": "", "name": name,
            }),
        }
    }

    pub(super) fn category(&self, status: usize) -> Value {
        let category = self.site.options.statuses.get(status).map_or(StatusCategory::ToDo, |spec| spec.category);
        let (id, key, color, name) = match category {
            StatusCategory::ToDo => (2, "new", "blue-gray", "To Do"),
            StatusCategory::InProgress => (4, "indeterminate", "yellow", "In Progress"),
            StatusCategory::Done => (3, "done", "green", "Done"),
        };
        json!({
            "self": self.link(&format!("statuscategory/{id}")),
            "id": id, "key": key, "colorName": color, "name": name,
        })
    }

    /// A project as other things mention it.
    pub(super) fn project(&self, project: &ProjectSpec) -> Value {
        json!({
            "self": self.link(&format!("project/{}", project.id)),
            "id": project.id.to_string(), "key": project.key, "name": project.name,
            "projectTypeKey": "software", "avatarUrls": self.avatars("project"),
        })
    }

    pub(super) fn project_at(&self, index: usize) -> Value {
        self.site.options.projects.get(index).map_or(Value::Null, |project| self.project(project))
    }
}
