//! `doctor`: everything that the program depends on is tried once, and told: what was tried, expected, got, and what to do. Nothing is
//! written anywhere.

mod configuration;
mod services;
mod syncs;
mod trackers;

use std::time::Duration;

use serde::Serialize;

use crate::{
    app,
    config::{Config, Loaded},
    preflight,
    rulebook::{self, CompiledRules},
    sync::fault::Fault,
};

/// How long one service may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warning,
    /// It will not work until something is changed.
    Wrong,
    /// It cannot be reached, or does not know us.
    Away,
}

/// What became of one trial.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// What it is about: `queue`, `tracker upstream: account`.
    pub subject: String,
    /// How it stands.
    pub standing: Standing,
    /// What was tried.
    pub tried: String,
    /// What should have come of it.
    pub expected: String,
    /// What did.
    pub got: String,
    /// What to do, unless all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_do: Option<String>,
}

impl Trial {
    fn new(subject: impl Into<String>, tried: impl Into<String>, expected: impl Into<String>) -> Self {
        let (subject, tried, expected) = (subject.into(), tried.into(), expected.into());
        Self { subject, standing: Standing::Ok, tried, expected, got: String::new(), to_do: None }
    }

    fn good(self, got: impl Into<String>) -> Self {
        Self { got: got.into(), ..self }
    }

    fn bad(self, standing: Standing, got: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { standing, got: got.into(), to_do: Some(to_do.into()), ..self }
    }

    /// A fault; its own hint is better than ours.
    fn failed(self, fault: Fault, to_do: &str) -> Self {
        let to_do = fault.hint.unwrap_or_else(|| to_do.to_owned());
        self.bad(Standing::Away, fault.message, to_do)
    }

    /// The trial for people: one line if all is well, else four.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { subject, tried, expected, got, to_do, .. } = self;
        let word = match self.standing {
            Standing::Ok => return format!("ok       {subject}: {got}"),
            Standing::Warning => "warning",
            Standing::Wrong => "wrong  ",
            Standing::Away => "away   ",
        };
        let to_do = to_do.as_deref().unwrap_or("look at it");
        format!("{word}  {subject}: tried {tried}\n         expected: {expected}\n         got: {got}\n         to do: {to_do}")
    }
}

/// Tries everything. With an error in the configuration nothing else is tried: a tracker may be taken for another one.
///
/// # Errors
/// The HTTP client cannot be made.
pub async fn examine(loaded: Loaded) -> Result<Vec<Trial>, Fault> {
    let Loaded { config, partial, mut diagnostics } = loaded;
    let CompiledRules { rules, findings } = rulebook::compile(&partial);
    diagnostics.extend(findings);
    let mut trials = configuration::trials(&partial, &diagnostics);
    let Some(config) = config else { return Ok(trials) };
    trials.extend(services(&config).await);
    let to_ask = app::connect_all(&config)?;
    let asked = preflight::ask(&to_ask).await;
    trials.extend(trackers::trials(&config, &asked).await?);
    let linked = services::linked(&config).await;
    for sync in &config.syncs {
        if let Some(rules) = rules.get(&sync.name) {
            trials.extend(syncs::trials(sync, rules, &to_ask, &asked, &linked).await);
        }
    }
    Ok(trials)
}

async fn services(config: &Config) -> Vec<Trial> {
    let (store, queue, coordination, telemetry) = tokio::join!(
        services::store(config),
        services::queue(config),
        services::coordination(config),
        services::telemetry(config)
    );
    [services::data_folder(config), Some(store), Some(queue), Some(coordination), telemetry].into_iter().flatten().collect()
}

/// The outcome of a trial that may take so long, and no longer.
async fn in_time<T>(trial: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let late = |_| Err(Fault::transient(format!("no answer within {} s", PATIENCE.as_secs())));
    tokio::time::timeout(PATIENCE, trial).await.unwrap_or_else(late)
}
