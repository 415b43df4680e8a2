//! The command line: one file for each command, none of them with logic of its own.

mod check;
mod check_examples;
mod completions;
mod config;
mod dead;
#[cfg(feature = "standin")]
mod demo;
mod doctor;
mod engdat;
mod explain;
mod fuse;
mod help_rule;
mod jira;
mod links;
mod oftp;
mod output;
mod schema;
mod serve;
#[cfg(feature = "standin")]
mod standin;
mod status;
mod sync;
mod zip;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, Parser, Subcommand};

use self::output::Output;
use crate::{
    app::StartError,
    config::{
        Config, Loaded, diagnostic::Diagnostic, environment::Environment, files::read_sources, load, services::TelemetryConfig,
    },
    rulebook,
    sync::fault::Fault,
    telemetry::{self, Telemetry},
};

/// Keeps issue trackers in step, driven by their events.
#[derive(Parser)]
#[command(name = "trackersync", version, about, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What all commands understand.
#[derive(Args)]
struct Global {
    /// Configuration: a TOML file, one of the predecessor's (.py, read and never run), or a folder; may be given several times
    /// [default: trackersync.toml]
    #[arg(short, long, global = true, env = "TRACKERSYNC_CONFIG", value_delimiter = ':', value_name = "FILE")]
    config: Vec<PathBuf>,
    /// Override one setting, as in --set server.listen=127.0.0.1:9000
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Results as JSON on standard output
    #[arg(long, global = true)]
    json: bool,
    /// Tell more; twice: everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Tell errors only
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Form of log lines [default: the configuration's]
    #[arg(long, global = true, value_name = "FORMAT", value_parser = ["text", "json"])]
    log_format: Option<String>,
    /// No colours (also: the variable `NO_COLOR`)
    #[arg(long, global = true)]
    no_color: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service: intake, worker, scheduler, or some of them
    Serve(serve::Arguments),
    /// Sync one issue, or all, now and without the queue
    Sync(sync::Arguments),
    /// Show what a sync of one issue would do, rule by rule, and write nothing
    Explain(explain::Arguments),
    /// Check the configuration against the schemas of the trackers, that they know us, and that they lack nothing for it
    Check(check::Arguments),
    /// Try everything that the program depends on, and tell what was tried, expected, got, and what to do; writes nothing
    Doctor,
    /// Show what a tracker tells about itself: classes, attributes, types, values
    Schema(schema::Arguments),
    /// Show or convert the configuration
    Config(config::Arguments),
    /// Set up a Jira for us
    Jira(jira::Arguments),
    /// List the links between issues
    Links(links::Arguments),
    /// Look at parked events, give them to the workers again, or remove them
    Dead(dead::Arguments),
    /// What is linked, waits, is parked; the packages that arrived and that went out
    Status,
    /// Tell of what an OFTP server received
    Oftp(oftp::Arguments),
    /// Look at the fuses of a sync, or make them good
    Fuse(fuse::Arguments),
    /// Work with ENGDAT packages by hand: show, check, unpack and make them
    Engdat(engdat::Arguments),
    /// See it work: everything built in, against stand-in trackers
    #[cfg(feature = "standin")]
    Demo(demo::Arguments),
    /// Run a stand-in tracker by itself, for tests
    #[cfg(feature = "standin")]
    #[command(hide = true)]
    Standin(standin::Arguments),
    /// Explain a kind of rule, or list them
    HelpRule(help_rule::Arguments),
    /// Print the completions of a shell
    Completions(completions::Arguments),
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Done, but some issue failed.
    SomeFailed = 1,
    /// Wrong usage or configuration.
    Configuration = 2,
    /// A tracker or service cannot be reached.
    Unreachable = 3,
    /// Interrupted, clean.
    Interrupted = 130,
}

/// An error for people.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Findings about the configuration.
    #[error("the configuration cannot be used")]
    Configuration(Vec<Diagnostic>),
    /// Wrong usage that only the configuration shows.
    #[error("{0}")]
    Usage(String),
    /// The program cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A tracker or the store.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Logging cannot start.
    #[error(transparent)]
    Telemetry(#[from] telemetry::TelemetryError),
    /// Files and sockets.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl CliError {
    fn exit(&self) -> Exit {
        match self {
            Self::Configuration(_) | Self::Usage(_) | Self::Telemetry(_) | Self::Start(StartError::Configuration(_)) => {
                Exit::Configuration
            }
            Self::Fault(fault) if !fault.is_transient() => Exit::SomeFailed,
            _ => Exit::Unreachable,
        }
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    // One TLS provider for all clients; a second installation in one process changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = Cli::parse();
    let output = Output::new(cli.global.json, !cli.global.no_color);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.error(&CliError::Io(error));
            return ExitCode::from(Exit::Unreachable as u8);
        }
    };
    let exit = runtime.block_on(run(cli, &output)).unwrap_or_else(|error| {
        output.error(&error);
        error.exit()
    });
    // A read of standard input or a blocked export must not hold the end up.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    ExitCode::from(exit as u8)
}

async fn run(cli: Cli, output: &Output) -> Result<Exit, CliError> {
    let global = &cli.global;
    match cli.command {
        Command::Serve(arguments) => serve::run(global, arguments, output).await,
        Command::Sync(arguments) => sync::run(global, arguments, output).await,
        Command::Explain(arguments) => explain::run(global, arguments, output).await,
        Command::Check(arguments) => check::run(global, arguments, output).await,
        Command::Doctor => doctor::run(global, output).await,
        Command::Schema(arguments) => schema::run(global, &arguments, output).await,
        Command::Config(arguments) => config::run(global, &arguments, output),
        Command::Jira(arguments) => jira::run(global, arguments, output).await,
        Command::Links(arguments) => links::run(global, arguments, output).await,
        Command::Status => status::run(global, output).await,
        Command::Oftp(arguments) => oftp::run(global, arguments, output).await,
        Command::Fuse(arguments) => fuse::run(global, arguments, output).await,
        Command::Dead(arguments) => dead::run(global, arguments, output).await,
        Command::Engdat(arguments) => engdat::run(global, &arguments, output),
        #[cfg(feature = "standin")]
        Command::Demo(arguments) => demo::run(global, arguments, output).await,
        #[cfg(feature = "standin")]
        Command::Standin(arguments) => standin::run(global, arguments, output).await,
        Command::HelpRule(arguments) => help_rule::run(&arguments, output),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
    }
}

impl Global {
    /// Reads the configuration; warnings are told.
    fn load(&self, output: &Output) -> Result<Config, CliError> {
        let Loaded { config, mut diagnostics, .. } = self.load_all()?;
        diagnostics.extend(config.as_ref().map(rulebook::compile).unwrap_or_default().findings);
        match config.filter(|_| diagnostics.iter().all(|diagnostic| diagnostic.is_warning)) {
            Some(config) => {
                for warning in &diagnostics {
                    output.diagnostic(warning);
                }
                Ok(config)
            }
            None => Err(CliError::Configuration(diagnostics)),
        }
    }

    fn load_all(&self) -> Result<Loaded, CliError> {
        let default = [PathBuf::from("trackersync.toml")];
        let paths = if self.config.is_empty() { &default[..] } else { &self.config };
        let sources = read_sources(paths).map_err(|diagnostic| CliError::Configuration(vec![diagnostic]))?;
        Ok(load(&sources, &Environment::of_process(), &self.set))
    }

    /// Starts logs and traces.
    fn start_telemetry(&self, config: &TelemetryConfig, default_level: Option<&str>) -> Result<Telemetry, CliError> {
        let mut config = config.clone();
        if let Some(level) = default_level {
            level.clone_into(&mut config.log_level);
        }
        match (self.quiet, self.verbose) {
            (true, _) => "error".clone_into(&mut config.log_level),
            (_, 0) => {}
            (_, 1) => "info,trackersync=debug".clone_into(&mut config.log_level),
            _ => "debug,trackersync=trace".clone_into(&mut config.log_level),
        }
        match self.log_format.as_deref() {
            Some("json") => config.log_format = crate::config::services::LogFormat::Json,
            Some(_) => config.log_format = crate::config::services::LogFormat::Text,
            None => {}
        }
        Ok(telemetry::start(&config, !self.no_color && std::env::var_os("NO_COLOR").is_none())?)
    }
}

/// The engine of a sync that was named, or of the only one there is.
fn choose_engine(
    engines: &std::collections::HashMap<crate::ids::SyncName, Arc<crate::sync::engine::Engine>>,
    name: Option<&str>,
) -> Result<Arc<crate::sync::engine::Engine>, CliError> {
    let mut known: Vec<&str> = engines.keys().map(crate::ids::SyncName::as_str).collect();
    known.sort_unstable();
    let chosen = match (name, known.as_slice()) {
        (Some(name), _) => engines.get(&crate::ids::SyncName::new(name)),
        (None, [only]) => engines.get(&crate::ids::SyncName::new(*only)),
        (None, _) => return Err(CliError::Usage(format!("name a sync with -s: {}", known.join(", ")))),
    };
    chosen.cloned().ok_or_else(|| {
        let hint = crate::config::section::nearest(name.unwrap_or_default(), known.iter().copied());
        CliError::Usage(format!("there is no sync of the name `{}`; {hint}", name.unwrap_or_default()))
    })
}
