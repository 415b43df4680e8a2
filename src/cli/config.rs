//! `config show`: the effective configuration; `config convert`: the predecessor's as TOML.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{CliError, Exit, Global, output::Output};
use crate::config::{
    diagnostic::Diagnostic,
    files::read_sources,
    place::Place,
    python::{self, from_python},
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
    /// printed: variables take their place.
    Convert {
        /// The file in Python syntax
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
    let name = file.display().to_string();
    if !python::is_python(&name) || file.is_dir() {
        let message = format!("{name} is not a file in Python syntax: its name does not end in .py");
        let finding = Diagnostic::error("config::file", message, Place::Default);
        return Err(CliError::Configuration(vec![finding]));
    }
    let sources = read_sources(&[file.to_owned()]).map_err(|finding| CliError::Configuration(vec![finding]))?;
    let mut text = format!("# Converted from {name}.\n\n");
    for source in &sources {
        let read = from_python(source).map_err(CliError::Configuration)?;
        for warning in &read.warnings {
            output.diagnostic(warning);
        }
        text.push_str(&write::to_toml(&read.table, &read.comments));
    }
    output.result(|| json!({ "toml": text }), || text.trim_end().to_owned());
    Ok(Exit::Done)
}
