//! `[trackers.NAME]` of the kinds `kpm` and `pfiff`: the trackers of customers that speak neither webhooks nor REST. They are read and
//! checked here; what speaks to them is another part.

use std::{path::PathBuf, time::Duration};

use super::{
    diagnostic::Diagnostic,
    environment::Environment,
    place::Place,
    secret::Secret,
    section::{Section, nearest},
};

/// A tracker of a customer.
#[derive(Clone, Debug)]
pub enum PartnerConfig {
    /// The Volkswagen group's problem management, over SOAP.
    Kpm(Box<KpmConfig>),
    /// Porsche's PFIFF, over ENGDAT packages that an OFTP server carries.
    Pfiff(Box<PfiffConfig>),
}

impl PartnerConfig {
    /// The names of these kinds in the configuration.
    pub const NAMES: [&'static str; 2] = ["kpm", "pfiff"];

    /// The `remote_filter` of a sync that says none, where the tracker has one that is meant without being said.
    pub(super) fn natural_filter(&self) -> Option<&'static str> {
        match self {
            Self::Kpm(_) => Some(KpmConfig::FILTER),
            Self::Pfiff(_) => None,
        }
    }

    /// The name in the configuration.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Kpm(_) => "kpm",
            Self::Pfiff(_) => "pfiff",
        }
    }
}

/// A `kpm` tracker.
#[derive(Clone, Debug)]
pub struct KpmConfig {
    /// `wsdl`: the description of the service, which the site got from its customer.
    pub wsdl: PathBuf,
    /// `url`: in place of the address in the WSDL.
    pub url: Option<String>,
    /// `user_id`: our account there.
    pub user_id: String,
    /// How we prove who we are: there is no password.
    pub identity: Identity,
    /// `stage`: `Production`, `QualityAssurance` or `Test`.
    pub stage: String,
    /// `brand`: `V` or `AU`, where the service wants to know.
    pub brand: Option<String>,
    /// `organisational_unit`: first half of our mailbox's address.
    pub organisational_unit: String,
    /// `plant`: the other half.
    pub plant: String,
    /// `timezone`: that of the times without one which the service sends.
    pub timezone: String,
    /// `timeout`: longest wait for one answer.
    pub timeout: Duration,
    /// `max_attachment`: larger files are not sent there.
    pub max_attachment: u64,
    /// Where it is configured.
    pub place: Place,
}

impl KpmConfig {
    /// The only `remote_filter` there is: the problems in our mailbox. It need not be said.
    pub const FILTER: &'static str = "mailbox";
}

/// A client certificate and its key.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Two PEM files: `certificate` and `key`.
    Pem {
        /// The certificate.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// One `pkcs12` file.
    Pkcs12 {
        /// The file.
        file: PathBuf,
        /// `pkcs12_password`.
        password: Option<Secret>,
    },
}

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
    /// Where it is configured.
    pub place: Place,
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

pub(super) fn read(kind: &str, section: Section<'_>, environment: &Environment, place: Place) -> Option<PartnerConfig> {
    match kind {
        "kpm" => read_kpm(section, environment, place).map(|kpm| PartnerConfig::Kpm(Box::new(kpm))),
        _ => read_pfiff(section, environment, place).map(|pfiff| PartnerConfig::Pfiff(Box::new(pfiff))),
    }
}

fn read_kpm(section: Section<'_>, environment: &Environment, place: Place) -> Option<KpmConfig> {
    let wsdl = required_path(&section, "wsdl");
    let url = optional(&section, "url");
    let user_id = section.required_text("user_id");
    let identity = read_identity(&section, environment);
    let stage = one_of(&section, "stage", &["Production", "QualityAssurance", "Test"]);
    let brand = one_of(&section, "brand", &["V", "AU"]);
    let organisational_unit = section.required_text("organisational_unit");
    let plant = section.required_text("plant");
    let timezone = read_timezone(&section);
    let timeout = section.duration("timeout").unwrap_or(Duration::from_mins(5));
    let max_attachment = section.byte_size("max_attachment", 10 << 20);
    section.finish();
    Some(KpmConfig {
        wsdl: wsdl?,
        url,
        user_id: user_id?.value,
        identity: identity?,
        stage: stage.unwrap_or_else(|| "Production".to_owned()),
        brand,
        organisational_unit: organisational_unit?.value,
        plant: plant?.value,
        timezone,
        timeout,
        max_attachment,
        place,
    })
}

/// A certificate and a key, or both in one file.
fn read_identity(section: &Section<'_>, environment: &Environment) -> Option<Identity> {
    let (certificate, key) = (path(section, "certificate"), path(section, "key"));
    let file = path(section, "pkcs12");
    let password = section.secret("pkcs12_password", environment);
    match (certificate, key, file) {
        (_, _, Some(file)) => Some(Identity::Pkcs12 { file, password }),
        (Some(certificate), Some(key), None) => Some(Identity::Pem { certificate, key }),
        _ => {
            section.missing("certificate` and `key` (or `pkcs12`)");
            None
        }
    }
}

fn read_timezone(section: &Section<'_>) -> String {
    const DEFAULT: &str = "Europe/Berlin";
    let Some(text) = section.text("timezone") else { return DEFAULT.to_owned() };
    if jiff::tz::TimeZone::get(&text.value).is_err() {
        let message = format!("there is no time zone `{}`", text.value);
        section
            .findings
            .add(Diagnostic::error("config::value", message, text.place).hint("as in \"Europe/Berlin\" or \"UTC\""));
        return DEFAULT.to_owned();
    }
    text.value
}

fn read_pfiff(section: Section<'_>, environment: &Environment, place: Place) -> Option<PfiffConfig> {
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
        place,
    })
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

fn optional(section: &Section<'_>, key: &'static str) -> Option<String> {
    section.text(key).map(|text| text.value)
}

fn path(section: &Section<'_>, key: &'static str) -> Option<PathBuf> {
    optional(section, key).map(PathBuf::from)
}

fn required_path(section: &Section<'_>, key: &'static str) -> Option<PathBuf> {
    section.required_text(key).map(|text| PathBuf::from(text.value))
}

fn one_of(section: &Section<'_>, key: &'static str, known: &[&'static str]) -> Option<String> {
    let text = section.text(key)?;
    if known.contains(&text.value.as_str()) {
        return Some(text.value);
    }
    let message = format!("`{key}` cannot be `{}`", text.value);
    let hint = nearest(&text.value, known.iter().copied());
    section.findings.add(Diagnostic::error("config::value", message, text.place).hint(hint));
    None
}
