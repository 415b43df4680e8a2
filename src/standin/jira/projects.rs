//! Projects while a site runs: their components and versions, and the end of a project.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};

use super::{
    call::Call,
    options::JiraOptions,
    reply::Answer,
    site::{Site, locked},
    specs::ProjectSpec,
    view::View,
};

/// What a project can be divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    Component,
    Version,
}

impl PartKind {
    /// As in addresses.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Version => "version",
        }
    }
}

/// A component or a version.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) id: u64,
    pub(super) kind: PartKind,
    /// Id of the project.
    pub(super) project: u64,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) released: bool,
    pub(super) archived: bool,
}

/// All components and versions, and the projects that are gone.
#[derive(Debug, Default)]
pub(super) struct Projects {
    parts: Mutex<Vec<Part>>,
    count: AtomicU64,
    gone: Mutex<BTreeSet<u64>>,
}

impl Projects {
    pub(super) fn new(options: &JiraOptions) -> Self {
        let projects = Self::default();
        for spec in &options.projects {
            for name in &spec.components {
                projects.add(PartKind::Component, spec.id, name, None);
            }
            for name in &spec.versions {
                projects.add(PartKind::Version, spec.id, name, None);
            }
        }
        projects
    }

    /// Adds a part; the ids of components and versions are of one sequence.
    pub(super) fn add(&self, kind: PartKind, project: u64, name: &str, description: Option<&str>) -> Part {
        let id = 10_500 + self.count.fetch_add(1, Ordering::Relaxed);
        let part = Part {
            id,
            kind,
            project,
            name: name.to_owned(),
            description: description.map(str::to_owned),
            released: false,
            archived: false,
        };
        locked(&self.parts).push(part.clone());
        part
    }

    /// The parts of a project.
    pub(super) fn of(&self, kind: PartKind, project: u64) -> Vec<Part> {
        locked(&self.parts).iter().filter(|part| part.kind == kind && part.project == project).cloned().collect()
    }

    pub(super) fn part(&self, kind: PartKind, id: &str) -> Option<Part> {
        locked(&self.parts).iter().find(|part| part.kind == kind && part.id.to_string() == id).cloned()
    }

    /// Puts a changed part in the place of the old one.
    pub(super) fn replace(&self, changed: Part) {
        if let Some(part) = locked(&self.parts).iter_mut().find(|part| part.id == changed.id) {
            *part = changed;
        }
    }

    pub(super) fn remove(&self, id: u64) {
        locked(&self.parts).retain(|part| part.id != id);
    }

    pub(super) fn exists(&self, project: &ProjectSpec) -> bool {
        !locked(&self.gone).contains(&project.id)
    }
}

impl Site {
    /// The projects that exist, with their indexes.
    pub(super) fn projects(&self) -> impl Iterator<Item = (usize, &ProjectSpec)> {
        self.options.projects.iter().enumerate().filter(|(_, spec)| self.projects.exists(spec))
    }

    /// The project with this key or id.
    pub(super) fn project(&self, id_or_key: &str) -> Option<(usize, &ProjectSpec)> {
        self.projects().find(|(_, spec)| spec.key.eq_ignore_ascii_case(id_or_key) || spec.id.to_string() == id_or_key)
    }

    /// Ends a project. Nobody is told about its issues, as with a real one.
    pub(super) fn delete_project(&self, id_or_key: &str) -> bool {
        let Some((index, spec)) = self.project(id_or_key) else {
            return false;
        };
        locked(&self.projects.gone).insert(spec.id);
        let mut store = self.store();
        let ids: Vec<u64> = store.issues.values().filter(|issue| issue.project == index).map(|issue| issue.id).collect();
        for id in ids {
            store.remove(id);
        }
        true
    }
}

/// A project that the caller may see.
pub(super) fn visible<'a>(call: &Call<'a>, id_or_key: &str) -> Result<&'a ProjectSpec, Answer> {
    let found = call.site.project(id_or_key).filter(|(index, _)| may_see(call, *index));
    let refused = || Answer::message(404, &format!("No project could be found with key '{id_or_key}'."));
    found.map(|(_, spec)| spec).ok_or_else(refused)
}

/// All projects that the caller may see.
pub(super) fn all_visible<'a>(call: &Call<'a>) -> Vec<&'a ProjectSpec> {
    call.site.projects().filter(|(index, _)| may_see(call, *index)).map(|(_, spec)| spec).collect()
}

fn may_see(call: &Call, index: usize) -> bool {
    call.caller.name().is_some_and(|user| call.site.may(user, "BROWSE_PROJECTS", Some(index)))
}

impl View<'_> {
    /// Components or versions of a project: all, or those with these names.
    pub(super) fn parts(&self, kind: PartKind, project: &ProjectSpec, chosen: Option<&[String]>) -> Value {
        let known = self.site.projects.of(kind, project.id);
        let shown = known.iter().filter(|part| chosen.is_none_or(|chosen| chosen.contains(&part.name)));
        shown.map(|part| self.part(part)).collect()
    }

    pub(super) fn part(&self, part: &Part) -> Value {
        let kind = part.kind.word();
        let mut shown =
            json!({"self": self.link(&format!("{kind}/{}", part.id)), "id": part.id.to_string(), "name": part.name});
        if let Some(description) = &part.description {
            shown["description"] = json!(description);
        }
        if part.kind == PartKind::Version {
            shown["archived"] = json!(part.archived);
            shown["released"] = json!(part.released);
        }
        shown
    }
}
