//! `[trackers.NAME]` of the kind `kpm`.

use std::{path::PathBuf, time::Duration};

use super::{
    super::{
        diagnostic::Diagnostic,
        environment::Environment,
        place::Place,
        secret::Secret,
        section::{Section, nearest},
    },
    optional, path, read_timezone, required_path,
};

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

pub(super) fn read(section: Section<'_>, environment: &Environment, place: Place) -> Option<KpmConfig> {
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
