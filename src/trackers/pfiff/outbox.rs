//! The outbox: answers are packed now and then, and each goes out once.
//!
//! What a package holds is fixed in one transaction with its reference. Then its files are made from that, completed beside the outbox
//! and noted to be so, and moved into it one by one: each move is one step that the OFTP server sees or does not, and a file that is no
//! longer beside the outbox has been moved. A death at any point is gone on from by whoever comes next; nothing is packed anew.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::{Timestamp, civil::DateTime};
use tempfile::TempDir;
use tracing::{info, warn};

use super::{
    Pfiff, answer,
    folders::{Delivered, Folders},
    ingest::workshop,
    schema::KEY,
};
use crate::{
    config::partner::{PackConfig, PartyConfig},
    formats::{
        archive::{ArchiveWriter, WriteError},
        engdat::{Address, Contact, DataFile, Description, FileName, Partner, Reference},
    },
    sync::{
        fault::Fault,
        ports::{DispatchState, Dispatched, OutgoingAnswer, OutgoingPackage, Packed, Unanswered},
    },
};

/// Answers that are looked at for one package.
const MOST_WAITING: u32 = 10_000;
/// Of answers by hand, all go at once.
const AT_ONCE: PackConfig = PackConfig { every: Duration::ZERO, issues: usize::MAX, size: u64::MAX };
/// How often it is told that answers lack a key.
const TELL_EVERY: Duration = Duration::from_hours(1);
/// References that one second has room for.
const MOST_A_SECOND: u8 = 100;
/// The files of a package of ours: the description and one archive.
const FILES: u16 = 2;

/// Goes on with the package that is under way, or makes one if it is time to.
pub(super) async fn dispatch(pfiff: &Pfiff) -> Result<Option<Dispatched>, Fault> {
    let folders = pfiff.folders()?;
    let package = match pfiff.records()?.open_package(&pfiff.name).await? {
        Some(package) => package,
        None => match pack(pfiff, &pfiff.config.pack).await? {
            New::Package(package) => package,
            // Whoever made the other one sends it, or the next turn does.
            New::Nothing | New::AnotherOpen => return Ok(None),
        },
    };
    let answers = pfiff.records()?.answers(&package.reference).await?;
    let reference = read_reference(&package.reference)?;
    // The description last: whoever waits for it finds the rest there.
    let names = [file_name(&reference, 2)?, file_name(&reference, 1)?];
    let Some(attempt) = staged(pfiff, folders, &package, &answers, &names).await? else { return Ok(None) };
    for name in &names {
        if folders.deliver(&staged_name(name, attempt), name).await? == Delivered::Collision {
            return Err(Fault::permanent(format!("the outbox holds another file {name} already"))
                .hint("somebody else writes there with our names: move that file away, then this package goes out"));
        }
    }
    // What earlier attempts left. Once the package is noted to be sent, nobody looks for it any more.
    for attempt in (1..=package.attempts).filter(|earlier| *earlier != attempt) {
        for name in &names {
            if let Err(fault) = folders.unstage(&staged_name(name, attempt)).await {
                warn!(tracker = %pfiff.name, %fault, "what an attempt to make a package left stays beside the outbox");
            }
        }
    }
    let now = pfiff.records()?.now().await?;
    pfiff.records()?.note_sent(&pfiff.name, &package.reference, now).await?;
    info!(tracker = %pfiff.name, package = package.reference, answers = answers.len(), "a package went out");
    Ok(Some(Dispatched { reference: package.reference, answers: answers.len() }))
}

/// The attempt whose files are complete beside the outbox; they are made now unless they are there. Of several who make them at the same
/// time only the one who notes it first has made them, so that nothing goes out twice. `None` if the package is out by now.
async fn staged(
    pfiff: &Pfiff,
    folders: &dyn Folders,
    package: &OutgoingPackage,
    answers: &[OutgoingAnswer],
    names: &[String; 2],
) -> Result<Option<u32>, Fault> {
    if package.state == DispatchState::Staged {
        return Ok(package.staged_as);
    }
    let attempt = pfiff.records()?.begin_staging(&package.reference).await?;
    stage(pfiff, folders, package, answers, names, attempt).await?;
    if pfiff.records()?.note_staged(&package.reference, attempt).await? {
        return Ok(Some(attempt));
    }
    for name in names {
        folders.unstage(&staged_name(name, attempt)).await?;
    }
    let now = pfiff.records()?.open_package(&pfiff.name).await?;
    Ok(now.filter(|open| open.reference == package.reference).and_then(|open| open.staged_as))
}

/// The name of a file beside the outbox.
fn staged_name(name: &str, attempt: u32) -> String {
    format!("{name}.{attempt}")
}

/// Makes the files of a package and completes them beside the outbox. Made again, they are the same.
async fn stage(
    pfiff: &Pfiff,
    folders: &dyn Folders,
    package: &OutgoingPackage,
    answers: &[OutgoingAnswer],
    names: &[String; 2],
    attempt: u32,
) -> Result<(), Fault> {
    let work = workshop(pfiff)?;
    let made = civil(pfiff, package.made);
    let files = [
        archive(pfiff, answers, made, &work).await?,
        description(pfiff, &read_reference(&package.reference)?, made, &work).await?,
    ];
    for (name, file) in names.iter().zip(&files) {
        if let Some(folder) = &pfiff.config.keep_files {
            keep_copy(file, folder, name).await?;
        }
        let staged = staged_name(name, attempt);
        folders.stage(&staged, file).await.map_err(|fault| fault.while_doing(format!("completing {name}")))?;
    }
    Ok(())
}

async fn keep_copy(file: &Path, folder: &Path, name: &str) -> Result<(), Fault> {
    let wrong = |error: std::io::Error| {
        Fault::transient(format!("a copy of {name} cannot be kept in {}: {error}", folder.display())).hint("see keep_files")
    };
    tokio::fs::create_dir_all(folder).await.map_err(wrong)?;
    tokio::fs::copy(file, folder.join(name)).await.map_err(wrong)?;
    Ok(())
}

/// What became of an attempt to make a package.
enum New {
    Package(OutgoingPackage),
    /// There is nothing to send, or not yet.
    Nothing,
    /// Another one is under way.
    AnotherOpen,
}

/// Fixes the content of a new package, if answers have waited so long, or are many enough.
async fn pack(pfiff: &Pfiff, terms: &PackConfig) -> Result<New, Fault> {
    let waiting = pfiff.records()?.unanswered(&pfiff.name, MOST_WAITING).await?;
    let now = pfiff.records()?.now().await?;
    let is_due = |since: Timestamp| Duration::try_from(now.duration_since(since)).is_ok_and(|age| age >= terms.every);
    if waiting.len() < terms.issues && !waiting.first().is_some_and(|first| is_due(first.since)) {
        return Ok(New::Nothing);
    }
    let (drafts, without_key) = drafts(pfiff, &waiting, terms).await?;
    let Some(first) = drafts.first() else { return Ok(New::Nothing) };
    // Those that lack a key make none of the others due.
    if waiting.len() - without_key < terms.issues && !is_due(first.since) {
        return Ok(New::Nothing);
    }
    let made = civil(pfiff, now);
    for running in 0..MOST_A_SECOND {
        let reference = Reference::compose(made, running, code(pfiff)?)
            .map_err(|error| Fault::permanent(format!("no reference can be made: {error}")).hint("see filename_code"))?;
        let answers: Vec<OutgoingAnswer> =
            drafts.iter().map(|draft| draft.complete(pfiff, &reference, made)).collect::<Result<_, _>>()?;
        match pfiff.records()?.pack(&pfiff.name, reference.as_str(), now, &answers).await? {
            Packed::Done => {
                let open = pfiff.records()?.open_package(&pfiff.name).await?;
                // Somebody who was quicker has sent it meanwhile.
                let ours = open.filter(|open| open.reference == reference.as_str());
                return Ok(ours.map_or(New::Nothing, New::Package));
            }
            Packed::AnotherOpen => return Ok(New::AnotherOpen),
            // Whoever comes next reads them anew.
            Packed::Outdated => return Ok(New::Nothing),
            Packed::ReferenceTaken => {}
        }
    }
    Err(Fault::transient("all references of this second are taken"))
}

/// The answers that go into one package: as many as there are, up to the limits. And how many of those before them lack a key.
async fn drafts(pfiff: &Pfiff, waiting: &[Unanswered], terms: &PackConfig) -> Result<(Vec<answer::Draft>, usize), Fault> {
    let (mut drafts, mut size, mut without_key) = (Vec::new(), 0_u64, 0_usize);
    for unanswered in waiting {
        if drafts.len() == terms.issues {
            break;
        }
        let Some(draft) = answer::draft(pfiff, unanswered).await? else {
            without_key += 1;
            continue;
        };
        let with_it = size.saturating_add(draft.size());
        if with_it > terms.size && !drafts.is_empty() {
            break;
        }
        size = with_it;
        drafts.push(draft);
    }
    if without_key > 0 && is_time_to_tell(&pfiff.told_of_keys) {
        warn!(tracker = %pfiff.name, issues = without_key, "answers wait for the key of our issue ({KEY}), which a rule has to set");
    }
    Ok((drafts, without_key))
}

/// Whether something that lasts is to be told now: it is looked at each second.
fn is_time_to_tell(last: &Mutex<Option<Instant>>) -> bool {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    let is_time = last.is_none_or(|last| last.elapsed() >= TELL_EVERY);
    if is_time {
        *last = Some(Instant::now());
    }
    is_time
}

/// Packs all that waits into an archive without a package around it; how many answers that are. They count as sent.
pub(super) async fn answer_archive(pfiff: &Pfiff, to: &Path) -> Result<usize, Fault> {
    let open = pfiff.records()?.open_package(&pfiff.name).await?;
    let package = match open {
        // Nobody else sends it: an earlier command has died over it, or could not write its file.
        Some(package) if pfiff.folders.is_none() => package,
        _ => match pack(pfiff, &AT_ONCE).await? {
            New::Package(package) => package,
            New::Nothing => return Ok(0),
            New::AnotherOpen => {
                return Err(
                    Fault::transient("a package of answers is under way").hint("try again once it is sent: trackersync status")
                );
            }
        },
    };
    let answers = pfiff.records()?.answers(&package.reference).await?;
    let work = workshop(pfiff)?;
    let made = archive(pfiff, &answers, civil(pfiff, package.made), &work).await?;
    tokio::fs::copy(&made, to)
        .await
        .map_err(|error| Fault::permanent(format!("{} cannot be written: {error}", to.display())))?;
    let now = pfiff.records()?.now().await?;
    pfiff.records()?.note_sent(&pfiff.name, &package.reference, now).await?;
    Ok(answers.len())
}

/// The archive: one document of each issue, and its new attachments.
async fn archive(pfiff: &Pfiff, answers: &[OutgoingAnswer], made: DateTime, work: &TempDir) -> Result<PathBuf, Fault> {
    let path = work.path().join("archive");
    let attachment = work.path().join("attachment");
    let cannot = |error: WriteError| Fault::permanent(format!("the archive cannot be made: {error}"));
    let file = File::create(&path).map_err(|error| Fault::transient(format!("{}: {error}", path.display())))?;
    let mut writer = ArchiveWriter::new(file, made).map_err(cannot)?;
    for answer in answers {
        let (name, text) = answer.document.clone();
        writer = adding(writer, name, move || Ok(std::io::Cursor::new(text.into_bytes()))).await?;
        for file in &answer.files {
            pfiff.storage()?.fetch(&file.stored, &attachment).await?;
            let from = attachment.clone();
            writer = adding(writer, file.entry.clone(), move || File::open(from)).await?;
        }
    }
    let file = writer.finish().map_err(cannot)?;
    file.sync_all().map_err(|error| Fault::transient(format!("{}: {error}", path.display())))?;
    Ok(path)
}

/// Adds an entry, on a thread of its own.
async fn adding<R: std::io::Read + Send + 'static>(
    mut writer: ArchiveWriter<File>,
    name: String,
    open: impl FnOnce() -> std::io::Result<R> + Send + 'static,
) -> Result<ArchiveWriter<File>, Fault> {
    let work = move || {
        let mut content = open().map_err(|error| Fault::transient(error.to_string()))?;
        writer.add(&name, &mut content).map_err(|error| Fault::permanent(format!("{name}: {error}")))?;
        Ok(writer)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::bug(format!("packing ended: {error}")))?
}

async fn description(pfiff: &Pfiff, reference: &Reference, made: DateTime, work: &TempDir) -> Result<PathBuf, Fault> {
    let path = work.path().join("description");
    let bytes = describe(&pfiff.config, reference, made)?;
    tokio::fs::write(&path, bytes).await.map_err(|error| Fault::transient(format!("{}: {error}", path.display())))?;
    Ok(path)
}

/// The description of a package of ours.
pub(super) fn describe(
    config: &crate::config::partner::PfiffConfig,
    reference: &Reference,
    made: DateTime,
) -> Result<Vec<u8>, Fault> {
    let (Some(own), Some(peer)) = (&config.own, &config.peer) else {
        return Err(Fault::permanent("`own` and `peer` are needed to make packages")
            .hint("add [trackers.NAME.own] and [trackers.NAME.peer] with id and routing"));
    };
    let file = DataFile {
        sequence: 2,
        name: "002.zip".to_owned(),
        format_code: "NAT".to_owned(),
        format: config.format.clone(),
        data_code: "OTH".to_owned(),
        data: "Other".to_owned(),
        status_code: "INF".to_owned(),
        department: "null".to_owned(),
        ..DataFile::default()
    };
    Description::new(reference, made, partner(own), partner(peer), vec![file]).write().map_err(|error| {
        Fault::permanent(format!("the description of a package cannot be made: {error}"))
            .hint("shorten or mend what [trackers.NAME.own] and [trackers.NAME.peer] say")
    })
}

fn partner(party: &PartyConfig) -> Partner {
    let mut lines = party.address.iter().cloned();
    let address = Address {
        name: party.name.clone(),
        lines: std::array::from_fn(|_| lines.next().unwrap_or_default()),
        internal: String::new(),
    };
    let contact =
        Contact { department: [party.department.clone(), String::new()], mail: party.email.clone(), ..Contact::default() };
    Partner {
        code: party.id.clone(),
        address: address.clone(),
        country: party.country.clone(),
        routing: party.routing.clone(),
        contact: contact.clone(),
        technical_address: address,
        technical_country: party.country.clone(),
        technical_contact: contact,
    }
}

fn code(pfiff: &Pfiff) -> Result<&str, Fault> {
    let routing = pfiff.config.peer.as_ref().map(|peer| peer.routing.as_str());
    pfiff
        .config
        .filename_code
        .as_deref()
        .or(routing)
        .ok_or_else(|| Fault::permanent("neither `filename_code` nor `peer` tell what the names of our packages end with"))
}

fn read_reference(text: &str) -> Result<Reference, Fault> {
    Reference::parse(text).map_err(|error| Fault::bug(format!("the reference {text:?} of a package of ours: {error}")))
}

fn file_name(reference: &Reference, sequence: u16) -> Result<String, Fault> {
    let name = FileName::new(reference.clone(), FILES, sequence).map_err(|error| Fault::bug(error.to_string()))?;
    Ok(name.to_string())
}

/// A moment, by the clocks on the wall.
pub(super) fn civil(pfiff: &Pfiff, moment: Timestamp) -> DateTime {
    moment.to_zoned(pfiff.zone.clone()).datetime()
}
