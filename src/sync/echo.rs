//! Echoes: events of our own writes. When the side that an event comes from is just as the last run left it, the other side need not
//! be read.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    engine::Engine,
    fault::Fault,
    issue::{Copied, CopyKind, Seen, Side, Snapshot},
};
use crate::ids::IssueId;

/// What both sides hold besides their attributes and the copies that we made there.
pub(super) fn seen(local: Option<&Snapshot>, remote: &Snapshot, copies: &[Copied]) -> Seen {
    let local = local.map(|issue| digest(Side::Local, issue, copies));
    Seen { local, remote: Some(digest(Side::Remote, remote, copies)) }
}

/// What an issue holds besides its attributes and the copies that we made there.
fn digest(side: Side, issue: &Snapshot, copies: &[Copied]) -> String {
    let ours = |kind: CopyKind, id: &str| copies.iter().any(|made| made.kind == kind && made.to == side && made.copy == id);
    let messages = issue.messages.iter().filter(|message| !ours(CopyKind::Message, &message.id));
    let files = issue.files.iter().filter(|file| !ours(CopyKind::File, &file.id));
    let held = json!({
        "messages": messages.map(|message| json!([message.id, message.text, message.keywords])).collect::<Vec<_>>(),
        "files": files.map(|file| json!([file.id, file.name])).collect::<Vec<_>>(),
        "assigned_to_us": issue.assigned_to_us,
        "restricted": issue.restricted,
    });
    hex::encode(&Sha256::digest(held.to_string().as_bytes())[..16])
}

impl Engine {
    /// Whether an event is the echo of our own writes: our account caused it, nothing is pending, and its side is as we left it.
    /// One read at most, of that side.
    pub(super) async fn is_echo(&self, remote: &IssueId, side: Side, actor: &str) -> Result<bool, Fault> {
        let Some(link) = self.records.link_of_remote(&self.name, remote).await? else { return Ok(false) };
        let (Some(seen), Some(local), true) = (link.seen.side(side), &link.local, link.underway.is_empty()) else {
            return Ok(false);
        };
        let (tracker, issue) = match side {
            Side::Local => (&self.local, local),
            Side::Remote => (&self.remote, remote),
        };
        if !tracker.is_us(actor).await? || !self.records.open_intents(&link.id).await?.is_empty() {
            return Ok(false);
        }
        let Some(now) = tracker.read(issue, &self.needs(side)).await? else { return Ok(false) };
        let copies = self.records.copies(&link.id).await?;
        Ok(*link.base.side(side) == now.attributes && digest(side, &now, &copies) == seen)
    }
}
