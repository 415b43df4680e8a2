//! `[trackers.NAME]`: an issue tracker, and how it signs what it sends us.

use std::collections::BTreeMap;

use url::Url;

use super::{
    diagnostic::Diagnostic,
    environment::Environment,
    jira::{self, JiraConfig},
    node::{NodeValue, Table},
    partner::{self, PartnerConfig},
    place::Place,
    secret::Secret,
    section::{Section, nearest},
};
use crate::ids::{TrackerName, is_valid_name};

/// The trackers that we have an adapter for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackerKind {
    /// Roundup 2.x, over its REST interface.
    Roundup,
    /// Jira Cloud and Data Center.
    Jira,
}

impl TrackerKind {
    /// The names in the configuration.
    pub const NAMES: [&'static str; 2] = ["roundup", "jira"];

    /// The name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Roundup => "roundup",
            Self::Jira => "jira",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        match name {
            "roundup" => Some(Self::Roundup),
            "jira" => Some(Self::Jira),
            _ => None,
        }
    }
}

/// How we prove who we are to a tracker.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// User name, and password or API token.
    Basic {
        /// The account.
        username: String,
        /// Its password or API token.
        password: Secret,
    },
    /// A bearer token (Jira Data Center: a personal access token).
    Bearer(Secret),
}

/// How a tracker proves that a delivery is its own.
#[derive(Clone, Debug)]
pub enum DeliveryProof {
    /// A signature with one of these secrets (several while one is replaced by another).
    Secrets(Vec<Secret>),
    /// HTTP basic auth, for a Jira too old to sign.
    Basic {
        /// The user name that the sender gives.
        username: String,
        /// The password that the sender gives.
        password: Secret,
    },
    /// None at all, written out as `insecure_no_signature = true`.
    None,
}

/// One tracker.
#[derive(Clone, Debug)]
pub struct TrackerConfig {
    /// Which adapter.
    pub kind: TrackerKind,
    /// Base URL; ends with a slash.
    pub url: Url,
    /// Our account there.
    pub credentials: Credentials,
    /// How its deliveries are verified.
    pub proof: DeliveryProof,
    /// Longest wait for one answer.
    pub timeout: std::time::Duration,
    /// What only Jira has.
    pub jira: JiraConfig,
    /// Where it is configured.
    pub place: Place,
}

/// The trackers that an adapter speaks to, and those of the other kinds.
type Trackers = (BTreeMap<TrackerName, TrackerConfig>, BTreeMap<TrackerName, PartnerConfig>);

pub(super) fn read_all(root: &Section<'_>, environment: &Environment) -> Trackers {
    let (mut trackers, mut partners) = Trackers::default();
    let Some(node) = root.node("trackers") else { return (trackers, partners) };
    let NodeValue::Table(table) = &node.value else {
        root.wrong::<()>("trackers", node, "must be tables, written [trackers.NAME]");
        return (trackers, partners);
    };
    for entry in &table.entries {
        if !is_valid_name(&entry.key) {
            let message = format!("`{}` cannot be the name of a tracker", entry.key);
            let diagnostic = Diagnostic::error("config::name", message, entry.place.clone());
            root.findings.add(diagnostic.hint("use letters, digits, `-` and `_`, at most 64"));
            continue;
        }
        let NodeValue::Table(inner) = &entry.value.value else {
            root.wrong::<()>(&entry.key, &entry.value, "must be a table");
            continue;
        };
        let section = Section::new(format!("[trackers.{}]", entry.key), inner, root.findings);
        let name = TrackerName::new(&entry.key);
        match kind_of_partner(&section) {
            Some(kind) => {
                let partner = partner::read(kind, section, environment, entry.place.clone());
                partners.extend(partner.map(|partner| (name, partner)));
            }
            None => trackers.extend(read_one(section, table, environment, entry.place.clone()).map(|tracker| (name, tracker))),
        }
    }
    (trackers, partners)
}

fn kind_of_partner(section: &Section<'_>) -> Option<&'static str> {
    match &section.node("kind")?.value {
        NodeValue::String(kind) => PartnerConfig::NAMES.into_iter().find(|name| name == kind),
        _ => None,
    }
}

fn read_one(section: Section<'_>, known: &Table, environment: &Environment, place: Place) -> Option<TrackerConfig> {
    let kind = section.required_text("kind").and_then(|text| {
        let kind = TrackerKind::parse(&text.value);
        if kind.is_none() {
            let message = format!("there is no tracker of kind `{}`", text.value);
            let diagnostic = Diagnostic::error("config::tracker_kind", message, text.place);
            section
                .findings
                .add(diagnostic.hint(nearest(&text.value, TrackerKind::NAMES.into_iter().chain(PartnerConfig::NAMES))));
        }
        kind
    });
    let url = section.required_text("url").and_then(|text| {
        if let Some(url) = base_url(&text.value) {
            Some(url)
        } else {
            let message = "`url` must begin with https:// (or http://) and hold no user name or password";
            section.findings.add(Diagnostic::error("config::url", message, text.place));
            None
        }
    });
    let credentials = read_credentials(&section, environment);
    if let (Some(TrackerKind::Roundup), Some(Credentials::Bearer(_))) = (kind, &credentials) {
        let message = "Roundup knows no tokens: it wants `username` and `password`";
        section.findings.add(Diagnostic::error("config::credentials", message, section.place().clone()));
    }
    let proof = read_proof(&section, environment);
    let jira = if kind == Some(TrackerKind::Jira) { jira::read(&section, known) } else { JiraConfig::default() };
    let timeout = section.duration("timeout").unwrap_or(std::time::Duration::from_secs(20));
    section.finish();
    Some(TrackerConfig { kind: kind?, url: url?, credentials: credentials?, proof: proof?, timeout, jira, place })
}

fn base_url(text: &str) -> Option<Url> {
    let with_slash = if text.ends_with('/') { text.to_owned() } else { format!("{text}/") };
    let url = Url::parse(&with_slash).ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    (matches!(url.scheme(), "http" | "https") && plain).then_some(url)
}

fn read_credentials(section: &Section<'_>, environment: &Environment) -> Option<Credentials> {
    let username = section.text("username");
    let password = section.secret("password", environment);
    if let Some(token) = section.secret("token", environment) {
        return Some(Credentials::Bearer(token));
    }
    match (username, password) {
        (Some(username), Some(password)) => Some(Credentials::Basic { username: username.value, password }),
        // Why a password that is written is not there has been told already.
        (Some(_), None) if section.node("password").is_some() => None,
        (None, None) if section.node("token").is_some() => None,
        _ => {
            section.missing("username` and `password` (or `token`)");
            None
        }
    }
}

fn read_proof(section: &Section<'_>, environment: &Environment) -> Option<DeliveryProof> {
    let secrets = section.secrets("webhook_secret", environment);
    let basic = section.section("webhook_basic").map(|basic| {
        let username = basic.required_text("username");
        let password = basic.secret("password", environment);
        basic.finish();
        (username, password)
    });
    let insecure = section.flag("insecure_no_signature", false);
    let webhooks = section.flag("webhooks", true);
    match (secrets.is_empty(), basic) {
        (false, _) => Some(DeliveryProof::Secrets(secrets)),
        (true, Some((Some(username), Some(password)))) => Some(DeliveryProof::Basic { username: username.value, password }),
        (true, Some(_)) => None,
        (true, None) if insecure => {
            let message =
                "deliveries of this tracker are believed without a signature: anyone who reaches the port can send them";
            section.findings.add(Diagnostic::warning("config::no_signature", message, section.place().clone()));
            Some(DeliveryProof::None)
        }
        (true, None) if section.node("webhook_secret").is_some() => None,
        (true, None) if !webhooks => {
            // No secret proves nothing: each delivery is refused.
            let message = "webhooks of this tracker are off: what it sends is refused, and changes are found by sweeps only";
            let diagnostic = Diagnostic::warning("config::no_webhooks", message, section.place().clone());
            section.findings.add(diagnostic.hint(
                "set webhook_secret = { env = \"NAME\" } here, in a TOML file beside this one (-c a.py -c b.toml), or by a variable",
            ));
            Some(DeliveryProof::Secrets(Vec::new()))
        }
        (true, None) => {
            let message = "this tracker has no `webhook_secret`, so nothing that it sends could be believed";
            let diagnostic = Diagnostic::error("config::no_signature", message, section.place().clone());
            section.findings.add(diagnostic.hint(
                "set webhook_secret = { env = \"NAME\" }; without webhooks: webhooks = false; a sender that cannot sign: webhook_basic, or insecure_no_signature = true",
            ));
            None
        }
    }
}
