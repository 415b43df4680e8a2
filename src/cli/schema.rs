//! `schema`: what a tracker tells about itself.

use serde_json::json;

use super::{CliError, Exit, Global, output::Output};
use crate::{
    app,
    config::{Loaded, section::nearest},
    ids::TrackerName,
    sync::schema::{Class, Field, Schema},
    telemetry::metrics::Metrics,
};

/// How many values of a vocabulary are shown; `--json` has all of them.
const MOST_SHOWN: usize = 12;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The tracker's name in the configuration
    tracker: String,
}

pub(super) async fn run(global: &Global, arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    // Rules with errors do not matter here: this command helps to mend them.
    let Loaded { config, diagnostics, .. } = global.load_all()?;
    let config = config.ok_or(CliError::Configuration(diagnostics))?;
    let name = TrackerName::new(&arguments.tracker);
    let Some(tracker) = app::connect_named(&config, &name, &Metrics::default())? else {
        let known = config.trackers.keys().chain(config.partners.keys());
        let hint = nearest(name.as_str(), known.map(TrackerName::as_str));
        return Err(CliError::Usage(format!("there is no tracker `{name}`; {hint}")));
    };
    let schema = tracker.schema().await?;
    output.result(|| json!(schema), || to_text(&schema));
    Ok(Exit::Done)
}

/// The class of issues first, then the others by name.
fn to_text(schema: &Schema) -> String {
    let is_issue = |name: &String| *name == schema.issue_class;
    let (mut classes, others): (Vec<_>, Vec<_>) = schema.classes.iter().partition(|(name, _)| is_issue(name));
    classes.extend(others);
    classes.into_iter().map(|(name, class)| class_to_text(schema, name, class)).collect::<Vec<_>>().join("\n")
}

fn class_to_text(schema: &Schema, name: &str, class: &Class) -> String {
    let mut text = match class.keys.as_deref() {
        Some(keys) if !keys.is_empty() => format!("{name} (a link is set by {})\n", keys.join(", ")),
        _ => format!("{name}\n"),
    };
    let names = class.fields.iter().map(|(name, field)| shown_name(name, field));
    let width = names.map(|name| name.chars().count()).max().unwrap_or_default();
    for (name, field) in &class.fields {
        let line = format!("  {:width$}  {}", shown_name(name, field), field_to_text(schema, field));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn shown_name(name: &str, field: &Field) -> String {
    match field.title.as_ref().filter(|title| !title.eq_ignore_ascii_case(name)) {
        Some(title) => format!("{name} \"{title}\""),
        None => name.to_owned(),
    }
}

fn field_to_text(schema: &Schema, field: &Field) -> String {
    let kind = if field.writable { field.words() } else { format!("{}, read-only", field.words()) };
    if let Some(values) = schema.vocabulary(field).filter(|values| !values.is_empty()) {
        let shown: Vec<&str> = values.iter().take(MOST_SHOWN).map(String::as_str).collect();
        let rest = values.len().saturating_sub(MOST_SHOWN);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        return format!("{kind}: {}{more}", shown.join(", "));
    }
    kind
}
