//! `serve`: runs the service.

use super::{CliError, Exit, Global, output::Output};
use crate::app::{App, Role};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What this process does; all of it unless told otherwise
    #[arg(long, value_delimiter = ',', default_values = ["intake", "worker", "scheduler"])]
    role: Vec<Role>,
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let config = global.load(output)?;
    let telemetry = global.start_telemetry(&config.telemetry, None)?;
    let app = App::build(config).await?;
    app.lifecycle.listen_for_signals()?;
    let listener = app.bind()?;
    // Intake alone needs no tracker.
    if arguments.role.iter().any(|role| *role != Role::Intake) {
        for warning in app.check_rules().await? {
            output.diagnostic(&warning);
        }
    }
    app.run(&arguments.role, listener).await?;
    telemetry.shutdown().await;
    Ok(Exit::Done)
}
