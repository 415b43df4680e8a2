//! `explain`: the Plan of one issue with the reason of every rule; writes nothing.

use super::{CliError, Exit, Global, output::Output, sync};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    which: sync::Which,
    /// Take remote values for changed, whatever the last sync saw
    #[arg(short = 'R', long)]
    remote_change: bool,
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let arguments = sync::Arguments::explaining(arguments.which, arguments.remote_change);
    sync::run(global, arguments, output).await
}
