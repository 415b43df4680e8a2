//! `jira webhook`: the webhook that tells us of changes, in Jira's administration.

use serde_json::{Value, json};
use url::Url;

use super::{CliError, Exit, Global, output::Output};
use crate::{
    app,
    config::{
        Loaded,
        secret::Secret,
        section::nearest,
        tracker::{DeliveryProof, TrackerConfig, TrackerKind},
    },
    ids::TrackerName,
    sync::fault::Fault,
    trackers::jira::webhooks::{Denied, EVENTS, Found, Installed, Wanted},
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// The webhook by which Jira tells us of changes
    Webhook {
        #[command(subcommand)]
        command: Webhook,
    },
}

#[derive(clap::Subcommand)]
enum Webhook {
    /// Make the webhook in Jira, or make the one there what it should be
    ///
    /// Takes an account that is an administrator of Jira; to any other it is told what to type where. The secret is the first of
    /// `webhook_secret` in the configuration.
    Install {
        /// The tracker's name in the configuration
        tracker: String,
        /// Where Jira reaches us; /webhooks/TRACKER is added to an address without a path
        #[arg(long, value_name = "https://…", value_parser = address)]
        url: Url,
    },
    /// Show our webhooks in Jira and what differs from what is wanted
    Show(Which),
    /// Remove our webhooks from Jira
    Remove(Which),
}

#[derive(clap::Args)]
struct Which {
    /// The tracker's name in the configuration
    tracker: String,
    /// Where Jira reaches us; finds a webhook of another name, too
    #[arg(long, value_name = "https://…", value_parser = address)]
    url: Option<Url>,
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write it as in https://sync.example.com"))?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let good = matches!(url.scheme(), "http" | "https") && url.has_host() && plain;
    if good { Ok(url) } else { Err("must begin with https:// and hold no user name or password".to_owned()) }
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let What::Webhook { command } = arguments.what;
    let (tracker, url) = match &command {
        Webhook::Install { tracker, url } => (tracker, Some(url)),
        Webhook::Show(which) | Webhook::Remove(which) => (&which.tracker, which.url.as_ref()),
    };
    let site = Site::find(global, tracker, url)?;
    let done = match &command {
        Webhook::Install { url, .. } => site.install(&with_route(url, &site.name), output).await?,
        Webhook::Show(_) => site.show(output).await?,
        Webhook::Remove(_) => site.remove(output).await?,
    };
    match done {
        Ok(()) => Ok(Exit::Done),
        Err(Denied::Fault(fault)) => Err(fault.into()),
        Err(Denied::NotPermitted(words)) => {
            site.tell_by_hand(&words, output);
            Ok(Exit::SomeFailed)
        }
    }
}

/// The address that Jira posts to.
fn with_route(url: &Url, tracker: &TrackerName) -> String {
    let mut url = url.clone();
    if matches!(url.path(), "" | "/") {
        url.set_path(&format!("/webhooks/{tracker}"));
    }
    url.to_string()
}

/// A Jira of the configuration and the webhook that it should have.
struct Site {
    name: TrackerName,
    config: TrackerConfig,
    wanted: Wanted,
}

/// What was done, or why Jira did not do it.
type Done = Result<Result<(), Denied>, CliError>;

impl Site {
    fn find(global: &Global, tracker: &str, url: Option<&Url>) -> Result<Self, CliError> {
        // Rules with errors do not matter here.
        let Loaded { config, diagnostics, .. } = global.load_all()?;
        let mut config = config.ok_or(CliError::Configuration(diagnostics))?;
        let name = TrackerName::new(tracker);
        let Some(found) = config.trackers.remove(&name) else {
            let hint = nearest(name.as_str(), config.trackers.keys().map(TrackerName::as_str));
            return Err(CliError::Usage(format!("there is no tracker `{name}`; {hint}")));
        };
        if found.kind != TrackerKind::Jira {
            return Err(CliError::Usage(format!("`{name}` is a tracker of kind `{}`, not a Jira", found.kind.name())));
        }
        let wanted = Wanted::new(&name, url.map(|url| with_route(url, &name)));
        Ok(Self { name, config: found, wanted })
    }

    fn secret(&self) -> Option<&Secret> {
        match &self.config.proof {
            DeliveryProof::Secrets(secrets) => secrets.first(),
            DeliveryProof::Basic { .. } | DeliveryProof::None => None,
        }
    }

    async fn install(&self, url: &str, output: &Output) -> Done {
        let Some(secret) = self.secret() else {
            let message = format!(
                "`{}` has no `webhook_secret`, by which its deliveries would be known; set webhook_secret = {{ env = \"NAME\" }} in [trackers.{}]",
                self.name, self.name
            );
            return Err(CliError::Usage(message));
        };
        let (installed, found) = match app::connect_webhooks(&self.name, &self.config)?.install(&self.wanted, url, secret).await
        {
            Ok(done) => done,
            Err(denied) => return Ok(Err(denied)),
        };
        let word = match installed {
            Installed::Created => "created",
            Installed::Updated => "updated",
        };
        let told = json!({ "tracker": self.name.as_str(), "outcome": word, "webhook": found, "events": EVENTS });
        output.result(|| told, || format!("{word}: {}", line(&found)));
        Ok(Ok(()))
    }

    async fn show(&self, output: &Output) -> Done {
        let found = match app::connect_webhooks(&self.name, &self.config)?.list(&self.wanted).await {
            Ok(found) => found,
            Err(denied) => return Ok(Err(denied)),
        };
        let told = json!({ "tracker": self.name.as_str(), "webhooks": found, "wanted": self.wanted_json() });
        output.result(|| told, || self.shown(&found));
        Ok(Ok(()))
    }

    fn shown(&self, found: &[Found]) -> String {
        let mut lines = Vec::new();
        for webhook in found {
            lines.push(line(webhook));
            lines.extend(webhook.differences.iter().map(|difference| format!("  {difference}")));
            if webhook.differences.is_empty() {
                lines.push("  as wanted (the secret itself is shown by Jira to nobody)".to_owned());
            }
        }
        match found.len() {
            0 => lines.push(format!("{} has no webhook \"{}\"", self.name, self.wanted.name)),
            1 => {}
            _ => lines.push("more than one: each change is told as often; remove, then install".to_owned()),
        }
        lines.join("\n")
    }

    async fn remove(&self, output: &Output) -> Done {
        let removed = match app::connect_webhooks(&self.name, &self.config)?.remove(&self.wanted).await {
            Ok(removed) => removed,
            Err(denied) => return Ok(Err(denied)),
        };
        let told = json!({ "tracker": self.name.as_str(), "removed": removed });
        let text = || match removed.as_slice() {
            [] => format!("{} has no webhook \"{}\"", self.name, self.wanted.name),
            removed => removed.iter().map(|webhook| format!("removed: {}", line(webhook))).collect::<Vec<_>>().join("\n"),
        };
        output.result(|| told, text);
        Ok(Ok(()))
    }

    fn wanted_json(&self) -> Value {
        json!({ "name": self.wanted.name, "url": self.wanted.url, "events": EVENTS, "exclude_body": false })
    }

    /// Where the secret stands, never the secret.
    fn secret_words(&self) -> String {
        let place = format!("[trackers.{}] ({})", self.name, self.config.place);
        match self.secret() {
            Some(secret) if secret.origin() == "literal" => format!("the value of webhook_secret in {place}"),
            Some(secret) => format!("the value of webhook_secret in {place}, which is from {}", secret.origin()),
            None => format!("webhook_secret is to be set in {place} first"),
        }
    }

    /// What an administrator has to type, and where.
    fn tell_by_hand(&self, words: &str, output: &Output) {
        let message = format!("{}: our account may not administer the webhooks of this Jira: {words}", self.name);
        output.error(&CliError::Fault(Fault::permanent(message)));
        let page = format!("{}plugins/servlet/webhooks", self.config.url);
        let url = self.wanted.url.clone().unwrap_or_else(|| format!("https://YOUR-ADDRESS/webhooks/{}", self.name));
        let secret = self.secret_words();
        let told = json!({
            "tracker": self.name.as_str(),
            "outcome": "not_permitted",
            "by_hand": { "page": page, "name": self.wanted.name, "url": url, "secret": secret, "events": EVENTS,
                "exclude_body": false },
        });
        let text = || {
            format!(
                "An administrator of Jira does it by hand: Settings, System, WebHooks ({page})\n  \
                 Name          {}\n  Status        Enabled\n  URL           {url}\n  Secret        {secret}\n  \
                 Events        Issue: created, updated, deleted\n                \
                 Comment: created, updated, deleted\n                \
                 Issue link: created, deleted\n                \
                 nothing else, above all no issue property\n  \
                 Exclude body  off",
                self.wanted.name
            )
        };
        output.result(|| told, text);
    }
}

fn line(webhook: &Found) -> String {
    format!("webhook {} \"{}\" to {}", webhook.id, webhook.name, webhook.url)
}
