//! `sync`: syncs one issue, or all of a sync, now and without the queue.

use std::{path::PathBuf, sync::Arc};

use serde_json::json;

use super::{CliError, Exit, Global, choose_engine, output::Output, zip::ByHand};
use crate::{
    app::App,
    ids::IssueId,
    sync::{
        create_remote::Creation,
        engine::{Engine, RunOptions},
        fault::Fault,
        issue::Side,
        outcome::{Outcome, Report},
        resolve::Resolved,
        survey::Candidates,
    },
};

/// Which issue.
#[derive(clap::Args)]
pub(super) struct Which {
    /// The sync; may be left out when there is only one
    #[arg(short, long, value_name = "SYNC")]
    sync: Option<String>,
    /// A remote issue, by id or key
    #[arg(long, value_name = "ID", group = "which")]
    remote_id: Option<String>,
    /// A local issue, by id
    #[arg(long, value_name = "ID", group = "which")]
    local_id: Option<String>,
}

#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Arguments {
    #[command(flatten)]
    which: Which,
    /// All linked issues, all that the remote filter holds, and with `create_remote` all local ones that have no remote one
    #[arg(long, group = "which")]
    all: bool,
    /// Show what would be done, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Write nothing on the remote side
    #[arg(short = 'N', long)]
    no_remote_writes: bool,
    /// Take remote values for changed, whatever the last sync saw
    #[arg(short = 'R', long)]
    remote_change: bool,
    /// Of a PFIFF: take in this archive alone, without a package around it, and sync its issues
    #[arg(short = 'z', long, value_name = "FILE", group = "which")]
    zip: Option<PathBuf>,
    /// With --zip: write all answers that wait into this archive; without it they wait for the next package
    #[arg(long, value_name = "FILE", requires = "zip")]
    out: Option<PathBuf>,
}

impl Arguments {
    /// A dry run that tells every rule.
    pub(super) fn explaining(which: Which, remote_change: bool) -> Self {
        Self { which, all: false, dry_run: true, no_remote_writes: false, remote_change, zip: None, out: None }
    }
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let config = global.load(output)?;
    let telemetry = global.start_telemetry(&config.telemetry, Some("warn"))?;
    let (engines, store) = App::engines_only(&config).await?;
    let mut engine = choose_engine(&engines, arguments.which.sync.as_deref())?;
    let by_hand = match &arguments.zip {
        Some(zip) => Some(ByHand::take(&config, &store, engine.remote.name(), zip, arguments.dry_run).await?),
        None => None,
    };
    let issues = match &by_hand {
        Some(by_hand) => {
            engine = by_hand.engine(&config, &store, &engine.name)?;
            by_hand.findings.iter().for_each(|finding| eprintln!("{finding}"));
            by_hand.issues.iter().cloned().map(Subject::Remote).collect()
        }
        None => issues(&engine, &arguments).await?,
    };
    let options = RunOptions {
        dry_run: arguments.dry_run,
        no_remote_writes: arguments.no_remote_writes,
        remote_change: arguments.remote_change,
        ..RunOptions::default()
    };
    let (total, mut failed, mut unreachable) = (issues.len(), 0, 0);
    for (number, subject) in issues.iter().enumerate() {
        let outcome = subject.run(&engine, &options).await;
        if arguments.all && !global.quiet {
            eprintln!("{}/{total} {}: {}", number + 1, subject.id(), word(&outcome));
        }
        match &outcome {
            Err(fault) if fault.is_transient() => unreachable += 1,
            Err(_) => failed += 1,
            Ok(outcome) => failed += usize::from(outcome.report().is_some_and(|report| !report.failures.is_empty())),
        }
        print(&engine, subject.id(), &outcome, &arguments, output);
    }
    if let (Some(by_hand), Some(out), false) = (&by_hand, &arguments.out, arguments.dry_run) {
        let answers = by_hand.answer(out).await?;
        output
            .result(|| json!({ "out": out, "answers": answers }), || format!("{answers} answers written to {}", out.display()));
    }
    telemetry.shutdown().await;
    Ok(match (failed, unreachable) {
        (0, 0) => Exit::Done,
        (_, _) if unreachable == total => Exit::Unreachable,
        _ => Exit::SomeFailed,
    })
}

/// An issue that is to be synced.
enum Subject {
    /// By its remote id.
    Remote(IssueId),
    /// One that has no remote issue yet.
    UnlinkedLocal(IssueId),
}

impl Subject {
    fn id(&self) -> &IssueId {
        match self {
            Self::Remote(id) | Self::UnlinkedLocal(id) => id,
        }
    }

    async fn run(&self, engine: &Engine, options: &RunOptions) -> Result<Outcome, Fault> {
        match self {
            Self::Remote(remote) => engine.run(remote, options).await,
            Self::UnlinkedLocal(local) => match engine.resolve(Side::Local, local).await? {
                Resolved::Linked(remote) => engine.run(&remote, options).await,
                Resolved::Nothing(reason) => Ok(Outcome::Ignored(reason)),
                Resolved::Creatable(local) => match engine.create_remote(&local, options).await? {
                    Creation::Created(remote) => engine.run(&remote, options).await,
                    Creation::Ended(outcome) => Ok(*outcome),
                },
            },
        }
    }
}

async fn issues(engine: &Arc<Engine>, arguments: &Arguments) -> Result<Vec<Subject>, CliError> {
    if let Some(remote) = &arguments.which.remote_id {
        return Ok(vec![Subject::Remote(resolve_key(engine, remote).await?)]);
    }
    if let Some(local) = &arguments.which.local_id {
        return match engine.resolve(Side::Local, &IssueId::new(local)).await? {
            Resolved::Linked(remote) => Ok(vec![Subject::Remote(remote)]),
            Resolved::Creatable(local) => Ok(vec![Subject::UnlinkedLocal(local)]),
            Resolved::Nothing(reason) => Err(CliError::Usage(reason)),
        };
    }
    if !arguments.all {
        return Err(CliError::Usage("name an issue with --remote-id or --local-id, or all with --all".to_owned()));
    }
    let Candidates { linked, unlinked_remote: mut remote, unlinked_local } = engine.candidates(None).await?;
    remote.extend(linked);
    remote.sort();
    let unlinked_local = unlinked_local.into_iter().map(Subject::UnlinkedLocal);
    Ok(remote.into_iter().map(Subject::Remote).chain(unlinked_local).collect())
}

/// People name an issue by its key; links and locks are by its id.
async fn resolve_key(engine: &Engine, name: &str) -> Result<IssueId, CliError> {
    if name.chars().all(|c| c.is_ascii_digit()) {
        return Ok(IssueId::new(name));
    }
    let found = engine.remote.read(&IssueId::new(name), &crate::sync::rules::Needs::default()).await?;
    found.map(|issue| issue.id).ok_or_else(|| CliError::Usage(format!("{} has no issue {name}", engine.remote.name())))
}

fn word(outcome: &Result<Outcome, Fault>) -> &'static str {
    match outcome {
        Ok(outcome) => outcome.word(),
        Err(fault) => fault.word(),
    }
}

fn print(engine: &Engine, remote: &IssueId, outcome: &Result<Outcome, Fault>, arguments: &Arguments, output: &Output) {
    let report = outcome.as_ref().ok().and_then(Outcome::report);
    let json = || {
        json!({
            "sync": engine.name,
            "remote": remote,
            "remote_key": report.map(|report| &report.remote_key),
            "local": report.and_then(|report| report.local.as_ref()),
            "outcome": word(outcome),
            "plan": report.map(|report| report.plan.to_json()),
            "failures": report.map(|report| &report.failures),
            "held": report.map(Report::held),
            "reason": match outcome {
                Ok(Outcome::Ignored(reason)) => Some(reason.clone()),
                Err(fault) => Some(fault.to_string()),
                Ok(_) => None,
            },
        })
    };
    let text = || match (outcome, report) {
        (Err(fault), _) => format!("{remote}: failed ({}): {fault}", fault.word()),
        (Ok(Outcome::Ignored(reason)), _) => format!("{remote}: nothing to do: {reason}"),
        (Ok(outcome), Some(report)) => {
            let local =
                report.local.as_ref().map_or_else(|| "a new local issue".to_owned(), |local| format!("local issue {local}"));
            let head =
                format!("{} <-> {local}: {}", report.remote_key, if arguments.dry_run { "would do" } else { outcome.word() });
            let mut lines = vec![head];
            // Of one issue, every rule is told; of many, what would be done.
            if arguments.dry_run && !arguments.all {
                lines.push(report.plan.in_words());
            } else {
                lines.extend(report.plan.effects_in_words().into_iter().map(|effect| format!("  {effect}")));
            }
            lines.extend(report.held().iter().map(|held| format!("  held: {held}")));
            lines.extend(report.failures.iter().map(|failure| format!("  failed: {failure}")));
            lines.join("\n")
        }
        (Ok(_), None) => format!("{remote}: nothing to do"),
    };
    output.result(json, text);
}
