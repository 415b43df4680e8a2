//! `[trackers.NAME]` of the kinds `kpm` and `pfiff`: the trackers of customers that speak neither webhooks nor REST. They are read and
//! checked here.

mod kpm;
mod pfiff;

use std::path::PathBuf;

pub use self::{
    kpm::{Identity, KpmConfig},
    pfiff::{BucketConfig, PackConfig, PartyConfig, PfiffConfig, SshConfig, StorageConfig},
};
use super::{diagnostic::Diagnostic, environment::Environment, place::Place, section::Section};

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

    /// The `remote_filter` of a sync that says none: it is meant without being said.
    pub(super) fn natural_filter(&self) -> &'static str {
        match self {
            Self::Kpm(_) => KpmConfig::FILTER,
            Self::Pfiff(_) => PfiffConfig::FILTER,
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

pub(super) fn read(kind: &str, section: Section<'_>, environment: &Environment, place: Place) -> Option<PartnerConfig> {
    match kind {
        "kpm" => kpm::read(section, environment, place).map(|kpm| PartnerConfig::Kpm(Box::new(kpm))),
        _ => pfiff::read(section, environment, place).map(|pfiff| PartnerConfig::Pfiff(Box::new(pfiff))),
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

fn optional(section: &Section<'_>, key: &'static str) -> Option<String> {
    section.text(key).map(|text| text.value)
}

fn path(section: &Section<'_>, key: &'static str) -> Option<PathBuf> {
    optional(section, key).map(PathBuf::from)
}

fn required_path(section: &Section<'_>, key: &'static str) -> Option<PathBuf> {
    section.required_text(key).map(|text| PathBuf::from(text.value))
}
