//! Links between the issues of the site, and requests about them.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    catalogue::Choice,
    changes::{Actor, map},
    events::Teller,
    model::{Issue, IssueLink},
    reply::{Answer, Reply},
    specs::LinkTypeSpec,
    store::Store,
    view::View,
};

/// Everything below `issueLink`.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    let actor = call.actor()?;
    let mut store = call.site.store();
    match (call.method, rest) {
        ("POST", []) => {
            let id = actor.link(&mut store, &call.object()?)?;
            Ok(Answer::empty(201).with("Location", call.view().link(&format!("issueLink/{id}"))))
        }
        ("GET", [id]) => {
            let link = seen(&actor, &store, id)?;
            let mut shown = call.view().link_shown(link);
            for (name, issue) in [("inwardIssue", link.source), ("outwardIssue", link.destination)] {
                shown[name] = store.issues.get(&issue).map_or(Value::Null, |issue| call.view().mentioned(issue));
            }
            Ok(Answer::ok(shown))
        }
        ("DELETE", [id]) => {
            let link = seen(&actor, &store, id)?.clone();
            let project = store.issues.get(&link.source).map(|issue| issue.project).unwrap_or_default();
            actor.need("LINK_ISSUES", project, (401, 401), "link issues in this project")?;
            store.links.retain(|known| known.id != link.id);
            Teller::new(call.site, &store, actor.name).issue_link("issuelink_deleted", &link);
            Ok(Answer::no_content())
        }
        _ => Err(Answer::empty(405)),
    }
}

fn seen<'s>(actor: &Actor, store: &'s Store, id: &str) -> Result<&'s IssueLink, Answer> {
    let sees = |issue: &u64| store.issues.get(issue).is_some_and(|issue| actor.site.sees(actor.name, issue));
    let found = store.links.iter().find(|link| link.id.to_string() == id && sees(&link.source) && sees(&link.destination));
    found.ok_or_else(|| Answer::message(404, &format!("No issue link with id '{id}' exists.")))
}

/// Everything below `issueLinkType`.
pub(super) fn types(call: &Call, rest: &[&str]) -> Reply {
    call.signed_in()?;
    let view = call.view();
    let types = call.site.options.link_types.iter().enumerate();
    match rest {
        [] => {
            let shown: Vec<Value> = types.map(|(at, spec)| view.link_type(at, spec)).collect();
            Ok(Answer::ok(json!({"issueLinkTypes": shown})))
        }
        [id] => {
            let mut types = types;
            let found = types.find(|(at, _)| link_type_id(*at) == *id);
            let unknown = || Answer::message(404, &format!("No issue link type with id '{id}' found."));
            found.map(|(at, spec)| Answer::ok(view.link_type(at, spec))).ok_or_else(unknown)
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn link_type_id(index: usize) -> String {
    (10_000 + index).to_string()
}

/// A link that an issue is to get.
pub(super) struct LinkToAdd {
    kind: usize,
    other: u64,
    /// Whether the issue itself links, and is not linked to.
    outward: bool,
}

impl Actor<'_> {
    /// Links two issues as a request body says; returns the id of the link.
    pub(super) fn link(&self, store: &mut Store, body: &Map<String, Value>) -> Result<u64, Answer> {
        let kind = self.link_kind(body.get("type"))?;
        let source = self.linked(store, body.get("inwardIssue"))?;
        let destination = self.linked(store, body.get("outwardIssue"))?;
        for issue in [source, destination].iter().filter_map(|id| store.issues.get(id)) {
            self.need("LINK_ISSUES", issue.project, (401, 401), "link issues in this project")?;
        }
        if let Some(comment) = body.get("comment").and_then(Value::as_object) {
            self.comment(store, &source.to_string(), comment)?;
        }
        Ok(self.put_link(store, (kind, source, destination)))
    }

    /// Makes a link that there is not yet; returns its id.
    fn put_link(&self, store: &mut Store, (kind, source, destination): (usize, u64, u64)) -> u64 {
        let same = |link: &&IssueLink| (link.kind, link.source, link.destination) == (kind, source, destination);
        if let Some(known) = store.links.iter().find(same) {
            return known.id;
        }
        let link = IssueLink { id: store.next_id(), kind, source, destination };
        store.links.push(link.clone());
        Teller::new(self.site, store, self.name).issue_link("issuelink_created", &link);
        link.id
    }

    /// The links that an edit or a creation adds, each named by the other issue.
    pub(super) fn links_to_add(&self, store: &Store, body: &Map<String, Value>) -> Result<Vec<LinkToAdd>, Answer> {
        let verbs = map(body, "update")?.get("issuelinks").and_then(Value::as_array).cloned().unwrap_or_default();
        let read = |verb: &Value| {
            let added = verb.get("add").ok_or_else(|| Answer::field("issuelinks", "Issue links can only be added."))?;
            let kind = self.link_kind(added.get("type"))?;
            let outward = added.get("outwardIssue").is_some();
            let other = self.linked(store, added.get(if outward { "outwardIssue" } else { "inwardIssue" }))?;
            Ok(LinkToAdd { kind, other, outward })
        };
        verbs.iter().map(read).collect()
    }

    /// Adds the links to an issue.
    pub(super) fn add_links(&self, store: &mut Store, issue: u64, links: &[LinkToAdd]) {
        for LinkToAdd { kind, other, outward } in links {
            let (source, destination) = if *outward { (issue, *other) } else { (*other, issue) };
            self.put_link(store, (*kind, source, destination));
        }
    }

    fn link_kind(&self, given: Option<&Value>) -> Result<usize, Answer> {
        let text = |name: &str| given.and_then(|given| given.get(name)).and_then(Value::as_str);
        let mut all = self.site.options.link_types.iter().enumerate();
        let found = all.find(|(at, spec)| match text("id") {
            Some(id) => link_type_id(*at) == id,
            None => text("name").is_some_and(|name| name.eq_ignore_ascii_case(&spec.name)),
        });
        let asked = text("id").or_else(|| text("name")).unwrap_or_default();
        let unknown = || Answer::message(404, &format!("No issue link type with name '{asked}' found."));
        found.map(|(at, _)| at).ok_or_else(unknown)
    }

    fn linked(&self, store: &Store, given: Option<&Value>) -> Result<u64, Answer> {
        let text = |name: &str| given.and_then(|given| given.get(name)).and_then(Value::as_str);
        let named = text("key").or_else(|| text("id"));
        let named = named.ok_or_else(|| Answer::message(400, "Both issues of a link must be named by id or key."))?;
        Ok(self.issue(store, named)?.id)
    }
}

impl View<'_> {
    pub(super) fn link_type(&self, index: usize, spec: &LinkTypeSpec) -> Value {
        let id = link_type_id(index);
        json!({
            "id": id, "name": spec.name, "inward": spec.inward, "outward": spec.outward,
            "self": self.link(&format!("issueLinkType/{id}")),
        })
    }

    fn link_shown(&self, link: &IssueLink) -> Value {
        let spec = self.site.options.link_types.get(link.kind);
        json!({
            "id": link.id.to_string(), "self": self.link(&format!("issueLink/{}", link.id)),
            "type": spec.map(|spec| self.link_type(link.kind, spec)),
        })
    }

    /// The links of an issue, each with the other issue.
    pub(super) fn issue_links(&self, store: &Store, id: u64) -> Value {
        let own = store.links.iter().filter(|link| link.source == id || link.destination == id);
        own.map(|link| {
            let (name, other) =
                if link.source == id { ("outwardIssue", link.destination) } else { ("inwardIssue", link.source) };
            let mut shown = self.link_shown(link);
            shown[name] = store.issues.get(&other).map_or(Value::Null, |issue| self.mentioned(issue));
            shown
        })
        .collect()
    }

    /// An issue as other issues show it.
    pub(super) fn mentioned(&self, issue: &Issue) -> Value {
        let fields = &issue.fields;
        json!({
            "id": issue.id.to_string(), "key": issue.key, "self": self.link(&format!("issue/{}", issue.id)),
            "fields": {
                "summary": fields.summary, "status": self.choice(Choice::Status, fields.status),
                "priority": self.choice(Choice::Priority, fields.priority),
                "issuetype": self.choice(Choice::IssueType, fields.issue_type),
            },
        })
    }
}
