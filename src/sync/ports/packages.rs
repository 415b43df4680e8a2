//! A tracker whose changes come in packages and leave in packages.

use async_trait::async_trait;

use crate::{
    ids::{IssueId, TrackerName},
    sync::fault::Fault,
};

/// What a look into the inbox showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Packages that are complete and were neither taken in nor refused, oldest first.
    pub complete: Vec<String>,
    /// Packages that have lacked files for longer than they should, and what they lack, in words.
    pub overdue: Vec<(String, String)>,
}

/// What became of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It was taken in, with so many issues; what was wrong with it and forgiven, or left out.
    Now {
        /// How many.
        issues: usize,
        /// In words.
        findings: Vec<String>,
    },
    /// It was taken in before.
    Before,
    /// Its files are not all there; which are missing, in words.
    Incomplete(String),
}

/// A package that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatched {
    /// Its reference.
    pub reference: String,
    /// How many answers it holds.
    pub answers: usize,
}

/// A tracker whose changes come in packages and leave in packages.
#[async_trait]
pub trait Packages: Send + Sync {
    /// The tracker's name in the configuration.
    fn tracker(&self) -> &TrackerName;

    /// Looks into the inbox. Files of packages that were taken in before are put where they belong then.
    async fn look(&self) -> Result<Look, Fault>;

    /// Waits until it is time for the next look: something may have arrived, or the usual pause is over.
    async fn next_look(&self);

    /// Takes a package in, all of it or nothing.
    async fn ingest(&self, reference: &str) -> Result<Ingested, Fault>;

    /// Some of the issues that no event was made of yet, each with the package that told of it last.
    async fn unannounced(&self) -> Result<Vec<(IssueId, String)>, Fault>;

    /// Notes that events were made of them.
    async fn announced(&self, issues: &[(IssueId, String)]) -> Result<(), Fault>;

    /// Goes on with the package of ours that is under way, or makes one if answers have waited long enough or are many enough.
    async fn dispatch(&self) -> Result<Option<Dispatched>, Fault>;
}
