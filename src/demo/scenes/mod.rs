//! The scenes, in their order. Each step of one acts as a person would on one side and waits until the other side shows it.

mod jira_and_roundup;
mod kpm;
mod pfiff;

use super::{narrator::NotSeen, stage::Stage};

/// Plays all scenes, up to the first step that cannot be verified.
pub(super) async fn play(stage: &Stage<'_>) -> Result<(), NotSeen> {
    stage.narrator.tell("All trackers are stand-ins within this program; queue, store and coordination are embedded.");
    jira_and_roundup::play(*stage).await?;
    kpm::play(*stage).await?;
    pfiff::play(*stage).await
}
