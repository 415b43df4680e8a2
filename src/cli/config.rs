//! `config show`: the effective configuration.

use super::{CliError, Exit, Global, output::Output};
use crate::config::show;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show the effective configuration, with secrets masked
    Show,
}

pub(super) fn run(global: &Global, arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    match arguments.command {
        What::Show => {
            let config = global.load(output)?;
            output.result(|| show::to_json(&config), || show::to_toml(&config).trim_end().to_owned());
            Ok(Exit::Done)
        }
    }
}
