//! `[trackers.NAME]` of the kind `pfiff`.

use std::{path::PathBuf, time::Duration};

use super::{
    super::{
        diagnostic::Diagnostic, environment::Environment, node::NodeValue, place::Place, secret::Secret, section::Section,
    },
    optional, path, read_timezone, required_path,
};

/// Shorter pauses between two looks into the inbox are lengthened to this.
const SHORTEST_POLL: Duration = Duration::from_secs(1);

/// A `pfiff` tracker.
#[derive(Clone, Debug)]
pub struct PfiffConfig {
    /// `company`: our name in the documents.
    pub company: String,
    /// `company_short`: its short form, which marks what is ours.
    pub company_short: String,
    /// `peer_company`: the name of the other side, or a part of it.
    pub peer_company: String,
    /// `peer_company_short`: its short form.
    pub peer_company_short: String,
    /// `own`: our side of an ENGDAT package; without it no packages are made or taken.
    pub own: Option<PartyConfig>,
    /// `peer`: the other side of it.
    pub peer: Option<PartyConfig>,
    /// `format`: what a package's parts are told to be.
    pub format: String,
    /// `filename_code`: three characters in the names of packages; the peer's routing code if absent.
    pub filename_code: Option<String>,
    /// `inbox`: where the OFTP server puts what it receives; without it, ZIP files are given by hand.
    pub inbox: Option<PathBuf>,
    /// `outbox`: where it takes what it is to send.
    pub outbox: Option<PathBuf>,
    /// `staging`: where files are completed before they appear in the outbox; on the same file system.
    pub staging: Option<PathBuf>,
    /// `ssh`: the host of these folders; this one if absent.
    pub ssh: Option<SshConfig>,
    /// `timezone`: that of the times without one in the documents, and of the names of packages.
    pub timezone: String,
    /// `webhook_secret`: proves that a word of an arrival is the OFTP server's; without one none is taken.
    pub webhook_secrets: Vec<Secret>,
    /// `poll`: how often to look into the inbox, whatever told of a change there.
    pub poll: Duration,
    /// `settle`: a file is complete once it has not changed for so long.
    pub settle: Duration,
    /// `incomplete_after`: a package that lacks files for so long is reported.
    pub incomplete_after: Duration,
    /// `archive`: where the files of a package go once it is taken in.
    pub archive: Option<PathBuf>,
    /// `keep_arrived`: without an archive, whether the files stay in the inbox once the package is taken in; else they are removed.
    pub keep_arrived: bool,
    /// `max_package`: largest file of a package that is taken, in bytes.
    pub max_package: u64,
    /// `max_attachment`: larger files of ours are not sent, in bytes.
    pub max_attachment: u64,
    /// `pack`: when answers go out.
    pub pack: PackConfig,
    /// `keep_files`: where a copy of each package that went out is kept; absent: nowhere.
    pub keep_files: Option<PathBuf>,
    /// `mode` of outgoing files, as in `chmod`.
    pub mode: u32,
    /// `group` of outgoing files, by number; absent: that of the outbox.
    pub group: Option<u32>,
    /// `storage`: where attachments wait, between the package and the tracker.
    pub storage: StorageConfig,
    /// Where it is configured.
    pub place: Place,
}

impl PfiffConfig {
    /// The only `remote_filter` there is: the issues that arrived. It need not be said.
    pub const FILTER: &'static str = "received";
}

impl Default for PackConfig {
    fn default() -> Self {
        Self { every: Duration::from_mins(5), issues: 200, size: 100 << 20 }
    }
}

/// One side of an ENGDAT package.
#[derive(Clone, Debug, Default)]
pub struct PartyConfig {
    /// `id`: the OFTP identification.
    pub id: String,
    /// `routing`: the code that a package must carry.
    pub routing: String,
    /// `name`.
    pub name: String,
    /// `address`: up to four lines.
    pub address: Vec<String>,
    /// `country`: two letters.
    pub country: String,
    /// `department`.
    pub department: String,
    /// `email`.
    pub email: String,
}

/// When answers are packed.
#[derive(Clone, Debug)]
pub struct PackConfig {
    /// `every`: an answer waits no longer for others.
    pub every: Duration,
    /// `issues`: so many answers are packed at once, and no more into one package.
    pub issues: usize,
    /// `size`: new attachments of one package, in bytes; a single larger one goes alone.
    pub size: u64,
}

/// Where attachments wait.
#[derive(Clone, Debug)]
pub enum StorageConfig {
    /// A folder of this machine; absent: `packages` in `data_dir`.
    Folder(Option<PathBuf>),
    /// A bucket that several machines share, by the protocol of S3.
    Bucket(Box<BucketConfig>),
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct BucketConfig {
    /// `bucket`.
    pub bucket: String,
    /// `prefix` of all names in it.
    pub prefix: String,
    /// `endpoint`: a server that is not Amazon's.
    pub endpoint: Option<String>,
    /// `region`.
    pub region: String,
    /// `access_key_id`.
    pub access_key_id: String,
    /// `secret_access_key`.
    pub secret_access_key: Secret,
}

/// The host of the OFTP server.
#[derive(Clone, Debug)]
pub struct SshConfig {
    /// `host`.
    pub host: String,
    /// `port`.
    pub port: u16,
    /// `user`.
    pub user: String,
    /// `key`: the file of our private key.
    pub key: PathBuf,
    /// `passphrase` of that key.
    pub passphrase: Option<Secret>,
    /// `known_hosts`: the file of host keys that are trusted.
    pub known_hosts: Option<PathBuf>,
}

pub(super) fn read(section: Section<'_>, environment: &Environment, place: Place) -> Option<PfiffConfig> {
    let company = section.required_text("company");
    let company_short = section.required_text("company_short");
    let peer_company = optional(&section, "peer_company").unwrap_or_else(|| "Porsche AG".to_owned());
    let peer_company_short = optional(&section, "peer_company_short").unwrap_or_else(|| "PAG".to_owned());
    let (own, peer) = (read_party(&section, "own"), read_party(&section, "peer"));
    let format = optional(&section, "format").unwrap_or_else(|| "PKZIP-Archive".to_owned());
    let filename_code = optional(&section, "filename_code");
    let (inbox, outbox) = (path(&section, "inbox"), path(&section, "outbox"));
    let staging = path(&section, "staging");
    let ssh = section.section("ssh").and_then(|inner| read_ssh(inner, environment));
    let timezone = read_timezone(&section);
    let webhook_secrets = section.secrets("webhook_secret", environment);
    // A look at a folder costs next to nothing; one at another host is a conversation.
    let seldom = Duration::from_secs(if ssh.is_some() { 60 } else { 10 });
    let poll = section.duration("poll").unwrap_or(seldom).max(SHORTEST_POLL);
    let settle = section.duration("settle").unwrap_or(Duration::from_secs(2));
    let incomplete_after = section.duration("incomplete_after").unwrap_or(Duration::from_hours(1));
    let archive = path(&section, "archive");
    let keep_arrived = section.flag("keep_arrived", true);
    let max_package = section.byte_size("max_package", 2 << 30);
    let max_attachment = section.byte_size("max_attachment", 100 << 20);
    let pack = section.section("pack").map_or_else(PackConfig::default, read_pack);
    let keep_files = path(&section, "keep_files");
    let mode = read_mode(&section);
    let group = section.node("group").is_some().then(|| section.number("group", 0, 0..=u64::from(u32::MAX)));
    let group = group.and_then(|group| u32::try_from(group).ok());
    let storage = read_storage(&section, environment);
    section.finish();
    Some(PfiffConfig {
        company: company?.value,
        company_short: company_short?.value,
        peer_company,
        peer_company_short,
        own,
        peer,
        format,
        filename_code,
        inbox,
        outbox,
        staging,
        ssh,
        timezone,
        webhook_secrets,
        poll,
        settle,
        incomplete_after,
        archive,
        keep_arrived,
        max_package,
        max_attachment,
        pack,
        keep_files,
        mode,
        group,
        storage: storage?,
        place,
    })
}

fn read_pack(section: Section<'_>) -> PackConfig {
    let usual = PackConfig::default();
    let every = section.duration("every").unwrap_or(usual.every);
    let issues = usize::try_from(section.number("issues", usual.issues as u64, 1..=10_000)).unwrap_or(usual.issues);
    let size = section.byte_size("size", usual.size);
    section.finish();
    PackConfig { every, issues, size }
}

fn read_mode(section: &Section<'_>) -> u32 {
    const USUAL: u32 = 0o664;
    let Some(text) = section.text("mode") else { return USUAL };
    match u32::from_str_radix(&text.value, 8) {
        Ok(mode) if mode <= 0o777 => mode,
        _ => {
            let message = format!("`mode` is no mode of a file: `{}`", text.value);
            section.findings.add(Diagnostic::error("config::value", message, text.place).hint("as in \"0664\""));
            USUAL
        }
    }
}

/// A folder, or a table that tells of a bucket.
fn read_storage(section: &Section<'_>, environment: &Environment) -> Option<StorageConfig> {
    match section.node("storage").map(|node| &node.value) {
        Some(NodeValue::Table(_)) => {
            let bucket = section.section("storage")?;
            let name = bucket.required_text("bucket");
            let prefix = optional(&bucket, "prefix").unwrap_or_default();
            let endpoint = optional(&bucket, "endpoint");
            let region = optional(&bucket, "region").unwrap_or_else(|| "us-east-1".to_owned());
            let access_key_id = bucket.required_text("access_key_id");
            let secret_access_key = bucket.secret("secret_access_key", environment);
            if bucket.node("secret_access_key").is_none() {
                bucket.missing("secret_access_key");
            }
            bucket.finish();
            Some(StorageConfig::Bucket(Box::new(BucketConfig {
                bucket: name?.value,
                prefix,
                endpoint,
                region,
                access_key_id: access_key_id?.value,
                secret_access_key: secret_access_key?,
            })))
        }
        _ => Some(StorageConfig::Folder(path(section, "storage"))),
    }
}

fn read_party(section: &Section<'_>, key: &'static str) -> Option<PartyConfig> {
    let party = section.section(key)?;
    let (id, routing) = (party.required_text("id"), party.required_text("routing"));
    let address: Vec<String> = party.texts("address").unwrap_or_default().into_iter().map(|line| line.value).collect();
    if let (Some(node), true) = (party.node("address"), address.len() > 4) {
        party.wrong::<()>("address", node, "has at most 4 lines");
    }
    let text = |key| optional(&party, key).unwrap_or_default();
    let (name, department, email) = (text("name"), text("department"), text("email"));
    let country = optional(&party, "country").unwrap_or_else(|| "DE".to_owned());
    party.finish();
    Some(PartyConfig { id: id?.value, routing: routing?.value, name, address, country, department, email })
}

fn read_ssh(section: Section<'_>, environment: &Environment) -> Option<SshConfig> {
    let (host, key) = (section.required_text("host"), required_path(&section, "key"));
    let port = u16::try_from(section.number("port", 22, 1..=65535)).unwrap_or(22);
    let user = optional(&section, "user").unwrap_or_else(|| "root".to_owned());
    let passphrase = section.secret("passphrase", environment);
    let known_hosts = path(&section, "known_hosts");
    section.finish();
    Some(SshConfig { host: host?.value, port, user, key: key?, passphrase, known_hosts })
}
