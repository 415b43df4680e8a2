//! Taking a package in: its files are fetched and read, attachments are stored, and then all that it tells is written down in one
//! transaction. Until then nothing has happened; after it, the package is known by its reference and never taken in again.

use std::{path::Path, time::Duration};

use tempfile::TempDir;
use tracing::{info, warn};

use super::{
    Pfiff,
    echo::drop_echoes,
    findings::{Findings, in_one_line},
    inbox::{self, Found},
    outbox::civil,
    unpack::{self, Unpacked},
};
use crate::{
    formats::engdat::{Description, Mode, ReadDescription, ZIP_FORMAT},
    ids::IssueId,
    sync::{
        fault::Fault,
        ports::{ArrivalState, Ingest, Ingested},
    },
};

/// The most bytes of a description that are fetched; what is larger is none.
const LARGEST_DESCRIPTION: u64 = 4 << 20;
/// Nobody works on one package for longer.
const LONGEST_WORK: Duration = Duration::from_hours(24);
/// The most characters of why a package is refused.
const LONGEST_REFUSAL: usize = 4_000;

/// Takes a package in.
pub(super) async fn ingest(pfiff: &Pfiff, reference: &str) -> Result<Ingested, Fault> {
    if let Some(known) = pfiff.records()?.arrived_package(&pfiff.name, reference).await?
        && known.state == ArrivalState::Ingested
    {
        return Ok(Ingested::Before);
    }
    let Some(found) = inbox::find(pfiff, reference).await? else {
        return Ok(Ingested::Incomplete("none of its files is in the inbox".to_owned()));
    };
    if !found.parts.is_complete() {
        return Ok(Ingested::Incomplete(found.lacking()));
    }
    let read = match read(pfiff, reference, &found).await {
        Ok(read) => read,
        Err(fault) if fault.is_transient() => return Err(fault),
        Err(mut fault) => {
            fault.message = in_one_line(&fault.message, LONGEST_REFUSAL);
            let now = pfiff.records()?.now().await?;
            pfiff.records()?.refuse(&pfiff.name, reference, now, &[fault.to_string()]).await?;
            return Err(fault.while_doing(format!("the package {reference} is refused")));
        }
    };
    keep(pfiff, reference, read, &found).await
}

/// Writes down what a package tells, and puts its files away.
async fn keep(pfiff: &Pfiff, reference: &str, read: Unpacked, found: &Found) -> Result<Ingested, Fault> {
    let Unpacked { issues, findings, .. } = read;
    let is_whole = findings.left_out().next().is_none();
    let package = Ingest {
        tracker: pfiff.name.clone(),
        reference: reference.to_owned(),
        at: pfiff.records()?.now().await?,
        findings: findings.into_vec(),
        issues,
    };
    if !pfiff.records()?.ingest(&package).await? {
        return Ok(Ingested::Before);
    }
    for finding in &package.findings {
        warn!(tracker = %pfiff.name, package = reference, "{finding}");
    }
    info!(tracker = %pfiff.name, package = reference, issues = package.issues.len(), "a package was taken in");
    // Else the next look does it.
    if let Err(fault) = inbox::put_away(pfiff, reference, found, is_whole).await {
        warn!(tracker = %pfiff.name, package = reference, %fault, "the files of the package stay in the inbox for now");
    }
    Ok(Ingested::Now { issues: package.issues.len(), findings: package.findings })
}

/// Reads a package, and stores its attachments.
async fn read(pfiff: &Pfiff, reference: &str, found: &Found) -> Result<Unpacked, Fault> {
    let work = workshop(pfiff)?;
    let description = read_description(pfiff, found, work.path()).await?;
    let mut findings = Findings::default();
    description.findings.iter().for_each(|finding| findings.add(&format!("{}: {finding}", name_of(found, 1))));
    let number = &description.description.document.number;
    if number != reference {
        let message = format!("the description says that it is of the package {number:?}; the names of the files count");
        findings.add(&format!("{}: {message}", name_of(found, 1)));
    }
    found.strangers.iter().for_each(|stranger| findings.add_left_out(stranger));
    let agreement = found.parts.compare(description.description.sequences());
    if !agreement.is_full() {
        if !agreement.absent.is_empty() {
            let message = format!("{}: {agreement}", name_of(found, 1));
            return Err(Fault::permanent(message).hint("ask the other side to send the package again"));
        }
        findings.add(&format!("{}: {agreement}", name_of(found, 1)));
    }
    let mut whole = Unpacked { findings, ..Unpacked::default() };
    for sequence in 2..=found.parts.total() {
        let format = description.description.files.iter().find(|file| file.sequence == sequence).map(|file| &file.format);
        if let Some(format) = format.filter(|format| *format != &pfiff.config.format && *format != ZIP_FORMAT) {
            whole
                .findings
                .add(&format!("{sequence:03}: it is said to be {format:?}, and is read as a zip archive all the same"));
        }
        let archive = fetch(pfiff, found, sequence, work.path(), pfiff.config.max_package).await?;
        match unpack::unpack(pfiff, &archive, sequence, work.path(), whole.held).await? {
            Ok(part) => {
                whole.held = part.held;
                whole.issues.extend(part.issues);
                whole.findings.append(part.findings);
            }
            Err(error) => whole.findings.add_left_out(&format!("{}: {error}", name_of(found, sequence))),
        }
        // Each may be large.
        let _ = tokio::fs::remove_file(&archive).await;
    }
    check_something_was_read(&whole)?;
    drop_echoes(pfiff, &mut whole.issues).await?;
    Ok(whole)
}

/// A package of which nothing could be read waits for a person: once it counts as taken in, it is never looked at again.
fn check_something_was_read(whole: &Unpacked) -> Result<(), Fault> {
    let left_out: Vec<&str> = whole.findings.left_out().collect();
    if left_out.is_empty() || !whole.issues.is_empty() {
        return Ok(());
    }
    let message = format!("none of its issues can be read: {}", left_out.join("; "));
    Err(Fault::permanent(message).hint("ask the other side to mend and send the package again"))
}

/// Takes in an archive alone, without a package around it; its issues, and what was found wrong.
pub(super) async fn ingest_archive(pfiff: &Pfiff, archive: &Path) -> Result<(Vec<IssueId>, Vec<String>), Fault> {
    let work = workshop(pfiff)?;
    let Unpacked { mut issues, findings, .. } = unpack::unpack(pfiff, archive, 1, work.path(), 0)
        .await?
        .map_err(|error| Fault::permanent(format!("{}: {error}", archive.display())))?;
    drop_echoes(pfiff, &mut issues).await?;
    let at = pfiff.records()?.now().await?;
    // What is given by hand is the newest there is; no other package has such a reference.
    let unique = uuid::Uuid::now_v7().simple();
    let reference = format!("{}00-BY-HAND-{unique}", civil(pfiff, at).strftime("%y%m%d%H%M%S"));
    let package = Ingest { tracker: pfiff.name.clone(), reference, at, findings: findings.into_vec(), issues };
    pfiff.records()?.ingest(&package).await?;
    Ok((package.issues.into_iter().map(|issue| issue.issue).collect(), package.findings))
}

/// A folder for one package while it is read or made; it goes with the value.
pub(super) fn workshop(pfiff: &Pfiff) -> Result<TempDir, Fault> {
    let folder = &pfiff.kept()?.workshop;
    let wrong = |error: std::io::Error| {
        Fault::transient(format!("packages cannot be worked on in {}: {error}", folder.display())).hint("is there room?")
    };
    std::fs::create_dir_all(folder).map_err(wrong)?;
    clear(folder);
    tempfile::tempdir_in(folder).map_err(wrong)
}

/// Removes what processes left that died while they worked on a package.
fn clear(folder: &Path) {
    let is_left = |entry: &std::fs::DirEntry| {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > LONGEST_WORK))
    };
    for left in std::fs::read_dir(folder).into_iter().flatten().flatten().filter(is_left) {
        if let Err(error) = std::fs::remove_dir_all(left.path()) {
            warn!(folder = %left.path().display(), %error, "what a package left behind cannot be removed");
        }
    }
}

async fn read_description(pfiff: &Pfiff, found: &Found, work: &Path) -> Result<ReadDescription, Fault> {
    let file = fetch(pfiff, found, 1, work, LARGEST_DESCRIPTION).await?;
    let bytes = tokio::fs::read(&file).await.map_err(|error| Fault::transient(format!("{}: {error}", file.display())))?;
    let wrong = |error: String| {
        Fault::permanent(format!("{}: {error}", name_of(found, 1)))
            .hint("ask the other side to mend and send the package again")
    };
    let read = Description::read(&bytes, Mode::Tolerant).map_err(|error| wrong(error.to_string()))?;
    if let (Some(own), Some(peer)) = (&pfiff.config.own, &pfiff.config.peer) {
        read.description.check_route(&peer.routing, &own.routing).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(read)
}

async fn fetch(pfiff: &Pfiff, found: &Found, sequence: u16, work: &Path, limit: u64) -> Result<std::path::PathBuf, Fault> {
    let file = found.newest(sequence).ok_or_else(|| Fault::bug(format!("file {sequence:03} of a complete package")))?;
    let local = work.join(format!("{sequence:03}"));
    pfiff.folders()?.fetch(&file.name, &local, limit).await.map_err(|fault| fault.while_doing(&file.name))?;
    Ok(local)
}

fn name_of(found: &Found, sequence: u16) -> &str {
    found.newest(sequence).map_or("", |file| &file.name)
}
