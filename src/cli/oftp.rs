//! `oftp arrived`: for an OFTP server's "run after receive" hook. The inbox is looked into from time to time anyway; this only makes it
//! quicker.

use jiff::Timestamp;
use serde_json::json;

use super::{CliError, Exit, Global, output::Output};
use crate::{
    app,
    config::{Config, partner::PartnerConfig},
    ids::{SyncName, TrackerName},
    intake::decode::arrival::packages_of,
    worker::packages::publish_arrival,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Tell that files of packages arrived; once all files of a package are there, it is taken in
    Arrived {
        /// The tracker that they are for; may be left out when there is only one of the kind
        #[arg(long, value_name = "TRACKER")]
        tracker: Option<String>,
        /// The files, with their folder or without
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
    },
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let Action::Arrived { tracker, files } = arguments.action;
    let config = global.load(output)?;
    let packages = packages_of(&files).map_err(|error| CliError::Usage(error.to_string()))?;
    let (tracker, sync) = choose(&config, tracker.as_deref())?;
    let queue = app::queue_beside(&config).await?;
    for package in packages {
        publish_arrival(queue.as_ref(), &sync, &tracker, &package, Timestamp::now()).await?;
        output.result(
            || json!({ "tracker": tracker, "sync": sync, "package": package }),
            || format!("package {package} of {tracker}: told to the workers of {sync}"),
        );
    }
    Ok(Exit::Done)
}

/// The tracker, and the sync that takes its packages in.
fn choose(config: &Config, name: Option<&str>) -> Result<(TrackerName, SyncName), CliError> {
    let known: Vec<&TrackerName> = config
        .partners
        .iter()
        .filter(|(_, partner)| matches!(partner, PartnerConfig::Pfiff(_)))
        .map(|(name, _)| name)
        .collect();
    let names = || known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let tracker = match (name, known.as_slice()) {
        (None, [only]) => *only,
        (None, []) => return Err(CliError::Usage("no tracker of the kind `pfiff` is configured".to_owned())),
        (None, _) => return Err(CliError::Usage(format!("name a tracker with --tracker: {}", names()))),
        (Some(name), _) => *known
            .iter()
            .find(|known| known.as_str() == name)
            .ok_or_else(|| CliError::Usage(format!("`{name}` is no tracker of the kind `pfiff`: {}", names())))?,
    };
    let mut syncs: Vec<&SyncName> = config.syncs.iter().filter(|sync| sync.remote == *tracker).map(|sync| &sync.name).collect();
    syncs.sort();
    match syncs.first() {
        Some(sync) => Ok((tracker.clone(), (*sync).clone())),
        None => Err(CliError::Usage(format!("no sync has `{tracker}` for its remote tracker"))),
    }
}
