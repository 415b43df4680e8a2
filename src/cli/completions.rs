//! `completions`: for the shells.

use clap::CommandFactory;

use super::{Cli, Exit};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    clap_complete::generate(arguments.shell, &mut Cli::command(), "trackersync", &mut std::io::stdout());
    Exit::Done
}
