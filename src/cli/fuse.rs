//! `fuse`: what the fuses of the syncs have counted, and making them good.

use serde_json::json;

use super::{CliError, Exit, Global, choose_engine, output::Output};
use crate::{app::App, sync::fuses::blown};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show what a sync has written of late, and which fuse is blown
    Show(Which),
    /// Make the fuses of a sync good: what was written until now counts no more, and the next sweep may find as much as there is
    Reset(Which),
}

#[derive(clap::Args)]
struct Which {
    /// The sync; may be left out when there is only one
    #[arg(short, long, value_name = "SYNC")]
    sync: Option<String>,
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let (which, reset) = match arguments.action {
        Action::Show(which) => (which, false),
        Action::Reset(which) => (which, true),
    };
    let config = global.load(output)?;
    let (engines, _store) = App::engines_only(&config).await?;
    let engine = choose_engine(&engines, which.sync.as_deref())?;
    if reset {
        engine.reset_fuses().await?;
    }
    let spent = engine.records.spent(&engine.name, engine.clock.now()).await?;
    let (limits, blown) = (&engine.fuses, blown(&engine.fuses, spent));
    let limit = |limit: u64| if limit == 0 { "no limit".to_owned() } else { format!("limit {limit}") };
    output.result(
        || {
            json!({
                "sync": engine.name,
                "writes_within_an_hour": spent.writes,
                "creations_within_a_day": spent.creations,
                "blown": blown.map(|blown| blown.fuse.name()),
            })
        },
        || {
            let state = blown.map_or_else(|| "whole".to_owned(), |blown| format!("blown: {}", blown.fuse.name()));
            format!(
                "{}  {state}  {} writes within an hour ({})  {} issues created within a day ({})",
                engine.name,
                spent.writes,
                limit(limits.writes_per_hour),
                spent.creations,
                limit(limits.creations_per_day)
            )
        },
    );
    Ok(Exit::Done)
}
