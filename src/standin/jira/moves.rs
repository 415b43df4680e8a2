//! Moving an issue to another project: its id stays, its key changes, and the old key leads to it for ever. People do it in the
//! browser; no request of the REST API does.

use super::{changes::Actor, model::Change, reply::Answer, store::Store};

impl Actor<'_> {
    /// Moves an issue to the project of this key; its new key.
    pub(super) fn move_to(&self, store: &mut Store, issue: &str, project: &str) -> Result<String, Answer> {
        let options = &self.site.options;
        let known = options.projects.iter().position(|spec| spec.key.eq_ignore_ascii_case(project));
        let to = known.ok_or_else(|| Answer::field("project", "Specify a valid project ID or key"))?;
        let found = self.site.visible(store, self.name, issue)?;
        let (id, from, old_key) = (found.id, found.project, found.key.clone());
        if from == to {
            return Ok(old_key);
        }
        let key = store.rename(options, id, to);
        let named =
            |at: usize| options.projects.get(at).map(|spec| (spec.id.to_string(), spec.name.clone())).unwrap_or_default();
        let ((from, from_name), (to, to_name)) = (named(from), named(to));
        let change = |field: &str, from: Option<String>, from_text, to: Option<String>, to_text| Change {
            field: field.to_owned(),
            field_id: field.to_lowercase(),
            custom: false,
            from,
            from_text: Some(from_text),
            to,
            to_text: Some(to_text),
        };
        let changes =
            vec![change("project", Some(from), from_name, Some(to), to_name), change("Key", None, old_key, None, key.clone())];
        self.note(store, id, "issue_moved", changes);
        Ok(key)
    }
}
