//! Trying the folders. Whether a folder can be written to is only known by writing: an empty folder with a hidden name is made and
//! removed, since OFTP servers send files.

use russh_sftp::protocol::FileAttributes;

use super::{super::Probe, Paths, connection::Connection, failure::Failure, listing, session::Session, within};
use crate::sync::fault::Fault;

/// All trials; the first one only, if there is no connection.
pub(super) async fn all(connection: &Connection, paths: &Paths) -> Vec<Probe> {
    let host = connection.host();
    let session = connection.session().await;
    let description = session.as_ref().map(|session| session.description().to_owned()).map_err(Fault::clone);
    let to_do = "look at [ssh]: host, port, user, key, known_hosts";
    let reached = Probe::of(format!("connecting to {host}"), "a session of SFTP", description, to_do);
    let Ok(session) = session else { return vec![reached] };
    let settled = |failure: Failure, doing: &str| connection.settle(&session, failure, doing);

    let Paths { inbox, outbox, staging } = paths;
    let list = listing::list(&session, inbox).await;
    let listed = Probe::of(
        format!("listing the inbox {inbox}"),
        "a list of its files",
        list.map(|files| format!("{} files", files.len())).map_err(|failure| settled(failure, "listing")),
        "look whether it is there and can be read",
    );
    let name = format!(".trackersync-probe-{}", uuid::Uuid::new_v4().simple());
    let taken_away = in_one(&session, &within(inbox, &name)).await;
    let emptied = Probe::of(
        format!("making and removing an empty folder in the inbox {inbox}"),
        "both are permitted, so that files can be taken away",
        taken_away.map(|()| "both worked".to_owned()).map_err(|failure| settled(failure, "trying the inbox")),
        "let our account there write into it",
    );
    let moved = from_one_to_other(&session, &within(staging, &name), &within(outbox, &name)).await;
    let delivered = Probe::of(
        format!("making an empty folder in {staging}, and moving it to {outbox}"),
        "both can be written to, and are on one file system",
        moved.map(|()| "it worked".to_owned()),
        "let our account there write into both, and put staging on the file system of the outbox",
    );
    vec![reached, listed, emptied, delivered]
}

async fn in_one(session: &Session, path: &str) -> Result<(), Failure> {
    session.ask(session.sftp.mkdir(path, FileAttributes::empty())).await?;
    session.ask(session.sftp.rmdir(path)).await.map(drop)
}

async fn from_one_to_other(session: &Session, from: &str, to: &str) -> Result<(), Fault> {
    let told = |doing: &'static str| move |failure: Failure| failure.told(doing);
    let made = session.ask(session.sftp.mkdir(from, FileAttributes::empty())).await;
    made.map_err(told("making a folder in staging"))?;
    let moved = session.ask(session.sftp.rename(from, to)).await;
    let left = if moved.is_ok() { to } else { from };
    let removed = session.ask(session.sftp.rmdir(left)).await;
    moved.map_err(told("moving a folder from staging to the outbox"))?;
    removed.map_err(told("removing a folder from the outbox"))?;
    Ok(())
}
