//! The services beside us: store, queue, coordination, telemetry, and the data folder of what is embedded.

use std::path::Path;

use super::{Standing, Trial, in_time};
use crate::{
    config::{Config, masking::masked, secret::Secret},
    coordination::{Coordination, Redis},
    preflight::Linked,
    queue::rabbitmq,
    store::{self, Pool},
    sync::fault::Fault,
    telemetry,
};

/// How many linked issues of each sync are looked at.
const MOST_LINKED: i64 = 20;

/// The folder of the embedded databases and of the spool, where there are any.
pub(super) fn data_folder(config: &Config) -> Option<Trial> {
    if config.queue.url.is_some() && config.store.url.is_some() && config.server.spool.max_events == 0 {
        return None;
    }
    let folder = &config.server.data_dir;
    let trial = Trial::new("data folder", format!("looking at {}", folder.display()), "a folder that we may write to");
    let to_do = "make it a folder of the account that the service runs as, or set data_dir in [server]";
    // What is missing is made at the start, in what is there.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    Some(match there.metadata() {
        Ok(found) if !found.is_dir() => trial.bad(Standing::Wrong, format!("{} is no folder", there.display()), to_do),
        Ok(found) if found.permissions().readonly() => {
            trial.bad(Standing::Wrong, format!("{} is read-only", there.display()), to_do)
        }
        Ok(_) if folder.exists() => trial.good(format!("{} is there", folder.display())),
        Ok(_) => trial.good(format!("{} is made at the start", folder.display())),
        Err(error) => trial.bad(Standing::Wrong, error.to_string(), to_do),
    })
}

pub(super) async fn store(config: &Config) -> Trial {
    let Some(url) = &config.store.url else {
        return embedded("store", "SQLite", &config.server.data_dir.join("store.db"));
    };
    let trial = of_service("store", "PostgreSQL", url);
    let outcome = in_time(async { store::reach_postgres(url.expose()).await.map_err(Fault::from) }).await;
    judged(trial, outcome, "start PostgreSQL, or look at url in [store]: address, user, password, database")
}

/// The linked issues of each sync that changed last. A store that does not tell has none: its own trial says why.
pub(super) async fn linked(config: &Config) -> Linked {
    let pool = match &config.store.url {
        Some(url) => Pool::postgres(url.expose(), 1),
        None => Pool::sqlite_to_read(&config.server.data_dir.join("store.db")).await,
    };
    let mut linked = Linked::new();
    let Ok(pool) = pool else { return linked };
    for sync in &config.syncs {
        let asked = in_time(async { Ok(store::newest_linked(&pool, &sync.name, MOST_LINKED).await?) }).await;
        let Ok(of_sync) = asked else { return linked };
        linked.insert(sync.name.clone(), of_sync);
    }
    linked
}

pub(super) async fn queue(config: &Config) -> Trial {
    let Some(url) = &config.queue.url else {
        return embedded("queue", "SQLite", &config.server.data_dir.join("queue.db"));
    };
    let outcome = in_time(rabbitmq::reach(url)).await;
    let to_do = "start RabbitMQ, or look at url in [queue]: address, user, password, virtual host";
    judged(of_service("queue", "RabbitMQ", url), outcome, to_do)
}

pub(super) async fn coordination(config: &Config) -> Trial {
    let Some(url) = &config.coordination.url else {
        return Trial::new("coordination", "nothing", "nothing").good("in the process; for one process only");
    };
    let ping = async { Redis::new(url.expose(), &config.coordination.prefix)?.ping().await };
    let to_do = "start Redis, or look at url in [coordination]: address, password, number of the database";
    judged(of_service("coordination", "Redis", url), in_time(ping).await, to_do)
}

/// Where traces go, if they go anywhere.
pub(super) async fn telemetry(config: &Config) -> Option<Trial> {
    let endpoint = config.telemetry.otlp_endpoint.as_deref()?;
    let tried = format!("an empty export of traces to {}", masked(endpoint));
    let trial = Trial::new("telemetry", tried, "an OTLP collector that takes it");
    let outcome = in_time(telemetry::otlp::reach(endpoint)).await;
    Some(judged(trial, outcome, "start the collector, or look at otlp_endpoint in [telemetry]"))
}

fn of_service(subject: &str, kind: &str, url: &Secret) -> Trial {
    Trial::new(subject, format!("to reach {kind} at {}", masked(url.expose())), "an answer, as to somebody it knows")
}

fn judged(trial: Trial, outcome: Result<(), Fault>, to_do: &str) -> Trial {
    match outcome {
        Ok(()) => {
            let got = format!("{}: it answers", trial.tried.trim_start_matches("to reach "));
            trial.good(got)
        }
        Err(fault) => trial.failed(fault, to_do),
    }
}

/// A database file: opening it would make it.
fn embedded(subject: &str, kind: &str, file: &Path) -> Trial {
    let trial = Trial::new(subject, format!("looking at {}", file.display()), "a file that can be read, or none yet");
    match std::fs::File::open(file) {
        Ok(_) => trial.good(format!("embedded, {kind} in {}", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            trial.good(format!("embedded, {kind}; {} is made at the start", file.display()))
        }
        Err(error) => {
            trial.bad(Standing::Wrong, error.to_string(), "let the account that the service runs as read and write it")
        }
    }
}
