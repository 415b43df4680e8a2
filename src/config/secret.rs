//! Secrets: where they come from, and that they are never shown.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{
    diagnostic::Diagnostic,
    environment::Environment,
    node::{Node, NodeValue},
    place::Place,
    section::{Findings, Section},
};

/// A secret and the place that it came from. Prints as `***`.
#[derive(Clone)]
pub struct Secret {
    value: SecretString,
    origin: String,
}

impl Secret {
    /// A secret that the program made itself, for the demo and for tests.
    #[must_use]
    pub fn built_in(value: &str) -> Self {
        Self { value: value.into(), origin: "built in".to_owned() }
    }

    /// The secret itself: to be used for one comparison or header, and not kept.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    /// Where it came from, for `config show`: `{ env = "NAME" }`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Reads a secret from its node. A `--set` argument is refused, since every process list shows it.
pub(super) fn read(key: &str, node: &Node, environment: &Environment, findings: &Findings) -> Option<Secret> {
    if matches!(node.place, Place::CommandLine(_)) {
        let message = format!("the secret `{key}` must not be given on the command line, where everybody can read it");
        findings.add(
            Diagnostic::error("config::secret_on_command_line", message, node.place.clone())
                .hint(format!("use {key} = {{ env = \"NAME\" }} or {key} = {{ file = \"PATH\" }}")),
        );
        return None;
    }
    match &node.value {
        NodeValue::String(text) => {
            if matches!(node.place, Place::File { .. }) {
                findings.add(
                    Diagnostic::warning(
                        "config::literal_secret",
                        format!("`{key}` stands in the file in clear"),
                        node.place.clone(),
                    )
                    .hint(format!("use {key} = {{ env = \"NAME\" }} or {key} = {{ file = \"PATH\" }}")),
                );
            }
            nonempty(key, text, "literal".to_owned(), node, findings)
        }
        NodeValue::Table(table) => {
            let section = Section::new(format!("`{key}`"), table, findings);
            let (variable, file) = (section.text("env"), section.text("file"));
            section.finish();
            match (variable, file) {
                (Some(variable), None) => from_variable(key, &variable.value, node, environment, findings),
                (None, Some(file)) => from_file(key, &file.value, node, environment, findings),
                _ => wrong(key, node, findings),
            }
        }
        _ => wrong(key, node, findings),
    }
}

fn from_variable(key: &str, name: &str, node: &Node, environment: &Environment, findings: &Findings) -> Option<Secret> {
    if let Some(value) = environment.variable(name) {
        return nonempty(key, value, format!("{{ env = \"{name}\" }}"), node, findings);
    }
    let message = format!("`{key}` is to come from the variable {name}, which is not set");
    findings.add(Diagnostic::error("config::secret", message, node.place.clone()).hint(format!("export {name}=…")));
    None
}

fn from_file(key: &str, path: &str, node: &Node, environment: &Environment, findings: &Findings) -> Option<Secret> {
    match environment.file(Path::new(path)) {
        Ok(text) => nonempty(key, text.trim_end_matches(['\r', '\n']), format!("{{ file = \"{path}\" }}"), node, findings),
        Err(error) => {
            let message = format!("`{key}` is to come from the file {path}, which cannot be read: {error}");
            findings.add(Diagnostic::error("config::secret", message, node.place.clone()));
            None
        }
    }
}

fn nonempty(key: &str, value: &str, origin: String, node: &Node, findings: &Findings) -> Option<Secret> {
    if value.is_empty() {
        findings.add(Diagnostic::error("config::secret", format!("`{key}` is empty"), node.place.clone()));
        return None;
    }
    Some(Secret { value: value.into(), origin })
}

fn wrong(key: &str, node: &Node, findings: &Findings) -> Option<Secret> {
    let message = format!("`{key}` must be {{ env = \"NAME\" }} or {{ file = \"PATH\" }}, not {}", node.value.kind());
    findings.add(Diagnostic::error("config::secret", message, node.place.clone()));
    None
}
