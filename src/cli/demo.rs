//! `demo`: the whole program in one process, against stand-in trackers.

use std::io::IsTerminal;

use super::{CliError, Exit, Global, output::Output};
use crate::demo::{self, Demo, Narrator};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// End after the sequence; the exit code tells whether every step was verified
    #[arg(long)]
    once: bool,
    /// Port of intake; any free one unless told otherwise
    #[arg(long, default_value_t = 0)]
    port: u16,
}

pub(super) async fn run(global: &Global, arguments: Arguments, _output: &Output) -> Result<Exit, CliError> {
    let telemetry = global.start_telemetry(&demo::telemetry(), None)?;
    let colour = !global.no_color && std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal();
    let narrator = Narrator::new(colour);
    let demo = Demo::start(arguments.port).await?;
    let lifecycle = demo.lifecycle();
    lifecycle.listen_for_signals()?;
    let verified = tokio::select! {
        verified = demo.play(&narrator) => Some(verified),
        () = lifecycle.draining().cancelled_owned() => None,
    };
    if verified == Some(true) && !arguments.once {
        demo.stay(&narrator).await;
    }
    let interrupted = verified.is_none();
    demo.stop().await;
    telemetry.shutdown().await;
    Ok(match verified {
        Some(false) => Exit::SomeFailed,
        _ if interrupted => Exit::Interrupted,
        _ => Exit::Done,
    })
}
