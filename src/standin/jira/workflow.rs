//! Moving issues through the workflow.

use serde_json::{Map, Value};

use super::{
    changes::{Actor, map},
    edits::Screen,
    model::Fields,
    options::Dialect,
    reply::Answer,
    specs::StatusCategory,
    store::Store,
};

impl Actor<'_> {
    /// Moves an issue along the transition with this id.
    pub(super) fn transition(&self, store: &mut Store, issue: &str, id: &str, body: &Map<String, Value>) -> Result<(), Answer> {
        let options = &self.site.options;
        let found = self.issue(store, issue)?;
        let issue_id = found.id;
        let status = options.statuses.get(found.fields.status).map(|status| status.name.as_str()).unwrap_or_default();
        let open = self.may("TRANSITION_ISSUES", found.project);
        let mut all = self.site.transitions(found.project, found.fields.issue_type).iter().filter(|_| open);
        let spec = all.find(|spec| spec.id.to_string() == id && spec.from.iter().any(|from| from.eq_ignore_ascii_case(status)));
        let target = spec.and_then(|spec| Some((spec, options.statuses.iter().position(|status| status.name == spec.to)?)));
        let Some((spec, target)) = target else {
            return Err(self.no_transition(id));
        };
        let editor = self.editor(store, found.project, Screen::Transition(spec))?;
        let mut fields = found.fields.clone();
        fields.status = target;
        let done = options.statuses.get(target).is_some_and(|status| status.category == StatusCategory::Done);
        // Where people choose the resolution on the screen, nothing is chosen for them.
        let chosen = spec.screen.iter().flatten().any(|entry| entry.field == "resolution");
        fields.resolution = if done { fields.resolution.or((!chosen).then_some(0)) } else { None };
        let given = map(body, "fields")?;
        let mut errors = editor.apply(&mut fields, given);
        errors.extend(editor.update(&mut fields, map(body, "update")?));
        errors.extend(editor.missing(&fields, given));
        if !errors.is_empty() {
            return Err(Answer::fields(errors));
        }
        self.limit_write(issue_id)?;
        let kind = self.transition_kind(&store.issue(issue)?.fields, target);
        self.commit(store, issue_id, fields, Some(kind));
        self.added_comments(store, issue, body)
    }

    /// Data Center has no status of its own for this mistake.
    fn no_transition(&self, id: &str) -> Answer {
        let text = format!("Transition id '{id}' is not valid for this issue.");
        let cloud = self.site.options.dialect == Dialect::Cloud;
        Answer::message(if cloud { 400 } else { 500 }, &text)
    }

    fn transition_kind(&self, before: &Fields, target: usize) -> &'static str {
        if self.site.options.dialect == Dialect::Cloud {
            return "issue_generic";
        }
        let category = |index: usize| self.site.options.statuses.get(index).map(|status| status.category);
        match (category(before.status), category(target)) {
            (_, Some(StatusCategory::Done)) => "issue_resolved",
            (Some(StatusCategory::Done), _) => "issue_reopened",
            (_, Some(StatusCategory::InProgress)) => "issue_work_started",
            _ => "issue_work_stopped",
        }
    }
}
