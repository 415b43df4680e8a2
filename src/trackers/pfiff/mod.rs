//! PFIFF, how Porsche tells its suppliers of issues: ENGDAT packages that an OFTP server receives and sends.
//!
//! It is a remote tracker only. A package that arrived is taken in whole ([`ingest`]): the newest known state of each of its issues is
//! kept in a mirror, and reading an issue reads that. What we answer is kept there as well, and packed now and then ([`outbox`]).

mod answer;
mod echo;
mod findings;
pub mod folders;
mod inbox;
mod ingest;
mod mirror;
mod outbox;
mod own;
mod preflight;
mod schema;
mod storage;
mod unpack;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Instant,
};

use async_trait::async_trait;
use jiff::{SignedDuration, tz::TimeZone};

pub use self::storage::Storage;
use self::{folders::Folders, inbox::Inbox};
use crate::{
    config::{diagnostic::Diagnostic, partner::PfiffConfig},
    ids::{IssueId, TrackerName},
    sync::{
        fault::Fault,
        issue::{Attributes, Snapshot},
        plan::{MessageEdit, NewMessage},
        ports::{
            Claim, Dispatched, End, FileContent, Ingested, Intent, Listing, Look, Made, MirroredState, PackageRecords,
            Packages, Pages, Query, Token, Tracker, WriteTerms,
        },
        requirements::Requirements,
        rules::Needs,
        schema::Schema,
    },
};

/// Events that are made at once of what a package told.
const AT_ONCE: u32 = 200;

/// A PFIFF.
pub struct Pfiff {
    name: TrackerName,
    config: PfiffConfig,
    /// That of the times which documents and names of packages tell without one.
    zone: TimeZone,
    /// Absent where nothing but the configuration is looked at.
    kept: Option<Kept>,
    /// Those of the OFTP server; absent where packages are given by hand.
    folders: Option<Arc<dyn Folders>>,
    inbox: Inbox,
    /// When it was last told that answers lack the key of our issue.
    told_of_keys: Mutex<Option<Instant>>,
}

/// Where a PFIFF keeps what it knows.
pub struct Kept {
    /// The record of packages, issues and answers.
    pub records: Arc<dyn PackageRecords>,
    /// Where attachments wait.
    pub storage: Storage,
    /// A folder of this machine for packages while they are read or made.
    pub workshop: PathBuf,
}

impl Pfiff {
    /// A PFIFF. `kept`: absent where nothing but the configuration is looked at; `folders`: absent where packages are given by hand.
    ///
    /// # Errors
    /// An unknown time zone.
    pub fn new(
        name: TrackerName,
        config: &PfiffConfig,
        kept: Option<Kept>,
        folders: Option<Arc<dyn Folders>>,
    ) -> Result<Self, Fault> {
        let zone = TimeZone::get(&config.timezone).map_err(|error| Fault::permanent(format!("[trackers.{name}]: {error}")))?;
        let inbox = Inbox::new(config);
        Ok(Self { name, config: config.clone(), zone, kept, folders, inbox, told_of_keys: Mutex::default() })
    }

    /// Takes in an archive alone, without a package around it; its issues, and what was found wrong.
    ///
    /// # Errors
    /// It cannot be read, or what it tells cannot be kept.
    pub async fn take_archive(&self, archive: &Path) -> Result<(Vec<IssueId>, Vec<String>), Fault> {
        ingest::ingest_archive(self, archive).await
    }

    /// Packs all answers that wait into an archive without a package around it; how many those are. They count as sent.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn answer_archive(&self, to: &Path) -> Result<usize, Fault> {
        outbox::answer_archive(self, to).await
    }

    fn kept(&self) -> Result<&Kept, Fault> {
        self.kept.as_ref().ok_or_else(|| Fault::bug(format!("`{}` was opened without its records", self.name)))
    }

    fn records(&self) -> Result<&dyn PackageRecords, Fault> {
        Ok(self.kept()?.records.as_ref())
    }

    fn storage(&self) -> Result<&Storage, Fault> {
        Ok(&self.kept()?.storage)
    }

    fn folders(&self) -> Result<&dyn Folders, Fault> {
        self.folders.as_deref().ok_or_else(|| {
            Fault::permanent(format!("[trackers.{}] has no `inbox`, `outbox` and `staging`", self.name))
                .hint("name the folders of the OFTP server, or give a file to `trackersync sync --zip`")
        })
    }

    fn only_remote(&self) -> Fault {
        Fault::permanent(format!("`{}` is a PFIFF, which can be the remote tracker of a sync and not the local one", self.name))
    }
}

#[async_trait]
impl Packages for Pfiff {
    fn tracker(&self) -> &TrackerName {
        &self.name
    }

    async fn look(&self) -> Result<Look, Fault> {
        inbox::look(self).await
    }

    async fn next_look(&self) {
        inbox::next_look(self).await;
    }

    async fn ingest(&self, reference: &str) -> Result<Ingested, Fault> {
        ingest::ingest(self, reference).await
    }

    async fn unannounced(&self) -> Result<Vec<(IssueId, String)>, Fault> {
        self.records()?.unannounced(&self.name, AT_ONCE).await
    }

    async fn announced(&self, issues: &[(IssueId, String)]) -> Result<(), Fault> {
        self.records()?.announced(&self.name, issues).await
    }

    async fn dispatch(&self) -> Result<Option<Dispatched>, Fault> {
        outbox::dispatch(self).await
    }
}

#[async_trait]
impl Tracker for Pfiff {
    fn name(&self) -> &TrackerName {
        &self.name
    }

    async fn read(&self, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
        mirror::snapshot(self, id, needs).await
    }

    async fn read_several(&self, ids: &[IssueId], needs: &Needs) -> Result<Option<Vec<Snapshot>>, Fault> {
        let mut several = Vec::with_capacity(ids.len());
        for id in ids {
            several.extend(mirror::snapshot(self, id, needs).await?);
        }
        Ok(Some(several))
    }

    async fn matches(&self, _id: &IssueId, filter: &str) -> Result<bool, Fault> {
        // What was just read has arrived.
        check_filter(filter).map(|()| true)
    }

    async fn list(&self, query: &Query) -> Result<Listing, Fault> {
        query.filter.as_deref().map_or(Ok(()), check_filter)?;
        let mut pages = Pages::default();
        pages.add(self.records()?.mirrored_issues(&self.name, query.changed_since).await?);
        pages.end(End::Said)
    }

    async fn find_linked(&self, _tracker: &TrackerName, _remote: &[&str]) -> Result<Vec<IssueId>, Fault> {
        Err(self.only_remote())
    }

    async fn linked_remote(&self, _id: &IssueId, _tracker: &TrackerName) -> Result<Claim, Fault> {
        Err(self.only_remote())
    }

    async fn mirrored_attributes(&self, _id: &IssueId) -> Result<Option<Attributes>, Fault> {
        Err(self.only_remote())
    }

    async fn create(&self, _fields: &Attributes, _state: &MirroredState, _token: &Token) -> Result<Made, Fault> {
        Err(self.only_remote())
    }

    async fn create_marked(&self, _fields: &Attributes, _token: &Token) -> Result<Made, Fault> {
        Err(Fault::refused("PFIFF takes no issues that begin with us").hint("leave `create_remote` out"))
    }

    async fn find_marked(&self, _intent: &Intent, _age: SignedDuration) -> Result<Option<IssueId>, Fault> {
        Ok(None)
    }

    async fn creation_token(&self, _id: &IssueId) -> Result<Option<Token>, Fault> {
        Ok(None)
    }

    async fn set_fields(&self, id: &IssueId, fields: &Attributes, terms: WriteTerms<'_>) -> Result<(), Fault> {
        own::set(self, id, fields, terms).await
    }

    async fn add_message(&self, id: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault> {
        own::annotate(self, id, message, token).await
    }

    async fn edit_message(&self, id: &IssueId, edit: &MessageEdit) -> Result<(), Fault> {
        let now = self.records()?.now().await?;
        self.records()?.edit_annotation(&self.name, id, &edit.id, &edit.text, now).await
    }

    async fn remove_message(&self, id: &IssueId, message: &str) -> Result<(), Fault> {
        let now = self.records()?.now().await?;
        self.records()?.remove_annotation(&self.name, id, message, now).await
    }

    async fn open_file(&self, id: &IssueId, file: &str) -> Result<FileContent, Fault> {
        let files = self.records()?.mirrored_files(&self.name, id).await?;
        let known = files.iter().find(|known| known.id == file);
        match known.and_then(|known| known.stored.as_deref()) {
            Some(key) => self.storage()?.open_file(key).await,
            None => Err(Fault::refused(format!("issue {id} names the file {file}, and no package brought it"))),
        }
    }

    async fn add_file(&self, id: &IssueId, name: &str, content: FileContent, token: &Token) -> Result<String, Fault> {
        own::attach(self, id, name, content, token).await
    }

    async fn find_effect(&self, id: &IssueId, intent: &Intent, _known: &[String]) -> Result<Option<String>, Fault> {
        own::find(self, id, intent).await
    }

    async fn mirror(&self, _id: &IssueId, _state: &MirroredState) -> Result<(), Fault> {
        Err(self.only_remote())
    }

    async fn who_am_i(&self) -> Result<String, Fault> {
        if let Some(folders) = &self.folders {
            folders.arrived().await?;
        }
        Ok(format!("{}, to {}", self.config.company, self.config.peer_company))
    }

    async fn is_us(&self, _actor: &str) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn schema(&self) -> Result<Schema, Fault> {
        Ok(schema::read(self))
    }

    async fn preflight(&self, asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
        Ok([preflight::find(asked), preflight::check_packages(&self.config, self.folders.is_some())].concat())
    }
}

/// Anything else is an error, and never an empty list.
fn check_filter(filter: &str) -> Result<(), Fault> {
    if filter == PfiffConfig::FILTER {
        return Ok(());
    }
    Err(Fault::permanent(format!("PFIFF knows no filter `{filter}`"))
        .hint("leave `remote_filter` out: its issues are those that arrived"))
}
