//! `links`: which issues are linked.

use serde_json::json;

use super::{CliError, Exit, Global, choose_engine, output::Output};
use crate::app::App;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The sync; may be left out when there is only one
    #[arg(short, long, value_name = "SYNC")]
    sync: Option<String>,
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let config = global.load(output)?;
    let (engines, _store) = App::engines_only(&config).await?;
    let engine = choose_engine(&engines, arguments.sync.as_deref())?;
    for link in engine.records.links(&engine.name).await? {
        let local = link.local.as_ref().map_or("(being created)", |local| local.as_str());
        output.result(
            || json!({ "sync": link.sync, "remote": link.remote, "remote_key": link.remote_key, "local": link.local, "version": link.version }),
            || format!("{}  remote {} ({})  local {local}", link.sync, link.remote_key, link.remote),
        );
    }
    Ok(Exit::Done)
}
