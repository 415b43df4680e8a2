//! `config show`: the effective configuration; `config convert`: the predecessor's as TOML.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::json;

use super::{CliError, Exit, Global, output::Output};
use crate::config::{
    diagnostic::Diagnostic,
    files::read_sources,
    node::from_toml,
    place::{Place, Source},
    python::{self, Read, from_python},
    show, write,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show the effective configuration, with secrets masked
    Show,
    /// Print a configuration of the predecessor (.py) as TOML
    ///
    /// The file is read and never run. Comments that stand directly before a setting or a rule are kept. Passwords are not
    /// printed: variables take their place. A file that is TOML already is laid out anew.
    Convert {
        /// The file, in Python syntax
        #[arg(value_name = "FILE.py")]
        file: PathBuf,
    },
}

pub(super) fn run(global: &Global, arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    match &arguments.command {
        What::Show => {
            let config = global.load(output)?;
            output.result(|| show::to_json(&config), || show::to_toml(&config).trim_end().to_owned());
            Ok(Exit::Done)
        }
        What::Convert { file } => convert(file, output),
    }
}

fn convert(file: &Path, output: &Output) -> Result<Exit, CliError> {
    let refuse = |finding| CliError::Configuration(vec![finding]);
    let name = file.display().to_string();
    if file.is_dir() {
        let message = format!("{name} is a folder: convert its files one by one");
        return Err(refuse(Diagnostic::error("config::file", message, Place::Default)));
    }
    let mut text = format!("# Converted from {name}.\n\n");
    for source in &read_sources(&[file.to_owned()]).map_err(refuse)? {
        let Read { table, warnings, comments } = read(source)?;
        for warning in &warnings {
            output.diagnostic(warning);
        }
        text.push_str(&write::to_toml(&table, &comments));
    }
    output.result(|| json!({ "toml": text }), || text.trim_end().to_owned());
    Ok(Exit::Done)
}

/// Reads a file in either syntax. TOML is only laid out anew, and rid of its literal secrets.
fn read(source: &Arc<Source>) -> Result<Read, CliError> {
    if python::is_python(&source.name) {
        return from_python(source).map_err(CliError::Configuration);
    }
    let table = from_toml(source).map_err(CliError::Configuration)?;
    let lines = source.text.lines().zip(1..).filter(|(line, _)| line.trim_start().starts_with('#'));
    let comments = lines.map(|(line, number)| (number, line.trim().to_owned())).collect();
    Ok(Read { table, warnings: Vec::new(), comments })
}
