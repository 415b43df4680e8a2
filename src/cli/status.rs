//! `status`: how the syncs stand, and the packages of trackers that have such.

use serde_json::{Value, json};

use super::{CliError, Exit, Global, output::Output};
use crate::{
    app::{self, App},
    config::{Config, partner::PartnerConfig},
    ids::{SyncName, TrackerName},
    store::Store,
    sync::ports::{ArrivalState, ArrivedPackage, Mark, OutgoingPackage, PackageRecords, Records},
};

/// Packages that are told in each direction.
const NEWEST: u32 = 10;
/// Answers that are counted; more are told as so many.
const MOST_COUNTED: u32 = 10_000;

pub(super) async fn run(global: &Global, output: &Output) -> Result<Exit, CliError> {
    let config = global.load(output)?;
    let (_engines, store) = App::engines_only(&config).await?;
    let waiting = app::queue_beside(&config).await?.depths().await;
    for sync in &config.syncs {
        tell_sync(&store, &sync.name, waiting.as_deref().unwrap_or_default(), output).await?;
    }
    for tracker in pfiffs(&config) {
        tell_packages(&store, tracker, output).await?;
    }
    match waiting {
        Ok(_) => Ok(Exit::Done),
        Err(fault) => Err(fault.into()),
    }
}

fn pfiffs(config: &Config) -> impl Iterator<Item = &TrackerName> {
    let partners = config.partners.iter();
    partners.filter(|(_, partner)| matches!(partner, PartnerConfig::Pfiff(_))).map(|(name, _)| name)
}

async fn tell_sync(store: &Store, sync: &SyncName, depths: &[(String, u64)], output: &Output) -> Result<(), CliError> {
    let linked = store.linked(sync).await?.len();
    let swept = store.mark(sync, Mark::SweptChanged).await?.max(store.mark(sync, Mark::SweptFull).await?);
    // Of RabbitMQ, the names of queues have a prefix.
    let depth = |lane: &str| {
        let ending = format!("{sync}.{lane}");
        let is_it = |name: &str| name == ending || name.ends_with(&format!(".{ending}"));
        depths.iter().find(|(name, _)| is_it(name)).map(|(_, depth)| *depth)
    };
    let (live, bulk, dead) = (depth("live"), depth("bulk"), depth("dead"));
    output.result(
        || json!({ "sync": sync, "linked": linked, "live": live, "bulk": bulk, "parked": dead, "swept": swept }),
        || {
            let count = |depth: Option<u64>| depth.map_or_else(|| "unknown".to_owned(), |depth| depth.to_string());
            let swept = swept.map_or_else(|| "never".to_owned(), |at| format!("{at:.0}"));
            let events = format!("events waiting: {} live, {} bulk; parked: {}", count(live), count(bulk), count(dead));
            format!("sync {sync}: {linked} linked issues; {events}; last sweep: {swept}")
        },
    );
    Ok(())
}

async fn tell_packages(store: &Store, tracker: &TrackerName, output: &Output) -> Result<(), CliError> {
    let arrived = store.arrived_packages(tracker, NEWEST).await?;
    let sent = store.outgoing_packages(tracker, NEWEST).await?;
    let unanswered = store.unanswered(tracker, MOST_COUNTED).await?;
    output.result(
        || json!({ "tracker": tracker, "arrived": arrived, "outgoing": sent, "answers_waiting": unanswered.len() }),
        || {
            let mut lines = vec![format!("tracker {tracker}: {} answers wait for the next package", unanswered.len())];
            lines.extend(arrived.iter().map(arrival_in_words));
            lines.extend(sent.iter().map(dispatch_in_words));
            lines.join("\n")
        },
    );
    Ok(())
}

fn arrival_in_words(package: &ArrivedPackage) -> String {
    let ArrivedPackage { reference, at, issues, findings, state } = package;
    match state {
        ArrivalState::Refused => format!("  in   {reference}  {at:.0}  refused: {}", findings.join("; ")),
        ArrivalState::Ingested if findings.is_empty() => format!("  in   {reference}  {at:.0}  {issues} issues"),
        ArrivalState::Ingested => format!("  in   {reference}  {at:.0}  {issues} issues; {}", findings.join("; ")),
    }
}

fn dispatch_in_words(package: &OutgoingPackage) -> String {
    let OutgoingPackage { reference, made, sent, state, .. } = package;
    let how_far = match sent {
        Some(sent) => format!("sent {sent:.0}"),
        None => serde_json::to_value(state).as_ref().ok().and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    format!("  out  {reference}  {made:.0}  {how_far}")
}
