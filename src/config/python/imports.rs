//! Imports. Those of the predecessor's own modules are accepted and do nothing; no module is ever looked for.

use ruff_python_ast::{Identifier, StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange};

use super::{evaluate::Evaluator, rule::MODULES};

const PACKAGE: &str = "trackersync";

pub(super) fn read(evaluator: &mut Evaluator<'_>, import: &StmtImport) {
    for alias in &import.names {
        match module_of(&alias.name) {
            Some(module) => rename(evaluator, module, alias.asname.as_ref()),
            None if alias.name.as_str() == PACKAGE => {}
            None => refuse(evaluator, &alias.name, alias.range()),
        }
    }
}

pub(super) fn read_from(evaluator: &mut Evaluator<'_>, import: &StmtImportFrom) {
    let module = import.module.as_ref().map_or("", |name| name.as_str());
    match module {
        // Switches of old Python versions.
        "__future__" => {}
        "" | PACKAGE if !module.is_empty() || import.level > 0 => {
            for alias in &import.names {
                if MODULES.contains(&alias.name.as_str()) {
                    rename(evaluator, &alias.name, alias.asname.as_ref());
                } else {
                    refuse(evaluator, &alias.name, alias.range());
                }
            }
        }
        _ if module_of(module).is_some() => {
            for alias in &import.names {
                rename(evaluator, &alias.name, alias.asname.as_ref());
            }
        }
        _ => refuse(evaluator, module, import.range()),
    }
}

fn module_of(name: &str) -> Option<&str> {
    let module = name.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
    MODULES.contains(&module).then_some(module)
}

fn rename(evaluator: &mut Evaluator<'_>, name: &str, new: Option<&Identifier>) {
    if let Some(new) = new {
        evaluator.aliases.insert(new.id.to_string(), name.to_owned());
    }
}

fn refuse(evaluator: &mut Evaluator<'_>, name: &str, range: TextRange) {
    let message = format!("`{name}` cannot be imported");
    let hint = "only the predecessor's modules can, as in: from trackersync import jira_sync";
    evaluator.error("python::import", message, range, hint);
}
