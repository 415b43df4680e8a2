//! Attachments of ours that the other side sends back with its own: they are no news, and must not become files of our issue again.

use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::Pfiff;
use crate::sync::{
    fault::Fault,
    file_name,
    ports::{ArrivedIssue, MirroredFile},
};

/// Takes what is ours out of what arrived: files of the same name and content as one that we sent.
pub(super) async fn drop_echoes(pfiff: &Pfiff, issues: &mut [ArrivedIssue]) -> Result<(), Fault> {
    for issue in issues {
        if issue.files.iter().all(|file| file.stored.is_none()) {
            continue;
        }
        let mut known = pfiff.records()?.mirrored_files(&pfiff.name, &issue.issue).await?;
        known.retain(|file| file.ours && file.sent.is_some());
        let mut news = Vec::with_capacity(issue.files.len());
        for file in std::mem::take(&mut issue.files) {
            if !is_echo(pfiff, &file, &known).await? {
                news.push(file);
            }
        }
        issue.files = news;
    }
    Ok(())
}

async fn is_echo(pfiff: &Pfiff, file: &MirroredFile, ours: &[MirroredFile]) -> Result<bool, Fault> {
    // What arrived is kept under its digest.
    let Some((_, digest)) = file.stored.as_deref().and_then(|key| key.rsplit_once('/')) else { return Ok(false) };
    for ours in ours.iter().filter(|ours| ours.size == file.size && file_name::same(&ours.name, &file.name)) {
        let Some(key) = &ours.stored else { continue };
        match digest_of(pfiff, key).await {
            Ok(other) if other == digest => return Ok(true),
            Err(fault) if fault.is_transient() => return Err(fault),
            // One that was lost since it was sent is no reason to refuse what arrived.
            _ => {}
        }
    }
    Ok(false)
}

async fn digest_of(pfiff: &Pfiff, key: &str) -> Result<String, Fault> {
    let mut stream = pfiff.storage()?.open_file(key).await?.stream;
    let mut digest = Sha256::new();
    while let Some(piece) = stream.next().await {
        digest.update(piece.map_err(|error| Fault::transient(format!("{key} broke off: {error}")))?);
    }
    Ok(hex::encode(digest.finalize()))
}
